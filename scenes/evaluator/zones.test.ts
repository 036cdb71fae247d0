// Goal: every civil occurrence comes exactly once by the stated rule, in every zone, around every change of its clock.
// Method: what happens around a change depends on its instant and on the offsets before and after it, and on nothing
// else, so each such triple is lived through once by the evaluator, and every zone is shown to consist of triples that
// were. The oracle knows two offsets and the rules. `npm run soak` goes back to 1970.
import { describe, expect, it } from 'vitest';
import type { SceneId } from '../../hub/model/identifiers.ts';
import { DAY_MS } from '../language/calendar.ts';
import type { GapRule, OverlapRule } from '../language/times.ts';
import { createCivilTime } from './civil-time.ts';
import { TestWorld } from './test-world.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const FROM_MS = Date.UTC(process.env.INGLE_COUNT === undefined ? 2020 : 1970, 0, 1);
const UNTIL_MS = Date.UTC(2038, 0, 1);
/** How long before and after a change is lived through. */
const AROUND_MS = 4 * HOUR_MS;

const ZONES = [
  ...Intl.supportedValuesOf('timeZone'),
  'UTC',
  ...Array.from(
    { length: 27 },
    (_, index) => `Etc/GMT${index > 12 ? '-' : '+'}${index > 12 ? index - 12 : index}`,
  ),
];

/** A change of the clock. Offsets are milliseconds from UTC. */
interface Change {
  readonly atMs: number;
  readonly beforeMs: number;
  readonly afterMs: number;
}

/** A time by the clock, the rules for it, and the file that says so. */
interface Kind {
  readonly text: string;
  /** Readings since midnight that are meant. */
  readonly times: readonly number[];
  readonly gap: GapRule;
  readonly overlap: OverlapRule;
}

function changesOf(zone: string): Change[] {
  const civil = createCivilTime(zone);
  const changes: Change[] = [];
  let span = civil.spanAt(FROM_MS);
  while (span.untilMs < UNTIL_MS) {
    const next = civil.spanAt(span.untilMs);
    changes.push({ atMs: span.untilMs, beforeMs: span.offsetMs, afterMs: next.offsetMs });
    span = next;
  }
  return changes;
}

/** By the definition of the rules: when a reading comes. */
function instants(
  local: number,
  { gap, overlap }: Kind,
  { atMs, beforeMs, afterMs }: Change,
): number[] {
  const early = local - beforeMs < atMs ? [local - beforeMs] : [];
  const late = local - afterMs >= atMs ? [local - afterMs] : [];
  if (early.length > 0 && late.length > 0) {
    return overlap === 'both' ? [...early, ...late] : overlap === 'first' ? early : late;
  }
  if (early.length > 0 || late.length > 0) return [...early, ...late];
  const day = Math.floor(local / DAY_MS) * DAY_MS;
  const isDayLeftOut = day >= atMs + beforeMs && day + DAY_MS <= atMs + afterMs;
  if (gap === 'skip' || isDayLeftOut) return [];
  return [gap === 'after' ? atMs : local - beforeMs];
}

function expected(kind: Kind, change: Change, fromMs: number, untilMs: number): string[] {
  const found = new Set<number>();
  const first = Math.floor((fromMs + Math.min(change.beforeMs, change.afterMs)) / DAY_MS) - 1;
  const last = Math.floor((untilMs + Math.max(change.beforeMs, change.afterMs)) / DAY_MS) + 1;
  for (let day = first; day <= last; day++) {
    for (const time of kind.times) {
      for (const wallMs of instants(day * DAY_MS + time, kind, change)) {
        if (wallMs > fromMs && wallMs <= untilMs) found.add(wallMs);
      }
    }
  }
  return [...found].sort((a, b) => a - b).map(toText);
}

function toText(wallMs: number): string {
  return new Date(wallMs).toISOString();
}

const two = (number: number): string => String(number).padStart(2, '0');
const everyMinutes = (minutes: number): number[] =>
  Array.from({ length: 1440 / minutes }, (_, index) => index * minutes * MINUTE_MS);

/** Triggers of every kind, with times before, at, within and after what is skipped or comes twice. */
function kindsAround({ atMs, beforeMs, afterMs }: Change): Kind[] {
  const [low, high] = [atMs + Math.min(beforeMs, afterMs), atMs + Math.max(beforeMs, afterMs)];
  const minuteOf = (local: number): number => {
    const whole = Math.floor(local / MINUTE_MS);
    return ((whole % 1440) + 1440) % 1440;
  };
  const within = minuteOf((low + high) / 2);
  const clock = (minute: number): string => `${two(Math.floor(minute / 60))}:${two(minute % 60)}`;
  const once = { gap: 'after', overlap: 'first' } as const;
  const steady = { gap: 'skip', overlap: 'both' } as const;
  const at = (minute: number, rules: Partial<Pick<Kind, 'gap' | 'overlap'>> = {}): Kind => ({
    ...{ ...once, ...rules },
    text: `at: ${clock(minute)}${Object.entries(rules)
      .map(([key, rule]) => `\n    ${key}: ${rule}`)
      .join('')}`,
    times: [minute * MINUTE_MS],
  });
  const gaps = (['after', 'shift', 'skip'] as const).flatMap((gap) =>
    (['first', 'second', 'both'] as const).map((overlap) => at(within, { gap, overlap })),
  );
  return [
    ...[low - 30 * MINUTE_MS, low, high, high + 30 * MINUTE_MS].map((local) => at(minuteOf(local))),
    ...gaps,
    { ...steady, text: 'every: 30min\n    aligned: true', times: everyMinutes(30) },
    {
      ...once,
      text: 'every: 30min\n    aligned: true\n    gap: after\n    overlap: first',
      times: everyMinutes(30),
    },
    { ...steady, text: 'cron: "*/20 * * * *"', times: everyMinutes(20) },
    {
      ...once,
      text: `cron: "${within % 60} ${Math.floor(within / 60)} * * *"`,
      times: [within * MINUTE_MS],
    },
    {
      ...({ gap: 'shift', overlap: 'second' } as const),
      text: 'cron: "*/20 * * * *"\n    gap: shift\n    overlap: second',
      times: everyMinutes(20),
    },
  ];
}

