// What the readers of triggers, conditions and steps share: telling problems with their places, checking shapes,
// and looking up devices, properties and values by the home's names.
import * as v from 'valibot';
import type { DeviceRecord } from '../../hub/model/device.ts';
import type { InputProblem } from '../../hub/model/errors.ts';
import type { RoomId } from '../../hub/model/identifiers.ts';
import { nearestName } from '../../hub/model/nearest-name.ts';
import {
  findProperty,
  PROPERTIES,
  type PropertyDescriptor,
  type PropertyValue,
  specOf,
} from '../../hub/model/properties.ts';
import type { PropertySpec } from '../../hub/model/property-row.ts';
import { checkValue } from '../../hub/model/property-value.ts';
import type { Words } from '../../hub/model/words.ts';
import {
  type Path,
  PROBLEMS_MAX,
  pointer,
  type SceneDocument,
  type TextRange,
} from './document.ts';
import { parseDuration, parseTime } from './literals.ts';
import { mistake, problemOf, withHint } from './mistakes.ts';
import type { SceneNames } from './names.ts';
import type { Subject } from './values.ts';

/** A place in the text where a device or a room is named. */
export interface NamedPlace {
  /** The whole scalar, quotes included. */
  readonly scalar: TextRange;
  /** What is written there, and what stands for the name in it. */
  readonly text: string;
  readonly name: string;
  readonly id: string;
}

/** An expression in the text, with the places of the devices that it names, by their offsets in what is written. */
export interface NamedInside {
  readonly scalar: TextRange;
  readonly text: string;
  readonly names: readonly { readonly at: number; readonly name: string; readonly id: string }[];
}

/** A property of a device of the home, looked up. */
export interface FoundProperty {
  readonly device: DeviceRecord;
  readonly descriptor: PropertyDescriptor;
  readonly spec: PropertySpec;
}

/** A subject with what is known about its values. */
export interface FoundSubject {
  readonly subject: Subject;
  readonly spec: PropertySpec;
}

/** The reserved name that stands for any device, as in `kind.waterLeak`. */
const ANY_DEVICE = 'kind';

export class ReadContext {
  readonly document: SceneDocument;
  names: SceneNames;
  readonly problems: InputProblem[];
  readonly named: NamedPlace[] = [];
  readonly namedInside: NamedInside[] = [];

  /** Places that could not even be read: what is said of them or around them would only repeat that. */
  readonly #unread: readonly string[];

  constructor(document: SceneDocument, names: SceneNames, problems: InputProblem[]) {
    this.document = document;
    this.names = names;
    this.problems = problems;
    this.#unread = problems.map(({ path }) => path);
  }

