// What a provisioning file would do to the home as it is: every mistake with its place, else what is added, changed
// and left. Pure; apply.ts does it.
import type { DeviceRecord } from '../../model/device.ts';
import type { InputProblem } from '../../model/errors.ts';
import { tidyHolidays } from '../../model/holidays.ts';
import type { HomeRecord, RoomRecord, SceneRecord } from '../../model/home.ts';
import { homeSubjects } from '../../model/home-values.ts';
import type { AdapterId, DeviceId, NodeAddress, RoomId, SceneId } from '../../model/identifiers.ts';
import { nearestName } from '../../model/nearest-name.ts';
import { describeProperty, PROPERTIES } from '../../model/properties.ts';
import type { PlanLine, ProvisioningPlan } from '../../model/provisioning.ts';
import type { SceneHome, SceneLanguage } from '../../model/scene-language-port.ts';
import type { HomeContents } from '../../model/store-port.ts';
import type { Words } from '../../model/words.ts';
import { withPeople } from '../value-shelf.ts';
import { type Path, pointer } from './document.ts';
import { homeMistakes } from './mistakes.ts';
import { readWantedHome, type WantedDevice, type WantedRoom, type WantedScene } from './read.ts';
import type { HomeEntry } from './schema.ts';
import { type PlannedValue, planValues, valueChange, valuesAfter } from './values.ts';
import { planWords } from './words.ts';

/** What a plan is made against. */
export interface PlanFacts {
  readonly contents: HomeContents;
  readonly language: Pick<SceneLanguage, 'check' | 'nameOf'>;
  /** Adapters that this hub runs. */
  readonly adapters: readonly AdapterId[];
}

export type HomeChange = Partial<
  Pick<HomeRecord, 'name' | 'language' | 'zone' | 'place' | 'holidays' | 'modes'>
>;

export interface PlannedDevice extends WantedDevice {
  /** The device of the home that this is; null: it is to be added. */
  readonly known: DeviceRecord | null;
}

export interface PlannedScene extends WantedScene {
  readonly name: string;
  readonly known: SceneRecord | null;
  /** It is in the home as the file says. */
  readonly isDone: boolean;
}

/** What is to be done; only of a file without mistakes. */
export interface Work {
  readonly home: HomeChange;
  readonly rooms: readonly (WantedRoom & { readonly known: RoomRecord | null })[];
  readonly values: readonly PlannedValue[];
  readonly devices: readonly PlannedDevice[];
  readonly scenes: readonly PlannedScene[];
}

export type Planned =
  | { readonly errors: readonly InputProblem[]; readonly work: null }
  | { readonly errors: readonly []; readonly work: Work };

/** More mistakes than these help nobody. */
const PROBLEMS_MAX = 100;

/** Devices that are not there yet have every property of the table, so that scenes about them can be checked. */
const ANY_PROPERTIES = PROPERTIES.map(({ name, access, openValues }) =>
  describeProperty(name, {
    access: access === 'event' ? access : 'rw',
    ...(openValues ? { values: [] } : {}),
  }),
);

export const sameName = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();

/** The device of the home that an entry means. What has no address of its own in the file is known by its name. */
export function knownDevice(
  wanted: Pick<WantedDevice, 'adapter' | 'node' | 'name'>,
  devices: readonly DeviceRecord[],
): DeviceRecord | null {
  const found = devices.find(
    ({ name, description }) =>
      description.adapter === wanted.adapter &&
      (wanted.node === null
        ? sameName(name, wanted.name)
        : description.node.toLowerCase() === wanted.node),
  );
  return found ?? null;
}

