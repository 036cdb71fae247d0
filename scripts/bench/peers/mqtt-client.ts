// The bench's own MQTT client, for what a household would do by hand: the library that Zigbee2MQTT brings.
import { installedPackage, packageOf } from './install.ts';

/** As much of mqtt.js as is used here. */
interface Library {
  connectAsync(url: string, options: object): Promise<Connection>;
}
interface Connection {
  publish(topic: string, payload: string): void;
  subscribeAsync(topics: string[]): Promise<unknown>;
  on(event: 'message', take: (topic: string, payload: Buffer) => void): void;
  endAsync(isForced: boolean): Promise<void>;
}

/** A connected client. */
export interface MqttClient {
  publish(topic: string, payload: unknown): void;
  /** Takes the JSON messages of one topic; what is no JSON is given as text. */
  take(topic: string, take: (payload: unknown) => void): Promise<void>;
  stop(): Promise<void>;
}

export const ZIGBEE2MQTT = { name: 'zigbee2mqtt', version: '2.14.1' } as const;

function parse(payload: Buffer): unknown {
  const text = payload.toString();
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Connects to the broker on a port of 127.0.0.1. */
export async function connectMqtt(port: number): Promise<MqttClient> {
  const peer = installedPackage(ZIGBEE2MQTT.name, ZIGBEE2MQTT.version);
  const library = packageOf(peer, 'mqtt') as Library;
  const connection = await library.connectAsync(`mqtt://127.0.0.1:${port}`, {
    protocolVersion: 4,
    reconnectPeriod: 0,
    connectTimeout: 5_000,
  });
  return {
    publish: (topic, payload) => connection.publish(topic, JSON.stringify(payload)),
    async take(topic, take) {
      connection.on('message', (where, payload) => {
        if (where === topic) take(parse(payload));
      });
      await connection.subscribeAsync([topic]);
    },
    stop: () => connection.endAsync(true),
  };
}
