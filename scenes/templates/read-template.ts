// Reads a template file: text to a Template, or all that is wrong with it, each with its place.

import * as v from 'valibot';
import { DEVICE_KINDS, type DeviceKind } from '../../hub/model/device-kind.ts';
import type { InputProblem } from '../../hub/model/errors.ts';
import { nearestName } from '../../hub/model/nearest-name.ts';
import { findProperty } from '../../hub/model/properties.ts';
import {
  TEMPLATE_GROUPS,
  TEMPLATE_HOUSEHOLDS,
  TEMPLATE_LIMITS,
} from '../../hub/model/scene-templates-port.ts';
import type { Words } from '../../hub/model/words.ts';
import { type Path, pointer, readDocument, type SceneDocument } from '../language/document.ts';
import { mistake, problemOf, wants, withHint } from '../language/mistakes.ts';
import { blanksOf } from './fill.ts';
import { slotValueProblem } from './slot-values.ts';
import { isDeviceSlot, type Slot, type Template } from './template.ts';

const NAME = /^\p{L}[\p{L}\p{N}-]{0,31}$/u;
/** Words that blanks of texts have already. */
const TAKEN = [
  'cause',
  'scene',
  'time',
  'each',
  'home',
  'person',
  'var',
  'kind',
  'any',
  'calendar',
];
const DEVICES_MAX = 30;

const LABEL_WANTED = wants(
  'words in both languages are wanted here, as {en: Lamp, zh: 灯}',
  '这里要写两种语言的文字，例如 {en: Lamp, zh: 灯}',
);
const words = v.pipe(
  v.string(LABEL_WANTED),
  v.trim(),
  v.minLength(1, LABEL_WANTED),
  v.maxLength(500, LABEL_WANTED),
);
const label = v.strictObject({ en: words, zh: words }, LABEL_WANTED);
const someWords = v.pipe(v.array(v.pipe(v.string(), v.maxLength(60))), v.maxLength(40));
const oneOrMore = v.union(
  [v.string(), someWords],
  wants('a word is wanted here, or a list of them', '这里要写一个词，或词的列表'),
);
const base = { label, optional: v.optional(v.boolean()) };
const deviceShape = {
  ...base,
  is: v.optional(oneOrMore),
  has: v.optional(oneOrMore),
  sets: v.optional(oneOrMore),
  presses: v.optional(oneOrMore),
  does: v.optional(oneOrMore),
  near: v.optional(v.string()),
  words: v.optional(oneOrMore),
};
const slotShape = v.variant(
  'kind',
  [
    v.strictObject({ kind: v.literal('device'), ...deviceShape }),
    v.strictObject({
      kind: v.literal('devices'),
      ...deviceShape,
      max: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(DEVICES_MAX))),
    }),
    v.strictObject({
      kind: v.literal('number'),
      ...base,
      min: v.number(),
      max: v.number(),
      unit: v.optional(v.string()),
      default: v.optional(v.number()),
    }),
    v.strictObject({
      kind: v.literal('duration'),
      ...base,
      min: v.string(),
      max: v.string(),
      default: v.optional(v.string()),
    }),
    v.strictObject({
      kind: v.literal('choice'),
      ...base,
      values: v.record(v.string(), label),
      default: v.optional(v.string()),
    }),
    v.strictObject({
      kind: v.picklist(['room', 'person', 'mode']),
      ...base,
      default: v.optional(v.string()),
    }),
    v.strictObject({
      kind: v.picklist(['time', 'text']),
      ...base,
      default: v.optional(v.string()),
    }),
    v.strictObject({
      kind: v.picklist(['days', 'roles']),
      ...base,
      default: v.optional(someWords),
    }),
  ],
  wants(
    'a slot begins with its kind: device, devices, room, person, number, duration, time, days, roles, text, mode or choice',
    '每一项先写种类（kind）：device、devices、room、person、number、duration、time、days、roles、text、mode 或 choice',
  ),
);

