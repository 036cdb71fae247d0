// What a Hue bridge last said of its resources, and the nodes that follow from it: tells the hub of each change, of
// nodes that came, changed or left, and of who is in reach.
import type { ReportReason } from '../../../hub/model/adapter-port.ts';
import type { NodeDescription } from '../../../hub/model/device.ts';
import type { NodeAddress } from '../../../hub/model/identifiers.ts';
import type { Places } from '../../contract/places.ts';
import type { LanTools } from '../family.ts';
import type { Json } from '../known-devices.ts';
import type { HueMessage } from './event-stream.ts';
import type { KnownBridge } from './known-bridge.ts';
import {
  addressOf,
  type BridgeIdentity,
  buildNodes,
  eventKey,
  type HueNode,
  linkReason,
  valuesOf,
} from './nodes.ts';
import { pressOf, type Resource, readResource, turnOf } from './resources.ts';
import { type AskedColor, meaningsOf } from './rows.ts';

const RESOURCES_MAX = 10_000;
const REMOVED_MAX = 2_000;
/** Working all nodes out is worth some milliseconds; a bridge that changes all the time gets it no more often. */
const REBUILD_SPACING_MS = 250;
/** A listing can lack something by a fault of the bridge; what two of them lack is gone. */
const LISTINGS_WITHOUT = 2;
const NOT_LISTED =
  'The Hue bridge does not list it. Look in the Hue app whether it is still there.';

export class HueState {
  readonly removed: Set<string>;
  readonly #tools: LanTools;
  readonly #bridgeId: string;
  readonly #identity: BridgeIdentity;
  #places: Readonly<Record<NodeAddress, Places>>;
  readonly #resources = new Map<string, Resource>();
  #nodes: readonly HueNode[] = [];
  /** Nodes by the services that they have. */
  #byService: ReadonlyMap<string, HueNode> = new Map();
  #descriptions: readonly NodeDescription[];
  /** Whether the hub hears of changes already. */
  #isTelling = false;
  #isConnected = false;
  #reason: string | null = null;
  readonly #told = new Map<NodeAddress, string | null>();
  readonly #asked = new Map<string, AskedColor>();
  readonly #lastPresses = new Map<string, string>();
  /** Nodes that the last listings did not have, though nobody said that they were removed, and in how many. */
  readonly #missing = new Map<NodeAddress, number>();
  #lastRebuildMs = -Infinity;
  #rebuildTimer: NodeJS.Timeout | undefined;