/** Reads the file and holds it against the home. */
export function planWork(text: string, facts: PlanFacts): Planned {
  const problems: InputProblem[] = [];
  const wanted = readWantedHome(text, problems);
  if (wanted === null) return { errors: problems, work: null };
  const { contents } = facts;
  const refuse = (path: Path, { en, zh }: Words) => {
    const place = pointer(path);
    // What cannot be right in itself is told alone.
    if (problems.some((problem) => problem.path === place)) return;
    problems.push({ path: place, message: en, zh, ...wanted.document.position(path) });
  };

  const rooms = wanted.rooms.map((room) => ({
    ...room,
    known: contents.rooms.find((one) => sameName(one.name, room.name)) ?? null,
  }));
  refuseTwins(
    rooms,
    (room) => room.name.toLowerCase(),
    (room) => refuse(room.path, homeMistakes.roomTwice(room.name)),
  );
  const devices = wanted.devices.map((device) => ({
    ...device,
    known: knownDevice(device, contents.devices),
  }));
  checkDevices(devices, rooms, facts, refuse);
  const present = withPeople(contents.homeValues, contents.members);
  const values = planValues(wanted.values, present, refuse);
  refuseTwins(
    values,
    ({ record }) => record.id,
    ({ path, record }) => refuse(path, homeMistakes.valueTwice(record.id)),
  );
  const change = homeChange(wanted.home, contents.home);
  const home = imaginedHome(contents, devices, rooms);
  const named = imaginedScenes(wanted.scenes, facts);
  const subjects = homeSubjects({ ...contents.home, ...change }, valuesAfter(values, present));
  const nameable = { ...home, devices: [...home.devices, ...subjects], scenes: named };
  const scenes = wanted.scenes.flatMap(
    (scene) => planScene(scene, nameable, facts, problems) ?? [],
  );
  refuseTwins(
    scenes,
    (scene) => scene.name.toLowerCase(),
    (scene) => refuse(scene.path, homeMistakes.sceneTwice(scene.name)),
  );
  if (problems.length > 0) {
    problems.sort((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0));
    return { errors: problems.slice(0, PROBLEMS_MAX), work: null };
  }
  return {
    errors: [],
    work: { home: change, rooms, values, devices, scenes },
  };
}

function homeChange(wanted: HomeEntry, home: HomeRecord): HomeChange {
  const { holidays, modes = [] } = home;
  const before = { ...home, modes, holidays: holidays ?? [] };
  const tidy = {
    ...wanted,
    ...(wanted.holidays === undefined ? {} : { holidays: tidyHolidays(wanted.holidays) }),
  };
  const changed = Object.entries(tidy).filter(
    ([key, value]) =>
      value !== undefined &&
      JSON.stringify(value) !== JSON.stringify(before[key as keyof HomeRecord]),
  );
  return Object.fromEntries(changed);
}

/** Tells the second of two items that have the same key. */
function refuseTwins<Item>(
  items: readonly Item[],
  keyOf: (item: Item) => string | null,
  refuse: (item: Item) => void,
): void {
  const seen = new Set<string>();
  for (const item of items) {
    const key = keyOf(item);
    if (key === null) continue;
    if (seen.has(key)) refuse(item);
    seen.add(key);
  }
}

function checkDevices(
  devices: readonly PlannedDevice[],
  rooms: readonly WantedRoom[],
  { contents, adapters }: PlanFacts,
  refuse: (path: Path, words: Words) => void,
): void {
  refuseTwins(
    devices,
    ({ node }) => node,
    ({ path, protocol, node }) =>
      refuse([...path, protocol], homeMistakes.addressTwice(String(node))),
  );
  refuseTwins(
    devices,
    ({ how }) => how.code?.replaceAll(/[\s-]/g, '').toUpperCase() ?? null,
    ({ path, protocol, name }) => refuse([...path, protocol], homeMistakes.matterCodeTwice(name)),
  );
  refuseTwins(
    devices,
    ({ name }) => name.toLowerCase(),
    ({ path, name }) => refuse([...path, 'name'], homeMistakes.nameTwice(name)),
  );
  refuseTwins(
    devices,
    ({ handle }) => handle,
    ({ path, handle }) => refuse([...path, 'handle'], homeMistakes.handleTwice(handle)),
  );
  const roomNames = [...rooms, ...contents.rooms].map(({ name }) => name);
  const others = contents.devices.filter(
    (one) => !devices.some(({ known }) => known?.id === one.id),
  );
  for (const { path, protocol, adapter, known, name, handle, room } of devices) {
    if (typeof room === 'string' && !roomNames.some((one) => sameName(one, room))) {
      refuse([...path, 'room'], homeMistakes.noRoom(room, nearestName(room, roomNames)));
    }
    if (known === null && !adapters.includes(adapter)) {
      refuse([...path, protocol], homeMistakes.notSetUp(protocol));
    }
    const stranger = others.find((one) => sameName(one.name, name) || one.handle === handle);
    if (stranger === undefined) continue;
    const { node, adapter: its } = stranger.description;
    const of = sameName(stranger.name, name) ? 'name' : 'handle';
    refuse([...path, of], homeMistakes.taken(of, `${stranger.name} (${its} ${node})`));
  }
}

