// Whatever a device sends: mutated frames in the handshake, in the listing and in its states, plain and encrypted,
// never end the adapter, never block it, and leave nothing behind. INGLE_COUNT says how many frames; INGLE_SEED
// repeats a run.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { HubError } from '../../../hub/model/errors.ts';
import { adapterId } from '../../../hub/model/identifiers.ts';
import { propertyKey } from '../../../hub/model/properties.ts';
import { createRandom, type Random } from '../../../scripts/virtual-home/random.ts';
import type { AdapterContext } from '../../contract/adapter.ts';
import { parseLanAddress } from '../lan-address.ts';
import { esphome } from './family.ts';
import { PORT } from './known-device.ts';
import { openSession, type Session } from './session.ts';
import { FakeEsphome } from './testing/fake-esphome.ts';
import { SAMPLE_ACTORS } from './testing/sample-actors.ts';
import { SAMPLE_LIGHTS } from './testing/sample-lights.ts';
import { SAMPLE_SENSORS } from './testing/sample-sensors.ts';
import { SAMPLE_SETTINGS } from './testing/sample-settings.ts';
import { addDevice, ENTITIES, KEY, setUp, startHub } from './testing/test-esphome.ts';
import { encode, varint } from './testing/wire.ts';

const SEED = Number(process.env.INGLE_SEED ?? Date.now() % 100_000);
const COUNT = Number(process.env.INGLE_COUNT ?? 400);
/**
 * What the loop may be held up by what a device sends, of the thread's own time: 10 ms were never needed. On a machine
 * that does much else at once, a collection of garbage alone was seen to take 50.
 */
const BLOCKED_MS_MAX = 150;
const ON = propertyKey('on');

const SAMPLES = [...SAMPLE_SETTINGS, ...SAMPLE_LIGHTS, ...SAMPLE_SENSORS, ...SAMPLE_ACTORS];
const ALL = SAMPLES.map(({ kind, entity, says }) => ({
  kind,
  fields: entity,
  ...(says?.[0] === undefined ? {} : { state: says[0][0] }),
}));

const STATES = ALL.flatMap(({ kind, state }, at) =>
  state === undefined
    ? []
    : [encode({ type: `${kind}StateResponse`, fields: { key: at + 1, ...state } })],
);

/** Bytes changed, added, taken away, doubled, or a number of the header made enormous. */
function mutate(frame: Buffer, random: Random): Buffer {
  const at = random.integer(0, Math.max(0, frame.length - 1));
  const before = frame.subarray(0, at);
  const after = frame.subarray(at);
  switch (random.integer(0, 7)) {
    case 0:
      return Buffer.concat([before, Buffer.from([random.integer(0, 255)]), after.subarray(1)]);
    case 1:
      return Buffer.concat([before, Buffer.from([random.integer(0, 255)]), after]);
    case 2:
      return Buffer.concat([before, after.subarray(random.integer(1, 9))]);
    case 3:
      return Buffer.concat([frame, frame]);
    case 4:
      return before;
    case 5:
      return Buffer.concat([frame.subarray(0, 1), varint(random.integer(0, 2 ** 40)), after]);
    case 6:
      return Buffer.concat([
        frame.subarray(0, 1),
        Buffer.alloc(random.integer(1, 40), 0xff),
        after,
      ]);
    default:
      return Buffer.from(frame.map((byte) => byte ^ (random.next() < 0.02 ? 0x80 : 0)));
  }
}

/** A value of what was kept exchanged for another, or taken away. */
function damaged(value: unknown, random: Random): unknown {
  const others = [null, 0, -1, 1e300, '', 'x', '__proto__', true, [], {}, [[]], { kind: 'key' }];
  if (typeof value !== 'object' || value === null || random.next() < 0.02)
    return random.pick(others);
  if (Array.isArray(value)) {
    const at = random.integer(0, Math.max(0, value.length - 1));
    return value.map((each, index) => (index === at ? damaged(each, random) : each));
  }
  const names = Object.keys(value);
  const name = names.length === 0 ? 'x' : random.pick(names);
  const { [name]: own, ...rest } = value as Record<string, unknown>;
  return random.next() < 0.1 ? rest : { ...rest, [name]: damaged(own, random) };
}

/** For a device that is only read. */
const silentContext = {
  id: adapterId('esphome'),
  nameOf: () => undefined,
} as unknown as AdapterContext;

