// The page's picture of the home: one entry a device, filled by snapshots and kept by live events.
import { SvelteMap } from 'svelte/reactivity';
import type { EventDataJson, SnapshotJson } from '../../../api/event-shapes.ts';
import type { HomeValueJson } from '../../../api/home-values-shapes.ts';
import type { NotificationJson } from '../../../api/outbound-shapes.ts';
import type {
  CommandJson,
  DeviceJson,
  HealthJson,
  HomeJson,
  JobJson,
  ListJson,
  MemberJson,
  RoomJson,
  RunJson,
  SceneJson,
} from '../../../api/shapes.ts';
import { request } from './api.ts';
import { afterCommand, afterReport, afterSnapshot, type Control } from './control.ts';
import { afterEvent, type DeviceEvent } from './device-patch.ts';
import { withValueChanges } from './home-values.ts';

/** What a page keeps at most; the rest is read from the hub when somebody asks for it. */
const CHANGES_MAX = 20;
const RUNS_MAX = 100;
const ENDED_COMMANDS_MAX = 100;

/** One device: what the hub says of it, what was asked of it here, what changed while the page looked on. */
export class LiveDevice {
  json: DeviceJson;
  controls: Readonly<Record<string, Control>>;
  changes: readonly EventDataJson['change'][];

  constructor(json: DeviceJson) {
    this.json = $state.raw(json);
    this.controls = $state.raw({});
    this.changes = $state.raw([]);
  }

  setControl(key: string, control: Control | null): void {
    const { [key]: _old, ...others } = this.controls;
    this.controls = control === null ? others : { ...others, [key]: control };
  }
}

class HomeStore {
  home = $state.raw<HomeJson | null>(null);
  health = $state.raw<HealthJson | null>(null);
  rooms = $state.raw<readonly RoomJson[]>([]);
  scenes = $state.raw<readonly SceneJson[]>([]);
  members = $state.raw<readonly MemberJson[]>([]);
  /** The home's own values: its mode, where its people are, variables and inputs. */
  values = $state.raw<readonly HomeValueJson[]>([]);
  notifications = $state.raw<readonly NotificationJson[]>([]);
  /** Runs that came while the page was open, newest first. */
  runs = $state.raw<readonly RunJson[]>([]);
  readonly devices = new SvelteMap<string, LiveDevice>();
  readonly jobs = new SvelteMap<string, JobJson>();
  isLoaded = $state(false);
}

/** The one picture of the home. */
export const home = new HomeStore();

/** Ends of commands that came before the answer to their request; the oldest is forgotten first. */
const endedCommands = new Map<string, CommandJson>();

/** What is known of a command's end already. */
export function knownEnd(id: string): CommandJson | undefined {
  return endedCommands.get(id);
}

function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return a.name.localeCompare(b.name);
}

function takeDevices(devices: readonly DeviceJson[]): void {
  const present = new Set(devices.map((device) => device.id));
  for (const id of home.devices.keys()) if (!present.has(id)) home.devices.delete(id);
  for (const device of [...devices].sort(byName)) takeDevice(device);
}

/** Takes one device as the hub tells it now. */
export function takeDevice(device: DeviceJson): void {
  const live = home.devices.get(device.id);
  if (live === undefined) {
    home.devices.set(device.id, new LiveDevice(device));
    return;
  }
  live.json = device;
  for (const [key, control] of Object.entries(live.controls)) {
    const after = afterSnapshot(control, device.properties[key]);
    if (after !== control) live.setControl(key, after);
  }
}

/** Takes rooms in the order in which they are shown. */
export function takeRooms(rooms: readonly RoomJson[]): void {
  home.rooms = [...rooms].sort((a, b) => a.order - b.order || byName(a, b));
}

/** Takes the scenes, by name. */
export function takeScenes(scenes: readonly SceneJson[]): void {
  home.scenes = [...scenes].sort(byName);
}

/** Takes a whole new picture. */
export function takeSnapshot(snapshot: SnapshotJson): void {
  if (snapshot.home !== undefined) home.home = snapshot.home;
  if (snapshot.health !== undefined) home.health = snapshot.health;
  if (snapshot.rooms !== undefined) takeRooms(snapshot.rooms);
  if (snapshot.devices !== undefined) takeDevices(snapshot.devices);
  if (snapshot.scenes !== undefined) takeScenes(snapshot.scenes);
  for (const job of snapshot.jobs ?? []) home.jobs.set(job.id, job);
  home.isLoaded = true;
}