const SHAPE = v.strictObject({
  template: v.pipe(
    v.string(),
    v.regex(
      /^[a-z][a-z0-9-]{0,31}$/,
      wants(
        'a template is named by small letters, digits and hyphens, at most 32',
        '模板的名称由小写字母、数字和连字符组成，最多 32 个',
      ),
    ),
  ),
  name: label,
  description: label,
  group: v.optional(
    v.picklist(
      TEMPLATE_GROUPS,
      wants(
        `a group is one of ${TEMPLATE_GROUPS.join(', ')}`,
        `分组是 ${TEMPLATE_GROUPS.join('、')} 之一`,
      ),
    ),
  ),
  households: v.optional(
    v.array(
      v.picklist(
        TEMPLATE_HOUSEHOLDS,
        wants(
          `a household is one of ${TEMPLATE_HOUSEHOLDS.join(', ')}`,
          `家庭是 ${TEMPLATE_HOUSEHOLDS.join('、')} 之一`,
        ),
      ),
    ),
  ),
  slots: v.pipe(
    v.record(
      v.string(),
      slotShape,
      wants('`slots` maps names to what fits them', '`slots` 要写名称和适合它的东西'),
    ),
    v.check(
      (map) => Object.keys(map).length <= TEMPLATE_LIMITS.slots,
      wants(
        `a template has at most ${TEMPLATE_LIMITS.slots} slots`,
        `模板最多 ${TEMPLATE_LIMITS.slots} 项`,
      ),
    ),
  ),
  scene: v.pipe(
    v.record(
      v.string(),
      v.unknown(),
      wants('`scene` is a scene file, without its name', '`scene` 是不带名称的场景文件'),
    ),
    v.check(
      (map) => !('scene' in map) && !('uses' in map),
      wants(
        'the scene gets its name and its `uses` when it is made',
        '名称和 `uses` 在创建场景时才填',
      ),
    ),
  ),
});

/** A template, or what is wrong with its file. */
export type ReadTemplate =
  | { readonly template: Template; readonly errors: readonly [] }
  | { readonly template: null; readonly errors: readonly InputProblem[] };

/** Reads the text of a template. Whether its bindings make valid scenes is for `checkTemplate`. */
export function readTemplate(text: string): ReadTemplate {
  const errors: InputProblem[] = [];
  const document = readDocument(text, errors);
  if (!document.isReadable) return { template: null, errors };
  const result = v.safeParse(SHAPE, document.data);
  if (!result.success) {
    const inChinese = v.safeParse(SHAPE, document.data, { lang: 'zh' }).issues ?? [];
    for (const [index, issue] of result.issues.entries()) {
      const path = (issue.path ?? []).map(({ key }) => key as string | number);
      refuse(errors, document, path, shapeWords(issue, inChinese[index]?.message ?? ''));
    }
    return { template: null, errors };
  }
  const { output } = result;
  const names = Object.keys(output.slots);
  const slots = Object.entries(output.slots).map(([name, shaped]) => {
    const path: Path = ['slots', name];
    if (!NAME.test(name) || TAKEN.includes(name)) {
      refuse(
        errors,
        document,
        path,
        mistake(
          `"${name}" cannot name a slot: a letter, then letters, digits and hyphens, and not ${TAKEN.join(', ')}`,
          `“${name}”不能作为名称：要以字母开头，由字母、数字和连字符组成，并且不是 ${TAKEN.join('、')}`,
        ),
      );
    }
    const slot = slotOf(name, shaped);
    for (const [key, words] of slotProblems(slot, names))
      refuse(errors, document, [...path, key], words);
    return slot;
  });
  for (const { name, path } of blanksOf(output.scene)) {
    // Blanks of texts that are not slots are those of scenes: {{cause.device.name}}.
    if (names.includes(name) || TAKEN.includes(name)) continue;
    const all = mistake(`the slots are ${names.join(', ')}`, `有 ${names.join('、')}`);
    const words = withHint(noSlot(name), nearestName(name, names), all);
    refuse(errors, document, ['scene', ...path], words);
  }
  const named = new Set([...blanksOf(output.scene)].map(({ name }) => name));
  for (const name of names) {
    const isAimedAt = slots.some((slot) => 'near' in slot && slot.near === name);
    if (named.has(name) || isAimedAt) continue;
    const words = mistake(
      `Nothing in the scene uses the slot "${name}"`,
      `场景里没有用到“${name}”这一项`,
    );
    refuse(errors, document, ['slots', name], words);
  }
  if (errors.length > 0) return { template: null, errors };
  const {
    template: id,
    name,
    description,
    group = 'day',
    households = ['anyone'],
    scene: body,
  } = output;
  return { template: { id, name, description, group, households, slots, body, text }, errors: [] };
}

