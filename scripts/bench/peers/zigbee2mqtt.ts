// Zigbee2MQTT at its best: no page, no discovery, errors only in the log, no availability checks, nothing fetched.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type BenchProcess, startProcess, until } from '../process.ts';
import type { RadioNetwork } from '../radio/line.ts';
import { installedPackage } from './install.ts';
import { connectMqtt, ZIGBEE2MQTT } from './mqtt-client.ts';

const START_LIMIT_MS = 30_000;
const PAIR_LIMIT_MS = 90_000;
/** After its interview a device is configured; the last ones need this long. */
const SETTLE_MS = 5_000;

/** The names of the devices, hence their topics. */
export const Z2M_TOPIC = {
  base: 'zigbee2mqtt',
  thermometer: (index: number) => `thermometers/t${index}`,
  plug: (index: number) => `plugs/p${index}`,
} as const;

export interface Zigbee2MqttOptions {
  /** Its data folder: kept between starts. */
  readonly folder: string;
  readonly brokerPort: number;
  readonly zigbeePort: number;
  readonly network: RadioNetwork;
  readonly environment: Readonly<Record<string, string>>;
}

function configuration({ brokerPort, zigbeePort, network }: Zigbee2MqttOptions): object {
  const named = (kind: 'thermometer' | 'plug', nodes: RadioNetwork['plugs']) =>
    nodes.map(({ ieee }, index) => [ieee, { friendly_name: Z2M_TOPIC[kind](index) }] as const);
  return {
    version: 5,
    mqtt: { base_topic: Z2M_TOPIC.base, server: `mqtt://127.0.0.1:${brokerPort}` },
    serial: { port: `tcp://127.0.0.1:${zigbeePort}`, adapter: 'zstack' },
    frontend: { enabled: false },
    homeassistant: { enabled: false },
    availability: { enabled: false },
    ota: { disable_automatic_update_check: true },
    advanced: {
      // As it comes, which is how households run it; INGLE_BENCH_Z2M_LOG=error measures a silenced one.
      log_level: process.env.INGLE_BENCH_Z2M_LOG ?? 'info',
      log_output: ['console'],
      channel: 15,
      pan_id: 0x1a63,
      ext_pan_id: [1, 2, 3, 4, 5, 6, 7, 8],
      network_key: [1, 3, 5, 7, 9, 11, 13, 15, 0, 2, 4, 6, 8, 10, 12, 13],
    },
    devices: Object.fromEntries([
      ...named('thermometer', network.thermometers),
      ...named('plug', network.plugs),
    ]),
  };
}

/** Starts it on a network; it is up when this resolves. */
export async function startZigbee2Mqtt(options: Zigbee2MqttOptions): Promise<BenchProcess> {
  const { folder, brokerPort, environment } = options;
  const peer = installedPackage(ZIGBEE2MQTT.name, ZIGBEE2MQTT.version);
  mkdirSync(folder, { recursive: true });
  // JSON is YAML.
  writeFileSync(
    path.join(folder, 'configuration.yaml'),
    JSON.stringify(configuration(options), null, 2),
  );
  const client = await connectMqtt(brokerPort);
  let isOnline = false;
  await client.take(`${Z2M_TOPIC.base}/bridge/state`, (payload) => {
    isOnline = JSON.stringify(payload).includes('online');
  });
  const owner = startProcess({
    name: 'zigbee2mqtt',
    command: process.execPath,
    args: [path.join(peer, 'index.js')],
    cwd: peer,
    environment: {
      ZIGBEE2MQTT_DATA: folder,
      Z2M_ONBOARD_NO_SERVER: '1',
      // It builds itself anew when it finds itself in a clone of another commit, as below this repository.
      GIT_DIR: path.join(folder, 'no-repository'),
      ...environment,
    },
  });
  await until('Zigbee2MQTT online', () => isOnline || undefined, {
    withinMs: START_LIMIT_MS,
    process: owner,
  });
  await client.stop();
  return owner;
}

interface BridgeDevice {
  readonly type?: string;
  readonly interview_completed?: boolean;
  readonly supported?: boolean;
}

/** Opens the network until `count` devices are interviewed and configured. */
export async function pairWithZigbee2Mqtt(
  owner: BenchProcess,
  brokerPort: number,
  count: number,
): Promise<void> {
  const client = await connectMqtt(brokerPort);
  let known = 0;
  await client.take(`${Z2M_TOPIC.base}/bridge/devices`, (payload) => {
    if (!Array.isArray(payload)) return;
    const devices: BridgeDevice[] = payload;
    known = devices.filter(
      (device) => device.type !== 'Coordinator' && device.interview_completed && device.supported,
    ).length;
  });
  const permit = (time: number) =>
    client.publish(`${Z2M_TOPIC.base}/bridge/request/permit_join`, { time });
  // It says that it is online before it listens: what is asked in between is lost.
  let isOpen = false;
  await client.take(`${Z2M_TOPIC.base}/bridge/response/permit_join`, () => {
    isOpen = true;
  });
  const ask = () => {
    if (!isOpen) permit(254);
    return isOpen || undefined;
  };
  await until('an open network', ask, { withinMs: 10_000, everyMs: 500, process: owner });
  await until(`${count} devices in Zigbee2MQTT`, () => known >= count || undefined, {
    withinMs: PAIR_LIMIT_MS,
    process: owner,
  });
  permit(0);
  await sleep(SETTLE_MS);
  await client.stop();
}
