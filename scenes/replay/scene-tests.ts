// Runs a scene's own tests: each in a home of its own with a clock that only the test moves, on the same core as a run
// that acts. Says of each what was expected, whether it came so, and what happened instead.
import type { Cause } from '../../hub/model/cause.ts';
import type { CommandBody } from '../../hub/model/command.ts';
import type { History, KnownHome, TestedCase, TestReport } from '../../hub/model/explain.ts';
import type { SceneRecord } from '../../hub/model/home.ts';
import type { DeviceId } from '../../hub/model/identifiers.ts';
import { specOf } from '../../hub/model/properties.ts';
import type { Label } from '../../hub/model/property-row.ts';
import { valuesEqual } from '../../hub/model/property-value.ts';
import type { RunTrace } from '../../hub/model/run.ts';
import { createCivilTime } from '../evaluator/civil-time.ts';
import { DAY_MS } from '../language/calendar.ts';
import type { SceneNames } from '../language/names.ts';
import { commandWords, setWords } from '../language/say/effects.ts';
import type { Scene } from '../language/scene.ts';
import type { SceneTest, TestEvent, TestExpected, TestGiven, ValueOf } from '../language/tests.ts';
import { both, levelWords, listed } from '../language/words.ts';
import { otherScenes } from './replay.ts';
import { SimulatedHome } from './simulated-home.ts';
import { namesOf } from './why.ts';

const MINUTE_MS = 60_000;
/** A Wednesday on which no clock is changed, and noon. */
const DATE = '2026-03-04';
const NOON = 12 * 60;
/** Values that are given were so for an hour. */
const BEFORE_MS = 60 * MINUTE_MS;
/** Lines of what happened that are told of a case. */
const LINES_MAX = 50;

/** Runs all tests of the scene. `scene` is what the record's source says. */
export function testScene(history: History, record: SceneRecord, scene: Scene): TestReport {
  const names = namesOf(history.home);
  const others = otherScenes(history, [record]);
  const cases = scene.tests.map((test) => new Trial(history.home, names, record, others).run(test));
  const passed = cases.filter(({ isPassed }) => isPassed).length;
  return { name: record.name, passed, failed: cases.length - passed, cases };
}

interface Asked {
  readonly device: DeviceId;
  readonly body: CommandBody;
}

class Trial {
  readonly #known: KnownHome;
  readonly #names: SceneNames;
  readonly #record: SceneRecord;
  readonly #others: readonly SceneRecord[];
  readonly #runs = new Map<string, RunTrace>();
  readonly #asked: Asked[] = [];
  readonly #told: string[] = [];

  constructor(
    known: KnownHome,
    names: SceneNames,
    record: SceneRecord,
    others: readonly SceneRecord[],
  ) {
    this.#known = known;
    this.#names = names;
    this.#record = record;
    this.#others = others;
  }

