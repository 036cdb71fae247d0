import { copyFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { SyncCategory } from '../../hub/model/sync-port.ts';
import type { ReceiverStore } from '../receiver/receiver-store.ts';
import { backoffMs } from './backoff.ts';
import { readSentRecords } from './sent-records.ts';
import { openOutbox } from './store-outbox.ts';
import {
  BOTH,
  type Channel,
  consent,
  countingSource,
  directTransport,
  gapsAt,
  HOUR_MS,
  openChannel,
  rowsAt,
  seeded,
  testClock,
} from './test-channel.ts';
import type { Transport } from './transport.ts';

let open: Channel[] = [];
afterEach(() => {
  for (const channel of open) channel.close();
  open = [];
});
function channelWith(options: Parameters<typeof openChannel>[0] = {}): Channel {
  const channel = openChannel(options);
  open.push(channel);
  return channel;
}

/** A network that loses what it is told to lose. */
function wire(inner: Transport) {
  const state = { isCut: false, requests: 0, bodies: new Map<string, Set<string>>() };
  const transport: Transport = {
    async batch(hub, batch, signal) {
      state.requests += 1;
      const place = `${batch.epoch} ${batch.stream} ${batch.first}`;
      const bytes = `${batch.envelope} ${Buffer.from(batch.body ?? []).toString('hex')}`;
      state.bodies.set(place, (state.bodies.get(place) ?? new Set()).add(bytes));
      if (state.isCut) throw new Error('cut');
      return inner.batch(hub, batch, signal);
    },
    async register(text, signal) {
      state.requests += 1;
      if (state.isCut) throw new Error('cut');
      return inner.register(text, signal);
    },
  };
  return { state, transport };
}

function wired(options: Parameters<typeof openChannel>[0] = {}) {
  let made: ReturnType<typeof wire> | undefined;
  const channel = channelWith({
    ...options,
    transport: (store, clock) => {
      made = wire(directTransport(store, () => clock.now().wallMs));
      return made.transport;
    },
  });
  if (made === undefined) throw new Error('no transport was made');
  return { channel, state: made.state };
}

const RANDOM_HALF = () => 0.5;

describe('the uplink', () => {
  it('sends and queues nothing until a member has agreed, and says that it is off', async () => {
    const source = countingSource(5);
    const { channel, state } = wired({ source });
    await channel.run(30 * HOUR_MS);
    expect(channel.uplink.status()).toMatchObject({ state: 'off', queue: { batches: 0 } });
    expect([state.requests, source.made.usage.length, source.made.telemetry.length]).toEqual([
      0, 0, 0,
    ]);
  });

  it('sends each row once and in order, of the agreed category alone', async () => {
    const source = countingSource(7);
    const channel = channelWith({ source });
    channel.uplink.setConsent(consent(1, { usage: true }));
    await channel.run(24 * HOUR_MS);
    expect(source.made.telemetry).toEqual([]);
    expect(source.made.usage.length).toBeGreaterThan(150);
    expect(rowsAt(channel.store, channel.key.hub, 1)).toEqual(source.made.usage);
    expect(rowsAt(channel.store, channel.key.hub, 2)).toEqual([]);
    expect(channel.store.counts()).toMatchObject({ hubs: 1, missingRows: 0, suspectedClones: 0 });
  });

  it('tries a cut connection again with the very same bytes, inside the bounds of its back-off', async () => {
    const source = countingSource(3);
    const { channel, state } = wired({ source });
    channel.uplink.setConsent(BOTH);
    await channel.run(2 * HOUR_MS);
    state.isCut = true;
    state.requests = 0;
    await channel.run(24 * HOUR_MS);
    // Two streams with something to say, full jitter up to 15 minutes and an hour.
    expect(state.requests).toBeGreaterThan(60);
    expect(state.requests).toBeLessThan(400);
    expect(channel.uplink.status()).toMatchObject({ state: 'waiting', problem: 'cut' });
    channel.reopen();
    state.isCut = false;
    await channel.run(2 * HOUR_MS);
    for (const [place, bytes] of state.bodies) expect(bytes.size, place).toBe(1);
    expect(rowsAt(channel.store, channel.key.hub, 1)).toEqual(source.made.usage);
    expect(rowsAt(channel.store, channel.key.hub, 2)).toEqual(source.made.telemetry);
  });

  it('keeps its back-off over a restart', async () => {
    const { channel, state } = wired();
    state.isCut = true;
    channel.uplink.setConsent(BOTH);
    await channel.run(6 * HOUR_MS);
    state.requests = 0;
    for (let restart = 0; restart < 50; restart += 1) {
      channel.reopen();
      channel.uplink.setConsent(BOTH);
      await channel.uplink.step();
    }
    expect(state.requests).toBeLessThanOrEqual(3);
  });

  it('waits at least as long as Retry-After says, and at most twice that', () => {
    const random = seeded(7);
    for (let failures = 1; failures < 40; failures += 1) {
      for (const stream of [0, 1, 2] as const) {
        const capMs = stream === 2 ? 3_600_000 : 900_000;
        const plainMs = backoffMs(stream, failures, 0, random);
        expect(plainMs).toBeGreaterThanOrEqual(0);
        expect(plainMs).toBeLessThanOrEqual(Math.min(capMs, 2_000 * 2 ** failures));
        const askedMs = backoffMs(stream, 1, 5_000_000, random);
        expect(askedMs).toBeGreaterThanOrEqual(5_000_000);
        expect(askedMs).toBeLessThanOrEqual(10_000_000);
      }
    }
    expect(backoffMs(1, 3, 0, RANDOM_HALF)).toBe(8_000);
  });

  it('comes to a receiver that has had enough no sooner than it was told, and brings all of it', async () => {
    const source = countingSource(4);
    const notBeforeMs = new Map<number, number>();
    const early: number[] = [];
    let requests = 0;
    const channel = channelWith({
      source,
      transport: (store, clock) => {
        const inner = directTransport(store, () => clock.now().wallMs);
        return {
          ...inner,
          async batch(hub, batch, signal) {
            const { monoMs } = clock.now();
            if (monoMs < (notBeforeMs.get(batch.stream) ?? 0)) early.push(monoMs);
            requests += 1;
            if (requests % 3 !== 0) return inner.batch(hub, batch, signal);
            notBeforeMs.set(batch.stream, monoMs + 90_000);
            const body = JSON.stringify({ code: 'busy', message: 'This hub sends too much' });
            return { status: 429, retryAfter: '90', body };
          },
        };
      },
    });
    channel.uplink.setConsent(BOTH);
    await channel.run(20 * HOUR_MS);
    expect(requests).toBeGreaterThan(30);
    expect(early).toEqual([]);
    const isWhole = () =>
      rowsAt(channel.store, channel.key.hub, 1).length === source.made.usage.length &&
      rowsAt(channel.store, channel.key.hub, 2).length === source.made.telemetry.length;
    // What was sealed last may have been told to wait.
    for (let minute = 0; minute < 60 && !isWhole(); minute++) await channel.run(60_000);
    expect(rowsAt(channel.store, channel.key.hub, 1)).toEqual(source.made.usage);
    expect(rowsAt(channel.store, channel.key.hub, 2)).toEqual(source.made.telemetry);
  });

  it('survives 1,000 deliveries of which a third is doubled or late and half of the answers are lost', async () => {
    for (const seed of [11]) {
      const random = seeded(seed);
      const source = countingSource(2);
      let deliveries = 0;
      const channel = channelWith({
        source,
        random,
        transport(store: ReceiverStore, clock) {
          const inner = directTransport(store, () => clock.now().wallMs);
          const late: (() => Promise<unknown>)[] = [];
          return {
            async batch(hub, batch, signal) {
              deliveries += 1;
              const again = () => inner.batch(hub, batch, signal);
              if (random() < 0.3) late.push(again);
              if (random() < 0.3 && late.length > 0) {
                // An old copy overtakes: it was on its way for hours.
                const index = Math.floor(random() * late.length);
                await late.splice(index, 1)[0]?.();
              }
              if (random() < 0.2) throw new Error('lost on the way there');
              if (random() < 0.3) await again();
              const reply = await again();
              if (random() < 0.4) throw new Error('the answer was lost');
              return reply;
            },
            register: inner.register,
          };
        },
      });
      channel.uplink.setConsent(BOTH);
      while (deliveries < 1_000) {
        await channel.run(4 * HOUR_MS);
        if (random() < 0.1) channel.reopen();
      }
      await channel.run(30 * HOUR_MS);
      for (const [stream, category] of [
        [1, 'usage'],
        [2, 'telemetry'],
      ] as const) {
        const got = rowsAt(channel.store, channel.key.hub, stream);
        // What was made last may still be on its way.
        const expected = source.made[category].slice(0, got.length);
        expect(got, `seed ${seed}`).toEqual(expected);
        expect(source.made[category].length - got.length, `seed ${seed}`).toBeLessThan(40);
      }
      expect(channel.store.counts(), `seed ${seed}`).toMatchObject({
        missingRows: 0,
        suspectedClones: 0,
      });
    }
  }, 60_000);

  it('takes back what waits when consent ends: a gap stands in its place, and the receiver deletes', async () => {
    const source = countingSource(4);
    const { channel, state } = wired({ source });
    channel.uplink.setConsent(BOTH);
    await channel.run(5 * HOUR_MS);
    expect(rowsAt(channel.store, channel.key.hub, 2).length).toBeGreaterThan(0);
    state.isCut = true;
    await channel.run(10 * HOUR_MS);
    state.bodies.clear();
    channel.uplink.setConsent({
      rev: 2,
      categories: { ...BOTH.categories, ...consent(2, { telemetry: false }).categories },
    });
    const madeBefore = source.made.telemetry.length;
    state.isCut = false;
    await channel.run(10 * HOUR_MS);
    expect(rowsAt(channel.store, channel.key.hub, 2)).toEqual([]);
    expect(gapsAt(channel.store, channel.key.hub, 2)).toContainEqual(
      expect.objectContaining({ reason: 'withdrawn', category: 'telemetry', rows: 4 }),
    );
    expect(source.made.telemetry.length).toBe(madeBefore);
    expect(rowsAt(channel.store, channel.key.hub, 1)).toEqual(source.made.usage);
    expect(channel.uplink.status().state).toBe('idle');
  });

  it('falls silent after all consent was taken back and the receiver knows', async () => {
    const { channel, state } = wired();
    channel.uplink.setConsent(BOTH);
    await channel.run(3 * HOUR_MS);
    channel.uplink.setConsent(consent(2, { telemetry: false, usage: false }));
    await channel.run(HOUR_MS);
    expect(channel.uplink.status()).toMatchObject({ state: 'off', queue: { batches: 0 } });
    expect(rowsAt(channel.store, channel.key.hub, 1)).toEqual([]);
    state.requests = 0;
    await channel.run(100 * HOUR_MS);
    channel.reopen();
    await channel.run(100 * HOUR_MS);
    expect(state.requests).toBe(0);
  });

  it('says nothing at all when consent was taken back before anything was sent', async () => {
    const { channel, state } = wired();
    channel.uplink.setConsent(BOTH);
    channel.uplink.setConsent(consent(2, { telemetry: false, usage: false }));
    await channel.run(100 * HOUR_MS);
    expect(state.requests).toBe(0);
  });

  it('sends again what the receiver lost, and a gap for what it let go itself', async () => {
    const source = countingSource(6);
    let current: ReceiverStore | undefined;
    const channel = channelWith({
      source,
      transport: (store, clock) => {
        current = store;
        const ask = () => directTransport(current ?? store, () => clock.now().wallMs);
        return {
          batch: (...given) => ask().batch(...given),
          register: (...given) => ask().register(...given),
        };
      },
    });
    channel.uplink.setConsent(BOTH);
    await channel.run(20 * HOUR_MS);
    // The same folder, emptied: a receiver without a backup.
    const other = openChannel({ source: countingSource(0) });
    open.push(other);
    current = other.store;
    await channel.run(10 * HOUR_MS);
    expect(rowsAt(other.store, channel.key.hub, 1)).toEqual(source.made.usage);
    expect(rowsAt(other.store, channel.key.hub, 2)).toEqual(source.made.telemetry);
    expect(channel.uplink.status()).toMatchObject({ state: 'idle', problem: null });
    // Eight days later the first bodies are gone.
    await channel.run(8 * 24 * HOUR_MS);
    const third = openChannel({ source: countingSource(0) });
    open.push(third);
    current = third.store;
    await channel.run(5 * HOUR_MS);
    expect(gapsAt(third.store, channel.key.hub, 1)).toContainEqual(
      expect.objectContaining({ reason: 'expired' }),
    );
    const kept = rowsAt(third.store, channel.key.hub, 1);
    expect(kept).toEqual(source.made.usage.slice(-kept.length));
  });

  it('never uses a number twice after its database was restored from a copy', async () => {
    const source = countingSource(3);
    const channel = channelWith({
      source,
      before(folder) {
        const copy = path.join(folder, 'copy.db');
        if (!statSync(copy, { throwIfNoEntry: false })) return;
        for (const suffix of ['-wal', '-shm']) {
          rmSync(path.join(folder, `outbox.db${suffix}`), { force: true });
        }
        const scratch = path.join(folder, 'restored.db');
        copyFileSync(copy, scratch);
        renameSync(scratch, path.join(folder, 'outbox.db'));
      },
    });
    channel.uplink.setConsent(BOTH);
    await channel.run(5 * HOUR_MS);
    channel.reopen();
    copyFileSync(path.join(channel.folder, 'outbox.db'), path.join(channel.folder, 'copy.db'));
    await channel.run(5 * HOUR_MS);
    channel.reopen();
    const before = rowsAt(channel.store, channel.key.hub, 1).length;
    await channel.run(5 * HOUR_MS);
    const epochs = new Set(
      channel.store.bodies(channel.key.hub, 1).map(({ envelope }) => envelope.epoch),
    );
    expect(epochs.size).toBe(2);
    expect(rowsAt(channel.store, channel.key.hub, 1).length).toBeGreaterThan(before);
    expect(rowsAt(channel.store, channel.key.hub, 1)).toEqual(source.made.usage);
  });

  it('begins anew with a damaged database, and keeps the damaged one', async () => {
    const source = countingSource(3);
    let isDamaged = false;
    const channel = channelWith({
      source,
      before(folder) {
        if (isDamaged) writeFileSync(path.join(folder, 'outbox.db'), 'no database');
      },
    });
    channel.uplink.setConsent(BOTH);
    await channel.run(3 * HOUR_MS);
    isDamaged = true;
    channel.reopen();
    channel.uplink.setConsent(BOTH);
    await channel.run(3 * HOUR_MS);
    expect(statSync(path.join(channel.folder, 'outbox.db.damaged')).isFile()).toBe(true);
    expect(channel.uplink.status()).toMatchObject({ state: 'idle', problem: null });
    expect(rowsAt(channel.store, channel.key.hub, 1)).toEqual(source.made.usage);
  });

  it('stays under its cap when the receiver is away for long: telemetry goes first, decisions stay', async () => {
    const source = countingSource(200);
    const { channel, state } = wired({ source, waitingBytesMax: 20_000 });
    state.isCut = true;
    channel.uplink.setConsent(BOTH);
    for (let day = 0; day < 6; day += 1) {
      await channel.run(24 * HOUR_MS);
      channel.uplink.setConsent({ ...BOTH });
      expect(channel.uplink.status().queue.bytes).toBeLessThan(30_000 + day * 24 * 2 * 200);
    }
    state.isCut = false;
    await channel.run(12 * HOUR_MS);
    expect(channel.uplink.status().queue.batches).toBe(0);
    const gaps = gapsAt(channel.store, channel.key.hub, 2);
    const lost = gaps.reduce((sum, gap) => sum + Number(gap.rows), 0);
    expect(gaps.every((gap) => gap.reason === 'full')).toBe(true);
    expect(lost + rowsAt(channel.store, channel.key.hub, 2).length).toBe(
      source.made.telemetry.length,
    );
    expect(rowsAt(channel.store, channel.key.hub, 0)).toHaveLength(2);
  }, 60_000);

  it('neither loses nor doubles a row when the clock jumps by ten years or back', async () => {
    const source = countingSource(2);
    const channel = channelWith({ source });
    channel.uplink.setConsent(BOTH);
    const random = seeded(5);
    const YEARS = 10 * 365 * 24 * HOUR_MS;
    for (let jump = 0; jump < 20; jump += 1) {
      channel.clock.stepWall([-YEARS, -HOUR_MS, HOUR_MS, YEARS][Math.floor(random() * 4)] ?? 0);
      await channel.run(3 * HOUR_MS);
    }
    expect(rowsAt(channel.store, channel.key.hub, 1)).toHaveLength(source.made.usage.length);
    expect(new Set(rowsAt(channel.store, channel.key.hub, 1).map((row) => row.count)).size).toBe(
      source.made.usage.length,
    );
  });

  it('sets aside what the receiver cannot read, tells the gap and goes on', async () => {
    const source = countingSource(3);
    const bad: SyncCategory = 'usage';
    const channel = channelWith({
      source: {
        async rows(category, fromMs, toMs) {
          const made = await source.rows(category, fromMs, toMs);
          if (category !== bad || source.made.usage.length !== 6) return made;
          return { rows: made.rows.map((row) => ({ ...row, count: -1 })) };
        },
      },
    });
    channel.uplink.setConsent(BOTH);
    await channel.run(6 * HOUR_MS);
    expect(channel.uplink.status()).toMatchObject({ state: 'idle', setAside: 1 });
    expect(gapsAt(channel.store, channel.key.hub, 1)).toMatchObject([
      { reason: 'refused', rows: 3 },
    ]);
    expect(rowsAt(channel.store, channel.key.hub, 1)).toHaveLength(source.made.usage.length - 3);
  });

  it('stops and says so when the receiver revoked the hub', async () => {
    const { channel, state } = wired();
    channel.uplink.setConsent(BOTH);
    await channel.run(HOUR_MS);
    channel.store.revoke(channel.key.hub, 1);
    await channel.run(3 * HOUR_MS);
    expect(channel.uplink.status()).toMatchObject({
      state: 'refused',
      problem: 'This hub was revoked',
    });
    state.requests = 0;
    await channel.run(24 * HOUR_MS);
    expect(state.requests).toBe(0);
  });

  it('lists every record that left, newest first, with its consent, in pages that fit together', async () => {
    const source = countingSource(5);
    const channel = channelWith({ source });
    channel.uplink.setConsent(BOTH);
    await channel.run(20 * HOUR_MS);
    const { outbox } = openOutbox(channel.folder);
    const listed: string[] = [];
    let next: string | null = null;
    do {
      const page = readSentRecords(outbox, next, 7);
      listed.push(...page.items.map((record) => record.id));
      expect(page.items.every((record) => record.ackedAtMs !== null)).toBe(true);
      ({ next } = page);
    } while (next !== null);
    const whole = readSentRecords(outbox, null, 10_000).items;
    outbox.close();
    expect(listed).toEqual(whole.map((record) => record.id));
    expect(new Set(listed).size).toBe(listed.length);
    expect(
      whole.filter((record) => record.kind === 'scene-runs').map(({ content }) => content),
    ).toEqual(source.made.usage.toReversed());
    expect(whole.filter((record) => record.kind === 'device-health')).toHaveLength(
      source.made.telemetry.length,
    );
  });
});

describe('the hub’s key', () => {
  it('is readable by the hub’s user alone and stays the same', () => {
    const channel = channelWith();
    const file = path.join(channel.folder, 'sync.key');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(path.join(channel.folder, 'outbox.db')).mode & 0o777).toBe(0o600);
    const { hub } = channel.key;
    expect(hub).toMatch(/^hub_[0-9a-f]{40}$/);
    channel.reopen();
    expect(channel.uplink.status().hub).toBe(hub);
    expect(testClock().state()).toBe('synced');
  });
});
