// What the API answers about the accounts of the hub's own MQTT broker.
import * as v from 'valibot';
import { timeJson } from './shapes.ts';

export const mqttAccountJson = v.object({
  name: v.string(),
  createdAt: timeJson,
  isConnected: v.boolean(),
});
export type MqttAccountJson = v.InferOutput<typeof mqttAccountJson>;

/** The password stands in the answer that made the account, and nowhere else. */
export const newMqttAccountJson = v.object({
  name: v.string(),
  password: v.string(),
  /** Port of the hub's broker; null while it does not listen. */
  port: v.nullable(v.number()),
});
export type NewMqttAccountJson = v.InferOutput<typeof newMqttAccountJson>;