/** The longest time of this thread's own between two turns of the loop, in milliseconds. */
function watchLoop() {
  let longestMs = 0;
  let before = process.threadCpuUsage();
  let isWatching = true;
  const turn = (): void => {
    const now = process.threadCpuUsage();
    longestMs = Math.max(longestMs, (now.user + now.system - before.user - before.system) / 1_000);
    before = now;
    if (isWatching) setImmediate(turn);
  };
  setImmediate(turn);
  return () => {
    isWatching = false;
    return longestMs;
  };
}

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** What is held after all that can go has gone, in MB. */
async function heldMb(): Promise<number> {
  for (let turn = 0; turn < 4; turn += 1) {
    await new Promise((resolve) => setTimeout(resolve, 60));
    collect();
  }
  const { heapUsed, external, arrayBuffers } = process.memoryUsage();
  return (heapUsed + external + arrayBuffers) / 1e6;
}

for (const [how, key] of [
  ['plain', null],
  ['encrypted', KEY],
] as const) {
  test(`mutated frames of a device that is ${how} end in words, hold nothing up and leave nothing`, async () => {
    process.stderr.write(`mutated frames, ${how}: INGLE_SEED=${SEED} INGLE_COUNT=${COUNT}\n`);
    const random = createRandom(SEED);
    await using device = await FakeEsphome.start({
      entities: ALL,
      ...(key === null ? {} : { key }),
    });
    const address = parseLanAddress(device.address, PORT);
    const credential = key === null ? ({ kind: 'none' } as const) : ({ kind: 'key', key } as const);
    let mutated = 0;
    let opened = 0;
    const codes = new Set<string>();
    const noted = (error: unknown): void => {
      if (!(error instanceof HubError)) throw error;
      expect(error.zh ?? error.code).not.toBeNull();
      codes.add(error.code);
    };

    /** Of the frames from the first on, this share is mutated. */
    const open = async (share: number): Promise<Session | null> => {
      device.fault.garbler = (frame) => {
        if (random.next() >= share) return frame;
        mutated += 1;
        return mutate(frame, random);
      };
      try {
        const signal = AbortSignal.timeout(share === 0 ? 2_000 : 40);
        const session = await openSession({ address, mac: null, signal }, credential);
        opened += 1;
        return session;
      } catch (error) {
        noted(error);
        return null;
      } finally {
        device.fault.garbler = null;
      }
    };

    /** Tells mutated states one by one, until one of them ends the connection. */
    const tell = async ({ link }: Session, count: number): Promise<void> => {
      link.listen(() => {}, noted);
      for (let n = 0; n < count && link.isOpen; n += 1) {
        mutated += 1;
        const { id, body } = random.pick(STATES);
        if (key === null) {
          const header = [Buffer.from([0]), varint(body.length), varint(id)];
          device.garbleRaw(mutate(Buffer.concat([...header, body]), random));
        } else {
          const header = Buffer.alloc(4);
          header.writeUInt16BE(id, 0);
          header.writeUInt16BE(body.length, 2);
          const content = Buffer.concat([header, body]);
          if (random.next() < 0.1) device.garbleRaw(mutate(content, random));
          else device.garble(mutate(content, random));
        }
        // What is not whole is waited for in vain.
        await link.settled(20).catch(() => link.giveUp());
      }
      link.close();
    };

    const some = async (count: number): Promise<void> => {
      for (const end = mutated + count / 5; mutated < end; ) {
        (await open(random.pick([0.01, 0.02, 0.3, 1])))?.link.close();
      }
      for (const end = mutated + (count * 4) / 5; mutated < end; ) {
        const session = await open(0);
        if (session !== null) await tell(session, 200);
      }
    };
    // Some is loaded and some compiled: what is held is counted from here on.
    await some(100);
    const heldBefore = await heldMb();
    const openedBefore = opened;
    mutated = 0;
    const longest = watchLoop();
    await some(COUNT);
    const longestMs = longest();
    const heldMore = (await heldMb()) - heldBefore;
    process.stderr.write(
      `${mutated} mutated frames in ${opened - openedBefore} connections; held ${heldMore.toFixed(1)} MB ` +
        `more, at most ${longestMs.toFixed(1)} ms at a time\n`,
    );
    expect(codes.has('internal')).toBe(false);
    expect(longestMs).toBeLessThan(BLOCKED_MS_MAX);
    expect(heldMore).toBeLessThan(8);
  }, 600_000);
}

