// The one table of properties: every kind of value that a device of the home can have. Adapters, the Matter
// bridge, MQTT, the page, telemetry and consent all derive from it. The rows stand in ./properties/.
import { ValidationError } from './errors.ts';
import type { Branded } from './identifiers.ts';
import { nearestName } from './nearest-name.ts';
import { CLIMATE_PROPERTIES } from './properties/climate.ts';
import { DEVICE_PROPERTIES } from './properties/device.ts';
import { ENERGY_PROPERTIES } from './properties/energy.ts';
import { ENVIRONMENT_PROPERTIES } from './properties/environment.ts';
import { LIGHT_PROPERTIES } from './properties/light.ts';
import { OPENING_PROPERTIES } from './properties/opening.ts';
import { SAFETY_PROPERTIES } from './properties/safety.ts';
import type {
  Label,
  PropertyAccess,
  PropertyRowData,
  PropertySpec,
  PropertyType,
} from './property-row.ts';
import { ownValueLabel } from './value-words.ts';

export type { DeviceKind } from './device-kind.ts';
export type { ColorValue, PropertyValue } from './property-row.ts';

const ROWS = [
  ...LIGHT_PROPERTIES,
  ...ENERGY_PROPERTIES,
  ...OPENING_PROPERTIES,
  ...CLIMATE_PROPERTIES,
  ...SAFETY_PROPERTIES,
  ...ENVIRONMENT_PROPERTIES,
  ...DEVICE_PROPERTIES,
] as const;

/** The name of a row of the table; it never changes its meaning, unit or range. */
export type PropertyName = (typeof ROWS)[number]['name'];

/** A row of the table. */
export interface PropertyRow extends PropertyRowData {
  readonly name: PropertyName;
}

/** Every row, in the order in which a page lists them. */
export const PROPERTIES: readonly PropertyRow[] = ROWS;

const PROPERTY_NAMES = PROPERTIES.map((row) => row.name);
const BY_NAME: ReadonlyMap<string, PropertyRow> = new Map(ROWS.map((row) => [row.name, row]));

/** The row of a name of the table. */
export function property(name: PropertyName): PropertyRow {
  const row = BY_NAME.get(name);
  if (row === undefined) throw new Error(`The table of properties has no row "${name}"`);
  return row;
}

/** The row of any text; undefined where it is not a name of the table. */
export function findProperty(name: string): PropertyRow | undefined {
  return BY_NAME.get(name);
}

/** Whether the text is a name of the table. */
export function isPropertyName(name: string): name is PropertyName {
  return BY_NAME.has(name);
}

/** A property that fits no row, under its vendor's own word: `x_` and what the adapter calls it. */
export type VendorPropertyName = `x_${string}`;
export type AnyPropertyName = PropertyName | VendorPropertyName;

const VENDOR_NAME = /^x_[A-Za-z0-9_-]{1,64}$/;

/** Whether the text names a vendor's own property: `x_` and 1–64 letters, digits, `_` or `-`. */
export function isVendorPropertyName(name: string): name is VendorPropertyName {
  return VENDOR_NAME.test(name);
}

/** The name of a vendor's own property: what an adapter calls it, with other characters made to `_`. */
export function vendorPropertyName(word: string): VendorPropertyName {
  const plain = word.replaceAll(/[^A-Za-z0-9_-]/g, '_').slice(0, 64);
  return `x_${plain === '' ? '_' : plain}`;
}

/** A property of one device: a name, and `@` with the endpoint where a device has several, as in `on@2`. */
export type PropertyKey = Branded<string, 'PropertyKey'>;

/** What a key says. */
export interface ParsedPropertyKey {
  readonly key: PropertyKey;
  readonly name: AnyPropertyName;
  /** 1–240; absent where the device has the property once. */
  readonly endpoint?: number;
}

const ENDPOINT_MAX = 240;

/**
 * The key of a property, of one endpoint where the device has several.
 * @throws ValidationError where the endpoint is not a whole number of 1–240.
 */
export function propertyKey(name: AnyPropertyName, endpoint?: number): PropertyKey {
  if (endpoint === undefined) return name as string as PropertyKey;
  if (!Number.isInteger(endpoint) || endpoint < 1 || endpoint > ENDPOINT_MAX) {
    throw new ValidationError(`${endpoint} is not an endpoint of "${name}"`, {
      hint: `An endpoint is a whole number from 1 to ${ENDPOINT_MAX}, as in ${name}@2.`,
    });
  }
  return `${name}@${endpoint}` as PropertyKey;
}

const parsedKeys = new Map<string, ParsedPropertyKey>();
/** A home has some hundred keys; what comes from outside must not make the cache grow. */
const PARSED_KEYS_MAX = 4096;

/**
 * Reads `brightness`, `on@2` or `x_led_color`.
 * @throws ValidationError naming the text, with the nearest name of the table as the hint.
 */
export function parsePropertyKey(text: string): ParsedPropertyKey {
  const known = parsedKeys.get(text);
  if (known !== undefined) return known;
  const parsed = parse(text);
  if (parsedKeys.size < PARSED_KEYS_MAX) parsedKeys.set(text, parsed);
  return parsed;
}

function parse(text: string): ParsedPropertyKey {
  const at = text.indexOf('@');
  const name = at < 0 ? text : text.slice(0, at);
  if (!isPropertyName(name) && !isVendorPropertyName(name)) throw unknownProperty(name);
  if (at < 0) return { key: propertyKey(name), name };
  const digits = text.slice(at + 1);
  if (!/^[1-9][0-9]{0,2}$/.test(digits) || Number(digits) > ENDPOINT_MAX) {
    throw new ValidationError(`"${text.slice(0, 80)}" does not name an endpoint of "${name}"`, {
      hint: `After the @ stands a whole number from 1 to ${ENDPOINT_MAX}, as in ${name}@2.`,
    });
  }
  const endpoint = Number(digits);
  return { key: propertyKey(name, endpoint), name, endpoint };
}

