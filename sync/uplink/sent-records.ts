// What left the house, record by record, newest first: read back from the very bodies that were sent.
import type { MemberId } from '../../hub/model/identifiers.ts';
import type { SentRecord } from '../../hub/model/sync-port.ts';
import { type Row, unpackRows } from '../protocol/codec.ts';
import { recordKind } from '../protocol/records.ts';
import type { Outbox, StoredBatch } from './store-outbox.ts';

const BATCHES_AT_ONCE = 20;

/** A page; `before` is the `next` of the page before: a batch and how many of its records were shown. */
export function readSentRecords(
  outbox: Outbox,
  before: string | null,
  limit: number,
): { readonly items: readonly SentRecord[]; readonly next: string | null } {
  const [fromText, shownText] = (before ?? '').split('.');
  let from = before === null ? Number.MAX_SAFE_INTEGER : Number(fromText);
  let shown = before === null ? 0 : Number(shownText);
  if (!Number.isSafeInteger(from) || !Number.isSafeInteger(shown) || shown < 0) {
    return { items: [], next: null };
  }
  const items: SentRecord[] = [];
  for (;;) {
    const batches = outbox.left(from, BATCHES_AT_ONCE);
    for (const batch of batches) {
      const records = recordsOf(batch);
      for (const record of records.slice(shown)) {
        if (items.length >= limit) return { items, next: `${batch.id}.${shown}` };
        items.push(record);
        shown += 1;
      }
      shown = 0;
      from = batch.id - 1;
    }
    if (batches.length < BATCHES_AT_ONCE) return { items, next: null };
  }
}

function recordsOf(batch: StoredBatch): SentRecord[] {
  const shared = {
    sentAtMs: batch.sent_at_ms ?? 0,
    ackedAtMs: batch.acked_at_ms,
    kind: recordKind(batch.schema)?.name ?? 'unknown',
    category: batch.category,
    // Written from the consent of a member.
    by: batch.consent_by as MemberId | null,
    consentedAtMs: batch.consented_at_ms,
  };
  const id = (index: number) => `${batch.stream}:${batch.first + index}`;
  const rows = bodyOf(batch);
  if (rows === null) return [{ id: id(0), ...shared, content: null, count: batch.rows }];
  return rows
    .map((content, index) => ({ id: id(index), ...shared, content, count: 1 }))
    .toReversed();
}

function bodyOf({ body }: StoredBatch): Row[] | null {
  try {
    return body === null ? null : unpackRows(body);
  } catch {
    return null;
  }
}
