// The journal of decisions (runs.db) and the event log (history.db): the records that cross from the core to storage.
import type { Cause } from './cause.ts';
import type { CommandRecord } from './command.ts';
import type { NotificationRecord } from './home.ts';
import type { DeviceId } from './identifiers.ts';
import type { PropertyKey, PropertyValue } from './properties.ts';
import type { RunTrace } from './run.ts';
import type { Patch } from './state-table.ts';

/**
 * One durable decision. Applying all records' patches in order of their numbers to the last checkpoint gives
 * every run, wait, hold, variable and open intent back. Numbers are contiguous; a record is on disk whole or
 * not at all.
 */
export interface JournalRecord {
  readonly number: number;
  /** Sequence number of the input that caused it. */
  readonly seq: number;
  readonly atMs: number;
  readonly kind: 'decision' | 'intent' | 'outcome';
  /** Entries of durable tables after the decision. */
  readonly patches: readonly Patch[];
  /** Inbox rows that become visible in the same transaction: that is what makes a notification happen once. */
  readonly notifications?: readonly NotificationRecord[];
}

/** What the event log keeps. Times are wall milliseconds, `seq` is the input's number. */
export type LogEntry =
  | {
      readonly kind: 'change';
      readonly seq: number;
      readonly atMs: number;
      readonly device: DeviceId;
      readonly property: PropertyKey;
      readonly value: PropertyValue;
      readonly cause: Cause;
    }
  | {
      readonly kind: 'event';
      readonly seq: number;
      readonly atMs: number;
      readonly device: DeviceId;
      readonly property: PropertyKey;
      readonly value: PropertyValue;
    }
  | {
      readonly kind: 'availability';
      readonly seq: number;
      readonly atMs: number;
      readonly device: DeviceId;
      readonly online: boolean;
      readonly reason: string | null;
    }
  | {
      readonly kind: 'command';
      readonly seq: number;
      readonly atMs: number;
      readonly command: CommandRecord;
    }
  | { readonly kind: 'run'; readonly seq: number; readonly atMs: number; readonly trace: RunTrace }
  | {
      readonly kind: 'gap';
      readonly seq: number;
      readonly atMs: number;
      readonly lost: number;
      readonly why: string;
      /** A stretch of wall time up to `atMs` that the hub did not live through; absent: only entries are missing. */
      readonly unlived?: { readonly sinceMs: number; readonly what: 'off' | 'clock' };
    };
