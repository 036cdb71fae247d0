// Reads triggers and conditions on what devices report and are told.

import { nearestName } from '../../../hub/model/nearest-name.ts';
import type { Condition } from '../conditions.ts';
import type { FoundSubject, ReadContext } from '../context.ts';
import type { Path } from '../document.ts';
import { mistake, withHint } from '../mistakes.ts';
import { stateConditionShapes, stateTriggerShapes } from '../shapes/state.ts';
import type { CommandSeen, IfUnknown, Move, StateCondition, StateTrigger } from '../state.ts';
import type { Crossing, LevelMatch, Matcher, PropertyRef } from '../values.ts';
import { noCommand } from './effects.ts';
import { readExpressionAt } from './expressions.ts';
import {
  eachSubject,
  LATER_OF_TRIGGERS,
  readLevels,
  readMatcher,
  readPresses,
  readReferences,
  stateSubject,
} from './parts.ts';
import { isComplete, type Reading, type ReadKind, shapedKind } from './reading.ts';
import { readQuantity } from './selections.ts';

const SHAPES = stateTriggerShapes;

/** Triggers on states and events, by key. */
export const STATE_TRIGGERS = {
  becomes: shapedKind(
    SHAPES.becomes,
    LATER_OF_TRIGGERS,
    ({ context }, shaped, path): StateTrigger | null => {
      const of = readLevels(context, shaped.becomes, [...path, 'becomes'], 'becomes');
      if (of === null) return null;
      const subjects = of.map(({ subject }) => subject);
      const from = readEdgeMatcher(context, subjects, shaped.from, [...path, 'from']);
      return from && { kind: 'becomes', of, from: from.matcher, ...alsoRules(shaped.also) };
    },
  ),
  changes: shapedKind(
    SHAPES.changes,
    LATER_OF_TRIGGERS,
    ({ context }, shaped, path): StateTrigger | null => {
      const of = readStates(context, shaped.changes, [...path, 'changes']);
      if (of === null) return null;
      const from = readEdgeMatcher(context, of, shaped.from, [...path, 'from']);
      const to = readEdgeMatcher(context, of, shaped.to, [...path, 'to']);
      const notTo = readEdgeMatcher(context, of, shaped['not-to'], [...path, 'not-to']);
      const { alsoReconnect, alsoSave } = alsoRules(shaped.also);
      if (from === null || to === null || notTo === null) return null;
      if (alsoSave) return refuseSave(context, path);
      const matchers = { from: from.matcher, to: to.matcher, notTo: notTo.matcher };
      return { kind: 'changes', of, ...matchers, alsoReconnect };
    },
  ),
  reports: shapedKind(
    SHAPES.reports,
    LATER_OF_TRIGGERS,
    ({ context }, shaped, path): StateTrigger | null => {
      const of = readStates(context, shaped.reports, [...path, 'reports']);
      return of && { kind: 'reports', of };
    },
  ),
  commanded: shapedKind(
    SHAPES.commanded,
    LATER_OF_TRIGGERS,
    ({ context }, shaped, path): StateTrigger | null => {
      const of = Object.entries(shaped.commanded).map(([key, what]) =>
        readCommandSeen(context, key, what, [...path, 'commanded', key]),
      );
      return isComplete(of) ? { kind: 'commanded', of } : null;
    },
  ),
  crosses: shapedKind(
    SHAPES.crosses,
    LATER_OF_TRIGGERS,
    ({ context }, shaped, path): StateTrigger | null => {
      const of = eachSubject(context, shaped.crosses, [...path, 'crosses'], (found, what, at) =>
        readCrossings(context, found, what, at),
      );
      const { alsoReconnect, alsoSave } = alsoRules(shaped.also);
      if (alsoSave) return refuseSave(context, path);
      return of && { kind: 'crosses', of: of.flat(), alsoReconnect };
    },
  ),
  moves: shapedKind(
    SHAPES.moves,
    LATER_OF_TRIGGERS,
    ({ context }, shaped, path): StateTrigger | null => {
      const of = eachSubject(context, shaped.moves, [...path, 'moves'], (found, what, at) =>
        readMove(context, found, what, at),
      );
      return of && { kind: 'moves', of };
    },
  ),
  holds: shapedKind(
    SHAPES.holds,
    LATER_OF_TRIGGERS,
    ({ context }, shaped, path): StateTrigger | null => {
      const of = readLevels(context, shaped.holds, [...path, 'holds'], 'holds');
      const forMs = context.duration(shaped.for, [...path, 'for']);
      if (of !== null && of.length > 1 && of.some(({ subject }) => subject.kind === 'any')) {
        return context.refuse(
          [...path, 'holds'],
          mistake(
            'Any device of a kind is held by itself; give it a trigger of its own',
            '“任一设备”要单独计时；请给它单独写一个触发条件',
          ),
        );
      }
      if (forMs === 0) {
        return context.refuse(
          [...path, 'for'],
          mistake(
            'A hold lasts longer than nothing; use becomes instead',
            '保持的时间不能是零；请改用 becomes',
          ),
        );
      }
      const { away = 'ignore', already = 'now' } = shaped;
      return of && forMs !== null ? { kind: 'holds', of, forMs, away, already } : null;
    },
  ),
  silent: shapedKind(
    SHAPES.silent,
    LATER_OF_TRIGGERS,
    ({ context }, shaped, path): StateTrigger | null => {
      const of = readStates(context, shaped.silent, [...path, 'silent']);
      const forMs = context.duration(shaped.for, [...path, 'for']);
      const named = of?.flatMap((subject): PropertyRef[] =>
        subject.kind === 'device' ? [{ device: subject.device, property: subject.property }] : [],
      );
      if (named !== undefined && named.length !== of?.length) {
        const words = mistake(
          'Silence is that of a device; name it',
          '没有消息的是哪个设备？请写明',
        );
        return context.refuse([...path, 'silent'], words);
      }
      if (forMs === 0) {
        const words = mistake('How long is it silent?', '多久没有消息？');
        return context.refuse([...path, 'for'], words);
      }
      return named && forMs !== null ? { kind: 'silent', of: named, forMs } : null;
    },
  ),
  presses: shapedKind(
    SHAPES.presses,
    LATER_OF_TRIGGERS,
    ({ context }, shaped, path): StateTrigger | null => {
      const of = readPresses(context, shaped.presses, [...path, 'presses']);
      return of && { kind: 'presses', of };
    },
  ),
} satisfies Readonly<Record<string, ReadKind<StateTrigger>>>;

