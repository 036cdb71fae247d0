// Turning the values of Matter attributes into the table's and back, by the conversion that a row of the table of
// properties states. Pure; what cannot be turned gives undefined.
import type { PropertySpec, PropertyValue, WireConversion } from '../../hub/model/property-row.ts';
import { fromXy } from './bridge/color-space.ts';

const HUE_MAX = 254;

/** Binary fractions end somewhere: 21.500000000000004 is 21.5. */
function withoutNoise(value: number): number {
  return Math.round(value * 1e6) / 1e6;
}

function within({ min, max }: PropertySpec, value: number): number {
  return Math.min(max ?? value, Math.max(min ?? value, value));
}

/** Energy stands in a struct with the time it is of. Spec: Matter 1.4 Application Clusters § 2.12.5. */
function numberOf(wire: unknown): number | undefined {
  const value =
    typeof wire === 'object' && wire !== null && 'energy' in wire ? Number(wire.energy) : wire;
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

/**
 * The table's value of an attribute's; undefined where it says nothing, such as null. A colour takes hue and
 * saturation as `[hue, saturation]`, each 0–254, or its chromaticity as `[x, y]`.
 */
export function fromWire(
  spec: PropertySpec,
  convert: WireConversion | undefined,
  wire: unknown,
): PropertyValue | undefined {
  if (wire === null || wire === undefined) return undefined;
  switch (convert?.kind) {
    case undefined:
      return plainFromWire(spec, wire);
    case 'factor': {
      const value = numberOf(wire);
      return value === undefined ? undefined : within(spec, withoutNoise(value * convert.factor));
    }
    case 'scale':
      return scaledFromWire(spec, convert.from, wire);
    case 'boolean':
      if (wire === convert.true) return true;
      return wire === convert.false ? false : undefined;
    case 'values':
      return Object.hasOwn(convert.values, String(wire))
        ? convert.values[String(wire)]
        : plainFromWire(spec, wire);
    case 'mireds': {
      const value = numberOf(wire);
      if (value === undefined || value <= 0) return undefined;
      const kelvin = Math.round(1_000_000 / value);
      return kelvin === within(spec, kelvin) ? kelvin : undefined;
    }
    case 'bit': {
      const value = numberOf(wire);
      return value === undefined ? undefined : (value & (1 << convert.bit)) !== 0;
    }
    case 'logLux': {
      const value = numberOf(wire);
      if (value === undefined) return undefined;
      return value === 0 ? 0 : Math.round(10 ** ((value - 1) / 10_000) * 10) / 10;
    }
    case 'hueSaturation': {
      if (!Array.isArray(wire)) return undefined;
      const [hue, saturation] = wire.map(numberOf);
      if (hue === undefined || saturation === undefined) return undefined;
      return {
        hue: Math.round((hue / HUE_MAX) * 360),
        saturation: Math.round((saturation / HUE_MAX) * 100),
      };
    }
    case 'xy': {
      if (!Array.isArray(wire)) return undefined;
      const [x, y] = wire.map(numberOf);
      return x === undefined || y === undefined ? undefined : fromXy({ x, y });
    }
    case 'warning':
      return undefined;
  }
}

function scaledFromWire(
  spec: PropertySpec,
  [atMin, atMax]: readonly [number, number],
  wire: unknown,
): number | undefined {
  const value = numberOf(wire);
  if (value === undefined) return undefined;
  const percent = Math.min(100, Math.max(0, ((value - atMin) / (atMax - atMin)) * 100));
  const precision = spec.precision ?? 1;
  const rounded = withoutNoise(Math.round(percent / precision) * precision);
  // The dimmest level of a lamp that is on is not nothing.
  return rounded === 0 && percent > 0 ? precision : rounded;
}

function plainFromWire(spec: PropertySpec, wire: unknown): PropertyValue | undefined {
  switch (spec.type) {
    case 'boolean':
      return typeof wire === 'boolean' ? wire : undefined;
    case 'number': {
      const value = numberOf(wire);
      return value === undefined ? undefined : within(spec, withoutNoise(value));
    }
    case 'string':
      return typeof wire === 'string' ? wire : undefined;
    case 'enum': {
      const word = String(wire);
      return Object.hasOwn(spec.values ?? {}, word) ? word : undefined;
    }
    case 'color':
      return undefined;
  }
}

/** The attribute's value of one of the table's; undefined where the attribute has none. */
export function toWire(
  convert: WireConversion | undefined,
  value: PropertyValue,
): boolean | number | string | undefined {
  if (typeof value === 'object') return undefined;
  switch (convert?.kind) {
    case undefined:
      return value;
    case 'factor':
      return typeof value === 'number' ? Math.round(value / convert.factor) : undefined;
    case 'scale': {
      if (typeof value !== 'number') return undefined;
      const [atMin, atMax] = convert.from;
      return Math.round(atMin + (value / 100) * (atMax - atMin));
    }
    case 'boolean':
      return value === true ? convert.true : convert.false;
    case 'values': {
      const wire = Object.entries(convert.values).find(([, ours]) => ours === value)?.[0];
      if (wire === undefined) return undefined;
      return /^\d+$/.test(wire) ? Number(wire) : wire;
    }
    case 'mireds':
      return typeof value === 'number' && value > 0 ? Math.round(1_000_000 / value) : undefined;
    case 'bit':
    case 'logLux':
    case 'hueSaturation':
    case 'xy':
    case 'warning':
      return undefined;
  }
}

/** Hue and saturation, each 0–254; undefined for what is no colour. */
export function toHueSaturation(
  value: PropertyValue,
): { readonly hue: number; readonly saturation: number } | undefined {
  if (typeof value !== 'object') return undefined;
  return {
    hue: Math.min(HUE_MAX, Math.round((value.hue / 360) * HUE_MAX)),
    saturation: Math.round((value.saturation / 100) * HUE_MAX),
  };
}