function shapeWords(issue: v.BaseIssue<unknown>, zh: string): Words {
  const key = String(issue.path?.at(-1)?.key ?? '');
  if (issue.type === 'strict_object' && issue.expected === 'never')
    return mistake(`"${key}" is not known here`, `这里没有“${key}”这个词`);
  if (issue.input === undefined) return mistake(`"${key}" is missing here`, `这里缺少“${key}”`);
  const isPlain = issue.message.startsWith('Invalid');
  return mistake(issue.message, isPlain ? `这里不能这样写（应为 ${issue.expected}）` : zh);
}

function noSlot(name: string): Words {
  return mistake(`There is no slot "${name}"`, `没有“${name}”这一项`);
}

function refuse(errors: InputProblem[], document: SceneDocument, path: Path, words: Words): void {
  const position = document.position(path, 'value');
  errors.push({ path: pointer(path), ...problemOf(words), ...position });
}

function listOf(given: string | readonly string[] | undefined): readonly string[] {
  return given === undefined ? [] : typeof given === 'string' ? [given] : given;
}

function slotOf(name: string, shaped: v.InferOutput<typeof slotShape>): Slot {
  const common = { name, label: shaped.label, isOptional: shaped.optional ?? false };
  switch (shaped.kind) {
    case 'device':
    case 'devices':
      return {
        ...common,
        kind: shaped.kind,
        // Checked by slotProblems.
        is: listOf(shaped.is) as readonly DeviceKind[],
        has: listOf(shaped.has),
        sets: listOf(shaped.sets),
        presses: listOf(shaped.presses),
        does: listOf(shaped.does),
        near: shaped.near ?? null,
        words: listOf(shaped.words).map((word) => word.toLowerCase()),
        max: shaped.kind === 'devices' ? (shaped.max ?? DEVICES_MAX) : 1,
      };
    case 'number':
      return {
        ...common,
        kind: 'number',
        min: shaped.min,
        max: shaped.max,
        unit: shaped.unit ?? null,
        initial: shaped.default ?? null,
      };
    case 'duration':
      return {
        ...common,
        kind: 'duration',
        from: shaped.min,
        to: shaped.max,
        initial: shaped.default ?? null,
      };
    case 'room':
    case 'person':
    case 'mode':
      return { ...common, kind: shaped.kind, initial: shaped.default ?? null };
    case 'choice':
      return { ...common, kind: 'choice', initial: shaped.default ?? null, options: shaped.values };
    default:
      return { ...common, kind: shaped.kind, initial: shaped.default ?? null, options: {} };
  }
}

function* slotProblems(
  slot: Slot,
  names: readonly string[],
): Generator<[key: string, words: Words]> {
  if (isDeviceSlot(slot)) {
    for (const kind of slot.is) {
      if (!Object.hasOwn(DEVICE_KINDS, kind))
        yield [
          'is',
          mistake(
            `"${kind}" is not a kind of device; there are ${Object.keys(DEVICE_KINDS).join(', ')}`,
            `没有“${kind}”这种设备；有 ${Object.keys(DEVICE_KINDS).join('、')}`,
          ),
        ];
    }
    for (const [key, properties] of [
      ['has', slot.has],
      ['sets', slot.sets],
    ] as const) {
      for (const name of properties) {
        const row = findProperty(name);
        if (row === undefined) {
          yield [
            key,
            mistake(`"${name}" is not a property that devices have`, `设备没有“${name}”这种属性`),
          ];
        }
        if (row !== undefined && key === 'sets' && row.access !== 'rw' && row.access !== 'w') {
          yield [key, mistake(`"${name}" can be read but not set`, `“${name}”只能读取，不能设置`)];
        }
      }
    }
    if (slot.near !== null && !names.includes(slot.near)) yield ['near', noSlot(slot.near)];
    const asks = [slot.is, slot.has, slot.sets, slot.presses, slot.does].flat();
    if (asks.length === 0) {
      const words = mistake(
        'Say what fits: is, has, sets, presses or does',
        '请写什么样的设备适合：is、has、sets、presses 或 does',
      );
      yield ['kind', words];
    }
    return;
  }
  if (slot.kind === 'number' && slot.min > slot.max)
    yield [
      'min',
      mistake(
        `No number is from ${slot.min} to ${slot.max}`,
        `没有从 ${slot.min} 到 ${slot.max} 的数`,
      ),
    ];
  const problem = slot.initial === null ? null : slotValueProblem(slot, slot.initial, null);
  if (problem !== null) yield ['default', problem];
}
