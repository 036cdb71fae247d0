// The real Zigbee2MQTT with the emulated Zigbee home, as a client of the hub's own broker: what it announces appears,
// is accepted as a whole, and obeys down to the emulated devices. In `npm run soak`, since it is installed from npm.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { connectAsync } from 'mqtt';
import { expect, test } from 'vitest';
import { inProcess, ScriptedHub } from '../../adapters/contract/scripted-hub.ts';
import { createMqttAdapter } from '../../adapters/mqtt/mqtt-adapter.ts';
import type { NewAccount } from '../../hub/model/adapter-port.ts';
import { adapterId } from '../../hub/model/identifiers.ts';
import type { FoundDevice } from '../../hub/model/mqtt.ts';
import { propertyKey } from '../../hub/model/properties.ts';
import { installedPackage } from '../bench/peers/install.ts';
import { ZIGBEE2MQTT } from '../bench/peers/mqtt-client.ts';
import { startProcess } from '../bench/process.ts';
import { startVirtualHome } from '../virtual-home/home.ts';

const ON = propertyKey('on');
const PAIR_WITHIN_MS = 240_000;

/** Its settings as a household has them, with Home Assistant's discovery switched on. */
function configuration(login: NewAccount, zigbeePort: number): object {
  return {
    version: 5,
    mqtt: {
      base_topic: 'zigbee2mqtt',
      server: `mqtt://127.0.0.1:${login.port}`,
      user: login.name,
      password: login.password,
    },
    serial: { port: `tcp://127.0.0.1:${zigbeePort}`, adapter: 'zstack' },
    frontend: { enabled: false },
    homeassistant: { enabled: true },
    availability: { enabled: true },
    ota: { disable_automatic_update_check: true },
    advanced: { log_level: 'warning', log_output: ['console'], channel: 15 },
  };
}

test.runIf(process.env.INGLE_SOAK === '1')(
  'the devices of the real Zigbee2MQTT appear, are accepted as a whole, and obey',
  async () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'ingle-'));
    await using home = await startVirtualHome({ seed: 1, residents: false, autoJoin: true });
    const hub = new ScriptedHub(inProcess(adapterId('mqtt'), createMqttAdapter));
    hub.start({ dataFolder: folder, settings: { host: '127.0.0.1', port: 0, url: null } });
    await hub.connectCore();
    await hub.until('the broker', () => hub.state()?.kind === 'connected');
    const login = (await hub.call({
      kind: 'accountAdd',
      name: 'zigbee2mqtt',
      rights: { topics: [], announces: true, home: 'none' },
    })) as NewAccount;
    const peer = installedPackage(ZIGBEE2MQTT.name, ZIGBEE2MQTT.version);
    const data = path.join(folder, 'zigbee2mqtt');
    mkdirSync(data);
    // JSON is YAML.
    const file = JSON.stringify(configuration(login, home.zigbeePort));
    writeFileSync(path.join(data, 'configuration.yaml'), file);
    const owner = startProcess({
      name: 'zigbee2mqtt',
      command: process.execPath,
      args: [path.join(peer, 'index.js')],
      cwd: peer,
      environment: {
        ZIGBEE2MQTT_DATA: data,
        Z2M_ONBOARD_NO_SERVER: '1',
        GIT_DIR: path.join(folder, 'no-repository'),
      },
    });
    const client = await connectAsync(`mqtt://127.0.0.1:${login.port}`, {
      ...{ username: login.name, password: login.password, clientId: 'person' },
    });
    const said: string[] = [];
    try {
      const found = async () => (await hub.call({ kind: 'found' })) as FoundDevice[];
      // It says that it is online before it listens: what is asked in between is lost.
      await client.subscribeAsync('zigbee2mqtt/bridge/response/permit_join');
      await client.subscribeAsync(['zigbee2mqtt/+/availability', 'zigbee2mqtt/bridge/state']);
      let isOpen = false;
      client.on('message', (topic, payload) => {
        said.push(`${topic} ${payload.toString()}`);
        isOpen ||= topic.endsWith('permit_join');
      });
      await expect
        .poll(
          () => {
            client.publish('zigbee2mqtt/bridge/request/permit_join', '{"time":254}');
            return isOpen;
          },
          { timeout: 60_000, interval: 1_000 },
        )
        .toBe(true);
      const { length: wanted } = home.control.nodes();
      await expect
        .poll(async () => (await found()).filter(({ node }) => !node.includes('bridge')).length, {
          timeout: PAIR_WITHIN_MS,
          interval: 1_000,
        })
        .toBe(wanted);
      for (const device of await found()) {
        const { model, properties, commands, leftOut } = device;
        process.stdout.write(
          `${device.name}  ${model}  ${properties.join(' ')}  ${commands.join(' ')}\n`,
        );
        for (const { what, why } of leftOut)
          process.stdout.write(`    left out: ${what}: ${why.en}\n`);
        expect(properties.length + commands.length, device.name).toBeGreaterThan(0);
      }
      await hub.call({ kind: 'accept', nodes: null, bridge: 'Zigbee2MQTT' });
      const lamps = (await found()).filter(
        ({ kind, properties }) => kind === 'light' && properties.includes('brightness'),
      );
      expect(lamps.length).toBeGreaterThan(2);
      for (const { node } of lamps) {
        await hub.until(`${node} there`, () => hub.isOnline(node) === true, 30_000);
        for (const value of [true, false]) {
          const body = { kind: 'set', property: ON, value } as const;
          expect((await hub.settle(node, body, 10_000)).state).toBe('acknowledged');
          await hub.until('its state', () => hub.values(node)[ON] === value);
        }
      }
      process.stdout.write(`${lamps.length} lamps obeyed\n`);
    } catch (error) {
      process.stdout.write(owner.output().slice(-4_000));
      process.stdout.write(`${said.slice(-200).join('\n')}\n`);
      for (const item of hub.items) {
        if (item.kind === 'availability') process.stdout.write(`${JSON.stringify(item)}\n`);
      }
      throw error;
    } finally {
      await client.endAsync(true);
      await owner.stop();
      await hub[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true, force: true });
    }
  },
  600_000,
);
