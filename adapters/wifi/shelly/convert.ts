// The border between Shelly's components and the table of properties: what a device is made of, what its status
// says, and which request sets what.
// Spec: Shelly Gen2+ API, Components (https://shelly-api-docs.shelly.cloud/gen2/ComponentsAndServices/Introduction).

import type { CommandBody } from '../../../hub/model/command.ts';
import type { NodeDescription } from '../../../hub/model/device.ts';
import { kindFromProperties } from '../../../hub/model/device-kind.ts';
import { HubError, ValidationError } from '../../../hub/model/errors.ts';
import type { AdapterId, NodeAddress } from '../../../hub/model/identifiers.ts';
import {
  describeProperty,
  type PropertyDescriptor,
  type PropertyKey,
  type PropertyName,
  type PropertyValue,
  specOf,
} from '../../../hub/model/properties.ts';
import { checkValue } from '../../../hub/model/property-value.ts';
import { isJson, type Json } from './rpc.ts';

/** What `Shelly.GetDeviceInfo` says of a device. */
export interface DeviceInfo {
  readonly id: string;
  readonly name: string | null;
  readonly model: string;
  readonly app: string;
  readonly generation: number;
  readonly firmware: string | null;
}

/** A request of RPC. */
export interface RpcRequest {
  readonly method: string;
  readonly params: Json;
}

interface Binding {
  readonly descriptor: PropertyDescriptor;
  /** Such as `switch:0`. */
  readonly component: string;
  read?(status: Json): PropertyValue | undefined;
  set?(value: PropertyValue, transitionMs: number | undefined): RpcRequest;
}

/** A device's properties with the way to and from its components. */
export interface Conversion {
  readonly bindings: ReadonlyMap<PropertyKey, Binding>;
  /** Of a device with a cover: its component's number. */
  readonly cover: number | null;
}

const COMPONENTS_MAX = 64;
const INPUT_EVENTS: Readonly<Record<string, string>> = {
  single_push: 'single',
  double_push: 'double',
  triple_push: 'triple',
  long_push: 'long',
};
const MOVEMENTS: Readonly<Record<string, string>> = {
  open: 'stopped',
  closed: 'stopped',
  stopped: 'stopped',
  calibrating: 'stopped',
  opening: 'opening',
  closing: 'closing',
};

/** @throws HubError when this is not what a Shelly of the second generation or later says */
export function parseInfo(result: Json): DeviceInfo {
  const { id, name, model, app, gen, ver } = result;
  const isShelly =
    typeof id === 'string' && /^[a-z0-9][a-z0-9-]{2,60}$/i.test(id) && typeof model === 'string';
  if (!isShelly || typeof gen !== 'number') {
    throw new HubError('rejected-by-device', 'What answers there is not a Shelly', {
      hint: 'Check the address. Only Shelly devices of the second generation and later can be added.',
    });
  }
  return {
    id,
    name: typeof name === 'string' && name.trim() !== '' ? name.trim().slice(0, 60) : null,
    model: model.slice(0, 60),
    app: typeof app === 'string' ? app.slice(0, 60) : model.slice(0, 60),
    generation: gen,
    firmware: typeof ver === 'string' ? ver.slice(0, 40) : null,
  };
}

const number = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) ? value : undefined;
const boolean = (value: unknown): boolean | undefined =>
  typeof value === 'boolean' ? value : undefined;
const inside = (value: unknown, key: string): unknown => (isJson(value) ? value[key] : undefined);

interface Row {
  readonly name: PropertyName;
  readonly own?: Parameters<typeof describeProperty>[1];
  /** Whether this device's component has it; absent: always. */
  has?(status: Json, config: Json): boolean;
  read?(status: Json): PropertyValue | undefined;
  set?(id: number, value: PropertyValue, transitionMs: number | undefined): RpcRequest;
}

