// From the entities of one device to what the hub knows of it: which entity means which property, under which key, what
// is sent for which command, and what had to be left out, with the reason.
import type { CommandBody } from '../../../hub/model/command.ts';
import { type DeviceKind, kindFromProperties } from '../../../hub/model/device-kind.ts';
import { HubError, ValidationError } from '../../../hub/model/errors.ts';
import {
  type PropertyDescriptor,
  type PropertyKey,
  type PropertyValue,
  specOf,
} from '../../../hub/model/properties.ts';
import type { PropertySpec } from '../../../hub/model/property-row.ts';
import { checkValue } from '../../../hub/model/property-value.ts';
import type { Words } from '../../../hub/model/words.ts';
import { placeOf, placesOf } from '../../contract/entity-places.ts';
import type { LeftOut } from '../../contract/not-shown.ts';
import { entityNamed, toldApart } from '../../contract/own-names.ts';
import type { Places } from '../../contract/places.ts';
import { descriptorOf, placedProperty } from '../../contract/property-draft.ts';
import {
  convertAction,
  convertAlarm,
  convertEvent,
  convertMediaPlayer,
  convertUpdate,
} from './components/acts.ts';
import { convertClimate, convertFan } from './components/climate.ts';
import { convertLight } from './components/light.ts';
import { convertCover, convertLock, convertValve } from './components/openings.ts';
import {
  convertBinarySensor,
  convertButton,
  convertDate,
  convertDateTime,
  convertNumber,
  convertSelect,
  convertSensor,
  convertSiren,
  convertSwitch,
  convertText,
  convertTextSensor,
  convertTime,
} from './components/plain.ts';
import { type CommandDraft, type Convert, type Draft, type Now, setAside } from './draft.ts';
import { Entity, type ListedEntity, Said } from './entity.ts';
import type { Fields, Part } from './library.ts';

const CONVERTERS: Readonly<Record<string, Convert>> = {
  AlarmControlPanel: convertAlarm,
  BinarySensor: convertBinarySensor,
  Button: convertButton,
  Climate: convertClimate,
  Cover: convertCover,
  Date: convertDate,
  DateTime: convertDateTime,
  Event: convertEvent,
  Fan: convertFan,
  Light: convertLight,
  Lock: convertLock,
  MediaPlayer: convertMediaPlayer,
  Number: convertNumber,
  Select: convertSelect,
  Sensor: convertSensor,
  Services: convertAction,
  Siren: convertSiren,
  Switch: convertSwitch,
  Text: convertText,
  TextSensor: convertTextSensor,
  Time: convertTime,
  Update: convertUpdate,
  Valve: convertValve,
};

/** Kinds that an entity says and its properties do not. */
const KINDS: Readonly<Record<string, DeviceKind>> = {
  Light: 'light',
  Fan: 'fan',
  AlarmControlPanel: 'alarm',
  MediaPlayer: 'media',
};

/** Entities of one part of a device that become properties; the rest is left out and said. */
const PROPERTIES_MAX = 400;

const NO_PROPERTY: Words = {
  en: 'the table of properties has no place for it',
  zh: '属性表里没有它的位置',
};
const TOO_MANY: Words = { en: 'the device has too many', zh: '设备的属性太多' };

/** A property with the way to and from its entity. */
export interface Binding {
  readonly entity: Entity;
  readonly descriptor: PropertyDescriptor;
  /** What it may tell: a device may tell beyond what it takes. */
  readonly told: PropertySpec;
  readonly read?: NonNullable<Draft['read']>;
  readonly write?: NonNullable<Draft['write']>;
}

interface Command extends CommandDraft {
  readonly entity: Entity;
}

/** What one part of a device comes to. */
export interface Conversion {
  readonly bindings: ReadonlyMap<PropertyKey, Binding>;
  /** By kind and key of their entity. */
  readonly byEntity: ReadonlyMap<string, readonly Binding[]>;
  readonly commands: readonly Command[];
  readonly leftOut: readonly LeftOut[];
  readonly places: Places;
  readonly kind: DeviceKind;
}

interface Owned {
  readonly entity: Entity;
  readonly id: string;
  readonly name: Draft['name'];
  readonly draft: Draft;
}

/** @param known places that were given before */
export function convert(listed: readonly ListedEntity[], known: Places): Conversion {
  const leftOut: LeftOut[] = [];
  const owned: Owned[] = [];
  const commands: Command[] = [];
  const entities = listed.map((one) => new Entity(one));
  const ids = new Set<string>();
  for (const entity of entities) {
    // Two names may come to one word; the second keeps its number then.
    const id = ids.has(entity.id) ? `${entity.id}/${entity.key}` : entity.id;
    ids.add(id);
    const leave = (what: string, why: Words) => {
      leftOut.push({
        what: `${entity.kind} "${entity.title}"${what === '' ? '' : ` ${what}`}`,
        why,
      });
    };
    const drafts: Draft[] = [];
    const own: CommandDraft[] = [];
    const before = leftOut.length;
    const converter = Object.hasOwn(CONVERTERS, entity.kind) ? CONVERTERS[entity.kind] : undefined;
    converter?.(entity, { drafts, commands: own, leave });
    const isNothing = drafts.length === 0 && own.length === 0;
    if (isNothing && leftOut.length === before) leave('', NO_PROPERTY);
    for (const each of drafts) {
      const aside = setAside(entity, each);
      const isWhole = drafts.length === 1 || aside.name === 'on';
      const draft = { ...aside, ...calledAs(entity, aside, isWhole) };
      owned.push({ entity, id, name: draft.name, draft });
    }
    commands.push(...own.map((command) => ({ ...command, entity })));
  }
  const kept = owned.slice(0, PROPERTIES_MAX);
  for (const { entity, name } of owned.slice(PROPERTIES_MAX)) {
    leftOut.push({ what: `${entity.kind} "${entity.title}" ${name}`, why: TOO_MANY });
  }
  const places = placesOf(kept, known);
  const bindings = new Map<PropertyKey, Binding>();
  const byEntity = new Map<string, Binding[]>();
  const placed = kept.map(
    ({ draft, ...of }) => [{ ...draft, of }, places[placeOf(of)] ?? 0] as const,
  );
  for (const [{ of, ...draft }, place] of toldApart(placed)) {
    const { entity, name } = of;
    const descriptor = descriptorOf(draft, place);
    if (bindings.has(descriptor.key)) {
      leftOut.push({ what: `${entity.kind} "${entity.title}" ${name}`, why: TOO_MANY });
      continue;
    }
    const { read, write } = draft;
    const { told } = placedProperty(descriptor);
    const binding = { entity, descriptor, told, ...(read && { read }), ...(write && { write }) };
    bindings.set(descriptor.key, binding);
    const at = stateOf(entity);
    byEntity.set(at, [...(byEntity.get(at) ?? []), binding]);
  }
  const kind = kindOf(entities, bindings);
  return { bindings, byEntity, commands, leftOut, places, kind };
}

