// Reads `when` and `while`: from checked shapes to triggers and conditions with devices, values and times looked up.

import * as v from 'valibot';
import type { PropertyValue } from '../../hub/model/properties.ts';
import type { PropertySpec } from '../../hub/model/property-row.ts';
import { isColor } from '../../hub/model/property-value.ts';
import type { FoundSubject, ReadContext } from './context.ts';
import type { Path } from './document.ts';
import {
  type Condition,
  type Crossing,
  type LevelMatch,
  type Matcher,
  type Press,
  SCENE_LIMITS,
  type Subject,
  type Trigger,
  WEEKDAYS,
  type Weekday,
} from './scene.ts';
import { conditionShapes, TRIGGER_SHAPES } from './schema.ts';

/** Words of `when` that the format has and this version does not do yet. */
const LATER_TRIGGERS = [
  'reports',
  'command',
  'all',
  'sequence',
  'every',
  'cron',
  'sunrise',
  'sunset',
  'dawn',
  'dusk',
  'mode',
  'presence',
  'enters',
  'leaves',
  'offline',
  'online',
  'starts',
  'started',
  'ended',
  'webhook',
  'mqtt',
  'calendar',
  'variable',
  'expression',
  'count',
  'rises',
  'falls',
  'tag',
];
const LATER_OF_TRIGGERS = [
  'debounce',
  'throttle',
  'cooldown',
  'from',
  'priority',
  'catch-up',
  'except',
];
const LATER_CONDITIONS = [
  'mode',
  'sun',
  'was',
  'home',
  'date',
  'season',
  'caused-by',
  'trigger',
  'reachable',
  'active',
  'expression',
  'variable',
  'presence',
  'none',
  'count',
  'held',
  'last-run',
];

const TRIGGER_KINDS = ['becomes', 'changes', 'crosses', 'holds', 'presses', 'at'] as const;
const CONDITION_SHAPES = conditionShapes(v.unknown());
const CONDITION_KINDS = ['is', 'between', 'above', 'below', 'all', 'any', 'not'] as const;

/** One item of `when`; null, with its problems told, where it is none. */
export function readTrigger(context: ReadContext, data: unknown, path: Path): Trigger | null {
  const kind = context.kindOf(data, path, 'A trigger', TRIGGER_KINDS, LATER_TRIGGERS);
  switch (kind) {
    case null:
      return null;
    case 'becomes': {
      const shaped = context.shaped(TRIGGER_SHAPES.becomes, data, path, LATER_OF_TRIGGERS);
      if (shaped === null) return null;
      const of = readLevels(context, shaped.becomes, [...path, kind], 'becomes');
      return of && { kind, of, alsoReconnect: shaped.also !== undefined };
    }
    case 'changes': {
      const shaped = context.shaped(TRIGGER_SHAPES.changes, data, path, LATER_OF_TRIGGERS);
      if (shaped === null) return null;
      const of = readReferences(
        shaped.changes,
        [...path, kind],
        (text, at) =>
          stateSubject(context, context.subject(text, at, 'value'), at)?.subject ?? null,
      );
      return of && { kind, of, alsoReconnect: shaped.also !== undefined };
    }
    case 'crosses': {
      const shaped = context.shaped(TRIGGER_SHAPES.crosses, data, path, LATER_OF_TRIGGERS);
      if (shaped === null) return null;
      const of = eachSubject(context, shaped.crosses, [...path, kind], (found, what, at) =>
        readCrossings(context, found, what, at),
      );
      return of && { kind, of: of.flat(), alsoReconnect: shaped.also !== undefined };
    }
    case 'holds': {
      const shaped = context.shaped(TRIGGER_SHAPES.holds, data, path, LATER_OF_TRIGGERS);
      if (shaped === null) return null;
      const of = readLevels(context, shaped.holds, [...path, kind], 'holds');
      const forMs = context.duration(shaped.for, [...path, 'for']);
      if (of !== null && of.length > 1 && of.some(({ subject }) => subject.kind === 'any')) {
        return context.refuse(
          [...path, kind],
          'Any device of a kind is held by itself; give it a trigger of its own',
        );
      }
      if (forMs === 0) {
        return context.refuse(
          [...path, 'for'],
          'A hold lasts longer than nothing; use becomes instead',
        );
      }
      return of && forMs !== null ? { kind, of, forMs } : null;
    }
    case 'presses': {
      const shaped = context.shaped(TRIGGER_SHAPES.presses, data, path, LATER_OF_TRIGGERS);
      if (shaped === null) return null;
      const of = readPresses(context, shaped.presses, [...path, kind]);
      return of && { kind, of };
    }
    case 'at':
      return readAt(context, data, path);
    default:
      return kind satisfies never;
  }
}

function readAt(context: ReadContext, data: unknown, path: Path): Trigger | null {
  const time = (data as { readonly at?: unknown }).at;
  const sun = typeof time === 'string' && /^(?:sunrise|sunset|dawn|dusk|noon)/.exec(time);
  if (sun)
    return context.refuse([...path, 'at'], `"${sun[0]}" is not supported yet in this version`);
  if (typeof time === 'string') {
    if (context.time(time, [...path, 'at']) === null) return null;
  }
  const shaped = context.shaped(TRIGGER_SHAPES.at, data, path, LATER_OF_TRIGGERS);
  if (shaped === null) return null;
  const minute = context.time(shaped.at, [...path, 'at']);
  return minute === null ? null : { kind: 'at', minute, days: inWeekOrder(shaped.on) };
}