const METERING: readonly Row[] = [
  { name: 'power', has: (s) => 'apower' in s, read: (s) => number(s.apower) },
  { name: 'voltage', has: (s) => 'voltage' in s, read: (s) => number(s.voltage) },
  { name: 'current', has: (s) => 'current' in s, read: (s) => number(s.current) },
  { name: 'frequency', has: (s) => 'freq' in s, read: (s) => number(s.freq) },
  {
    name: 'energy',
    has: (s) => isJson(s.aenergy),
    read: (s) => {
      const wattHours = number(inside(s.aenergy, 'total'));
      return wattHours === undefined ? undefined : wattHours / 1_000;
    },
  },
];

/** What each kind of component brings. */
const ROWS: Readonly<Record<string, readonly Row[]>> = {
  switch: [
    {
      name: 'on',
      read: (s) => boolean(s.output),
      set: (id, value) => ({ method: 'Switch.Set', params: { id, on: value } }),
    },
    ...METERING,
  ],
  light: [
    {
      name: 'on',
      read: (s) => boolean(s.output),
      set: (id, value, transitionMs) => ({
        method: 'Light.Set',
        params: { id, on: value, ...transition(transitionMs) },
      }),
    },
    {
      name: 'brightness',
      own: { min: 1 },
      has: (s) => 'brightness' in s,
      read: (s) => number(s.brightness),
      set: (id, value, transitionMs) => ({
        method: 'Light.Set',
        params: { id, on: true, brightness: value, ...transition(transitionMs) },
      }),
    },
    ...METERING,
  ],
  cover: [
    {
      name: 'position',
      has: (s) => s.pos_control === true || number(s.current_pos) !== undefined,
      read: (s) => number(s.current_pos),
      set: (id, value) => ({ method: 'Cover.GoToPosition', params: { id, pos: value } }),
    },
    {
      name: 'moving',
      read: (s) => (typeof s.state === 'string' ? MOVEMENTS[s.state] : undefined),
    },
    ...METERING,
  ],
  input: [
    {
      name: 'button',
      own: { values: [...Object.values(INPUT_EVENTS), 'on', 'off'] },
      has: (_, config) => config.type !== 'analog' && config.type !== 'count',
    },
  ],
  pm1: METERING,
  temperature: [{ name: 'temperature', read: (s) => number(s.tC) }],
  humidity: [{ name: 'humidity', read: (s) => number(s.rh) }],
  devicepower: [{ name: 'battery', read: (s) => number(inside(s.battery, 'percent')) }],
};

function transition(transitionMs: number | undefined): Json {
  // Shelly takes 0.5 to 5 s.
  if (transitionMs === undefined || transitionMs < 500) return {};
  return { transition_duration: Math.min(5, transitionMs / 1_000) };
}

interface Component {
  readonly key: string;
  readonly id: number;
  readonly status: Json;
  readonly config: Json;
  readonly rows: readonly Row[];
}

function componentsOf(status: Json, config: Json): Component[] {
  const components: Component[] = [];
  for (const [key, own] of Object.entries(status)) {
    const match = /^([a-z0-9]+):(\d{1,3})$/.exec(key);
    const rows = match?.[1] && Object.hasOwn(ROWS, match[1]) ? ROWS[match[1]] : undefined;
    if (rows === undefined || !isJson(own) || components.length >= COMPONENTS_MAX) continue;
    const settings = config[key];
    components.push({
      key,
      id: Number(match?.[2]),
      status: own,
      config: isJson(settings) ? settings : {},
      rows,
    });
  }
  return components;
}

