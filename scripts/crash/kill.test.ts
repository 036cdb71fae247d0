// Goal: nothing acknowledged is lost by a kill -9 of the whole hub, and nothing is done twice.
// Method: a virtual home outlives its hub, which is killed at random instants while a driver edits, starts scenes,
// walks past sensors, sends commands and pairs devices; after each start on the same folder the hub is held against the
// driver's own record and what the devices heard. INGLE_SEED and INGLE_COUNT repeat a run; it prints both.
import { once } from 'node:events';
import { cpSync, readdirSync, readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import type { RunJson } from '../../hub/api/shapes.ts';
import { type House, nodeOf, openHouse } from '../e2e/house.ts';
import { spawnHub, waitFor } from '../e2e/running-hub.ts';
import { createRandom, type Random } from '../virtual-home/random.ts';
import { Driver } from './driver.ts';
import { type Message, OUTAGE_MS, OutsideRecord } from './outside-record.ts';
import { HELD, LATE, SCENES, STEPPED } from './scenes-under-test.ts';
import { list, shownBy } from './shown-home.ts';

const COUNT = Number(process.env.INGLE_COUNT ?? 100);
const SEED = Number(process.env.INGLE_SEED ?? Date.now() % 1_000_000);
const OPTIONS = {
  /** Most lives are short, for most of what may go wrong does so as the hub takes up what it finds. */
  shortLifeMs: { min: 30, max: 900 },
  /** One in this many lasts longer, so that radio, holds and pairings have their time. */
  longLifeEvery: 4,
  longLifeMs: { min: 900, max: 3_400 },
  /** Before a start is let be, so many are killed at random instants of their first second. */
  startsKilledMax: 4,
  startKilledWithinMs: 1_000,
  /** One life in this many ends in a real outage, so that the scenes' rules for it apply. */
  outageEvery: 30,
  /** Beyond this time without a hub it would be an outage that was not meant. */
  downMaxMs: 4_000,
  /** The inbox forgets messages beyond 1,000: a fresh house comes before that. */
  killsOfOneHouse: 100,
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

/** The hub is down; it stays so for a while at times, and dies again as it starts. @returns kills */
async function stayDown(
  house: House,
  round: number,
  { random, kills }: { random: Random; kills: number },
): Promise<number> {
  if (round % OPTIONS.outageEvery === 0) await pause(OUTAGE_MS + 2_000);
  const downMs = performance.now();
  const wanted = Math.min(kills, random.integer(0, OPTIONS.startsKilledMax));
  let done = 0;
  while (done < wanted && performance.now() - downMs < OPTIONS.downMaxMs) {
    const child = spawnHub(house.data, { zigbee: `tcp://127.0.0.1:${house.home.zigbeePort}` });
    const gone = once(child, 'exit');
    await pause(random.between(0, OPTIONS.startKilledWithinMs));
    child.kill('SIGKILL');
    await gone;
    done += 1;
  }
  return done;
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
  let open: unknown = null;
  const isOver = async () => {
    checkMessages(record, (await shownBy(house)).messages);
    const runs = await list<RunJson>(house, '/api/runs');
    const running = runs.filter(({ state }) => state === 'running');
    open = { running, owed: record.owed };
    return running.length + record.owedHolds + record.owed.length === 0;
  };
  await waitFor('all that is owed', isOver, SETTLE_WITHIN_MS).catch((error: Error) => {
    throw new Error(`${error.message}: ${JSON.stringify(open, null, 1)}`);
  });
  const { ids } = await shownBy(house);
  const last = await list<RunJson>(house, '/api/runs', `scene=${ids.scenes.get(LATE)}`);
  const about = `the late light; its last runs: ${JSON.stringify(last.slice(0, 3), null, 1)}`;
  expect(nodeOf(house, 'Kitchen lamp').state.on, about).toBe(false);
  driver.listen();
  const { asked, done, heard } = driver.steps;
  expect(heard, 'steps that the lamp heard').toBeGreaterThanOrEqual(done);
  expect(heard, 'steps that the lamp heard').toBeLessThanOrEqual(asked);
  await checkSteps(house, driver);
  expect(record.faults).toEqual([]);
}

/** Steps that a scene asked for: none twice, and of each run that is known it is told what became of its step. */
async function checkSteps(house: House, driver: Driver): Promise<void> {
  const { asked, heard } = driver.sceneSteps;
  const { ids } = await shownBy(house);
  const runs = await list<RunJson>(house, `/api/runs`, `scene=${ids.scenes.get(STEPPED)}`);
  const lines = runs.flatMap(({ steps }) => steps.filter(({ kind }) => kind === 'command'));
  const untold = lines.filter(({ state, problem }) => state !== 'ok' && !problem);
  expect(untold, 'steps of which nothing is told').toEqual([]);
  const done = lines.filter(({ state }) => state === 'ok').length;
  expect(heard, 'steps of scenes that the lamp heard').toBeGreaterThanOrEqual(done);
  expect(heard, 'steps of scenes that the lamp heard').toBeLessThanOrEqual(asked);
  driver.told.steps = { asked, heard, done, unknown: lines.length - done };
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
  let killed = 0;
  for (let round = 1; killed < kills; round += 1) {
    const { min, max } =
      round % OPTIONS.longLifeEvery === 0 ? OPTIONS.longLifeMs : OPTIONS.shortLifeMs;
    const lifeMs = Math.round(random.between(min, max));
    await pause(lifeMs);
    driver.killed();
    await house.hub.kill();
    killed += 1;
    killed += await stayDown(house, round, { random, kills: kills - killed });
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
    stepsOfScenes: driver.told.steps,
    lives: record.lives,
    readyMs: { median: readyMs[readyMs.length >> 1], max: readyMs.at(-1) },
  };
}

it(
  `item 78: a hub keeps what it acknowledged and does nothing twice, killed ${COUNT} times at random instants`,
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
