// What the receiver answers, and what each answer means to the hub.
import * as v from 'valibot';

const whole = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

/** How much more the receiver takes now, and after how long it likes to be asked again. */
const credit = v.looseObject({ requests: whole, bytes: whole, after_ms: whole });

const ackSchema = v.looseObject({ acked: whole, credit });
const refusalSchema = v.looseObject({
  code: v.pipe(v.string(), v.maxLength(40)),
  message: v.pipe(v.string(), v.maxLength(500)),
  expected: v.optional(v.pipe(whole, v.minValue(1))),
});

export type Ack = v.InferOutput<typeof ackSchema>;
export type RefusalCode =
  | 'gap'
  | 'diverged'
  | 'unknown-hub'
  | 'revoked'
  | 'token'
  | 'bad-signature'
  | 'too-large'
  | 'unreadable'
  | 'unknown-schema'
  | 'consent'
  | 'corrupt'
  | 'busy'
  | 'not-found'
  | 'internal';

export interface Refusal {
  readonly code: RefusalCode;
  readonly message: string;
  /** With `gap`: the number that the next batch must begin with. */
  readonly expected?: number;
  /** With `busy`: milliseconds after which it would be taken; the header says it in whole seconds. */
  readonly after_ms?: number;
}

/** The status of each refusal. */
export const STATUS: Readonly<Record<RefusalCode, number>> = {
  gap: 409,
  diverged: 409,
  'unknown-hub': 403,
  revoked: 403,
  token: 403,
  'bad-signature': 401,
  'too-large': 413,
  unreadable: 422,
  'unknown-schema': 422,
  consent: 422,
  corrupt: 400,
  busy: 429,
  'not-found': 404,
  internal: 500,
};

/**
 * `acked`: all up to there is safe. `expected`: go on from that number. `diverged`: that number is taken by another
 * content. `register`: the receiver does not know the hub. `stop`: a person must look. `split`: too large. `poison`:
 * unreadable there, now and later. `retry`: later, at the earliest after `afterMs`.
 */
export type Verdict =
  | { readonly kind: 'acked'; readonly upTo: number; readonly credit: Ack['credit'] }
  | { readonly kind: 'expected'; readonly expected: number }
  | { readonly kind: 'diverged' }
  | { readonly kind: 'register' }
  | { readonly kind: 'stop'; readonly why: string }
  | { readonly kind: 'split' }
  | { readonly kind: 'poison'; readonly why: string }
  | { readonly kind: 'retry'; readonly why: string; readonly afterMs: number };

/** An answer as it came; `retryAfter` is the header's text. */
export interface RawReply {
  readonly status: number;
  readonly retryAfter: string | null;
  readonly body: string;
}

/** Reads an answer. What is no answer of a receiver (a proxy's page, half a body) is to be tried again. */
export function verdictOf(reply: RawReply): Verdict {
  const body = parse(reply.body);
  const afterMs = retryAfterMs(reply.retryAfter);
  if (reply.status === 200) {
    const ack = v.safeParse(ackSchema, body);
    if (ack.success) {
      return { kind: 'acked', upTo: ack.output.acked, credit: ack.output.credit };
    }
    return { kind: 'retry', why: 'the answer was not a receiver’s', afterMs };
  }
  const read = v.safeParse(refusalSchema, body);
  const refusal = read.success ? read.output : null;
  const why = refusal?.message ?? `HTTP ${reply.status}`;
  switch (reply.status) {
    case 401:
    case 403:
      // Also of a proxy in between: going on would not help either.
      return refusal?.code === 'unknown-hub' ? { kind: 'register' } : { kind: 'stop', why };
    case 409:
      if (refusal?.code === 'diverged') return { kind: 'diverged' };
      if (refusal?.expected !== undefined) {
        return { kind: 'expected', expected: refusal.expected };
      }
      return { kind: 'retry', why, afterMs };
    case 413:
      return { kind: 'split' };
    case 422:
      return { kind: 'poison', why };
    default:
      return { kind: 'retry', why, afterMs };
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

const RETRY_AFTER_MAX_MS = 24 * 3_600_000;

function retryAfterMs(header: string | null): number {
  // The form with a date is not used between a receiver and a hub whose clock may be wrong.
  const seconds = Number(header ?? '');
  return Number.isFinite(seconds) && seconds > 0
    ? Math.min(seconds * 1_000, RETRY_AFTER_MAX_MS)
    : 0;
}
