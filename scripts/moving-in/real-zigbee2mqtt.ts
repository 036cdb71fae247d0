// A household of Zigbee2MQTT as it really is: the program from npm pairs the virtual home through a broker on loopback,
// its owner names devices, makes groups and sets options over MQTT, then stops it. What is left is a data folder and
// the memory of the emulated coordinator and its nodes.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { installedPackage } from '../bench/peers/install.ts';
import { startBroker } from '../bench/peers/mosquitto.ts';
import { connectMqtt, ZIGBEE2MQTT } from '../bench/peers/mqtt-client.ts';
import { type BenchProcess, startProcess, until } from '../bench/process.ts';
import type { VirtualHome } from '../virtual-home/home.ts';

const START_LIMIT_MS = 40_000;
const PAIR_LIMIT_MS = 120_000;
const ANSWER_LIMIT_MS = 20_000;

/** What its owner has set, beside the names. */
const CONFIGURATION = (brokerPort: number, zigbeePort: number) => `version: 5
mqtt:
  base_topic: zigbee2mqtt
  server: mqtt://127.0.0.1:${brokerPort}
serial:
  port: tcp://127.0.0.1:${zigbeePort}
  adapter: zstack
frontend:
  enabled: false
homeassistant:
  enabled: false
ota:
  disable_automatic_update_check: true
advanced:
  log_level: info
  log_output:
    - console
  channel: 20
  pan_id: GENERATE
  ext_pan_id: GENERATE
  network_key: '!secret network_key'
devices: devices.yaml
groups: groups.yaml
`;
const SECRET =
  'network_key: [9, 27, 81, 243, 217, 139, 161, 227, 169, 251, 241, 211, 121, 107, 65, 195]\n';

/** `Living room lamp` as households write it in Zigbee2MQTT. */
export function friendlyName(name: string, index: number): string {
  const words = name.toLowerCase().replaceAll(' ', '_');
  return index % 5 === 4 ? name.toLowerCase() : words;
}

export const GROUPS: Readonly<Record<string, readonly string[]>> = {
  'evening lights': ['Hall lamp', 'Living room lamp'],
  upstairs: ['Bedroom lamp', 'Bedroom blind'],
};
/** Left with the address that it joined with. */
export const UNNAMED = 'Bathroom lamp';
/** Its values are shifted by an option, which is not taken over. */
export const SHIFTED = 'Outdoor climate';

export interface LivedIn {
  /** The data folder of Zigbee2MQTT, stopped. */
  readonly folder: string;
}

/** Starts it on a folder that has a configuration already; it is online when this resolves. */
export async function startZigbee2Mqtt(folder: string, brokerPort: number): Promise<BenchProcess> {
  const peer = installedPackage(ZIGBEE2MQTT.name, ZIGBEE2MQTT.version);
  const client = await connectMqtt(brokerPort);
  let isOnline = false;
  await client.take('zigbee2mqtt/bridge/state', (payload) => {
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
      GIT_DIR: path.join(folder, '..', 'no-repository'),
    },
  });
  try {
    await until('Zigbee2MQTT online', () => isOnline || undefined, {
      withinMs: START_LIMIT_MS,
      process: owner,
    });
  } finally {
    await client.stop();
  }
  return owner;
}

/** Lets a household live with it on this virtual home, whose nodes join by themselves; gives the folder it leaves. */
export async function liveWithZigbee2Mqtt(
  root: string,
  home: VirtualHome,
  whileItRuns: (owner: BenchProcess, folder: string) => Promise<void> = async () => {},
): Promise<LivedIn> {
  const folder = path.join(root, 'zigbee2mqtt');
  const brokerFolder = path.join(root, 'broker');
  mkdirSync(folder, { recursive: true });
  mkdirSync(brokerFolder, { recursive: true });
  const broker = await startBroker(brokerFolder);
  try {
    writeFileSync(
      path.join(folder, 'configuration.yaml'),
      CONFIGURATION(broker.port, home.zigbeePort),
    );
    writeFileSync(path.join(folder, 'secret.yaml'), SECRET);
    writeFileSync(path.join(folder, 'devices.yaml'), '{}\n');
    writeFileSync(path.join(folder, 'groups.yaml'), '{}\n');
    const owner = await startZigbee2Mqtt(folder, broker.port);
    try {
      await furnish(owner, broker.port, home);
      await whileItRuns(owner, folder);
    } finally {
      await owner.stop();
    }
    return { folder };
  } finally {
    await broker.process.stop();
  }
}

interface BridgeDevice {
  readonly type?: string;
  readonly interview_completed?: boolean;
}

async function furnish(owner: BenchProcess, brokerPort: number, home: VirtualHome): Promise<void> {
  const client = await connectMqtt(brokerPort);
  let known = 0;
  await client.take('zigbee2mqtt/bridge/devices', (payload) => {
    if (!Array.isArray(payload)) return;
    const devices: BridgeDevice[] = payload;
    known = devices.filter((one) => one.type !== 'Coordinator' && one.interview_completed).length;
  });
  const answers = new Map<string, string | null>();
  async function ask(request: string, body: object): Promise<void> {
    if (!answers.has(request)) {
      await client.take(`zigbee2mqtt/bridge/response/${request}`, (payload) => {
        answers.set(request, JSON.stringify(payload));
      });
    }
    answers.set(request, null);
    let isAsked = false;
    const look = () => {
      // It says that it is online before it listens: what is asked in between is lost.
      if (!isAsked || request === 'permit_join') {
        client.publish(`zigbee2mqtt/bridge/request/${request}`, body);
      }
      isAsked = true;
      return answers.get(request) ?? undefined;
    };
    const said = await until(`the answer to ${request}`, look, {
      withinMs: ANSWER_LIMIT_MS,
      everyMs: 100,
      process: owner,
    });
    if (!said.includes('"status":"ok"')) throw new Error(`${request}: ${said}`);
  }
  try {
    const nodes = home.control.nodes();
    await ask('permit_join', { time: 254 });
    await until('all devices in Zigbee2MQTT', () => known >= nodes.length || undefined, {
      withinMs: PAIR_LIMIT_MS,
      process: owner,
    });
    for (const [index, { ieee, name }] of nodes.entries()) {
      if (name === UNNAMED) continue;
      await ask('device/rename', { from: ieee, to: friendlyName(name, index) });
    }
    const addressOf = (name: string) => nodes.find((node) => node.name === name)?.ieee ?? name;
    for (const [group, members] of Object.entries(GROUPS)) {
      await ask('group/add', { friendly_name: group });
      for (const name of members) {
        await ask('group/members/add', { group, device: addressOf(name) });
      }
    }
    await ask('device/options', {
      id: addressOf(SHIFTED),
      options: { temperature_calibration: 0.5 },
    });
  } finally {
    await client.stop();
  }
}
