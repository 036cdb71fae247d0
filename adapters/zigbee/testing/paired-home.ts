// A virtual home all of whose devices are paired with the adapter and set up, for tests that begin there.
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { AdapterSettings } from '../../../hub/model/adapter-port.ts';
import { type NodeAddress, nodeAddress } from '../../../hub/model/identifiers.ts';
import { startVirtualHome, type VirtualHome } from '../../../scripts/virtual-home/home.ts';
import type { HomeOptions } from '../../../scripts/virtual-home/options.ts';
import { inWorker, type OpenLine, ScriptedHub } from '../../contract/scripted-hub.ts';

export const ZIGBEE_WORKER: OpenLine = inWorker(new URL('../zigbee.worker.ts', import.meta.url));

export interface PairedHome extends AsyncDisposable {
  readonly home: VirtualHome;
  readonly dataFolder: string;
  hub: ScriptedHub;
  /** By its name in the virtual home. */
  node(name: string): NodeAddress;
  /** Stops the adapter, lets `meanwhile` act on its files, and starts it again. */
  restart(meanwhile?: () => void): Promise<void>;
}

/** Whether a node that joined has been set up wholly. */
export function isSetUp({ messages }: ScriptedHub, node: NodeAddress): boolean {
  return messages.some(
    (message) =>
      message.kind === 'pair' &&
      message.progress.kind === 'described' &&
      message.progress.node === node,
  );
}

/** Starts both and pairs all devices of the home. */
export async function openPairedHome(
  options: Partial<HomeOptions>,
  settings: AdapterSettings = {},
): Promise<PairedHome> {
  const dataFolder = mkdtempSync(path.join(os.tmpdir(), 'ingle-'));
  const home = await startVirtualHome({ residents: false, joinStaggerMs: 0, ...options });

  async function start(): Promise<ScriptedHub> {
    const hub = new ScriptedHub(ZIGBEE_WORKER);
    const port = `tcp://127.0.0.1:${home.zigbeePort}`;
    hub.start({ dataFolder, settings: { port, driver: 'zstack', ...settings } });
    await hub.connectCore();
    await hub.until('the connection', () => hub.state()?.kind === 'connected', 30_000);
    return hub;
  }

  const paired: PairedHome = {
    ...{ home, dataFolder, hub: await start() },
    node(name) {
      const found = home.control.nodes().find((one) => one.name === name);
      if (found === undefined) throw new Error(`Nobody is called ${name}`);
      return nodeAddress(found.ieee);
    },
    async restart(meanwhile = () => {}) {
      await paired.hub.stop();
      meanwhile();
      paired.hub = await start();
    },
    async [Symbol.asyncDispose]() {
      await paired.hub[Symbol.asyncDispose]();
      await home.stop();
      rmSync(dataFolder, { recursive: true, force: true });
    },
  };
  const { hub } = paired;
  await hub.call({ kind: 'pair', seconds: 120, via: null, installCode: null });
  const nodes = home.control.nodes().map(({ ieee }) => nodeAddress(ieee));
  await hub.until('all to be set up', () => nodes.every((node) => isSetUp(hub, node)), 60_000);
  await hub.call({ kind: 'pairStop' });
  return paired;
}
