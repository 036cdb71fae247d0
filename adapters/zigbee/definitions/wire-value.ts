// Turning the values of converter messages into the table's and back, by the conversion that a row of the
// table of properties states. Pure; what cannot be turned gives undefined, and the caller says so.
import type {
  PropertySpec,
  PropertyValue,
  WireConversion,
} from '../../../hub/model/property-row.ts';

/** What an expose says of its wire values. */
export interface WireRange {
  /** `value_min` and `value_max` of a numeric expose. */
  readonly min?: number;
  readonly max?: number;
  /** `value_on` and `value_off` of a binary expose. */
  readonly on?: string | boolean;
  readonly off?: string | boolean;
  /** The values of an enum expose; some are numbers. */
  readonly values?: readonly (string | number)[];
}

/** Binary fractions end somewhere: 21.500000000000004 is 21.5. */
function withoutNoise(value: number): number {
  return Math.round(value * 1e4) / 1e4;
}

/** Some devices say 103 % of humidity, or 154 % of battery. */
function withinRow({ min, max }: PropertySpec, value: number): number {
  return Math.min(max ?? value, Math.max(min ?? value, value));
}

function toNumber(wire: unknown): number | undefined {
  const value = typeof wire === 'string' && wire.trim() !== '' ? Number(wire) : wire;
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

function scaleEnds(convert: { readonly from: readonly [number, number] }, range: WireRange) {
  const [atMin, atMax] = convert.from;
  const isReversed = atMin > atMax;
  const low = range.min ?? Math.min(atMin, atMax);
  const high = range.max ?? Math.max(atMin, atMax);
  return isReversed ? [high, low] : [low, high];
}

/**
 * The table's value of a wire value, within the range of `spec`, the row itself or a vendor's own property; undefined where it is none. Colours and warnings are the converters'
 * business and not done here.
 */
export function fromWire(
  spec: PropertySpec,
  convert: WireConversion | undefined,
  range: WireRange,
  wire: unknown,
): PropertyValue | undefined {
  if (wire === null || wire === undefined) return undefined;
  switch (convert?.kind) {
    case undefined:
      return plainFromWire(spec, range, wire);
    case 'factor': {
      const value = toNumber(wire);
      return value === undefined
        ? undefined
        : withinRow(spec, withoutNoise(value * convert.factor));
    }
    case 'scale':
      return scaledFromWire(spec, convert, range, wire);
    case 'boolean':
      return booleanOf(wire, convert.true, convert.false);
    case 'values': {
      const own = Object.hasOwn(convert.values, String(wire))
        ? convert.values[String(wire)]
        : undefined;
      return own ?? plainFromWire(spec, range, wire);
    }
    case 'mireds': {
      const value = toNumber(wire);
      if (value === undefined || value <= 0) return undefined;
      const kelvin = Math.round(1_000_000 / value);
      // 65535 mireds stand for "as before".
      return kelvin < (spec.min ?? 0) || kelvin > (spec.max ?? kelvin) ? undefined : kelvin;
    }
    case 'bit': {
      const value = toNumber(wire);
      return value === undefined ? undefined : (value & (1 << convert.bit)) !== 0;
    }
    case 'logLux': {
      const value = toNumber(wire);
      if (value === undefined) return undefined;
      return value === 0 ? 0 : withoutNoise(10 ** ((value - 1) / 10_000));
    }
    case 'hueSaturation':
    case 'xy':
    case 'warning':
      return undefined;
  }
}

function scaledFromWire(
  spec: PropertySpec,
  convert: { readonly from: readonly [number, number] },
  range: WireRange,
  wire: unknown,
): number | undefined {
  const value = toNumber(wire);
  if (value === undefined) return undefined;
  const [atMin = 0, atMax = 100] = scaleEnds(convert, range);
  const percent = Math.min(100, Math.max(0, ((value - atMin) / (atMax - atMin)) * 100));
  const precision = spec.precision ?? 1;
  const rounded = withoutNoise(Math.round(percent / precision) * precision);
  // The dimmest level of a lamp that is on is not nothing.
  return rounded === 0 && percent > 0 ? precision : rounded;
}

function booleanOf(wire: unknown, on: unknown, off: unknown): boolean | undefined {
  if (wire === on) return true;
  if (wire === off) return false;
  const text = String(wire).toLowerCase();
  if (text === String(on).toLowerCase()) return true;
  return text === String(off).toLowerCase() ? false : undefined;
}

function plainFromWire(
  spec: PropertySpec,
  range: WireRange,
  wire: unknown,
): PropertyValue | undefined {
  switch (spec.type) {
    case 'boolean':
      return booleanOf(wire, range.on ?? true, range.off ?? false);
    case 'number': {
      const value = toNumber(wire);
      return value === undefined ? undefined : withinRow(spec, withoutNoise(value));
    }
    case 'enum':
      return typeof wire === 'object' ? undefined : String(wire);
    case 'string':
      return typeof wire === 'object' ? JSON.stringify(wire) : String(wire);
    case 'color':
      return undefined;
  }
}

/** The wire value of one of the table's values; undefined where the wire has none. */
export function toWire(
  spec: PropertySpec,
  convert: WireConversion | undefined,
  range: WireRange,
  value: PropertyValue,
): unknown {
  switch (convert?.kind) {
    case undefined:
      return plainToWire(spec, range, value);
    case 'factor':
      return typeof value === 'number' ? withoutNoise(value / convert.factor) : undefined;
    case 'scale': {
      if (typeof value !== 'number') return undefined;
      const [atMin = 0, atMax = 100] = scaleEnds(convert, range);
      return Math.round(atMin + (value / 100) * (atMax - atMin));
    }
    case 'boolean':
      return value === true ? convert.true : convert.false;
    case 'values': {
      const known = Object.entries(convert.values).filter(([, ours]) => ours === value);
      const isTaken = (wire: string): boolean =>
        range.values === undefined || range.values.some((own) => String(own) === wire);
      const wire = (known.find(([key]) => isTaken(key)) ?? known[0])?.[0];
      if (wire === undefined) return plainToWire(spec, range, value);
      return ownForm(range, wire);
    }
    case 'mireds': {
      if (typeof value !== 'number' || value <= 0) return undefined;
      const mireds = Math.round(1_000_000 / value);
      return Math.min(range.max ?? mireds, Math.max(range.min ?? mireds, mireds));
    }
    case 'bit':
      return value === true ? 1 << convert.bit : 0;
    case 'logLux':
      return typeof value === 'number' && value > 0
        ? Math.round(10_000 * Math.log10(value) + 1)
        : 0;
    case 'hueSaturation':
    case 'xy':
    case 'warning':
      return undefined;
  }
}

/** An enum's wire value in the form that the expose lists it: some are numbers. */
function ownForm(range: WireRange, wire: string): string | number {
  return range.values?.find((own) => String(own) === wire) ?? wire;
}

function plainToWire(spec: PropertySpec, range: WireRange, value: PropertyValue): unknown {
  switch (spec.type) {
    case 'boolean':
      return value === true ? (range.on ?? true) : (range.off ?? false);
    case 'enum':
      return ownForm(range, String(value));
    case 'number':
    case 'string':
      return value;
    case 'color':
      return undefined;
  }
}
