// The uplink as the rest of the hub sees it: consent, state, what was sent, and where its rows come from.
import type { ClockState } from './clock.ts';
import type { MemberId } from './identifiers.ts';

/** What can be consented to, each by itself. */
export type SyncCategory = 'telemetry' | 'usage';
export const SYNC_CATEGORIES: readonly SyncCategory[] = ['telemetry', 'usage'];

/** Who allowed a category, or took it back. `by` null: root on the hub itself. */
export interface ConsentEntry {
  readonly granted: boolean;
  readonly by: MemberId | null;
  readonly atMs: number;
  /** The revision at which it came to be so. */
  readonly rev: number;
}

/** The household's consent; `rev` rises with each change. A category that nobody ever spoke of is absent. */
export interface SyncConsent {
  readonly rev: number;
  readonly categories: Readonly<Partial<Record<SyncCategory, ConsentEntry>>>;
}

export const NO_CONSENT: SyncConsent = { rev: 0, categories: {} };

export const isGranted = (consent: SyncConsent, category: SyncCategory): boolean =>
  consent.categories[category]?.granted === true;

export const isAnyGranted = (consent: SyncConsent): boolean =>
  SYNC_CATEGORIES.some((category) => isGranted(consent, category));

/**
 * `off`: nothing leaves and nothing is queued. `withdrawing`: the receiver is told that consent was taken back, and
 * nothing else. `refused`: the receiver does not take this hub; a person must look.
 */
export type SyncState = 'off' | 'idle' | 'sending' | 'waiting' | 'withdrawing' | 'refused';

export interface SyncStatus {
  readonly state: SyncState;
  /** What keeps it from sending, in words; null while all is well. */
  readonly problem: string | null;
  readonly hub: string | null;
  readonly queue: { readonly batches: number; readonly rows: number; readonly bytes: number };
  readonly sent: { readonly batches: number; readonly rows: number };
  /** Batches that the receiver could not read and that were set aside. */
  readonly setAside: number;
  readonly lastAckAtMs: number | null;
  readonly nextAtMs: number | null;
}

/** A record that left the house, or was on its way when the receiver went quiet. */
export interface SentRecord {
  /** Stream and number, such as `2:17`. */
  readonly id: string;
  readonly sentAtMs: number;
  /** Null while the receiver has not said so. */
  readonly ackedAtMs: number | null;
  /** `gap`, `consent`, `scene-runs`, `device-health`. */
  readonly kind: string;
  readonly category: SyncCategory | null;
  /** Whose consent it went by; null: root on the hub itself, or none was needed. */
  readonly by: MemberId | null;
  readonly consentedAtMs: number | null;
  /** The record as it went; null once it was let go here, 7 days after the receiver had it. */
  readonly content: Readonly<Record<string, unknown>> | null;
  /** How many records this line stands for; 1 unless `content` is null. */
  readonly count: number;
}

/** A part of one category's rows, and where to go on. */
export interface SyncRows {
  readonly rows: readonly Readonly<Record<string, unknown>>[];
  /** Where the hub's log is to be read from the next time; absent for rows that come from no log. */
  readonly mark?: number;
}

/** Main → uplink. */
export interface UplinkCalls {
  setConsent(consent: SyncConsent): void;
  status(): SyncStatus;
  records(
    before: string | null,
    limit: number,
  ): {
    readonly items: readonly SentRecord[];
    readonly next: string | null;
  };
}

/** Uplink → main: the rows of a category for a span that has passed. `mark` null: what was before does not count. */
export interface SyncSourceCalls {
  rows(category: SyncCategory, fromMs: number, toMs: number, mark: number | null): SyncRows;
}

/** How the uplink's thread is told to begin. */
export interface UplinkSettings {
  readonly dataFolder: string;
  /** Empty: no address is set. */
  readonly url: string;
  readonly token: string | null;
  readonly everyMs: number;
  readonly consent: SyncConsent;
  readonly wallOffsetMs: number;
  readonly clockState: ClockState;
}

/** What main offers to the front doors. */
export interface Sync {
  readonly address: string;
  consent(): SyncConsent;
  status(): Promise<SyncStatus>;
  records(
    before: string | null,
    limit: number,
  ): Promise<{ readonly items: readonly SentRecord[]; readonly next: string | null }>;
}