/** What `also` says. */
export function alsoRules(also: string | readonly string[] | undefined): {
  readonly alsoReconnect: boolean;
  readonly alsoSave: boolean;
} {
  const words = typeof also === 'string' ? [also] : (also ?? []);
  return { alsoReconnect: words.includes('reconnect'), alsoSave: words.includes('save') };
}

function refuseSave(context: ReadContext, path: Path): null {
  return context.refuse(
    [...path, 'also'],
    mistake(
      'A change is never there already when the scene is saved; only becomes and so are',
      '保存场景时不会已经有变化；只有 becomes 和 so 才行',
    ),
  );
}

function readStates(
  context: ReadContext,
  references: string | readonly string[],
  path: Path,
): StateSubject[] | null {
  return readReferences(
    references,
    path,
    (text, at) => stateSubject(context, context.subject(text, at, 'value'), at)?.subject ?? null,
  );
}

type StateSubject = LevelMatch['subject'];

/** `from`, `to` or `not-to`: checked for each of the properties, meant for all of them. */
function readEdgeMatcher(
  context: ReadContext,
  subjects: readonly StateSubject[],
  what: unknown,
  path: Path,
): { readonly matcher: Matcher | null } | null {
  if (what === undefined) return { matcher: null };
  let matcher: Matcher | null = null;
  for (const subject of subjects) {
    const spec = context.specOfSubject(subject);
    matcher = spec && readMatcher(context, spec, what, path);
    if (matcher === null) return null;
  }
  return { matcher };
}

function readCommandSeen(
  context: ReadContext,
  key: string,
  what: unknown,
  path: Path,
): CommandSeen | null {
  if (key.includes('.')) {
    const found = context.subject(key, path, 'key');
    if (found === null) return null;
    if (found.spec.access !== 'rw' && found.spec.access !== 'w') {
      const words = mistake(
        `"${key}" is never set, so no command for it is seen`,
        `“${key}”从不被设置，所以看不到它的命令`,
      );
      return context.refuse(path, words, 'key');
    }
    const matcher = readMatcher(context, found.spec, what, path);
    return matcher && { kind: 'set', subject: found.subject, matcher };
  }
  const device = context.device(key, path, 'key');
  if (device === null) return null;
  context.remember(path, 'key', { text: key, name: key, id: device.id });
  const { commands } = device.description;
  if (typeof what !== 'string' || !commands.includes(what)) {
    return context.refuse(path, noCommand(device, String(what)));
  }
  return { kind: 'invoke', device: device.id, name: what };
}

