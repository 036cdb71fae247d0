// What a Shelly drives: switches, lights of all kinds, covers and thermostats.

import { fromRgb, toRgb } from '../../../../hub/model/color-space.ts';
import type { PropertyValue } from '../../../../hub/model/properties.ts';
import { isColor } from '../../../../hub/model/property-value.ts';
import type { Json } from '../rpc.ts';
import {
  boolean,
  type Component,
  type Describe,
  type Draft,
  inside,
  number,
  type RpcRequest,
  texts,
  told,
  vendor,
} from './component.ts';
import { meteringOf } from './metering.ts';

const KELVIN_MIN = 2_700;
const KELVIN_MAX = 6_500;
const TARGET_MIN = 5;
const TARGET_MAX = 35;

export const switched: Describe = (component) => ({
  drafts: [
    {
      name: 'on',
      read: ({ output }) => boolean(output),
      set: (value) => ({ method: 'Switch.Set', params: { id: component.id, on: value } }),
    },
    ...meteringOf(component),
  ],
});

/** The request of a light: what is set beside it, with the time that it takes. */
type LightRequest = (params: Json, transitionMs: number | undefined) => RpcRequest;

function lightRequest({ id }: Component, space: string): LightRequest {
  return (params, transitionMs) => ({
    method: `${space}.Set`,
    params: { id, ...params, ...transition(transitionMs) },
  });
}

function transition(transitionMs: number | undefined): Json {
  // Shelly takes 0.5 to 5 s.
  if (transitionMs === undefined || transitionMs < 500) return {};
  return { transition_duration: Math.min(5, transitionMs / 1_000) };
}

function onAndBrightness({ status }: Component, request: LightRequest): Draft[] {
  const on: Draft = {
    name: 'on',
    read: ({ output }) => boolean(output),
    set: (value, ms) => request({ on: value }, ms),
  };
  const brightness: Draft = {
    name: 'brightness',
    min: 1,
    read: (whole) => number(whole.brightness),
    set: (value, ms) => request({ on: true, brightness: value }, ms),
  };
  return 'brightness' in status ? [on, brightness] : [on];
}

function colour(request: LightRequest, more: Json = {}): Draft {
  return {
    name: 'color',
    read: ({ rgb }) => (isTriple(rgb) ? fromRgb(rgb) : undefined),
    set: (value, ms) => request({ on: true, ...more, rgb: rgbOf(value) }, ms),
  };
}

function isTriple(value: unknown): value is readonly [number, number, number] {
  const isByte = (one: unknown) => typeof one === 'number' && one >= 0 && one <= 255;
  return Array.isArray(value) && value.length === 3 && value.every(isByte);
}

function rgbOf(value: PropertyValue): readonly number[] {
  return isColor(value) ? toRgb(value) : [255, 255, 255];
}

function warmth({ config }: Component, request: LightRequest, more: Json = {}): Draft {
  const range: readonly unknown[] = Array.isArray(config.ct_range) ? config.ct_range : [];
  const min = number(range[0]) ?? KELVIN_MIN;
  const max = number(range[1]) ?? KELVIN_MAX;
  return {
    name: 'colorTemperature',
    ...(min < max ? { min, max } : { min: KELVIN_MIN, max: KELVIN_MAX }),
    read: ({ ct }) => number(ct),
    set: (value, ms) => request({ on: true, ...more, ct: Math.round(Number(value)) }, ms),
  };
}

/** The rest of a light: what it draws, what is wrong with it, and that it was never calibrated. */
function restOfLight(component: Component): Draft[] {
  const drafts = [...meteringOf(component)];
  const isCalibrated = (status: Json) => !texts(status.flags).includes('uncalibrated');
  if (!('flags' in component.status)) return drafts;
  const label = { en: 'Calibrated', zh: '已校准' };
  return [...drafts, vendor('x_calibrated', 'boolean', label, { read: isCalibrated })];
}

export const light: Describe = (component) => ({
  drafts: [
    ...onAndBrightness(component, lightRequest(component, 'Light')),
    ...restOfLight(component),
  ],
});

export const rgb: Describe = (component) => {
  const request = lightRequest(component, 'RGB');
  return {
    drafts: [...onAndBrightness(component, request), colour(request), ...restOfLight(component)],
  };
};

export const rgbw: Describe = (component) => {
  const request = lightRequest(component, 'RGBW');
  const white = vendor(
    'x_white',
    'number',
    { en: 'White channel', zh: '白光通道' },
    {
      unit: '%',
      min: 0,
      max: 100,
      step: 1,
      read: (status) => percentOfByte(number(status.white)),
      set: (value, ms) => request({ on: true, white: Math.round(Number(value) * 2.55) }, ms),
    },
  );
  const hasWhite = 'white' in component.status;
  return {
    drafts: [
      ...onAndBrightness(component, request),
      colour(request),
      ...(hasWhite ? [white] : []),
      ...restOfLight(component),
    ],
  };
};

