// What a WLED brings in the terms of the table of properties: the rows of the whole strip, and those of each segment.
// Spec: WLED JSON API (https://kno.wled.ge/interfaces/json-api/).
import { fromRgb, toRgb } from '../../../hub/model/color-space.ts';
import { HubError } from '../../../hub/model/errors.ts';
import type {
  ColorValue,
  PropertyConstraints,
  PropertyName,
  PropertyValue,
  VendorPropertyName,
} from '../../../hub/model/properties.ts';
import type { PropertyType } from '../../../hub/model/property-row.ts';
import { isColor } from '../../../hub/model/property-value.ts';
import type { Words } from '../../../hub/model/words.ts';
import type { Json } from '../known-devices.ts';
import type { Channels, Segment, View } from './messages.ts';

/** What is known, and the segment that a row is about. */
export interface Seen extends View {
  readonly segment: Segment;
}

export interface Row {
  readonly name: PropertyName | VendorPropertyName;
  /** Of a vendor's own property. */
  readonly vendor?: { readonly type: PropertyType; readonly label: Words; readonly unit?: string };
  has?(seen: Seen): boolean;
  own?(seen: Seen): PropertyConstraints;
  read?(seen: Seen): PropertyValue | undefined;
  /** The part of the body: of the state, or of its segment. */
  write?(value: PropertyValue, seen: Seen): Json;
}

const COLORS = 1;
const WHITE = 2;
const TEMPERATURE = 4;
/** Colour temperature counts 0–255, in steps of 32 K from here. */
const KELVIN_MIN = 1_900;
const KELVIN_STEP = 32;
/** Below it a colour is shown by the white lamps, where there are some. */
const WHITE_SATURATION_MAX = 3;
/** What stands for no preset and no playlist. */
const NONE = 'none';
const NIGHTLIGHTS = ['instant', 'fade', 'color_fade', 'sunrise'];
const OVERRIDES = ['off', 'until_stream_ends', 'until_restart'];
const PERCENT = { min: 0, max: 100, step: 1 };

function capabilitiesOf({ segment, info, state }: Seen): number {
  const place = state.segments.findIndex(({ id }) => id === segment.id);
  return segment.capabilities ?? info.segmentCapabilities[place] ?? info.capabilities;
}

function percentOf(raw: number | null): number | undefined {
  return raw === null ? undefined : Math.round((raw / 255) * 1_000) / 10;
}

function rawOf(percent: PropertyValue, min: number): number {
  return Math.max(min, Math.min(255, Math.round((Number(percent) / 100) * 255)));
}

const known = <T>(value: T | null): T | undefined => value ?? undefined;

function colorOf(channels: Channels | null): ColorValue | undefined {
  if (channels === null) return undefined;
  const [red, green, blue] = channels;
  return fromRgb([red, green, blue]);
}

function toChannels(color: ColorValue, hasWhite: boolean): readonly number[] {
  if (hasWhite && color.saturation <= WHITE_SATURATION_MAX) return [0, 0, 0, 255];
  return hasWhite ? [...toRgb(color), 0] : toRgb(color);
}

/** Names of a list that a person can choose, each once. */
function choicesOf(names: readonly string[]): Map<string, number> {
  const choices = new Map<string, number>();
  for (const [id, name] of names.entries()) {
    if (name !== '') choices.set(choices.has(name) ? `${name} (${id})` : name, id);
  }
  return choices;
}

function choiceOf(choices: ReadonlyMap<string, number>, id: number | null): string | undefined {
  for (const [name, each] of choices) if (each === id) return name;
  return undefined;
}

/** A household's own palettes are counted downwards. */
function palettesOf({ palettes, info }: Seen): Map<string, number> {
  const choices = choicesOf(palettes);
  const top = Number.parseInt(info.version, 10) >= 16 ? 200 : 255;
  for (let n = 0; n < info.customPalettes; n += 1) choices.set(`Custom ${n + 1}`, top - n);
  return choices;
}

function namedOf(names: ReadonlyMap<number, string>): Map<string, number> {
  const choices = new Map<string, number>();
  for (const [id, name] of names) choices.set(choices.has(name) ? `${name} (${id})` : name, id);
  return choices;
}

