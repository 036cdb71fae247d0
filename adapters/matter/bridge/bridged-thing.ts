// One device on the bridge: what the home says of it, and the endpoints that show it. What is shown follows from the
// values alone; only what differs from before is set, one change after another.
import type { LogLevel } from '../../../hub/model/adapter-port.ts';
import type { CommandBody } from '../../../hub/model/command.ts';
import { HubError } from '../../../hub/model/errors.ts';
import type { DeviceId } from '../../../hub/model/identifiers.ts';
import type { BridgedDevice, BridgedNews, OnBridge } from '../../../hub/model/matter-bridge.ts';
import type { PropertyKey, PropertyName, PropertyValue } from '../../../hub/model/properties.ts';
import type { Asked, BridgeNode, ClusterEvent } from './bridge-node.ts';
import type { Attributes, PartValues } from './cluster-look.ts';
import { attributesOf } from './clusters.ts';
import type { Information } from './endpoints.ts';
import type { EndpointIdentity } from './identity.ts';
import type { BridgeShape, ClusterName, Part } from './parts.ts';
import { type Ask, asksOf, asksOfWrite, UnsupportedRequest } from './requests.ts';

/** After a write the device has this long to say what it took over, before it is shown as it says it is. */
const SETTLE_MS = 4_000;
/** Presses that wait to be told; older ones are no news any more. */
const EVENTS_MAX = 16;

export interface BridgedThingOptions {
  readonly device: BridgedDevice;
  readonly shape: BridgeShape;
  readonly identity: EndpointIdentity;
  readonly node: BridgeNode;
  log(level: LogLevel, text: string): void;
}

type Shown = Partial<Record<ClusterName, Attributes>>;

export class BridgedThing {
  readonly #options: BridgedThingOptions;
  readonly #values = new Map<PropertyKey, PropertyValue>();
  /** By endpoint. */
  readonly #parts = new Map<number, Part[]>();
  readonly #shown = new Map<Part, Shown>();
  readonly #timers = new Set<NodeJS.Timeout>();
  #device: BridgedDevice;
  #isOnline = false;
  #informed = '';
  #colorMode: PartValues['colorMode'] = 'colorTemperature';
  #events: { readonly number: number; readonly events: readonly ClusterEvent[] }[] = [];
  #isShowing = false;
  #isDue = false;
  #isStopped = false;

  constructor(options: BridgedThingOptions) {
    this.#options = options;
    const { device, shape, identity } = options;
    this.#device = device;
    const isWhole = shape.parts.length === 1;
    for (const part of shape.parts) {
      const number = isWhole ? identity.number : (identity.parts[part.key] ?? identity.number);
      this.#parts.set(number, [...(this.#parts.get(number) ?? []), part]);
    }
    if (shape.battery !== null) {
      const { number } = identity;
      this.#parts.set(number, [...(this.#parts.get(number) ?? []), shape.battery]);
    }
  }

  get id(): DeviceId {
    return this.#device.id;
  }

  get device(): BridgedDevice {
    return this.#device;
  }

  get number(): number {
    return this.#options.identity.number;
  }

