// From the entities of one device to what the hub knows of it: which entity means which property, under which key, what
// is sent for which command, and what had to be left out, with the reason.
import type { CommandBody } from '../../../hub/model/command.ts';
import type { NodeDescription } from '../../../hub/model/device.ts';
import { type DeviceKind, kindFromProperties } from '../../../hub/model/device-kind.ts';
import { HubError, ValidationError } from '../../../hub/model/errors.ts';
import type { AdapterId, NodeAddress } from '../../../hub/model/identifiers.ts';
import {
  type PropertyDescriptor,
  type PropertyKey,
  propertyKey,
  specOf,
} from '../../../hub/model/properties.ts';
import { checkValue } from '../../../hub/model/property-value.ts';
import type { Words } from '../../../hub/model/words.ts';
import { type PlacedOfEntity, placeOf, placesOf } from '../../contract/entity-places.ts';
import type { LeftOut } from '../../contract/not-shown.ts';
import { entityNamed, ownName, toldApart } from '../../contract/own-names.ts';
import type { Places } from '../../contract/places.ts';
import { descriptorOf } from '../../contract/property-draft.ts';
import type { DeviceInfo, Entity } from './announcement.ts';
import { type AvailabilityRule, availabilityOf } from './availability.ts';
import {
  convertAlarm,
  convertEvent,
  convertMower,
  convertTracker,
  convertTrigger,
  convertVacuum,
} from './components/acts.ts';
import {
  convertClimate,
  convertFan,
  convertHumidifier,
  convertWaterHeater,
} from './components/climate.ts';
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
  convertTime,
  convertUpdate,
} from './components/plain.ts';
import type { CommandDraft, Convert, Draft, Now, Parts, Telling } from './draft.ts';
import { NO_PROPERTY } from './draft.ts';
import { EntityConfig, type Outgoing, type Told } from './entity-config.ts';
import { fateOf } from './options.ts';

const CONVERTERS: Readonly<Record<string, Convert>> = {
  alarm_control_panel: convertAlarm,
  binary_sensor: convertBinarySensor,
  button: convertButton,
  climate: convertClimate,
  cover: convertCover,
  date: convertDate,
  datetime: convertDateTime,
  device_tracker: convertTracker,
  device_trigger: convertTrigger,
  event: convertEvent,
  fan: convertFan,
  humidifier: convertHumidifier,
  lawn_mower: convertMower,
  light: convertLight,
  lock: convertLock,
  notify: convertText,
  number: convertNumber,
  scene: convertButton,
  select: convertSelect,
  sensor: convertSensor,
  siren: convertSiren,
  switch: convertSwitch,
  text: convertText,
  time: convertTime,
  update: convertUpdate,
  vacuum: convertVacuum,
  valve: convertValve,
  water_heater: convertWaterHeater,
};

/** Kinds that a component says and its properties do not. */
const KINDS: Readonly<Record<string, DeviceKind>> = {
  light: 'light',
  fan: 'fan',
  lock: 'lock',
  alarm_control_panel: 'alarm',
  vacuum: 'appliance',
  lawn_mower: 'appliance',
};

const PROPERTIES_MAX = 200;

export interface Binding {
  readonly entity: string;
  readonly descriptor: PropertyDescriptor;
  readonly told: readonly Telling[];
  readonly write?: NonNullable<Draft['write']>;
  /** What was told holds for this long; absent: until something else is told. */
  readonly expireAfterMs?: number;
  /** It only tells true, and is false again by itself after this long. */
  readonly offDelayMs?: number;
}

export interface Conversion {
  readonly bindings: ReadonlyMap<PropertyKey, Binding>;
  readonly commands: ReadonlyMap<string, CommandDraft>;
  readonly availability: readonly AvailabilityRule[];
  readonly firmware: Told | null;
  readonly leftOut: readonly LeftOut[];
  /** Options without which nothing is lost, such as an icon. */
  readonly unneeded: readonly string[];
  readonly places: Places;
  readonly kind: DeviceKind;
}

const SAID_ALREADY: Words = {
  en: 'another part of the device says the same',
  zh: '设备的另一部分已包含同样的内容',
};

/** What two entities say alike is one property: a thermostat's own thermometer, a lamp's effects. */
function withoutTwins(owned: readonly Owned[], leftOut: LeftOut[]): readonly Owned[] {
  const kept: Owned[] = [];
  for (const each of owned) {
    const { entity, draft } = each;
    const twin = kept.find(({ entity: other, draft: before }) => {
      if (before.name !== draft.name || other === entity) return false;
      if (draft.name === 'effect') return true;
      const id = draft.told[0]?.id;
      return draft.access === 'r' && id !== undefined && before.told[0]?.id === id;
    });
    if (twin === undefined) kept.push(each);
    else leftOut.push({ what: `${entity.component}/${entity.objectId}`, why: SAID_ALREADY });
  }
  return kept;
}