  /** Tells a problem; returns null so that readers can end with it. */
  refuse(path: Path, words: Words, of: 'key' | 'value' = 'value'): null {
    const place = pointer(path);
    const isKnown = this.#unread.some(
      (unread) => place !== '' && (place.startsWith(unread) || unread.startsWith(place)),
    );
    if (!isKnown && this.problems.length < PROBLEMS_MAX) {
      const position = this.document.position(path, of);
      this.problems.push({ path: place, ...problemOf(words), ...position });
    }
    return null;
  }

  /** The data in the shape of the schema; null, with its problems told, where it is not. */
  shaped<Schema extends v.GenericSchema>(
    schema: Schema,
    data: unknown,
    path: Path,
    later: readonly string[] = [],
  ): v.InferOutput<Schema> | null {
    const result = v.safeParse(schema, data);
    if (result.success) return result.output;
    const inChinese = v.safeParse(schema, data, { lang: 'zh' }).issues ?? [];
    for (const [index, issue] of result.issues.entries()) {
      const zh = inChinese[index]?.message ?? issue.message;
      this.#refuseShape(issue, zh, path, later);
    }
    return null;
  }

  #refuseShape(
    issue: v.BaseIssue<unknown>,
    zh: string,
    base: Path,
    later: readonly string[],
  ): void {
    const inner = (issue.path ?? []).map(({ key }) => key as string | number);
    const path = [...base, ...inner];
    const name = String(path.at(-1) ?? '');
    if (issue.type === 'strict_object' && issue.expected === 'never') {
      if (later.includes(name)) this.refuse(path, notYet(name), 'key');
      else
        this.refuse(path, mistake(`"${name}" is not known here`, `这里没有“${name}”这个词`), 'key');
    } else if (issue.type === 'strict_object' && issue.input === undefined && inner.length > 0) {
      this.refuse(path, mistake(`"${name}" is missing here`, `这里缺少“${name}”`));
    } else if (typeof path.at(-1) === 'number' && issue.input === undefined) {
      const en = `An entry is missing here: ${issue.message}`;
      this.refuse(path.slice(0, -1), mistake(en, `这里缺少一项：${zh}`));
    } else if (issue.message.startsWith('Invalid')) {
      const wanted = issue.expected ?? issue.message;
      this.refuse(
        path,
        mistake(`This is not what is wanted here (${wanted})`, `这里不能这样写（应为 ${wanted}）`),
      );
    } else {
      this.refuse(path, sentence({ en: issue.message, zh }, issue.input));
    }
  }

  /** The one key of `kinds` by which an item is known; null, with the problem told, where there is none or several. */
  kindOf<Kind extends string>(
    data: unknown,
    path: Path,
    what: Words,
    kinds: readonly Kind[],
    later: readonly string[],
  ): Kind | null {
    const example = `{${kinds[0]}: …}`;
    if (typeof data !== 'object' || data === null || Array.isArray(data)) {
      return this.refuse(
        path,
        mistake(`${what.en} is a map such as ${example}`, `${what.zh}要写成 ${example} 这样`),
      );
    }
    const keys = Object.keys(data);
    const found = kinds.filter((kind) => keys.includes(kind));
    if (found.length === 1 && found[0] !== undefined) return found[0];
    if (found.length > 1) {
      return this.refuse(
        [...path, found[1] ?? ''],
        mistake(
          `${what.en} says one thing; "${found[1]}" stands beside "${found[0]}", so make it an item of its own`,
          `${what.zh}只能说一件事；“${found[1]}”和“${found[0]}”写在了一起，请把它另写一项`,
        ),
        'key',
      );
    }
    const coming = keys.find((key) => later.includes(key));
    if (coming !== undefined) return this.refuse([...path, coming], notYet(coming), 'key');
    const first = keys[0];
    if (first === undefined) {
      const words = mistake(
        `${what.en} is empty; write one of ${kinds.join(', ')}`,
        `${what.zh}是空的；请写 ${kinds.join('、')} 之一`,
      );
      return this.refuse(path, words);
    }
    const unknown = mistake(
      `"${first.slice(0, 40)}" is not known`,
      `没有“${first.slice(0, 40)}”这个词`,
    );
    const all = mistake(
      `${what.en} is one of ${kinds.join(', ')}`,
      `${what.zh}是 ${kinds.join('、')} 之一`,
    );
    const words = withHint(unknown, nearestName(first, kinds), all);
    return this.refuse([...path, first], words, 'key');
  }

  duration(text: string, path: Path): number | null {
    const parsed = parseDuration(text);
    return typeof parsed === 'number' ? parsed : this.refuse(path, parsed);
  }

  time(text: string, path: Path): number | null {
    const parsed = parseTime(text);
    return typeof parsed === 'number' ? parsed : this.refuse(path, parsed);
  }

  /** Reads something in which one more device is known, by its id as a name. */
  withDevice<Read>(device: DeviceRecord, read: () => Read): Read {
    const { names } = this;
    this.names = {
      ...names,
      device: (text) => (text === device.id ? device : names.device(text)),
    };
    try {
      return read();
    } finally {
      this.names = names;
    }
  }

  /** The device that is called so; remembers the place for what is stored. */
  device(handle: string, path: Path, of: 'key' | 'value'): DeviceRecord | null {
    const device = this.names.device(handle);
    if (device === undefined) {
      return this.refuse(path, noDevice(handle, this.names), of);
    }
    return device;
  }

  /** Remembers that `name` at the start of the text at `path` stands for `id`. */
  remember(
    path: Path,
    of: 'key' | 'value',
    place: { text: string; name: string; id: string },
  ): void {
    const found = this.document.place(path);
    const scalar = of === 'key' ? found?.key : found?.value;
    if (scalar) this.named.push({ scalar, ...place });
  }

  /** Remembers the devices that the text at `path` names in its midst. */
  rememberInside(path: Path, text: string, names: NamedInside['names']): void {
    const scalar = this.document.place(path)?.value;
    if (scalar && names.length > 0) this.namedInside.push({ scalar, text, names });
  }

  /** The device and property of `hall-lamp.on`. */
  property(reference: string, path: Path, of: 'key' | 'value'): FoundProperty | null {
    const dot = reference.indexOf('.');
    if (dot <= 0 || dot === reference.length - 1) {
      return this.refuse(
        path,
        mistake(
          `"${reference.slice(0, 64)}" is not a device.property; write it as hall-lamp.on`,
          `“${reference.slice(0, 64)}”不是“设备.属性”；请写成 hall-lamp.on 这样`,
        ),
        of,
      );
    }
    const handle = reference.slice(0, dot);
    const device = this.device(handle, path, of);
    if (device === null) return null;
    this.remember(path, of, { text: reference, name: handle, id: device.id });
    return this.propertyOf(device, reference.slice(dot + 1), path, of);
  }

  propertyOf(
    device: DeviceRecord,
    key: string,
    path: Path,
    of: 'key' | 'value',
  ): FoundProperty | null {
    const { properties } = device.description;
    const descriptor = properties.find((one) => one.key === key);
    if (descriptor === undefined) {
      const keys = properties.map((one) => one.key);
      const known = keys.slice(0, 12);
      const all = mistake(
        `it has ${known.join(', ') || 'none'}`,
        known.length === 0 ? '它没有属性' : `它有 ${known.join('、')}`,
      );
      return this.refuse(path, withHint(noProperty(device, key), nearestName(key, keys), all), of);
    }
    return { device, descriptor, spec: specOf(descriptor) };
  }

  /** `kind.waterLeak`, or a device's property. */
  subject(reference: string, path: Path, of: 'key' | 'value'): FoundSubject | null {
    if (reference.startsWith(`${ANY_DEVICE}.`)) return this.kind(reference, path, of);
    const found = this.property(reference, path, of);
    if (found === null) return null;
    const { device, descriptor, spec } = found;
    return { subject: { kind: 'device', device: device.id, property: descriptor.key }, spec };
  }

  /** What is known of the values of a subject that was looked up before. */
  specOfSubject(subject: Subject): PropertySpec | null {
    if (subject.kind === 'any') return findProperty(subject.property) ?? null;
    const { properties } = this.names.device(subject.device)?.description ?? { properties: [] };
    const descriptor = properties.find(({ key }) => key === subject.property);
    return descriptor ? specOf(descriptor) : null;
  }

  /** The room that is called so; remembers the place for what is stored. */
  room(handle: string, path: Path): RoomId | null {
    const room = this.names.room(handle);
    if (room === undefined) {
      const words = mistake(
        `There is no room "${handle.slice(0, 64)}"`,
        `没有房间“${handle.slice(0, 64)}”`,
      );
      return this.refuse(path, withHint(words, nearestName(handle, this.names.roomHandles())));
    }
    this.remember(path, 'value', { text: handle, name: handle, id: room.id });
    return room.id;
  }

  kind(reference: string, path: Path, of: 'key' | 'value' = 'value'): FoundSubject | null {
    const name = reference.startsWith(`${ANY_DEVICE}.`)
      ? reference.slice(ANY_DEVICE.length + 1)
      : '';
    const row = findProperty(name);
    if (row !== undefined) return { subject: { kind: 'any', property: row.name }, spec: row };
    const nearest = nearestName(
      name,
      PROPERTIES.map((one) => one.name),
    );
    const words = mistake(
      `"${reference.slice(0, 64)}" is not a kind of property`,
      `“${reference.slice(0, 64)}”不是一种属性`,
    );
    const form = mistake('write it as kind.waterLeak', '请写成 kind.waterLeak 这样');
    return this.refuse(path, withHint(words, nearest && `kind.${nearest}`, form), of);
  }

  /** The value, checked for the property; null, with the problem told, where it cannot stand there. */
  value(spec: PropertySpec, value: PropertyValue, path: Path): PropertyValue | null {
    const problem = checkValue(spec, value);
    if (problem === null) return value;
    const { message, hint, zh } = problem;
    const wanted = wantedValue(spec, value) ?? {
      en: hint.replace(/\.$/, ''),
      zh: zh.hint.replace(/。$/, ''),
    };
    return this.refuse(path, mistake(`${message}; ${wanted.en}`, `${zh.message};${wanted.zh}`));
  }
}