const EVERY_MS = 25 * MINUTE_MS;

/** Lives through a change and tells what came at other instants than it should. */
function liveThrough(zone: string, change: Change): string[] {
  const [fromMs, untilMs] = [change.atMs - AROUND_MS, change.atMs + AROUND_MS];
  const home = new TestWorld({ at: toText(fromMs), zone });
  // A home in the middle of its zone, and a moment of the sun that is an hour after the change.
  const longitude = (change.beforeMs / HOUR_MS) * 15;
  home.home = {
    ...home.home,
    place: { latitude: 0, longitude: longitude > 180 ? longitude - 360 : longitude },
  };
  const local = change.atMs + change.beforeMs;
  const afterNoon = Math.floor((local - Math.floor(local / DAY_MS) * DAY_MS) / MINUTE_MS) - 660;
  const offset = afterNoon > 720 ? afterNoon - 1440 : afterNoon;
  const kinds = kindsAround(change);
  const save = (name: string, text: string): SceneId =>
    home.scene(name, `scene: S\nwhen:\n  - ${text}\ndo: [{stop: done}]\n`);
  const scenes = kinds.map((kind, index) => save(`k${two(index)}`, kind.text));
  const steady = save('steady', 'every: 25min');
  const noon = save('noon', `at: noon${offset < 0 ? '-' : '+'}${Math.abs(offset)}min`);
  home.passUntil(toText(untilMs));
  const came = new Map<string, string[]>();
  for (const { scene, startedAtMs } of home.runs()) {
    came.set(scene, [...(came.get(scene) ?? []), toText(startedAtMs)]);
  }
  const wrong = kinds.flatMap((kind, index) => {
    const wanted = expected(kind, change, fromMs, untilMs);
    const found = came.get(scenes[index] ?? '') ?? [];
    return found.join() === wanted.join()
      ? []
      : [`${zone} ${toText(change.atMs)} ${kind.text}: ${found.join(' ')} for ${wanted.join(' ')}`];
  });
  const wanted: string[] = [];
  for (let at = fromMs + EVERY_MS; at <= untilMs; at += EVERY_MS) wanted.push(toText(at));
  if ((came.get(steady) ?? []).join() !== wanted.join())
    wrong.push(`${zone} ${toText(change.atMs)} every 25min`);
  const noons = (came.get(noon) ?? []).map((at) => Date.parse(at) - change.atMs - HOUR_MS);
  // The equation of time is 17 minutes at the most.
  const isNoon = noons.length === 1 && Math.abs(noons[0] ?? Number.NaN) < 18 * MINUTE_MS;
  if (!isNoon) wrong.push(`${zone} ${toText(change.atMs)} noon: ${came.get(noon)?.join(' ')}`);
  return wrong;
}

const keyOf = ({ atMs, beforeMs, afterMs }: Change): string => `${atMs}/${beforeMs}/${afterMs}`;

describe('every change of the clock of every zone', () => {
  const byZone = new Map(ZONES.map((zone) => [zone, changesOf(zone)]));

  it('item 11: a time of day, an interval, a cron pattern and the sun come exactly once by their rules around it', {
    timeout: 3_600_000,
  }, () => {
    const lived = new Set<string>();
    const wrong: string[] = [];
    for (const [zone, changes] of byZone) {
      for (const change of changes) {
        if (lived.has(keyOf(change))) continue;
        lived.add(keyOf(change));
        wrong.push(...liveThrough(zone, change));
      }
    }
    expect(wrong.slice(0, 20)).toEqual([]);
    for (const changes of byZone.values()) {
      for (const change of changes) expect(lived.has(keyOf(change))).toBe(true);
    }
    expect(lived.size).toBeGreaterThan(1000);
  });

  it('changes lie apart from each other, so that each can be lived through by itself', () => {
    const near = [...byZone].flatMap(([zone, changes]) =>
      changes.flatMap(({ atMs }, index) => {
        const before = changes[index - 1];
        return before && atMs - before.atMs < 3 * DAY_MS ? [`${zone} ${toText(atMs)}`] : [];
      }),
    );
    expect(near).toEqual([]);
  });

  it('offsets are those of the other source that this machine has', () => {
    const wrong: string[] = [];
    const seen = new Set<string>();
    for (const [zone, changes] of byZone) {
      const list = changes.map(keyOf).join();
      if (seen.has(list) && changes.length > 0) continue;
      seen.add(list);
      const civil = createCivilTime(zone);
      const text = new Intl.DateTimeFormat('en', { timeZone: zone, timeZoneName: 'longOffset' });
      for (const { atMs } of changes) {
        for (const wallMs of [atMs - 1000, atMs, atMs + 20 * DAY_MS]) {
          const name =
            text.formatToParts(wallMs).find(({ type }) => type === 'timeZoneName')?.value ?? '';
          const [, sign = '+', hours = '0', minutes = '0', seconds = '0'] =
            /GMT([+-])(\d{2}):(\d{2})(?::(\d{2}))?/.exec(name) ?? [];
          const offsetMs =
            ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) *
            (sign === '-' ? -1000 : 1000);
          if (civil.spanAt(wallMs).offsetMs !== offsetMs)
            wrong.push(`${zone} ${toText(wallMs)} ${name}`);
        }
      }
    }
    expect(wrong).toEqual([]);
  });
});
