// Which row of the table an entity means, in the words that Home Assistant and ESPHome share: its device class, its own
// word and its unit. Pure; the rows themselves say most of it.
import { PROPERTIES, type PropertyName, type PropertyRow, property } from './properties.ts';
import type { ExposeType, WireConversion } from './property-row.ts';

/** A row, and how the entity's value becomes the row's where that is not by its unit alone. */
export interface FoundRow {
  readonly row: PropertyRow;
  readonly convert?: WireConversion;
}

/** Ours = theirs × factor + offset, by our unit and theirs. */
const UNITS: Readonly<
  Record<string, Readonly<Record<string, number | readonly [number, number]>>>
> = {
  '°C': { '°F': [1 / 1.8, -32 / 1.8], F: [1 / 1.8, -32 / 1.8], C: 1, K: [1, -273.15] },
  W: { kW: 1_000, mW: 0.001, MW: 1e6 },
  kWh: { Wh: 0.001, MWh: 1_000, kwh: 1 },
  V: { mV: 0.001 },
  A: { mA: 0.001 },
  VA: { kVA: 1_000 },
  var: { kvar: 1_000, VAr: 1 },
  Hz: { kHz: 1_000 },
  hPa: { mbar: 1, Pa: 0.01, kPa: 10, bar: 1_000, psi: 68.9476, inHg: 33.8639, mmHg: 1.33322 },
  'm³': { L: 0.001, l: 0.001, m3: 1, 'ft³': 0.0283168, gal: 0.00378541 },
  'm³/h': { 'L/min': 0.06, 'L/h': 0.001, 'm3/h': 1 },
  'm/s': { 'km/h': 1 / 3.6, mph: 0.44704, kn: 0.514444 },
  mm: { cm: 10, in: 25.4 },
  m: { cm: 0.01, mm: 0.001, ft: 0.3048 },
  s: { ms: 0.001, min: 60, h: 3_600, sec: 1 },
  h: { s: 1 / 3_600, min: 1 / 60, d: 24 },
  ppb: { ppm: 1_000 },
  ppm: { ppb: 0.001 },
  'µg/m³': { 'μg/m³': 1, 'ug/m3': 1, 'mg/m³': 1_000, 'mg/m3': 1_000 },
  lx: { lux: 1, klx: 1_000 },
  LQI: { lqi: 1 },
  dB: { dBA: 1 },
};
/** Ratios that some say in per cent and the table as a part of one. */
const RATIOS: ReadonlySet<string> = new Set(['powerFactor']);

/** How theirs becomes ours; null where the units do not go together. */
export function unitChange(row: PropertyRow, unit: string): ((value: number) => number) | null {
  if (RATIOS.has(row.name)) return unit === '%' ? (value) => value / 100 : (value) => value;
  if (unit === '' || unit === row.unit) return (value) => value;
  const changes = UNITS[row.unit ?? ''] ?? {};
  const change = Object.hasOwn(changes, unit) ? changes[unit] : undefined;
  if (change === undefined) return null;
  const [factor, offset] = typeof change === 'number' ? [change, 0] : change;
  return (value) => value * factor + offset;
}

/** What the radio itself measures has no expose. */
const OWN_WORDS: Readonly<Record<string, PropertyName>> = { linkquality: 'linkQuality' };

/** What an entity says of itself beside its words. */
export interface EntityTraits {
  readonly type: ExposeType;
  readonly isSettable: boolean;
  /** Absent: it states none, so that any will do. */
  readonly unit?: string;
}

/** The row that one of an entity's own words names, as Zigbee2MQTT's words do. */
export function rowByWord(
  words: readonly string[],
  { type, isSettable, unit }: EntityTraits,
): FoundRow | null {
  for (const word of words) {
    const own = Object.hasOwn(OWN_WORDS, word) ? OWN_WORDS[word] : undefined;
    if (own !== undefined && type === 'numeric') return { row: property(own) };
    for (const row of PROPERTIES) {
      const mapping = row.exposes.find(
        (one) =>
          one.name === word &&
          one.type === type &&
          one.within === undefined &&
          (one.settable ?? isSettable) === isSettable &&
          (one.unit === undefined || unit === undefined || one.unit === unit),
      );
      if (mapping === undefined) continue;
      return { row, ...(mapping.convert === undefined ? {} : { convert: mapping.convert }) };
    }
  }
  return null;
}

/** Classes of which the table's own words say something more special, or something else. */
const CLASSES: Readonly<Record<string, string>> = {
  'sensor/battery': 'battery',
  'sensor/temperature': 'temperature',
  'sensor/voltage': 'voltage',
  'sensor/energy': 'energy',
  'sensor/energy_storage': '',
  'sensor/humidity': 'humidity',
  'sensor/pressure': 'pressure',
  'sensor/volatile_organic_compounds': '',
  'sensor/signal_strength': '',
  'sensor/duration': '',
  'sensor/enum': '',
  'binary_sensor/battery': 'batteryLow',
  'binary_sensor/door': 'open',
  'binary_sensor/garage_door': 'open',
  'binary_sensor/window': 'open',
  'binary_sensor/opening': 'open',
  'binary_sensor/motion': 'occupancy',
  'binary_sensor/moisture': 'waterLeak',
  'binary_sensor/problem': 'fault',
  'binary_sensor/safety': '',
  'binary_sensor/running': '',
};

/** The row of a device class; null where the table has none of it. */
export function rowByClass(
  domain: 'sensor' | 'binary_sensor',
  deviceClass: string,
): FoundRow | null {
  if (deviceClass === '') return null;
  const place = `${domain}/${deviceClass}`;
  const own = Object.hasOwn(CLASSES, place) ? CLASSES[place] : undefined;
  if (own === '') return null;
  const row =
    own === undefined
      ? PROPERTIES.find(
          ({ homeAssistant }) =>
            homeAssistant.domain === domain && homeAssistant.deviceClass === deviceClass,
        )
      : PROPERTIES.find(({ name }) => name === own);
  return row === undefined ? null : { row };
}
