// The journal's record of what was decided: its patches, and the messages that become visible with it.
import type { JournalRecord } from '../model/journal.ts';
import type { Patch } from '../model/state-table.ts';
import type { CoreState } from './core-state.ts';

/** The record with the number `state.lastRecord` for these patches of durable tables. */
export function journalRecord(state: CoreState, patches: readonly Patch[]): JournalRecord {
  const ofIntents = patches.filter((patch) => patch.table === state.intents.name);
  const opened = ofIntents.flatMap(({ key }) => {
    const intent = state.intents.get(key);
    return intent?.state === 'waiting' && intent.record === state.lastRecord ? [intent] : [];
  });
  const notifications = opened.flatMap((intent) =>
    intent.kind === 'notification' ? [intent.notification] : [],
  );
  return {
    number: state.lastRecord,
    seq: state.seq,
    atMs: state.now.wallMs,
    kind: opened.length > 0 ? 'intent' : ofIntents.length > 0 ? 'outcome' : 'decision',
    patches,
    ...(notifications.length > 0 ? { notifications } : {}),
  };
}