function readMove(
  context: ReadContext,
  { subject, spec }: FoundSubject,
  what: unknown,
  path: Path,
): Move | null {
  const { by, up, down, within } = what as {
    readonly by?: number;
    readonly up?: number;
    readonly down?: number;
    readonly within: string;
  };
  if (spec.type !== 'number') {
    const words = mistake(
      `"${spec.name}" is not a number and moves nowhere`,
      `“${spec.name}”不是数字，不会升降`,
    );
    return context.refuse(path, words, 'key');
  }
  const given = [by, up, down].filter((one) => one !== undefined);
  const withinMs = context.duration(within, [...path, 'within']);
  if (given.length !== 1 || given[0] === undefined) {
    const words = mistake(
      'Say one of `by`, `up` and `down`, such as {up: 2, within: 10min}',
      '请写 `by`、`up` 和 `down` 之一，例如 {up: 2, within: 10min}',
    );
    return context.refuse(path, words);
  }
  if (withinMs === 0) {
    return context.refuse([...path, 'within'], mistake('Within what time?', '在多长时间内？'));
  }
  const direction = by !== undefined ? 'either' : up !== undefined ? 'up' : 'down';
  return withinMs === null ? null : { subject, direction, by: given[0], withinMs };
}

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
  held: shapedKind(stateConditionShapes.held, [], ({ context }, shaped, path) =>
    readPast(context, 'held', shaped.held, [...path, 'held'], {
      text: shaped.for,
      path: [...path, 'for'],
    }),
  ),
  was: shapedKind(stateConditionShapes.was, [], ({ context }, shaped, path) =>
    readPast(context, 'was', shaped.was, [...path, 'was'], {
      text: shaped.within,
      path: [...path, 'within'],
    }),
  ),
  some: shapedKind(stateConditionShapes.some, [], ({ context }, { some }, path) =>
    readQuantity(context, { kind: 'some' }, some, [...path, 'some']),
  ),
  every: shapedKind(stateConditionShapes.every, [], ({ context }, { every }, path) =>
    readQuantity(context, { kind: 'every' }, every, [...path, 'every']),
  ),
  none: shapedKind(stateConditionShapes.none, [], ({ context }, { none }, path) =>
    readQuantity(context, { kind: 'none' }, none, [...path, 'none']),
  ),
  reachable: shapedKind(stateConditionShapes.reachable, [], ({ context }, shaped, path) => {
    const isList = typeof shaped.reachable !== 'string';
    const handles = typeof shaped.reachable === 'string' ? [shaped.reachable] : shaped.reachable;
    const of = handles.map((handle, index) => {
      const at = isList ? [...path, 'reachable', index] : [...path, 'reachable'];
      const device = context.device(handle, at, 'value');
      if (device) context.remember(at, 'value', { text: handle, name: handle, id: device.id });
      return device && { device: device.id };
    });
    return isComplete(of) ? { kind: 'reachable', of } : null;
  }),
  'triggered-by': shapedKind(stateConditionShapes['triggered-by'], [], (reading, shaped, path) => {
    const asked = shaped['triggered-by'];
    const ids = typeof asked === 'string' ? [asked] : asked;
    const known = reading.triggerIds;
    const unknown = ids.find((id) => !known.includes(id));
    if (unknown === undefined) return { kind: 'triggeredBy', ids };
    const words = mistake(
      `No trigger of this scene has the id "${unknown}"`,
      `这个场景没有 id 为“${unknown}”的触发条件`,
    );
    const all = mistake(
      `they have ${known.join(', ') || 'none'}`,
      known.length === 0 ? '它们都没有 id' : `有 ${known.join('、')}`,
    );
    return reading.context.refuse(
      [...path, 'triggered-by'],
      withHint(words, nearestName(unknown, known), all),
    );
  }),
  expression: shapedKind(stateConditionShapes.expression, [], (reading, shaped, path) => {
    const at = [...path, 'expression'];
    const locals = reading.locals();
    const expression = readExpressionAt(reading.context, shaped.expression, at, 'boolean', locals);
    return expression && { kind: 'expression', expression };
  }),
};

