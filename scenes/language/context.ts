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
import {
  type Path,
  PROBLEMS_MAX,
  pointer,
  type SceneDocument,
  type TextRange,
} from './document.ts';
import { parseDuration, parseTime } from './literals.ts';
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
  refuse(path: Path, message: string, of: 'key' | 'value' = 'value'): null {
    const place = pointer(path);
    const isKnown = this.#unread.some(
      (unread) => place !== '' && (place.startsWith(unread) || unread.startsWith(place)),
    );
    if (!isKnown && this.problems.length < PROBLEMS_MAX) {
      this.problems.push({ path: place, message, ...this.document.position(path, of) });
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
    for (const issue of result.issues) this.#refuseShape(issue, path, later);
    return null;
  }

  #refuseShape(issue: v.BaseIssue<unknown>, base: Path, later: readonly string[]): void {
    const inner = (issue.path ?? []).map(({ key }) => key as string | number);
    const path = [...base, ...inner];
    const name = String(path.at(-1) ?? '');
    if (issue.type === 'strict_object' && issue.expected === 'never') {
      if (later.includes(name)) this.refuse(path, notYet(name), 'key');
      else this.refuse(path, `"${name}" is not known here`, 'key');
    } else if (issue.type === 'strict_object' && issue.input === undefined && inner.length > 0) {
      this.refuse(path, `"${name}" is missing here`);
    } else if (typeof path.at(-1) === 'number' && issue.input === undefined) {
      this.refuse(path.slice(0, -1), `An entry is missing here: ${issue.message}`);
    } else if (issue.message.startsWith('Invalid')) {
      this.refuse(path, `This is not what is wanted here (${issue.expected ?? issue.message})`);
    } else {
      this.refuse(path, sentence(issue.message, issue.input));
    }
  }

  /** The one key of `kinds` by which an item is known; null, with the problem told, where there is none or several. */
  kindOf<Kind extends string>(
    data: unknown,
    path: Path,
    what: string,
    kinds: readonly Kind[],
    later: readonly string[],
  ): Kind | null {
    const example = `{${kinds[0]}: …}`;
    if (typeof data !== 'object' || data === null || Array.isArray(data)) {
      return this.refuse(path, `${what} is a map such as ${example}`);
    }
    const keys = Object.keys(data);
    const found = kinds.filter((kind) => keys.includes(kind));
    if (found.length === 1 && found[0] !== undefined) return found[0];
    if (found.length > 1) {
      return this.refuse(
        [...path, found[1] ?? ''],
        `${what} says one thing; "${found[1]}" stands beside "${found[0]}", so make it an item of its own`,
        'key',
      );
    }
    const coming = keys.find((key) => later.includes(key));
    if (coming !== undefined) return this.refuse([...path, coming], notYet(coming), 'key');
    const first = keys[0];
    if (first === undefined)
      return this.refuse(path, `${what} is empty; write one of ${kinds.join(', ')}`);
    const nearest = nearestName(first, kinds);
    return this.refuse(
      [...path, first],
      nearest === undefined
        ? `"${first.slice(0, 40)}" is not known; ${what} is one of ${kinds.join(', ')}`
        : `"${first.slice(0, 40)}" is not known; did you mean ${nearest}?`,
      'key',
    );
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
      const nearest = nearestName(handle, this.names.handles());
      const hint = nearest === undefined ? '' : `; did you mean ${nearest}?`;
      return this.refuse(path, `There is no device "${handle.slice(0, 64)}"${hint}`, of);
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
        `"${reference.slice(0, 64)}" is not a device.property; write it as hall-lamp.on`,
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
      const nearest = nearestName(key, keys);
      return this.refuse(
        path,
        nearest === undefined
          ? `${device.name} has no property "${key.slice(0, 64)}"; it has ${keys.slice(0, 12).join(', ') || 'none'}`
          : `${device.name} has no property "${key.slice(0, 64)}"; did you mean ${nearest}?`,
        of,
      );
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
      const nearest = nearestName(handle, this.names.roomHandles());
      const hint = nearest === undefined ? '' : `; did you mean ${nearest}?`;
      return this.refuse(path, `There is no room "${handle.slice(0, 64)}"${hint}`);
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
    const hint =
      nearest === undefined ? 'write it as kind.waterLeak' : `did you mean kind.${nearest}?`;
    return this.refuse(path, `"${reference.slice(0, 64)}" is not a kind of property; ${hint}`, of);
  }

  /** The value, checked for the property; null, with the problem told, where it cannot stand there. */
  value(spec: PropertySpec, value: PropertyValue, path: Path): PropertyValue | null {
    const problem = checkValue(spec, value);
    if (problem === null) return value;
    return this.refuse(
      path,
      `${problem.message}; ${wantedValue(spec, value) ?? lowerFirst(problem.hint)}`,
    );
  }
}

/** What was probably meant where a number came with its unit, or a word of another language of configuration. */
function wantedValue(spec: PropertySpec, value: unknown): string | null {
  if (typeof value !== 'string') return null;
  if (spec.type === 'number') {
    const parts = /^\s*(-?\d+(?:\.\d+)?)\s*(\S{1,8})\s*$/.exec(value);
    if (parts === null) return null;
    const unit = spec.unit ?? '';
    const isOurs = plainUnit(parts[2] ?? '') === plainUnit(unit);
    return isOurs
      ? `write ${parts[1]} without its unit`
      : `it is in ${unit === '' ? 'no unit' : unit}, so write the number alone`;
  }
  if (spec.type === 'boolean') {
    if (/^(?:yes|on|open)$/i.test(value)) return 'write true';
    if (/^(?:no|off|closed)$/i.test(value)) return 'write false';
  }
  return null;
}

function plainUnit(unit: string): string {
  return unit.toLowerCase().replaceAll(/[^\p{L}\p{N}%]/gu, '');
}

function lowerFirst(hint: string): string {
  return hint.replace(/\.$/, '');
}

function notYet(key: string): string {
  return `"${key}" is not supported yet in this version`;
}

/** A schema's message as a sentence of its own, with what stands there. */
function sentence(message: string, input: unknown): string {
  const shown =
    typeof input === 'string' || typeof input === 'number'
      ? ` (here stands ${JSON.stringify(input).slice(0, 60)})`
      : '';
  return `${message.slice(0, 1).toUpperCase()}${message.slice(1)}${shown}`;
}
