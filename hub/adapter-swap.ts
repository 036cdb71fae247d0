// An adapter that goes away while its files are replaced, and comes back as its settings are by then.
import { ADAPTERS, type AdapterRow } from './adapter-table.ts';
import type { AdapterId } from './model/identifiers.ts';
import type { Settings } from './settings.ts';
import type { AdapterLink } from './threads/adapter-link.ts';

const STOP_GRACE_MS = 6_000;

interface Home {
  settings(): Settings;
  link(row: AdapterRow, settings: Settings): AdapterLink;
}

/**
 * Does the work between the old host's end and the new one's start. Whoever asks for the adapter meanwhile finds none,
 * rather than starting it on half of its files. It comes back however the work ends, where it is configured by then.
 */
export async function swapAdapter(
  adapters: Map<AdapterId, AdapterLink>,
  id: AdapterId,
  home: Home,
  work: () => Promise<void>,
): Promise<void> {
  const before = adapters.get(id);
  adapters.delete(id);
  await before?.stop(STOP_GRACE_MS);
  try {
    await work();
  } finally {
    const row = ADAPTERS.find((one) => one.id === id);
    if (row?.isConfigured(home.settings())) {
      const link = home.link(row, home.settings());
      adapters.set(id, link);
      link.start();
    }
  }
}
