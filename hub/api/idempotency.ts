// Idempotency keys: a request that is sent again with its key gets the first one's answer, so that a phone on
// bad Wi-Fi can repeat without switching a lamp twice. Kept in memory for 10 minutes, at most 1,000 and 8 MB.
import { createHash } from 'node:crypto';
import { ValidationError } from '../model/errors.ts';
import type { ApiContext } from './context.ts';

const KEEP_MS = 600_000;
const KEPT_MAX = 1_000;
const KEPT_BYTES_MAX = 8 * 1024 * 1024;

interface Kept {
  readonly fingerprint: string;
  readonly untilMs: number;
  readonly answer: Promise<Answer>;
  /** Of the answer; 0 until it is there. */
  bytes: number;
}

interface Answer {
  readonly status: number;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Uint8Array<ArrayBuffer>;
}

export type Idempotency = (
  c: ApiContext,
  whose: string,
  bytes: Uint8Array,
  work: () => Promise<Response>,
) => Promise<Response>;

/** Answers of 500 and above are forgotten, so that a repetition tries again. The oldest goes when there are too many. */
export function createIdempotency(): Idempotency {
  const kept = new Map<string, Kept>();
  let keptBytes = 0;

  function forget(key: string, one: Kept): void {
    if (kept.get(key) !== one) return;
    kept.delete(key);
    keptBytes -= one.bytes;
  }

  function forgetOld(): void {
    const nowMs = performance.now();
    for (const [key, one] of kept) {
      const isRoom = kept.size < KEPT_MAX && keptBytes <= KEPT_BYTES_MAX;
      if (one.untilMs > nowMs && isRoom) return;
      forget(key, one);
    }
  }

  return async (c, whose, bytes, work) => {
    const key = c.req.header('Idempotency-Key');
    if (key === undefined) return work();
    if (!/^[\x21-\x7e]{1,128}$/.test(key)) {
      throw new ValidationError('The Idempotency-Key must be 1 to 128 visible ASCII characters');
    }
    const target = `${c.req.method} ${c.req.url}`;
    const place = `${whose} ${key}`;
    const fingerprint = createHash('sha256').update(`${target}\n`).update(bytes).digest('base64');
    const earlier = kept.get(place);
    if (earlier !== undefined && earlier.untilMs > performance.now()) {
      if (earlier.fingerprint !== fingerprint) {
        throw new ValidationError('The Idempotency-Key was used for another request', {
          hint: 'Make a new key for each request, and keep it only for repeating that one.',
        });
      }
      return restore(c, await earlier.answer);
    }
    forgetOld();
    const response = work();
    const answer = response.then(keep);
    const one: Kept = { fingerprint, untilMs: performance.now() + KEEP_MS, answer, bytes: 0 };
    kept.set(place, one);
    void answer.then(
      ({ status, body }) => {
        if (status >= 500) forget(place, one);
        else if (kept.get(place) === one) {
          one.bytes = body.byteLength;
          keptBytes += one.bytes;
        }
      },
      () => forget(place, one),
    );
    return restore(c, await answer);
  };
}

async function keep(response: Response): Promise<Answer> {
  const body = new Uint8Array(await response.arrayBuffer());
  return { status: response.status, headers: [...response.headers], body };
}

function restore(c: ApiContext, { status, headers, body }: Answer): Response {
  for (const [name, value] of headers) c.header(name, value);
  c.status(status as Parameters<typeof c.status>[0]);
  return status === 204 ? c.body(null) : c.body(body);
}
