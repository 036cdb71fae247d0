// What a WLED says, checked as it comes in: of its state and of itself what the hub looks at, and its lists of effects,
// palettes and presets.
// Spec: WLED JSON API (https://kno.wled.ge/interfaces/json-api/).
import { ownName } from '../../contract/own-names.ts';
import type { Json } from '../known-devices.ts';

/** Red, green, blue and white, 0–255 each. */
export type Channels = readonly [red: number, green: number, blue: number, white: number];

/** A part of the strip. Numbers are as the device counts them, mostly 0–255. */
export interface Segment {
  readonly id: number;
  /** What its owner calls it; null: nobody has named it. */
  readonly name: string | null;
  readonly on: boolean | null;
  readonly brightnessRaw: number | null;
  readonly temperatureRaw: number | null;
  readonly channels: Channels | null;
  readonly effect: number | null;
  readonly palette: number | null;
  readonly speedRaw: number | null;
  readonly intensityRaw: number | null;
  /** Bits: 1 colours, 2 a white channel of its own, 4 colour temperature; null: only older software leaves it out. */
  readonly capabilities: number | null;
}

export interface WledState {
  readonly on: boolean;
  readonly brightnessRaw: number;
  /** -1: none. */
  readonly preset: number;
  readonly playlist: number;
  readonly nightlight: {
    readonly on: boolean | null;
    readonly minutes: number | null;
    readonly mode: number | null;
    readonly brightnessRaw: number | null;
  };
  readonly sendsSync: boolean | null;
  readonly takesSync: boolean | null;
  /** 0 none, 1 until the stream ends, 2 until it restarts. */
  readonly liveOverride: number | null;
  /** Those that have lamps, by their ids. */
  readonly segments: readonly Segment[];
}

export interface WledInfo {
  /** 12 small hexadecimal digits. */
  readonly mac: string;
  readonly name: string;
  readonly version: string;
  readonly brand: string;
  readonly model: string;
  /** Whether this build pushes its state. */
  readonly hasSocket: boolean;
  readonly isLive: boolean;
  readonly liveSource: string;
  readonly milliamps: number | null;
  /** Of all segments, and of each where the segments do not say it themselves. */
  readonly capabilities: number;
  readonly segmentCapabilities: readonly number[];
  readonly customPalettes: number;
  /** Change when the lists do. */
  readonly listsMark: string;
  readonly presetsMark: string;
  readonly uptimeSeconds: number | null;
}

/** What a preset or a playlist is called, by its number. */
export interface Presets {
  readonly presets: ReadonlyMap<number, string>;
  readonly playlists: ReadonlyMap<number, string>;
}

/** All that is known of a WLED. */
export interface View {
  readonly state: WledState;
  readonly info: WledInfo;
  readonly effects: readonly string[];
  readonly palettes: readonly string[];
  readonly presets: Presets;
}

export const NO_PRESETS: Presets = { presets: new Map(), playlists: new Map() };

const SEGMENTS_MAX = 64;
const NAMES_MAX = 512;
const NAME_CHARACTERS_MAX = 60;
const PRESET_MAX = 250;

export function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const inside = (value: unknown, key: string): unknown =>
  isJson(value) && Object.hasOwn(value, key) ? value[key] : undefined;
const boolean = (value: unknown): boolean | null => (typeof value === 'boolean' ? value : null);
const text = (value: unknown, otherwise: string): string =>
  typeof value === 'string' && value.trim() !== ''
    ? value.trim().slice(0, NAME_CHARACTERS_MAX)
    : otherwise;

function whole(value: unknown, min: number, max: number): number | null {
  return Number.isInteger(value) && Number(value) >= min && Number(value) <= max
    ? Number(value)
    : null;
}

const byte = (value: unknown): number | null => whole(value, 0, 255);

/** What is only compared with what it was. */
const mark = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' ? `${value}`.slice(0, 40) : '';

/** Reads the state; null for what is none. */
export function readState(own: unknown): WledState | null {
  if (!isJson(own)) return null;
  const { on, bri, ps, pl, nl, udpn, lor, seg } = own;
  const brightnessRaw = byte(bri);
  if (typeof on !== 'boolean' || brightnessRaw === null || !Array.isArray(seg)) return null;
  const segments = new Map<number, Segment>();
  for (const [place, each] of seg.slice(0, SEGMENTS_MAX).entries()) {
    const segment = readSegment(each, place);
    if (segment !== null) segments.set(segment.id, segment);
  }
  return {
    on,
    brightnessRaw,
    preset: whole(ps, -1, PRESET_MAX) ?? -1,
    playlist: whole(pl, -1, PRESET_MAX) ?? -1,
    nightlight: {
      on: boolean(inside(nl, 'on')),
      minutes: byte(inside(nl, 'dur')),
      mode: whole(inside(nl, 'mode'), 0, 3),
      brightnessRaw: byte(inside(nl, 'tbri')),
    },
    sendsSync: boolean(inside(udpn, 'send')),
    takesSync: boolean(inside(udpn, 'recv')),
    liveOverride: whole(lor, 0, 2),
    segments: [...segments.values()].sort((a, b) => a.id - b.id),
  };
}

