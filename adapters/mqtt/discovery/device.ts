// One accepted device that was found by its announcements: what its topics tell, its commands on their way, and
// whether it is there.
import type { Problem, ProblemWords } from '../../../hub/model/errors.ts';
import { type NodeAddress, nodeAddress } from '../../../hub/model/identifiers.ts';
import { offlineReason } from '../../../hub/model/offline-reason.ts';
import {
  type PropertyDescriptor,
  type PropertyKey,
  type PropertyValue,
  specOf,
} from '../../../hub/model/properties.ts';
import { checkValue, valuesEqual } from '../../../hub/model/property-value.ts';
import type { AdapterCommand, AdapterContext } from '../../contract/adapter.ts';
import { notShownOf } from '../../contract/not-shown.ts';
import { type Places, readPlaces } from '../../contract/places.ts';
import { placedProperty } from '../../contract/property-draft.ts';
import type { Bus } from '../bus.ts';
import { CommandsUnderWay } from '../under-way.ts';
import type { DeviceInfo, Entity } from './announcement.ts';
import { AvailabilityState } from './availability.ts';
import { type Binding, type Conversion, convert, describe, messagesOf } from './convert.ts';
import { Message } from './entity-config.ts';
import { LastingValues, spanText } from './lasting-values.ts';

/** A device that was not heard within this time after the start, or after the broker came back, counts as gone. */
const HEARD_WITHIN_MS = 20_000;
const PAYLOAD_BYTES_MAX = 64 * 1024;
/** What is so already is mostly not told again: after this long without other news it counts as done. */
const SETTLED_AFTER_MS = 500;

/** What is kept of a device; plain data. */
export interface KeptDevice {
  readonly info: DeviceInfo;
  /** The account that announced it; null at a broker that is not ours. */
  readonly account: string | null;
  readonly entities: readonly Entity[];
  readonly places: Places;
}

export function discoveredNode(address: string): NodeAddress {
  return nodeAddress(`ha/${address}`);
}

export class DiscoveredDevice {
  readonly node: NodeAddress;
  readonly account: string | null;
  readonly #context: AdapterContext;
  readonly #bus: Bus;
  #info: DeviceInfo;
  #entities: readonly Entity[];
  #conversion: Conversion;
  #availability: AvailabilityState;
  readonly #lasting: LastingValues;
  readonly #staleChanged: () => void;
  #byTopic = new Map<string, Binding[]>();
  #topics: readonly string[] = [];
  readonly #values = new Map<PropertyKey, PropertyValue>();
  /** What was told since the broker was (re)connected. */
  readonly #heard = new Set<PropertyKey>();
  readonly #underWay: CommandsUnderWay<null>;
  #firmware: string | null = null;
  #isOnline: boolean | null = null;
  #reason = '';
  #isAway = false;
  #timer: NodeJS.Timeout | undefined;