function inWeekOrder(days: readonly Weekday[] | undefined): readonly Weekday[] | null {
  if (days === undefined) return null;
  const named = WEEKDAYS.filter((day) => days.includes(day));
  return named.length === WEEKDAYS.length ? null : named;
}

/** Counts the conditions of one scene. */
export interface ConditionCount {
  count: number;
}

/** A condition with those inside it; null, with its problems told, where it is none. */
export function readCondition(
  context: ReadContext,
  data: unknown,
  path: Path,
  counted: ConditionCount,
): Condition | null {
  counted.count += 1;
  if (counted.count === SCENE_LIMITS.conditions + 1) {
    return context.refuse(path, `A scene has at most ${SCENE_LIMITS.conditions} conditions`);
  }
  if (Array.isArray(data)) {
    return context.refuse(
      path,
      'A condition is a map; write {all: […]} where all of them must hold',
    );
  }
  const kind = context.kindOf(data, path, 'A condition', CONDITION_KINDS, LATER_CONDITIONS);
  switch (kind) {
    case null:
      return null;
    case 'all':
    case 'any': {
      const shaped = context.shaped(CONDITION_SHAPES[kind], data, path);
      const items: readonly unknown[] | undefined =
        shaped && 'all' in shaped ? shaped.all : shaped?.any;
      if (items === undefined) return null;
      const of = items.map((item, index) =>
        readCondition(context, item, [...path, kind, index], counted),
      );
      if (!isComplete(of)) return null;
      const only = of[0];
      return of.length === 1 && only ? only : { kind, of };
    }
    case 'not': {
      const shaped = context.shaped(CONDITION_SHAPES.not, data, path);
      if (shaped === null) return null;
      const of = readCondition(context, shaped.not, [...path, kind], counted);
      return of && { kind, of };
    }
    case 'is': {
      const shaped = context.shaped(CONDITION_SHAPES.is, data, path);
      if (shaped === null) return null;
      const of = readLevels(context, shaped.is, [...path, kind], 'is');
      return of && conditionOf(of, shaped['if-unknown']);
    }
    case 'above':
    case 'below': {
      const shaped = context.shaped(CONDITION_SHAPES[kind], data, path);
      if (shaped === null) return null;
      const map: object = 'above' in shaped ? shaped.above : shaped.below;
      const of = eachSubject(
        context,
        map,
        [...path, kind],
        (found, what, at): LevelMatch | null => {
          const matcher = readMatcher(context, found.spec, { [kind]: what }, at);
          return matcher && { subject: found.subject, matcher };
        },
      );
      return of && conditionOf(of, shaped['if-unknown']);
    }
    case 'between':
      return readWindow(context, data, path);
    default:
      return kind satisfies never;
  }
}

function readWindow(context: ReadContext, data: unknown, path: Path): Condition | null {
  const ends = (data as { readonly between?: unknown }).between;
  if (Array.isArray(ends)) {
    for (const [index, end] of ends.entries()) {
      const sun = typeof end === 'string' && /^(?:sunrise|sunset|dawn|dusk|noon)/.exec(end);
      const at = [...path, 'between', index];
      if (sun) return context.refuse(at, `"${sun[0]}" is not supported yet in this version`);
      if (typeof end === 'string' && context.time(end, at) === null) return null;
    }
  }
  const shaped = context.shaped(CONDITION_SHAPES.between, data, path);
  if (shaped === null) return null;
  const [fromText, toText] = shaped.between;
  const from = context.time(fromText, [...path, 'between', 0]);
  const to = context.time(toText, [...path, 'between', 1]);
  if (from === null || to === null) return null;
  if (from === to) {
    return context.refuse(
      [...path, 'between'],
      `The window from ${fromText} to ${toText} is empty; give it two different ends`,
    );
  }
  return { kind: 'between', from, to, days: inWeekOrder(shaped.on) };
}

function conditionOf(
  levels: readonly LevelMatch[],
  ifUnknown: 'unknown' | 'pass' | 'fail' = 'unknown',
): Condition | null {
  const of = levels.flatMap(({ subject, matcher }): Condition[] =>
    subject.kind === 'device'
      ? [{ kind: 'is', device: subject.device, property: subject.property, matcher, ifUnknown }]
      : [],
  );
  return of.length === 1 && of[0] ? of[0] : { kind: 'all', of };
}

type LevelUse = 'becomes' | 'holds' | 'is';

/** The levels of a map of `device.property` to what it is. */
export function readLevels(
  context: ReadContext,
  map: object,
  path: Path,
  use: LevelUse,
): LevelMatch[] | null {
  return eachSubject(context, map, path, (found, what, at): LevelMatch | null => {
    if (use === 'is' && found.subject.kind === 'any') {
      return context.refuse(at, '"any" is not supported yet in a condition in this version');
    }
    const matcher = readMatcher(context, found.spec, what, at);
    if (use === 'becomes' && matcher?.kind === 'range') {
      return context.refuse(at, 'A number going over or under a threshold is written with crosses');
    }
    return matcher && { subject: found.subject, matcher };
  });
}