type Lasting = Pick<Binding, 'expireAfterMs' | 'offDelayMs'>;

interface Owned {
  readonly entity: Entity;
  /** What its announcement calls it. */
  readonly title: string | null;
  /** Its entity is this property and no other. */
  readonly isWhole: boolean;
  readonly draft: Draft;
  readonly lasting: Lasting;
}

/** Longer ones than a timer can be set for hold for ever. */
const LASTING_SECONDS_MAX = 2_000_000;

/** How long a sensor's values hold. */
function lastingOf(config: EntityConfig): Lasting {
  const { component } = config.entity;
  const milliseconds = (word: string): number => {
    const seconds = config.number(word, 0);
    return seconds > 0 && seconds <= LASTING_SECONDS_MAX ? seconds * 1_000 : 0;
  };
  const isBinary = component === 'binary_sensor';
  const expireAfterMs = isBinary || component === 'sensor' ? milliseconds('expire_after') : 0;
  const offDelayMs = isBinary ? milliseconds('off_delay') : 0;
  return {
    ...(expireAfterMs === 0 ? {} : { expireAfterMs }),
    ...(offDelayMs === 0 ? {} : { offDelayMs }),
  };
}

/** Names what no converter has looked at, each with the reason. */
function tellUnseen(config: EntityConfig, unneeded: Set<string>): void {
  const { component, fields } = config.entity;
  for (const option of config.unseen()) {
    const fate = fateOf(component, option, fields[option]);
    if (fate.kind === 'unneeded') unneeded.add(option);
    else if (fate.kind === 'leftOut') config.leave(option, fate.why);
  }
}

/** @param known places that were given before */
export function convert(entities: readonly Entity[], known: Places): Conversion {
  const leftOut: LeftOut[] = [];
  const unneeded = new Set<string>();
  const owned: Owned[] = [];
  const parts: Parts = { drafts: [], commands: [], firmware: null };
  for (const entity of [...entities].sort((a, b) => (a.id < b.id ? -1 : 1))) {
    const config = new EntityConfig(entity, leftOut);
    const before = leftOut.length;
    const own: Parts = { drafts: [], commands: [], firmware: parts.firmware };
    const converter = Object.hasOwn(CONVERTERS, entity.component)
      ? CONVERTERS[entity.component]
      : undefined;
    converter?.(config, own);
    const hasNothing = own.drafts.length === 0 && own.commands.length === 0;
    const isFirmware = own.firmware !== parts.firmware;
    if (hasNothing && !isFirmware && leftOut.length === before) config.leave('', NO_PROPERTY);
    if (!hasNothing || isFirmware) tellUnseen(config, unneeded);
    const lasting = lastingOf(config);
    for (const draft of own.drafts) {
      const isWhole = own.drafts.length === 1 || draft.name === 'on';
      owned.push({ entity, title: ownName(entity.fields.name), isWhole, draft, lasting });
    }
    parts.commands.push(...own.commands);
    parts.firmware = own.firmware;
  }
  const { bindings, places } = bind(withoutTwins(owned, leftOut), known, leftOut);
  return {
    bindings,
    places,
    leftOut,
    unneeded: [...unneeded].sort(),
    commands: new Map(parts.commands.map((command) => [command.name, command])),
    availability: availabilityOf(entities, leftOut),
    firmware: parts.firmware,
    kind: kindOf(entities, bindings),
  };
}

function kindOf(
  entities: readonly Entity[],
  bindings: ReadonlyMap<PropertyKey, Binding>,
): DeviceKind {
  const kind = kindFromProperties([...bindings.values()].map(({ descriptor }) => descriptor));
  const said = entities.map(({ component }) => KINDS[component]).find((one) => one !== undefined);
  const isPlain = ['switch', 'plug', 'other', 'sensor', 'repeater'].includes(kind);
  return said !== undefined && isPlain ? said : kind;
}

