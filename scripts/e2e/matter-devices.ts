// The virtual home's Matter devices for one test: real matter.js nodes at the far end of a pair of virtual cables.
import { spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import {
  type DeviceProcess,
  type ListedDevice,
  startDeviceProcess,
} from '../virtual-home/matter/device-process.ts';
import { loadMatterHome, type MatterPlacement } from '../virtual-home/matter/model.ts';
import { createDemoNamespace, whyNoNamespace } from '../virtual-home/matter/namespace.ts';
import { makeFolder } from './running-hub.ts';

export interface MatterDevices
  extends AsyncDisposable,
    Pick<DeviceProcess, 'set' | 'get' | 'fetched'> {
  /** Settings with which a hub finds them. */
  readonly environment: Readonly<Record<string, string>>;
  readonly list: readonly (ListedDevice & MatterPlacement)[];
  /** By its name in the virtual home. */
  named(name: string): ListedDevice & MatterPlacement;
}

/** Why this machine cannot have them, for a test to say when it is skipped; null where it can. */
export function whyNoMatter(): string | null {
  const why = whyNoNamespace();
  if (why !== null) return `Matter devices stand in a network of their own: ${why.en}`;
  const { status, stderr } = spawnSync('unshare', ['-n', 'true'], { encoding: 'utf8' });
  return status === 0 ? null : `this machine gives no network of its own: ${stderr}`;
}

/**
 * @param placements other devices than those of the demo's home
 * @param nodes a module with nodes of its own, which the placements only name
 */
export async function startMatterDevices(
  placements: readonly MatterPlacement[] = loadMatterHome(),
  nodes?: URL,
): Promise<MatterDevices> {
  const folder = makeFolder();
  const home = path.join(folder, 'home.json');
  writeFileSync(home, JSON.stringify({ devices: placements }));
  const network = await createDemoNamespace();
  const devices = startDeviceProcess({
    inside: network.inside,
    data: path.join(folder, 'devices'),
    ...(nodes === undefined ? { home } : { nodes }),
    networkInterface: network.deviceInterface,
    said: (text) => process.stderr.write(`${text}\n`),
  });
  const dispose = async () => {
    await devices.stop();
    await network.remove();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const list = (await devices.listed).flatMap((device) =>
      placements.filter(({ key }) => key === device.key).map((one) => ({ ...one, ...device })),
    );
    return {
      environment: { INGLE_MATTER: '1', INGLE_MDNS_INTERFACE: network.hubInterface },
      list,
      named(name) {
        const found = list.find((device) => device.name === name);
        if (found === undefined) throw new Error(`the virtual home has no ${name}`);
        return found;
      },
      set: devices.set,
      get: devices.get,
      fetched: devices.fetched,
      [Symbol.asyncDispose]: dispose,
    };
  } catch (error) {
    await dispose();
    throw error;
  }
}
