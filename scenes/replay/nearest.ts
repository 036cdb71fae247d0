// What came nearest to setting a scene off: of a time the occurrence nearest to the instant, of a device's property the
// nearest change that would have done, or else the nearest change at all.
import type { History, NearestTrigger, StoredChange } from '../../hub/model/explain.ts';
import type { Label } from '../../hub/model/property-row.ts';
import { HomeTimes, timetableOf } from '../evaluator/home-time.ts';
import { subjectTest, type ValueTest } from '../evaluator/value-tests.ts';
import type { SceneNames } from '../language/names.ts';
import type { Scene } from '../language/scene.ts';
import { triggerWords } from '../language/sentences.ts';
import type { Trigger } from '../language/triggers.ts';
import type { Subject } from '../language/values.ts';
import { levelWords, pressWords } from '../language/words.ts';
import { SimulatedHome } from './simulated-home.ts';

/** Triggers and subjects that are looked at, changes of each on both sides, and how far. */
const TRIGGERS_MAX = 8;
const SUBJECTS_MAX = 4;
const CHANGES_MAX = 10;
const REACH_MS = 7 * 86_400_000;
/** So many are told, the nearest. */
const NEAREST_MAX = 3;

/** The nearest first. */
export function nearestTriggers(
  history: History,
  names: SceneNames,
  scene: Scene,
  atMs: number,
): readonly NearestTrigger[] {
  const found = scene.when.slice(0, TRIGGERS_MAX).flatMap((trigger, index) => {
    const path = `when[${index}]`;
    const time = occurrence(history, names, trigger, atMs);
    if (time !== null) return [{ path, ...time }];
    return watched(trigger)
      .slice(0, SUBJECTS_MAX)
      .flatMap(({ subject, test }) => {
        const passes = test?.(names) ?? null;
        const change = nearestChange(history, subject, passes, atMs);
        return change === null
          ? []
          : [{ path, atMs: change.atMs, text: changeWords(names, change) }];
      });
  });
  const far = (one: NearestTrigger) => Math.abs(one.atMs - atMs);
  return found.sort((a, b) => far(a) - far(b)).slice(0, NEAREST_MAX);
}

/** The nearest time at which a trigger of time comes. */
function occurrence(
  history: History,
  names: SceneNames,
  trigger: Trigger,
  atMs: number,
): { readonly atMs: number; readonly text: Label } | null {
  if (trigger.kind !== 'at' && trigger.kind !== 'aligned' && trigger.kind !== 'cron') return null;
  const { world } = new SimulatedHome(history.home, atMs, { run() {} });
  const timetable = timetableOf(trigger, new HomeTimes().of(world));
  if (timetable === null) return null;
  const before = timetable.last(atMs - REACH_MS, atMs);
  const after = timetable.next(atMs);
  const isBefore =
    before !== null && (after === null || atMs - before.wallMs <= after.wallMs - atMs);
  const nearest = isBefore ? before : after;
  return nearest && { atMs: nearest.wallMs, text: triggerWords(names, trigger) };
}

type DeviceSubject = Extract<Subject, { kind: 'device' }>;

interface Watched {
  readonly subject: DeviceSubject;
  /** Which values would do; null: any. */
  readonly test: ((names: SceneNames) => ValueTest) | null;
}

/** The properties that a trigger looks at, wherever they stand in it. */
function watched(trigger: Trigger): Watched[] {
  if (trigger.kind === 'becomes' || trigger.kind === 'holds') {
    return trigger.of.flatMap(({ subject, matcher }) =>
      subject.kind === 'device'
        ? [{ subject, test: (names: SceneNames) => subjectTest(names, subject, matcher) }]
        : [],
    );
  }
  const found = new Map<string, Watched>();
  const walk = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    const { device, property } = node as { device?: unknown; property?: unknown };
    if (typeof device === 'string' && typeof property === 'string') {
      // Wherever a node of a scene names a device and a property these are a subject's.
      const subject = { kind: 'device', device, property } as DeviceSubject;
      found.set(`${device}.${property}`, { subject, test: null });
    }
    for (const inner of Object.values(node)) walk(inner);
  };
  walk(trigger);
  return [...found.values()];
}

function nearestChange(
  history: History,
  { device, property }: DeviceSubject,
  passes: ValueTest | null,
  atMs: number,
): StoredChange | null {
  const isMeant = (change: StoredChange): boolean => passes === null || passes(change.value);
  const before = { any: null as StoredChange | null, meant: null as StoredChange | null };
  let reachMs = atMs;
  for (let count = 0; count < CHANGES_MAX && before.meant === null; count++) {
    const change = history.changeBefore(device, property, reachMs);
    if (change === null) break;
    before.any ??= change;
    if (isMeant(change)) before.meant = change;
    reachMs = change.atMs - 1;
  }
  const after = { any: null as StoredChange | null, meant: null as StoredChange | null };
  reachMs = atMs;
  for (let count = 0; count < CHANGES_MAX && after.meant === null; count++) {
    const change = history.changeAfter(device, property, reachMs);
    if (change === null) break;
    after.any ??= change;
    if (isMeant(change)) after.meant = change;
    reachMs = change.atMs;
  }
  return nearer(before.meant, after.meant, atMs) ?? nearer(before.any, after.any, atMs);
}

function nearer(
  before: StoredChange | null,
  after: StoredChange | null,
  atMs: number,
): StoredChange | null {
  if (before === null || after === null) return before ?? after;
  return atMs - before.atMs <= after.atMs - atMs ? before : after;
}

function changeWords(names: SceneNames, { device, property, value }: StoredChange): Label {
  const subject: Subject = { kind: 'device', device, property };
  const isEvent = names
    .device(device)
    ?.description.properties.some(({ key, access }) => key === property && access === 'event');
  if (isEvent) return pressWords(names, { subject, values: [String(value)] });
  return levelWords(names, { subject, matcher: { kind: 'oneOf', values: [value] } }, 'becomes');
}