test('a size that would make the library read the same bytes for ever is refused at once', async () => {
  await using device = await FakeEsphome.start({ entities: ENTITIES });
  const address = parseLanAddress(device.address, PORT);
  const { link } = await openSession({ address, mac: null }, { kind: 'none' });
  const lost = new Promise<HubError>((resolve) => link.listen(() => {}, resolve));
  // Size 0xffff_fff5, type 1.
  device.garbleRaw(Buffer.from([0, 0xf5, 0xff, 0xff, 0xff, 0x0f, 1]));
  expect((await lost).message).toMatch(/answers nonsense/);
});

test('a device that says far too much is let go, and one that begins a frame and never ends it', async () => {
  await using device = await FakeEsphome.start({ entities: ENTITIES });
  const address = parseLanAddress(device.address, PORT);
  const ends = async (bytes: Buffer): Promise<string> => {
    const { link } = await openSession({ address, mac: null }, { kind: 'none' });
    const lost = new Promise<HubError>((resolve) => link.listen(() => {}, resolve));
    device.garbleRaw(bytes);
    return (await lost).message;
  };
  const longest = watchLoop();
  const pings = Buffer.concat(Array.from({ length: 20_000 }, () => Buffer.from([0, 0, 8])));
  expect(await ends(pings)).toMatch(/says more than the hub takes/);
  const endless = Buffer.concat([
    Buffer.from([0]),
    varint(65_000),
    varint(27),
    Buffer.alloc(64_900),
  ]);
  expect(await ends(Buffer.concat([endless, endless, endless]))).toMatch(/answers nonsense/);
  expect(longest()).toBeLessThan(BLOCKED_MS_MAX);
});

test('a device that is unplugged is missed though nothing is asked of it', async () => {
  await using device = await FakeEsphome.start({ entities: ENTITIES, key: KEY });
  const address = parseLanAddress(device.address, PORT);
  const { link } = await openSession(
    { address, mac: null, pingEveryMs: 40 },
    { kind: 'key', key: KEY },
  );
  let isLost = false;
  const lost = new Promise<HubError>((resolve) =>
    link.listen(
      () => {},
      (error) => {
        isLost = true;
        resolve(error);
      },
    ),
  );
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(isLost).toBe(false);
  device.fault.isSilent = true;
  expect((await lost).message).toMatch(/went silent/);
});

test('a kept device is read back as it was, and a damaged one never brings the hub down', async () => {
  await using setting = await setUp({ entities: ALL, info: { hasDeepSleep: true } });
  await addDevice(setting);
  const { hub, folder, node } = setting;
  const described = hub.description(node);
  await hub.stop();
  const file = path.join(folder, 'esphome', 'devices.json');
  const kept = readFileSync(file, 'utf8');
  await using next = await startHub(folder);
  expect(next.description(node)).toEqual(described);
  await next.stop();
  const random = createRandom(SEED);
  const tools = { context: silentContext, changed: () => {}, former: () => undefined };
  const whole: unknown = JSON.parse(kept).devices[0];
  let restored = 0;
  for (let n = 0; n < 300; n += 1) {
    const peer = esphome.restore(damaged(whole, random), tools);
    if (peer === undefined) continue;
    restored += 1;
    expect(peer.descriptions().length).toBeGreaterThan(0);
    expect(JSON.parse(JSON.stringify(peer.kept()))).not.toBeNull();
  }
  expect(restored).toBeGreaterThan(0);
}, 30_000);

test('mutated frames neither stop the adapter nor lose the device', async () => {
  process.stderr.write(`mutated frames to the adapter: INGLE_SEED=${SEED}\n`);
  const random = createRandom(SEED);
  await using setting = await setUp({ entities: ALL.filter(({ kind }) => kind !== 'Camera') });
  const { hub, device, node } = setting;
  await addDevice(setting);
  device.fault.garbler = (frame) => (random.next() < 0.2 ? mutate(frame, random) : frame);
  for (let n = 0; n < 200; n += 1) {
    device.change('room_temperature', { state: n });
    if (n % 20 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  device.fault.garbler = null;
  device.hangUp();
  await hub.until('it to be away', () => hub.isOnline(node) === false);
  await hub.until('it to be back', () => hub.isOnline(node) === true, 20_000);
  const on = hub.description(node)?.properties.find(({ name }) => name === 'on')?.key ?? ON;
  const outcome = await hub.settle(node, { kind: 'set', property: on, value: true });
  expect(outcome.state).toBe('acknowledged');
  expect(hub.exitCode).toBeUndefined();
}, 40_000);