/** The home as it will be, for checking scenes: devices and rooms to be added have ids that nothing else has. */
function imaginedHome(
  contents: HomeContents,
  devices: readonly PlannedDevice[],
  rooms: readonly (WantedRoom & { readonly known: RoomRecord | null })[],
): SceneHome {
  const added = devices.map((device, index): DeviceRecord => {
    if (device.known) return { ...device.known, name: device.name, handle: device.handle };
    return {
      id: `dev_planned${index}` as DeviceId,
      name: device.name,
      handle: device.handle,
      room: null,
      version: 1,
      createdAtMs: 0,
      description: {
        adapter: device.adapter,
        node: device.node ?? ('-' as NodeAddress),
        manufacturer: '',
        model: '',
        title: device.name,
        kind: 'other',
        power: 'unknown',
        tier: 'core',
        support: 'exact',
        firmware: null,
        properties: ANY_PROPERTIES,
        commands: [],
      },
    };
  });
  const isListed = (id: DeviceId) => devices.some(({ known }) => known?.id === id);
  const newRooms = rooms
    .filter(({ known }) => known === null)
    .map(
      ({ name }, index): RoomRecord => ({
        id: `room_planned${index}` as RoomId,
        name,
        icon: null,
        order: index,
        version: 1,
      }),
    );
  return {
    devices: [...contents.devices.filter(({ id }) => !isListed(id)), ...added],
    rooms: [...contents.rooms, ...newRooms],
    scenes: contents.scenes,
  };
}

/** The scenes by the names that they will have, so that those of the file can name each other. */
function imaginedScenes(
  wanted: readonly WantedScene[],
  { contents, language }: PlanFacts,
): SceneHome['scenes'] {
  const added = wanted.flatMap(({ text }, index) => {
    const name = language.nameOf(text);
    const isKnown = name === null || contents.scenes.some((one) => sameName(one.name, name));
    return isKnown ? [] : [{ id: `scene_planned${index}` as SceneId, name }];
  });
  return [...contents.scenes, ...added];
}

/** Which properties of its vendor, endpoints and commands a device has is known once it is there. */
const ONLY_KNOWN_LATER = /^(.+) has no (?:property "(?:x_|[^"]*@)|command ")/;

function planScene(
  scene: WantedScene,
  home: SceneHome,
  { contents, language }: PlanFacts,
  problems: InputProblem[],
): PlannedScene | null {
  const checked = language.check(scene.text, home);
  const coming = home.devices.filter(({ id }) => id.startsWith('dev_planned'));
  const errors = checked.errors.filter(({ message }) => {
    const name = ONLY_KNOWN_LATER.exec(message)?.[1];
    return name === undefined || !coming.some((device) => device.name === name);
  });
  for (const { line = 1, column = 1, ...error } of errors) {
    const place = scene.position(line, column);
    problems.push({ ...error, path: `${pointer(scene.path)}${error.path}`, ...place });
  }
  if (errors.length > 0) return null;
  const name = checked.scene?.name ?? language.nameOf(scene.text) ?? '';
  const known = contents.scenes.find((one) => sameName(one.name, name)) ?? null;
  const isSame = known !== null && checked.scene?.stored.trimEnd() === known.source.trimEnd();
  const isAsEnabled = scene.enabled === undefined || scene.enabled === known?.enabled;
  return { ...scene, name, known, isDone: isSame && isAsEnabled };
}

