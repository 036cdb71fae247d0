// What the scene engine costs: from an event to its decision at 10 to 10,000 scenes with traces on, against
// json-rules-engine at 1,000 rules; a restart with 10,000 scenes and 5,000 waits; and how large a trace is on disk.

import type { Patch } from '../../../hub/model/state-table.ts';
import { packRun } from '../../../hub/store/run-store.ts';
import { KeptScenes } from '../../../scenes/evaluator/kept-scenes.ts';
import type { Bench, BenchScope } from '../bench.ts';
import { installedPackage, packageOf } from '../peers/install.ts';
import { median, percentile } from '../statistics.ts';
import { BenchHome, PAIRS, sceneRecord, settingsOf, thresholdScene, waitingScene } from './home.ts';

const SIZES = [10, 100, 1_000, 10_000] as const;
const PEER = { name: 'json-rules-engine', version: '7.3.1' } as const;
const PEER_RULES = 1_000;
const WAITS = 5_000;
const WARM_EVENTS = 3_000;

function homeOf(count: number): BenchHome {
  const records = Array.from({ length: count }, (_, number) =>
    sceneRecord(number, thresholdScene(number)),
  );
  const home = new BenchHome({}, settingsOf(records));
  home.furnish();
  return home;
}

function decisionsOf(home: BenchHome, events: number): number[] {
  return Array.from({ length: events }, (_, event) => home.decide(event % PAIRS));
}

async function decision(scope: BenchScope): Promise<void> {
  const rounds = scope.isQuick ? 3 : 7;
  const events = scope.isQuick ? 2_000 : 10_000;
  const homes = SIZES.map((size) => homeOf(size));
  for (const home of homes) decisionsOf(home, WARM_EVENTS);
  const p50 = SIZES.map(() => [] as number[]);
  const p99 = SIZES.map(() => [] as number[]);
  // By turns, so that what else the machine does meets all sizes alike.
  for (let round = 0; round < rounds; round++) {
    for (const [index, home] of homes.entries()) {
      const times = decisionsOf(home, events);
      p50[index]?.push(percentile(times, 0.5));
      p99[index]?.push(percentile(times, 0.99));
    }
  }
  const [smallest, ...others] = p50.map((values) => median(values));
  const largest = others.at(-1) ?? Number.NaN;
  for (const [index, size] of SIZES.entries()) {
    const figures = `p50 ${median(p50[index] ?? []).toFixed(1)} us, p99 ${median(p99[index] ?? []).toFixed(1)} us`;
    scope.say(`${size} scenes: ${figures}`);
  }
  const row = {
    bench: eventToDecision.name,
    unit: 'us',
    peer: null,
    peerValue: null,
    n: rounds * events,
  };
  scope.row({ ...row, metric: 'p50 at 10,000 scenes', value: largest, must: 20, goal: 10 });
  const tail = median(p99.at(-1) ?? []);
  scope.row({ ...row, metric: 'p99 at 10,000 scenes', value: tail, must: 200, goal: 100 });
  scope.row({
    ...row,
    metric: 'p50 at 10,000 scenes against 10',
    value: largest,
    peer: 'the hub with 10 scenes',
    peerValue: smallest ?? Number.NaN,
    must: 1.5,
    goal: 1.1,
  });
  const traces = homes[0]?.traces ?? [];
  const bytes = traces.slice(-1_000).map((trace) => packRun(trace).body.length);
  scope.row({
    ...{ bench: 'scenes/trace', metric: 'median on disk', unit: 'B', value: median(bytes) },
    ...{ peer: null, peerValue: null, must: 2_048, goal: 1_024, n: bytes.length },
  });
}

/** As much of json-rules-engine as is used here. */
interface RulesEngine {
  addRule(rule: object): void;
  addFact(name: string, value: unknown): void;
  run(facts: object): Promise<{ readonly events: readonly unknown[] }>;
}

/** The same rules for the peer, which is told all facts at each event, as its documents have it. */
function peerEngine(): RulesEngine {
  const folder = installedPackage(PEER.name, PEER.version);
  const { Engine } = packageOf(folder, PEER.name) as { Engine: new () => RulesEngine };
  const engine = new Engine();
  for (let number = 0; number < PEER_RULES; number++) {
    const index = number % PAIRS;
    const turn = Math.floor(number / PAIRS);
    engine.addRule({
      conditions: {
        all: [
          {
            fact: `temperature${index}`,
            operator: 'greaterThan',
            value: turn === 0 ? 22.5 : 40 + turn / 100,
          },
          { fact: `occupancy${index}`, operator: 'equal', value: true },
        ],
      },
      event: { type: 'switch', params: { plug: index } },
    });
  }
  return engine;
}

