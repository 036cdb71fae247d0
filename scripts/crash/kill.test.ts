// Goal: nothing acknowledged is lost by a kill -9 of the whole hub, and nothing is done twice.
// Method: a virtual home outlives its hub, which is killed at random instants while a driver edits, starts scenes, walks
// past sensors, sends commands and pairs devices; after each start on the same folder the hub is held against the
// driver's own record and what the devices heard. INGLE_SEED and INGLE_COUNT repeat a run; it prints both.
import { once } from 'node:events';
import { cpSync, readdirSync, readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { type House, nodeOf, openHouse } from '../e2e/house.ts';
import { spawnHub, waitFor } from '../e2e/running-hub.ts';
import { createRandom } from '../virtual-home/random.ts';
import { Driver } from './driver.ts';
import { type Message, OUTAGE_MS, OutsideRecord } from './outside-record.ts';
import { HELD, SCENES } from './scenes-under-test.ts';

const COUNT = Number(process.env.INGLE_COUNT ?? 12);
const SEED = Number(process.env.INGLE_SEED ?? Date.now() % 1_000_000);

const READY_WITHIN_MS = 5_000;
const LIFE_MS = { min: 100, max: 3_400 };
/** One start in this many is killed too, at a random instant of its first second. */
const START_KILLED_EVERY = 6;
const START_KILLED_WITHIN_MS = 1_000;
/** One kill in this many is a real outage, so that the scenes' rules for it apply. */
const OUTAGE_EVERY = 12;
const SETTLE_WITHIN_MS = 45_000;

const BASE = [
  ...['Hall lamp', 'Living room lamp', 'Kitchen lamp', 'Bedroom lamp'],
  ...['Hall motion', 'Bedside button', 'Bedroom window'],
];

interface Listed {
  readonly id: string;
  readonly name: string;
  readonly version: number;
}

/** How long a process waited for a processor that others had: its first thread, and the longest wait of another. */
function queuedMsOf(pid: number): number {
  const waits = readdirSync(`/proc/${pid}/task`).map((thread) => {
    const text = readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8');
    return { isFirst: Number(thread) === pid, ms: Number(text.split(' ')[1]) / 1e6 };
  });
  const first = waits.find(({ isFirst }) => isFirst)?.ms ?? 0;
  return Math.round(
    first + Math.max(0, ...waits.filter(({ isFirst }) => !isFirst).map(({ ms }) => ms)),
  );
}

async function list<Item>(house: House, path: string): Promise<Item[]> {
  const items: Item[] = [];
  let next: string | null = null;
  do {
    const cursor: string = next === null ? '' : `&cursor=${encodeURIComponent(next)}`;
    const { status, body } = await house.hub.call<{ items: Item[]; next: string | null }>(
      `${path}?limit=200${cursor}`,
    );
    expect(status, path).toBe(200);
    items.push(...body.items);
    next = body.next;
  } while (next !== null);
  return items;
}

/** All that the household set, as the hub shows it, by the keys of the record. */
async function shownBy(house: House) {
  const shown = new Map<string, Record<string, unknown>>();
  const rooms = await list<Listed & Record<string, unknown>>(house, '/api/rooms');
  for (const room of rooms) shown.set(`room/${room.name}`, room);
  const devices = await list<Listed & { handle: string; address: string; room: string | null }>(
    house,
    '/api/devices',
  );
  for (const device of devices) {
    shown.set(`node/${device.address}`, { isThere: true });
    if (device.handle === 'bedroom-lamp') shown.set('device', { ...device });
  }
  const scenes = await list<Listed>(house, '/api/scenes');
  const edited = scenes.find(({ name }) => name === 'Edited');
  const { body: scene } = await house.hub.call<{ text: string; version: number }>(
    `/api/scenes/${edited?.id}`,
  );
  const description = /^description: (.*)$/m.exec(scene.text)?.[1];
  shown.set('scene', { description, version: scene.version });
  shown.set('home', (await house.hub.call('/api/home')).body);
  const settings = await list<{ name: string; value: string }>(house, '/api/settings');
  const names = settings.find(({ name }) => name === 'names')?.value;
  if (names !== '') shown.set('setting', { value: names });
  const { body: claim } = await house.hub.call<{ claimed: boolean }>('/api/claim');
  if (claim.claimed) shown.set('claim', { claimed: true });
  const inbox = await list<{
    id: string;
    run: string | null;
    scene: string | null;
    text: string;
    at: string;
    readAt: string | null;
  }>(house, '/api/notifications');
  for (const { id, readAt } of inbox) if (readAt) shown.set(`read/${id}`, { isRead: true });
  const byName = (items: readonly Listed[]) => new Map(items.map(({ name, id }) => [name, id]));
  return {
    shown,
    messages: inbox.map((one): Message => ({ ...one, atMs: Date.parse(one.at) })),
    ids: {
      rooms: byName(rooms),
      scenes: byName(scenes),
      devices: new Map(devices.map(({ handle, id }) => [handle, id])),
    },
  };
}

function check(record: OutsideRecord, messages: readonly Message[], heldScene: string): void {
  const nowMs = Date.now();
  const held = messages.filter(({ text }) => text === heldScene);
  record.checkMessages(messages, nowMs);
  record.checkHolds(held, nowMs);
  expect(record.faults).toEqual([]);
}

it(
  `keeps what it acknowledged and does nothing twice, killed ${COUNT} times at random instants`,
  async () => {
    const options = { seed: SEED, count: COUNT, lifeMs: LIFE_MS, outageEvery: OUTAGE_EVERY };
    process.stderr.write(`kill -9 of the hub: INGLE_SEED=${SEED} INGLE_COUNT=${COUNT}
  ${JSON.stringify({ ...options, startKilledEvery: START_KILLED_EVERY })}\n`);
    const random = createRandom(SEED);
    await using house = await openHouse({ home: { seed: SEED } });
    const zigbee = `tcp://127.0.0.1:${house.home.zigbeePort}`;
    await house.add(...BASE);
    for (const name of ['Upstairs', 'Downstairs']) {
      await house.hub.call('/api/rooms', { body: { name, icon: null } });
    }
    for (const { text } of SCENES) await house.scene(text);
    const record = new OutsideRecord();
    const driver = new Driver(house, record, random);
    record.born(Date.now());
    const first = await shownBy(house);
    for (const key of ['home', 'scene']) record.acknowledge(key, first.shown.get(key) ?? null);
    await driver.begin(first.ids, undefined);
    const readyMs: number[] = [];
    const instants: number[] = [];

    for (let round = 1; round <= COUNT; round += 1) {
      const lifeMs = Math.round(random.between(LIFE_MS.min, LIFE_MS.max));
      await new Promise((resolve) => setTimeout(resolve, lifeMs));
      instants.push(lifeMs);
      driver.killed();
      await house.hub.kill();
      if (round % OUTAGE_EVERY === 0) {
        await new Promise((resolve) => setTimeout(resolve, OUTAGE_MS + 2_000));
      }
      if (round % START_KILLED_EVERY === 0) {
        const child = spawnHub(house.data, { zigbee });
        const gone = once(child, 'exit');
        const dieMs = Math.round(random.between(0, START_KILLED_WITHIN_MS));
        await new Promise((resolve) => setTimeout(resolve, dieMs));
        child.kill('SIGKILL');
        await gone;
      }
      const startedMs = performance.now();
      await house.start();
      const { status } = await house.hub.call('/readyz');
      const tookMs = Math.round(performance.now() - startedMs);
      readyMs.push(tookMs);
      record.born(Date.now());
      expect(status).toBe(200);
      const queuedMs = queuedMsOf(house.hub.pid);
      const about = `round ${round}: ready after ${tookMs} ms, ${queuedMs} of them without a processor
${house.hub.output()}`;
      expect(tookMs - queuedMs, about).toBeLessThan(READY_WITHIN_MS);
      try {
        const { shown, messages, ids } = await shownBy(house);
        record.checkEntities(shown);
        check(record, messages, HELD);
        driver.listen();
        const code = /Claim code: (\S+)/.exec(house.hub.output())?.[1];
        await driver.begin(ids, code);
      } catch (error) {
        const kept = path.join(os.tmpdir(), `ingle-kill-${SEED}-${round}`);
        cpSync(house.data, kept, { recursive: true });
        const about = `round ${round}, killed after ${lifeMs} ms; its data is kept in ${kept}`;
        process.stderr.write(`${about}\n${house.hub.output()}\n`);
        throw error;
      }
    }

    // The last life goes on: all that is owed comes, and all that is under way ends.
    driver.rest();
    const late = async () => {
      const { messages } = await shownBy(house);
      check(record, messages, HELD);
      const { body } = await house.hub.call<{ items: { state: string }[] }>('/api/runs');
      const isOver = body.items.every(({ state }) => state !== 'running');
      return isOver && record.owedRuns + record.owedHolds === 0;
    };
    await waitFor('all that is owed', late, SETTLE_WITHIN_MS);
    expect(nodeOf(house, 'Kitchen lamp').state.on, 'the late light').toBe(false);
    driver.listen();
    const { asked, done, heard } = driver.steps;
    expect(heard, 'steps that the lamp heard').toBeGreaterThanOrEqual(done);
    expect(heard, 'steps that the lamp heard').toBeLessThanOrEqual(asked);
    expect(record.faults).toEqual([]);
    readyMs.sort((a, b) => a - b);
    process.stderr.write(
      `${JSON.stringify({
        kills: COUNT,
        settled: record.settledRuns,
        ...driver.done,
        steps: driver.steps,
        readyMs: { median: readyMs[readyMs.length >> 1], max: readyMs.at(-1) },
        instantsMs: instants,
      })}\n`,
    );
  },
  120_000 + COUNT * 15_000,
);
