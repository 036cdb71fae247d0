// The border between Shelly's components and the table of properties: which nodes a device is, what each of them has,
// what its status says, and which request sets what.
// Spec: Shelly Gen2+ API, Components (https://shelly-api-docs.shelly.cloud/gen2/ComponentsAndServices/Introduction).

import type { CommandBody } from '../../../hub/model/command.ts';
import type { NodeDescription } from '../../../hub/model/device.ts';
import { kindFromProperties } from '../../../hub/model/device-kind.ts';
import { HubError, ValidationError } from '../../../hub/model/errors.ts';
import type { AdapterId, NodeAddress } from '../../../hub/model/identifiers.ts';
import type { PropertyKey, PropertyName, PropertyValue } from '../../../hub/model/properties.ts';
import { checkValue } from '../../../hub/model/property-value.ts';
import type { Words } from '../../../hub/model/words.ts';
import type { LeftOut } from '../../contract/not-shown.ts';
import { ownName } from '../../contract/own-names.ts';
import type { Places } from '../../contract/places.ts';
import {
  type BluDevice,
  bluDevicesOf,
  blutrv,
  bthomedevice,
  bthomesensor,
} from './components/bthome.ts';
import { type Component, number, type Parts, type RpcRequest } from './components/component.ts';
import { FAULTS, WHOLE, WHOLE_COMPONENT } from './components/faults.ts';
import { KINDS, LEFT_OUT, unknown } from './components/kinds.ts';
import type { DeviceInfo } from './device-info.ts';
import { type Binding, type NodeConversion, nodeOf, TOO_MANY } from './node-conversion.ts';
import { isJson, type Json } from './rpc.ts';

/** All that a device says of what it is. */
export interface Whole {
  readonly status: Json;
  readonly config: Json;
  /** Of the components that people have added, by their keys, what else is known of them. */
  readonly attributes: Json;
}

export interface Conversion {
  /** The Shelly itself stands first. */
  readonly nodes: readonly NodeConversion[];
  readonly places: Places;
  readonly leftOut: readonly LeftOut[];
}

const COMPONENTS_MAX = 256;
const NO_PLACE: Words = {
  en: 'it says nothing that the hub knows',
  zh: '它没有中枢能识别的内容',
};
const NO_DEVICE: Words = {
  en: 'its Bluetooth device is not known',
  zh: '不知道它属于哪个蓝牙设备',
};

const ALL: readonly [Component, Parts] = [WHOLE_COMPONENT, { drafts: FAULTS }];

/** Works out the nodes and their properties. What stands several times in a node gets an endpoint each. */
export function convert(whole: Whole, before: Places = {}): Conversion {
  const leftOut: LeftOut[] = [];
  const components = componentsOf(whole, leftOut);
  const blus = bluDevicesOf(components);
  const spokenFor = new Set(blus.flatMap((blu) => blu.components.map(({ key }) => key)));
  const own: (readonly [Component, Parts])[] = [];
  for (const component of components) {
    if (spokenFor.has(component.key)) continue;
    const why = /^(bthomedevice|bthomesensor|blutrv)$/.test(component.kind)
      ? NO_DEVICE
      : wordsOf(component.kind);
    const parts = why === null ? partsOf(component) : { drafts: [] };
    own.push([component, parts]);
    if (why !== null) leftOut.push({ what: component.key, why });
    else if (parts.drafts.length === 0) leftOut.push({ what: component.key, why: NO_PLACE });
  }
  const places: Record<string, number> = {};
  const node = (
    suffix: string,
    blu: BluDevice | null,
    parts: readonly (readonly [Component, Parts])[],
  ) => nodeOf({ suffix, blu, parts: [...parts, ALL] }, { before, places, leftOut });
  const nodes = [
    node('', null, own),
    ...blus.map((blu) => node(`/blu-${blu.mac}`, blu, partsOfBlu(blu))),
  ];
  return { nodes, places, leftOut };
}

function componentsOf({ status, config, attributes }: Whole, leftOut: LeftOut[]): Component[] {
  const components: Component[] = [];
  for (const [key, own] of Object.entries(status)) {
    const match = /^([a-z0-9_]{1,30})(?::(\d{1,3}))?$/.exec(key);
    if (match?.[1] === undefined || !isJson(own)) continue;
    if (components.length >= COMPONENTS_MAX) {
      leftOut.push({ what: key, why: TOO_MANY });
      continue;
    }
    const settings = isJson(config[key]) ? config[key] : {};
    components.push({
      key,
      kind: match[1],
      id: Number(match[2] ?? 0),
      status: own,
      config: settings,
      attributes: isJson(attributes[key]) ? attributes[key] : {},
      name: ownName(settings.name),
    });
  }
  return components;
}

function wordsOf(kind: string): Words | null {
  return Object.hasOwn(LEFT_OUT, kind) ? (LEFT_OUT[kind] ?? null) : null;
}

