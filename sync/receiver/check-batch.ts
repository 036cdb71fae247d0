// Reads a batch: the envelope first and the signature over it, then the body, each only when what came before is good.
import * as v from 'valibot';
import { COLUMNAR_JSON_GZIP, type Row, unpackRows } from '../protocol/codec.ts';
import {
  type Envelope,
  isSignedBy,
  parseEnvelope,
  publicKeyFrom,
  sha256Hex,
} from '../protocol/envelope.ts';
import { asConsentRows, CONSENT, GAP, recordKind } from '../protocol/records.ts';
import type { Refusal } from '../protocol/reply.ts';
import type { CheckedBatch, KnownHub } from './receiver-store.ts';

/** A refusal on its way to the answer. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';
  readonly refusal: Refusal;

  constructor(refusal: Refusal, options?: ErrorOptions) {
    super(refusal.message, options);
    this.refusal = refusal;
  }
}

const refuse = (code: Refusal['code'], message: string): never => {
  throw new RefusedError({ code, message });
};

export interface BatchHead {
  readonly envelope: Envelope;
  readonly envelopeText: string;
  readonly signature: string;
}

/**
 * The envelope, when the hub that it names is known, not revoked, and signed it for this address.
 * @throws RefusedError
 */
export function checkHead(
  sent: { hub: string; stream: string; envelope: string; signature: string },
  find: (hub: string) => KnownHub | null,
): BatchHead {
  const envelope = parseEnvelope(sent.envelope) ?? refuse('unreadable', 'This is no envelope');
  const known = find(envelope.hub) ?? refuse('unknown-hub', 'This hub has not registered');
  const key = publicKeyFrom(known.publicKey) ?? refuse('internal', 'The stored key is damaged');
  if (!isSignedBy(envelope, sent.signature, key)) {
    refuse('bad-signature', 'The signature is not the hub’s');
  }
  if (known.isRevoked) refuse('revoked', 'This hub was revoked');
  if (envelope.hub !== sent.hub || String(envelope.stream) !== sent.stream) {
    refuse('unreadable', 'The envelope belongs to another address');
  }
  return { envelope, envelopeText: sent.envelope, signature: sent.signature };
}

/** @throws RefusedError when body, codec, schema or rows are not what the envelope says */
export function checkBody(head: BatchHead, body: Uint8Array): CheckedBatch {
  const { envelope } = head;
  if (sha256Hex(body) !== envelope.sha256) refuse('corrupt', 'The body changed on its way');
  const kind =
    recordKind(envelope.schema) ?? refuse('unknown-schema', `Schema ${envelope.schema} is unknown`);
  if (envelope.codec !== COLUMNAR_JSON_GZIP) {
    refuse('unknown-schema', `The codec ${envelope.codec} is unknown`);
  }
  if (kind.stream !== null && kind.stream !== envelope.stream) {
    refuse('unreadable', `${kind.name} does not belong to stream ${envelope.stream}`);
  }
  const rows = rowsOf(body);
  const span = envelope.to - envelope.from + 1;
  if (rows.length !== (kind === GAP ? 1 : span)) {
    refuse('unreadable', `The body has ${rows.length} rows for ${span} numbers`);
  }
  if (!v.safeParse(v.array(kind.row), rows).success) {
    refuse('unreadable', `A row is no ${kind.name} record`);
  }
  const consent = kind === CONSENT ? (asConsentRows(rows) ?? []) : [];
  return { ...head, body, rows: rows.length, consent };
}

function rowsOf(body: Uint8Array): Row[] {
  try {
    return unpackRows(body);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new RefusedError({ code: 'unreadable', message }, { cause: error });
  }
}