/** What of a device the home has differently; null where nothing. */
export function deviceChange(
  wanted: WantedDevice,
  known: DeviceRecord,
  rooms: readonly RoomRecord[],
): Partial<Pick<DeviceRecord, 'name' | 'handle' | 'room' | 'labels'>> | null {
  const roomName = wanted.room;
  const room =
    typeof roomName === 'string' ? rooms.find((one) => sameName(one.name, roomName))?.id : roomName;
  const change = {
    ...(wanted.name === known.name ? {} : { name: wanted.name }),
    ...(wanted.handle === known.handle ? {} : { handle: wanted.handle }),
    ...(roomName === undefined || room === known.room ? {} : { room: room ?? null }),
    ...(wanted.labels === undefined ||
    JSON.stringify(wanted.labels) === JSON.stringify(known.labels ?? [])
      ? {}
      : { labels: wanted.labels }),
  };
  return Object.keys(change).length === 0 ? null : change;
}

/** Whether the file sets something about the room that is not so. */
export function roomDiffers(room: WantedRoom, known: RoomRecord): boolean {
  return room.name !== known.name || (room.icon !== undefined && room.icon !== known.icon);
}

/** The work in words. */
export function tellPlan({ errors, work }: Planned, contents: HomeContents): ProvisioningPlan {
  if (work === null) return { errors, lines: [], isNothingToDo: false };
  const lines: PlanLine[] = [];
  const line = (
    action: PlanLine['action'],
    what: PlanLine['what'],
    name: string | null,
    text: PlanLine['text'],
  ) => lines.push({ action, what, name, text });
  if (Object.keys(work.home).length > 0) {
    line('change', 'home', work.home.name ?? contents.home.name, planWords.home(work.home));
  }
  for (const room of work.rooms) {
    if (room.known === null) line('add', 'room', room.name, planWords.addRoom(room.name));
    else if (roomDiffers(room, room.known)) {
      line('change', 'room', room.name, planWords.changeRoom(room.name));
    }
  }
  for (const value of work.values) {
    const { id, name } = value.record;
    if (value.known === null) line('add', 'value', name, planWords.addValue(id, name));
    else if (valueChange(value) !== null) {
      line('change', 'value', name, planWords.changeValue(id, name));
    }
  }
  for (const device of work.devices) {
    if (device.known === null) {
      const how = device.node ?? device.how.address ?? null;
      line(
        'add',
        'device',
        device.name,
        planWords.addDevice(device.name, device.protocol, how, device.room ?? null),
      );
      continue;
    }
    const change = deviceChange(device, device.known, contents.rooms);
    if (change === null) continue;
    const room = change.room === undefined ? undefined : (device.room ?? null);
    line(
      'change',
      'device',
      device.name,
      planWords.changeDevice(device.known.name, { ...change, room }),
    );
  }
  for (const scene of work.scenes) {
    if (scene.isDone) continue;
    if (scene.known === null) line('add', 'scene', scene.name, planWords.addScene(scene.name));
    else line('change', 'scene', scene.name, planWords.changeScene(scene.name));
  }
  const isNothingToDo = lines.length === 0;
  const done = (what: PlanLine['what']) => lines.filter((one) => one.what === what).length;
  const sums = [
    { what: 'room', named: work.rooms, all: contents.rooms.length },
    {
      what: 'value',
      named: work.values,
      all: withPeople(contents.homeValues, contents.members).length,
    },
    { what: 'device', named: work.devices, all: contents.devices.length },
    { what: 'scene', named: work.scenes, all: contents.scenes.length },
  ] as const;
  for (const { what, named, all } of sums) {
    const kept = named.length - done(what);
    const left = all - named.filter(({ known }) => known !== null).length;
    if (kept > 0) line('keep', what, null, planWords.kept(what, kept));
    if (left > 0) line('leave', what, null, planWords.left(what, left));
  }
  return { errors: [], lines, isNothingToDo };
}