function readBound(
  { context }: Reading,
  direction: 'above' | 'below',
  map: object,
  ifUnknown: IfUnknown = 'unknown',
  path: Path,
): Condition | null {
  const of = eachSubject(
    context,
    map,
    [...path, direction],
    (found, what, at): Condition | null => {
      const { subject, spec } = found;
      if (subject.kind === 'any') {
        const words = mistake(
          'A condition names its device; or use some, every or none',
          '条件要写明设备；或者用 some、every、none',
        );
        return context.refuse(at, words);
      }
      const { device, property } = subject;
      if (typeof what === 'string') {
        const right = readOther(context, spec, what, at);
        return (
          right && { kind: 'compares', left: { device, property }, direction, right, ifUnknown }
        );
      }
      const matcher = readMatcher(context, spec, { [direction]: what }, at);
      return matcher && { kind: 'is', device, property, matcher, ifUnknown };
    },
  );
  return of && together(of);
}

/** The number of a device with which another one is compared; both speak of the same thing. */
function readOther(
  context: ReadContext,
  spec: FoundSubject['spec'],
  reference: string,
  path: Path,
): PropertyRef | null {
  const other = stateSubject(context, context.subject(reference, path, 'value'), path);
  if (other === null) return null;
  if (other.subject.kind === 'any') {
    const words = mistake(
      'A number is compared with that of one device; name it',
      '数字要和某一个设备的比较；请写明设备',
    );
    return context.refuse(path, words);
  }
  if (spec.type !== 'number' || other.spec.type !== 'number') {
    const words = mistake('Only numbers are above or below each other', '只有数字才能比大小');
    return context.refuse(path, words);
  }
  if (spec.unit !== other.spec.unit) {
    const [one, two] = [spec.unit, other.spec.unit];
    const words = mistake(
      `One is in ${one ?? 'no unit'} and the other in ${two ?? 'no unit'}`,
      `两者的单位不同：${one ?? '无单位'}和${two ?? '无单位'}`,
    );
    return context.refuse(path, words);
  }
  return { device: other.subject.device, property: other.subject.property };
}

function together(of: readonly Condition[]): Condition {
  const only = of[0];
  return of.length === 1 && only ? only : { kind: 'all', of };
}

/** Levels as conditions. */
export function conditionsOf(
  levels: readonly LevelMatch[],
  ifUnknown: IfUnknown = 'unknown',
): StateCondition[] {
  return levels.flatMap(({ subject, matcher }): StateCondition[] =>
    subject.kind === 'device'
      ? [{ kind: 'is', device: subject.device, property: subject.property, matcher, ifUnknown }]
      : [],
  );
}

function conditionOf(levels: readonly LevelMatch[], ifUnknown?: IfUnknown): Condition {
  return together(conditionsOf(levels, ifUnknown));
}

function readPast(
  context: ReadContext,
  kind: 'held' | 'was',
  map: object,
  path: Path,
  time: { readonly text: string; readonly path: Path },
): Condition | null {
  const levels = readLevels(context, map, path, 'is');
  const ms = context.duration(time.text, time.path);
  if (levels === null || ms === null) return null;
  return together(
    levels.flatMap(({ subject, matcher }): Condition[] =>
      subject.kind === 'device'
        ? [{ kind, device: subject.device, property: subject.property, matcher, ms }]
        : [],
    ),
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
    readonly above?: number | string;
    readonly below?: number | string;
    readonly hysteresis?: number;
  };
  if (spec.type !== 'number') {
    const words = mistake(
      `"${spec.name}" is not a number; use becomes or changes`,
      `“${spec.name}”不是数字；请用 becomes 或 changes`,
    );
    return context.refuse(path, words, 'key');
  }
  const crossings: Crossing[] = [];
  for (const [direction, threshold] of [
    ['above', above],
    ['below', below],
  ] as const) {
    if (threshold === undefined) continue;
    const at = [...path, direction];
    if (typeof threshold === 'string') {
      if (subject.kind === 'any') {
        const words = mistake(
          'Two numbers are those of two devices; name them',
          '两个数字属于两个设备；请写明设备',
        );
        return context.refuse(path, words, 'key');
      }
      const other = readOther(context, spec, threshold, at);
      if (other === null) return null;
      crossings.push({ subject, direction, threshold: 0, other, hysteresis });
      continue;
    }
    if (context.value(spec, threshold, at) === null) return null;
    crossings.push({ subject, direction, threshold, other: null, hysteresis });
  }
  if (crossings.length > 0) return crossings;
  const words = mistake(
    'A threshold is wanted here, such as {above: 28}',
    '这里要写界限，例如 {above: 28}',
  );
  return context.refuse(path, words);
}
