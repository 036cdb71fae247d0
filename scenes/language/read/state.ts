// Reads triggers and conditions on what devices report.
import type { Condition, IfUnknown, StateCondition } from '../conditions.ts';
import type { FoundSubject, ReadContext } from '../context.ts';
import type { Path } from '../document.ts';
import { stateConditionShapes, stateTriggerShapes } from '../shapes/state.ts';
import type { StateTrigger } from '../triggers.ts';
import type { Crossing, LevelMatch } from '../values.ts';
import {
  eachSubject,
  LATER_OF_TRIGGERS,
  readLevels,
  readMatcher,
  readPresses,
  readReferences,
  stateSubject,
} from './parts.ts';
import { type Reading, type ReadKind, shapedKind } from './reading.ts';

/** Triggers on states and events, by key. */
export const STATE_TRIGGERS = {
  becomes: shapedKind(
    stateTriggerShapes.becomes,
    LATER_OF_TRIGGERS,
    ({ context }, shaped, path): StateTrigger | null => {
      const of = readLevels(context, shaped.becomes, [...path, 'becomes'], 'becomes');
      return of && { kind: 'becomes', of, alsoReconnect: shaped.also !== undefined };
    },
  ),
  changes: shapedKind(
    stateTriggerShapes.changes,
    LATER_OF_TRIGGERS,
    ({ context }, shaped, path): StateTrigger | null => {
      const of = readReferences(
        shaped.changes,
        [...path, 'changes'],
        (text, at) =>
          stateSubject(context, context.subject(text, at, 'value'), at)?.subject ?? null,
      );
      return of && { kind: 'changes', of, alsoReconnect: shaped.also !== undefined };
    },
  ),
  crosses: shapedKind(
    stateTriggerShapes.crosses,
    LATER_OF_TRIGGERS,
    ({ context }, shaped, path): StateTrigger | null => {
      const of = eachSubject(context, shaped.crosses, [...path, 'crosses'], (found, what, at) =>
        readCrossings(context, found, what, at),
      );
      return of && { kind: 'crosses', of: of.flat(), alsoReconnect: shaped.also !== undefined };
    },
  ),
  holds: shapedKind(
    stateTriggerShapes.holds,
    LATER_OF_TRIGGERS,
    ({ context }, shaped, path): StateTrigger | null => {
      const of = readLevels(context, shaped.holds, [...path, 'holds'], 'holds');
      const forMs = context.duration(shaped.for, [...path, 'for']);
      if (of !== null && of.length > 1 && of.some(({ subject }) => subject.kind === 'any')) {
        return context.refuse(
          [...path, 'holds'],
          'Any device of a kind is held by itself; give it a trigger of its own',
        );
      }
      if (forMs === 0) {
        return context.refuse(
          [...path, 'for'],
          'A hold lasts longer than nothing; use becomes instead',
        );
      }
      return of && forMs !== null ? { kind: 'holds', of, forMs } : null;
    },
  ),
  presses: shapedKind(
    stateTriggerShapes.presses,
    LATER_OF_TRIGGERS,
    ({ context }, shaped, path): StateTrigger | null => {
      const of = readPresses(context, shaped.presses, [...path, 'presses']);
      return of && { kind: 'presses', of };
    },
  ),
};

/** Conditions on states, by key. */
export const STATE_CONDITIONS: Readonly<Record<string, ReadKind<Condition>>> = {
  is: shapedKind(stateConditionShapes.is, [], ({ context }, shaped, path) => {
    const of = readLevels(context, shaped.is, [...path, 'is'], 'is');
    return of && conditionOf(of, shaped['if-unknown']);
  }),
  above: shapedKind(stateConditionShapes.above, [], (reading, shaped, path) =>
    readBound(reading, 'above', shaped.above, shaped['if-unknown'], path),
  ),
  below: shapedKind(stateConditionShapes.below, [], (reading, shaped, path) =>
    readBound(reading, 'below', shaped.below, shaped['if-unknown'], path),
  ),
};

function readBound(
  { context }: Reading,
  key: 'above' | 'below',
  map: object,
  ifUnknown: IfUnknown | undefined,
  path: Path,
): Condition | null {
  const of = eachSubject(context, map, [...path, key], (found, what, at): LevelMatch | null => {
    const matcher = readMatcher(context, found.spec, { [key]: what }, at);
    return matcher && { subject: found.subject, matcher };
  });
  return of && conditionOf(of, ifUnknown);
}

function conditionOf(
  levels: readonly LevelMatch[],
  ifUnknown: IfUnknown = 'unknown',
): Condition | null {
  const of = levels.flatMap(({ subject, matcher }): StateCondition[] =>
    subject.kind === 'device'
      ? [{ kind: 'is', device: subject.device, property: subject.property, matcher, ifUnknown }]
      : [],
  );
  return of.length === 1 && of[0] ? of[0] : { kind: 'all', of };
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