function readSegment(own: unknown, place: number): Segment | null {
  if (!isJson(own)) return null;
  const { id, n, on, bri, cct, col, fx, pal, sx, ix, lc, stop, len } = own;
  const hasLamps = stop !== 0 && len !== 0;
  if (!hasLamps) return null;
  return {
    id: whole(id, 0, SEGMENTS_MAX - 1) ?? place,
    name: ownName(n),
    on: boolean(on),
    brightnessRaw: byte(bri),
    temperatureRaw: byte(cct),
    channels: readChannels(Array.isArray(col) ? col[0] : null),
    effect: byte(fx),
    palette: byte(pal),
    speedRaw: byte(sx),
    intensityRaw: byte(ix),
    capabilities: byte(lc),
  };
}

/** `[255, 160, 0]`, with a fourth number where there is a white channel, or `"FFA000"`, with white in front. */
function readChannels(own: unknown): Channels | null {
  if (typeof own === 'string') {
    const match = /^([0-9a-f]{2})?([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(own);
    if (match === null) return null;
    const [, white = '00', red = '', green = '', blue = ''] = match;
    const channel = (digits: string): number => Number.parseInt(digits, 16);
    return [channel(red), channel(green), channel(blue), channel(white)];
  }
  if (!Array.isArray(own)) return null;
  const [red, green, blue, white] = own.map(byte);
  const isWhole = typeof red === 'number' && typeof green === 'number' && typeof blue === 'number';
  return isWhole ? [red, green, blue, white ?? 0] : null;
}

/** Reads what it says of itself; null for what is no WLED. */
export function readInfo(own: unknown): WledInfo | null {
  if (!isJson(own)) return null;
  const { mac, name, ver, vid, brand, product, release, arch, live, lm, lip, ws, leds } = own;
  const isMac = typeof mac === 'string' && /^[0-9a-f]{12}$/i.test(mac);
  if (!isMac || typeof ver !== 'string' || !isJson(leds)) return null;
  const perSegment: unknown = leds.seglc;
  const each = Array.isArray(perSegment) ? perSegment.slice(0, SEGMENTS_MAX).map(byte) : [];
  // Older software says only whether there is a white channel.
  const old = leds.rgbw === true ? 3 : 1;
  const source = [text(lm, ''), text(lip, '')].filter((part) => part !== '').join(' ');
  const isFoss = text(product, 'FOSS') === 'FOSS';
  return {
    mac: mac.toLowerCase(),
    name: text(name, 'WLED'),
    version: text(ver, '?'),
    brand: text(brand, 'WLED'),
    model: isFoss ? text(release, text(arch, 'WLED')) : text(product, 'WLED'),
    hasSocket: ws !== -1,
    isLive: live === true,
    liveSource: source,
    milliamps: whole(leds.maxpwr, 1, 1e6) === null ? null : whole(leds.pwr, 0, 1e6),
    capabilities: byte(leds.lc) ?? old,
    segmentCapabilities: each.map((value) => value ?? old),
    customPalettes: byte(own.cpalcount) ?? 0,
    listsMark: [ver, vid, own.fxcount, own.palcount, own.cpalcount].map(mark).join(' '),
    presetsMark: mark(inside(own.fs, 'pmt')),
    uptimeSeconds: whole(own.uptime, 0, 1e10),
  };
}

/** Names of effects or palettes in their order; those that stand for nothing are empty. */
export function readNames(own: unknown): string[] {
  if (!Array.isArray(own)) return [];
  const isReserved = (name: string): boolean => name === 'RSVD' || name === '-';
  return own.slice(0, NAMES_MAX).map((each: unknown) => {
    const name = text(each, '');
    return isReserved(name) ? '' : name;
  });
}

/**
 * What decides which properties it has and how it is called, of all that it pushes; what is pushed often is not in it.
 */
export function shapeOf({ state, info }: Pick<View, 'state' | 'info'>): string {
  const { name, version, brand, model, capabilities, segmentCapabilities, milliamps } = info;
  const { nightlight, liveOverride, sendsSync, takesSync, segments } = state;
  const said = [liveOverride, sendsSync, takesSync, nightlight.mode, milliamps];
  return JSON.stringify([
    ...[name, version, brand, model, capabilities, segmentCapabilities],
    said.map((value) => value === null),
    segments.map((each) => [each.id, each.name, each.capabilities, each.on === null]),
  ]);
}

/** What `/presets.json` holds. A playlist stands among the presets. */
export function readPresets(own: unknown): Presets {
  const presets = new Map<number, string>();
  const playlists = new Map<number, string>();
  if (!isJson(own)) return NO_PRESETS;
  for (const [key, preset] of Object.entries(own).slice(0, PRESET_MAX + 1)) {
    const number = /^\d{1,3}$/.test(key) ? whole(Number(key), 1, PRESET_MAX) : null;
    if (number === null || !isJson(preset)) continue;
    const steps = inside(preset.playlist, 'ps');
    const isPlaylist = Array.isArray(steps) && steps.length > 0;
    (isPlaylist ? playlists : presets).set(number, text(preset.n, `${key}`));
  }
  return { presets, playlists };
}
