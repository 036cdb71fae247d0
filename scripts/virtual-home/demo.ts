// The demo home beside a hub: starts the virtual home in a process of its own and, through the hub's own port,
// furnishes the home as a person would: rooms, joining, names, scenes. What is there already is left alone.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { HubError } from '../../hub/model/errors.ts';
import type { Actor, HealthReport, HubPort } from '../../hub/model/hub-port.ts';
import { adapterId, type RoomId } from '../../hub/model/identifiers.ts';
import { stockFirmware } from './demo-firmware.ts';
import type { DemoPart } from './demo-part.ts';
import { loadHome } from './devices/model.ts';
import { startLanPart } from './lan/demo-lan.ts';
import { startMatterDemo } from './matter/demo.ts';

const ZIGBEE = adapterId('zigbee');
/** The demo's own acts are the machine's, not a member's. */
const DEMO: Actor = { member: null, cause: { kind: 'local' } };
const START_WITHIN_MS = 20_000;
const PAIR_SECONDS = 180;
const LOOK_EVERY_MS = 250;
const FURNISH_WITHIN_MS = 300_000;
const SCENES_FOLDER = fileURLToPath(new URL('./scenes', import.meta.url));

export interface DemoOptions {
  readonly dataFolder: string;
  readonly speed: number;
  readonly seed: number;
  log(level: 'debug' | 'info' | 'warn' | 'error', text: string): void;
}

export interface Demo {
  /** Settings that the hub needs to find the demo's devices, as flags. */
  readonly flags: readonly string[];
  /** What it could not have on this machine, and why. */
  readonly notices: HealthReport['notices'];
  furnish(hub: HubPort): Promise<void>;
  progress(hub: HubPort): HealthReport['demo'];
  stop(): Promise<void>;
}

interface Ports {
  readonly zigbeePort: number;
  readonly controlPort: number;
}

function firstLine(child: ChildProcess): Promise<Ports> {
  return new Promise((resolve, reject) => {
    let text = '';
    const timer = setTimeout(() => fail('it did not say that it listens'), START_WITHIN_MS);
    function fail(why: string): void {
      clearTimeout(timer);
      reject(new HubError('unreachable', `The demo home did not start: ${why}`));
    }
    child.once('exit', (code) => fail(`it ended with code ${code}`));
    child.once('error', (error) => fail(error.message));
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString('utf8');
      const end = text.indexOf('\n');
      if (end < 0) return;
      clearTimeout(timer);
      resolve(JSON.parse(text.slice(0, end)) as Ports);
    });
  });
}

/** A time zone's own place is not known to the machine; this one has a sunset every day. */
const HOME = {
  name: 'Demo home',
  zone: 'Europe/Berlin',
  place: { latitude: 52.52, longitude: 13.4 },
};

