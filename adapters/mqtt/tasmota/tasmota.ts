// Tasmota over MQTT: hears the announcements, keeps the devices that were added, and proposes others only while
// somebody is adding devices.
import path from 'node:path';
import { NotFoundError, type Problem, toProblem } from '../../../hub/model/errors.ts';
import type { NodeAddress } from '../../../hub/model/identifiers.ts';
import type { AdapterContext } from '../../contract/adapter.ts';
import { readPlaces } from '../../contract/places.ts';
import { readPrivateList, writePrivateJson } from '../../contract/private-file.ts';
import type { Bus } from '../bus.ts';
import { type KeptTasmota, TasmotaDevice } from './device.ts';
import {
  type Fields,
  isFields,
  KEPT_WITHOUT,
  parseDiscovery,
  parseSensors,
  type TasmotaConfig,
} from './discovery.ts';

const FILE = 'tasmota.json';
const DISCOVERY = 'tasmota/discovery/';
const DEVICES_MAX = 500;
/** Announcements of devices that do not belong to the home. */
const PROPOSALS_MAX = 200;
const ANNOUNCEMENT_BYTES_MAX = 16 * 1024;
/** The two parts of an announcement come together. */
const SENSORS_WITHIN_MS = 700;

interface Proposal {
  config: TasmotaConfig | null;
  sensors: Fields | null;
}

export class Tasmota {
  readonly #context: AdapterContext;
  readonly #bus: Bus;
  readonly #countChanged: () => void;
  readonly #devices = new Map<string, TasmotaDevice>();
  readonly #proposals = new Map<string, Proposal>();
  readonly #adopting = new Map<string, NodeJS.Timeout>();
  #pairTimer: NodeJS.Timeout | undefined;
  #isPairing = false;

  constructor(context: AdapterContext, bus: Bus, countChanged: () => void) {
    this.#context = context;
    this.#bus = bus;
    this.#countChanged = countChanged;
  }

  get devices(): Iterable<TasmotaDevice> {
    return this.#devices.values();
  }

  get count(): number {
    return this.#devices.size;
  }

  get isPairing(): boolean {
    return this.#isPairing;
  }

