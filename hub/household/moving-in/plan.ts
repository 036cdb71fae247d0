// What moving in would do to this home as it is now: pure, from what was read of the source and what the home has.
import { COORDINATOR_DRIVERS } from '../../model/coordinator-drivers.ts';
import type { DeviceRecord } from '../../model/device.ts';
import type { RoomRecord } from '../../model/home.ts';
import { isReservedHandle } from '../../model/home-values.ts';
import { adapterId } from '../../model/identifiers.ts';
import type {
  Holder,
  MoveLine,
  MoveProblem,
  OwnNetwork,
  SourceDevice,
  SourceFiles,
  SourceHome,
} from '../../model/moving-in.ts';
import type { Words } from '../../model/words.ts';
import { firstFree, handleFrom, NAME_LENGTH_MAX, nameFromTitle } from '../names.ts';
import { asRoom, plainName, roomIn } from './rooms.ts';
import { moveWords } from './words.ts';

const ZIGBEE = adapterId('zigbee');
const DEVICES_MAX = 1_000;
const LABELS_MAX = 10;

/** A setting as it holds now, and who set it. */
export interface SettingNow {
  readonly name: string;
  readonly value: string;
  readonly from: 'flag' | 'environment' | 'file' | 'page' | 'default';
}

export interface PlanParts {
  readonly source: SourceHome;
  readonly files: SourceFiles;
  readonly own: OwnNetwork | null;
  readonly devices: readonly DeviceRecord[];
  readonly rooms: readonly RoomRecord[];
  readonly settings: readonly SettingNow[];
  /** The coordinator drivers that there are. */
  readonly drivers: readonly string[];
  readonly isDemo: boolean;
  /** What the person said; null: nothing. */
  readonly port: string | null;
  readonly driver: string | null;
}

export interface PlannedDevice {
  readonly source: SourceDevice;
  /** Undefined: it keeps the one that the hub gives. */
  readonly name: string | undefined;
  readonly handle: string | undefined;
  readonly room: string | null;
  readonly labels: readonly string[];
}

export interface Work {
  readonly files: SourceFiles;
  /** The settings that this network needs, by name. */
  readonly settings: Readonly<Record<string, string>>;
  readonly port: string;
  readonly isNetworkHere: boolean;
  readonly rooms: readonly string[];
  /** Those that are to be named; what a person has named in this home already is not among them. */
  readonly devices: readonly PlannedDevice[];
  /** Every device of the source. */
  readonly all: readonly SourceDevice[];
}

export interface Planned {
  readonly problems: readonly MoveProblem[];
  readonly lines: readonly MoveLine[];
  readonly work: Work | null;
}

const ENVIRONMENT: Readonly<Record<string, string>> = {
  'zigbee.port': 'INGLE_ZIGBEE_PORT',
  'zigbee.driver': 'INGLE_ZIGBEE_DRIVER',
  'zigbee.channel': 'INGLE_ZIGBEE_CHANNEL',
};

/** Whether nobody has named it or put it anywhere since the hub first saw it. */
export function isUntouched({ name, room, labels, description }: DeviceRecord): boolean {
  const title = nameFromTitle(description.title);
  const rest = name.startsWith(title) ? name.slice(title.length) : null;
  return room === null && (labels ?? []).length === 0 && rest !== null && /^( \d+)?$/.test(rest);
}

