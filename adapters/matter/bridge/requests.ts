// What a controller's command, or an attribute that it writes, means in the home's words. Pure: it says what is to be
// asked of the device; whether that may be is decided in the core.
import type { PropertyName, PropertyValue } from '../../../hub/model/properties.ts';
import { property } from '../../../hub/model/properties.ts';
import { fromWire } from '../wire-value.ts';
import type { PartValues } from './cluster-look.ts';
import { FAN_MODES } from './clusters.ts';
import { fromXy } from './color-space.ts';
import type { ClusterName, Part } from './parts.ts';

/** One thing to ask of the device; properties by their names, which the part knows the keys of. */
export type Ask =
  | {
      readonly kind: 'set';
      readonly name: PropertyName;
      readonly value: PropertyValue;
      readonly transitionMs?: number;
    }
  | { readonly kind: 'invoke'; readonly name: 'stop' | 'identify' };

/** Fields of a command as matter.js decodes them. */
export type Fields = Readonly<Record<string, unknown>>;

/** The standard has it and this device does not. */
export class UnsupportedRequest extends Error {}

interface At {
  readonly part: Part;
  readonly values: PartValues;
}

type Read = (fields: Fields, at: At) => readonly Ask[];

const set = (name: PropertyName, value: PropertyValue, transitionMs = 0): Ask => ({
  ...{ kind: 'set', name, value },
  ...(transitionMs > 0 ? { transitionMs } : {}),
});

const numberIn = (fields: Fields, name: string): number => Number(fields[name] ?? 0);
/** Transition times are tenths of a second, and null means as fast as the device likes. */
const transitionIn = (fields: Fields) => numberIn(fields, 'transitionTime') * 100;
const within = (value: number, min: number, max: number) => Math.min(max, Math.max(min, value));

function unsupported(): never {
  throw new UnsupportedRequest();
}

const ON = set('on', true);
const OFF = set('on', false);

function isOn({ values }: At): boolean {
  return values.value('on') === true;
}

/** A lamp may be told its level and colour while it is off. Spec: Matter 1.4 Application Clusters § 1.6.5.5. */
function actsWhileOff({ optionsMask, optionsOverride }: Fields): boolean {
  const flag = (options: unknown) =>
    typeof options === 'object' && options !== null && 'executeIfOff' in options
      ? options.executeIfOff === true
      : false;
  return flag(optionsMask) && flag(optionsOverride);
}

const LEVEL_MAX = 254;

function level(wire: number, fields: Fields, at: At, withOnOff: boolean): readonly Ask[] {
  if (!withOnOff && !isOn(at) && !actsWhileOff(fields)) return [];
  if (withOnOff && wire <= 1) return [OFF];
  const percent = Math.max(1, Math.round((within(wire, 1, LEVEL_MAX) / LEVEL_MAX) * 100));
  const dim = set('brightness', percent, transitionIn(fields));
  return withOnOff && !isOn(at) ? [dim, ON] : [dim];
}

function levelStep(fields: Fields, at: At, withOnOff: boolean): readonly Ask[] {
  const now = at.values.value('brightness');
  const step = numberIn(fields, 'stepSize') * (numberIn(fields, 'stepMode') === 0 ? 1 : -1);
  const from = typeof now === 'number' && isOn(at) ? (now / 100) * LEVEL_MAX : 0;
  return level(from + step, fields, at, withOnOff);
}

/** A level that moves until it is stopped goes to its end in the time that the rate says. */
function levelMove(fields: Fields, at: At, withOnOff: boolean): readonly Ask[] {
  const isUp = numberIn(fields, 'moveMode') === 0;
  const tenths = (LEVEL_MAX / Math.max(1, numberIn(fields, 'rate') || 50)) * 10;
  const moving = { ...fields, transitionTime: Math.round(tenths) };
  return level(isUp ? LEVEL_MAX : 1, moving, at, withOnOff && isUp);
}

function colored(
  fields: Fields,
  at: At,
  color: { readonly hue?: number; readonly saturation?: number },
): readonly Ask[] {
  if (!isOn(at) && !actsWhileOff(fields)) return [];
  const now = at.values.value('color');
  const before = typeof now === 'object' && now !== null ? now : { hue: 0, saturation: 100 };
  return [set('color', { ...before, ...color }, transitionIn(fields))];
}

