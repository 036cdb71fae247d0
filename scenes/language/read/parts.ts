// What the readers of several families share: levels, presses, matchers, and maps and lists of subjects.

import type { PropertyValue } from '../../../hub/model/properties.ts';
import type { PropertySpec } from '../../../hub/model/property-row.ts';
import { isColor } from '../../../hub/model/property-value.ts';
import type { FoundSubject, ReadContext } from '../context.ts';
import type { Path } from '../document.ts';
import { mistake } from '../mistakes.ts';
import type { LevelMatch, Matcher, Press, Subject } from '../values.ts';
import { isComplete } from './reading.ts';

/** Keys of a trigger that the format has and this version does not do yet. */
export const LATER_OF_TRIGGERS = ['debounce', 'throttle', 'cooldown', 'from', 'priority'];
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
      const words = mistake(
        '"any" is not supported yet in a condition in this version',
        '这个版本的条件里还不支持“any”',
      );
      return context.refuse(at, words);
    }
    const matcher = readMatcher(context, found.spec, what, at);
    if (use === 'becomes' && matcher?.kind === 'range') {
      const words = mistake(
        'A number going over or under a threshold is written with crosses',
        '数字越过界限要用 crosses 来写',
      );
      return context.refuse(at, words);
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
          mistake(
            `"${found.spec.name}" is a state and not an event; use becomes or changes`,
            `“${found.spec.name}”是状态，不是事件；请用 becomes 或 changes`,
          ),
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

/** Which values are meant, checked for the property. */
export function readMatcher(
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
        mistake(
          `"${spec.name}" is not a number, so it is never above or below one`,
          `“${spec.name}”不是数字，不能比大小`,
        ),
      );
    }
    if (above === undefined && below === undefined) {
      const words = mistake(
        'Above or below what? Write {above: 28} or {below: 5}',
        '高于或低于多少？请写 {above: 28} 或 {below: 5}',
      );
      return context.refuse(path, words);
    }
    if (above !== undefined && below !== undefined && above >= below) {
      const words = mistake(
        `No number is above ${above} and below ${below}`,
        `没有数字既高于 ${above} 又低于 ${below}`,
      );
      return context.refuse(path, words);
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
export function eachSubject<Read>(
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
export function stateSubject(
  context: ReadContext,
  found: FoundSubject | null,
  path: Path,
): FoundSubject | null {
  if (found?.spec.access === 'event') {
    return context.refuse(
      path,
      mistake(
        `"${found.spec.name}" is an event and has no state; use presses`,
        `“${found.spec.name}”是事件，没有状态；请用 presses`,
      ),
      'key',
    );
  }
  if (found?.spec.access === 'w') {
    return context.refuse(
      path,
      mistake(
        `"${found.spec.name}" can only be set and is never reported`,
        `“${found.spec.name}”只能设置，设备从不上报`,
      ),
      'key',
    );
  }
  return found;
}

/** The subjects of one reference or of a list of them. */
export function readReferences(
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
