// A provisioning file as plain entries with their places, or all that is wrong with its shape. What the home has
// already is not looked at here; plan.ts does that.
import * as v from 'valibot';
import type { InputProblem } from '../../model/errors.ts';
import { type AdapterId, adapterId, type NodeAddress } from '../../model/identifiers.ts';
import { LAN_PROTOCOLS, lanFamily } from '../../model/lan-families.ts';
import { nearestName } from '../../model/nearest-name.ts';
import type { Words } from '../../model/words.ts';
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
import { entryMistakes, inBoth, shapeMistakes, standing } from './mistakes.ts';
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

type Refuse = (path: Path, words: Words, of?: 'key' | 'value') => void;

/** Reads the file; null where it could not be read as data at all. */
export function readWantedHome(text: string, problems: InputProblem[]): WantedHome | null {
  const document = readFileDocument(text, problems);
  if (!document.isReadable) return null;
  const refuse: Refuse = (path, { en, zh }, of = 'value') => {
    problems.push({ path: pointer(path), message: en, zh, ...document.position(path, of) });
  };
  const { data } = document;
  if (!isRecord(data)) {
    refuse([], shapeMistakes.file);
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
      refuse([key], shapeMistakes.listOfLines(key));
      return [];
    }
    if (value.length > ENTRIES_MAX) refuse([key], shapeMistakes.manyEntries(key, ENTRIES_MAX));
    return value.slice(0, ENTRIES_MAX);
  };

  const rawHome = data.home ?? {};
  if (isRecord(rawHome)) {
    dropUnknown(rawHome, KEYS.home, ['home'], refuse);
    if (isRecord(rawHome.place)) dropUnknown(rawHome.place, KEYS.place, ['home', 'place'], refuse);
  }
  const home = shaped(ENTRY_SHAPES.home, rawHome, ['home']) ?? {};
  if (home.zone !== undefined && !isZone(home.zone)) {
    refuse(['home', 'zone'], entryMistakes.zone(home.zone));
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
    refuse(path, entryMistakes.noWay(entry.name, PROTOCOLS));
    return [];
  }
  if (other !== undefined) {
    refuse([...path, other], entryMistakes.twoProtocols(other, protocol), 'key');
    return [];
  }
  if (entry.installCode !== undefined) {
    const problem =
      protocol === 'zigbee'
        ? installCodeProblem(entry.installCode)
        : entryMistakes.strayInstallCode(protocol);
    if (problem !== null) refuse([...path, 'installCode'], problem);
  }
  const wrong = entry.matter === undefined ? null : matterCodeProblem(entry.matter);
  if (wrong !== null) refuse([...path, 'matter'], wrong);
  const family = LAN_PROTOCOLS.find((one) => one === protocol);
  const lan = family && entry[family];
  const secret = lanFamily(protocol)?.secret;
  for (const key of ['password', 'key'] as const) {
    if (lan?.[key] !== undefined && secret !== key) {
      refuse(
        [...path, protocol, key],
        entryMistakes.strayKey(`${lanFamily(protocol)?.title}`, key),
      );
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
    const mistake = shapeMistakes.unknownKey(key.slice(0, 40), nearestName(key, known), known);
    refuse([...path, key], mistake, 'key');
    delete map[key];
  }
}

function refuseShape(issue: v.BaseIssue<unknown>, base: Path, refuse: Refuse): void {
  const inner = (issue.path ?? []).map(({ key }) => key as string | number);
  const path = [...base, ...inner];
  if (issue.type === 'strict_object' && issue.input === undefined && inner.length > 0) {
    refuse(path, shapeMistakes.missing(String(inner.at(-1))));
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
  const words =
    inBoth(issue.message) ?? shapeMistakes.unwanted(String(issue.expected ?? issue.message));
  const isShown = ['string', 'number'].includes(typeof issue.input);
  const isSecret = inner.some(
    (key) => key === 'password' || key === 'installCode' || key === 'matter',
  );
  const begun = { ...words, en: `${words.en.slice(0, 1).toUpperCase()}${words.en.slice(1)}` };
  const shown = JSON.stringify(issue.input)?.slice(0, 60);
  refuse(path, isShown && !isSecret ? standing(begun, shown) : begun);
}