function unknownProperty(name: string): ValidationError {
  const shown = name.length > 64 ? `${name.slice(0, 64)}…` : name;
  const byExpose = PROPERTIES.find((row) => row.exposes.some((expose) => expose.name === name));
  const nearest = byExpose?.name ?? nearestName(name, PROPERTY_NAMES);
  return new ValidationError(`There is no property "${shown}"`, {
    hint:
      nearest === undefined
        ? 'The page of a device and GET /api/devices/{id} list its properties.'
        : `Did you mean ${nearest}?`,
  });
}

/** What a device says of the values it takes; it narrows the table's row and never widens it. */
export interface PropertyConstraints {
  readonly min?: number;
  readonly max?: number;
  readonly step?: number;
  readonly values?: readonly string[];
}

/** One property as a device has it; plain data, stored with the device and shown by the API. */
export interface PropertyDescriptor extends PropertyConstraints {
  readonly key: PropertyKey;
  readonly name: AnyPropertyName;
  readonly endpoint?: number;
  readonly type: PropertyType;
  readonly access: PropertyAccess;
  readonly unit?: string;
  /** What it is called: a vendor's own property in its own words, one of the table where its owner has named it. */
  readonly label?: Label;
  /** The label is its owner's, and tells it apart from others of its name; absent: it stands for any such property. */
  readonly isNamed?: true;
  /** What the values of a vendor's own enum are called, where that is known. */
  readonly valueLabels?: Readonly<Record<string, Label>>;
}

/** The descriptor of a row of the table on a device that grants `access` and states its own constraints. */
export function describeProperty(
  name: PropertyName,
  own: PropertyConstraints &
    Pick<Partial<PropertyDescriptor>, 'access' | 'endpoint' | 'label' | 'isNamed'> = {},
): PropertyDescriptor {
  const row = property(name);
  const min = tighter(row.min, own.min, Math.max);
  const max = tighter(row.max, own.max, Math.min);
  return {
    key: propertyKey(name, own.endpoint),
    name,
    ...(own.endpoint === undefined ? {} : { endpoint: own.endpoint }),
    type: row.type,
    access: own.access ?? row.access,
    ...(row.unit === undefined ? {} : { unit: row.unit }),
    ...(min === undefined ? {} : { min }),
    ...(max === undefined ? {} : { max }),
    ...(own.step === undefined ? {} : { step: own.step }),
    ...(row.type === 'enum' ? { values: narrowValues(row, own.values) } : {}),
    ...(own.label === undefined ? {} : { label: own.label }),
    ...(own.isNamed === undefined ? {} : { isNamed: own.isNamed }),
  };
}

/** Of a device's values those that the row allows; without any, the row's own. */
function narrowValues(row: PropertyRow, own: readonly string[] | undefined): readonly string[] {
  const known = row.values ?? {};
  if (own === undefined) return Object.keys(known);
  return own.filter((value) => row.openValues === true || Object.hasOwn(known, value));
}

function tighter(
  row: number | undefined,
  own: number | undefined,
  pick: (a: number, b: number) => number,
): number | undefined {
  if (row === undefined) return own;
  return own === undefined ? row : pick(row, own);
}

/**
 * The row that a descriptor stands for, narrowed to what the device states and called as its owner calls it; for a
 * vendor's own property what the device says of it. Worth keeping: it is made anew at each call.
 */
export function specOf(descriptor: PropertyDescriptor): PropertySpec {
  const { key, name, type, access, unit, step } = descriptor;
  const row = findProperty(name);
  const min = tighter(row?.min, descriptor.min, Math.max);
  const max = tighter(row?.max, descriptor.max, Math.min);
  const values = descriptor.values ?? (row?.values && Object.keys(row.values));
  return {
    ...row,
    name: key,
    type: row?.type ?? type,
    access,
    label: descriptor.label ?? row?.label ?? sameInBoth(readable(name.slice(2))),
    ...(row === undefined && unit !== undefined ? { unit } : {}),
    ...(row === undefined && step !== undefined ? { precision: step } : {}),
    ...(min === undefined ? {} : { min }),
    ...(max === undefined ? {} : { max }),
    ...(values === undefined ? {} : { values: labelled(values, row, descriptor.valueLabels) }),
  };
}

function labelled(
  values: readonly string[],
  row: PropertyRow | undefined,
  own: Readonly<Record<string, Label>> = {},
): Readonly<Record<string, Label>> {
  const known = row?.values ?? own;
  const isOpen = row === undefined || row.openValues === true;
  const labels: [string, Label][] = [];
  for (const value of values) {
    const label = Object.hasOwn(known, value) ? known[value] : undefined;
    if (label !== undefined) labels.push([value, label]);
    else if (isOpen) labels.push([value, ownValueLabel(value)]);
  }
  return Object.fromEntries(labels);
}

/** Words of those values of a device's choice that the table has none for; undefined where it has them all. */
export function ownValueLabels({
  name,
  type,
  values,
  valueLabels = {},
}: PropertyDescriptor): Readonly<Record<string, Label>> | undefined {
  if (type !== 'enum' || values === undefined) return undefined;
  const known = findProperty(name)?.values ?? {};
  const own = values.filter((value) => !Object.hasOwn(known, value));
  if (own.length === 0) return undefined;
  return Object.fromEntries(
    own.map((value) => [value, valueLabels[value] ?? ownValueLabel(value)]),
  );
}

function sameInBoth(text: string): Label {
  return { en: text, zh: text };
}

function readable(name: string): string {
  return name.replaceAll('_', ' ');
}
