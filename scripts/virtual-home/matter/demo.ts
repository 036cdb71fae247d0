// The demo's Matter part beside a hub: a network of its own, the devices in a process in it, and their adding by
// their setup codes as a person would. Where the machine does not allow it the demo runs without, and says why.
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { HubError } from '../../../hub/model/errors.ts';
import type { Actor, HealthReport, HubPort } from '../../../hub/model/hub-port.ts';
import { adapterId, type RoomId } from '../../../hub/model/identifiers.ts';
import { type DeviceProcess, startDeviceProcess } from './device-process.ts';
import { loadMatterHome, type MatterPlacement } from './model.ts';
import { createDemoNamespace, type DemoNamespace, whyNoNamespace } from './namespace.ts';

const MATTER = adapterId('matter');
const PAIR_SECONDS = 60;
/** Longer than a search, so that the job itself says how it ended. */
const WAIT_MS = 90_000;
const ATTEMPTS_MAX = 3;

export interface MatterDemoOptions {
  readonly dataFolder: string;
  readonly speed: number;
  readonly seed: number;
  log(level: 'debug' | 'info' | 'warn' | 'error', text: string): void;
}

export interface MatterDemo {
  /** Settings by which the hub finds the devices. */
  readonly flags: readonly string[];
  /** Why there is no Matter here, for the health of the home. */
  readonly notices: HealthReport['notices'];
  readonly placements: readonly MatterPlacement[];
  /** How many of its devices are in the home. */
  joined(hub: HubPort): number;
  /** Adds what is missing, with names and rooms. */
  furnish(hub: HubPort, rooms: ReadonlyMap<string, RoomId>, actor: Actor): Promise<void>;
  stop(): Promise<void>;
}

function without(why: { readonly en: string; readonly zh: string }): MatterDemo {
  return {
    flags: [],
    placements: [],
    notices: [
      {
        severity: 'warning',
        about: 'matter',
        text: {
          en: `This demo home has no Matter devices: ${why.en}. All else works.`,
          zh: `此演示之家没有 Matter 设备：${why.zh}。其他一切正常。`,
        },
      },
    ],
    joined: () => 0,
    furnish: async () => {},
    stop: async () => {},
  };
}

/** Starts the network and, in the background, the devices. Never rejects. */
export async function startMatterDemo(options: MatterDemoOptions): Promise<MatterDemo> {
  const { log } = options;
  const why = whyNoNamespace();
  if (why !== null) {
    log('info', `Without Matter: ${why.en}`);
    return without(why);
  }
  let network: DemoNamespace;
  try {
    network = await createDemoNamespace();
  } catch (error) {
    const text = error instanceof Error ? error.message.trim() : String(error);
    log('warn', `Without Matter: ${text}`);
    return without({
      en: `a network of its own could not be made (${text})`,
      zh: `无法建立它自己的网络（${text}）`,
    });
  }
  return new RunningMatterDemo(options, network);
}

class RunningMatterDemo implements MatterDemo {
  readonly flags: readonly string[];
  readonly notices = [];
  readonly placements = loadMatterHome();
  readonly #options: MatterDemoOptions;
  readonly #network: DemoNamespace;
  readonly #devices: DeviceProcess;
  #isStopped = false;

  constructor(options: MatterDemoOptions, network: DemoNamespace) {
    this.#options = options;
    this.#network = network;
    this.flags = ['--matter.enabled', '1', '--mdns.interface', network.hubInterface];
    const data = path.join(options.dataFolder, 'matter');
    mkdirSync(data, { recursive: true, mode: 0o700 });
    this.#devices = startDeviceProcess({
      inside: network.inside,
      data,
      networkInterface: network.deviceInterface,
      seed: options.seed,
      speed: options.speed,
      said: (text) => options.log('warn', text),
    });
    this.#devices.listed.catch((error: unknown) => options.log('error', String(error)));
  }

  joined(hub: HubPort): number {
    return devicesOf(hub).length;
  }

  async furnish(hub: HubPort, rooms: ReadonlyMap<string, RoomId>, actor: Actor): Promise<void> {
    const listed = await this.#devices.listed;
    await this.#until(hub, 'Matter', () =>
      hub.health().adapters.some(({ id, state }) => id === MATTER && state.kind === 'connected'),
    );
    for (const placement of this.placements) {
      const device = listed.find(({ key }) => key === placement.key);
      if (device === undefined || device.isCommissioned || this.#isStopped) continue;
      await this.#add(hub, { placement, code: device.manualCode, rooms, actor });
    }
  }

  async #add(
    hub: HubPort,
    what: {
      readonly placement: MatterPlacement;
      readonly code: string;
      readonly rooms: ReadonlyMap<string, RoomId>;
      readonly actor: Actor;
    },
  ): Promise<void> {
    const { placement, code, rooms, actor } = what;
    for (let attempt = 1; attempt <= ATTEMPTS_MAX && !this.#isStopped; attempt += 1) {
      const before = new Set(devicesOf(hub).map(({ id }) => id));
      const { id } = await hub.jobs.pair(
        { adapter: MATTER, seconds: PAIR_SECONDS, via: null, installCode: null, code },
        actor,
      );
      await this.#until(hub, placement.name, () => hub.jobs.get(id)?.state !== 'running');
      const job = hub.jobs.get(id);
      const device = devicesOf(hub).find((each) => !before.has(each.id));
      if (device === undefined) {
        this.#options.log('warn', `${placement.name}: ${job?.problem?.message ?? 'not added'}`);
        continue;
      }
      const room = rooms.get(placement.room) ?? null;
      const handle = placement.name.toLowerCase().replaceAll(' ', '-');
      await hub.household.setDevice(device.id, { name: placement.name, handle, room }, null, actor);
      return;
    }
  }

  async #until(hub: HubPort, what: string, isSo: () => boolean): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const stopListening = hub.live.subscribe(() => {
      if (isSo() || this.#isStopped) resolve();
    });
    const timer = setTimeout(resolve, WAIT_MS);
    if (isSo()) resolve();
    await promise;
    clearTimeout(timer);
    stopListening();
    if (isSo()) return;
    throw new HubError('timed-out', `The demo home waited in vain for ${what}`);
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#devices.stop();
    await this.#network.remove();
  }
}

function devicesOf(hub: HubPort) {
  return hub.household
    .contents()
    .devices.filter(({ description }) => description.adapter === MATTER);
}