export function planMove(parts: PlanParts): Planned {
  const problems: MoveProblem[] = [];
  const tell = (text: Words) => problems.push({ file: null, line: null, text });
  const { source, own } = parts;
  if (parts.isDemo) tell(moveWords.demo);
  if (own !== null && !own.isSame && own.devices > 0) tell(moveWords.otherNetwork(own.devices));
  const settings = neededSettings(parts, tell);
  const known = new Map(
    parts.devices
      .filter(({ description }) => description.adapter === ZIGBEE)
      .map((device) => [device.description.node, device]),
  );
  const count = parts.devices.length + source.devices.filter(({ node }) => !known.has(node)).length;
  if (count > DEVICES_MAX) tell(moveWords.full(count, DEVICES_MAX));
  if (settings === null || problems.length > 0) return { problems, lines: [], work: null };

  const lines: MoveLine[] = [];
  const line = (
    action: MoveLine['action'],
    what: MoveLine['what'],
    name: string | null,
    text: Words,
  ) => lines.push({ action, what, name, text });
  const { 'zigbee.port': port = '', 'zigbee.driver': driver = '' } = settings;
  const isNetworkHere = own?.isSame === true;
  if (isNetworkHere) line('keep', 'network', null, moveWords.networkKept(port));
  else {
    line('add', 'network', null, moveWords.network(source.network, port, driver));
    const former = source.port.driver;
    if (former !== null && former !== driver) {
      line('leave', 'note', null, moveWords.otherFamily(former, driver));
    } else if (COORDINATOR_DRIVERS.some(({ name, tried }) => name === driver && !tried)) {
      line('leave', 'note', null, moveWords.untried(driver));
    }
    if (own !== null) line('change', 'network', null, moveWords.replacesEmpty);
  }

  const wanted = source.devices.filter(({ node }) => {
    const device = known.get(node);
    return device === undefined || isUntouched(device);
  });
  const taken = takenNames(
    parts.devices.filter((device) => !wanted.some(({ node }) => node === device.description.node)),
  );
  const roomNames = parts.rooms.map(({ name }) => name);
  const drafts = wanted.map((device) => draftOf(device, roomNames, taken));
  const groups = spreadGroups(source, drafts, roomNames);
  const rooms = [...new Set(drafts.flatMap(({ room }) => (room === null ? [] : [room])))].filter(
    (room) => !roomNames.some((name) => name.toLowerCase() === room.toLowerCase()),
  );
  for (const room of rooms) line('add', 'room', room, moveWords.addRoom(room));
  let kept = source.devices.length - wanted.length;
  const planned: PlannedDevice[] = [];
  for (const draft of drafts) {
    const device = known.get(draft.source.node);
    if (
      device !== undefined &&
      draft.name === undefined &&
      draft.room === null &&
      draft.labels.length === 0
    ) {
      kept += 1;
      continue;
    }
    planned.push(draft);
    const what =
      [draft.source.manufacturer, draft.source.model].filter(Boolean).join(' ') || 'Zigbee';
    line(
      device === undefined ? 'add' : 'change',
      'device',
      draft.name ?? null,
      device === undefined
        ? moveWords.addDevice(draft.name ?? null, what, draft.source.node, draft.room)
        : moveWords.changeDevice(device.name, draft.name ?? device.name, draft.room),
    );
    if (!draft.source.isInterviewed) {
      line(
        'leave',
        'device',
        draft.name ?? null,
        moveWords.notInterviewed(draft.name ?? draft.source.node),
      );
    }
  }
  lines.push(...groups);
  if (kept > 0) line('keep', 'device', null, moveWords.kept(kept));
  for (const text of source.leftOut) line('leave', 'note', null, text);
  return {
    problems,
    lines,
    work: {
      files: parts.files,
      settings,
      port,
      isNetworkHere,
      rooms,
      devices: planned,
      all: source.devices,
    },
  };
}

/** Says who stands in the way; null for nobody. */
export function heldBy(holder: Holder | null, port: string): Words | null {
  return holder === null ? null : moveWords.held(holder, port);
}

