// How each cluster of a bridged part looks: its features, what never changes about it, and its attributes as they
// follow from the values of the home. Pure; attributes have matter.js's names and plain values. Sensors stand apart.

import { toHueSaturation } from '../wire-value.ts';
import {
  type Attributes,
  type ClusterLook,
  has,
  limited,
  type PartValues,
  when,
  wire,
  within,
} from './cluster-look.ts';
import { toXy } from './color-space.ts';
import type { ClusterName, Part } from './parts.ts';
import { SENSOR_LOOKS } from './sensor-clusters.ts';

const heats = (part: Part) => has(part, 'targetTemperature');
const cools = (part: Part) => has(part, 'coolingTarget');

/** A thermostat's limits for a target, in hundredths of a degree, from what the device says of itself. */
function targetLimits(part: Part, name: 'targetTemperature' | 'coolingTarget') {
  const descriptor = part.properties.get(name);
  const [min, max] = [descriptor?.min ?? 5, descriptor?.max ?? 35];
  return { min: Math.round(min * 100), max: Math.round(max * 100) };
}

const SYSTEM_OFF = 0;
const SYSTEM_COOL = 3;
const SYSTEM_HEAT = 4;

/** What a device cannot do by itself, such as a schedule of its own, is told as what it is for. */
function systemMode(values: PartValues, part: Part): number {
  const usual = heats(part) ? SYSTEM_HEAT : SYSTEM_COOL;
  if (!has(part, 'mode')) return usual;
  const mode = wire(values, 'mode') ?? usual;
  if (mode === SYSTEM_OFF) return mode;
  if (mode === SYSTEM_COOL && cools(part)) return mode;
  return mode === SYSTEM_HEAT && heats(part) ? mode : usual;
}

/** Between the words of a fan and its speed. Spec: Matter 1.4 Application Clusters § 4.4.6.1. */
const FAN_PERCENT: Readonly<Record<string, number>> = {
  ...{ off: 0, low: 33, medium: 66, high: 100, on: 100 },
};
/** The words of a fan in the order of their numbers in Matter. */
export const FAN_MODES: readonly string[] = ['off', 'low', 'medium', 'high'];
const FAN_AUTO = 5;

function fanPercent(values: PartValues): number | null {
  if (values.value('on') === false) return 0;
  return (
    limited(wire(values, 'fanSpeed'), 0, 100) ??
    FAN_PERCENT[String(values.value('fanMode'))] ??
    null
  );
}

function fanMode(values: PartValues, percent: number | null): number {
  const mode = String(values.value('fanMode'));
  if (mode === 'auto' || mode === 'smart') return FAN_AUTO;
  if (values.value('fanSpeed') === null && Object.hasOwn(FAN_PERCENT, mode)) {
    return mode === 'on' ? FAN_MODES.length - 1 : FAN_MODES.indexOf(mode);
  }
  return Math.ceil(((percent ?? 0) / 100) * (FAN_MODES.length - 1));
}

const hasFanAuto = (part: Part) =>
  part.properties.get('fanMode')?.values?.some((word) => word === 'auto') === true;

/** A lamp that does not say how warm and how cool it can be is taken for one of 2,000 to 6,500 K. */
function miredLimits(part: Part) {
  const descriptor = part.properties.get('colorTemperature');
  return {
    min: Math.round(1e6 / (descriptor?.max ?? 6_500)),
    max: Math.round(1e6 / (descriptor?.min ?? 2_000)),
  };
}

const COLOR_MODES = { color: 0, colorTemperature: 2 } as const;

function colorAttributes(values: PartValues, part: Part): Attributes {
  const color = values.value('color');
  const known = typeof color === 'object' && color !== null ? color : { hue: 0, saturation: 0 };
  const hs = toHueSaturation(known);
  const xy = toXy(known);
  const { min, max } = miredLimits(part);
  const mode =
    COLOR_MODES[
      has(part, 'colorTemperature') && has(part, 'color') ? values.colorMode : only(part)
    ];
  return {
    colorMode: mode,
    enhancedColorMode: mode,
    ...(has(part, 'color')
      ? { currentHue: hs?.hue, currentSaturation: hs?.saturation, currentX: xy.x, currentY: xy.y }
      : {}),
    ...(has(part, 'colorTemperature')
      ? { colorTemperatureMireds: within(wire(values, 'colorTemperature') ?? max, min, max) }
      : {}),
  };
}

