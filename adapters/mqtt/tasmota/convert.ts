// The border between Tasmota's words and the table of properties: what a device has, what a message says, and which
// command sets what. Spec: https://tasmota.github.io/docs/Commands/.

import type { CommandBody } from '../../../hub/model/command.ts';
import type { NodeDescription } from '../../../hub/model/device.ts';
import { kindFromProperties } from '../../../hub/model/device-kind.ts';
import { HubError, ValidationError } from '../../../hub/model/errors.ts';
import type { AdapterId, NodeAddress } from '../../../hub/model/identifiers.ts';
import {
  type PropertyKey,
  type PropertyValue,
  propertyKey,
} from '../../../hub/model/properties.ts';
import { checkValue } from '../../../hub/model/property-value.ts';
import { type LeftOut, notShownOf } from '../../contract/not-shown.ts';
import { channelNamed, toldApart } from '../../contract/own-names.ts';
import { type Places, placed } from '../../contract/places.ts';
import {
  accessOf,
  descriptorOf,
  type PlacedProperty,
  placedProperty,
} from '../../contract/property-draft.ts';
import type { Fields, TasmotaConfig } from './discovery.ts';
import {
  type CommandDraft,
  type Draft,
  type Now,
  type Parts,
  type TasmotaCommand,
  TOO_MANY,
} from './parts/draft.ts';
import { addInputs } from './parts/inputs.ts';
import { addLights } from './parts/lights.ts';
import { addFan, addRelays, addShutters } from './parts/outputs.ts';
import { addSensors } from './parts/sensors.ts';
import { addState } from './parts/state.ts';

type Values = Record<PropertyKey, PropertyValue>;

interface Binding extends PlacedProperty {
  readonly draft: Draft;
}

export interface Conversion {
  readonly bindings: ReadonlyMap<PropertyKey, Binding>;
  readonly commands: readonly CommandDraft[];
  readonly places: Places;
  readonly leftOut: readonly LeftOut[];
}

/** Option 30: relays are lights. */
const OPTION_RELAYS_ARE_LIGHTS = 30;

/** Works out the properties of a device from its announcement. @param before places that were given before */
export function convert(config: TasmotaConfig, sensors: Fields, before: Places = {}): Conversion {
  const parts: Parts = { drafts: [], commands: [], leftOut: [] };
  addRelays(config, parts);
  addLights(config, parts);
  addShutters(config, parts);
  addFan(config, parts);
  addInputs(config, parts);
  addSensors(sensors, parts);
  addState(config, parts);
  const wanted = parts.drafts.map((draft) => ({
    draft: { ...draft, ...channelNamed(draft.called ?? null, draft.name, draft.label) },
    id: draft.id,
    name: draft.name,
    wish: draft.wish ?? 1,
  }));
  const { items, places, left } = placed(wanted, before);
  const bindings = new Map<PropertyKey, Binding>();
  for (const [draft, endpoint] of toldApart(items.map(([item, place]) => [item.draft, place]))) {
    const descriptor = descriptorOf({ ...draft, access: accessOf(draft) }, endpoint);
    bindings.set(descriptor.key, { ...placedProperty(descriptor), draft });
  }
  const unplaced = left.map(({ id }) => ({ what: id, why: TOO_MANY }));
  return { bindings, commands: parts.commands, places, leftOut: [...parts.leftOut, ...unplaced] };
}

/** The values that a message says, each checked against its property. */
export function valuesOf({ bindings }: Conversion, state: Fields): Values {
  const values: Values = {};
  for (const [key, { told, draft }] of bindings) {
    const value = draft.read?.(state);
    if (value !== undefined && checkValue(told, value) === null) values[key] = value;
  }
  return values;
}

/** What a message says has happened, as in `{"Button1":{"Action":"SINGLE"}}`. */
export function happeningsOf(
  { bindings }: Conversion,
  state: Fields,
): { key: PropertyKey; value: PropertyValue }[] {
  return [...bindings].flatMap(([key, { spec, draft }]) => {
    const value = draft.event?.(state);
    const isRight = value !== undefined && checkValue(spec, value) === null;
    return isRight ? [{ key, value }] : [];
  });
}

/**
 * The command that carries a request.
 * @param lastOf the last value of a property; what a colour is set with, as Tasmota sets its brightness at once
 * @throws HubError `unsupported`, ValidationError for a value that the property cannot have
 */
export function commandOf(
  conversion: Conversion,
  body: CommandBody,
  lastOf: (key: PropertyKey) => PropertyValue | undefined,
): TasmotaCommand {
  const { bindings, commands } = conversion;
  if (body.kind === 'invoke') {
    const { endpoint } = body.args;
    const named = commands.filter(({ name }) => name === body.name);
    const found = endpoint === undefined ? named[0] : named.find(({ place }) => place === endpoint);
    if (found !== undefined) return found.command;
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
  const key = brightnessKey(conversion, binding.draft);
  const brightness = key === null ? undefined : lastOf(key);
  const now: Now = {
    brightness: typeof brightness === 'number' && brightness >= 1 ? brightness : 100,
    transitionMs: body.transitionMs,
  };
  return binding.draft.set(body.value, now);
}

/** The brightness of the light that a draft belongs to. */
function brightnessKey({ places }: Conversion, { id }: Draft): PropertyKey | null {
  const light = /^light\/\d+\//.exec(id)?.[0];
  const place = light === undefined ? undefined : places[`${light}brightness`];
  return place === undefined ? null : propertyKey('brightness', place === 0 ? undefined : place);
}

/** How the hub describes the device. */
export function describe(
  adapter: AdapterId,
  node: NodeAddress,
  config: TasmotaConfig,
  { bindings, commands, leftOut }: Conversion,
): NodeDescription {
  const properties = [...bindings.values()].map(({ descriptor }) => descriptor);
  const kind = kindFromProperties(properties);
  const isLight = config.options.includes(OPTION_RELAYS_ARE_LIGHTS) && /switch|plug/.test(kind);
  return {
    adapter,
    node,
    manufacturer: 'Tasmota',
    model: config.model,
    title: config.name,
    kind: isLight ? 'light' : kind,
    power: config.hasBattery || config.isSleeper ? 'battery' : 'mains',
    tier: 'core',
    support: properties.length === 0 ? 'unsupported' : 'exact',
    firmware: config.firmware,
    properties,
    commands: [...new Set(commands.map(({ name }) => name))],
    ...notShownOf(leftOut),
  };
}
