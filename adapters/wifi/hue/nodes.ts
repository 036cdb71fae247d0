// A bridge's resources as the nodes of the home: each Hue device with its services, each room and zone with its group
// of lights and its scenes; their values, the requests that set them, and whether the bridge reaches them.
import type { CommandBody } from '../../../hub/model/command.ts';
import type { NodeDescription } from '../../../hub/model/device.ts';
import { type DeviceKind, kindFromProperties } from '../../../hub/model/device-kind.ts';
import { HubError, ValidationError } from '../../../hub/model/errors.ts';
import { type AdapterId, type NodeAddress, nodeAddress } from '../../../hub/model/identifiers.ts';
import {
  type PropertyDescriptor,
  type PropertyKey,
  type PropertyValue,
  propertyKey,
  specOf,
} from '../../../hub/model/properties.ts';
import type { PropertySpec } from '../../../hub/model/property-row.ts';
import { checkValue } from '../../../hub/model/property-value.ts';
import type { Words } from '../../../hub/model/words.ts';
import { type LeftOut, notShownOf } from '../../contract/not-shown.ts';
import { channelNamed, ownName, toldApart } from '../../contract/own-names.ts';
import { type Places, placed } from '../../contract/places.ts';
import { accessOf, descriptorOf } from '../../contract/property-draft.ts';
import type { Json } from '../known-devices.ts';
import { listOf, numberOf, type Resource, textOf } from './resources.ts';
import { type AskedColor, type Row, rowsOf, UPDATE_WAITING } from './rows.ts';

export type Resources = ReadonlyMap<string, Resource>;

/** A request that sets something. */
export interface Put {
  /** Below `/clip/v2/resource/`. */
  readonly path: string;
  readonly body: Json;
  /** Which of the bridge's limits it counts for. */
  readonly lane: 'light' | 'group';
  /** The light and the colour that it was asked for. */
  readonly asked?: { readonly light: string; readonly color: AskedColor };
}

interface Binding {
  readonly descriptor: PropertyDescriptor;
  /** The service that it belongs to. */
  readonly id: string;
  readonly type: string;
  readonly row: Row;
  /** What a report of it may be: a device may say more than it takes. */
  readonly spec: PropertySpec;
}

export interface HueNode {
  readonly node: NodeAddress;
  /** The device, room or zone. */
  readonly id: string;
  readonly description: NodeDescription;
  readonly bindings: ReadonlyMap<PropertyKey, Binding>;
  /** Its services that say whether the bridge reaches it. */
  readonly links: readonly string[];
  /** Of a room or zone: path of a scene by what it is called. */
  readonly scenes: ReadonlyMap<string, string>;
  /** Which endpoint each of its properties has, and keeps. */
  readonly places: Places;
}

/** Who describes them. */
export interface BridgeIdentity {
  readonly adapter: AdapterId;
  readonly bridgeId: string;
  /** The endpoints that properties of a node had before. */
  placesOf(node: NodeAddress): Places;
}

const NODES_MAX = 1_000;
const SCENES_MAX = 100;
const ENDPOINT_MAX = 240;
const SCENE = propertyKey('x_scene');
const LINKS: readonly string[] = ['zigbee_connectivity', 'zgp_connectivity', 'wifi_connectivity'];

/** All nodes of a bridge, those of its own self left out. */
export function buildNodes(resources: Resources, identity: BridgeIdentity): HueNode[] {
  const nodes: HueNode[] = [];
  for (const resource of resources.values()) {
    if (nodes.length >= NODES_MAX) break;
    const made = nodeOf(resource, resources, identity);
    if (made !== null) nodes.push(made);
  }
  return nodes;
}

function nodeOf(
  resource: Resource,
  resources: Resources,
  identity: BridgeIdentity,
): HueNode | null {
  switch (resource.type) {
    case 'device':
      return deviceNode(resource, resources, identity);
    case 'bridge_home':
    case 'room':
    case 'zone':
      return groupNode(resource, resources, identity);
    case 'motion_area_configuration':
      return areaNode(resource, resources, identity);
    default:
      return null;
  }
}

/** The address of a node: a bridge's own ids are unique among its own alone. */
export function addressOf({ bridgeId }: BridgeIdentity, id: string): NodeAddress {
  return nodeAddress(`${bridgeId}-${id}`);
}

function servicesOf(owner: Resource, resources: Resources): Resource[] {
  const named = [...listOf(owner.facts.services), ...listOf(owner.facts.groups)];
  const found = [...new Set(named)].map((name) => resources.get(name.slice(name.indexOf('/') + 1)));
  return found.filter((each) => each !== undefined);
}

