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
import { type Path, pointer, readDocument, type SceneDocument } from '../language/document.ts';
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

const LABEL_WANTED = 'words in both languages are wanted here, as {en: Lamp, zh: 灯}';
const words = v.pipe(
  v.string(LABEL_WANTED),
  v.trim(),
  v.minLength(1, LABEL_WANTED),
  v.maxLength(500),
);
const label = v.strictObject({ en: words, zh: words }, LABEL_WANTED);
const someWords = v.pipe(v.array(v.pipe(v.string(), v.maxLength(60))), v.maxLength(40));
const oneOrMore = v.union([v.string(), someWords], 'a word is wanted here, or a list of them');
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
  'a slot begins with its kind: device, devices, room, person, number, duration, time, days, roles, text, mode or choice',
);

const SHAPE = v.strictObject({
  template: v.pipe(
    v.string(),
    v.regex(
      /^[a-z][a-z0-9-]{0,31}$/,
      'a template is named by small letters, digits and hyphens, at most 32',
    ),
  ),
  name: label,
  description: label,
  group: v.optional(v.picklist(TEMPLATE_GROUPS, `a group is one of ${TEMPLATE_GROUPS.join(', ')}`)),
  households: v.optional(
    v.array(
      v.picklist(TEMPLATE_HOUSEHOLDS, `a household is one of ${TEMPLATE_HOUSEHOLDS.join(', ')}`),
    ),
  ),
  slots: v.pipe(
    v.record(v.string(), slotShape, '`slots` maps names to what fits them'),
    v.check(
      (map) => Object.keys(map).length <= TEMPLATE_LIMITS.slots,
      `a template has at most ${TEMPLATE_LIMITS.slots} slots`,
    ),
  ),
  scene: v.pipe(
    v.record(v.string(), v.unknown(), '`scene` is a scene file, without its name'),
    v.check(
      (map) => !('scene' in map) && !('uses' in map),
      'the scene gets its name and its `uses` when it is made',
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
    for (const issue of result.issues) {
      const path = (issue.path ?? []).map(({ key }) => key as string | number);
      refuse(errors, document, path, shapeWords(issue));
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
        `"${name}" cannot name a slot: a letter, then letters, digits and hyphens, and not ${TAKEN.join(', ')}`,
      );
    }
    const slot = slotOf(name, shaped);
    for (const [key, message] of slotProblems(slot, names))
      refuse(errors, document, [...path, key], message);
    return slot;
  });
  for (const { name, path } of blanksOf(output.scene)) {
    // Blanks of texts that are not slots are those of scenes: {{cause.device.name}}.
    if (names.includes(name) || TAKEN.includes(name)) continue;
    const nearest = nearestName(name, names);
    const hint =
      nearest === undefined ? `the slots are ${names.join(', ')}` : `did you mean ${nearest}?`;
    refuse(errors, document, ['scene', ...path], `There is no slot "${name}"; ${hint}`);
  }
  const named = new Set([...blanksOf(output.scene)].map(({ name }) => name));
  for (const name of names) {
    const isAimedAt = slots.some((slot) => 'near' in slot && slot.near === name);
    if (!named.has(name) && !isAimedAt)
      refuse(errors, document, ['slots', name], `Nothing in the scene uses the slot "${name}"`);
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

function shapeWords(issue: v.BaseIssue<unknown>): string {
  const key = String(issue.path?.at(-1)?.key ?? '');
  if (issue.type === 'strict_object' && issue.expected === 'never')
    return `"${key}" is not known here`;
  if (issue.input === undefined) return `"${key}" is missing here`;
  return issue.message;
}

function refuse(
  errors: InputProblem[],
  document: SceneDocument,
  path: Path,
  message: string,
): void {
  errors.push({ path: pointer(path), message, ...document.position(path, 'value') });
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
): Generator<[key: string, message: string]> {
  if (isDeviceSlot(slot)) {
    for (const kind of slot.is) {
      if (!Object.hasOwn(DEVICE_KINDS, kind))
        yield [
          'is',
          `"${kind}" is not a kind of device; there are ${Object.keys(DEVICE_KINDS).join(', ')}`,
        ];
    }
    for (const [key, properties] of [
      ['has', slot.has],
      ['sets', slot.sets],
    ] as const) {
      for (const name of properties) {
        const row = findProperty(name);
        if (row === undefined) yield [key, `"${name}" is not a property that devices have`];
        else if (key === 'sets' && row.access !== 'rw' && row.access !== 'w')
          yield [key, `"${name}" can be read but not set`];
      }
    }
    if (slot.near !== null && !names.includes(slot.near))
      yield ['near', `There is no slot "${slot.near}"`];
    const wants = [slot.is, slot.has, slot.sets, slot.presses, slot.does].flat();
    if (wants.length === 0) yield ['kind', 'Say what fits: is, has, sets, presses or does'];
    return;
  }
  if (slot.kind === 'number' && slot.min > slot.max)
    yield ['min', `No number is from ${slot.min} to ${slot.max}`];
  const problem = slot.initial === null ? null : slotValueProblem(slot, slot.initial, null);
  if (problem !== null) yield ['default', problem.en];
}
