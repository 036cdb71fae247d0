// Goal: nothing acknowledged is lost by a kill -9 of the whole hub, and nothing is done twice.
// Method: a virtual home outlives its hub, which is killed at random instants while a driver edits, starts scenes,
// walks past sensors, sends commands and pairs devices; after each start on the same folder the hub is held against the
// driver's own record and what the devices heard. INGLE_SEED and INGLE_COUNT repeat a run; it prints both.
import { once } from 'node:events';
import { cpSync, readdirSync, readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { type House, nodeOf, openHouse } from '../e2e/house.ts';
import { spawnHub, waitFor } from '../e2e/running-hub.ts';
import { createRandom, type Random } from '../virtual-home/random.ts';
import { Driver } from './driver.ts';
import { type Message, OUTAGE_MS, OutsideRecord } from './outside-record.ts';
import { HELD, SCENES } from './scenes-under-test.ts';
import { shownBy } from './shown-home.ts';

const COUNT = Number(process.env.INGLE_COUNT ?? 12);
const SEED = Number(process.env.INGLE_SEED ?? Date.now() % 1_000_000);
const OPTIONS = {
  lifeMs: { min: 100, max: 3_400 },
  /** One start in this many is killed too, at a random instant of its first second. */
  startKilledEvery: 6,
  startKilledWithinMs: 1_000,
  /** One kill in this many is a real outage, so that the scenes' rules for it apply. */
  outageEvery: 12,
  /** The inbox forgets messages beyond 1,000: a fresh house comes before that. */
  killsOfOneHouse: 50,
} as const;

const READY_WITHIN_MS = 5_000;
const SETTLE_WITHIN_MS = 45_000;

const BASE = [
  ...['Hall lamp', 'Living room lamp', 'Kitchen lamp', 'Bedroom lamp'],
  ...['Hall motion', 'Bedside button', 'Bedroom window'],
];

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

function checkMessages(record: OutsideRecord, messages: readonly Message[]): void {
  const nowMs = Date.now();
  record.checkMessages(messages, nowMs);
  record.checkHolds(
    messages.filter(({ text }) => text === HELD),
    nowMs,
  );
  expect(record.faults).toEqual([]);
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** The hub is down; it stays so for a while at times, and at times dies again while it starts. */
async function stayDown(house: House, round: number, random: Random): Promise<void> {
  if (round % OPTIONS.outageEvery === 0) await pause(OUTAGE_MS + 2_000);
  if (round % OPTIONS.startKilledEvery !== 0) return;
  const child = spawnHub(house.data, { zigbee: `tcp://127.0.0.1:${house.home.zigbeePort}` });
  const gone = once(child, 'exit');
  await pause(random.between(0, OPTIONS.startKilledWithinMs));
  child.kill('SIGKILL');
  await gone;
}

/** Starts the hub on the folder that the dead one left. @returns milliseconds until it was ready */
async function startAgain(house: House, round: number): Promise<number> {
  const startedMs = performance.now();
  await house.start();
  const { status } = await house.hub.call('/readyz');
  const tookMs = Math.round(performance.now() - startedMs);
  expect(status).toBe(200);
  const queuedMs = queuedMsOf(house.hub.pid);
  const about = `round ${round}: ready after ${tookMs} ms, ${queuedMs} of them without a processor`;
  expect(tookMs - queuedMs, about).toBeLessThan(READY_WITHIN_MS);
  return tookMs;
}

/** The last life goes on: all that is owed comes, and all that is under way ends. */
async function settle(house: House, driver: Driver, record: OutsideRecord): Promise<void> {
  driver.rest();
  const isOver = async () => {
    checkMessages(record, (await shownBy(house)).messages);
    const { body } = await house.hub.call<{ items: { state: string }[] }>('/api/runs');
    const isIdle = body.items.every(({ state }) => state !== 'running');
    return isIdle && record.owedRuns + record.owedHolds === 0;
  };
  await waitFor('all that is owed', isOver, SETTLE_WITHIN_MS);
  expect(nodeOf(house, 'Kitchen lamp').state.on, 'the late light').toBe(false);
  driver.listen();
  const { asked, done, heard } = driver.steps;
  expect(heard, 'steps that the lamp heard').toBeGreaterThanOrEqual(done);
  expect(heard, 'steps that the lamp heard').toBeLessThanOrEqual(asked);
  expect(record.faults).toEqual([]);
}

/** One house and its lives. */
async function killAgainAndAgain(seed: number, kills: number): Promise<object> {
  const random = createRandom(seed);
  await using house = await openHouse({ home: { seed } });
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
  for (let round = 1; round <= kills; round += 1) {
    const lifeMs = Math.round(random.between(OPTIONS.lifeMs.min, OPTIONS.lifeMs.max));
    await pause(lifeMs);
    driver.killed();
    await house.hub.kill();
    await stayDown(house, round, random);
    try {
      readyMs.push(await startAgain(house, round));
      record.born(Date.now());
      const { shown, messages, ids } = await shownBy(house);
      record.checkEntities(shown);
      checkMessages(record, messages);
      driver.listen();
      const code = /Claim code: (\S+)/.exec(house.hub.output())?.[1];
      await driver.begin(ids, code);
    } catch (error) {
      const kept = path.join(os.tmpdir(), `ingle-kill-${seed}-${round}`);
      cpSync(house.data, kept, { recursive: true });
      const about = `round ${round}, killed after ${lifeMs} ms; its data is kept in ${kept}`;
      process.stderr.write(`${about}\n${house.hub.output()}\n`);
      throw error;
    }
  }
  await settle(house, driver, record);
  readyMs.sort((a, b) => a - b);
  return {
    ...{ seed, kills, settled: record.settledRuns, unproven: record.unproven, ...driver.done },
    steps: driver.steps,
    readyMs: { median: readyMs[readyMs.length >> 1], max: readyMs.at(-1) },
  };
}

it(
  `keeps what it acknowledged and does nothing twice, killed ${COUNT} times at random instants`,
  async () => {
    process.stderr.write(`kill -9 of the hub: INGLE_SEED=${SEED} INGLE_COUNT=${COUNT}
  ${JSON.stringify(OPTIONS)}\n`);
    for (let done = 0; done < COUNT; done += OPTIONS.killsOfOneHouse) {
      const kills = Math.min(OPTIONS.killsOfOneHouse, COUNT - done);
      const told = await killAgainAndAgain(SEED + done, kills);
      process.stderr.write(`${JSON.stringify(told)}\n`);
    }
  },
  120_000 + COUNT * 15_000,
);