  run({ number, given, when, expected }: SceneTest): TestedCase {
    const startMs = startOf(this.#known.home.zone, given);
    const home = new SimulatedHome(this.#known, startMs, {
      run: (trace) => this.#runs.set(trace.id, trace),
      command: (asked) => this.#asked.push(asked),
      message: (text) => this.#told.push(text),
    });
    for (const { device, property, value } of given.values) {
      home.given(device, property, value, startMs - BEFORE_MS);
    }
    for (const device of given.offline) home.givenOnline(device, false);
    for (const record of this.#others) home.setScene(record);
    home.setScene({ ...this.#record, enabled: true });
    home.begin();
    for (const event of when) this.#happen(home, event);
    const checks = expected.map((one) => ({
      isMet: this.#isMet(home, one),
      expected: this.#words(one),
    }));
    const runs = this.#own();
    const last = runs.findLast(({ state }) => state !== 'nearMiss') ?? runs.at(-1) ?? null;
    return {
      number,
      isPassed: checks.every(({ isMet }) => isMet),
      checks,
      happened: this.#happened(),
      run: last && { state: last.state, summary: last.summary },
    };
  }

  #own(): RunTrace[] {
    return [...this.#runs.values()].filter(({ scene }) => scene === this.#record.id);
  }

  #happen(home: SimulatedHome, event: TestEvent): void {
    switch (event.kind) {
      case 'values':
        for (const { device, property, value, isPress } of event.of) {
          const cause: Cause = { kind: 'device', device };
          if (isPress) home.press(device, property, value);
          else home.report(device, property, value, cause);
        }
        return;
      case 'after':
        home.passTo(home.nowMs + event.ms);
        return;
      case 'time':
        home.passTo(nextTime(this.#known.home.zone, home.nowMs, event.minute));
        return;
      case 'run':
        home.runNow(this.#record.id);
        return;
      case 'online':
      case 'offline':
        home.online(event.device, event.kind === 'online');
        return;
      case 'webhook':
      case 'tag':
        home.happened(`${event.kind}/${event.name}`, {
          kind: 'source',
          via: event.kind,
          name: event.name,
        });
        return;
      case 'mqtt':
        home.message(event.topic, event.payload);
        return;
      default:
        event satisfies never;
    }
  }

  #isMet(home: SimulatedHome, expected: TestExpected): boolean {
    switch (expected.kind) {
      case 'sets':
        return expected.of.every((wanted) =>
          this.#asked.some(
            ({ device, body }) =>
              device === wanted.device &&
              body.kind === 'set' &&
              body.property === wanted.property &&
              this.#isEqual(wanted, body.value),
          ),
        );
      case 'command':
        return this.#asked.some(
          ({ device, body }) =>
            device === expected.device && body.kind === 'invoke' && body.name === expected.name,
        );
      case 'notify': {
        const words = expected.text.toLowerCase();
        return this.#told.some((text) => text.toLowerCase().includes(words));
      }
      case 'nothing':
        return this.#asked.length === 0 && this.#told.length === 0;
      case 'runs':
        return this.#own().filter(({ state }) => state !== 'nearMiss').length === expected.count;
      case 'ends':
        return this.#own().findLast(({ state }) => state !== 'nearMiss')?.state === expected.state;
      case 'is':
        return expected.of.every((wanted) => {
          const live = home.world.live(wanted.device)?.properties[wanted.property];
          const value = live?.value ?? null;
          return value !== null && this.#isEqual(wanted, value);
        });
      default:
        return expected satisfies never;
    }
  }

  #isEqual({ device, property, value }: ValueOf, other: ValueOf['value']): boolean {
    const { properties } = this.#names.device(device)?.description ?? { properties: [] };
    const descriptor = properties.find(({ key }) => key === property);
    return descriptor ? valuesEqual(specOf(descriptor), value, other) : value === other;
  }

  #words(expected: TestExpected): Label {
    const names = this.#names;
    switch (expected.kind) {
      case 'sets':
        return listed(
          expected.of.map((one) => setWords(names, one)),
          'and',
        );
      case 'command':
        return commandWords(names, { device: expected.device, name: expected.name, args: {} });
      case 'notify':
        return both(`tell somebody “${expected.text}”`, `通知中含“${expected.text}”`);
      case 'nothing':
        return both('do nothing', '不做任何事');
      case 'runs':
        return both(`run ${expected.count} times`, `执行 ${expected.count} 次`);
      case 'ends':
        return both(`end as ${expected.state}`, `以 ${expected.state} 结束`);
      case 'is':
        return listed(
          expected.of.map(({ device, property, value }) => {
            const subject = { kind: 'device' as const, device, property };
            return levelWords(
              names,
              { subject, matcher: { kind: 'oneOf', values: [value] } },
              'is',
            );
          }),
          'and',
        );
      default:
        return expected satisfies never;
    }
  }

  /** What the scene's runs did, and why it did not run. */
  #happened(): Label[] {
    const lines = this.#own().flatMap(({ state, summary, steps }): Label[] =>
      state === 'nearMiss'
        ? [summary]
        : steps.filter(({ kind }) => kind !== 'condition').map(({ text }) => text),
    );
    return lines.slice(0, LINES_MAX);
  }
}

/** The instant at which a test begins. */
function startOf(zone: string, { date, minute }: TestGiven): number {
  const day = Date.parse(`${date ?? DATE}T00:00:00Z`);
  const local = day + (minute ?? NOON) * MINUTE_MS;
  return createCivilTime(zone).instantOf(local) ?? local;
}

/** The next instant at which the clock shows that time. */
function nextTime(zone: string, nowMs: number, minute: number): number {
  const civil = createCivilTime(zone);
  const today = Math.floor(civil.localAt(nowMs) / DAY_MS) * DAY_MS;
  for (let day = 0; day < 3; day++) {
    const atMs = civil.instantOf(today + day * DAY_MS + minute * MINUTE_MS);
    if (atMs !== null && atMs > nowMs) return atMs;
  }
  return nowMs + DAY_MS;
}
