// One property of a device and its values in both directions, between a converter's message and the table's units.
import { ColorHSV, ColorXY } from 'zigbee-herdsman-converters/lib/color';
import {
  describeProperty,
  findProperty,
  type PropertyConstraints,
  type PropertyDescriptor,
  type PropertyKey,
  type PropertyRow,
  type PropertyValue,
  propertyKey,
  specOf,
  vendorPropertyName,
} from '../../../hub/model/properties.ts';
import type { ColorValue, PropertySpec, WireConversion } from '../../../hub/model/property-row.ts';
import { isColor } from '../../../hub/model/property-value.ts';
import type { Match } from './expose-rows.ts';
import { accessOf, type Found, GETTABLE, type Leaf, rangeOf } from './exposes.ts';
import { vendorLabel } from './vendor-label.ts';
import { fromWire, toWire } from './wire-value.ts';

/** One property of a device: where it stands in a converter's messages, and how its values are turned. */
export interface Binding {
  readonly descriptor: PropertyDescriptor;
  readonly spec: PropertySpec;
  /** The key of a converter's message that carries it, with the endpoint's name where there is one. */
  readonly wireKey: string;
  /** The key under which converters set and get it. */
  readonly converterKey: string;
  readonly endpointName: string | undefined;
  readonly canGet: boolean;
  /** The hub's value; undefined where the wire value is none, or says nothing of this property. */
  read(wire: unknown): PropertyValue | undefined;
  /** The wire value to set; undefined where there is none. */
  write(value: PropertyValue): unknown;
}

/** What the expose states about its values, in the table's units. */
function constraintsOf(
  row: PropertyRow,
  leaf: Leaf,
  convert: WireConversion | undefined,
): PropertyConstraints {
  const range = rangeOf(leaf);
  if (row.type === 'enum' && leaf.type === 'enum') {
    const values = leaf.values.map((value) => fromWire(row, convert, range, value));
    return { values: [...new Set(values.filter((value) => typeof value === 'string'))] };
  }
  if (row.type !== 'number' || leaf.type !== 'numeric' || convert?.kind === 'scale') return {};
  const ends = [range.min, range.max]
    .map((end) => (end === undefined ? undefined : fromWire(row, convert, range, end)))
    .filter((end) => typeof end === 'number');
  const isWhole = range.min !== undefined && range.max !== undefined && ends.length === 2;
  const [low, high] = isWhole ? ends.toSorted((a, b) => a - b) : [];
  const factor = convert?.kind === 'factor' ? convert.factor : convert === undefined ? 1 : null;
  return {
    ...(low === undefined ? {} : { min: low }),
    ...(high === undefined ? {} : { max: high }),
    ...(leaf.value_step === undefined || factor === null ? {} : { step: leaf.value_step * factor }),
  };
}

/** The property of a row of the table. */
export function rowBinding(match: Match, endpoint: number | undefined): Binding {
  const { leaf, row, mapping } = match;
  const { convert } = mapping;
  const access = row.access === 'event' ? 'event' : accessOf(leaf, []);
  const descriptor = describeProperty(row.name, {
    ...constraintsOf(row, leaf, convert),
    access,
    ...(endpoint === undefined ? {} : { endpoint }),
  });
  return binding(match, descriptor, convert);
}

/** A property of the vendor's own, under a name that is not taken yet. */
export function vendorBinding(
  found: Found,
  endpoint: number | undefined,
  taken: ReadonlySet<PropertyKey>,
): Binding {
  const { leaf, around } = found;
  const words = [...around.map(({ name }) => name), leaf.name];
  let name = vendorPropertyName(words.join('_'));
  for (let copy = 2; taken.has(propertyKey(name, endpoint)); copy++) {
    name = vendorPropertyName(`${words.join('_')}_${copy}`);
  }
  const key = propertyKey(name, endpoint);
  const descriptor: PropertyDescriptor = {
    key,
    name,
    ...(endpoint === undefined ? {} : { endpoint }),
    access: accessOf(leaf, around),
    label: vendorLabel(leaf, around),
    ...vendorType(leaf),
  };
  return binding(found, descriptor, undefined);
}

function vendorType(leaf: Leaf): Pick<PropertyDescriptor, 'type'> & Partial<PropertyDescriptor> {
  switch (leaf.type) {
    case 'binary':
      return { type: 'boolean' };
    case 'enum':
      return { type: 'enum', values: leaf.values.map(String) };
    case 'numeric':
      return {
        type: 'number',
        ...(leaf.unit === undefined ? {} : { unit: leaf.unit }),
        ...(leaf.value_min === undefined ? {} : { min: leaf.value_min }),
        ...(leaf.value_max === undefined ? {} : { max: leaf.value_max }),
        ...(leaf.value_step === undefined ? {} : { step: leaf.value_step }),
      };
    // A list, such as a schedule, is its JSON text.
    default:
      return { type: 'string' };
  }
}

