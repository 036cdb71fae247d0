// How each type of endpoint of the virtual Matter devices is built: the real matter.js device types with the
// features and first values that a product of that kind has.
import { Endpoint } from '@matter/main';
import { ColorControlServer } from '@matter/main/behaviors/color-control';
import { ElectricalEnergyMeasurementServer } from '@matter/main/behaviors/electrical-energy-measurement';
import { ElectricalPowerMeasurementServer } from '@matter/main/behaviors/electrical-power-measurement';
import { ModeSelectServer } from '@matter/main/behaviors/mode-select';
import { OccupancySensingServer } from '@matter/main/behaviors/occupancy-sensing';
import { PowerTopologyServer } from '@matter/main/behaviors/power-topology';
import { SwitchServer } from '@matter/main/behaviors/switch';
import { ThermostatServer } from '@matter/main/behaviors/thermostat';
import { WindowCoveringServer } from '@matter/main/behaviors/window-covering';
import { ColorControl } from '@matter/main/clusters/color-control';
import { DoorLock } from '@matter/main/clusters/door-lock';
import { ElectricalPowerMeasurement } from '@matter/main/clusters/electrical-power-measurement';
import { Thermostat } from '@matter/main/clusters/thermostat';
import { ContactSensorDevice } from '@matter/main/devices/contact-sensor';
import { DimmableLightDevice } from '@matter/main/devices/dimmable-light';
import { DoorLockDevice } from '@matter/main/devices/door-lock';
import { ExtendedColorLightDevice } from '@matter/main/devices/extended-color-light';
import { GenericSwitchDevice } from '@matter/main/devices/generic-switch';
import { HumiditySensorDevice } from '@matter/main/devices/humidity-sensor';
import { LightSensorDevice } from '@matter/main/devices/light-sensor';
import { ModeSelectDevice } from '@matter/main/devices/mode-select';
import { OccupancySensorDevice } from '@matter/main/devices/occupancy-sensor';
import { OnOffPlugInUnitDevice } from '@matter/main/devices/on-off-plug-in-unit';
import { PressureSensorDevice } from '@matter/main/devices/pressure-sensor';
import { TemperatureSensorDevice } from '@matter/main/devices/temperature-sensor';
import { ThermostatDevice } from '@matter/main/devices/thermostat';
import { WindowCoveringDevice } from '@matter/main/devices/window-covering';
import { AggregatorEndpoint } from '@matter/main/endpoints/aggregator';
import { ElectricalSensorEndpoint } from '@matter/main/endpoints/electrical-sensor';
import { MeasurementType } from '@matter/main/types';
import { ALARMS } from './alarms.ts';
import { APPLIANCES } from './appliances.ts';
import type { EndpointType } from './model.ts';

/** What a meter says of its accuracy; every product must say something. */
const accuracyOf = (measurementType: MeasurementType, max: number) => ({
  measurementType,
  measured: true,
  minMeasuredValue: 0,
  maxMeasuredValue: max,
  accuracyRanges: [{ rangeMin: 0, rangeMax: max, fixedMax: 1_000 }],
});

/** matter.js asks for the last two even where no code is taken, though its types do not know them then. */
const DOOR_LOCK = {
  lockType: DoorLock.LockType.DeadBolt,
  lockState: DoorLock.LockState.Locked,
  actuatorEnabled: true,
  operatingMode: DoorLock.OperatingMode.Normal,
  supportedOperatingModes: {
    normal: false,
    vacation: true,
    privacy: true,
    noRemoteLockUnlock: false,
    passage: true,
    alwaysSet: 2_047,
  },
  wrongCodeEntryLimit: 3,
  userCodeTemporaryDisableTime: 10,
};

