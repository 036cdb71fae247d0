// What the receiver keeps, as a contract: one suite of tests runs for every store behind it.
import type { Envelope } from '../protocol/envelope.ts';
import type { ConsentRow } from '../protocol/records.ts';

/** A batch that was read whole and whose signature is good. */
export interface CheckedBatch {
  readonly envelope: Envelope;
  /** The canonical form and the signature as they came: the proof of what the hub said. */
  readonly envelopeText: string;
  readonly signature: string;
  readonly body: Uint8Array;
  /** Rows that the body holds; a gap's body is one row for many numbers. */
  readonly rows: number;
  /** Changes of consent, where it is a batch of those. */
  readonly consent: readonly ConsentRow[];
}

export type IngestResult =
  | { readonly kind: 'acked'; readonly upTo: number }
  | { readonly kind: 'gap'; readonly expected: number }
  /** The numbers are there already, with another content. */
  | { readonly kind: 'diverged' }
  /** Consent for this stream was taken back at a later revision. */
  | { readonly kind: 'withdrawn' };

export interface KnownHub {
  readonly publicKey: Uint8Array;
  readonly isRevoked: boolean;
}

/** Counts for operators: nothing that tells a household. */
export interface Counts {
  readonly hubs: number;
  readonly revokedHubs: number;
  readonly suspectedClones: number;
  readonly batches: number;
  readonly bytes: number;
  readonly rows: Readonly<Record<'control' | 'usage' | 'telemetry', number>>;
  readonly missingRows: number;
}

export interface ReceiverStore {
  /** The hub's key; null for a hub that never registered. */
  hub(id: string): KnownHub | null;
  /** Keeps the key under the name that comes from it. Registering again changes nothing. */
  register(id: string, publicKey: Uint8Array, atMs: number): void;
  /** From now on all of this hub's batches are refused. @returns whether there is such a hub */
  revoke(id: string, atMs: number): boolean;
  /**
   * Takes batches in order, all in one transaction: for each the cursor of (hub, epoch, stream) is read, compared,
   * the batch stored, the cursor advanced. When it throws, none was taken. Durable when it returns.
   */
  ingest(batches: readonly CheckedBatch[], atMs: number): IngestResult[];
  /** The last number of a stream; 0 before the first. */
  last(hub: string, epoch: string, stream: number): number;
  counts(): Counts;
  /** Stored bodies of a stream in their order. */
  bodies(hub: string, stream: number): { envelope: Envelope; body: Uint8Array }[];
  close(): void;
}
