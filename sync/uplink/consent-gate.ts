// Consent at the outbox: what may be sealed, and what is taken back. A change is one transaction: what was sealed and
// is not acknowledged goes, a signed gap stands in its place, and the receiver is told the new revision.
import {
  type ConsentEntry,
  isGranted,
  NO_CONSENT,
  SYNC_CATEGORIES,
  type SyncCategory,
  type SyncConsent,
} from '../../hub/model/sync-port.ts';
import { CONSENT, type ConsentRow, type GapReason, kindOf } from '../protocol/records.ts';
import type { Sealer } from './seal.ts';
import type { BatchNotes, Outbox, StoredBatch } from './store-outbox.ts';

const BATCHES_AT_ONCE = 500;

export interface ConsentGate {
  readonly consent: SyncConsent;
  isGranted(category: SyncCategory): boolean;
  /** Whose word a category's batches go by. */
  notes(category: SyncCategory | null): BatchNotes;
  /** Takes over the household's consent. @returns the categories that were taken back */
  apply(consent: SyncConsent): SyncCategory[];
  /** Tells a fresh epoch what is agreed to. */
  announce(): void;
  /** Puts a signed gap in the place of a batch that does not go. Within the caller's transaction. */
  replaceByGap(batch: StoredBatch, state: 'aside' | 'withdrawn', reason: GapReason): void;
}

export function createConsentGate(
  outbox: Outbox,
  sealer: Sealer,
  nowMs: () => number,
): ConsentGate {
  // Written by apply below.
  let consent = JSON.parse(outbox.note('consent') ?? JSON.stringify(NO_CONSENT)) as SyncConsent;

  function notes(category: SyncCategory | null): BatchNotes {
    const entry = category === null ? undefined : consent.categories[category];
    return {
      category,
      by: entry?.by ?? null,
      consentedAtMs: entry?.granted === true ? entry.atMs : null,
    };
  }

  function tell(category: SyncCategory, entry: ConsentEntry): void {
    const row: ConsentRow = {
      at: Math.round(entry.atMs),
      category,
      granted: entry.granted,
      rev: entry.rev,
    };
    const place = {
      epoch: outbox.epoch,
      stream: 0 as const,
      first: outbox.next(0),
      consentRev: consent.rev,
    };
    outbox.append(sealer.rows(place, CONSENT, [row]), {
      category: null,
      by: entry.by,
      consentedAtMs: null,
    });
  }

  function replaceByGap(batch: StoredBatch, state: 'aside' | 'withdrawn', reason: GapReason): void {
    const { epoch, stream, first, last, category } = batch;
    const row = { reason, category, rows: last - first + 1, at: Math.round(nowMs()) };
    const gap = sealer.gap({ epoch, stream, first, consentRev: consent.rev }, last, row);
    outbox.replace(batch, state, [gap], { ...notes(null), category });
  }

  function takeBack(category: SyncCategory): void {
    for (;;) {
      const batches = outbox.waitingOf(category, BATCHES_AT_ONCE);
      for (const batch of batches) replaceByGap(batch, 'withdrawn', 'withdrawn');
      if (batches.length < BATCHES_AT_ONCE) break;
    }
    outbox.release(category);
    outbox.setCursor(category, null);
  }

  return {
    get consent() {
      return consent;
    },
    isGranted: (category) => isGranted(consent, category),
    notes,
    replaceByGap,
    apply(next) {
      const before = consent;
      const changed = SYNC_CATEGORIES.filter(
        (category) => next.categories[category]?.rev !== before.categories[category]?.rev,
      );
      if (changed.length === 0) return [];
      const withdrawn = changed.filter((category) => !isGranted(next, category));
      consent = next;
      try {
        outbox.inOne(() => {
          for (const category of withdrawn) takeBack(category);
          for (const category of changed) {
            const entry = next.categories[category];
            if (entry !== undefined) tell(category, entry);
          }
          outbox.setNote('consent', JSON.stringify(next));
        });
      } catch (error) {
        consent = before;
        throw error;
      }
      return withdrawn;
    },
    announce() {
      for (const category of SYNC_CATEGORIES) {
        const entry = consent.categories[category];
        if (entry !== undefined) tell(category, entry);
      }
    },
  };
}

/** The stream that a category's rows go by. */
export const streamOf = (category: SyncCategory) => kindOf(category).stream ?? 0;
