// The other side in the virtual home's own tests: the real zigbee-herdsman and its converters, driven the way a
// hub drives them, over the coordinator's TCP port. One at a time in a process, as zigbee-herdsman wants it.

import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Controller, setLogger } from 'zigbee-herdsman';
import type { Device } from 'zigbee-herdsman/dist/controller/model/index.js';
import * as converters from 'zigbee-herdsman-converters';

type Definition = NonNullable<Awaited<ReturnType<typeof converters.findByDevice>>>;

/** A device as the hub knows it after pairing. */
export interface Paired {
  device: Device;
  definition: Definition;
  configured: 'done' | Error;
}

/** A converted message: what a hub would publish. */
export interface Published {
  ieee: string;
  payload: Record<string, unknown>;
}

const NETWORK = {
  panID: 0x1a62,
  extendedPanID: [0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88],
  networkKey: [1, 3, 5, 7, 9, 11, 13, 15, 0, 2, 4, 6, 8, 10, 12, 13],
  channelList: [15],
};

const silent = { debug() {}, info() {}, warning() {}, error() {} };
setLogger(silent);
converters.setLogger(silent);

/** A folder of a test's own under the system's temporary one. */
export function temporaryFolder(): { path: string; remove(): void } {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'ingle-'));
  return { path: folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** Waits until `check` gives something; throws what `what` says when it never does. */
export async function until<T>(
  what: string,
  check: () => T | undefined | false,
  limitMs = 10_000,
): Promise<T> {
  const endMs = performance.now() + limitMs;
  for (;;) {
    const found = check();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > endMs) throw new Error(`waited ${limitMs} ms in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** A hub's Zigbee side. */
export class TestHub {
  readonly controller: Controller;
  readonly paired = new Map<string, Paired>();
  readonly published: Published[] = [];
  /** What the hub knows of each device: all that was published, the newest on top. */
  readonly states = new Map<string, Record<string, unknown>>();
  isDisconnected = false;

  constructor(port: number, folder: string) {
    this.controller = new Controller({
      network: { ...NETWORK },
      serialPort: { path: `tcp://127.0.0.1:${port}`, adapter: 'zstack' },
      databasePath: path.join(folder, 'database.db'),
      databaseBackupPath: path.join(folder, 'database.db.backup'),
      backupPath: path.join(folder, 'coordinator_backup.json'),
      adapter: { disableLED: false },
      acceptJoiningDeviceHandler: async () => true,
    });
    this.controller.on('deviceInterview', ({ status, device }) => {
      if (status === 'successful') void this.#configure(device);
    });
    this.controller.on('message', (message) => {
      const found = this.paired.get(message.device.ieeeAddr);
      if (found !== undefined) this.#convert(found, message);
    });
    this.controller.on('adapterDisconnected', () => {
      this.isDisconnected = true;
    });
  }

  /** Starts; the answer is zigbee-herdsman's: reset, resumed or restored. */
  async start(): Promise<string> {
    const result = await this.controller.start();
    for (const device of this.controller.getDevicesByType('Router')) await this.#know(device);
    for (const device of this.controller.getDevicesByType('EndDevice')) await this.#know(device);
    return result;
  }

  async #know(device: Device): Promise<Paired> {
    const definition = await converters.findByDevice(device, true);
    if (definition === undefined) throw new Error(`no definition for ${device.modelID}`);
    const paired: Paired = { device, definition, configured: 'done' };
    await definition.onEvent?.({
      type: 'start',
      data: { device, options: {}, state: {}, deviceExposesChanged: () => undefined },
    });
    return paired;
  }

  async #configure(device: Device): Promise<void> {
    const paired = await this.#know(device);
    this.paired.set(device.ieeeAddr, paired);
    const [coordinator] = this.controller.getDevicesByType('Coordinator');
    const endpoint = coordinator?.endpoints[0];
    if (endpoint === undefined) throw new Error('the coordinator has no endpoint');
    try {
      await paired.definition.configure?.(device, endpoint, paired.definition);
      this.#configured.add(device.ieeeAddr);
    } catch (error) {
      paired.configured = error instanceof Error ? error : new Error(String(error));
      this.#configured.add(device.ieeeAddr);
    }
  }

  readonly #configured = new Set<string>();

  /** Opens the network and waits until this many devices are interviewed and configured. */
  async pair(count: number, limitMs = 60_000): Promise<void> {
    await this.controller.permitJoin(254);
    await until(`${count} devices`, () => this.#configured.size >= count, limitMs);
  }

  #convert(paired: Paired, message: { cluster: string | number; type: string }): void {
    const { device, definition } = paired;
    const state = this.states.get(device.ieeeAddr) ?? {};
    for (const converter of definition.fromZigbee) {
      const types = Array.isArray(converter.type) ? converter.type : [converter.type];
      if (converter.cluster !== message.cluster) continue;
      if (!types.some((type) => type === message.type)) continue;
      const publish = (more: object) => this.#publish(device.ieeeAddr, { ...more });
      const result = converter.convert(definition, message as never, publish as never, {}, {
        state,
        device,
        deviceExposesChanged: () => undefined,
      } as never);
      // Some vendors' converters answer later.
      void Promise.resolve(result).then((payload) => {
        if (payload) this.#publish(device.ieeeAddr, { ...payload });
      });
    }
  }

  #publish(ieee: string, payload: Record<string, unknown>): void {
    this.published.push({ ieee, payload });
    this.states.set(ieee, { ...this.states.get(ieee), ...payload });
  }

  #device(ieee: string): Paired {
    const paired = this.paired.get(ieee);
    if (paired === undefined) throw new Error(`not paired: ${ieee}`);
    return paired;
  }

  #target(paired: Paired): { endpoint: Device['endpoints'][number] } {
    const map = paired.definition.endpoint?.(paired.device);
    const id = map?.default;
    const chosen = typeof id === 'number' ? paired.device.getEndpoint(id) : undefined;
    const endpoint = chosen ?? paired.device.endpoints[0];
    if (endpoint === undefined) throw new Error('a device without endpoints');
    return { endpoint };
  }

  /** Sets a property by the device's converters, as a hub does. */
  async set(ieee: string, key: string, value: unknown): Promise<void> {
    const paired = this.#device(ieee);
    const converter = paired.definition.toZigbee.find((item) => item.key?.includes(key) ?? true);
    if (converter?.convertSet === undefined) throw new Error(`${key} cannot be set`);
    await converter.convertSet(this.#target(paired).endpoint, key, value, {
      message: { [key]: value },
      device: paired.device,
      mapped: paired.definition,
      options: {},
      state: this.states.get(ieee) ?? {},
      endpoint_name: undefined,
      publish: () => undefined,
    } as never);
  }

  /** Asks for a property by the device's converters; the answer comes as a message. */
  async get(ieee: string, key: string): Promise<void> {
    const paired = this.#device(ieee);
    const converter = paired.definition.toZigbee.find((item) => item.key?.includes(key) ?? true);
    if (converter?.convertGet === undefined) throw new Error(`${key} cannot be read`);
    await converter.convertGet(this.#target(paired).endpoint, key, {
      message: { [key]: '' },
      device: paired.device,
      mapped: paired.definition,
      options: {},
      state: this.states.get(ieee) ?? {},
      endpoint_name: undefined,
      publish: () => undefined,
    } as never);
  }

  /** Waits until a property of a device has been published with a value from now on, or has it already. */
  async sees(ieee: string, key: string, value: unknown, limitMs = 10_000): Promise<void> {
    await until(
      `${key} = ${JSON.stringify(value)} of ${ieee}, last ${JSON.stringify(this.states.get(ieee))}`,
      () => this.states.get(ieee)?.[key] === value,
      limitMs,
    );
  }

  async stop(): Promise<void> {
    await this.controller.stop().catch(() => undefined);
  }
}