  constructor({ id, descriptions, places, removed }: KnownBridge, tools: LanTools) {
    this.#bridgeId = id;
    this.#places = places;
    const { context } = tools;
    this.#identity = {
      ...{ adapter: context.id, bridgeId: id },
      placesOf: (node) => (Object.hasOwn(this.#places, node) ? (this.#places[node] ?? {}) : {}),
    };
    this.#descriptions = descriptions;
    this.removed = new Set(removed);
    this.#tools = tools;
  }

  get resources(): ReadonlyMap<string, Resource> {
    return this.#resources;
  }

  /** Which endpoint each property of a node has. */
  get places(): Readonly<Record<NodeAddress, Places>> {
    return this.#places;
  }

  get descriptions(): readonly NodeDescription[] {
    return this.#descriptions;
  }

  /** As the bridge told of it in this life of the hub. */
  node(address: NodeAddress): HueNode | undefined {
    return this.#nodes.find(({ node }) => node === address);
  }

  /** From now on the hub is told of changes. */
  begin(): void {
    this.#isTelling = true;
  }

  stop(): void {
    clearTimeout(this.#rebuildTimer);
  }

  /** A light was told to show a colour. */
  asked(light: string, color: AskedColor): void {
    if (this.#resources.has(light)) this.#asked.set(light, color);
  }

  /**
   * Takes all that the bridge has in place of what was known.
   * @returns false where something was there before that is not in it: it is gone once the next listing lacks it too
   */
  replace(list: readonly unknown[]): boolean {
    this.#resources.clear();
    for (const own of list.slice(0, RESOURCES_MAX)) {
      const resource = readResource(own);
      if (resource !== null) this.#resources.set(resource.id, resource);
    }
    const listed = new Set(buildNodes(this.#resources, this.#identity).map(({ node }) => node));
    for (const { node } of this.#descriptions) {
      if (listed.has(node)) this.#missing.delete(node);
      else this.#missing.set(node, (this.#missing.get(node) ?? 0) + 1);
    }
    this.#rebuild();
    this.#tellAll();
    return this.#missing.size === 0;
  }

  /**
   * Takes a message of the stream.
   * @param mayAct whether a press in it is of now
   * @returns false where it speaks of something that is not known
   */
  apply(kind: HueMessage['kind'], parts: readonly Json[], mayAct: boolean): boolean {
    let isKnown = true;
    let isOther = false;
    for (const part of parts) {
      const { id } = part;
      const before = typeof id === 'string' ? this.#resources.get(id) : undefined;
      if (kind === 'delete') {
        if (before === undefined) continue;
        this.#resources.delete(before.id);
        this.removed.delete(before.id);
        const node = this.node(addressOf(this.#identity, before.id));
        if (node !== undefined) this.#missing.set(node.node, LISTINGS_WITHOUT);
        isOther = true;
      } else if (kind === 'add' || (kind === 'update' && before !== undefined)) {
        const after = readResource(part, before);
        const hasRoom = before !== undefined || this.#resources.size < RESOURCES_MAX;
        if (after === null || !hasRoom) continue;
        this.#resources.set(after.id, after);
        if (shapeOf(before) !== shapeOf(after)) isOther = true;
        this.#changed(part, before, after, mayAct);
      } else if (kind === 'update' && readResource(part) !== null) isKnown = false;
    }
    if (isOther) this.#rebuildSoon();
    return isKnown;
  }

  /** The stream stands and all has been read. */
  connected(): void {
    this.#isConnected = true;
    this.#reason = null;
    this.#tellReach();
    for (const { node } of this.#nodes) this.report(node, 'reconnect');
  }

  /** @param reason in plain words, with what to do */
  disconnected(reason: string): void {
    if (this.#isConnected || this.#reason === null) {
      this.#tools.context.log('warn', `Hue bridge ${this.#bridgeId} is offline: ${reason}`);
    }
    this.#isConnected = false;
    this.#reason = reason;
    for (const { node } of this.#descriptions) this.#tell(node, reason);
  }

  /** Tells what is known of a node. */
  report(address: NodeAddress, reason: ReportReason): void {
    const node = this.node(address);
    if (node === undefined || !this.#isTelling) return;
    const values = valuesOf(node, this.#resources, this.#asked);
    if (Object.keys(values).length > 0) this.#tools.context.report(address, values, reason);
  }

  /** The household has taken a node out of the home. */
  remove(address: NodeAddress): void {
    const prefix = `${this.#bridgeId}-`;
    if (this.removed.size < REMOVED_MAX) this.removed.add(address.slice(prefix.length));
    this.#descriptions = this.#descriptions.filter(({ node }) => node !== address);
    this.#missing.delete(address);
    this.#nodes = this.#nodes.filter(({ node }) => node !== address);
    this.#index();
    this.#told.delete(address);
  }

  #changed(part: Json, before: Resource | undefined, after: Resource, mayAct: boolean): void {
    const node = this.#byService.get(after.id);
    if (node === undefined) return;
    if (after.type.endsWith('_connectivity')) {
      if (this.#isConnected) this.#tell(node.node, linkReason(node, this.#resources));
      return;
    }
    const values = valuesOf(node, this.#resources, this.#asked, after.id);
    if (Object.keys(values).length > 0 && this.#isTelling) {
      this.#tools.context.report(node.node, values, 'report');
    }
    // The same report can be told twice; of one that is not dated each is a new one.
    const isNew =
      after.facts.updated === undefined || after.facts.updated !== before?.facts.updated;
    if (isNew) this.#happened(node, part, after, mayAct);
  }

  #happened({ node, ...own }: HueNode, part: Json, after: Resource, mayAct: boolean): void {
    const key = eventKey(own, after.id);
    const known = key === undefined ? [] : own.bindings.get(key)?.descriptor.values;
    if (key === undefined) return;
    const { context } = this.#tools;
    const turn = after.type === 'relative_rotary' ? turnOf(part) : null;
    if (turn !== null && mayAct) context.event(node, key, turn);
    const press = pressOf(part);
    if (press === null) return;
    const before = this.#lastPresses.get(after.id);
    this.#lastPresses.set(after.id, press);
    if (!mayAct) return;
    for (const meaning of meaningsOf(press, before, after.facts)) {
      if (known?.includes(meaning)) context.event(node, key, meaning);
    }
  }

  #rebuildSoon(): void {
    clearTimeout(this.#rebuildTimer);
    const waitMs = this.#lastRebuildMs + REBUILD_SPACING_MS - performance.now();
    const rebuild = (): void => {
      this.#rebuild();
      this.#tellAll();
    };
    if (waitMs <= 0) rebuild();
    else this.#rebuildTimer = setTimeout(rebuild, waitMs);
  }

  #tellAll(): void {
    if (!this.#isConnected) return;
    for (const { node } of this.#nodes) this.report(node, 'report');
    this.#tellReach();
  }

  /** Works the nodes out anew, and tells which came, changed or left. */
  #rebuild(): void {
    clearTimeout(this.#rebuildTimer);
    this.#lastRebuildMs = performance.now();
    const { context } = this.#tools;
    const before = new Map(this.#descriptions.map((each) => [each.node, JSON.stringify(each)]));
    const nodes = buildNodes(this.#resources, this.#identity);
    this.#nodes = nodes.filter(({ id }) => !this.removed.has(id));
    const present = new Set(this.#nodes.map(({ node }) => node));
    const kept = this.#descriptions.filter(({ node }) => !present.has(node) && !this.#isGone(node));
    this.#descriptions = [...this.#nodes.map(({ description }) => description), ...kept];
    const places = this.#nodes.map((each) => [each.node, each.places] as const);
    const others = kept.map(({ node }) => [node, this.#identity.placesOf(node)] as const);
    this.#places = Object.fromEntries([...places, ...others]);
    this.#index();
    this.#forget();
    let hasChanged = this.#descriptions.length !== before.size;
    for (const description of this.#descriptions) {
      if (before.get(description.node) === JSON.stringify(description)) continue;
      hasChanged = true;
      if (this.#isTelling) context.described(description);
    }
    for (const node of before.keys()) {
      if (this.#descriptions.some((each) => each.node === node)) continue;
      this.#told.delete(node);
      this.#missing.delete(node);
      if (this.#isTelling) context.left(node);
    }
    if (hasChanged && this.#isTelling) this.#tools.changed();
  }

  #isGone(node: NodeAddress): boolean {
    return (this.#missing.get(node) ?? 0) >= LISTINGS_WITHOUT;
  }

  #index(): void {
    const index = new Map<string, HueNode>();
    for (const node of this.#nodes) {
      for (const { id } of node.bindings.values()) index.set(id, node);
      for (const id of node.links) index.set(id, node);
    }
    this.#byService = index;
  }

  #forget(): void {
    for (const known of [this.#asked, this.#lastPresses]) {
      for (const id of known.keys()) if (!this.#resources.has(id)) known.delete(id);
    }
  }

  #tellReach(): void {
    if (!this.#isConnected) return;
    for (const { node } of this.#descriptions) {
      const found = this.node(node);
      this.#tell(node, found === undefined ? NOT_LISTED : linkReason(found, this.#resources));
    }
  }

  #tell(node: NodeAddress, reason: string | null): void {
    if (!this.#isTelling || (this.#told.has(node) && this.#told.get(node) === reason)) return;
    this.#told.set(node, reason);
    this.#tools.context.availability(node, reason === null, reason);
  }
}

/** What decides which properties a resource brings: which facts it has, and all of those that are no values. */
function shapeOf(resource: Resource | undefined): string {
  if (resource === undefined) return '';
  const { type, facts } = resource;
  if (!VALUED.has(type)) return JSON.stringify([type, facts]);
  // When a button was last pressed is no matter of what it is.
  const names = Object.keys(facts)
    .filter((name) => name !== 'updated')
    .sort();
  return names.map((name) => (isLasting(name, facts[name]) ? facts[name] : name)).join(' ');
}

const LASTING: ReadonlySet<string> = new Set([
  ...['name', 'archetype', 'brightnessMin', 'mirekMin', 'mirekMax', 'sensitivityMax', 'control'],
]);

function isLasting(name: string, fact: Resource['facts'][string] | undefined): boolean {
  return LASTING.has(name) || Array.isArray(fact);
}

/** Kinds of which most events are about values alone. */
const VALUED: ReadonlySet<string> = new Set([
  ...['light', 'grouped_light', 'motion', 'camera_motion', 'temperature', 'light_level', 'speaker'],
  ...['convenience_area_motion', 'security_area_motion'],
  ...[
    'device_software_update',
    'contact',
    'tamper',
    'device_power',
    'button',
    'bell_button',
    'relative_rotary',
  ],
  ...['zigbee_connectivity', 'zgp_connectivity', 'wifi_connectivity'],
]);