/** The rows of presets and of playlists, which are called in the same way. */
function recalled(
  name: VendorPropertyName,
  label: Words,
  list: 'presets' | 'playlists',
  now: 'preset' | 'playlist',
): Row {
  const choices = ({ presets }: Seen): Map<string, number> => namedOf(presets[list]);
  return {
    name,
    vendor: { type: 'enum', label },
    has: ({ presets }) => presets[list].size > 0,
    own: (seen) => ({ values: [NONE, ...choices(seen).keys()] }),
    read: (seen) => choiceOf(choices(seen), seen.state[now]) ?? NONE,
    write: (value, seen) => {
      const ps = choices(seen).get(String(value));
      if (ps !== undefined) return { ps };
      throw new HubError('unsupported', 'A WLED does not go back to no preset by itself', {
        hint: 'Set a colour or an effect instead: the preset ends with it.',
        zh: {
          message: 'WLED 不能自行回到无预设状态',
          hint: '请改为设置颜色或灯效：预设会随之结束。',
        },
      });
    },
  };
}

const NIGHTLIGHT: readonly Row[] = [
  {
    name: 'x_nightlight',
    vendor: { type: 'boolean', label: { en: 'Nightlight', zh: '夜灯' } },
    read: ({ state }) => known(state.nightlight.on),
    write: (value) => ({ nl: { on: value } }),
  },
  {
    name: 'x_nightlight_minutes',
    vendor: { type: 'number', label: { en: 'Nightlight lasts', zh: '夜灯时长' }, unit: 'min' },
    own: () => ({ min: 1, max: 255, step: 1 }),
    read: ({ state }) => known(state.nightlight.minutes),
    write: (value) => ({ nl: { dur: Math.round(Number(value)) } }),
  },
  {
    name: 'x_nightlight_mode',
    vendor: { type: 'enum', label: { en: 'Nightlight goes', zh: '夜灯方式' } },
    has: ({ state }) => state.nightlight.mode !== null,
    own: () => ({ values: NIGHTLIGHTS }),
    read: ({ state }) => NIGHTLIGHTS[state.nightlight.mode ?? -1],
    write: (value) => ({ nl: { mode: NIGHTLIGHTS.indexOf(String(value)) } }),
  },
  {
    name: 'x_nightlight_brightness',
    vendor: {
      type: 'number',
      label: { en: 'Brightness after the nightlight', zh: '夜灯结束亮度' },
      unit: '%',
    },
    own: () => PERCENT,
    read: ({ state }) => percentOf(state.nightlight.brightnessRaw),
    write: (value) => ({ nl: { tbri: rawOf(value, 0) } }),
  },
];

/** Of the whole strip. */
export const STRIP_ROWS: readonly Row[] = [
  {
    name: 'on',
    read: ({ state }) => state.on,
    write: (value) => ({ on: value }),
  },
  {
    name: 'brightness',
    // Relays know no brightness.
    has: ({ info }) => info.capabilities !== 0,
    own: () => ({ min: 1 }),
    read: ({ state }) => percentOf(state.brightnessRaw),
    write: (value) => ({ on: true, bri: rawOf(value, 1) }),
  },
  recalled('x_preset', { en: 'Preset', zh: '预设' }, 'presets', 'preset'),
  recalled('x_playlist', { en: 'Playlist', zh: '播放列表' }, 'playlists', 'playlist'),
  ...NIGHTLIGHT,
  {
    name: 'x_live',
    vendor: { type: 'boolean', label: { en: 'Follows a live stream', zh: '正跟随实时流' } },
    read: ({ info }) => info.isLive,
  },
  {
    name: 'x_live_source',
    vendor: { type: 'string', label: { en: 'Live stream from', zh: '实时流来源' } },
    read: ({ info }) => info.liveSource,
  },
  {
    name: 'x_live_override',
    vendor: { type: 'enum', label: { en: 'Live stream is ignored', zh: '忽略实时流' } },
    has: ({ state }) => state.liveOverride !== null,
    own: () => ({ values: OVERRIDES }),
    read: ({ state }) => OVERRIDES[state.liveOverride ?? -1],
    write: (value) => ({ lor: OVERRIDES.indexOf(String(value)) }),
  },
  {
    name: 'x_sync_send',
    vendor: { type: 'boolean', label: { en: 'Other WLEDs follow it', zh: '其他 WLED 跟随它' } },
    has: ({ state }) => state.sendsSync !== null,
    read: ({ state }) => known(state.sendsSync),
    write: (value) => ({ udpn: { send: value } }),
  },
  {
    name: 'x_sync_receive',
    vendor: { type: 'boolean', label: { en: 'Follows other WLEDs', zh: '跟随其他 WLED' } },
    has: ({ state }) => state.takesSync !== null,
    read: ({ state }) => known(state.takesSync),
    write: (value) => ({ udpn: { recv: value } }),
  },
  {
    name: 'current',
    has: ({ info }) => info.milliamps !== null,
    read: ({ info }) => (info.milliamps === null ? undefined : info.milliamps / 1_000),
  },
];