/** An entity without a name of its own is called as its device is, which tells nothing. */
function calledAs({ said, title }: Entity, { name }: Draft, isWhole: boolean) {
  return said.text('name') === '' ? {} : entityNamed(title, name, isWhole);
}

function kindOf(
  entities: readonly Entity[],
  bindings: ReadonlyMap<PropertyKey, Binding>,
): DeviceKind {
  const kind = kindFromProperties([...bindings.values()].map(({ descriptor }) => descriptor));
  const main = entities.filter(({ category }) => category === 'main');
  const said = main.map((one) => KINDS[one.kind]).find((one) => one !== undefined);
  const isPlain = ['switch', 'plug', 'other', 'sensor', 'repeater', 'button'].includes(kind);
  if (said !== undefined && isPlain) return said;
  const isOutlet = main.some((one) => one.kind === 'Switch' && one.deviceClass === 'outlet');
  return kind === 'switch' && isOutlet ? 'plug' : kind;
}

const stateOf = ({ kind, key }: Entity) => `${kind} ${key}`;

/** What a state message says. */
export interface StateSaid {
  readonly values: Readonly<Record<PropertyKey, PropertyValue>>;
  /** Happenings, such as presses. */
  readonly events: readonly (readonly [PropertyKey, PropertyValue])[];
}

/** @param type such as `LightStateResponse` */
export function statesOf({ byEntity }: Conversion, type: string, fields: Fields): StateSaid {
  const kind = type.replace(/(State)?Response$/, '');
  const state = new Said(fields);
  const values: Record<PropertyKey, PropertyValue> = {};
  const events: (readonly [PropertyKey, PropertyValue])[] = [];
  for (const { descriptor, told, read } of byEntity.get(`${kind} ${state.number('key') ?? 0}`) ??
    []) {
    const value = read?.(state);
    if (value === undefined || checkValue(told, value) !== null) continue;
    if (descriptor.access === 'event') events.push([descriptor.key, value]);
    else values[descriptor.key] = value;
  }
  return { values, events };
}

/**
 * The messages that carry a request.
 * @throws HubError `unsupported`, ValidationError for a value that the property cannot have
 */
export function requestsOf(
  conversion: Conversion,
  body: CommandBody,
  lastOf: (key: PropertyKey) => PropertyValue | null,
): readonly Part[] {
  const { bindings } = conversion;
  if (body.kind === 'invoke') return invocationsOf(conversion, body);
  const binding = bindings.get(body.property);
  if (binding?.write === undefined) {
    throw new HubError('unsupported', `This device has no "${body.property}" that could be set`, {
      zh: { message: `这个设备没有可以设置的“${body.property}”`, hint: null },
    });
  }
  const { descriptor, entity } = binding;
  const problem = checkValue(specOf(descriptor), body.value);
  if (problem !== null) {
    throw new ValidationError(problem.message, { hint: problem.hint, zh: problem.zh });
  }
  const now: Now = {
    transitionMs: body.transitionMs,
    of: (name) => {
      const others = conversion.byEntity.get(stateOf(entity)) ?? [];
      const other = others.find((each) => each.descriptor.name === name);
      return other === undefined ? null : lastOf(other.descriptor.key);
    },
  };
  return [commandOf(entity, binding.write(body.value, now))];
}

/** A command of several parts goes to all of them, or to the one whose endpoint is given. */
function invocationsOf(
  { bindings, commands }: Conversion,
  { name, args }: Extract<CommandBody, { kind: 'invoke' }>,
): readonly Part[] {
  const named = commands.filter((command) => command.name === name);
  const endpointOf = ({ entity }: Command) =>
    [...bindings.values()].find(
      (binding) => binding.entity === entity && binding.descriptor.endpoint,
    )?.descriptor.endpoint;
  const isOne = named.length > 1 && typeof args.endpoint === 'number';
  const meant = isOne ? named.filter((each) => endpointOf(each) === args.endpoint) : named;
  if (meant.length === 0) {
    throw new HubError('unsupported', `This device cannot "${name}"`, {
      zh: { message: `这个设备不能“${name}”`, hint: null },
    });
  }
  return meant.map(({ entity, send }) => commandOf(entity, send(args)));
}

function commandOf({ kind, key, part }: Entity, fields: Fields): Part {
  if (kind === 'Services') return { type: 'ExecuteServiceRequest', fields: { key, ...fields } };
  const own = { key, ...(part === 0 ? {} : { deviceId: part }) };
  return { type: `${kind}CommandRequest`, fields: { ...own, ...fields } };
}
