// A provisioning file as plain entries with their places, or all that is wrong with its shape. What the home has
// already is not looked at here; plan.ts does that.
import * as v from 'valibot';
import type { InputProblem } from '../../model/errors.ts';
import { type AdapterId, adapterId, type NodeAddress } from '../../model/identifiers.ts';
import { LAN_PROTOCOLS, lanFamily } from '../../model/lan-families.ts';
import { nearestName } from '../../model/nearest-name.ts';
import { handleFrom, tidyName } from '../names.ts';
import {
  type EmbeddedScene,
  type FileDocument,
  type Path,
  pointer,
  readFileDocument,
} from './document.ts';
import { installCodeProblem } from './install-code.ts';
import { matterCodeProblem } from './matter-code.ts';
import {
  type DeviceEntry,
  ENTRIES_MAX,
  ENTRY_SHAPES,
  type HomeEntry,
  KEYS,
  PROTOCOLS,
  type Protocol,
} from './schema.ts';
import { readValue, type WantedValue } from './values.ts';

/** How a device is found and let in. */
export interface WantedDevice {
  readonly path: Path;
  readonly protocol: Protocol;
  readonly adapter: AdapterId;
  /** Known beforehand only where the file gives the node's own address. */
  readonly node: NodeAddress | null;
  readonly how: {
    readonly installCode: string | null;
    readonly code: string | null;
    readonly address: string | null;
    readonly password: string | null;
  };
  readonly name: string;
  readonly handle: string;
  /** The room's name; null: none; undefined: as it is. */
  readonly room: string | null | undefined;
  /** Undefined: as they are. */
  readonly labels: readonly string[] | undefined;
}

export interface WantedRoom {
  readonly path: Path;
  readonly name: string;
  readonly icon: string | null | undefined;
}

export interface WantedScene extends EmbeddedScene {
  readonly path: Path;
}

export interface WantedHome {
  readonly document: FileDocument;
  readonly home: HomeEntry;
  readonly rooms: readonly WantedRoom[];
  readonly values: readonly WantedValue[];
  readonly devices: readonly WantedDevice[];
  readonly scenes: readonly WantedScene[];
}

/** The adapter that carries a protocol. */
function adapterOf(protocol: Protocol): AdapterId {
  return adapterId(protocol === 'tasmota' ? 'mqtt' : protocol);
}

type Refuse = (path: Path, message: string, of?: 'key' | 'value') => void;

/** Reads the file; null where it could not be read as data at all. */
export function readWantedHome(text: string, problems: InputProblem[]): WantedHome | null {
  const document = readFileDocument(text, problems);
  if (!document.isReadable) return null;
  const refuse: Refuse = (path, message, of = 'value') => {
    problems.push({ path: pointer(path), message, ...document.position(path, of) });
  };
  const { data } = document;
  if (!isRecord(data)) {
    refuse([], 'A provisioning file is a map with home, rooms, values, devices and scenes');
    return null;
  }
  dropUnknown(data, KEYS.file, [], refuse);
  const shaped = <Schema extends v.GenericSchema>(schema: Schema, value: unknown, path: Path) => {
    const result = v.safeParse(schema, value);
    if (result.success) return result.output;
    for (const issue of result.issues) refuseShape(issue, path, refuse);
    return null;
  };
  const list = (key: string): readonly unknown[] => {
    const value = data[key];
    if (value === undefined || value === null) return [];
    if (!Array.isArray(value)) {
      refuse([key], `${key} is a list, each entry on a line that begins with -`);
      return [];
    }
    if (value.length > ENTRIES_MAX) refuse([key], `${key} has at most ${ENTRIES_MAX} entries`);
    return value.slice(0, ENTRIES_MAX);
  };

  const rawHome = data.home ?? {};
  if (isRecord(rawHome)) {
    dropUnknown(rawHome, KEYS.home, ['home'], refuse);
    if (isRecord(rawHome.place)) dropUnknown(rawHome.place, KEYS.place, ['home', 'place'], refuse);
  }
  const home = shaped(ENTRY_SHAPES.home, rawHome, ['home']) ?? {};
  if (home.zone !== undefined && !isZone(home.zone)) {
    refuse(
      ['home', 'zone'],
      `"${home.zone}" is not a time zone; one is Europe/Berlin or Asia/Shanghai`,
    );
  }

  const rooms = list('rooms').flatMap((raw, index): WantedRoom[] => {
    const path = ['rooms', index];
    if (isRecord(raw)) dropUnknown(raw, KEYS.room, path, refuse);
    const entry = shaped(ENTRY_SHAPES.room, raw, path);
    if (entry === null) return [];
    return typeof entry === 'string'
      ? [{ path, name: tidyName(entry), icon: undefined }]
      : [{ path, name: tidyName(entry.name), icon: entry.icon }];
  });
  const values = list('values').flatMap((raw, index): WantedValue[] => {
    const path = ['values', index];
    if (isRecord(raw)) dropUnknown(raw, KEYS.value, path, refuse);
    const entry = shaped(ENTRY_SHAPES.value, raw, path);
    const value = entry === null ? null : readValue(entry, path, refuse);
    return value === null ? [] : [value];
  });
  const devices = list('devices').flatMap((raw, index): WantedDevice[] => {
    const path = ['devices', index];
    if (isRecord(raw)) {
      dropUnknown(raw, KEYS.device, path, refuse);
      for (const protocol of LAN_PROTOCOLS) {
        const lan = raw[protocol];
        if (isRecord(lan)) dropUnknown(lan, KEYS.lan, [...path, protocol], refuse);
      }
    }
    const entry = shaped(ENTRY_SHAPES.device, raw, path);
    return entry === null ? [] : readDevice(entry, path, refuse);
  });
  const scenes = list('scenes').flatMap((raw, index): WantedScene[] =>
    raw === null ? [] : [{ ...(raw as EmbeddedScene), path: ['scenes', index] }],
  );
  return { document, home, rooms, values, devices, scenes };
}

