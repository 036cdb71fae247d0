// Delivery of one stream: the oldest batch, one at a time, the same bytes at each try, until the receiver has it.
import { type Clock, deadlineAfter, remainingMs } from '../../hub/model/clock.ts';
import { unpackRows } from '../protocol/codec.ts';
import { type HubKey, registrationText } from '../protocol/envelope.ts';
import { GAP, recordKind, type Stream } from '../protocol/records.ts';
import { type RawReply, type Verdict, verdictOf } from '../protocol/reply.ts';
import { backoffMs } from './backoff.ts';
import type { ConsentGate } from './consent-gate.ts';
import type { Sealer } from './seal.ts';
import type { Outbox, StoredBatch } from './store-outbox.ts';
import type { Transport } from './transport.ts';

/** Sent in one go before others get a turn. */
const BATCHES_IN_A_ROW = 50;
const CREDIT_WAIT_MS = 1_000;

export interface DeliveryOptions {
  readonly outbox: Outbox;
  readonly gate: ConsentGate;
  readonly sealer: Sealer;
  readonly key: HubKey;
  readonly clock: Clock;
  readonly transport: Transport;
  readonly token: string | null;
  random(): number;
  /** The receiver does not take this hub: nothing more goes until a person looked. */
  refused(why: string): void;
  log(level: 'info' | 'warn', text: string): void;
}

export interface Delivery {
  /** Sends until nothing waits, something failed or `signal` says stop. @returns milliseconds until it is to be called again; null: nothing waits */
  run(signal: AbortSignal): Promise<number | null>;
  /** What failed last; null once something went through. */
  readonly problem: string | null;
}