function only(part: Part): 'color' | 'colorTemperature' {
  return has(part, 'color') ? 'color' : 'colorTemperature';
}

const MOVES: Readonly<Record<string, number>> = { opening: 1, closing: 2 };

function coverAttributes(values: PartValues, part: Part): Attributes {
  const moves = MOVES[String(values.value('moving'))] ?? 0;
  const lift = wire(values, 'position');
  const tilt = wire(values, 'tilt');
  return {
    operationalStatus: { global: moves, lift: has(part, 'position') ? moves : 0, tilt: 0 },
    ...(has(part, 'position')
      ? {
          currentPositionLiftPercent100ths: lift,
          ...(moves === 0 ? { targetPositionLiftPercent100ths: lift } : {}),
        }
      : {}),
    ...(has(part, 'tilt')
      ? { currentPositionTiltPercent100ths: tilt, targetPositionTiltPercent100ths: tilt }
      : {}),
  };
}

function coverType(part: Part): { type: number; endProductType: number } {
  if (!has(part, 'tilt')) return { type: 0, endProductType: 0 };
  // TiltBlindTiltOnly, TiltBlindLift; InteriorBlind.
  return { type: has(part, 'position') ? 8 : 7, endProductType: 17 };
}

const LOCKED = 1;
const UNLOCKED = 2;