export async function startDemo(options: DemoOptions): Promise<Demo> {
  const { dataFolder, log } = options;
  const zigbeePlacements = loadHome().map(({ ieee, name, room }) => ({ node: ieee, name, room }));
  mkdirSync(dataFolder, { recursive: true, mode: 0o700 });
  const child = spawn(
    process.execPath,
    [
      fileURLToPath(new URL('./main.ts', import.meta.url)),
      ...['--data', dataFolder, '--with-parent'],
      ...['--seed', String(options.seed), '--speed', String(options.speed)],
    ],
    { stdio: ['pipe', 'pipe', 'pipe'] },
  );
  child.stderr.on('data', (chunk: Buffer) => log('warn', chunk.toString('utf8').trim()));
  const { zigbeePort, controlPort } = await firstLine(child);
  log(
    'info',
    `Its coordinator is at tcp://127.0.0.1:${zigbeePort}, faults at http://127.0.0.1:${controlPort}`,
  );
  const matter = await startMatterDemo(options);
  const parts: readonly DemoPart[] = [await startLanPart(options)];
  const placements = [...zigbeePlacements, ...parts.flatMap((part) => part.placements)];
  let isStopped = false;

  /** Waits until it is so; the demo is furnished in the background and never holds the hub up. */
  async function until(what: string, isSo: () => boolean): Promise<void> {
    const deadline = performance.now() + FURNISH_WITHIN_MS;
    while (!isSo()) {
      if (isStopped || performance.now() > deadline) {
        throw new HubError('timed-out', `The demo home waited in vain for ${what}`);
      }
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
  }

  const devicesOf = (hub: HubPort) => hub.household.contents().devices;
  const isConnected = (hub: HubPort) =>
    hub.health().adapters.some(({ id, state }) => id === ZIGBEE && state.kind === 'connected');
  const isJoined = (hub: HubPort, node: string) =>
    devicesOf(hub).some(({ description }) => description.node === node);
  const joined = (hub: HubPort, among = placements) =>
    among.filter(({ node }) => isJoined(hub, node)).length;

  async function furnishRooms(hub: HubPort): Promise<Map<string, RoomId>> {
    const { household } = hub;
    // A home that nobody has set anything about yet is at its first version.
    const { home, isClaimed } = household.contents();
    if (!isClaimed && home.version === 0) await household.setHome(HOME, null, DEMO);
    const rooms = new Map<string, RoomId>();
    const words = [...placements, ...matter.placements].map(({ room }) => room);
    for (const word of new Set(words)) {
      const name = word.charAt(0).toUpperCase() + word.slice(1);
      const known = household.contents().rooms.find((room) => room.name === name);
      const room = known ?? (await household.addRoom({ name, icon: null }, DEMO));
      rooms.set(word, room.id);
    }
    return rooms;
  }

  /** Names each device as soon as it has joined; a device that a person renamed or moved keeps that. */
  async function nameDevices(hub: HubPort, rooms: ReadonlyMap<string, RoomId>): Promise<void> {
    for (const { node, name, room } of placements) {
      const device = devicesOf(hub).find(({ description }) => description.node === node);
      // A device that a person named or moved keeps that; a proposed name begins as its title does.
      const isAsItJoined =
        device?.room === null && device.name.slice(0, 20) === device.description.title.slice(0, 20);
      if (!device || !isAsItJoined) continue;
      const handle = name.toLowerCase().replaceAll(' ', '-');
      const change = { name, handle, room: rooms.get(room) ?? null };
      await hub.household.setDevice(device.id, change, null, DEMO);
    }
  }

  async function joinZigbee(hub: HubPort): Promise<void> {
    await until('its coordinator', () => isConnected(hub));
    if (joined(hub, zigbeePlacements) === zigbeePlacements.length) return;
    const job = await hub.jobs.pair(
      { adapter: ZIGBEE, seconds: PAIR_SECONDS, via: null, installCode: null },
      DEMO,
    );
    try {
      await until(
        'its Zigbee devices to join',
        () => joined(hub, zigbeePlacements) >= zigbeePlacements.length,
      );
    } finally {
      await hub.jobs.cancel(job.id, DEMO);
    }
  }

  /** A part that fails is told and leaves the others alone. */
  async function joinAll(hub: HubPort, rooms: ReadonlyMap<string, RoomId>): Promise<void> {
    const name = () =>
      void nameDevices(hub, rooms).catch((error: unknown) => log('warn', String(error)));
    const stopNaming = hub.live.subscribe((events) => {
      if (events.some(({ body }) => body.kind === 'home' && body.what === 'devices')) name();
    });
    const helpers = { actor: DEMO, until, isJoined: (node: string) => isJoined(hub, node) };
    try {
      const others = parts.map((part) =>
        part.join(hub, helpers).catch((error: unknown) => log('error', String(error))),
      );
      await Promise.all([joinZigbee(hub), ...others]);
    } finally {
      stopNaming();
    }
    await nameDevices(hub, rooms);
  }

  async function addScenes(hub: HubPort): Promise<void> {
    if (hub.household.contents().scenes.length > 0) return;
    for (const file of readdirSync(SCENES_FOLDER).sort()) {
      const text = readFileSync(path.join(SCENES_FOLDER, file), 'utf8');
      try {
        await hub.household.saveScene(null, text, { version: null }, DEMO);
      } catch (error) {
        // A scene may be about devices that this machine cannot have.
        log('info', `The scene ${file} was left out: ${String(error)}`);
      }
    }
  }

  return {
    flags: [
      ...['--zigbee.port', `tcp://127.0.0.1:${zigbeePort}`, '--zigbee.driver', 'zstack'],
      ...matter.flags,
      ...parts.flatMap((part) => part.flags),
    ],
    notices: matter.notices,
    async furnish(hub) {
      const rooms = await furnishRooms(hub);
      const withMatter = matter.furnish(hub, rooms, DEMO).catch((error: unknown) => {
        if (!isStopped) log('error', `Matter could not be furnished: ${String(error)}`);
      });
      await joinAll(hub, rooms);
      // Scenes name their devices, so these come first.
      await withMatter;
      await addScenes(hub);
      await stockFirmware(hub, path.join(dataFolder, 'firmware'));
      log('info', `The demo home has ${joined(hub) + matter.joined(hub)} devices`);
    },
    progress: (hub) => ({
      devices: joined(hub) + matter.joined(hub),
      of: placements.length + matter.placements.length,
    }),
    async stop() {
      isStopped = true;
      await Promise.all([matter.stop(), ...parts.map((part) => part.stop())]);
      if (child.exitCode !== null) return;
      const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
      child.kill('SIGTERM');
      const force = setTimeout(() => child.kill('SIGKILL'), 3_000);
      await gone;
      clearTimeout(force);
    },
  };
}