const BUILDERS: Readonly<Record<EndpointType, (id: string) => Endpoint>> = {
  ...(APPLIANCES as unknown as Record<keyof typeof APPLIANCES, (id: string) => Endpoint>),
  ...(ALARMS as unknown as Record<keyof typeof ALARMS, (id: string) => Endpoint>),
  aggregator: (id) => new Endpoint(AggregatorEndpoint, { id }),
  'dimmable-light': (id) => new Endpoint(DimmableLightDevice, { id }),
  'extended-color-light': (id) =>
    new Endpoint(
      ExtendedColorLightDevice.with(
        ColorControlServer.with('HueSaturation', 'Xy', 'ColorTemperature'),
      ),
      {
        id,
        colorControl: {
          colorMode: ColorControl.ColorMode.ColorTemperatureMireds,
          enhancedColorMode: ColorControl.EnhancedColorMode.ColorTemperatureMireds,
          colorTemperatureMireds: 370,
          colorTempPhysicalMinMireds: 153,
          colorTempPhysicalMaxMireds: 454,
          coupleColorTempToLevelMinMireds: 153,
          startUpColorTemperatureMireds: null,
        },
      },
    ),
  'on-off-plug': (id) => new Endpoint(OnOffPlugInUnitDevice, { id }),
  'electrical-sensor': (id) =>
    new Endpoint(
      ElectricalSensorEndpoint.with(
        PowerTopologyServer.with('NodeTopology'),
        ElectricalPowerMeasurementServer.with('AlternatingCurrent'),
        ElectricalEnergyMeasurementServer.with('ImportedEnergy', 'CumulativeEnergy'),
      ),
      {
        id,
        electricalPowerMeasurement: {
          powerMode: ElectricalPowerMeasurement.PowerMode.Ac,
          numberOfMeasurementTypes: 1,
          accuracy: [accuracyOf(MeasurementType.ActivePower, 4_000_000)],
          activePower: 0,
          rmsVoltage: 230_000,
          rmsCurrent: 0,
        },
        electricalEnergyMeasurement: {
          accuracy: accuracyOf(MeasurementType.ElectricalEnergy, 1_000_000_000),
          cumulativeEnergyImported: { energy: 0 },
        },
      },
    ),
  'contact-sensor': (id) => new Endpoint(ContactSensorDevice, { id }),
  'temperature-sensor': (id) => new Endpoint(TemperatureSensorDevice, { id }),
  'humidity-sensor': (id) => new Endpoint(HumiditySensorDevice, { id }),
  'occupancy-sensor': (id) =>
    new Endpoint(OccupancySensorDevice.with(OccupancySensingServer.with('PassiveInfrared')), {
      id,
      occupancySensing: { occupancy: { occupied: false } },
    }),
  'light-sensor': (id) => new Endpoint(LightSensorDevice, { id }),
  'pressure-sensor': (id) => new Endpoint(PressureSensorDevice, { id }),
  'door-lock': (id) =>
    new Endpoint(DoorLockDevice, {
      id,
      doorLock: DOOR_LOCK,
    }),
  'window-covering': (id) =>
    new Endpoint(
      WindowCoveringDevice.with(WindowCoveringServer.with('Lift', 'PositionAwareLift')),
      {
        id,
        windowCovering: {
          currentPositionLiftPercent100ths: 0,
          targetPositionLiftPercent100ths: 0,
        },
      },
    ),
  thermostat: (id) =>
    new Endpoint(ThermostatDevice.with(ThermostatServer.with('Heating')), {
      id,
      thermostat: {
        controlSequenceOfOperation: Thermostat.ControlSequenceOfOperation.HeatingOnly,
        systemMode: Thermostat.SystemMode.Heat,
        localTemperature: 2_010,
        externalMeasuredIndoorTemperature: 2_010,
        occupiedHeatingSetpoint: 2_100,
      },
    }),
  'generic-switch': (id) =>
    new Endpoint(
      GenericSwitchDevice.with(
        SwitchServer.with(
          'MomentarySwitch',
          'MomentarySwitchRelease',
          'MomentarySwitchLongPress',
          'MomentarySwitchMultiPress',
        ),
      ),
      { id, switch: { numberOfPositions: 2, currentPosition: 0, multiPressMax: 2 } },
    ),
  'mode-select': (id) =>
    new Endpoint(ModeSelectDevice.with(ModeSelectServer), {
      id,
      modeSelect: {
        description: 'Programme',
        standardNamespace: null,
        supportedModes: [{ label: 'Eco', mode: 0, semanticTags: [] }],
        currentMode: 0,
      },
    }),
};

/** A new endpoint of the type; `id` is unique within its node. */
export function buildEndpoint(type: EndpointType, id: string): Endpoint {
  return BUILDERS[type](id);
}
