// What it costs to explain and to replay: why and why not over 30 days of history, an edit over a million recorded
// events, and a core that is told again what another one was told, which must decide the same.

import { RecordedCore, replayInputs } from '../../../hub/core/test-input-log.ts';
import { type LivedHistory, livedHistory } from '../../../hub/store/test-lived-history.ts';
import { TEST_DEVICES, TEST_ROOMS } from '../../../scenes/language/test-home.ts';
import { createExplain } from '../../../scenes/replay/explain.ts';
import type { Bench, BenchScope } from '../bench.ts';
import { median, percentile } from '../statistics.ts';
import { BenchHome, PAIRS, sceneRecord, settingsOf, thresholdScene } from './home.ts';

const DAY_MS = 86_400_000;

/** A busy home: a number of each of its sensors this often. */
function history(scope: BenchScope): LivedHistory {
  const everyMs = scope.isQuick ? 300_000 : 30_000;
  const lived = livedHistory({ devices: TEST_DEVICES, rooms: TEST_ROOMS, everyMs });
  scope.say(`${lived.changes} changes and ${lived.runs} traces of 30 days`);
  return lived;
}

async function why(scope: BenchScope): Promise<void> {
  using lived = history(scope);
  const explain = createExplain((ask) => lived.reads.look(ask));
  const times: number[] = [];
  // The first question of a reader's life waits for its code as well.
  const coldMs = performance.now();
  explain.why({ ...lived.lamp, atMs: lived.toMs });
  explain.whyNot({ scene: lived.scene, atMs: lived.toMs });
  scope.say(`the first question of all: ${(performance.now() - coldMs).toFixed(0)} ms`);
  for (let round = 0; round < (scope.isQuick ? 2 : 5); round++) {
    for (let day = 1; day < 30; day++) {
      const atMs = lived.fromMs + day * DAY_MS + (round + 18) * 3_600_000;
      let startMs = performance.now();
      const found = explain.why({ ...lived.lamp, atMs });
      times.push(performance.now() - startMs);
      if (found === null || found.links.length === 0) throw new Error('nothing was explained');
      startMs = performance.now();
      if (explain.whyNot({ scene: lived.scene, atMs }) === null) throw new Error('no such scene');
      times.push(performance.now() - startMs);
    }
  }
  const row = {
    bench: whyAndWhyNot.name,
    unit: 'ms',
    peer: null,
    peerValue: null,
    n: times.length,
  };
  scope.say(`median ${median(times).toFixed(1)} ms`);
  scope.row({
    ...row,
    metric: 'slowest over 30 days',
    value: Math.max(...times),
    must: 50,
    goal: 50,
  });
  scope.row({
    ...row,
    metric: 'p50 over 30 days',
    value: percentile(times, 0.5),
    must: 50,
    goal: 20,
  });
}

/** A scene that looks at each number of each device, so that all of history is told to it. */
const WATCHFUL = `scene: Watchful
when:
  - crosses: {kind.temperature: {above: 19}}
  - crosses: {kind.brightness: {above: 19.8}}
  - crosses: {kind.power: {above: 19.8}}
  - crosses: {kind.illuminance: {above: 19.8}}
  - crosses: {kind.humidity: {above: 19.8}}
  - crosses: {kind.battery: {above: 19.8}}
  - crosses: {kind.colorTemperature: {above: 1000}}
  - crosses: {kind.position: {above: 19.8}}
  - crosses: {kind.energy: {above: 19.8}}
  - crosses: {kind.targetTemperature: {above: 19.8}}
do: [{delay: 1s}]
`;

async function replayed(scope: BenchScope): Promise<void> {
  using lived = history(scope);
  const explain = createExplain((ask) => lived.reads.look(ask));
  const rates: number[] = [];
  let entries = 0;
  for (let round = 0; round < (scope.isQuick ? 2 : 3); round++) {
    const startMs = performance.now();
    const { result, errors } = explain.replayScene({
      ...{ scene: null, text: WATCHFUL, fromMs: lived.fromMs, toMs: lived.toMs },
    });
    const seconds = (performance.now() - startMs) / 1_000;
    if (result === null) throw new Error(`the draft cannot be read: ${JSON.stringify(errors)}`);
    entries = result.entries;
    if (entries < lived.changes * 0.9) throw new Error(`only ${entries} events were replayed`);
    rates.push(entries / seconds);
    scope.say(`${entries} events, ${result.counts.tried} runs, ${seconds.toFixed(1)} s`);
  }
  scope.row({
    ...{ bench: replay.name, metric: 'recorded events a second', unit: '1/s' },
    ...{ value: median(rates), peer: null, peerValue: null, isHigherBetter: true },
    ...{ must: 100_000, goal: 200_000, n: entries },
  });
  equality(scope);
}

/** A core that is told again what another one was told. */
function equality(scope: BenchScope): void {
  const records = Array.from({ length: 100 }, (_, number) =>
    sceneRecord(number, thresholdScene(number)),
  );
  const home = new BenchHome({}, settingsOf(records));
  const start = {
    ...{ now: home.now, bootId: 'bench', clock: 'synced' as const, lastSeq: 0, lastRecord: 0 },
    ...{ entries: [], lastValues: [] },
  };
  const recorded = new RecordedCore(start);
  for (const input of settingsOf(records)) recorded.apply(input, home.now);
  recorded.resume(home.now);
  const events = scope.isQuick ? 5_000 : 50_000;
  for (let event = 0; event < events; event++) {
    home.pass(1_000);
    const index = Math.floor(event / 2) % PAIRS;
    const warm = event % 2 === 0 ? 25 : 20;
    recorded.apply(home.report(`thermometer-${index}`, 'temperature', warm), home.now);
    recorded.apply(home.report(`presence-${index}`, 'occupancy', event % 7 !== 0), home.now);
    recorded.drain();
  }
  const { inputs, decisions } = recorded.written();
  const isSame = replayInputs(start, inputs) === decisions;
  scope.row({
    ...{ bench: replay.name, metric: 'decisions that differ when told again', unit: '' },
    ...{ value: isSame ? 0 : 1, peer: null, peerValue: null, must: 0, goal: 0, n: events * 2 },
  });
}

export const whyAndWhyNot: Bench = { name: 'scenes/why', run: why };
export const replay: Bench = { name: 'scenes/replay', run: replayed };
