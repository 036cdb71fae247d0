// The home's devices told to others over MQTT: announced as for Home Assistant, their state, availability and
// happenings on topics of their own, and what others ask of them brought to the hub. Off until the household
// switches it on.
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import type { CommandBody } from '../../../hub/model/command.ts';
import { type Problem, toProblem, ValidationError } from '../../../hub/model/errors.ts';
import type { DeviceId } from '../../../hub/model/identifiers.ts';
import type { BridgedDevice, BridgedNews } from '../../../hub/model/matter-bridge.ts';
import {
  type HomeRight,
  type MqttSharing,
  NO_SHARING,
  type ToShare,
} from '../../../hub/model/mqtt.ts';
import {
  type PropertyDescriptor,
  type PropertyKey,
  type PropertyValue,
  specOf,
} from '../../../hub/model/properties.ts';
import { checkValue } from '../../../hub/model/property-value.ts';
import type { AdapterContext } from '../../contract/adapter.ts';
import { readPrivateJson, writePrivateJson } from '../../contract/private-file.ts';
import type { Bus } from '../bus.ts';
import { announcementOf, baseOf, STATUS_TOPIC } from './announce.ts';

const FILE = 'share.json';
const PAYLOAD_BYTES_MAX = 4 * 1024;
/** Commands that wait for their answer, of all accounts together. */
const ASKED_MAX = 200;

interface Kept {
  /** Names this hub among others at one broker. */
  readonly hub: string;
  readonly isOn: boolean;
  /** Devices of which something is kept at the broker. */
  readonly devices: readonly string[];
}

interface Shared {
  readonly device: BridgedDevice;
  readonly values: Record<PropertyKey, PropertyValue>;
  isOnline: boolean;
}

/** Who asks; at a broker that is not the hub's own nobody is known. */
export interface Asker {
  readonly name: string;
  readonly home: HomeRight;
}

export class Share {
  readonly #context: AdapterContext;
  readonly #bus: Bus;
  #kept: Kept;
  #sharing: MqttSharing = NO_SHARING;
  readonly #devices = new Map<DeviceId, Shared>();
  readonly #asked = new Map<number, DeviceId>();
  #lastRequest = 0;
  #isTold = false;

  constructor(context: AdapterContext, bus: Bus) {
    this.#context = context;
    this.#bus = bus;
    this.#kept = read(path.join(context.dataFolder, FILE));
  }

  /** Whether it was on when the hub ran last: its end is then told by the broker. */
  get wasOn(): boolean {
    return this.#kept.isOn;
  }

  get foreignRight(): HomeRight {
    return this.#sharing.foreign;
  }

  isOwn(objectId: string): boolean {
    return objectId.startsWith(`ingle_${this.#kept.hub}_`);
  }