function deviceNode(
  device: Resource,
  resources: Resources,
  identity: BridgeIdentity,
): HueNode | null {
  const { facts, id } = device;
  const isBridge =
    textOf(facts.archetype)?.startsWith('bridge_v') === true ||
    listOf(facts.services).some((name) => name.startsWith('bridge/'));
  if (isBridge) return null;
  const services = servicesOf(device, resources);
  const { bindings, places } = bind(services, identity.placesOf(addressOf(identity, id)));
  const properties = [...bindings.values()].map(({ descriptor }) => descriptor);
  const types = services.map(({ type }) => type);
  const product = textOf(facts.product) ?? 'Hue';
  return {
    node: addressOf(identity, id),
    id,
    bindings,
    places,
    links: services.filter(({ type }) => LINKS.includes(type)).map((service) => service.id),
    scenes: new Map(),
    description: {
      adapter: identity.adapter,
      node: addressOf(identity, id),
      manufacturer: textOf(facts.manufacturer) ?? 'Signify Netherlands B.V.',
      model: textOf(facts.model) ?? product,
      title: textOf(facts.name) ?? product,
      kind: kindOf(device, services, properties),
      power: types.includes('device_power')
        ? 'battery'
        : types.includes('light')
          ? 'mains'
          : 'unknown',
      tier: 'core',
      support: properties.some(({ name }) => name !== UPDATE_WAITING) ? 'exact' : 'unsupported',
      firmware: textOf(facts.firmware) ?? null,
      properties,
      commands: ['identify'],
      ...notShownOf(unusedOf(listOf(facts.services))),
    },
  };
}

function kindOf(
  { facts }: Resource,
  services: readonly Resource[],
  properties: readonly PropertyDescriptor[],
): DeviceKind {
  const lights = services.filter(({ type }) => type === 'light');
  const archetypes = [
    facts.archetype,
    facts.chosenArchetype,
    ...lights.map((light) => light.facts.archetype),
  ].map(textOf);
  if (lights.length > 0) {
    if (archetypes.includes('plug')) return 'plug';
    return archetypes.includes('hue_switch_module') ? 'switch' : 'light';
  }
  const kind = kindFromProperties(properties);
  // A button that also tells its first touch and its repeats is still one button.
  const buttons = properties.filter(({ name }) => name === 'button');
  const isOne = buttons.length === 1 && !properties.some(({ name }) => name === 'rotation');
  return kind === 'remote' && isOne ? 'button' : kind;
}

/** What a room, a zone or the whole bridge is for the home: no light of its own, so that "all lights" does not mean it too. */
function groupNode(
  group: Resource,
  resources: Resources,
  identity: BridgeIdentity,
): HueNode | null {
  const { facts, id, type } = group;
  const lights = servicesOf(group, resources).filter((each) => each.type === 'grouped_light');
  const { bindings, places } = bind(lights.slice(0, 1), {});
  if (bindings.size === 0) return null;
  const all = scenesOf(id, resources);
  const scenes = new Map([...all].slice(0, SCENES_MAX));
  const beyond = [...all.keys()].slice(SCENES_MAX).map((name) => ({
    what: `scene "${name}"`,
    why: { en: `the hub takes ${SCENES_MAX} of a room`, zh: `每个房间最多 ${SCENES_MAX} 个` },
  }));
  const properties = [...bindings.values()].map(({ descriptor }) => descriptor);
  if (scenes.size > 0) {
    properties.push({
      key: SCENE,
      name: 'x_scene',
      type: 'enum',
      access: 'w',
      label: { en: 'Hue scene', zh: 'Hue 场景' },
      values: [...scenes.keys()],
    });
  }
  const isHome = type === 'bridge_home';
  const title = isHome ? 'All lights (Hue)' : `${textOf(facts.name) ?? type} (Hue ${type})`;
  return {
    node: addressOf(identity, id),
    id,
    bindings,
    places,
    links: [],
    scenes,
    description: {
      adapter: identity.adapter,
      node: addressOf(identity, id),
      manufacturer: 'Signify Netherlands B.V.',
      model: isHome ? 'Hue home' : `Hue ${type}`,
      title,
      kind: 'other',
      power: 'unknown',
      tier: 'core',
      support: 'exact',
      firmware: null,
      properties,
      commands: [],
      ...notShownOf(beyond),
    },
  };
}