function partsOf(component: Component): Parts {
  const describe = Object.hasOwn(KINDS, component.kind) ? KINDS[component.kind] : undefined;
  return (describe ?? unknown)(component);
}

function partsOfBlu({ components }: BluDevice): (readonly [Component, Parts])[] {
  const hasBattery = components.some(
    ({ kind, status }) => kind === 'bthomedevice' && number(status.battery) !== undefined,
  );
  return components.map((component) => {
    if (component.kind === 'bthomedevice') return [component, bthomedevice(component)];
    if (component.kind === 'blutrv') return [component, blutrv(component, hasBattery)];
    return [component, bthomesensor(component, hasBattery)];
  });
}

/**
 * The values that a whole status says, each checked against its property.
 * @param only the components to look at; null: all of them
 */
export function valuesOf(
  { bindings, components }: NodeConversion,
  status: Json,
  only: ReadonlySet<string> | null,
): Record<PropertyKey, PropertyValue> {
  const values: Record<PropertyKey, PropertyValue> = {};
  const said = components.filter((key) => only === null || only.has(key));
  if (said.length === 0) return values;
  const all = Object.fromEntries(components.map((key) => [key, status[key]]));
  for (const [key, { component, told, draft }] of bindings) {
    const own = component === WHOLE ? all : said.includes(component) ? status[component] : null;
    if (!isJson(own) || draft.read === undefined) continue;
    const value = draft.read(own);
    if (value === undefined) continue;
    if (checkValue(told, value) === null) values[key] = value;
  }
  return values;
}

/** A happening of a node. */
export interface Happening {
  readonly key: PropertyKey;
  readonly value: PropertyValue;
}

/** What an entry of `NotifyEvent` says has happened. */
export function eventsOf({ bindings }: NodeConversion, event: Json): Happening[] {
  return happenings(bindings, ({ component, draft }) =>
    event.component === component ? draft.event?.(event) : undefined,
  );
}

/** What `NotifyStatus` says has happened: its changes alone, not what was so before. */
export function changesOf({ bindings }: NodeConversion, changes: Json): Happening[] {
  return happenings(bindings, ({ component, draft }) => {
    const own = changes[component];
    return isJson(own) ? draft.happened?.(own) : undefined;
  });
}

function happenings(
  bindings: NodeConversion['bindings'],
  of: (binding: Binding) => PropertyValue | undefined,
): Happening[] {
  return [...bindings].flatMap(([key, binding]) => {
    const value = of(binding);
    const isRight = value !== undefined && checkValue(binding.spec, value) === null;
    return isRight ? [{ key, value }] : [];
  });
}

/**
 * The request that carries a command.
 * @throws HubError `unsupported`, ValidationError for a value that the property cannot have
 */
export function requestOf({ bindings, commands }: NodeConversion, body: CommandBody): RpcRequest {
  if (body.kind === 'invoke') {
    const { endpoint } = body.args;
    const named = commands.filter(({ name }) => name === body.name);
    const command =
      endpoint === undefined ? named[0] : named.find((one) => one.endpoint === endpoint);
    if (command !== undefined) return command.request;
    throw new HubError('unsupported', `This device cannot "${body.name}"`, {
      hint: 'Its page lists what it can do.',
      zh: { message: `此设备不能“${body.name}”`, hint: '它的页面列出了它能做什么。' },
    });
  }
  const binding = bindings.get(body.property);
  if (binding?.draft.set === undefined) {
    throw new HubError('unsupported', `This device has no "${body.property}" that could be set`, {
      hint: 'Its page lists what can be set.',
      zh: {
        message: `此设备没有可以设置的“${body.property}”`,
        hint: '它的页面列出了可以设置的内容。',
      },
    });
  }
  const problem = checkValue(binding.spec, body.value);
  if (problem !== null) {
    throw new ValidationError(problem.message, { hint: problem.hint, zh: problem.zh });
  }
  return binding.draft.set(body.value, body.transitionMs);
}

/** How the hub describes a node. */
export function describe(
  adapter: AdapterId,
  node: NodeAddress,
  info: DeviceInfo,
  { bindings, commands, blu }: NodeConversion,
): NodeDescription {
  const properties = [...bindings.values()].map(({ descriptor }) => descriptor);
  const has = (name: PropertyName) => properties.some((one) => one.name === name);
  const isPlug = blu === null && /plug/i.test(info.app) && has('on');
  return {
    adapter,
    node,
    manufacturer: 'Shelly',
    model: blu === null ? info.model : blu.model,
    title: blu === null ? (info.name ?? `Shelly ${info.app}`) : (blu.name ?? `Shelly ${blu.model}`),
    kind: isPlug ? 'plug' : kindFromProperties(properties),
    power: blu !== null || has('battery') ? 'battery' : 'mains',
    tier: 'core',
    support: properties.length === 0 ? 'unsupported' : 'exact',
    firmware: blu === null ? info.firmware : null,
    properties,
    commands: [...new Set(commands.map(({ name }) => name))],
  };
}