/** What each segment shows. */
export const SEGMENT_ROWS: readonly Row[] = [
  {
    name: 'color',
    has: (seen) => (capabilitiesOf(seen) & COLORS) !== 0,
    read: ({ segment }) => colorOf(segment.channels),
    write: (value, seen) => {
      const hasWhite = (capabilitiesOf(seen) & WHITE) !== 0;
      const color = isColor(value) ? value : { hue: 0, saturation: 0 };
      return { col: [toChannels(color, hasWhite)] };
    },
  },
  {
    name: 'x_white',
    vendor: { type: 'number', label: { en: 'White lamps', zh: '白光' }, unit: '%' },
    // Without colours the brightness is that of the white lamps.
    has: (seen) => (capabilitiesOf(seen) & (COLORS | WHITE)) === (COLORS | WHITE),
    own: () => PERCENT,
    read: ({ segment }) => percentOf(segment.channels?.[3] ?? null),
    write: (value, { segment }) => {
      const [red, green, blue] = segment.channels ?? [0, 0, 0, 0];
      return { col: [[red, green, blue, rawOf(value, 0)]] };
    },
  },
  {
    name: 'colorTemperature',
    has: (seen) => (capabilitiesOf(seen) & TEMPERATURE) !== 0,
    own: () => ({ min: KELVIN_MIN, max: KELVIN_MIN + 255 * KELVIN_STEP }),
    read: ({ segment: { temperatureRaw } }) =>
      temperatureRaw === null ? undefined : KELVIN_MIN + temperatureRaw * KELVIN_STEP,
    write: (value) => ({ cct: Math.round((Number(value) - KELVIN_MIN) / KELVIN_STEP) }),
  },
  {
    name: 'effect',
    has: ({ effects }) => effects.length > 0,
    own: ({ effects }) => ({ values: [...choicesOf(effects).keys()] }),
    read: ({ effects, segment }) => choiceOf(choicesOf(effects), segment.effect),
    write: (value, { effects }) => ({ fx: choicesOf(effects).get(String(value)) }),
  },
  {
    name: 'x_palette',
    vendor: { type: 'enum', label: { en: 'Palette', zh: '调色板' } },
    has: (seen) => seen.palettes.length > 0 && (capabilitiesOf(seen) & COLORS) !== 0,
    own: (seen) => ({ values: [...palettesOf(seen).keys()] }),
    read: (seen) => choiceOf(palettesOf(seen), seen.segment.palette),
    write: (value, seen) => ({ pal: palettesOf(seen).get(String(value)) }),
  },
  {
    name: 'x_effect_speed',
    vendor: { type: 'number', label: { en: 'Effect speed', zh: '灯效速度' }, unit: '%' },
    has: ({ effects }) => effects.length > 0,
    own: () => PERCENT,
    read: ({ segment }) => percentOf(segment.speedRaw),
    write: (value) => ({ sx: rawOf(value, 0) }),
  },
  {
    name: 'x_effect_intensity',
    vendor: { type: 'number', label: { en: 'Effect intensity', zh: '灯效强度' }, unit: '%' },
    has: ({ effects }) => effects.length > 0,
    own: () => PERCENT,
    read: ({ segment }) => percentOf(segment.intensityRaw),
    write: (value) => ({ ix: rawOf(value, 0) }),
  },
];

/** What each of several segments has beside it: it can be dark while the others are lit. */
export const SWITCH_ROWS: readonly Row[] = [
  {
    name: 'on',
    has: ({ segment }) => segment.on !== null,
    read: ({ segment }) => known(segment.on),
    write: (value) => ({ on: value }),
  },
  {
    name: 'brightness',
    has: (seen) => seen.segment.brightnessRaw !== null && capabilitiesOf(seen) !== 0,
    own: () => ({ min: 1 }),
    read: ({ segment }) => percentOf(segment.brightnessRaw),
    write: (value) => ({ on: true, bri: rawOf(value, 1) }),
  },
];