/** Where lamps notice people together. Of its two ways the one for comfort is taken, else the one for security. */
function areaNode(area: Resource, resources: Resources, identity: BridgeIdentity): HueNode | null {
  const { id, facts } = area;
  const services = servicesOf(area, resources);
  const comfort = services.filter(({ type }) => type === 'convenience_area_motion');
  const { bindings, places } = bind(comfort.length > 0 ? comfort : services.slice(0, 1), {});
  if (bindings.size === 0) return null;
  const node = addressOf(identity, id);
  return {
    ...{ node, id, bindings, places, links: [], scenes: new Map() },
    description: {
      adapter: identity.adapter,
      node,
      ...{ manufacturer: 'Signify Netherlands B.V.', model: 'Hue motion area' },
      title: `${textOf(facts.name) ?? 'Area'} (Hue motion area)`,
      ...{ kind: 'motion', power: 'mains', tier: 'core', support: 'exact', firmware: null },
      properties: [...bindings.values()].map(({ descriptor }) => descriptor),
      commands: [],
    },
  };
}

function scenesOf(group: string, resources: Resources): Map<string, string> {
  const scenes = new Map<string, string>();
  for (const { id, type, facts } of resources.values()) {
    const isScene = type === 'scene' || type === 'smart_scene';
    if (!isScene || facts.group !== group) continue;
    const name = textOf(facts.name)?.trim() || id;
    scenes.set(scenes.has(name) ? `${name} (${id.slice(0, 4)})` : name, `${type}/${id}`);
  }
  return scenes;
}

/** The properties of services. What several of them have gets an endpoint each. */
function bind(
  services: readonly Resource[],
  before: Places,
): { readonly bindings: Map<PropertyKey, Binding>; readonly places: Places } {
  const wanted = services.flatMap((service) =>
    rowsOf(service.type)
      .filter((row) => row.has?.(service.facts) ?? true)
      .map((row) => ({ service, row, name: row.name, id: `${service.id}/${row.name}` })),
  );
  const wishing = wanted.map((item) => {
    const same = wanted.filter((other) => other.name === item.name);
    return { ...item, wish: endpointOf(item.service, same.indexOf(item) + 1) };
  });
  const { items, places } = placed(wishing, before);
  const names = namesOf(services);
  const drafts = items.map(([{ service, row }, endpoint]) => {
    const name = names.get(service.id) ?? null;
    const named = channelNamed(name, row.name, row.vendor?.label);
    const own = { name: row.name, ...row.vendor, ...row.own?.(service.facts), ...named };
    return [{ ...own, service, row }, endpoint] as const;
  });
  const bindings = new Map<PropertyKey, Binding>();
  for (const [{ service, row, ...draft }, endpoint] of toldApart(drafts)) {
    const access = row.isEvent ? 'event' : accessOf({ read: row.read, set: row.write });
    const descriptor = descriptorOf({ type: 'boolean', ...draft, access }, endpoint);
    const { min: _, max: __, values: ___, ...spec } = specOf(descriptor);
    bindings.set(descriptor.key, { descriptor, id: service.id, type: service.type, row, spec });
  }
  return { bindings, places };
}

/** What the several lights of one device are called, where each has a name of its own. */
function namesOf(services: readonly Resource[]): ReadonlyMap<string, string> {
  const lights = services.filter(({ type }) => type === 'light');
  const named = lights.flatMap(({ id, facts }) => {
    const name = ownName(facts.name);
    return name === null ? [] : [[id, name] as const];
  });
  const names = new Set(named.map(([, name]) => name));
  return names.size > 1 && names.size === lights.length ? new Map(named) : new Map();
}

/** Buttons have numbers of their own, as they are printed on them. */
function endpointOf({ facts }: Resource, place: number): number {
  const control = numberOf(facts.control);
  const isNumber = control !== undefined && Number.isInteger(control) && control >= 1;
  return Math.min(ENDPOINT_MAX, isNumber ? control : place);
}

/**
 * The values of a node, each checked against its property.
 * @param service of this service alone
 */
export function valuesOf(
  { bindings }: HueNode,
  resources: Resources,
  asked: ReadonlyMap<string, AskedColor>,
  service?: string,
): Record<PropertyKey, PropertyValue> {
  const values: Record<PropertyKey, PropertyValue> = {};
  for (const [key, { id, row, spec }] of bindings) {
    if (service !== undefined && id !== service) continue;
    const facts = resources.get(id)?.facts;
    const value = facts === undefined ? undefined : row.read?.(facts, asked.get(id));
    if (value !== undefined && checkValue(spec, value) === null) values[key] = value;
  }
  return values;
}