  get endpoints(): readonly number[] {
    return [...new Set([this.number, ...this.#parts.keys()])];
  }

  get onBridge(): OnBridge {
    const { shape } = this.#options;
    return {
      device: this.id,
      endpoint: this.number,
      types: shape.parts.flatMap(({ types }) => types),
      leftOut: shape.leftOut,
    };
  }

  /** Whether the same endpoints show it. A new name or firmware changes none of them. */
  isMadeOf({ kind, properties, commands, power }: BridgedDevice): boolean {
    const made = ({ ...of }: object) => JSON.stringify(of);
    const { kind: k, properties: p, commands: c, power: w } = this.#device;
    return (
      made({ kind, properties, commands, power }) ===
      made({ kind: k, properties: p, commands: c, power: w })
    );
  }

  rename(device: BridgedDevice): void {
    this.#device = device;
    this.#show();
  }

  /** Takes news without showing them yet. */
  learn({ isOnline, values = {} }: BridgedNews): void {
    if (isOnline !== undefined) this.#isOnline = isOnline;
    for (const [key, value] of Object.entries(values)) {
      this.#values.set(key as PropertyKey, value);
    }
    const names = new Set(Object.keys(values).map((key) => key.split('@')[0]));
    if (names.has('color') !== names.has('colorTemperature')) {
      this.#colorMode = names.has('color') ? 'color' : 'colorTemperature';
    }
  }

  take(news: BridgedNews): void {
    this.learn(news);
    for (const [key, value] of news.events ?? []) this.#press(key, value);
    this.#show();
  }

  async putOn(): Promise<void> {
    const { node, shape, identity } = this.#options;
    this.#informed = JSON.stringify(this.#information());
    await node.add({
      id: this.id,
      number: identity.number,
      uniqueId: identity.uniqueId,
      information: this.#information(),
      parts: shape.parts.map((part) => ({ part, number: this.#numberOf(part) })),
      battery: shape.battery,
      attributes: (part) => {
        const attributes = attributesOf(part, this.#partValues(part));
        this.#shown.set(part, attributes);
        return attributes;
      },
    });
  }

  /** Shows all of it again, as after the node was set back. */
  showAgain(): void {
    this.#shown.clear();
    this.#informed = '';
    this.#show();
  }

  stop(): void {
    this.#isStopped = true;
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }

  /** What is to be asked of the device. @throws HubError for what it does not have */
  bodiesOf({ endpoint, cluster, what }: Asked): CommandBody[] {
    if (cluster === 'Identify') {
      const isKnown = this.#device.commands.includes('identify');
      return isKnown ? [{ kind: 'invoke', name: 'identify', args: {} }] : [];
    }
    const part = this.#parts.get(endpoint)?.find(({ clusters }) => clusters.includes(cluster));
    if (part === undefined) throw new HubError('unsupported', 'The endpoint has no such cluster');
    const at = { part, values: this.#partValues(part) };
    try {
      const asks =
        what.kind === 'write'
          ? asksOfWrite(cluster, what.name, what.value, at)
          : asksOf(cluster, what.name, what.fields, at);
      return asks.flatMap((ask) => this.#bodyOf(part, ask));
    } catch (error) {
      if (!(error instanceof UnsupportedRequest)) throw error;
      throw new HubError('unsupported', `${this.#device.name} cannot do "${what.name}"`);
    }
  }

  /** A controller's wish was taken: what it wrote stands for the moment, and where a cover goes is known. */
  asked({ endpoint, cluster, what }: Asked): void {
    if (cluster === 'WindowCovering' && what.kind === 'command') {
      const { liftPercent100thsValue: to } = what.fields;
      if (typeof to === 'number') {
        void this.#options.node
          .set(endpoint, { WindowCovering: { targetPositionLiftPercent100ths: to } })
          .catch((error: unknown) => this.#failed(error));
      }
    }
    if (what.kind !== 'write') return;
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      for (const part of this.#parts.get(endpoint) ?? []) this.#shown.delete(part);
      this.#show();
    }, SETTLE_MS);
    this.#timers.add(timer);
  }

  #bodyOf(part: Part, ask: Ask): CommandBody[] {
    if (ask.kind === 'invoke') {
      // Nothing moves that could be stopped where the device does not know the word.
      const isKnown = this.#device.commands.includes(ask.name);
      return isKnown ? [{ kind: 'invoke', name: ask.name, args: {} }] : [];
    }
    const property = part.properties.get(ask.name)?.key;
    if (property === undefined) throw new UnsupportedRequest();
    const { value, transitionMs } = ask;
    const transition = transitionMs === undefined ? {} : { transitionMs };
    return [{ kind: 'set', property, value, ...transition }];
  }

  #numberOf(part: Part): number {
    for (const [number, parts] of this.#parts) if (parts.includes(part)) return number;
    return this.number;
  }

  #partValues({ properties }: Part): PartValues {
    return {
      colorMode: this.#colorMode,
      value: (name: PropertyName) => {
        const key = properties.get(name)?.key;
        return (key === undefined ? undefined : this.#values.get(key)) ?? null;
      },
    };
  }

  #information(): Information {
    const { name, manufacturer, model, firmware } = this.#device;
    return { name, manufacturer, model, firmware, isReachable: this.#isOnline };
  }

  #press(key: PropertyKey, value: PropertyValue): void {
    for (const [number, parts] of this.#parts) {
      for (const part of parts) {
        if (part.word === undefined || part.properties.get('button')?.key !== key) continue;
        const press = part.word === null ? String(value) : value === part.word ? 'single' : '';
        const events = PRESS_EVENTS[press];
        if (events !== undefined) this.#events.push({ number, events });
      }
    }
    this.#events = this.#events.slice(-EVENTS_MAX);
  }

  /** Shows what has changed; what changes meanwhile is shown afterwards, in one go. */
  #show(): void {
    this.#isDue = true;
    if (this.#isShowing || this.#isStopped) return;
    this.#isShowing = true;
    void this.#showDue().finally(() => {
      this.#isShowing = false;
    });
  }

  async #showDue(): Promise<void> {
    while (this.#isDue && !this.#isStopped) {
      this.#isDue = false;
      try {
        await this.#showOnce();
      } catch (error) {
        this.#failed(error);
      }
    }
  }

  async #showOnce(): Promise<void> {
    const { node } = this.#options;
    const information = this.#information();
    const informed = JSON.stringify(information);
    if (informed !== this.#informed) {
      this.#informed = informed;
      await node.inform(this.number, information);
    }
    for (const [number, parts] of this.#parts) {
      const changed = Object.assign({}, ...parts.map((part) => this.#changeOf(part))) as Shown;
      if (Object.keys(changed).length > 0) await node.set(number, changed);
    }
    for (const { number, events } of this.#events.splice(0)) {
      await node.emit(number, 'Switch', events);
    }
  }

  /** The attributes that are not as they were shown last; they count as shown. */
  #changeOf(part: Part): Shown {
    const before = this.#shown.get(part) ?? {};
    const now = attributesOf(part, this.#partValues(part));
    this.#shown.set(part, now);
    const changed: Shown = {};
    for (const cluster of part.clusters) {
      const entries = Object.entries(now[cluster] ?? {}).filter(
        ([name, value]) => JSON.stringify(value) !== JSON.stringify(before[cluster]?.[name]),
      );
      if (entries.length > 0) changed[cluster] = Object.fromEntries(entries);
    }
    return changed;
  }

  #failed(error: unknown): void {
    if (this.#isStopped) return;
    const text = error instanceof Error ? error.message : String(error);
    this.#options.log('warn', `${this.#device.name} could not be shown on the bridge: ${text}`);
  }
}

const pressed = (count: number): readonly ClusterEvent[] => [
  ['initialPress', { newPosition: 1 }],
  ['shortRelease', { previousPosition: 1 }],
  ['multiPressComplete', { previousPosition: 1, totalNumberOfPressesCounted: count }],
];

/** A press of our table as a Matter switch tells it. Spec: Matter 1.4 Application Clusters § 1.13.7. */
const PRESS_EVENTS: Readonly<Record<string, readonly ClusterEvent[]>> = {
  single: pressed(1),
  double: pressed(2),
  triple: pressed(3),
  quadruple: pressed(4),
  long: [
    ['initialPress', { newPosition: 1 }],
    ['longPress', { newPosition: 1 }],
  ],
  release: [['longRelease', { previousPosition: 1 }]],
};
