// Batches that come together share a transaction: a synced commit costs the same for one as for fifty.
import { RefusedError } from './check-batch.ts';
import type { CheckedBatch, IngestResult, ReceiverStore } from './receiver-store.ts';

const GROUP_MAX = 50;
/** More than this in memory is refused as busy: the hub keeps it and comes again. */
const WAITING_MAX = 500;

interface Waiting {
  readonly batch: CheckedBatch;
  readonly resolve: (result: IngestResult) => void;
  readonly reject: (error: unknown) => void;
}

/** @returns a function that resolves once the batch's transaction is on the disk */
export function createGroupIngest(store: ReceiverStore, nowMs: () => number) {
  let waiting: Waiting[] = [];
  let isPlanned = false;

  function commit(): void {
    isPlanned = false;
    const group = waiting.slice(0, GROUP_MAX);
    waiting = waiting.slice(GROUP_MAX);
    if (waiting.length > 0) plan();
    try {
      const results = store.ingest(
        group.map(({ batch }) => batch),
        nowMs(),
      );
      for (const [index, result] of results.entries()) group[index]?.resolve(result);
    } catch (error) {
      for (const each of group) each.reject(error);
    }
  }

  function plan(): void {
    if (isPlanned) return;
    isPlanned = true;
    // After what this turn of the loop brings: those who came together are in.
    setImmediate(commit);
  }

  return (batch: CheckedBatch): Promise<IngestResult> => {
    if (waiting.length >= WAITING_MAX) {
      throw new RefusedError({ code: 'busy', message: 'The receiver is busy' });
    }
    return new Promise((resolve, reject) => {
      waiting.push({ batch, resolve, reject });
      plan();
    });
  };
}
