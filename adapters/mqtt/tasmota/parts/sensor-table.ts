// The fields of Tasmota's sensors and meters, each with its row of the table or its own word and unit.
// Spec: https://tasmota.github.io/docs/JSON-Status-Responses/ and the sensors' own pages.
import type { PropertyName } from '../../../../hub/model/properties.ts';
import type { Label } from '../../../../hub/model/property-row.ts';

/** In which of the device's own units a field is told. */
export type UnitChoice = 'temperature' | 'pressure' | 'speed';

/** What a field is to the home. */
export type SensorField =
  | {
      readonly kind: 'row';
      readonly name: PropertyName;
      readonly choice?: UnitChoice;
    }
  | {
      readonly kind: 'own';
      readonly word: string;
      readonly unit: string | null;
      readonly choice?: UnitChoice;
      readonly label: Label;
    };

const row = (name: PropertyName, more: { readonly choice?: UnitChoice } = {}): SensorField => ({
  kind: 'row',
  name,
  ...more,
});
const own = (
  word: string,
  unit: string | null,
  en: string,
  zh: string,
  choice?: UnitChoice,
): SensorField => ({
  kind: 'own',
  word,
  unit,
  label: { en, zh },
  ...(choice === undefined ? {} : { choice }),
});

/** Fields of any sensor. A number at the end of a field names one of several. */
export const SENSOR_FIELDS: Readonly<Record<string, SensorField>> = {
  Temperature: row('temperature', { choice: 'temperature' }),
  Humidity: row('humidity'),
  DewPoint: own('dew_point', '°C', 'Dew point', '露点', 'temperature'),
  Pressure: row('pressure', { choice: 'pressure' }),
  SeaPressure: own('sea_pressure', 'hPa', 'Pressure at sea level', '海平面气压', 'pressure'),
  Illuminance: row('illuminance'),
  Ambient: own('ambient', 'lx', 'Ambient light', '环境光'),
  CarbonDioxide: row('co2'),
  eCO2: own('eco2', 'ppm', 'Estimated carbon dioxide', '估算二氧化碳'),
  TVOC: row('voc'),
  CO: row('carbonMonoxideLevel'),
  PM1: own('pm1', 'µg/m³', 'Fine dust (PM1)', 'PM1'),
  'PM2.5': row('pm25'),
  PM10: row('pm10'),
  CF1: own('cf1', 'µg/m³', 'Fine dust (PM1), factory', 'PM1（出厂校准）'),
  'CF2.5': own('cf2_5', 'µg/m³', 'Fine dust (PM2.5), factory', 'PM2.5（出厂校准）'),
  CF10: own('cf10', 'µg/m³', 'Dust (PM10), factory', 'PM10（出厂校准）'),
  'PB0.3': own('pb0_3', null, 'Particles over 0.3 µm', '0.3 µm 以上颗粒'),
  'PB0.5': own('pb0_5', null, 'Particles over 0.5 µm', '0.5 µm 以上颗粒'),
  PB1: own('pb1', null, 'Particles over 1 µm', '1 µm 以上颗粒'),
  'PB2.5': own('pb2_5', null, 'Particles over 2.5 µm', '2.5 µm 以上颗粒'),
  PB5: own('pb5', null, 'Particles over 5 µm', '5 µm 以上颗粒'),
  PB10: own('pb10', null, 'Particles over 10 µm', '10 µm 以上颗粒'),
  Formaldehyde: row('formaldehyde'),
  Noise: row('noise'),
  UvIndex: row('uvIndex'),
  UvLevel: own('uv_level', null, 'UV level', '紫外线'),
  Distance: own('distance', 'cm', 'Distance', '距离'),
  Moisture: row('soilMoisture'),
  Fertility: own('fertility', 'µS/cm', 'Fertility', '土壤肥力'),
  Weight: own('weight', 'kg', 'Weight', '重量'),
  Proximity: own('proximity', null, 'Proximity', '接近'),
  Red: own('red', null, 'Red', '红'),
  Green: own('green', null, 'Green', '绿'),
  Blue: own('blue', null, 'Blue', '蓝'),
  CCT: own('cct', 'K', 'Colour temperature of the light', '光的色温'),
  Battery: row('battery'),
  BatteryPercentage: row('battery'),
  BatteryVoltage: row('batteryVoltage'),
  Voltage: row('voltage'),
  Current: row('current'),
  Power: row('power'),
  Energy: row('energy'),
  A: own('analog', null, 'Analog input', '模拟输入'),
  C: own('counter', null, 'Counter', '计数'),
  Range: own('range', null, 'Range', '量程'),
  PH: own('ph', null, 'pH', 'pH 值'),
  Act: row('windSpeed', { choice: 'speed' }),
  Deg: row('windDirection'),
};

/** Fields of `ENERGY`: a list has one for each phase. */
export const ENERGY_FIELDS: Readonly<Record<string, SensorField>> = {
  Power: row('power'),
  Total: row('energy'),
  ExportActive: row('producedEnergy'),
  Voltage: row('voltage'),
  Current: row('current'),
  Factor: row('powerFactor'),
  ApparentPower: row('apparentPower'),
  ReactivePower: row('reactivePower'),
  Frequency: row('frequency'),
  Today: own('energy_today', 'kWh', 'Energy today', '今日用电量'),
  Yesterday: own('energy_yesterday', 'kWh', 'Energy yesterday', '昨日用电量'),
  TotalTariff: own('energy_tariff', 'kWh', 'Energy by tariff', '分时用电量'),
  ExportTariff: own('produced_tariff', 'kWh', 'Energy given back by tariff', '分时送电量'),
  Period: own('period', 'Wh', 'Energy since the last message', '上次上报以来的用电量'),
  ImportActive: own('import_active', 'kWh', 'Active energy taken', '有功取电量'),
  ImportReactive: own('import_reactive', 'kvarh', 'Reactive energy taken', '无功取电量'),
  ExportReactive: own('export_reactive', 'kvarh', 'Reactive energy given back', '无功送电量'),
  PhaseAngle: own('phase_angle', '°', 'Phase angle', '相位角'),
};

/** Words that stand beside the sensors and are none. */
export const NO_SENSOR = new Set([
  ...['Time', 'TempUnit', 'PressureUnit', 'SpeedUnit', 'VolumeUnit', 'Id', 'Model', 'Addr'],
  ...['TotalStartTime', 'Card', 'AvgCard', 'Wifi', 'Data', 'UID'],
]);