function readDevice(entry: DeviceEntry, path: Path, refuse: Refuse): WantedDevice[] {
  const named = PROTOCOLS.filter((protocol) => entry[protocol] !== undefined);
  const [protocol, other] = named;
  if (protocol === undefined) {
    refuse(path, `How is "${entry.name}" found? Give one of ${PROTOCOLS.join(', ')}`);
    return [];
  }
  if (other !== undefined) {
    refuse(
      [...path, other],
      `A device has one protocol; ${other} stands beside ${protocol}`,
      'key',
    );
    return [];
  }
  if (entry.installCode !== undefined) {
    const problem =
      protocol === 'zigbee'
        ? installCodeProblem(entry.installCode)
        : `An install code goes with zigbee, not with ${protocol}`;
    if (problem !== null) refuse([...path, 'installCode'], problem);
  }
  const wrong = entry.matter === undefined ? null : matterCodeProblem(entry.matter);
  if (wrong !== null) refuse([...path, 'matter'], wrong);
  const family = LAN_PROTOCOLS.find((one) => one === protocol);
  const lan = family && entry[family];
  const secret = lanFamily(protocol)?.secret;
  for (const key of ['password', 'key'] as const) {
    if (lan?.[key] !== undefined && secret !== key) {
      refuse([...path, protocol, key], `${lanFamily(protocol)?.title} devices have no ${key}`);
    }
  }
  const name = tidyName(entry.name);
  return [
    {
      path,
      protocol,
      adapter: adapterOf(protocol),
      node: nodeOf(entry),
      how: {
        installCode: entry.installCode ?? null,
        code: entry.matter ?? null,
        address: lan?.address ?? null,
        password: lan?.password ?? lan?.key ?? null,
      },
      name,
      handle: entry.handle ?? handleFrom(name),
      room: typeof entry.room === 'string' ? tidyName(entry.room) : entry.room,
      labels: entry.labels,
    },
  ];
}

/** The node's own address, where the file gives it; in small letters, as it is compared. */
function nodeOf({ zigbee, tasmota }: DeviceEntry): NodeAddress | null {
  const address = zigbee ?? tasmota?.replaceAll(/[:-]/g, '');
  return address === undefined ? null : (address.toLowerCase() as NodeAddress);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).format(0) !== '';
  } catch {
    return false;
  }
}

/** Tells each key that the file cannot have here, with the one that was probably meant, and takes it out. */
function dropUnknown(
  map: Record<string, unknown>,
  known: readonly string[],
  path: Path,
  refuse: Refuse,
): void {
  for (const key of Object.keys(map)) {
    if (known.includes(key)) continue;
    const nearest = nearestName(key, known);
    const hint =
      nearest === undefined ? `known are ${known.join(', ')}` : `did you mean ${nearest}?`;
    refuse([...path, key], `"${key.slice(0, 40)}" is not known here; ${hint}`, 'key');
    delete map[key];
  }
}

function refuseShape(issue: v.BaseIssue<unknown>, base: Path, refuse: Refuse): void {
  const inner = (issue.path ?? []).map(({ key }) => key as string | number);
  const path = [...base, ...inner];
  if (issue.type === 'strict_object' && issue.input === undefined && inner.length > 0) {
    refuse(path, `"${String(inner.at(-1))}" is missing here`);
    return;
  }
  const nested = (issue.issues ?? []).find(
    (one) => (one.path?.length ?? 0) > 0 || one.type !== 'strict_object',
  );
  if (issue.type === 'union' && nested !== undefined && isRecord(issue.input)) {
    const own = (issue.issues ?? []).find((one) => (one.path?.length ?? 0) > 0);
    if (own !== undefined) {
      refuseShape(own, path, refuse);
      return;
    }
  }
  const message = issue.message.startsWith('Invalid')
    ? `this is not what is wanted here (${issue.expected ?? issue.message})`
    : issue.message;
  const shown = ['string', 'number'].includes(typeof issue.input)
    ? ` (here stands ${JSON.stringify(issue.input).slice(0, 60)})`
    : '';
  const isSecret = inner.some(
    (key) => key === 'password' || key === 'installCode' || key === 'matter',
  );
  refuse(path, `${message.slice(0, 1).toUpperCase()}${message.slice(1)}${isSecret ? '' : shown}`);
}