/** The key of an event of a service, such as a press; undefined where it has none. */
export function eventKey(
  { bindings }: Pick<HueNode, 'bindings'>,
  service: string,
): PropertyKey | undefined {
  for (const [key, { id, row }] of bindings) if (id === service && row.isEvent) return key;
  return undefined;
}

/**
 * The request that carries a command.
 * @throws HubError `unsupported`, ValidationError for a value that the property cannot have
 */
export function putOf(node: HueNode, body: CommandBody, resources: Resources): Put {
  if (body.kind === 'invoke') {
    if (body.name !== 'identify' || node.description.commands.length === 0) {
      throw cannot(`This device cannot "${body.name}"`, `这个设备不能“${body.name}”`);
    }
    return { path: `device/${node.id}`, body: { identify: { action: 'identify' } }, lane: 'light' };
  }
  const { property, value, transitionMs } = body;
  const descriptor = node.description.properties.find(({ key }) => key === property);
  const binding = node.bindings.get(property);
  const isScene = property === SCENE && descriptor !== undefined;
  if (descriptor === undefined || (!isScene && binding?.row.write === undefined)) {
    throw cannot(
      `This device has no "${property}" that could be set`,
      `这个设备没有可设置的“${property}”`,
    );
  }
  const problem = checkValue(specOf(descriptor), value);
  if (problem !== null) {
    throw new ValidationError(problem.message, { hint: problem.hint, zh: problem.zh });
  }
  if (binding === undefined) return scenePut(node.scenes.get(String(value)) ?? '', transitionMs);
  const { id, type, row } = binding;
  const change = row.write?.(value, resources.get(id)?.facts ?? {}, transitionMs);
  return {
    path: `${type}/${id}`,
    body: change?.body ?? {},
    lane: type === 'grouped_light' ? 'group' : 'light',
    ...(change?.asked === undefined ? {} : { asked: { light: id, color: change.asked } }),
  };
}

function cannot(en: string, zh: string): HubError {
  return new HubError('unsupported', en, { zh: { message: zh, hint: null } });
}

function scenePut(path: string, transitionMs: number | undefined): Put {
  const isSmart = path.startsWith('smart_scene/');
  const duration = isSmart || transitionMs === undefined ? {} : { duration: transitionMs };
  const action = isSmart ? 'activate' : 'active';
  return { path, body: { recall: { action, ...duration } }, lane: 'group' };
}

/** Two bodies for the same resource as one. A colour and a colour temperature exclude each other. */
export function mergePuts(earlier: Json, later: Json): Json {
  const { color, color_temperature: temperature, ...rest } = earlier;
  const keepsColor = color !== undefined && later.color_temperature === undefined;
  const keepsTemperature = temperature !== undefined && later.color === undefined;
  return {
    ...rest,
    ...(keepsColor ? { color } : {}),
    ...(keepsTemperature ? { color_temperature: temperature } : {}),
    ...later,
  };
}

/** Services of a device that the hub has no property for. */
function unusedOf(services: readonly string[]): LeftOut[] {
  const types = new Set(services.map((name) => name.slice(0, name.indexOf('/'))));
  return [...types]
    .filter((type) => rowsOf(type).length === 0 && !LINKS.includes(type) && type !== 'bridge')
    .map((type) => ({
      what: type,
      why: Object.hasOwn(WHY, type) ? (WHY[type] ?? NO_PROPERTY) : NO_PROPERTY,
    }));
}

const NO_PROPERTY: Words = { en: 'the hub has no property for it', zh: '中枢没有对应的属性' };
const WHY: Readonly<Record<string, Words>> = {
  entertainment: {
    en: 'light that follows games and films is sent by their own apps',
    zh: '跟随游戏和影片的灯光由它们自己的应用发送',
  },
};

/** Why the bridge does not reach a node, in plain words; null while it does. */
export function linkReason({ links }: HueNode, resources: Resources): string | null {
  const states = links.map((id) => textOf(resources.get(id)?.facts.status) ?? 'connected');
  if (states.length === 0 || states.some((state) => REACHED.includes(state))) return null;
  return states.includes('pending_discovery')
    ? 'The Hue bridge is still looking for it. Switch it on near the bridge.'
    : 'The Hue bridge has no radio contact to it. Check that it has power, also at the wall switch, and is in reach of another Hue lamp.';
}

/** The second is of what talks to the bridge and cannot be talked to, as some switches. */
const REACHED: readonly string[] = ['connected', 'unidirectional_incoming'];