/** Takes the events of one frame; each device is touched once. */
export function takeDeviceEvents(events: readonly DeviceEvent[]): void {
  const changed = new Map<LiveDevice, DeviceJson>();
  home.values = withValueChanges(home.values, events);
  for (const event of events) {
    const live = home.devices.get(event.data.device);
    if (live === undefined) continue;
    changed.set(live, afterEvent(changed.get(live) ?? live.json, event));
    if (event.kind !== 'change') continue;
    live.changes = [event.data, ...live.changes].slice(0, CHANGES_MAX);
    const control = live.controls[event.data.property];
    if (control === undefined) continue;
    const after = afterReport(control, event.data.value);
    if (after !== control) live.setControl(event.data.property, after);
  }
  for (const [live, json] of changed) live.json = json;
}

/** Takes how far a command has come. */
export function takeCommand(record: CommandJson): void {
  if (record.endedAt !== null || record.observedAt !== null) {
    endedCommands.set(record.id, record);
    if (endedCommands.size > ENDED_COMMANDS_MAX) {
      const oldest = endedCommands.keys().next().value;
      if (oldest !== undefined) endedCommands.delete(oldest);
    }
  }
  const live = home.devices.get(record.device);
  if (live === undefined) return;
  for (const [key, control] of Object.entries(live.controls)) {
    if (control.command === record.id) live.setControl(key, afterCommand(control, record));
  }
}

/** Takes a run as it goes on: its scene's last run, and the list of runs. */
export function takeRun(run: RunJson): void {
  home.runs = [run, ...home.runs.filter((other) => other.id !== run.id)].slice(0, RUNS_MAX);
  if (run.state === 'nearMiss') return;
  const { seq: _seq, steps: _steps, omitted: _omitted, ...lastRun } = run;
  home.scenes = home.scenes.map((scene) =>
    scene.id === run.scene ? { ...scene, lastRun } : scene,
  );
}

/** Takes a message into the inbox. */
export function takeNotification(notification: NotificationJson): void {
  const known = home.notifications.some(({ id }) => id === notification.id);
  home.notifications = known
    ? home.notifications.map((other) => (other.id === notification.id ? notification : other))
    : [notification, ...home.notifications].slice(0, 200);
}

/** Reads a list of the hub to its end; the hub's lists are short, and 20 parts are the limit. */
export async function readAll<Item>(path: string): Promise<readonly Item[]> {
  const items: Item[] = [];
  let cursor: string | null = null;
  for (let part = 0; part < 20; part++) {
    const query: string = cursor === null ? '' : `?cursor=${encodeURIComponent(cursor)}`;
    const list: ListJson<Item> = await request('GET', `${path}${query}`);
    items.push(...list.items);
    cursor = list.next;
    if (cursor === null) break;
  }
  return items;
}

/** Reads again what an event of the kind `home` names. */
export async function readAgain(what: EventDataJson['home']['what']): Promise<void> {
  switch (what) {
    case 'home':
      home.home = await request('GET', '/home');
      home.values = await readAll('/home/values');
      return;
    case 'rooms':
      takeRooms(await readAll('/rooms'));
      return;
    case 'devices':
      takeDevices(await readAll('/devices'));
      return;
    case 'scenes':
      takeScenes(await readAll('/scenes'));
      return;
    case 'members':
      home.members = await readAll('/members');
      return;
    case 'health':
      home.health = await request('GET', '/health');
      return;
    default:
      return what satisfies never;
  }
}

/** Reads the newest messages. */
export async function readNotifications(): Promise<void> {
  const list: ListJson<NotificationJson> = await request('GET', '/notifications?limit=100');
  home.notifications = list.items;
}

/** Forgets all of it, when somebody signs out. */
export function forgetHome(): void {
  home.home = null;
  home.health = null;
  home.rooms = [];
  home.scenes = [];
  home.members = [];
  home.values = [];
  home.notifications = [];
  home.runs = [];
  home.devices.clear();
  home.jobs.clear();
  home.isLoaded = false;
}