function binding(
  found: Found,
  descriptor: PropertyDescriptor,
  convert: WireConversion | undefined,
): Binding {
  const { leaf, around } = found;
  const spec = specOf(descriptor);
  const row = findProperty(descriptor.name);
  const isClosed = row !== undefined && row.openValues !== true;
  const range = rangeOf(leaf);
  const outer = around[0] ?? leaf;
  const wireKey = outer.property ?? outer.name;
  const endpointName = outer.endpoint ?? leaf.endpoint;
  const suffix = `_${endpointName}`;
  const isSuffixed = endpointName !== undefined && wireKey.endsWith(suffix);
  const path = around.length === 0 ? [] : [...around.slice(1), leaf].map(pieceKey);
  return {
    descriptor,
    spec,
    wireKey,
    converterKey: isSuffixed ? wireKey.slice(0, -suffix.length) : wireKey,
    endpointName,
    canGet: (outer.access & GETTABLE) !== 0 || (leaf.access & GETTABLE) !== 0,
    read: (wire) => {
      const value = inner(wire, path);
      if (convert?.kind === 'hueSaturation' || convert?.kind === 'xy') return colorOf(value);
      const own = fromWire(row ?? spec, convert, range, value);
      return isForeign(spec, isClosed, own) ? undefined : own;
    },
    write: (value) => {
      const wire = colorToWire(convert, value) ?? warningToWire(convert, leaf, value);
      return around.length === 0
        ? (wire ?? listToWire(leaf, value) ?? toWire(spec, convert, range, value))
        : wrapped(path, listToWire(leaf, value) ?? toWire(spec, convert, range, value));
    },
  };
}

function pieceKey(leaf: Leaf): string {
  return leaf.property ?? leaf.name;
}

/** A value of a closed list that the list does not have, such as a cover's `STOP` as its position. */
function isForeign(
  spec: PropertySpec,
  isClosed: boolean,
  value: PropertyValue | undefined,
): boolean {
  if (value === undefined) return false;
  switch (spec.type) {
    case 'enum':
      return typeof value !== 'string' || (isClosed && !Object.hasOwn(spec.values ?? {}, value));
    case 'color':
      return !isColor(value);
    default:
      return typeof value !== spec.type;
  }
}

function inner(wire: unknown, path: readonly string[]): unknown {
  let value = wire;
  for (const piece of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, piece))
      return undefined;
    value = (value as Record<string, unknown>)[piece];
  }
  return value;
}

function wrapped(path: readonly string[], value: unknown): unknown {
  return path.reduceRight<unknown>((within, piece) => ({ [piece]: within }), value);
}

function listToWire(leaf: Leaf, value: PropertyValue): unknown {
  const isText = leaf.type === 'list' || leaf.type === 'composite';
  if (!isText || typeof value !== 'string') return undefined;
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}

/** Hue and saturation, given as such or as CIE x and y. */
function colorOf(wire: unknown): ColorValue | undefined {
  const { hue, saturation, x, y } = (wire ?? {}) as Record<string, unknown>;
  if (typeof hue === 'number' && typeof saturation === 'number') {
    return { hue: Math.round(hue) % 360, saturation: Math.round(saturation) };
  }
  if (typeof x !== 'number' || typeof y !== 'number' || y === 0) return undefined;
  const hsv = new ColorXY(x, y).toHSV();
  if (hsv.hue === null || hsv.saturation === null) return undefined;
  return { hue: Math.round(hsv.hue) % 360, saturation: Math.round(hsv.saturation) };
}

function colorToWire(convert: WireConversion | undefined, value: PropertyValue): unknown {
  if (!isColor(value)) return undefined;
  const { hue, saturation } = value;
  if (convert?.kind === 'hueSaturation') return { hue, saturation };
  if (convert?.kind !== 'xy') return undefined;
  const { x, y } = new ColorHSV(hue, saturation, 100).toXY().rounded(4);
  return { x, y };
}

/** A siren sounds for ten minutes at most unless it is stopped; most devices end it sooner by themselves. */
const WARNING_SECONDS = 600;
const WARNING_MODES = ['emergency', 'burglar', 'fire'];

function warningToWire(
  convert: WireConversion | undefined,
  leaf: Leaf,
  value: PropertyValue,
): unknown {
  if (convert?.kind !== 'warning' || leaf.type !== 'composite') return undefined;
  const modes = leaf.features.find(({ name }) => name === 'mode');
  const offered = modes?.type === 'enum' ? modes.values.map(String) : WARNING_MODES;
  const loud = WARNING_MODES.find((mode) => offered.includes(mode)) ?? offered.at(-1);
  return value === true
    ? { mode: loud, level: 'very_high', strobe: true, duration: WARNING_SECONDS }
    : { mode: 'stop', level: 'low', strobe: false, duration: 0 };
}