  /** @param staleChanged something that it told has expired while the rest of it goes on, or is told again */
  constructor(context: AdapterContext, bus: Bus, kept: KeptDevice, staleChanged: () => void) {
    this.#context = context;
    this.#staleChanged = staleChanged;
    this.#lasting = new LastingValues({
      expired: () => {
        this.#tellAvailability();
        this.#staleChanged();
      },
      off: (key) => this.#report({ [key]: false }, false),
    });
    this.#bus = bus;
    this.#underWay = new CommandsUnderWay(context, () => this.#name);
    this.#info = kept.info;
    this.#entities = kept.entities;
    this.account = kept.account;
    this.node = discoveredNode(kept.info.address);
    this.#conversion = convert(kept.entities, readPlaces(kept.places));
    this.#availability = new AvailabilityState(this.#conversion.availability);
    this.#index();
  }

  get kept(): KeptDevice {
    const { places } = this.#conversion;
    return { info: this.#info, account: this.account, entities: this.#entities, places };
  }

  get conversion(): Conversion {
    return this.#conversion;
  }

  get isOnline(): boolean {
    return this.#isOnline === true;
  }

  get name(): string {
    return this.#name;
  }

  /** What holds no longer though the device is there. */
  get stale(): readonly PropertyDescriptor[] {
    if (!this.isOnline) return [];
    const { bindings } = this.#conversion;
    return this.#lasting.expired.flatMap((key) => bindings.get(key)?.descriptor ?? []);
  }

  start(): void {
    for (const topic of this.#topics) this.#bus.subscribe(topic, this.#received);
    if (this.#bus.isConnected) this.connected();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#lasting.stop();
    for (const topic of this.#topics) this.#bus.unsubscribe(topic);
    this.#underWay.failAll({ code: 'cancelled', message: 'The MQTT adapter stops', hint: null });
  }

  connected(): void {
    this.#heard.clear();
    this.#tellAvailability();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      if (this.#isThere() === null) this.#offline('Not heard from yet');
    }, HEARD_WITHIN_MS);
  }

  lost({ message, hint }: Problem): void {
    this.#offline(hint === null ? message : `${message}. ${hint}`);
  }

  /** Takes what is announced now. Gives whether that is anything new. */
  announced(info: DeviceInfo, entities: readonly Entity[]): boolean {
    const wasAway = this.#isAway;
    this.#isAway = false;
    const isSame =
      JSON.stringify([info, entities]) === JSON.stringify([this.#info, this.#entities]);
    if (isSame) {
      if (wasAway && this.#bus.isConnected) this.connected();
      return false;
    }
    const before = this.#topics;
    this.#info = info;
    this.#entities = entities;
    this.#conversion = convert(entities, this.#conversion.places);
    this.#availability = new AvailabilityState(this.#conversion.availability);
    this.#index();
    for (const topic of before) this.#bus.unsubscribe(topic);
    for (const topic of this.#topics) this.#bus.subscribe(topic, this.#received);
    if (this.#bus.isConnected) this.connected();
    return true;
  }

  /** Nothing announces it any more. What it was stays known, since scenes and history are about it. */
  takenAway(): void {
    this.#isAway = true;
    this.#offline('Its bridge has taken it away');
  }

  describe(): void {
    this.#context.described(this.description());
  }

  description() {
    const { leftOut } = this.#conversion;
    return {
      ...describe(this.#context.id, this.node, this.#info, this.#conversion, this.#firmware),
      ...notShownOf(leftOut),
    };
  }

  /** @throws HubError for what cannot be sent at all */
  send(command: AdapterCommand): void {
    const { body } = command;
    const messages = messagesOf(this.#conversion, body, (key) => this.#values.get(key) ?? null);
    if (this.#isOnline === false) {
      this.#context.outcome(command.id, 'failed', {
        code: 'unreachable',
        message: `${this.#name} is offline: ${this.#reason}`,
        hint: null,
        zh: this.#offlineInChinese(),
      });
      return;
    }
    const key = body.kind === 'set' ? body.property : null;
    const lane = key ?? `command ${body.kind === 'invoke' ? body.name : ''}`;
    if (!this.#underWay.admits(lane, command)) return;
    for (const { topic, payload, retain } of messages) this.#bus.publish(topic, payload, retain);
    this.#context.outcome(command.id, 'sent', null);
    const binding = key === null ? undefined : this.#conversion.bindings.get(key);
    if (binding === undefined || binding.told.length === 0 || body.kind !== 'set') {
      this.#context.outcome(command.id, 'acknowledged', null);
      return;
    }
    const now = this.#values.get(binding.descriptor.key);
    const isSo = now !== undefined && valuesEqual(specOf(binding.descriptor), now, body.value);
    const late = isSo
      ? {
          afterMs: Math.min(SETTLED_AFTER_MS, command.timeoutMs),
          act: () => void this.#underWay.end(lane, 'acknowledged', null),
        }
      : { afterMs: command.timeoutMs, act: () => this.#expire(lane) };
    this.#underWay.add(lane, { command, note: null }, late);
  }

  get #name(): string {
    return this.#context.nameOf(this.node) ?? this.#info.name;
  }

  #index(): void {
    const byTopic = new Map<string, Binding[]>();
    const add = (topic: string, binding: Binding | null): void => {
      const list = byTopic.get(topic) ?? [];
      byTopic.set(topic, list);
      if (binding !== null && !list.includes(binding)) list.push(binding);
    };
    for (const binding of this.#conversion.bindings.values()) {
      for (const { topic } of binding.told) add(topic, binding);
    }
    for (const topic of this.#availability.topics) add(topic, null);
    if (this.#conversion.firmware !== null) add(this.#conversion.firmware.topic, null);
    this.#byTopic = byTopic;
    this.#topics = [...byTopic.keys()];
    this.#lasting.follow(this.#conversion.bindings);
  }

  readonly #received = (topic: string, payload: Buffer, isRetained: boolean): void => {
    if (payload.length > PAYLOAD_BYTES_MAX) return;
    const message = new Message(payload);
    const values: Record<PropertyKey, PropertyValue> = {};
    for (const { descriptor, told } of this.#byTopic.get(topic) ?? []) {
      for (const telling of told) {
        if (telling.topic !== topic) continue;
        const value = telling.read(message);
        if (value === undefined) continue;
        if (descriptor.access === 'event') {
          // What was said before anybody listened did not happen now.
          if (!isRetained) this.#context.event(this.node, descriptor.key, value);
          continue;
        }
        if (checkValue(placedProperty(descriptor).told, value) === null)
          values[descriptor.key] = value;
      }
    }
    this.#availability.heard(topic, message);
    const before = this.#lasting.expired.length;
    for (const [key, value] of Object.entries(values))
      this.#lasting.told(key as PropertyKey, value);
    this.#tellAvailability();
    this.#report(values, isRetained);
    if (this.#lasting.expired.length !== before) this.#staleChanged();
    const firmware = this.#conversion.firmware;
    if (firmware?.topic === topic) this.#tellFirmware(firmware.read(message)?.text ?? null);
  };

  #report(values: Readonly<Record<PropertyKey, PropertyValue>>, isRetained: boolean): void {
    const keys = Object.keys(values) as PropertyKey[];
    if (keys.length === 0) return;
    const isFirst = keys.every((key) => !this.#heard.has(key));
    this.#context.report(this.node, values, isRetained && isFirst ? 'reconnect' : 'report');
    for (const key of keys) {
      const value = values[key];
      if (value !== undefined) this.#values.set(key, value);
      this.#heard.add(key);
      this.#underWay.end(key, 'acknowledged', null);
    }
  }

  #tellFirmware(version: string | null): void {
    if (version === null || version === this.#firmware) return;
    this.#firmware = version;
    this.describe();
  }

  /** By what it says, and by whether anything of what it told holds; null while that is not known yet. */
  #isThere(): boolean | null {
    const said = this.#availability.isOnline;
    if (said !== true || this.#lasting.state === 'held') return said;
    return this.#lasting.state === 'unheard' ? null : this.#lasting.state === 'none';
  }

  #tellAvailability(): void {
    const now = this.#isThere();
    if (now === null || !this.#bus.isConnected || this.#isAway) return;
    if (this.#availability.isOnline === false) this.#offline('It says that it is not there');
    else if (!now) {
      const span = spanText(this.#lasting.longestMs);
      this.#offline(`It has told nothing for ${span}, and its values hold no longer`);
    } else if (this.#isOnline !== true) {
      this.#isOnline = true;
      this.#context.availability(this.node, true, null);
    }
  }

  #offline(reason: string): void {
    if (this.#isOnline === false && this.#reason === reason) return;
    this.#isOnline = false;
    this.#reason = reason;
    this.#context.availability(this.node, false, reason);
    // What is out of reach altogether is not named value by value as well.
    if (this.#lasting.expired.length > 0) this.#staleChanged();
    this.#underWay.failAll({
      code: 'unreachable',
      message: `${this.#name} is offline: ${reason}`,
      hint: null,
      zh: this.#offlineInChinese(),
    });
  }

  #offlineInChinese(): ProblemWords {
    return { message: `${this.#name} 离线：${offlineReason(this.#reason, 'zh')}`, hint: null };
  }

  #expire(lane: string): void {
    this.#underWay.end(lane, 'timedOut', {
      code: 'timed-out',
      message: `${this.#name} did not answer`,
      hint: `Look at its bridge${this.#info.bridge === null ? '' : `, ${this.#info.bridge}`}.`,
      zh: { message: `${this.#name} 没有应答`, hint: '请检查它所属的网桥。' },
    });
  }
}