const hueOf = (fields: Fields) => Math.round((numberIn(fields, 'hue') / 254) * 360);
const saturationOf = (fields: Fields) => Math.round((numberIn(fields, 'saturation') / 254) * 100);

function white(mireds: number, fields: Fields, at: At): readonly Ask[] {
  if (!isOn(at) && !actsWhileOff(fields)) return [];
  const { min = 1_000, max = 10_000 } = at.part.properties.get('colorTemperature') ?? {};
  const kelvin = within(Math.round(1e6 / Math.max(1, mireds)), min, max);
  return [set('colorTemperature', kelvin, transitionIn(fields))];
}

const position = (name: 'position' | 'tilt', percent100ths: number, { part }: At) =>
  part.properties.has(name) ? [set(name, Math.round(100 - percent100ths / 100))] : [];

const both = (percent100ths: number, at: At) => [
  ...position('position', percent100ths, at),
  ...position('tilt', percent100ths, at),
];

/** Tenths of a degree, up or down, for heating (0), cooling (1) or both (2). */
function raiseLower(fields: Fields, { part, values }: At): readonly Ask[] {
  const [mode, by] = [numberIn(fields, 'mode'), numberIn(fields, 'amount') / 10];
  const one = (name: 'targetTemperature' | 'coolingTarget', isMeant: boolean) => {
    const now = values.value(name);
    const descriptor = part.properties.get(name);
    if (!isMeant || descriptor === undefined || typeof now !== 'number') return [];
    const { min = 5, max = 35 } = descriptor;
    return [set(name, within(Math.round((now + by) * 10) / 10, min, max))];
  };
  return [...one('targetTemperature', mode !== 1), ...one('coolingTarget', mode !== 0)];
}

const valve =
  (isOpen: boolean): Read =>
  (fields, { part }) => {
    if (part.properties.has('on')) return [set('on', isOpen)];
    const wanted = isOpen ? Number(fields.targetLevel ?? 100) : 0;
    return [set('valvePosition', wanted)];
  };

/** By cluster and command. A command that is not here is answered as unknown. */
const COMMANDS: Readonly<Partial<Record<ClusterName, Readonly<Record<string, Read>>>>> = {
  OnOff: {
    on: () => [ON],
    off: () => [OFF],
    toggle: (_, at) => [isOn(at) ? OFF : ON],
    offWithEffect: () => [OFF],
    onWithRecallGlobalScene: () => [ON],
    // A light that goes out by itself is a scene's to do, which survives a restart.
    onWithTimedOff: unsupported,
  },
  LevelControl: {
    moveToLevel: (fields, at) => level(numberIn(fields, 'level'), fields, at, false),
    moveToLevelWithOnOff: (fields, at) => level(numberIn(fields, 'level'), fields, at, true),
    step: (fields, at) => levelStep(fields, at, false),
    stepWithOnOff: (fields, at) => levelStep(fields, at, true),
    move: (fields, at) => levelMove(fields, at, false),
    moveWithOnOff: (fields, at) => levelMove(fields, at, true),
    stop: () => [{ kind: 'invoke', name: 'stop' }],
    stopWithOnOff: () => [{ kind: 'invoke', name: 'stop' }],
  },
  ColorControl: {
    moveToHue: (fields, at) => colored(fields, at, { hue: hueOf(fields) }),
    moveToSaturation: (fields, at) => colored(fields, at, { saturation: saturationOf(fields) }),
    moveToHueAndSaturation: (fields, at) =>
      colored(fields, at, { hue: hueOf(fields), saturation: saturationOf(fields) }),
    moveToColor: (fields, at) => {
      const wire = { x: numberIn(fields, 'colorX'), y: numberIn(fields, 'colorY') };
      return colored(fields, at, fromXy(wire));
    },
    moveToColorTemperature: (fields, at) =>
      white(numberIn(fields, 'colorTemperatureMireds'), fields, at),
    stepColorTemperature: (fields, at) => {
      const now = at.values.value('colorTemperature');
      const by = numberIn(fields, 'stepSize') * (numberIn(fields, 'stepMode') === 1 ? 1 : -1);
      return white((typeof now === 'number' ? 1e6 / now : 250) + by, fields, at);
    },
    stopMoveStep: () => [{ kind: 'invoke', name: 'stop' }],
    moveHue: unsupported,
    stepHue: unsupported,
    moveSaturation: unsupported,
    stepSaturation: unsupported,
    moveColor: unsupported,
    stepColor: unsupported,
    moveColorTemperature: unsupported,
  },
  DoorLock: {
    lockDoor: () => [set('locked', true)],
    unlockDoor: () => [set('locked', false)],
  },
  WindowCovering: {
    upOrOpen: (_, at) => both(0, at),
    downOrClose: (_, at) => both(10_000, at),
    goToLiftPercentage: (fields, at) =>
      position('position', numberIn(fields, 'liftPercent100thsValue'), at),
    goToTiltPercentage: (fields, at) =>
      position('tilt', numberIn(fields, 'tiltPercent100thsValue'), at),
    stopMotion: () => [{ kind: 'invoke', name: 'stop' }],
  },
  Thermostat: { setpointRaiseLower: raiseLower },
  ValveConfigurationAndControl: { open: valve(true), close: valve(false) },
};

