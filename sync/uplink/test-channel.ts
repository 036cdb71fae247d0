// Both ends of the channel for tests: a real outbox and a real receiver's store in a folder of their own, a clock that
// jumps, a house that makes rows, and a network between them that loses, doubles and delays by a seed.
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Clock } from '../../hub/model/clock.ts';
import type { SyncCategory, SyncConsent } from '../../hub/model/sync-port.ts';
import { type Row, unpackRows } from '../protocol/codec.ts';
import { type HubKey, parseRegistration } from '../protocol/envelope.ts';
import { GAP, type Stream } from '../protocol/records.ts';
import { type RawReply, STATUS } from '../protocol/reply.ts';
import { checkBody, checkHead, RefusedError } from '../receiver/check-batch.ts';
import type { ReceiverStore } from '../receiver/receiver-store.ts';
import { openReceiverStore } from '../receiver/store-sqlite.ts';
import { openKey } from './key-file.ts';
import { openOutbox } from './store-outbox.ts';
import type { Transport } from './transport.ts';
import { createUplink, type Uplink, type UplinkOptions } from './uplink.ts';

export const HOUR_MS = 3_600_000;

/** mulberry32: small, and the same on every machine. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export interface TestClock extends Clock {
  advance(ms: number): void;
  stepWall(ms: number): void;
}

export function testClock(startMs = Date.UTC(2026, 10, 21)): TestClock {
  let wallMs = startMs;
  let monoMs = 1_000;
  return {
    bootId: 'boot-of-the-test',
    now: () => ({ wallMs, monoMs }),
    state: () => 'synced',
    advance(ms) {
      wallMs += ms;
      monoMs += ms;
    },
    stepWall(ms) {
      wallMs += ms;
    },
  };
}

/** Consent as the household's record of it. */
export function consent(
  rev: number,
  granted: Partial<Record<SyncCategory, boolean>>,
  atMs = 0,
): SyncConsent {
  const categories = Object.entries(granted).map(([category, is]) => [
    category,
    { granted: is, by: null, atMs, rev },
  ]);
  return { rev, categories: Object.fromEntries(categories) };
}

export const BOTH = consent(1, { telemetry: true, usage: true });

/** A house of which each span gives some rows, numbered so that a lost or doubled one shows. */
export function countingSource(perSpan: number) {
  const made: Record<SyncCategory, Row[]> = { telemetry: [], usage: [] };
  return {
    made,
    async rows(category: SyncCategory, fromMs: number, toMs: number) {
      const rows = Array.from({ length: perSpan }, (_, index) => {
        const count = made[category].length + index;
        return category === 'usage'
          ? { from: fromMs, to: toMs, trigger: 'device', result: 'done', count }
          : {
              ...{
                at: toMs,
                mono: count,
                device: `dev_${index}`,
                protocol: 'zigbee',
                product: 'x',
              },
              ...{ firmware: null, online: true, since: fromMs, battery: 50, linkQuality: 100 },
            };
      });
      made[category].push(...rows);
      return { rows };
    },
  };
}

const CREDIT = { requests: 16, bytes: 1e6, after_ms: 0 };

/** The receiver's end without its socket. */
export function directTransport(store: ReceiverStore, nowMs: () => number): Transport {
  const reply = (status: number, body: object): RawReply => ({
    status,
    retryAfter: null,
    body: JSON.stringify(body),
  });
  return {
    async batch(hub, { stream, envelope, signature, body }) {
      try {
        const head = checkHead({ hub, stream: String(stream), envelope, signature }, (id) =>
          store.hub(id),
        );
        const [result] = store.ingest([checkBody(head, body ?? new Uint8Array())], nowMs());
        if (result?.kind === 'acked') return reply(200, { acked: result.upTo, credit: CREDIT });
        if (result?.kind === 'gap') {
          return reply(409, { code: 'gap', message: 'gap', expected: result.expected });
        }
        if (result?.kind === 'diverged') return reply(409, { code: 'diverged', message: 'other' });
        return reply(422, { code: 'consent', message: 'withdrawn' });
      } catch (error) {
        if (error instanceof RefusedError) return reply(STATUS[error.refusal.code], error.refusal);
        throw error;
      }
    },
    async register(text) {
      const registration = parseRegistration(text);
      if (registration === null) return reply(401, { code: 'bad-signature', message: '' });
      store.register(registration.hub, registration.publicKey, nowMs());
      return reply(200, {});
    },
  };
}

export interface Channel {
  readonly folder: string;
  readonly key: HubKey;
  readonly clock: TestClock;
  readonly store: ReceiverStore;
  uplink: Uplink;
  /** Takes steps, each as soon as it is due, until the virtual time has passed. @returns how many steps it took */
  run(ms: number): Promise<number>;
  /** Closes the outbox and opens it again, as a restart of the hub does. */
  reopen(): void;
  close(): void;
}

export function openChannel(
  options: Partial<Omit<UplinkOptions, 'transport'>> & {
    transport?: (store: ReceiverStore, clock: TestClock) => Transport | null;
    before?: (folder: string) => void;
  } = {},
): Channel {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'ingle-'));
  const clock = testClock();
  const store = openReceiverStore(path.join(folder, 'receiver'));
  const { transport: makeTransport, before, ...given } = options;
  const transport =
    makeTransport === undefined
      ? directTransport(store, () => clock.now().wallMs)
      : makeTransport(store, clock);
  const key = openKey(folder);
  const source = countingSource(10);

  function open() {
    before?.(folder);
    const opened = openOutbox(folder);
    const uplink = createUplink({
      ...{ opened, key, clock, source, transport, token: null, everyMs: HOUR_MS },
      random: seeded(1),
      log: () => {},
      ...given,
    });
    return { opened, uplink };
  }
  let { opened, uplink } = open();

  const channel: Channel = {
    ...{ folder, key, clock, store, uplink },
    async run(ms) {
      const endMs = clock.now().monoMs + ms;
      let steps = 0;
      for (;;) {
        steps += 1;
        const waitMs = await channel.uplink.step();
        const leftMs = endMs - clock.now().monoMs;
        if (waitMs === null || waitMs >= leftMs) {
          clock.advance(Math.max(0, leftMs));
          return steps;
        }
        clock.advance(waitMs);
      }
    },
    reopen() {
      uplink.stop();
      opened.outbox.close();
      ({ opened, uplink } = open());
      channel.uplink = uplink;
    },
    close() {
      opened.outbox.close();
      store.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return channel;
}

/** What the receiver holds of a stream, gaps left out. */
export function rowsAt(store: ReceiverStore, hub: string, stream: Stream): Row[] {
  return store
    .bodies(hub, stream)
    .filter(({ envelope }) => envelope.schema !== GAP.schema)
    .flatMap(({ body }) => unpackRows(body));
}

/** The gaps that the receiver holds of a stream. */
export function gapsAt(store: ReceiverStore, hub: string, stream: Stream): Row[] {
  return store
    .bodies(hub, stream)
    .filter(({ envelope }) => envelope.schema === GAP.schema)
    .flatMap(({ body }) => unpackRows(body));
}