/** The looks of all clusters. Spec: Matter 1.4 Application Clusters. */
export const LOOKS: Readonly<Record<ClusterName, ClusterLook>> = {
  OnOff: {
    features: ({ types }) =>
      when(
        types.some((type) => type !== 'Fan'),
        'Lighting',
      ),
    attributes: ({ value }) => ({ onOff: value('on') === true }),
  },
  LevelControl: {
    features: () => ['OnOff', 'Lighting'],
    constants: () => ({
      ...{ minLevel: 1, maxLevel: 254, onLevel: null, remainingTime: 0, startUpCurrentLevel: null },
      options: { executeIfOff: false, coupleColorTempToLevel: false },
    }),
    attributes: (values) => ({ currentLevel: limited(wire(values, 'brightness'), 1, 254) }),
  },
  ColorControl: {
    features: (part) => [
      ...when(has(part, 'color'), 'HueSaturation', 'Xy'),
      ...when(has(part, 'colorTemperature'), 'ColorTemperature'),
    ],
    constants: (part) => ({
      ...{ numberOfPrimaries: null, remainingTime: 0, options: { executeIfOff: false } },
      colorCapabilities: {
        hueSaturation: has(part, 'color'),
        enhancedHue: false,
        colorLoop: false,
        xy: has(part, 'color'),
        colorTemperature: has(part, 'colorTemperature'),
      },
      ...(has(part, 'colorTemperature')
        ? {
            colorTempPhysicalMinMireds: miredLimits(part).min,
            colorTempPhysicalMaxMireds: miredLimits(part).max,
            coupleColorTempToLevelMinMireds: miredLimits(part).min,
            startUpColorTemperatureMireds: null,
          }
        : {}),
    }),
    attributes: colorAttributes,
  },
  DoorLock: {
    constants: () => ({
      ...{ lockType: 0, actuatorEnabled: true, operatingMode: 0 },
      supportedOperatingModes: {
        // Of this bitmap a cleared bit is a mode that is there. Spec: § 5.2.6.3.
        ...{ normal: false, vacation: true, privacy: true, noRemoteLockUnlock: false },
        ...{ passage: true, alwaysSet: 2_047 },
      },
    }),
    attributes: ({ value }) => {
      const locked = value('locked');
      if (value('lockState') === 'not_fully_locked') return { lockState: 0 };
      return { lockState: locked === null ? null : locked === true ? LOCKED : UNLOCKED };
    },
  },
  WindowCovering: {
    features: (part) => [
      ...when(has(part, 'position'), 'Lift', 'PositionAwareLift'),
      ...when(has(part, 'tilt'), 'Tilt', 'PositionAwareTilt'),
    ],
    constants: (part) => ({
      ...coverType(part),
      configStatus: {
        ...{ operational: true, onlineReserved: true, liftMovementReversed: false },
        liftPositionAware: has(part, 'position'),
        tiltPositionAware: has(part, 'tilt'),
        ...{ liftEncoderControlled: false, tiltEncoderControlled: false },
      },
      mode: {},
    }),
    attributes: coverAttributes,
  },
  Thermostat: {
    features: (part) => [...when(heats(part), 'Heating'), ...when(cools(part), 'Cooling')],
    constants: (part) => {
      const [heat, cool] = [
        targetLimits(part, 'targetTemperature'),
        targetLimits(part, 'coolingTarget'),
      ];
      return {
        controlSequenceOfOperation: heats(part) ? (cools(part) ? 4 : 2) : 0,
        ...(heats(part)
          ? {
              ...{ absMinHeatSetpointLimit: heat.min, absMaxHeatSetpointLimit: heat.max },
              ...{ minHeatSetpointLimit: heat.min, maxHeatSetpointLimit: heat.max },
            }
          : {}),
        ...(cools(part)
          ? {
              ...{ absMinCoolSetpointLimit: cool.min, absMaxCoolSetpointLimit: cool.max },
              ...{ minCoolSetpointLimit: cool.min, maxCoolSetpointLimit: cool.max },
            }
          : {}),
      };
    },
    attributes: (values, part) => {
      const [heat, cool] = [
        targetLimits(part, 'targetTemperature'),
        targetLimits(part, 'coolingTarget'),
      ];
      const room = values.value('temperature');
      const running = values.value('runningState');
      return {
        localTemperature:
          typeof room === 'number' ? within(Math.round(room * 100), -27_315, 32_767) : null,
        systemMode: systemMode(values, part),
        ...(heats(part)
          ? {
              occupiedHeatingSetpoint: within(
                wire(values, 'targetTemperature') ?? within(2_000, heat.min, heat.max),
                heat.min,
                heat.max,
              ),
            }
          : {}),
        ...(cools(part)
          ? {
              occupiedCoolingSetpoint: within(
                wire(values, 'coolingTarget') ?? within(2_600, cool.min, cool.max),
                cool.min,
                cool.max,
              ),
            }
          : {}),
        ...(has(part, 'runningState')
          ? { thermostatRunningState: { heat: running === 'heat', cool: running === 'cool' } }
          : {}),
        ...(has(part, 'heatingDemand') && heats(part)
          ? { piHeatingDemand: within(wire(values, 'heatingDemand') ?? 0, 0, 100) }
          : {}),
      };
    },
  },
  FanControl: {
    features: (part) => when(hasFanAuto(part), 'Auto'),
    // OffLowMedHighAuto, OffLowMedHigh.
    constants: (part) => ({ fanModeSequence: hasFanAuto(part) ? 2 : 0 }),
    attributes: (values, part) => {
      const percent = fanPercent(values);
      const mode = fanMode(values, percent);
      const shown = mode === FAN_AUTO && !hasFanAuto(part) ? FAN_MODES.length - 1 : mode;
      return {
        fanMode: shown,
        percentSetting: shown === FAN_AUTO ? null : (percent ?? 0),
        percentCurrent: percent ?? 0,
      };
    },
  },
  ValveConfigurationAndControl: {
    features: (part) => when(has(part, 'valvePosition'), 'Level'),
    constants: () => ({ openDuration: null, defaultOpenDuration: null, remainingDuration: null }),
    attributes: (values, part) => {
      const level = limited(wire(values, 'valvePosition'), 0, 100);
      const isOpen = values.value('valveOpen') ?? values.value('on');
      const state = isOpen === null ? (level === null ? null : level > 0) : isOpen === true;
      return {
        currentState: state === null ? null : Number(state),
        targetState: null,
        ...(has(part, 'valvePosition') ? { currentLevel: level, targetLevel: null } : {}),
      };
    },
  },
  ...SENSOR_LOOKS,
};

/** All that a part's clusters show for these values, by cluster. */
export function attributesOf(
  part: Part,
  values: PartValues,
): Readonly<Partial<Record<ClusterName, Attributes>>> {
  return Object.fromEntries(
    part.clusters.map((cluster) => [cluster, LOOKS[cluster].attributes(values, part)]),
  );
}