  connected(): void {
    if (!this.#isTold) return;
    if (this.#sharing.isOn) this.#say(STATUS_TOPIC, 'online');
    for (const id of this.#kept.devices) {
      if (!this.#devices.has(id as DeviceId)) this.#takeBack(id);
    }
    for (const shared of this.#devices.values()) this.#sayAll(shared);
  }

  stop(): void {
    if (this.#sharing.isOn && this.#bus.isConnected) this.#say(STATUS_TOPIC, 'offline');
  }

  /** What main tells of the home. */
  take(update: ToShare): void {
    switch (update.kind) {
      case 'home':
        this.#home(update);
        return;
      case 'news':
        for (const news of update.news) this.#news(news);
        return;
      case 'done':
        this.#done(update.request, update.problem);
        return;
      default:
        update satisfies never;
    }
  }

  /** A message on a topic below `ingle/home/`. What was said before anybody listened is no order. */
  heard(asker: Asker, topic: string, payload: Buffer, isRetained: boolean): void {
    const [, , id = '', verb, key, ...more] = topic.split('/');
    const shared = this.#devices.get(id as DeviceId);
    const isOrder = verb === 'set' || verb === 'command';
    if (shared === undefined || !isOrder || more.length > 0 || isRetained || payload.length === 0)
      return;
    try {
      if (payload.length > PAYLOAD_BYTES_MAX) throw new ValidationError('The message is too long');
      const text = payload.toString('utf8').trim();
      const bodies =
        verb === 'command'
          ? [commandOf(shared.device, text)]
          : setsOf(shared.device, key ?? null, text);
      for (const body of bodies) this.#ask(asker, shared.device.id, body);
    } catch (error) {
      this.#problem(shared.device.id, toProblem(error));
    }
  }

  #ask({ name, home }: Asker, device: DeviceId, body: CommandBody): void {
    if (this.#asked.size >= ASKED_MAX) {
      const message = `${ASKED_MAX} commands over MQTT wait for their answer`;
      this.#problem(device, { code: 'busy', message, hint: 'Wait a moment and try again.' });
      return;
    }
    this.#lastRequest += 1;
    this.#asked.set(this.#lastRequest, device);
    this.#context.share({ request: this.#lastRequest, account: name, right: home, device, body });
  }

  #done(request: number, problem: Problem | null): void {
    const device = this.#asked.get(request);
    this.#asked.delete(request);
    if (device === undefined || problem === null) return;
    this.#problem(device, problem);
    const shared = this.#devices.get(device);
    // Who has shown it as done already hears how it is.
    if (shared !== undefined) this.#sayState(shared);
  }

  #problem(device: DeviceId, { code, message, hint }: Problem): void {
    const text = JSON.stringify({ code, message, hint });
    if (this.#bus.isConnected) this.#bus.publish(`${baseOf(device)}/problem`, text);
  }

  #home({ sharing, devices, news }: Extract<ToShare, { kind: 'home' }>): void {
    const isFirst = !this.#isTold;
    const before = new Set([...this.#devices.keys(), ...(this.#kept.devices as DeviceId[])]);
    const wasOn = this.#sharing.isOn || (isFirst && this.#kept.isOn);
    this.#isTold = true;
    this.#sharing = sharing;
    this.#devices.clear();
    for (const device of devices) {
      this.#devices.set(device.id, { device, values: {}, isOnline: false });
    }
    for (const { device, isOnline, values } of news) {
      const shared = this.#devices.get(device);
      if (shared === undefined) continue;
      shared.isOnline = isOnline === true;
      Object.assign(shared.values, values);
    }
    if (sharing.isOn || wasOn || before.size > 0) this.#save([...this.#devices.keys()]);
    if (sharing.isOn) this.#bus.tellEnd?.(STATUS_TOPIC, 'offline');
    if (!this.#bus.isConnected) return;
    for (const id of before) if (!this.#devices.has(id)) this.#takeBack(id);
    if (sharing.isOn) this.#say(STATUS_TOPIC, 'online');
    else if (wasOn) this.#say(STATUS_TOPIC, '');
    for (const shared of this.#devices.values()) this.#sayAll(shared);
  }

  #news({ device, isOnline, values, events }: BridgedNews): void {
    const shared = this.#devices.get(device);
    if (shared === undefined) return;
    const isAvailabilityNew = isOnline !== undefined && isOnline !== shared.isOnline;
    if (isOnline !== undefined) shared.isOnline = isOnline;
    Object.assign(shared.values, values);
    if (!this.#bus.isConnected) return;
    if (values !== undefined && Object.keys(values).length > 0) this.#sayState(shared);
    if (isAvailabilityNew) this.#sayAvailability(shared);
    for (const [key, value] of events ?? []) {
      const event = JSON.stringify({ event_type: value });
      this.#bus.publish(`${baseOf(device)}/event/${key}`, event);
    }
  }

  #sayAll(shared: Shared): void {
    const { device } = shared;
    const announcement = JSON.stringify(announcementOf(device, this.#kept.hub));
    this.#say(this.#configTopic(device.id), announcement);
    this.#sayState(shared);
    this.#sayAvailability(shared);
  }

  #sayState({ device, values }: Shared): void {
    this.#say(`${baseOf(device.id)}/state`, JSON.stringify(values));
  }

  #sayAvailability({ device, isOnline }: Shared): void {
    this.#say(`${baseOf(device.id)}/availability`, isOnline ? 'online' : 'offline');
  }

  #takeBack(id: string): void {
    for (const topic of [
      this.#configTopic(id),
      `${baseOf(id)}/state`,
      `${baseOf(id)}/availability`,
    ]) {
      this.#say(topic, '');
    }
  }

  #configTopic(id: string): string {
    return `homeassistant/device/ingle_${this.#kept.hub}_${id}/config`;
  }

  #say(topic: string, payload: string): void {
    this.#bus.publish(topic, payload, true);
  }

  #save(devices: readonly string[]): void {
    this.#kept = { ...this.#kept, isOn: this.#sharing.isOn, devices };
    try {
      writePrivateJson(path.join(this.#context.dataFolder, FILE), this.#kept);
    } catch (error) {
      this.#context.log('error', `What is shared was not kept: ${toProblem(error).message}`);
    }
  }
}

function read(file: string): Kept {
  const fresh = { hub: randomBytes(4).toString('hex'), isOn: false, devices: [] };
  let content: unknown = null;
  try {
    content = readPrivateJson(file);
  } catch {
    // It only says what to take back from a broker; the household's choice stands in home.db.
  }
  if (typeof content !== 'object' || content === null) return fresh;
  const { hub, isOn, devices } = content as Partial<Record<keyof Kept, unknown>>;
  const isWhole = typeof hub === 'string' && /^[0-9a-f]{8}$/.test(hub) && Array.isArray(devices);
  if (!isWhole) return fresh;
  return { hub, isOn: isOn === true, devices: devices.filter((id) => typeof id === 'string') };
}

/** `open`, `stop`, `identify`, or `{"command": "step", "args": {…}}`. @throws ValidationError */
function commandOf({ properties, commands }: BridgedDevice, text: string): CommandBody {
  const said: unknown = text.startsWith('{') ? JSON.parse(text) : { command: text };
  const { command, args } = said as { command?: unknown; args?: unknown };
  const name = typeof command === 'string' ? command : '';
  const position = properties.find(
    (each) => each.name === 'position' || each.name === 'valvePosition',
  );
  if ((name === 'open' || name === 'close') && position !== undefined && !commands.includes(name)) {
    return { kind: 'set', property: position.key, value: name === 'open' ? 100 : 0 };
  }
  if (name !== 'toggle' && !commands.includes(name)) {
    throw new ValidationError(`There is no command "${name.slice(0, 40)}"`, {
      hint: `It has: ${['toggle', ...commands].join(', ')}.`,
    });
  }
  const given = typeof args === 'object' && args !== null ? args : {};
  return { kind: 'invoke', name, args: given as Record<string, PropertyValue> };
}

/** A value for the property of the topic, or an object with several. @throws ValidationError */
function setsOf({ properties }: BridgedDevice, key: string | null, text: string): CommandBody[] {
  const entries: [string, unknown][] = key === null ? objectOf(text) : [[key, text]];
  return entries.map(([name, given]) => {
    const descriptor = properties.find((each) => each.key === name);
    if (descriptor === undefined) {
      const hint = `It has: ${properties.map((each) => each.key).join(', ')}.`;
      throw new ValidationError(`There is no property "${name.slice(0, 40)}"`, { hint });
    }
    const value =
      typeof given === 'string' ? valueOfText(descriptor, given) : (given as PropertyValue);
    const problem = checkValue(specOf(descriptor), value);
    if (problem !== null) throw new ValidationError(problem.message, problem);
    return { kind: 'set', property: descriptor.key, value };
  });
}

function objectOf(text: string): [string, unknown][] {
  const content: unknown = JSON.parse(text);
  if (typeof content !== 'object' || content === null || Array.isArray(content)) {
    throw new ValidationError('The message is no object', { hint: 'Such as {"on": true}.' });
  }
  return Object.entries(content).slice(0, 20);
}

/** A text in the property's own type: `ON`, `62.5`, `120,80` for a colour. */
function valueOfText({ type }: PropertyDescriptor, text: string): PropertyValue {
  if (type === 'boolean') {
    if (/^(true|on|1)$/i.test(text)) return true;
    return /^(false|off|0)$/i.test(text) ? false : text;
  }
  if (type === 'number') return text === '' ? text : Number(text);
  if (type !== 'color') return text;
  if (text.startsWith('{')) return JSON.parse(text) as PropertyValue;
  const [hue, saturation] = text.split(',').map(Number);
  return { hue: hue ?? Number.NaN, saturation: saturation ?? Number.NaN };
}
