// An emulated Tasmota device that was added to a home with its own broker, for tests.
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { NewAccount } from '../../../../hub/model/adapter-port.ts';
import { adapterId, nodeAddress } from '../../../../hub/model/identifiers.ts';
import type { PropertyKey, PropertyValue } from '../../../../hub/model/properties.ts';
import type { TasmotaModel } from '../../../../scripts/virtual-home/lan/model.ts';
import { TasmotaDevice } from '../../../../scripts/virtual-home/lan/tasmota-device.ts';
import { inProcess, ScriptedHub } from '../../../contract/scripted-hub.ts';
import { createMqttAdapter } from '../../mqtt-adapter.ts';

const open = inProcess(adapterId('mqtt'), createMqttAdapter);

/** The key of a property. */
export const key = (text: string) => text as PropertyKey;

/** A home with one Tasmota device. */
export interface AtHome extends AsyncDisposable {
  readonly folder: string;
  readonly hub: ScriptedHub;
  readonly device: TasmotaDevice;
  readonly node: ReturnType<typeof nodeAddress>;
  set(
    property: string,
    value: PropertyValue,
    transitionMs?: number,
  ): ReturnType<ScriptedHub['settle']>;
}

/** A home whose adapter runs. */
export async function startHub(dataFolder: string): Promise<ScriptedHub> {
  const hub = new ScriptedHub(open);
  hub.start({ dataFolder, settings: { host: '127.0.0.1', port: 0, url: null } });
  await hub.connectCore();
  await hub.until('the broker', () => hub.state()?.kind === 'connected');
  return hub;
}

/** Gives the device an account, as a person would. */
export async function acquaint(hub: ScriptedHub, device: TasmotaDevice): Promise<void> {
  const name = device.model.topic;
  await hub.call({ kind: 'accountRemove', name }).catch(() => null);
  const { password, port } = (await hub.call({ kind: 'accountAdd', name })) as NewAccount;
  await device.setBroker({ host: '127.0.0.1', port: port ?? 0, user: name, password });
}

/** The device, added to a home of its own, once it has told its state and its sensors. */
export async function atHome(model: TasmotaModel): Promise<AtHome> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'ingle-'));
  const device = new TasmotaDevice(model);
  const hub = await startHub(folder);
  const node = nodeAddress(model.config.mac);
  await hub.call({ kind: 'pair', seconds: 60, via: null, installCode: null });
  await acquaint(hub, device);
  await hub.until('the device', () => hub.isOnline(node) === true && hub.description(node));
  await hub.call({ kind: 'pairStop' });
  await hub.until('its state', () => hub.values(node)[key('x_rssi')] !== undefined);
  return {
    folder,
    hub,
    device,
    node,
    set: (property, value, transitionMs) =>
      hub.settle(node, {
        kind: 'set',
        property: key(property),
        value,
        ...(transitionMs === undefined ? {} : { transitionMs }),
      }),
    async [Symbol.asyncDispose]() {
      await device.stop();
      await hub[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
