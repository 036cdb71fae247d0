// The pieces of which the shapes of triggers, conditions and steps are made: durations, values, references, lists.

import * as v from 'valibot';
import type { Words } from '../../../hub/model/words.ts';
import { DURATION_PATTERN, TIME_PATTERN } from '../literals.ts';
import { type ShapeMessage, wants } from '../mistakes.ts';
import { SCENE_LIMITS } from '../scene.ts';
import { WEEKDAYS } from '../values.ts';

/** The shapes of items inside other items. */
export interface Inner {
  readonly trigger: v.GenericSchema;
  readonly condition: v.GenericSchema;
  readonly step: v.GenericSchema;
}

/** Items inside items are checked when their turn comes. */
export const UNREAD: Inner = { trigger: v.unknown(), condition: v.unknown(), step: v.unknown() };

const DURATION_WANTED = wants(
  'a duration such as 2s, 3min or 1h30min is wanted here',
  '这里要写时长，例如 2s、3min 或 1h30min',
);
/** A duration such as `3min`. */
export const duration = v.pipe(
  v.string(DURATION_WANTED),
  v.regex(DURATION_PATTERN, DURATION_WANTED),
);
const TIME_WANTED = wants(
  'a time of day such as 07:00 is wanted here',
  '这里要写一天中的时间，例如 07:00',
);
/** A time of day such as `07:00`. */
export const time = v.pipe(v.string(TIME_WANTED), v.regex(TIME_PATTERN, TIME_WANTED));
/** A list of days of the week. */
export const days = v.pipe(
  v.array(
    v.picklist(
      WEEKDAYS,
      wants(`a day is one of ${WEEKDAYS.join(', ')}`, `星期几要写成 ${WEEKDAYS.join('、')} 之一`),
    ),
    wants(
      `a list of days such as [mon, fri] is wanted here`,
      '这里要写星期的列表，例如 [mon, fri]',
    ),
  ),
  v.minLength(
    1,
    wants(
      'name at least one day, or leave `on` out for every day',
      '至少写一天；每天都算就去掉 `on`',
    ),
  ),
  v.maxLength(7, wants('there are seven days', '一周只有七天')),
);
/** A text that is not empty, of at most `max` characters. */
export const text = (what: Words, max: number) =>
  v.pipe(
    v.string(wants(`${what.en} is a text`, `${what.zh}是文字`)),
    v.trim(),
    v.minLength(1, wants(`${what.en} is not empty`, `${what.zh}不能为空`)),
    v.maxLength(
      max,
      wants(`${what.en} has at most ${max} characters`, `${what.zh}最多 ${max} 个字符`),
    ),
  );

/** A number without its unit. */
export const number = v.pipe(
  v.number(
    wants(
      'a number without its unit is wanted here, such as 28',
      '这里要写不带单位的数字，例如 28',
    ),
  ),
  v.finite(wants('a number is wanted here', '这里要写数字')),
);
const color = v.strictObject({ hue: number, saturation: number });
const VALUE_WANTED = wants(
  'a value is wanted here: true, a number, a word, or {hue, saturation}',
  '这里要写一个值：true、数字、词，或 {hue, saturation}',
);
/** A value of a property. */
export const value = v.union([v.boolean(), number, v.string(), color], VALUE_WANTED);
const values = v.pipe(
  v.array(value),
  v.minLength(1, wants('the list names at least one value', '列表里至少要有一个值')),
  v.maxLength(
    SCENE_LIMITS.items,
    wants(
      `the list has at most ${SCENE_LIMITS.items} values`,
      `列表最多 ${SCENE_LIMITS.items} 个值`,
    ),
  ),
);
const range = v.strictObject({ above: v.optional(number), below: v.optional(number) });
/** Which values are meant. */
export const matcher = v.union(
  [v.boolean(), number, v.string(), color, range, values],
  wants(
    'a value, a list of values, or {above: n} or {below: n} is wanted here',
    '这里要写一个值、值的列表，或 {above: n}、{below: n}',
  ),
);
const ANY_WANTED = wants(
  '`any` is written as [kind.property, value], such as [kind.waterLeak, true]',
  '`any` 要写成 [kind.属性, 值]，例如 [kind.waterLeak, true]',
);
const anyOf = <Schema extends v.GenericSchema>(matched: Schema) =>
  v.optional(v.tuple([v.string(ANY_WANTED), matched], ANY_WANTED));

