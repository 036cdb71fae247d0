// What the API takes and answers about MQTT: accounts of the hub's own broker, and devices that announced themselves.
import * as v from 'valibot';
import { HOME_RIGHTS } from '../model/mqtt.ts';
import { labelJson, timeJson } from './shapes.ts';

const rights = {
  /** Topics that are the account's own beside those by its name, such as `zigbee2mqtt/#`. */
  topics: v.array(v.string()),
  /** Whether it may announce devices in the form of Home Assistant's discovery. */
  announces: v.boolean(),
  /** What it reaches of the home: none, read, control (no locks, alarms and valves), all. */
  home: v.picklist(HOME_RIGHTS),
};

export const mqttAccountJson = v.object({
  name: v.string(),
  createdAt: timeJson,
  isConnected: v.boolean(),
  ...rights,
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

const topics = v.pipe(
  v.array(v.pipe(v.string(), v.minLength(1), v.maxLength(256))),
  v.maxLength(8, 'may have 8 topics'),
);
const rightsBody = {
  topics: v.optional(topics),
  announces: v.optional(v.boolean()),
  home: v.optional(v.picklist(HOME_RIGHTS, `must be one of ${HOME_RIGHTS.join(', ')}`)),
};

/** Also the device's topic, so it holds nothing that a topic gives a meaning to. */
export const mqttAccountBody = v.strictObject({
  name: v.pipe(
    v.string(),
    v.regex(
      /^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$/,
      'must be 1 to 32 letters, digits, hyphens or underscores',
    ),
  ),
  ...rightsBody,
});
export const mqttAccountChange = v.strictObject(rightsBody);

/** A device that announced itself over MQTT. */
export const foundDeviceJson = v.object({
  node: v.string(),
  name: v.string(),
  manufacturer: v.string(),
  model: v.string(),
  kind: v.string(),
  /** Who speaks for it, such as Zigbee2MQTT. */
  bridge: v.nullable(v.string()),
  account: v.nullable(v.string()),
  isAccepted: v.boolean(),
  properties: v.array(v.string()),
  commands: v.array(v.string()),
  /** What of its announcement became nothing, with the reason. */
  leftOut: v.array(v.object({ what: v.string(), why: labelJson })),
  /** Options of it without which nothing is lost, such as an icon. */
  unneeded: v.array(v.string()),
});
export type FoundDeviceJson = v.InferOutput<typeof foundDeviceJson>;

const foreign = v.picklist(['read', 'control', 'all'], 'must be read, control or all');

/** What of the home is told to others over MQTT. */
export const mqttSharingJson = v.object({
  isOn: v.boolean(),
  /** Rooms whose devices are shared; null: all, and devices without a room. */
  rooms: v.nullable(v.array(v.string())),
  /** What a message may do at a broker that is not the hub's own, where nobody knows who sent it. */
  foreign,
  devices: v.array(
    v.object({
      id: v.string(),
      name: v.string(),
      room: v.nullable(v.string()),
      kind: v.string(),
      shared: v.boolean(),
      /** What was said of this very device; null: it goes by its room. */
      own: v.nullable(v.boolean()),
      /** Why it is not shared: `discovered` (it came over MQTT and is told there already), `room`, `chosen`. */
      why: v.nullable(v.picklist(['discovered', 'room', 'chosen'])),
    }),
  ),
});
export type MqttSharingJson = v.InferOutput<typeof mqttSharingJson>;

const id = v.pipe(v.string(), v.minLength(1), v.maxLength(80));
export const mqttSharingChange = v.strictObject({
  isOn: v.optional(v.boolean()),
  rooms: v.optional(v.nullable(v.pipe(v.array(id), v.maxLength(200)))),
  /** Devices by id: shared, not shared, or (null) by their room. */
  devices: v.optional(v.record(id, v.nullable(v.boolean()))),
  foreign: v.optional(foreign),
});

/** Either some devices, or all that one bridge speaks for. */
export const acceptBody = v.union(
  [
    v.strictObject({
      nodes: v.pipe(
        v.array(v.pipe(v.string(), v.minLength(1), v.maxLength(128))),
        v.minLength(1),
        v.maxLength(500),
      ),
    }),
    v.strictObject({ bridge: v.nullable(v.pipe(v.string(), v.maxLength(60))) }),
  ],
  'must be {"nodes": […]} or {"bridge"}',
);
export const acceptedJson = v.object({ nodes: v.array(v.string()) });
export type AcceptedJson = v.InferOutput<typeof acceptedJson>;
