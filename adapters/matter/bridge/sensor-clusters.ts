// How the clusters of bridged sensors, meters, buttons and batteries look. Spec: Matter 1.4 Application Clusters.
import type { PropertyName } from '../../../hub/model/properties.ts';
import { property } from '../../../hub/model/properties.ts';
import {
  type ClusterLook,
  has,
  limited,
  numberOf,
  type PartValues,
  when,
  wire,
} from './cluster-look.ts';
import type { ClusterName } from './parts.ts';

/** One measured value whose limits are not known. */
const measured = (name: PropertyName, min: number, max: number): ClusterLook => ({
  constants: () => ({ minMeasuredValue: null, maxMeasuredValue: null }),
  attributes: (values) => ({ measuredValue: limited(wire(values, name), min, max) }),
});

/** Spec: Matter 1.4 Application Clusters § 2.10.5, MeasurementUnitEnum. */
const UNITS: Readonly<Record<string, number>> = { ppm: 0, ppb: 1, 'µg/m³': 4 };

const concentration = (name: PropertyName): ClusterLook => ({
  features: () => ['NumericMeasurement'],
  constants: () => ({
    minMeasuredValue: null,
    maxMeasuredValue: null,
    measurementUnit: UNITS[property(name).unit ?? ''] ?? 0,
    measurementMedium: 0,
  }),
  attributes: (values) => ({ measuredValue: numberOf(values, name) }),
});

const accuracy = (measurementType: number, max: number) => ({
  measurementType,
  measured: true,
  minMeasuredValue: -max,
  maxMeasuredValue: max,
  accuracyRanges: [{ rangeMin: -max, rangeMax: max, fixedMax: 1_000 }],
});

/** Spec: Matter 1.4 Application Clusters § 2.1.5.1, MeasurementTypeEnum. */
const VOLTAGE = 1;
const ACTIVE_CURRENT = 2;
const ACTIVE_POWER = 5;
const ELECTRICAL_ENERGY = 14;

const SMOKE_CRITICAL = 2;

/** Below these a controller asks for new batteries, and urgently. */
const BATTERY_PERCENT = { warning: 20, critical: 5 };

function batteryLevel(values: PartValues): number {
  const percent = numberOf(values, 'battery');
  if (percent !== null && percent <= BATTERY_PERCENT.critical) return 2;
  const isLow = values.value('batteryLow') === true;
  return isLow || (percent !== null && percent <= BATTERY_PERCENT.warning) ? 1 : 0;
}

/** Spec: Matter 1.4 Application Clusters § 2.9.5.1; `poor` is one step below our `moderate`. */
const AIR_QUALITY: Readonly<Record<string, number>> = {
  ...{ good: 1, moderate: 3, poor: 4, unhealthy: 5, hazardous: 6 },
};