/** What was probably meant where a number came with its unit, or a word of another language of configuration. */
function wantedValue(spec: PropertySpec, value: unknown): Words | null {
  if (typeof value !== 'string') return null;
  if (spec.type === 'number') {
    const parts = /^\s*(-?\d+(?:\.\d+)?)\s*(\S{1,8})\s*$/.exec(value);
    if (parts === null) return null;
    const unit = spec.unit ?? '';
    const isOurs = plainUnit(parts[2] ?? '') === plainUnit(unit);
    if (isOurs) {
      return mistake(`write ${parts[1]} without its unit`, `请只写 ${parts[1]}，不带单位`);
    }
    return unit === ''
      ? mistake('it is in no unit, so write the number alone', '它没有单位，请只写数字')
      : mistake(`it is in ${unit}, so write the number alone`, `它以 ${unit} 为单位，请只写数字`);
  }
  if (spec.type === 'boolean') {
    if (/^(?:yes|on|open)$/i.test(value)) return mistake('write true', '请写 true');
    if (/^(?:no|off|closed)$/i.test(value)) return mistake('write false', '请写 false');
  }
  return null;
}

function plainUnit(unit: string): string {
  return unit.toLowerCase().replaceAll(/[^\p{L}\p{N}%]/gu, '');
}

/** Says that a word of the format means nothing yet. */
export function notYet(key: string): Words {
  return mistake(`"${key}" is not supported yet in this version`, `这个版本还不支持“${key}”`);
}

/** Says that no device is called so. */
export function noDevice(handle: string, names: SceneNames): Words {
  const shown = handle.slice(0, 64);
  return withHint(
    mistake(`There is no device "${shown}"`, `没有设备“${shown}”`),
    nearestName(handle, names.handles()),
  );
}

/** Says that the device has no such property. */
export function noProperty({ name }: Pick<DeviceRecord, 'name'>, key: string): Words {
  const shown = key.slice(0, 64);
  return mistake(`${name} has no property "${shown}"`, `“${name}”没有属性“${shown}”`);
}

/** A schema's message as a sentence of its own, with what stands there. */
function sentence({ en, zh }: Words, input: unknown): Words {
  const isShown = typeof input === 'string' || typeof input === 'number';
  const shown = isShown ? JSON.stringify(input).slice(0, 60) : '';
  return mistake(
    `${en.slice(0, 1).toUpperCase()}${en.slice(1)}${isShown ? ` (here stands ${shown})` : ''}`,
    isShown ? `${zh}（这里写的是 ${shown}）` : zh,
  );
}
