// An adapter that goes away while its files are replaced, and comes back as its settings are by then.
import type { AdapterId } from '../model/identifiers.ts';
import type { AdapterLink } from './adapter-link.ts';

/**
 * Does the work between the old host's end and the new one's start. Whoever asks for the adapter meanwhile finds none,
 * rather than starting it on half of its files. It comes back however the work ends; null from `relink`: it stays away.
 */
export async function swapAdapter(
  adapters: Map<AdapterId, AdapterLink>,
  id: AdapterId,
  options: { readonly graceMs: number; work(): Promise<void>; relink(): AdapterLink | null },
): Promise<void> {
  const before = adapters.get(id);
  adapters.delete(id);
  await before?.stop(options.graceMs);
  try {
    await options.work();
  } finally {
    const link = options.relink();
    if (link !== null) adapters.set(id, link);
    link?.start();
  }
}