/** The looks of all that tells and takes no commands. */
export const SENSOR_LOOKS = {
  BooleanState: {
    attributes: ({ value }, part) => {
      // In contact is true there, as long as nothing else is known.
      if (has(part, 'open')) return { stateValue: value('open') !== true };
      return { stateValue: value(has(part, 'waterLeak') ? 'waterLeak' : 'rain') === true };
    },
  },
  OccupancySensing: {
    features: (part) => (has(part, 'presence') ? ['Radar'] : ['PassiveInfrared']),
    constants: (part) => ({
      occupancySensorType: 0,
      occupancySensorTypeBitmap: { pir: !has(part, 'presence') },
    }),
    attributes: ({ value }) => ({
      occupancy: { occupied: value('occupancy') === true || value('presence') === true },
    }),
  },
  SmokeCoAlarm: {
    features: (part) => [
      ...when(has(part, 'smoke'), 'SmokeAlarm'),
      ...when(has(part, 'carbonMonoxide'), 'CoAlarm'),
    ],
    constants: () => ({
      ...{
        batteryAlert: 0,
        testInProgress: false,
        hardwareFaultAlert: false,
        endOfServiceAlert: 0,
      },
    }),
    attributes: ({ value }, part) => {
      const [smoke, co] = [value('smoke') === true, value('carbonMonoxide') === true];
      return {
        expressedState: smoke ? 1 : co ? 2 : 0,
        ...(has(part, 'smoke') ? { smokeState: smoke ? SMOKE_CRITICAL : 0 } : {}),
        ...(has(part, 'carbonMonoxide') ? { coState: co ? SMOKE_CRITICAL : 0 } : {}),
      };
    },
  },
  Switch: {
    features: () => [
      ...['MomentarySwitch', 'MomentarySwitchRelease'],
      ...['MomentarySwitchLongPress', 'MomentarySwitchMultiPress'],
    ],
    constants: () => ({ numberOfPositions: 2, currentPosition: 0, multiPressMax: 4 }),
    attributes: () => ({}),
  },
  TemperatureMeasurement: measured('temperature', -27_315, 32_767),
  RelativeHumidityMeasurement: measured('humidity', 0, 10_000),
  PressureMeasurement: measured('pressure', -32_767, 32_767),
  FlowMeasurement: measured('flow', 0, 65_534),
  IlluminanceMeasurement: {
    constants: () => ({ minMeasuredValue: null, maxMeasuredValue: null }),
    attributes: (values) => {
      const lux = numberOf(values, 'illuminance');
      // Spec: ZCL § Illuminance Measurement; 0 is too dark to measure.
      const measuredValue =
        lux === null ? null : lux < 1 ? 0 : Math.round(1e4 * Math.log10(lux) + 1);
      return { measuredValue: limited(measuredValue, 0, 65_534) };
    },
  },
  AirQuality: {
    features: () => ['Fair', 'Moderate', 'VeryPoor', 'ExtremelyPoor'],
    attributes: ({ value }) => ({ airQuality: AIR_QUALITY[String(value('airQuality'))] ?? 0 }),
  },
  CarbonDioxideConcentrationMeasurement: concentration('co2'),
  CarbonMonoxideConcentrationMeasurement: concentration('carbonMonoxideLevel'),
  Pm25ConcentrationMeasurement: concentration('pm25'),
  Pm10ConcentrationMeasurement: concentration('pm10'),
  TotalVolatileOrganicCompoundsConcentrationMeasurement: concentration('voc'),
  FormaldehydeConcentrationMeasurement: concentration('formaldehyde'),
  PowerTopology: { features: () => ['TreeTopology'], attributes: () => ({}) },
  ElectricalPowerMeasurement: {
    features: () => ['AlternatingCurrent'],
    constants: (part) => {
      const types = [
        accuracy(ACTIVE_POWER, 100_000_000),
        ...when(has(part, 'voltage'), accuracy(VOLTAGE, 1_000_000)),
        ...when(has(part, 'current'), accuracy(ACTIVE_CURRENT, 500_000)),
      ];
      return { powerMode: 2, numberOfMeasurementTypes: types.length, accuracy: types };
    },
    attributes: (values, part) => ({
      activePower: wire(values, 'power'),
      ...(has(part, 'voltage') ? { rmsVoltage: wire(values, 'voltage') } : {}),
      ...(has(part, 'current') ? { rmsCurrent: wire(values, 'current') } : {}),
    }),
  },
  ElectricalEnergyMeasurement: {
    features: (part) => [
      ...when(has(part, 'energy'), 'ImportedEnergy'),
      ...when(has(part, 'producedEnergy'), 'ExportedEnergy'),
      'CumulativeEnergy',
    ],
    constants: () => ({ accuracy: { ...accuracy(ELECTRICAL_ENERGY, 1e12), minMeasuredValue: 0 } }),
    attributes: (values, part) => {
      const energy = (name: PropertyName) => {
        const found = wire(values, name);
        return found === null ? null : { energy: found };
      };
      return {
        ...(has(part, 'energy') ? { cumulativeEnergyImported: energy('energy') } : {}),
        ...(has(part, 'producedEnergy')
          ? { cumulativeEnergyExported: energy('producedEnergy') }
          : {}),
      };
    },
  },
  PowerSource: {
    features: () => ['Battery'],
    constants: () => ({
      ...{ status: 1, order: 0, description: 'Battery', endpointList: [] },
      ...{ batReplacementNeeded: false, batReplaceability: 0 },
    }),
    attributes: (values, part) => ({
      batChargeLevel: batteryLevel(values),
      ...(has(part, 'battery')
        ? { batPercentRemaining: limited(wire(values, 'battery'), 0, 200) }
        : {}),
      ...(has(part, 'batteryVoltage')
        ? { batVoltage: limited(wire(values, 'batteryVoltage'), 0, 0xffff_fffe) }
        : {}),
    }),
  },
} as const satisfies Partial<Record<ClusterName, ClusterLook>>;
