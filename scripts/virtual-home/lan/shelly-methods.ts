// What the components of an emulated Shelly do when they are told to: each method of RPC with its checks and the change
// of status that follows. Spec: https://shelly-api-docs.shelly.cloud/gen2/ComponentsAndServices/Introduction.
import type { Fields } from './model.ts';

/** A request that a device refuses, with the code that it refuses with. */
export class Refusal extends Error {
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

/** What a method may look at and change. */
export interface MethodTarget {
  readonly status: Record<string, Fields>;
  readonly config: Fields;
  readonly loadWatts: number;
  /** Changes a component's status and tells everybody. */
  change(key: string, change: Fields): void;
  /** Tells of a happening. */
  tell(component: string, event: string, more?: Fields): void;
  move(key: string, to: number): void;
  halt(key: string): void;
}

type Method = (target: MethodTarget, params: Fields) => unknown;

/** @throws Refusal where there is no such component */
export function componentOf({ status }: MethodTarget, kind: string, params: Fields): string {
  const id = Number(params.id ?? 0);
  const key = `${kind}:${id}`;
  if (status[key] === undefined) throw new Refusal(-105, `Argument 'id', value ${id} not found!`);
  return key;
}

/** What an output draws when it is on or off. */
export function loadOf(target: MethodTarget, key: string, watts: number): Fields {
  const component = target.status[key] ?? {};
  if (!('apower' in component)) return {};
  const brightness = Number(component.brightness ?? 100);
  const apower = Math.round(watts * (brightness / 100) * 10) / 10;
  return { apower, current: Math.round((apower / 230) * 1_000) / 1_000 };
}

export function setOutput(
  target: MethodTarget,
  key: string,
  isOn: boolean,
  source: string,
): Fields {
  const was = target.status[key]?.output;
  const watts = isOn ? target.loadWatts : 0;
  target.change(key, { output: isOn, source, ...loadOf(target, key, watts) });
  return { was_on: was };
}

function limited(params: Fields, name: string, min: number, max: number): void {
  const value = params[name];
  if (value === undefined) return;
  if (typeof value !== 'number' || value < min || value > max) {
    throw new Refusal(-105, `Argument '${name}', value ${JSON.stringify(value)} is invalid!`);
  }
}

/** Sets any light: what it has not, it refuses. */
function setLight(kind: string, fields: readonly string[]): Method {
  return (target, params) => {
    const key = componentOf(target, kind, params);
    limited(params, 'brightness', 0, 100);
    limited(params, 'white', 0, 255);
    limited(params, 'ct', 1_000, 10_000);
    limited(params, 'transition_duration', 0.5, 5);
    const { rgb } = params;
    const isRgb =
      Array.isArray(rgb) && rgb.length === 3 && rgb.every((one) => one >= 0 && one <= 255);
    if (rgb !== undefined && !isRgb) throw new Refusal(-105, "Argument 'rgb' is invalid!");
    const change = Object.fromEntries(
      ['brightness', ...fields].flatMap((field) =>
        params[field] === undefined ? [] : [[field, params[field]]],
      ),
    );
    if (Object.keys(change).length > 0) target.change(key, change);
    if (typeof params.on === 'boolean') setOutput(target, key, params.on, 'WS_in');
    return null;
  };
}

function setValue(kind: string, isRight: (value: unknown, config: Fields) => boolean): Method {
  return (target, params) => {
    const key = componentOf(target, kind, params);
    const config = (target.config[key] ?? {}) as Fields;
    if (!isRight(params.value, config)) {
      throw new Refusal(
        -105,
        `Argument 'value', value ${JSON.stringify(params.value)} is invalid!`,
      );
    }
    target.change(key, { value: params.value, source: 'rpc' });
    return null;
  };
}

function goTo(target: MethodTarget, params: Fields): null {
  const key = componentOf(target, 'cover', params);
  limited(params, 'pos', 0, 100);
  limited(params, 'slat_pos', 0, 100);
  if (target.status[key]?.pos_control === false) {
    throw new Refusal(-106, 'Position control is not calibrated!');
  }
  if (typeof params.slat_pos === 'number') target.change(key, { slat_pos: params.slat_pos });
  if (typeof params.pos === 'number') target.move(key, params.pos);
  return null;
}

function setThermostat(target: MethodTarget, params: Fields): Fields {
  const key = componentOf(target, 'thermostat', params);
  const { target_C, enable } = (params.config ?? {}) as Fields;
  limited({ target_C }, 'target_C', 5, 35);
  target.change(key, {
    ...(target_C === undefined ? {} : { target_C }),
    ...(enable === undefined ? {} : { enable, output: enable }),
  });
  return { restart_required: false };
}

function callValve(target: MethodTarget, params: Fields): Fields {
  const key = componentOf(target, 'blutrv', params);
  const { target_C, duration = 1_800 } = (params.params ?? {}) as Fields;
  switch (params.method) {
    case 'Trv.SetTarget':
      limited({ target_C }, 'target_C', 4, 30);
      target.change(key, { target_C });
      return { v: 0 };
    case 'Trv.SetBoost':
      target.change(key, { boost: { started_at: Math.floor(Date.now() / 1_000), duration } });
      return { v: 0 };
    case 'Trv.ClearBoost':
      target.change(key, { boost: null });
      return { v: 0 };
    case 'Trv.Calibrate':
      return { v: 0 };
    default:
      throw new Refusal(-114, `Method ${String(params.method)} failed: No handler`);
  }
}

function press(target: MethodTarget, params: Fields): null {
  target.tell(componentOf(target, 'button', params), String(params.event), { id: params.id });
  return null;
}

function run(isRunning: boolean): Method {
  return (target, params) => {
    const key = componentOf(target, 'script', params);
    const was = target.status[key]?.running === true;
    target.change(key, { running: isRunning });
    return { was_running: was };
  };
}

const isNumberOf = (value: unknown, { min = -Infinity, max = Infinity }: Fields): boolean =>
  typeof value === 'number' && value >= Number(min) && value <= Number(max);

/** Where it calls when it wakes: it wants to start anew before it does. */
function setCalls(target: MethodTarget, params: Fields): Fields {
  target.config.ws = { ...(params.config as Fields) };
  return { restart_required: true };
}

/** All methods that change something, by their names. */
export const METHODS: Readonly<Record<string, Method>> = {
  'Switch.Set': (target, params) =>
    setOutput(target, componentOf(target, 'switch', params), params.on === true, 'WS_in'),
  'Light.Set': setLight('light', []),
  'RGB.Set': setLight('rgb', ['rgb']),
  'RGBW.Set': setLight('rgbw', ['rgb', 'white']),
  'CCT.Set': setLight('cct', ['ct']),
  'RGBCCT.Set': setLight('rgbcct', ['rgb', 'ct', 'mode']),
  'Cover.GoToPosition': goTo,
  'Cover.Open': (target, params) => target.move(componentOf(target, 'cover', params), 100),
  'Cover.Close': (target, params) => target.move(componentOf(target, 'cover', params), 0),
  'Cover.Stop': (target, params) => target.halt(componentOf(target, 'cover', params)),
  'Cover.Calibrate': (target, params) =>
    target.change(componentOf(target, 'cover', params), { state: 'calibrating' }),
  'Thermostat.SetConfig': setThermostat,
  'BluTRV.Call': callValve,
  'Boolean.Set': setValue('boolean', (value) => typeof value === 'boolean'),
  'Number.Set': setValue('number', isNumberOf),
  'Text.Set': setValue('text', (value) => typeof value === 'string'),
  'Enum.Set': setValue('enum', (value, { options }) => {
    return Array.isArray(options) && options.includes(value);
  }),
  'Button.Trigger': press,
  'Script.Start': run(true),
  'Script.Stop': run(false),
  'Ws.SetConfig': setCalls,
  'Shelly.Reboot': () => null,
  'Smoke.Mute': (target, params) =>
    target.change(componentOf(target, 'smoke', params), { mute: true }),
};