/** Works out the properties from a whole status and config. What stands several times gets an endpoint each. */
export function convert(status: Json, config: Json): Conversion {
  const components = componentsOf(status, config);
  const found = components.flatMap((component) =>
    component.rows
      .filter((row) => row.has?.(component.status, component.config) ?? true)
      .map((row) => ({ component, row })),
  );
  const bindings = new Map<PropertyKey, Binding>();
  for (const { component, row } of found) {
    const isSingle = found.filter((other) => other.row.name === row.name).length === 1;
    const endpoint = isSingle ? {} : { endpoint: component.id + 1 };
    const access = row.set ? {} : { access: row.read ? ('r' as const) : ('event' as const) };
    const descriptor = describeProperty(row.name, { ...row.own, ...access, ...endpoint });
    if (bindings.has(descriptor.key)) continue;
    const { id, key } = component;
    bindings.set(descriptor.key, {
      descriptor,
      component: key,
      ...(row.read ? { read: row.read } : {}),
      ...(row.set ? { set: (value, ms) => row.set?.(id, value, ms) ?? NOTHING } : {}),
    });
  }
  const cover = components.find(({ key }) => key.startsWith('cover:'));
  return { bindings, cover: cover?.id ?? null };
}

const NOTHING: RpcRequest = { method: 'Shelly.GetDeviceInfo', params: {} };

/** The values that a status or a part of one says, each checked against its property. */
export function valuesOf(
  { bindings }: Conversion,
  status: Json,
): Record<PropertyKey, PropertyValue> {
  const values: Record<PropertyKey, PropertyValue> = {};
  for (const [key, { component, descriptor, read }] of bindings) {
    const own = status[component];
    if (!isJson(own) || read === undefined) continue;
    const value = read(own);
    if (value === undefined) continue;
    const { min: _, max: __, ...spec } = specOf(descriptor);
    if (checkValue(spec, value) === null) values[key] = value;
  }
  return values;
}

/** Presses and switched inputs that an event or a status says. */
export function pressesOf(
  { bindings }: Conversion,
  part: { readonly event: Json } | { readonly status: Json },
): { key: PropertyKey; value: string }[] {
  const presses: { key: PropertyKey; value: string }[] = [];
  for (const [key, { component, descriptor }] of bindings) {
    if (descriptor.name !== 'button') continue;
    if ('event' in part) {
      const { event } = part.event;
      if (part.event.component !== component || typeof event !== 'string') continue;
      const value = Object.hasOwn(INPUT_EVENTS, event) ? INPUT_EVENTS[event] : undefined;
      if (value !== undefined) presses.push({ key, value });
    } else {
      const state = boolean(inside(part.status[component], 'state'));
      if (state !== undefined) presses.push({ key, value: state ? 'on' : 'off' });
    }
  }
  return presses;
}

/**
 * The request that carries a command.
 * @throws HubError `unsupported`, ValidationError for a value that the property cannot have
 */
export function requestOf({ bindings, cover }: Conversion, body: CommandBody): RpcRequest {
  if (body.kind === 'invoke') {
    if (body.name === 'stop' && cover !== null) {
      return { method: 'Cover.Stop', params: { id: cover } };
    }
    throw new HubError('unsupported', `This device cannot "${body.name}"`);
  }
  const binding = bindings.get(body.property);
  if (binding?.set === undefined) {
    throw new HubError('unsupported', `This device has no "${body.property}" that could be set`);
  }
  const problem = checkValue(specOf(binding.descriptor), body.value);
  if (problem !== null) throw new ValidationError(problem.message, { hint: problem.hint });
  return binding.set(body.value, body.transitionMs);
}

/** How the hub describes the device. */
export function describe(
  adapter: AdapterId,
  node: NodeAddress,
  info: DeviceInfo,
  { bindings, cover }: Conversion,
): NodeDescription {
  const properties = [...bindings.values()].map(({ descriptor }) => descriptor);
  const isBattery = properties.some(({ name }) => name === 'battery');
  const isPlug = /plug/i.test(info.app);
  return {
    adapter,
    node,
    manufacturer: 'Shelly',
    model: info.model,
    title: info.name ?? `Shelly ${info.app}`,
    kind: isPlug ? 'plug' : kindFromProperties(properties),
    power: isBattery ? 'battery' : 'mains',
    tier: 'core',
    support: properties.length === 0 ? 'unsupported' : 'exact',
    firmware: info.firmware,
    properties,
    commands: cover === null ? [] : ['stop'],
  };
}