/** Gives each draft its key, and puts the presses of one button together. */
function bind(
  owned: readonly Owned[],
  known: Places,
  leftOut: LeftOut[],
): { bindings: Map<PropertyKey, Binding>; places: Places } {
  const places = placesOf(owned.map(placeable), known);
  const merged = new Map<PropertyKey, readonly [draft: Draft & { readonly of: Owned }, number]>();
  for (const each of owned) {
    const { entity, draft } = each;
    const place = places[placeOf(placeable(each))] ?? 0;
    const key = propertyKey(draft.name, place === 0 ? undefined : place);
    const [before] = merged.get(key) ?? [];
    if (before === undefined && merged.size >= PROPERTIES_MAX) {
      const what = `${entity.component}/${entity.objectId}`;
      leftOut.push({ what, why: { en: 'the device has too many', zh: '设备的属性太多' } });
      continue;
    }
    const told = [...(before?.told ?? []), ...draft.told];
    const values = [...new Set([...(before?.values ?? []), ...(draft.values ?? [])])];
    const named = place === 0 ? {} : calledAs(each);
    const own = { ...draft, ...named, ...(values.length === 0 ? {} : { values }), told, of: each };
    merged.set(key, [own, place]);
  }
  const bindings = new Map<PropertyKey, Binding>();
  for (const [{ told, write, of, ...draft }, place] of toldApart([...merged.values()])) {
    const descriptor = descriptorOf(draft, place);
    const way = write === undefined ? {} : { write };
    bindings.set(descriptor.key, {
      ...{ entity: of.entity.id, descriptor, told, ...way, ...of.lasting },
    });
  }
  return { bindings, places };
}

/** What one of several is called; one of several buttons has a number. */
function calledAs(owned: Owned) {
  const { title, draft, isWhole } = owned;
  return title === null || isPress(owned) ? {} : entityNamed(title, draft.name, isWhole);
}

const isPress = ({ entity }: Owned) => entity.component === 'device_trigger';

/** Triggers of one button are one property, at the number that it has; of all else each entity has its own. */
function placeable(owned: Owned): PlacedOfEntity {
  const { name, button = '' } = owned.draft;
  if (!isPress(owned)) return { id: owned.entity.id, name };
  const wish = Number(button);
  const id = `trigger ${button}`;
  return Number.isInteger(wish) && wish >= 1 && wish <= 240 ? { id, name, wish } : { id, name };
}

/**
 * The messages that carry a request.
 * @throws HubError `unsupported`, ValidationError for a value that the property cannot have
 */
export function messagesOf(
  { bindings, commands }: Conversion,
  body: CommandBody,
  lastOf: (key: PropertyKey) => ReturnType<Now['of']>,
): readonly Outgoing[] {
  if (body.kind === 'invoke') {
    const command = commands.get(body.name);
    if (command === undefined) {
      throw new HubError('unsupported', `This device cannot "${body.name}"`, {
        zh: { message: `这个设备不能“${body.name}”`, hint: null },
      });
    }
    return command.send();
  }
  const binding = bindings.get(body.property);
  if (binding?.write === undefined) {
    throw new HubError('unsupported', `This device has no "${body.property}" that could be set`, {
      zh: { message: `这个设备没有可以设置的“${body.property}”`, hint: null },
    });
  }
  const { descriptor } = binding;
  const problem = checkValue(specOf(descriptor), body.value);
  if (problem !== null) throw new ValidationError(problem.message, problem);
  if (descriptor.step === 100 && descriptor.max === 100 && body.value !== 0 && body.value !== 100) {
    throw new ValidationError(`${descriptor.key} cannot be ${String(body.value)}`, {
      hint: 'This device only opens and closes: 0 or 100.',
      zh: {
        message: `${descriptor.key} 不能是 ${String(body.value)}`,
        hint: '这个设备只能全开或全关：0 或 100。',
      },
    });
  }
  const now: Now = {
    transitionMs: body.transitionMs,
    of: (name) => {
      const other = [...bindings.values()].find(
        (each) => each.entity === binding.entity && each.descriptor.name === name,
      );
      return other === undefined ? null : lastOf(other.descriptor.key);
    },
  };
  try {
    return binding.write(body.value, now);
  } catch (error) {
    if (error instanceof HubError) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new HubError('unsupported', `${descriptor.key} cannot be sent: ${why}`, {
      hint: 'The template in the announcement of the device does not fit.',
      zh: { message: `无法发送 ${descriptor.key}：${why}`, hint: '设备发布的模板不合适。' },
    });
  }
}

/** How the hub describes the device. */
export function describe(
  adapter: AdapterId,
  node: NodeAddress,
  device: DeviceInfo,
  { bindings, commands, kind }: Conversion,
  firmware: string | null,
): NodeDescription {
  const properties = [...bindings.values()].map(({ descriptor }) => descriptor);
  const hasBattery = properties.some(({ name }) => name === 'battery' || name === 'batteryLow');
  return {
    adapter,
    node,
    manufacturer: device.manufacturer,
    model: device.model,
    title: device.name,
    kind,
    power: hasBattery ? 'battery' : 'unknown',
    tier: 'community',
    support: properties.length === 0 ? 'unsupported' : 'generated',
    firmware: firmware ?? device.firmware,
    properties,
    commands: [...commands.keys()],
  };
}
