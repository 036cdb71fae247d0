// How further lights, sensors and alarms among the virtual Matter devices are built.
import { Endpoint } from '@matter/main';
import { AirQualityServer } from '@matter/main/behaviors/air-quality';
import { CarbonDioxideConcentrationMeasurementServer } from '@matter/main/behaviors/carbon-dioxide-concentration-measurement';
import { ColorControlServer } from '@matter/main/behaviors/color-control';
import { PumpConfigurationAndControlServer } from '@matter/main/behaviors/pump-configuration-and-control';
import { SmokeCoAlarmServer } from '@matter/main/behaviors/smoke-co-alarm';
import { TotalVolatileOrganicCompoundsConcentrationMeasurementServer } from '@matter/main/behaviors/total-volatile-organic-compounds-concentration-measurement';
import { ColorControl } from '@matter/main/clusters/color-control';
import { ConcentrationMeasurement } from '@matter/main/clusters/concentration-measurement';
import { AirQualitySensorDevice } from '@matter/main/devices/air-quality-sensor';
import { ExtendedColorLightDevice } from '@matter/main/devices/extended-color-light';
import { FlowSensorDevice } from '@matter/main/devices/flow-sensor';
import { OnOffLightDevice } from '@matter/main/devices/on-off-light';
import { OnOffLightSwitchDevice } from '@matter/main/devices/on-off-light-switch';
import { PumpDevice } from '@matter/main/devices/pump';
import { RainSensorDevice } from '@matter/main/devices/rain-sensor';
import { SmokeCoAlarmDevice } from '@matter/main/devices/smoke-co-alarm';
import { SpeakerDevice } from '@matter/main/devices/speaker';
import { WaterFreezeDetectorDevice } from '@matter/main/devices/water-freeze-detector';
import { WaterLeakDetectorDevice } from '@matter/main/devices/water-leak-detector';

const IN_AIR = ConcentrationMeasurement.MeasurementMedium.Air;

export const ALARMS = {
  'on-off-light': (id: string) => new Endpoint(OnOffLightDevice, { id }),
  /** It knows its colour as x and y alone. */
  'xy-light': (id: string) =>
    new Endpoint(ExtendedColorLightDevice.with(ColorControlServer.with('Xy', 'ColorTemperature')), {
      id,
      colorControl: {
        colorMode: ColorControl.ColorMode.CurrentXAndCurrentY,
        enhancedColorMode: ColorControl.EnhancedColorMode.CurrentXAndCurrentY,
        currentX: 24_939,
        currentY: 24_701,
        colorTemperatureMireds: 370,
        colorTempPhysicalMinMireds: 153,
        colorTempPhysicalMaxMireds: 454,
        coupleColorTempToLevelMinMireds: 153,
      },
    }),
  'light-switch': (id: string) => new Endpoint(OnOffLightSwitchDevice, { id }),
  'flow-sensor': (id: string) =>
    new Endpoint(FlowSensorDevice, { id, flowMeasurement: { measuredValue: 25 } }),
  'leak-detector': (id: string) =>
    new Endpoint(WaterLeakDetectorDevice, { id, booleanState: { stateValue: false } }),
  'freeze-detector': (id: string) =>
    new Endpoint(WaterFreezeDetectorDevice, { id, booleanState: { stateValue: false } }),
  'rain-sensor': (id: string) =>
    new Endpoint(RainSensorDevice, { id, booleanState: { stateValue: false } }),
  'smoke-alarm': (id: string) =>
    new Endpoint(SmokeCoAlarmDevice.with(SmokeCoAlarmServer.with('SmokeAlarm', 'CoAlarm')), {
      id,
      smokeCoAlarm: {
        expressedState: 0,
        smokeState: 0,
        coState: 0,
        batteryAlert: 0,
        testInProgress: false,
        hardwareFaultAlert: false,
        endOfServiceAlert: 0,
      },
    }),
  /** Its gases in other units than the home's: parts per billion, and milligrams. */
  'air-quality-sensor': (id: string) =>
    new Endpoint(
      AirQualitySensorDevice.with(
        AirQualityServer.with('Fair', 'Moderate'),
        CarbonDioxideConcentrationMeasurementServer.with('NumericMeasurement'),
        TotalVolatileOrganicCompoundsConcentrationMeasurementServer.with('NumericMeasurement'),
      ),
      {
        id,
        airQuality: { airQuality: 1 },
        carbonDioxideConcentrationMeasurement: {
          measuredValue: 650_000,
          minMeasuredValue: null,
          maxMeasuredValue: null,
          measurementUnit: ConcentrationMeasurement.MeasurementUnit.Ppb,
          measurementMedium: IN_AIR,
        },
        totalVolatileOrganicCompoundsConcentrationMeasurement: {
          measuredValue: 0.5,
          minMeasuredValue: null,
          maxMeasuredValue: null,
          measurementUnit: ConcentrationMeasurement.MeasurementUnit.Mgm3,
          measurementMedium: IN_AIR,
        },
      },
    ),
  pump: (id: string) =>
    new Endpoint(PumpDevice.with(PumpConfigurationAndControlServer.with('ConstantSpeed')), {
      id,
      pumpConfigurationAndControl: {
        maxPressure: null,
        maxSpeed: null,
        maxFlow: null,
        minConstSpeed: null,
        maxConstSpeed: null,
        effectiveOperationMode: 0,
        effectiveControlMode: 0,
        capacity: null,
        operationMode: 0,
      },
    }),
  speaker: (id: string) => new Endpoint(SpeakerDevice, { id, levelControl: { currentLevel: 127 } }),
} as const;
