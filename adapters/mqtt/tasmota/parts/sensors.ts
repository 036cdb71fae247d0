// The sensors and meters of a Tasmota device, as its announcement lists them: by the table where that knows a field,
// else under Tasmota's own word.
import { vendorPropertyName } from '../../../../hub/model/properties.ts';
import type { PropertyValue } from '../../../../hub/model/property-row.ts';
import { type Fields, isFields } from '../discovery.ts';
import { type Draft, number, type Parts, TOO_MANY, vendor } from './draft.ts';
import { addReaders, isReader } from './inputs.ts';
import {
  ENERGY_FIELDS,
  NO_SENSOR,
  SENSOR_FIELDS,
  type SensorField,
  type UnitChoice,
} from './sensor-table.ts';

const SENSORS_MAX = 64;
const FIELDS_MAX = 160;
const LIST_MAX = 8;
const DEPTH_MAX = 3;
const TEXT_MAX = 255;

/** Where a value stands in a message: words, and the place in a list. */
type Way = readonly (string | number)[];

export function addSensors(sensors: Fields, parts: Parts): void {
  addReaders(sensors, parts);
  const own = Object.entries(sensors).filter(
    ([word, one]) => isFields(one) && !isReader(word) && !/^Shutter\d+$/.test(word),
  );
  let room = FIELDS_MAX;
  for (const [at, [word, one]] of own.entries()) {
    const all = waysOf(one, [word]);
    const ways = at < SENSORS_MAX ? all.slice(0, room) : [];
    room -= ways.length;
    parts.drafts.push(...ways.map((way) => draftOf(sensors, way)));
    if (ways.length < all.length) parts.leftOut.push({ what: word, why: TOO_MANY });
  }
}

/** The ways to all values that stand in it. */
function waysOf(value: unknown, way: Way): Way[] {
  if (Array.isArray(value)) {
    return value.slice(0, LIST_MAX).flatMap((one, index) => waysOf(one, [...way, index]));
  }
  if (isFields(value)) {
    if (way.length > DEPTH_MAX) return [];
    return Object.entries(value).flatMap(([word, inner]) =>
      NO_SENSOR.has(word) ? [] : waysOf(inner, [...way, word]),
    );
  }
  const isSaid =
    typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean';
  return isSaid || value === null ? [way] : [];
}

function at(state: Fields, way: Way): unknown {
  let value: unknown = state;
  for (const step of way) {
    if (Array.isArray(value)) value = value[Number(step)];
    // One phase of several is told alone, without a list, by some meters.
    else if (typeof step === 'number') value = step === 0 && !isFields(value) ? value : undefined;
    else value = isFields(value) && Object.hasOwn(value, step) ? value[step] : undefined;
  }
  return value;
}

interface Named {
  readonly field: SensorField | undefined;
  /** One of several of its name: a phase, or a number at the end of its word. */
  readonly place: number;
}

function fieldOf(way: Way): Named {
  const [sensor] = way;
  const words = way.filter((step) => typeof step === 'string');
  const last = words.at(-1) ?? '';
  const step = way.at(-1);
  const index = typeof step === 'number' ? step + 1 : 1;
  const table = sensor === 'ENERGY' ? ENERGY_FIELDS : SENSOR_FIELDS;
  if (Object.hasOwn(table, last)) return { field: table[last], place: index };
  const match = /^([A-Za-z]+?)(\d+)$/.exec(last);
  const isNumbered = match?.[1] !== undefined && Object.hasOwn(table, match[1]);
  return isNumbered && match?.[1] !== undefined
    ? { field: table[match[1]], place: Number(match[2]) || 1 }
    : { field: undefined, place: index };
}

function draftOf(sensors: Fields, way: Way): Draft {
  const { field, place } = fieldOf(way);
  const id = `sensor/${way.join('/')}`;
  const [sensor] = way;
  if (field === undefined) return unknownDraft(sensors, way, id);
  const change = changeOf(field.choice, sensors);
  const read = (state: Fields): PropertyValue | undefined => {
    const value = number(at(state, way));
    return value === undefined ? undefined : tidy(change(value));
  };
  if (field.kind === 'own') {
    const { unit } = field;
    return vendor(vendorPropertyName(field.word), 'number', labelled(field.label, sensor), {
      id,
      wish: place,
      ...(unit === null ? {} : { unit }),
      read,
    });
  }
  // The chip’s own warmth is not the room’s.
  const isChip = field.name === 'temperature' && sensor === 'ESP32';
  return { id, name: isChip ? 'deviceTemperature' : field.name, wish: place, read };
}

function labelled(label: { en: string; zh: string }, sensor: unknown) {
  const where = typeof sensor === 'string' && sensor !== 'ENERGY' ? ` (${sensor})` : '';
  return { en: `${label.en}${where}`, zh: `${label.zh}${where}` };
}

/** A field that the table does not know, as it is told. */
function unknownDraft(sensors: Fields, way: Way, id: string): Draft {
  const value = at(sensors, way);
  const type =
    typeof value === 'boolean' ? 'boolean' : typeof value === 'string' ? 'string' : 'number';
  const title = way.map(String).join(' ');
  return vendor(
    vendorPropertyName(way.join('_')),
    type,
    { en: title, zh: title },
    {
      id,
      read: (state) => {
        const said = at(state, way);
        if (type === 'number') return number(said);
        if (typeof said !== type) return undefined;
        return typeof said === 'string' ? said.slice(0, TEXT_MAX) : said === true;
      },
    },
  );
}

function tidy(value: number): number {
  return Number(value.toPrecision(10));
}

/** To metres a second. */
const SPEEDS: Readonly<Record<string, number>> = {
  'm/s': 1,
  'km/h': 1 / 3.6,
  kn: 0.514444,
  mph: 0.44704,
  'ft/s': 0.3048,
  'yd/s': 0.9144,
};
const HECTOPASCALS_PER_MMHG = 1.333224;

/** From the device's own unit to the home's. */
function changeOf(choice: UnitChoice | undefined, sensors: Fields): (value: number) => number {
  const { TempUnit, PressureUnit, SpeedUnit } = sensors;
  switch (choice) {
    case 'temperature':
      return TempUnit === 'F'
        ? (value) => Math.round(((value - 32) / 1.8) * 100) / 100
        : (value) => value;
    case 'pressure':
      return PressureUnit === 'mmHg'
        ? (value) => Math.round(value * HECTOPASCALS_PER_MMHG * 10) / 10
        : (value) => value;
    case 'speed': {
      const known = typeof SpeedUnit === 'string' && Object.hasOwn(SPEEDS, SpeedUnit);
      const factor = known ? (SPEEDS[SpeedUnit] ?? 1) : 1;
      return (value) => value * factor;
    }
    case undefined:
      return (value) => value;
    default:
      return choice satisfies never;
  }
}