function percentOfByte(byte: number | undefined): number | undefined {
  return byte === undefined ? undefined : Math.round(byte / 2.55);
}

export const cct: Describe = (component) => {
  const request = lightRequest(component, 'CCT');
  const drafts = [...onAndBrightness(component, request), warmth(component, request)];
  return { drafts: [...drafts, ...restOfLight(component)] };
};

/** A bulb that is either coloured or white: what is set last says which. */
export const rgbcct: Describe = (component) => {
  const request = lightRequest(component, 'RGBCCT');
  return {
    drafts: [
      ...onAndBrightness(component, request),
      colour(request, { mode: 'rgb' }),
      warmth(component, request, { mode: 'cct' }),
      ...restOfLight(component),
    ],
  };
};

const MOVEMENTS: Readonly<Record<string, string>> = {
  open: 'stopped',
  closed: 'stopped',
  stopped: 'stopped',
  calibrating: 'stopped',
  opening: 'opening',
  closing: 'closing',
};

export const cover: Describe = (component) => {
  const { id, status, config } = component;
  const isCalibrated = status.pos_control === true || number(status.current_pos) !== undefined;
  const hasSlats = inside(config.slat, 'enable') === true || 'slat_pos' in status;
  const drafts: Draft[] = [
    isCalibrated
      ? {
          name: 'position',
          read: (whole) => number(whole.current_pos),
          set: (pos) => ({ method: 'Cover.GoToPosition', params: { id, pos } }),
        }
      : endsAlone(id),
    ...(hasSlats ? [slats(id)] : []),
    { name: 'moving', read: movementOf },
    vendor(
      'x_calibrating',
      'boolean',
      { en: 'Calibrating', zh: '正在校准' },
      {
        read: ({ state }) => (typeof state === 'string' ? state === 'calibrating' : undefined),
      },
    ),
    vendor(
      'x_calibrated',
      'boolean',
      { en: 'Calibrated', zh: '已校准' },
      {
        read: (whole) => boolean(whole.pos_control),
      },
    ),
  ];
  return {
    drafts: [...drafts, ...meteringOf(component)],
    commands: [
      { name: 'stop', request: { method: 'Cover.Stop', params: { id } } },
      { name: 'calibrate', request: { method: 'Cover.Calibrate', params: { id } } },
    ],
  };
};

/** A cover that was never calibrated knows its two ends and nothing between. */
function endsAlone(id: number): Draft {
  return {
    name: 'position',
    step: 100,
    read: ({ state }) => (state === 'open' ? 100 : state === 'closed' ? 0 : undefined),
    set: (value) => ({
      method: Number(value) >= 50 ? 'Cover.Open' : 'Cover.Close',
      params: { id },
    }),
  };
}

function slats(id: number): Draft {
  return {
    name: 'tilt',
    read: (whole) => number(whole.slat_pos),
    set: (value) => ({ method: 'Cover.GoToPosition', params: { id, slat_pos: value } }),
  };
}

function movementOf({ state, errors }: Json): string | undefined {
  const movement =
    typeof state === 'string' && Object.hasOwn(MOVEMENTS, state) ? MOVEMENTS[state] : undefined;
  const isBlocked = texts(errors).includes('obstruction');
  return movement === 'stopped' && isBlocked ? 'blocked' : movement;
}

export const thermostat: Describe = ({ id, status, config }) => {
  const mode = config.type === 'cooling' ? 'cool' : 'heat';
  const request = (own: Json): RpcRequest => ({
    method: 'Thermostat.SetConfig',
    params: { id, config: { id, ...own } },
  });
  return {
    drafts: [
      {
        name: mode === 'cool' ? 'coolingTarget' : 'targetTemperature',
        min: TARGET_MIN,
        max: TARGET_MAX,
        step: 0.5,
        read: ({ target_C: target }) => number(target),
        set: (value) => request({ target_C: value }),
      },
      ...told('temperature', status, 'current_C'),
      ...told('humidity', status, 'current_humidity'),
      {
        name: 'mode',
        values: ['off', mode],
        read: ({ enable }) => (typeof enable === 'boolean' ? (enable ? mode : 'off') : undefined),
        set: (value) => request({ enable: value !== 'off' }),
      },
      {
        name: 'runningState',
        values: ['idle', mode],
        read: ({ output }) => (typeof output === 'boolean' ? (output ? mode : 'idle') : undefined),
      },
    ],
  };
};