/** Null where one of them cannot be, which is then told. */
function neededSettings(
  parts: PlanParts,
  tell: (text: Words) => void,
): Readonly<Record<string, string>> | null {
  const now = new Map(parts.settings.map((setting) => [setting.name, setting]));
  const isFixed = (name: string) =>
    ['flag', 'environment', 'file'].includes(now.get(name)?.from ?? 'default');
  const has = (name: string) => now.get(name)?.value ?? '';
  const { source, drivers } = parts;
  const fixedPort = isFixed('zigbee.port') ? has('zigbee.port') : '';
  const port = parts.port ?? (fixedPort || (source.port.port ?? has('zigbee.port')));
  const isSet = now.get('zigbee.driver')?.from !== 'default' && has('zigbee.driver') !== '';
  const driver =
    parts.driver ??
    (isFixed('zigbee.driver') ? has('zigbee.driver') : null) ??
    source.port.driver ??
    (isSet ? has('zigbee.driver') : null);
  let isRight = true;
  const refuse = (text: Words) => {
    isRight = false;
    tell(text);
  };
  if (port === '') refuse(moveWords.noPort);
  else if (!/^(tcp:\/\/[^\s/]+:\d{1,5}$|\/)/.test(port)) refuse(moveWords.badPort(port));
  if (driver === null) refuse(moveWords.noDriver);
  else if (!drivers.includes(driver)) refuse(moveWords.badDriver(driver, drivers));
  const needed: Record<string, string> = {
    'zigbee.port': port,
    'zigbee.driver': driver ?? '',
    'zigbee.channel': String(source.network.channel),
  };
  for (const [name, wants] of Object.entries(needed)) {
    if (!isFixed(name) || has(name) === wants || wants === '') continue;
    refuse(moveWords.fixed(name, ENVIRONMENT[name] ?? name, has(name), wants));
  }
  const { baudRate } = source.port;
  if (baudRate !== null && parts.port === null && !isFixed('zigbee.baudRate')) {
    needed['zigbee.baudRate'] = String(baudRate);
  }
  return isRight ? needed : null;
}

interface Taken {
  readonly names: Set<string>;
  readonly handles: Set<string>;
}

function takenNames(devices: readonly DeviceRecord[]): Taken {
  return {
    names: new Set(devices.map(({ name }) => name.toLowerCase())),
    handles: new Set(devices.map(({ handle }) => handle)),
  };
}

interface Draft extends PlannedDevice {
  room: string | null;
  labels: string[];
}

function draftOf(source: SourceDevice, rooms: readonly string[], taken: Taken): Draft {
  if (source.name === null) {
    return { source, name: undefined, handle: undefined, room: null, labels: [] };
  }
  const plain = plainName(source.name)
    .slice(0, NAME_LENGTH_MAX - 4)
    .trim();
  const name = firstFree(plain, ' ', (text) => taken.names.has(text.toLowerCase()));
  const handle = firstFree(
    handleFrom(name),
    '-',
    (text) => isReservedHandle(text) || taken.handles.has(text),
  );
  taken.names.add(name.toLowerCase());
  taken.handles.add(handle);
  return { source, name, handle, room: roomIn(source.name, rooms), labels: [] };
}

/** A group that is called like a room is that room; any other is a label. */
function spreadGroups(
  source: SourceHome,
  drafts: readonly Draft[],
  rooms: readonly string[],
): MoveLine[] {
  const lines: MoveLine[] = [];
  const known = [...rooms, ...drafts.flatMap(({ room }) => (room === null ? [] : [room]))];
  for (const { name, members } of source.groups) {
    const there = drafts.filter((draft) => members.includes(draft.source.node));
    if (members.length === 0) {
      lines.push({ action: 'leave', what: 'group', name, text: moveWords.groupEmpty(name) });
    }
    // Those that were here before have what a person gave them.
    if (there.length === 0) continue;
    const room = asRoom(name, known);
    const homeless = there.filter((draft) => draft.room === null);
    if (room !== null) {
      for (const draft of homeless) draft.room = room;
      const text = moveWords.groupAsRoom(name, room, homeless.length);
      if (homeless.length > 0) lines.push({ action: 'add', what: 'group', name, text });
      continue;
    }
    const label = handleFrom(name);
    const fitting = there.filter(
      ({ labels }) => labels.length < LABELS_MAX || labels.includes(label),
    );
    for (const draft of fitting) draft.labels = [...new Set([...draft.labels, label])].sort();
    const text = moveWords.groupAsLabel(name, label, fitting.length);
    lines.push({ action: 'add', what: 'group', name, text });
    if (fitting.length < there.length) {
      lines.push({ action: 'leave', what: 'group', name, text: moveWords.groupFull(name) });
    }
  }
  return lines;
}