/** The presses of a map of `device.button` to events. */
export function readPresses(context: ReadContext, map: object, path: Path): Press[] | null {
  return eachSubject(
    context,
    map,
    path,
    (found, what, at): Press | null => {
      if (found.spec.access !== 'event') {
        return context.refuse(
          at,
          `"${found.spec.name}" is a state and not an event; use becomes or changes`,
          'key',
        );
      }
      const asked: readonly unknown[] = Array.isArray(what) ? what : [what];
      const values = asked.map((value, index) => {
        const place = Array.isArray(what) ? [...at, index] : at;
        return typeof value === 'string' ? context.value(found.spec, value, place) : null;
      });
      const texts = values.filter((value) => typeof value === 'string');
      return texts.length === values.length ? { subject: found.subject, values: texts } : null;
    },
    'event',
  );
}

function readCrossings(
  context: ReadContext,
  { subject, spec }: FoundSubject,
  what: unknown,
  path: Path,
): Crossing[] | null {
  const {
    above,
    below,
    hysteresis = 0,
  } = what as {
    readonly above?: number;
    readonly below?: number;
    readonly hysteresis?: number;
  };
  if (spec.type !== 'number') {
    return context.refuse(path, `"${spec.name}" is not a number; use becomes or changes`, 'key');
  }
  const crossings: Crossing[] = [];
  for (const [direction, threshold] of [
    ['above', above],
    ['below', below],
  ] as const) {
    if (threshold === undefined) continue;
    if (context.value(spec, threshold, [...path, direction]) === null) return null;
    crossings.push({ subject, direction, threshold, hysteresis });
  }
  if (crossings.length > 0) return crossings;
  return context.refuse(path, 'A threshold is wanted here, such as {above: 28}');
}

function readMatcher(
  context: ReadContext,
  spec: PropertySpec,
  what: unknown,
  path: Path,
): Matcher | null {
  if (typeof what === 'object' && what !== null && !Array.isArray(what) && !isColor(what)) {
    const { above, below } = what as { readonly above?: number; readonly below?: number };
    if (spec.type !== 'number') {
      return context.refuse(
        path,
        `"${spec.name}" is not a number, so it is never above or below one`,
      );
    }
    if (above === undefined && below === undefined) {
      return context.refuse(path, 'Above or below what? Write {above: 28} or {below: 5}');
    }
    if (above !== undefined && below !== undefined && above >= below) {
      return context.refuse(path, `No number is above ${above} and below ${below}`);
    }
    for (const end of [above, below]) {
      if (end !== undefined && context.value(spec, end, path) === null) return null;
    }
    return { kind: 'range', above: above ?? null, below: below ?? null };
  }
  const values = Array.isArray(what)
    ? what.map((value: PropertyValue, index) => context.value(spec, value, [...path, index]))
    : [context.value(spec, what as PropertyValue, path)];
  return isComplete(values) ? { kind: 'oneOf', values } : null;
}

/** Reads each entry of a map of subjects; null where one of them could not be read. */
function eachSubject<Read>(
  context: ReadContext,
  map: object,
  path: Path,
  read: (found: FoundSubject, what: unknown, at: Path) => Read | null,
  access: 'state' | 'event' = 'state',
): Read[] | null {
  const results = Object.entries(map).map(([key, what]) => {
    if (key === 'any') {
      const [reference, matched] = what as [string, unknown];
      const found = context.kind(reference, [...path, key, 0]);
      const usable = access === 'event' ? found : stateSubject(context, found, [...path, key, 0]);
      return usable && read(usable, matched, [...path, key, 1]);
    }
    const at = [...path, key];
    const found = context.subject(key, at, 'key');
    const usable = access === 'event' ? found : stateSubject(context, found, at);
    return usable && read(usable, what, at);
  });
  return isComplete(results) ? results : null;
}

/** Refuses what has no state: an event, or what can only be set. */
function stateSubject(
  context: ReadContext,
  found: FoundSubject | null,
  path: Path,
): FoundSubject | null {
  if (found?.spec.access === 'event') {
    return context.refuse(
      path,
      `"${found.spec.name}" is an event and has no state; use presses`,
      'key',
    );
  }
  if (found?.spec.access === 'w') {
    return context.refuse(
      path,
      `"${found.spec.name}" can only be set and is never reported`,
      'key',
    );
  }
  return found;
}

function readReferences(
  references: string | readonly string[],
  path: Path,
  read: (text: string, at: Path) => Subject | null,
): Subject[] | null {
  if (typeof references === 'string') {
    const one = read(references, path);
    return one && [one];
  }
  const all = references.map((text, index) => read(text, [...path, index]));
  return isComplete(all) ? all : null;
}

/** Whether every part could be read. */
export function isComplete<Item>(
  items: readonly (Item | null)[],
): items is readonly Item[] & Item[] {
  return !items.includes(null);
}