  /** @throws HubError `storage` when its file is damaged */
  start(): void {
    for (const kept of this.#load()) {
      const device = new TasmotaDevice(this.#context, this.#bus, kept);
      this.#devices.set(kept.config.mac, device);
      device.describe();
      device.start();
    }
    this.#bus.subscribe(`${DISCOVERY}#`, (topic, payload) => this.#announced(topic, payload));
  }

  stop(): void {
    this.closePairing();
    for (const device of this.#devices.values()) device.stop();
  }

  connected(): void {
    for (const device of this.#devices.values()) device.connected();
  }

  lost(problem: Problem): void {
    for (const device of this.#devices.values()) device.lost(problem);
  }

  /** @throws NotFoundError */
  device(node: NodeAddress): TasmotaDevice {
    const device = this.#devices.get(node);
    if (device === undefined) throw new NotFoundError('Tasmota device', node);
    return device;
  }

  remove(node: NodeAddress): void {
    this.device(node).stop();
    this.#devices.delete(node);
    this.#save();
    this.#context.left(node);
  }

  /** Takes in what has announced itself and what does so within the time. */
  openPairing(seconds: number): void {
    this.#isPairing = true;
    this.#context.pairProgress({ kind: 'open', secondsLeft: seconds });
    clearTimeout(this.#pairTimer);
    this.#pairTimer = setTimeout(() => this.closePairing(), seconds * 1_000);
    for (const mac of this.#proposals.keys()) this.#adoptSoon(mac);
  }

  closePairing(): void {
    clearTimeout(this.#pairTimer);
    for (const timer of this.#adopting.values()) clearTimeout(timer);
    this.#adopting.clear();
    if (this.#isPairing) this.#context.pairProgress({ kind: 'closed' });
    this.#isPairing = false;
  }

  /** An account announces the device of its own topic, never one that the home knows under another. */
  mayAnnounce(account: string, topic: string, payload: Buffer): boolean {
    const [mac = '', part] = topic.slice(DISCOVERY.length).split('/');
    const known = this.#devices.get(mac) ?? null;
    const proposed = this.#proposals.get(mac)?.config ?? null;
    const isOther = known !== null && known.config.topic !== account;
    if (part !== 'config') return !isOther && (proposed === null || proposed.topic === account);
    const config = parseDiscovery(parseAnnouncement(payload));
    return !isOther && (payload.length === 0 || config?.topic === account);
  }

  #announced(topic: string, payload: Buffer): void {
    const [mac, part] = topic.slice(DISCOVERY.length).split('/');
    if (mac === undefined || !/^[0-9A-F]{12}$/.test(mac)) return;
    if (payload.length === 0 && part === 'config') {
      this.#withdrawn(mac);
      return;
    }
    const content = parseAnnouncement(payload);
    if (content === null) return;
    const config = part === 'config' ? parseDiscovery(content) : null;
    const sensors = part === 'sensors' ? parseSensors(content) : null;
    if (config === null && sensors === null) return;
    if (config !== null && config.mac !== mac) return;
    const device = this.#devices.get(mac);
    if (device !== undefined) this.#changed(device, config ?? device.config, sensors);
    else this.#propose(mac, { config, sensors });
  }

  #withdrawn(mac: string): void {
    clearTimeout(this.#adopting.get(mac));
    this.#adopting.delete(mac);
    this.#proposals.delete(mac);
    this.#devices.get(mac)?.withdrawn();
  }

  #changed(device: TasmotaDevice, config: TasmotaConfig, sensors: Fields | null): void {
    const another = [...this.#devices.values()].find(
      (each) => each !== device && each.config.topic === config.topic,
    );
    if (another !== undefined) {
      this.#context.log('warn', `${device.node} announces the topic of ${another.node}: ignored`);
      return;
    }
    if (!device.announced(config, sensors)) return;
    this.#save();
    device.describe();
  }

  #propose(mac: string, news: Proposal): void {
    const known = this.#proposals.get(mac);
    if (known === undefined && this.#proposals.size >= PROPOSALS_MAX) return;
    this.#proposals.set(mac, {
      config: news.config ?? known?.config ?? null,
      sensors: news.sensors ?? known?.sensors ?? null,
    });
    if (this.#isPairing) this.#adoptSoon(mac);
  }

  /** Waits for the other part of the announcement, then takes the device in. */
  #adoptSoon(mac: string): void {
    if (this.#proposals.get(mac)?.config === null) return;
    const isWhole = this.#proposals.get(mac)?.sensors !== null;
    if (this.#adopting.has(mac) && !isWhole) return;
    clearTimeout(this.#adopting.get(mac));
    const timer = setTimeout(
      () => {
        this.#adopting.delete(mac);
        this.#adopt(mac);
      },
      isWhole ? 0 : SENSORS_WITHIN_MS,
    );
    this.#adopting.set(mac, timer);
  }

  #adopt(mac: string): void {
    const { config, sensors } = this.#proposals.get(mac) ?? { config: null, sensors: null };
    if (config === null || !this.#isPairing) return;
    const device = new TasmotaDevice(this.#context, this.#bus, {
      config,
      sensors: sensors ?? {},
      places: {},
    });
    const { node } = device;
    const isTaken = [...this.#devices.values()].some((one) => one.config.topic === config.topic);
    const problem: Problem | null = isTaken
      ? {
          code: 'conflict',
          message: `${config.name} uses the topic "${config.topic}" of another device`,
          hint: 'Give each device a Topic of its own.',
        }
      : this.#devices.size >= DEVICES_MAX
        ? { code: 'busy', message: `A hub has room for ${DEVICES_MAX} Tasmota devices`, hint: null }
        : null;
    if (problem !== null) {
      this.#context.pairProgress({ kind: 'failed', node, problem });
      return;
    }
    this.#proposals.delete(mac);
    this.#devices.set(mac, device);
    this.#save();
    this.#countChanged();
    this.#context.pairProgress({ kind: 'found', node });
    device.describe();
    const description = device.description();
    this.#context.pairProgress({ kind: 'described', node, description });
    device.start();
  }

  #save(): void {
    const devices = [...this.#devices.values()].map(({ kept }) => kept);
    try {
      writePrivateJson(path.join(this.#context.dataFolder, FILE), { version: 1, devices });
    } catch (error) {
      this.#context.log('error', `The Tasmota devices were not kept: ${toProblem(error).message}`);
    }
  }

  #load(): KeptTasmota[] {
    const file = path.join(this.#context.dataFolder, FILE);
    return readPrivateList(file, 'devices', readKept, {
      en: 'add the Tasmota devices again',
      zh: '重新添加 Tasmota 设备',
    });
  }
}

/** A device as it was kept, also by an earlier version; undefined when it is damaged. */
function readKept(value: unknown): KeptTasmota | undefined {
  if (!isFields(value) || !isKeptConfig(value.config) || !isFields(value.sensors)) return undefined;
  const config = { ...KEPT_WITHOUT, ...value.config };
  return { config, sensors: value.sensors, places: readPlaces(value.places) };
}

function isKeptConfig(value: unknown): value is TasmotaConfig {
  if (!isFields(value)) return false;
  const { mac, topic, states, telemetry, commands, relays, words, buttons, switches } = value;
  const isText = [mac, topic, states, telemetry, commands].every((one) => typeof one === 'string');
  return isText && [relays, words, buttons, switches].every((one) => Array.isArray(one));
}

function parseAnnouncement(payload: Buffer): unknown {
  if (payload.length > ANNOUNCEMENT_BYTES_MAX) return null;
  try {
    return JSON.parse(payload.toString('utf8')) as unknown;
  } catch {
    return null;
  }
}