/** Commands of a cluster that the bridge knows. */
export function commandsOf(cluster: ClusterName): readonly string[] {
  return Object.keys(COMMANDS[cluster] ?? {});
}

/** What a command asks of the device; nothing where it is to be passed over. @throws UnsupportedRequest */
export function asksOf(
  cluster: ClusterName,
  command: string,
  fields: Fields,
  at: At,
): readonly Ask[] {
  return (COMMANDS[cluster]?.[command] ?? unsupported)(fields, at);
}

/** A value by its row's own conversion. */
const converted =
  (name: PropertyName) =>
  (wire: unknown, { part }: At): readonly Ask[] => {
    const descriptor = part.properties.get(name);
    const row = property(name);
    const value = fromWire(row, 'matter' in row ? row.matter?.convert : undefined, wire);
    if (descriptor === undefined || value === undefined) return unsupported();
    return [set(name, value)];
  };

function systemMode(wire: unknown, at: At): readonly Ask[] {
  const mode = at.part.properties.get('mode');
  if (mode === undefined) return unsupported();
  const [wanted] = converted('mode')(wire, at);
  if (wanted?.kind !== 'set' || mode.values?.includes(String(wanted.value)) !== true) {
    return unsupported();
  }
  return [wanted];
}

function fanMode(wire: unknown, at: At): readonly Ask[] {
  const { properties } = at.part;
  const word = Number(wire) === 5 ? 'auto' : (FAN_MODES[Number(wire)] ?? 'high');
  const values = properties.get('fanMode')?.values;
  if (values?.includes(word)) return [set('fanMode', word)];
  if (word === 'off' && properties.has('on')) return [OFF];
  if (word === 'auto' || !properties.has('fanSpeed')) return unsupported();
  return speed(Math.round((FAN_MODES.indexOf(word) / (FAN_MODES.length - 1)) * 100), at);
}

function speed(wire: unknown, at: At): readonly Ask[] {
  const { properties } = at.part;
  if (wire === null) return fanMode(5, at);
  const percent = within(Number(wire), 0, 100);
  if (percent === 0 && properties.has('on')) return [OFF];
  const turned = properties.has('on') && !isOn(at) ? [ON] : [];
  if (properties.has('fanSpeed')) return [set('fanSpeed', percent), ...turned];
  return [...fanMode(Math.ceil((percent / 100) * (FAN_MODES.length - 1)), at), ...turned];
}

type Write = (value: unknown, at: At) => readonly Ask[];

/** By cluster and attribute: what writing it asks for. */
const WRITES: Readonly<Partial<Record<ClusterName, Readonly<Record<string, Write>>>>> = {
  Thermostat: {
    occupiedHeatingSetpoint: converted('targetTemperature'),
    occupiedCoolingSetpoint: converted('coolingTarget'),
    systemMode,
  },
  FanControl: { fanMode, percentSetting: speed },
};

/** Attributes of a cluster whose writing asks something of the device. */
export function writtenAttributesOf(cluster: ClusterName): readonly string[] {
  return Object.keys(WRITES[cluster] ?? {});
}

/** What writing an attribute asks of the device. @throws UnsupportedRequest */
export function asksOfWrite(
  cluster: ClusterName,
  attribute: string,
  value: unknown,
  at: At,
): readonly Ask[] {
  return (WRITES[cluster]?.[attribute] ?? unsupported)(value, at);
}