/** One report in so many crosses a threshold: rooms change slowly, and most reports set nothing off. */
const ONE_IN = 10;

async function peer(scope: BenchScope): Promise<void> {
  const engine = peerEngine();
  const home = homeOf(PEER_RULES);
  const events = scope.isQuick ? 100 : 400;
  decisionsOf(home, WARM_EVENTS);
  let theirs = 0;
  for (let event = -20; event < events; event++) {
    const index = (event + 20) % PAIRS;
    const isCrossing = (event + 20) % ONE_IN === 0;
    const facts: Record<string, unknown> = {};
    for (let room = 0; room < PAIRS; room++) {
      facts[`temperature${room}`] = room === index && isCrossing ? 25 : 20 + event / 1_000;
      facts[`occupancy${room}`] = true;
    }
    const startMs = performance.now();
    const { events: fired } = await engine.run(facts);
    const us = (performance.now() - startMs) * 1_000;
    if (fired.length !== (isCrossing ? 1 : 0)) {
      throw new Error(`${PEER.name} fired ${fired.length} rules`);
    }
    if (event >= 0) theirs += us / events;
  }
  let ours = 0;
  const many = 50 * events;
  for (let event = 0; event < many; event++) {
    const index = event % PAIRS;
    ours += (event % ONE_IN === 0 ? home.decide(index) : home.notice(index, event)) / many;
  }
  scope.row({
    bench: againstPeer.name,
    metric: `mean of an event at 1,000 rules, one in ${ONE_IN} fires`,
    unit: 'us',
    value: ours,
    peer: `${PEER.name} ${PEER.version}`,
    peerValue: theirs,
    must: 1 / 1_000,
    goal: 1 / 2_000,
    n: events,
  });
}

/** The state of a home with that many runs in a delay, as the journal gives it back. */
function waitingHome(records: ReturnType<typeof sceneRecord>[]): Patch[] {
  const home = new BenchHome({}, settingsOf(records));
  home.furnish();
  const each = 50;
  for (let run = 0; run < WAITS; run++) {
    const scene = records[Math.floor(run / each)];
    if (scene === undefined) break;
    home.core.apply(
      {
        kind: 'runScene',
        request: run,
        scene: scene.id,
        checkWhile: false,
        cause: { kind: 'local' },
      },
      home.now,
    );
    if (run % each === each - 1) home.drain();
  }
  return home.core.durableEntries();
}

async function restart(scope: BenchScope): Promise<void> {
  const waiting = Math.ceil(WAITS / 50);
  const records = Array.from({ length: 10_000 }, (_, number) =>
    sceneRecord(number, number < waiting ? waitingScene(number) : thresholdScene(number - waiting)),
  );
  const settings = settingsOf(records);
  const entries = structuredClone(waitingHome(records));
  const before = new BenchHome({ keptScenes: new KeptScenes(null) }, settings);
  const kept = before.core.keptScenes();
  const runs = entries.filter(({ table }) => table === 'runs').length;
  scope.say(`${runs} runs wait, ${before.core.durableEntries().length} entries without them`);
  const times: number[] = [];
  for (let round = 0; round < (scope.isQuick ? 3 : 7); round++) {
    const startMs = performance.now();
    const home = new BenchHome(
      { keptScenes: new KeptScenes(kept), entries, lastSeq: 1_000_000 },
      settings,
    );
    home.furnish();
    home.decide(0);
    times.push(performance.now() - startMs);
  }
  scope.row({
    bench: restartWithWaits.name,
    metric: 'to the first event handled, 10,000 scenes and 5,000 waits',
    unit: 'ms',
    value: median(times),
    ...{ peer: null, peerValue: null, must: 1_000, goal: 500, n: times.length },
  });
}

export const eventToDecision: Bench = { name: 'scenes/event-to-decision', run: decision };
export const againstPeer: Bench = { name: 'scenes/rules', run: peer };
export const restartWithWaits: Bench = { name: 'scenes/restart', run: restart };