const REFERENCES_WANTED = wants(
  'a map of device.property to what is meant is wanted here, such as {hall-lamp.on: true}',
  '这里要写“设备.属性: 值”，例如 {hall-lamp.on: true}',
);
/** A map of `device.property`, or of `any`, to something. */
export const references = <Schema extends v.GenericSchema>(matched: Schema) =>
  v.pipe(
    v.objectWithRest({ any: anyOf(matched) }, matched, REFERENCES_WANTED),
    v.check((map) => Object.keys(map).length > 0, REFERENCES_WANTED),
    v.check(
      (map) => Object.keys(map).length <= SCENE_LIMITS.items,
      wants(
        `at most ${SCENE_LIMITS.items} properties stand here`,
        `这里最多写 ${SCENE_LIMITS.items} 个属性`,
      ),
    ),
  );
const ALSO_WANTED = wants(
  '`also` is reconnect or save, or both as [reconnect, save]',
  '`also` 是 reconnect 或 save，两者都要则写 [reconnect, save]',
);
const alsoWord = v.picklist(['reconnect', 'save'], ALSO_WANTED);
/** When a trigger is met beyond its edge. */
export const also = v.optional(
  v.union(
    [alsoWord, v.pipe(v.array(alsoWord), v.minLength(1, ALSO_WANTED), v.maxLength(2, ALSO_WANTED))],
    ALSO_WANTED,
  ),
);

const NAME_WANTED = wants(
  'a name is wanted here: a letter, then letters, digits and hyphens, at most 32',
  '这里要写名称：以字母开头，由字母、数字和连字符组成，最多 32 个',
);
/** A name that the scene gives to a part of itself. */
export const name = v.pipe(
  v.string(NAME_WANTED),
  v.regex(/^\p{L}[\p{L}\p{N}_-]{0,31}$/u, NAME_WANTED),
);

const EVENTS_WANTED = wants(
  'an event of the button is wanted here, such as single',
  '这里要写按键的事件，例如 single',
);
/** Events of a button. */
export const events = v.union([v.string(), v.array(v.string())], EVENTS_WANTED);
/** A list of at least one entry. */
export const list = <Schema extends v.GenericSchema>(item: Schema, wanted: ShapeMessage) =>
  v.pipe(
    v.array(item, wanted),
    v.minLength(1, wanted),
    v.maxLength(
      SCENE_LIMITS.items,
      wants(
        `the list has at most ${SCENE_LIMITS.items} entries`,
        `列表最多 ${SCENE_LIMITS.items} 项`,
      ),
    ),
  );
/** What is said where a device.property is wanted. */
export const REFERENCE_WANTED = wants(
  'a device.property such as hall-door.open is wanted here, or a list of them',
  '这里要写“设备.属性”，例如 hall-door.open，也可以是列表',
);
/** A text, or a list of texts. */
export const oneOrMore = (wanted: ShapeMessage) =>
  v.union([v.string(), list(v.string(), wanted)], wanted);

/** What a run does when the step did not succeed. */
export const onError = v.optional(
  v.picklist(
    ['continue', 'stop'],
    wants('`on-error` is continue (the usual) or stop', '`on-error` 是 continue（默认）或 stop'),
  ),
);
/** A list of steps inside a step. */
export const steps = (inner: Inner) =>
  list(
    inner.step,
    wants(
      'a list of steps is wanted here, each beginning with "- "',
      '这里要写步骤的列表，每步以 "- " 开头',
    ),
  );