export function createDelivery(stream: Stream, options: DeliveryOptions): Delivery {
  const { outbox, gate, sealer, key, clock, transport } = options;
  let problem: string | null = null;
  /** In the present run; a receiver that forgets at once is not asked in a circle. */
  let hasRegistered = false;

  function pauseMs(): number {
    const { until } = outbox.pause(stream);
    return until === null ? 0 : Math.max(0, remainingMs(until, clock.now(), clock.bootId));
  }

  function failed(why: string, retryAfterMs: number): void {
    const failures = outbox.pause(stream).failures + 1;
    const waitMs = backoffMs(stream, failures, retryAfterMs, options.random);
    outbox.setPause(stream, failures, deadlineAfter(clock.now(), clock.bootId, waitMs));
    problem = why;
  }

  async function ask(send: () => Promise<RawReply>): Promise<Verdict> {
    try {
      return verdictOf(await send());
    } catch (error) {
      return { kind: 'retry', why: causeOf(error), afterMs: 0 };
    }
  }

  async function register(signal: AbortSignal): Promise<void> {
    let reply: RawReply;
    try {
      reply = await transport.register(registrationText(key, options.token), signal);
    } catch (error) {
      failed(causeOf(error), 0);
      return;
    }
    if (reply.status === 200) {
      options.log('info', `Registered as ${key.hub}`);
      return;
    }
    const verdict = verdictOf(reply);
    if (verdict.kind === 'stop') options.refused(verdict.why);
    else
      failed(`registration: HTTP ${reply.status}`, verdict.kind === 'retry' ? verdict.afterMs : 0);
  }

  /** The two ends do not agree about what is where: numbers begin anew, and what waited is told as lost. */
  function beginEpoch(why: string): void {
    options.log('warn', `Numbers begin anew: ${why}`);
    restartNumbers(options);
    failed(why, 0);
  }

  function goOnFrom(expected: number, batch: StoredBatch): void {
    if (expected > batch.first) {
      const isOurs = outbox.acknowledge(stream, expected - 1, clock.now().wallMs);
      const isAligned = outbox.oldest(stream)?.first !== batch.first;
      if (!isOurs || !isAligned)
        beginEpoch(`the receiver is at ${expected - 1}, ahead of this hub`);
      return;
    }
    if (expected === batch.first) {
      failed('the receiver asks for what it refuses', 0);
      return;
    }
    options.log('warn', `The receiver lost stream ${stream} from ${expected} on; sending it again`);
    outbox.inOne(() => {
      const first = outbox.rewind(stream, expected) ?? batch.first;
      if (first === expected) return;
      const { epoch } = outbox;
      const row = {
        ...{ reason: 'expired' as const, category: batch.category, rows: first - expected },
        at: Math.round(clock.now().wallMs),
      };
      const place = { epoch, stream, first: expected, consentRev: gate.consent.rev };
      outbox.insertBefore(sealer.gap(place, first - 1, row), gate.notes(null));
    });
  }

  /** Halves a batch that is too large for the receiver; its numbers stay. */
  function split(batch: StoredBatch): void {
    const kind = recordKind(batch.schema);
    if (batch.body === null || batch.first === batch.last || kind === undefined || kind === GAP) {
      outbox.inOne(() => gate.replaceByGap(batch, 'aside', 'too-large'));
      return;
    }
    const rows = unpackRows(batch.body);
    const half = Math.ceil(rows.length / 2);
    const { epoch, first } = batch;
    const place = { epoch, stream, first, consentRev: gate.consent.rev };
    outbox.inOne(() =>
      outbox.replace(
        batch,
        'withdrawn',
        [
          ...sealer.rows(place, kind, rows.slice(0, half)),
          ...sealer.rows({ ...place, first: first + half }, kind, rows.slice(half)),
        ],
        gate.notes(batch.category),
      ),
    );
  }

  /** @returns whether to go on with the next batch at once */
  async function settle(
    verdict: Verdict,
    batch: StoredBatch,
    signal: AbortSignal,
  ): Promise<boolean> {
    switch (verdict.kind) {
      case 'acked': {
        if (!outbox.acknowledge(stream, verdict.upTo, clock.now().wallMs)) {
          beginEpoch(`the receiver has up to ${verdict.upTo}, more than this hub ever sent`);
          return false;
        }
        if (verdict.upTo < batch.last) {
          failed('the receiver acknowledged less than it was given', 0);
          return false;
        }
        problem = null;
        const { requests, after_ms } = verdict.credit;
        const waitMs = requests === 0 ? Math.max(after_ms, CREDIT_WAIT_MS) : after_ms;
        const until = waitMs > 0 ? deadlineAfter(clock.now(), clock.bootId, waitMs) : null;
        outbox.setPause(stream, 0, until);
        return until === null;
      }
      case 'expected':
        goOnFrom(verdict.expected, batch);
        return pauseMs() === 0;
      case 'diverged':
        beginEpoch('the receiver has other rows under the same numbers');
        return false;
      case 'register':
        if (hasRegistered) failed('the receiver forgot this hub at once', 0);
        else await register(signal);
        hasRegistered = true;
        return pauseMs() === 0;
      case 'stop':
        options.refused(verdict.why);
        return false;
      case 'split':
        split(batch);
        return true;
      case 'poison':
        options.log('warn', `Stream ${stream}, ${batch.first} to ${batch.last}: ${verdict.why}`);
        // A gap that cannot be read either would go round for ever.
        if (batch.schema === GAP.schema) options.refused(verdict.why);
        else outbox.inOne(() => gate.replaceByGap(batch, 'aside', 'refused'));
        return batch.schema !== GAP.schema;
      case 'retry':
        failed(verdict.why, verdict.afterMs);
        return false;
      default:
        return verdict satisfies never;
    }
  }

  return {
    get problem() {
      return problem;
    },
    async run(signal) {
      hasRegistered = false;
      for (let sent = 0; sent < BATCHES_IN_A_ROW; sent += 1) {
        const waitMs = pauseMs();
        const batch = outbox.oldest(stream);
        if (batch === null) return null;
        if (waitMs > 0) return waitMs;
        if (signal.aborted) return 0;
        outbox.markSent(batch.id, clock.now().wallMs);
        const verdict = await ask(() => transport.batch(key.hub, batch, signal));
        // Taken back or stopped while it was on its way: what stands in its place is sent next.
        if (signal.aborted) return 0;
        const goesOn = await settle(verdict, { ...batch, attempts: batch.attempts + 1 }, signal);
        if (!goesOn) return outbox.oldest(stream) === null ? null : pauseMs();
      }
      return 0;
    },
  };
}

/** New numbers under a new epoch; what waited is lost, and told. */
export function restartNumbers({
  outbox,
  gate,
  sealer,
  clock,
}: Pick<DeliveryOptions, 'outbox' | 'gate' | 'sealer' | 'clock'>): void {
  outbox.inOne(() => {
    const lost = outbox.beginEpoch();
    gate.announce();
    for (const [stream, rows] of lost) {
      const place = {
        epoch: outbox.epoch,
        stream,
        first: outbox.next(stream),
        consentRev: gate.consent.rev,
      };
      const row = { reason: 'restored' as const, category: null, rows };
      const gap = sealer.gap(place, place.first, {
        ...row,
        at: Math.round(clock.now().wallMs),
      });
      outbox.append([gap], gate.notes(null));
    }
  });
}

/** fetch hides the reason below its own error. */
function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}
