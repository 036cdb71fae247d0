// The first stage of a start: whether it is of the demo home, and the demo home itself, a house without hardware.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { ADAPTERS } from './adapter-table.ts';
import type { Hub } from './hub.ts';
import type { Log } from './log.ts';
import { HubError } from './model/errors.ts';
import type { HealthReport } from './model/hub-port.ts';
import { dataFolder, type Settings } from './settings.ts';
import { earlyThreads } from './threads/early-threads.ts';
import type { StoreLink } from './threads/store-link.ts';

const STOP_GRACE_MS = 6_000;

/** A house without hardware, run beside the hub; it knows its own rooms, names and scenes. */
interface Demo {
  /** Settings that its emulated radios and networks need, as flags. */
  readonly flags: readonly string[];
  /** What it could not have on this machine, and why. */
  readonly notices: HealthReport['notices'];
  furnish(hub: Hub): Promise<void>;
  progress(hub: Hub): HealthReport['demo'];
  stop(): Promise<void>;
}

/** The demo stands in the sources only: a package has none. */
export async function startDemo(folder: string, settings: Settings, log: Log): Promise<Demo> {
  const source = new URL('../scripts/virtual-home/demo.ts', import.meta.url);
  if (!existsSync(source)) {
    throw new HubError(
      'unsupported',
      'No adapter is configured, and this package has no demo home',
      {
        hint: 'Set INGLE_ZIGBEE_PORT to your coordinator, or INGLE_DEMO=0 to start without one.',
      },
    );
  }
  const demo: { startDemo(options: object): Promise<Demo> } = await import(source.href);
  return demo.startDemo({
    dataFolder: path.join(folder, 'virtual-home'),
    speed: settings.number('demo.speed'),
    seed: settings.number('demo.seed'),
    log: log.of('demo'),
  });
}

/** Whether this start is of the demo home: as asked, else as long as no adapter is configured anywhere. */
export async function isDemoStart(
  settings: Settings,
  openStore: (folder: string) => StoreLink,
): Promise<boolean> {
  const asked = settings.get('demo');
  if (asked !== '') return asked === '1';
  if (isOwnHome(settings)) return false;
  const folder = dataFolder(settings);
  if (!existsSync(path.join(folder, 'home.db'))) return true;
  await earlyThreads()?.end();
  const store = openStore(folder);
  await store.start();
  const { settings: page } = await store.calls.load();
  await store.stop(STOP_GRACE_MS);
  return !isOwnHome(settings.withPage(page));
}

function isOwnHome(settings: Settings): boolean {
  return ADAPTERS.some((row) => !row.startsOnDemand && row.isConfigured(settings));
}
