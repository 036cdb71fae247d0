// Sealing: rows become batches within the limits, each signed once and for good.
import type { Clock } from '../../hub/model/clock.ts';
import { COLUMNAR_JSON_GZIP, packRows, type Row } from '../protocol/codec.ts';
import { type HubKey, sealBatch, sha256Hex } from '../protocol/envelope.ts';
import { BODY_BYTES_MAX } from '../protocol/limits.ts';
import { GAP, type GapRow, type RecordKind, type Stream } from '../protocol/records.ts';

/** Rows of one batch as the hub makes them: well below what the receiver takes, inflated size included. */
const SEAL_ROWS_MAX = 1_000;

export interface Sealed {
  readonly stream: Stream;
  readonly first: number;
  readonly last: number;
  readonly schema: number;
  readonly rows: number;
  readonly envelope: string;
  readonly signature: string;
  readonly body: Uint8Array;
}

export interface Place {
  readonly epoch: string;
  readonly stream: Stream;
  /** The number of the first row. */
  readonly first: number;
  readonly consentRev: number;
}

/** Signs with the hub's key, under the clock as it is. */
export function createSealer(key: HubKey, clock: Clock) {
  function sealOne(place: Place, last: number, schema: number, rows: readonly Row[]): Sealed {
    const body = packRows(rows);
    const { envelope, signature } = sealBatch(
      {
        v: 1,
        hub: key.hub,
        stream: place.stream,
        epoch: place.epoch,
        from: place.first,
        to: last,
        schema,
        consent_rev: place.consentRev,
        codec: COLUMNAR_JSON_GZIP,
        sha256: sha256Hex(body),
        boot_id: clock.bootId.slice(0, 64),
        sent_mono: Math.max(0, Math.round(clock.now().monoMs)),
        clock_state: clock.state(),
      },
      body,
      key.privateKey,
    );
    return {
      ...{ stream: place.stream, first: place.first, last, schema, rows: rows.length },
      ...{ envelope, signature, body },
    };
  }

  /** One row in the place of all numbers from the place's first to `last`. */
  function gap(place: Place, last: number, row: GapRow): Sealed {
    return sealOne(place, last, GAP.schema, [row]);
  }

  /** Rows under the numbers from the place's first on, in as many batches as the limits want. */
  function rows(place: Place, kind: RecordKind, all: readonly Row[]): Sealed[] {
    if (all.length === 0) return [];
    if (all.length <= SEAL_ROWS_MAX) {
      const sealed = sealOne(place, place.first + all.length - 1, kind.schema, all);
      if (sealed.body.length <= BODY_BYTES_MAX) return [sealed];
      if (all.length === 1) {
        return [
          gap(place, place.first, {
            ...{ reason: 'too-large', category: kind.category, rows: 1 },
            at: Math.round(clock.now().wallMs),
          }),
        ];
      }
    }
    const half = Math.ceil(all.length / 2);
    return [
      ...rows(place, kind, all.slice(0, half)),
      ...rows({ ...place, first: place.first + half }, kind, all.slice(half)),
    ];
  }

  return { rows, gap };
}

export type Sealer = ReturnType<typeof createSealer>;
