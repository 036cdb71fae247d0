// The hub's end of the channel: seals what is due, delivers the streams beside each other, and takes consent and its
// end at once. It has no timer of its own: whoever owns it calls `step` again when it says so.
import type { Clock } from '../../hub/model/clock.ts';
import {
  isAnyGranted,
  type SyncConsent,
  type SyncState,
  type SyncStatus,
} from '../../hub/model/sync-port.ts';
import type { HubKey } from '../protocol/envelope.ts';
import { STREAMS, type Stream } from '../protocol/records.ts';
import { createConsentGate, streamOf } from './consent-gate.ts';
import { createDelivery, type Delivery, restartNumbers } from './delivery.ts';
import { createSealer } from './seal.ts';
import { createSealing, type RowSource } from './sealing.ts';
import type { OpenOutbox } from './store-outbox.ts';
import type { Transport } from './transport.ts';

/** A step is taken at least this often: a clock may be set while the hub waits. */
const STEP_MS_MAX = 600_000;
const SOURCE_RETRY_MS = 10_000;

export interface UplinkOptions {
  readonly opened: OpenOutbox;
  readonly key: HubKey;
  readonly clock: Clock;
  readonly source: RowSource;
  /** Null: no address is set. */
  readonly transport: Transport | null;
  readonly token: string | null;
  /** The span of usage counts and the pace of telemetry, milliseconds. */
  readonly everyMs: number;
  readonly waitingBytesMax?: number;
  random(): number;
  log(level: 'info' | 'warn', text: string): void;
}

export interface Uplink {
  /** Once it returns nothing goes that the household has not agreed to. */
  setConsent(consent: SyncConsent): void;
  /** Does all that is due. Not to be called again before it resolves. @returns milliseconds until something is due; null: nothing will be */
  step(): Promise<number | null>;
  status(): SyncStatus;
  /** Ends what is on its way. */
  stop(): void;
}

export function createUplink(options: UplinkOptions): Uplink {
  const { clock, key, transport } = options;
  const { outbox, isRestored } = options.opened;
  const sealer = createSealer(key, clock);
  const gate = createConsentGate(outbox, sealer, () => clock.now().wallMs);
  const sealing = createSealing({
    ...{ outbox, gate, sealer, clock, source: options.source, hub: key.hub },
    everyMs: options.everyMs,
    ...(options.waitingBytesMax === undefined ? {} : { waitingBytesMax: options.waitingBytesMax }),
  });
  const onTheWay = new Map<Stream, AbortController>();
  let refusal: string | null = null;
  let nextAtMs: number | null = null;
  let isStopped = false;

  const deliveries = new Map<Stream, Delivery>();
  if (transport !== null) {
    for (const stream of STREAMS) {
      const delivery = createDelivery(stream, {
        ...{ outbox, gate, sealer, key, clock, transport, token: options.token },
        random: options.random,
        refused(why) {
          refusal = why;
          options.log('warn', `The receiver does not take this hub: ${why}`);
        },
        log: options.log,
      });
      deliveries.set(stream, delivery);
    }
  }

  if (isRestored) {
    options.log('warn', 'The outbox came from elsewhere: numbers begin anew');
    restartNumbers({ outbox, gate, sealer, clock });
  }

  /** Once all is taken back, the receiver is told so, if it ever heard of this hub; nothing else leaves. */
  const isFarewell = () => !isAnyGranted(gate.consent) && outbox.note('contacted') !== null;
  const maySend = () => transport !== null && (isAnyGranted(gate.consent) || isFarewell());

  async function deliver(stream: Stream): Promise<number | null> {
    const delivery = deliveries.get(stream);
    if (delivery === undefined || isStopped || refusal !== null || !maySend()) return null;
    const controller = new AbortController();
    onTheWay.set(stream, controller);
    try {
      return await delivery.run(controller.signal);
    } finally {
      onTheWay.delete(stream);
    }
  }

  async function seal(): Promise<number> {
    try {
      return await sealing.run();
    } catch (error) {
      options.log('warn', `Rows could not be sealed: ${String(error)}`);
      return SOURCE_RETRY_MS;
    }
  }

  async function step(): Promise<number | null> {
    if (isStopped || !maySend()) return null;
    const waits: (number | null)[] = isAnyGranted(gate.consent) ? [await seal()] : [];
    if (refusal === null && maySend()) {
      if (outbox.note('contacted') === null) outbox.setNote('contacted', '1');
      // What people decided comes first: the receiver is to know of a consent before what it allows.
      waits.push(await deliver(0));
      waits.push(...(await Promise.all([deliver(1), deliver(2)])));
    }
    const due = waits.filter((wait) => wait !== null);
    if (due.length === 0 || isStopped) return null;
    const waitMs = Math.min(STEP_MS_MAX, ...due);
    nextAtMs = clock.now().wallMs + waitMs;
    return waitMs;
  }

  function stateNow(waiting: number): SyncState {
    if (!maySend()) return 'off';
    if (refusal !== null) return 'refused';
    if (isFarewell()) return waiting > 0 ? 'withdrawing' : 'off';
    if (onTheWay.size > 0) return 'sending';
    return waiting > 0 ? 'waiting' : 'idle';
  }

  return {
    step,
    setConsent(consent) {
      const withdrawn = gate.apply(consent);
      refusal = null;
      for (const category of withdrawn) onTheWay.get(streamOf(category))?.abort();
    },
    status() {
      const queue = outbox.queue();
      const { batches, rows } = outbox.sent();
      const state = stateNow(queue.batches);
      const problems = [...deliveries.values()].flatMap(({ problem }) => problem ?? []);
      return {
        state,
        problem: refusal ?? problems[0] ?? null,
        hub: key.hub,
        queue,
        sent: { batches, rows },
        setAside: outbox.setAside(),
        lastAckAtMs: outbox.lastAckAtMs(),
        nextAtMs: state === 'off' ? null : nextAtMs,
      };
    },
    stop() {
      isStopped = true;
      for (const controller of onTheWay.values()) controller.abort();
    },
  };
}
