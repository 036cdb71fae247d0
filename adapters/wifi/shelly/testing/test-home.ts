// An emulated Shelly that was added to a home, for tests.
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { AdapterSettings } from '../../../../hub/model/adapter-port.ts';
import { adapterId, nodeAddress } from '../../../../hub/model/identifiers.ts';
import type { PropertyKey } from '../../../../hub/model/properties.ts';
import type { ShellyModel } from '../../../../scripts/virtual-home/lan/model.ts';
import { ShellyDevice } from '../../../../scripts/virtual-home/lan/shelly-device.ts';
import { inProcess, ScriptedHub } from '../../../contract/scripted-hub.ts';
import { createLanAdapter } from '../../lan-adapter.ts';
import { shelly } from '../family.ts';

const SHELLY = adapterId('shelly');
const open = inProcess(SHELLY, (context) => createLanAdapter(context, shelly));

const NO_SETTINGS: AdapterSettings = { mdnsInterface: null };

/** A home with one Shelly. */
export interface AtHome extends AsyncDisposable {
  readonly folder: string;
  readonly hub: ScriptedHub;
  readonly device: ShellyDevice;
  readonly node: ReturnType<typeof nodeAddress>;
}

/** A home whose adapter runs. */
export async function startHub(
  dataFolder: string,
  settings: AdapterSettings = NO_SETTINGS,
): Promise<ScriptedHub> {
  const hub = new ScriptedHub(open);
  hub.start({ dataFolder, settings });
  await hub.connectCore();
  await hub.until('the adapter', () => hub.state()?.kind === 'connected');
  return hub;
}

/** Adds a Shelly by its address, and waits until it is there. */
export async function add(hub: ScriptedHub, device: ShellyDevice): Promise<void> {
  const from = hub.messages.length;
  const pair = { kind: 'pair', seconds: 30, via: null, installCode: null } as const;
  const { password } = device;
  await hub.call({ ...pair, address: `127.0.0.1:${device.port}`, password });
  await hub.until('the end of adding it', () =>
    hub.messages.slice(from).some((one) => one.kind === 'pair' && one.progress.kind === 'closed'),
  );
  await hub.until('it to be there', () => hub.isOnline(nodeAddress(device.id)) === true);
}

/** The device, added to a home of its own. */
export async function atHome(
  model: ShellyModel,
  settings: AdapterSettings = NO_SETTINGS,
): Promise<AtHome> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'ingle-'));
  const device = new ShellyDevice(model);
  await device.start(0);
  const hub = await startHub(folder, settings);
  await add(hub, device);
  return {
    folder,
    hub,
    device,
    node: nodeAddress(device.id),
    async [Symbol.asyncDispose]() {
      await hub[Symbol.asyncDispose]();
      await device.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The key of a property. */
export const key = (text: string) => text as PropertyKey;

/** What has happened at a node, as `button@2 double`. */
export const eventsOf = (hub: ScriptedHub, node: string): string[] =>
  hub.items.flatMap((item) =>
    item.kind === 'event' && item.node === node ? [`${item.property} ${String(item.value)}`] : [],
  );
