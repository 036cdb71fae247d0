// The shape of one row of the table of properties: what a property is called in every standard that Ingle
// speaks, what values it takes, and the words for it. Rows are data; converting bytes and messages with
// them is the adapters' work.

/** A text in the two languages of the home. */
export interface Label {
  readonly en: string;
  readonly zh: string;
}

export type Language = keyof Label;

/** A colour without its brightness: hue in degrees 0–360, saturation in per cent 0–100. */
export interface ColorValue {
  readonly hue: number;
  readonly saturation: number;
}

/** What a property can be. Not known yet is never a value: it is a `null` beside this type. */
export type PropertyValue = boolean | number | string | ColorValue;

/** What kind of value a property holds; `color` is `{hue, saturation}`. */
export type PropertyType = 'boolean' | 'number' | 'enum' | 'string' | 'color';

/** r: reported only; rw: reported and settable; w: settable, never reported; event: a happening, no state. */
export type PropertyAccess = 'r' | 'rw' | 'w' | 'event';

/** What consent is asked for by: each property belongs to exactly one category. */
export const PRIVACY_CATEGORIES = [
  'presence',
  'security',
  'safety',
  'comfort',
  'energy',
  'usage',
  'device',
] as const;
export type PrivacyCategory = (typeof PRIVACY_CATEGORIES)[number];

/** Where a property belongs on a page; also how the table is split into files. */
export type PropertyFamily =
  | 'light'
  | 'switch'
  | 'energy'
  | 'cover'
  | 'lock'
  | 'climate'
  | 'fan'
  | 'valve'
  | 'alarm'
  | 'safety'
  | 'presence'
  | 'air'
  | 'weather'
  | 'button'
  | 'media'
  | 'appliance'
  | 'meter'
  | 'setting'
  | 'device';

/** A value as it stands in a protocol's message, before conversion. */
export type WireScalar = boolean | number | string;

/**
 * How a protocol's value becomes the property's, each of them reversible. Absent: the value is taken as it
 * is (and a Zigbee `binary` expose compares with its own `value_on`).
 *
 * - `factor`: ours = wire × factor.
 * - `scale`: linear from the wire's `[at our min, at our max]` onto the row's 0–100; a reversed pair turns
 *   the sense. A `value_min` / `value_max` that the expose itself states replaces the pair, keeping its order.
 * - `boolean`: the wire's value for true and for false.
 * - `values`: a wire value to ours, for those that differ; the rest pass unchanged. On the way out, of several
 *   wire values for one of ours, the one that the device lists is sent.
 * - `mireds`: ours = 1,000,000 / wire.
 * - `bit`: true while the bit of the wire's number is set.
 * - `logLux`: ours = 10^((wire − 1) / 10,000). Spec: ZCL § Illuminance Measurement, MeasuredValue.
 * - `hueSaturation`: hue and saturation, each 0–254 (Matter, ZCL) or degrees and per cent (exposes).
 * - `xy`: CIE 1931 x and y; brightness stays out of it.
 * - `warning`: the composite `warning` of an IAS warning device; true starts it, false stops it.
 */
export type WireConversion =
  | { readonly kind: 'factor'; readonly factor: number }
  | { readonly kind: 'scale'; readonly from: readonly [number, number] }
  | { readonly kind: 'boolean'; readonly true: WireScalar; readonly false: WireScalar }
  | { readonly kind: 'values'; readonly values: Readonly<Record<string, WireScalar>> }
  | { readonly kind: 'mireds' }
  | { readonly kind: 'bit'; readonly bit: number }
  | { readonly kind: 'logLux' }
  | { readonly kind: 'hueSaturation' }
  | { readonly kind: 'xy' }
  | { readonly kind: 'warning' };

/** An attribute (or, for `button`, the cluster's events) of a Matter or Zigbee cluster. */
export interface ClusterIdentity {
  readonly cluster: string;
  readonly clusterId: number;
  readonly attribute: string;
  readonly attributeId: number;
  readonly convert?: WireConversion;
}

/** The composite exposes of zigbee-herdsman-converters that give their features a meaning. */
export type ExposeParent = 'light' | 'switch' | 'cover' | 'lock' | 'climate' | 'fan';

/** The generic expose types of zigbee-herdsman-converters. */
export type ExposeType = 'binary' | 'numeric' | 'enum' | 'text' | 'composite' | 'list';

/**
 * One expose of zigbee-herdsman-converters that carries a property. All given conditions must hold. Of the
 * mappings of a row the first that a device's endpoint has wins; of several rows that match one expose, the one
 * whose mapping states more (a parent, a unit) wins.
 */
export interface ExposeMapping {
  readonly name: string;
  readonly type: ExposeType;
  /** The feature stands inside one of these; absent: it stands by itself. */
  readonly within?: readonly ExposeParent[];
  /** The expose's unit, exactly; absent: any. */
  readonly unit?: string;
  /** The expose must be settable (true) or must not be (false); absent: either. */
  readonly settable?: boolean;
  readonly convert?: WireConversion;
}

/** How Home Assistant's MQTT discovery presents the property. */
export interface HomeAssistantIdentity {
  readonly domain:
    | 'binary_sensor'
    | 'button'
    | 'climate'
    | 'cover'
    | 'event'
    | 'fan'
    | 'light'
    | 'lock'
    | 'number'
    | 'select'
    | 'sensor'
    | 'siren'
    | 'switch'
    | 'valve';
  readonly deviceClass?: string;
  readonly stateClass?: 'measurement' | 'total_increasing' | 'measurement_angle';
}

/** What a value may be and how it reads: a row of the table, or what `specOf` makes of a device's own property. */
export interface PropertySpec {
  /** The row's name; of a device's property its key. */
  readonly name: string;
  readonly type: PropertyType;
  /** What a device usually grants; a device may grant less. */
  readonly access: PropertyAccess;
  readonly label: Label;
  readonly unit?: string;
  readonly min?: number;
  readonly max?: number;
  /** The smallest difference that is shown: 0.1 is one decimal. Each number of the table has one. */
  readonly precision?: number;
  /** How far two numbers may lie apart and still be the same state; absent: half the precision. */
  readonly tolerance?: number;
  /** An enum's values and what they are called; none: any text. */
  readonly values?: Readonly<Record<string, Label>>;
  /** What true and false are called. */
  readonly words?: { readonly true: Label; readonly false: Label };
}

/** One row of the table. */
export interface PropertyRowData extends PropertySpec {
  readonly family: PropertyFamily;
  /** A device may bring values of its own beside the table's. */
  readonly openValues?: true;
  readonly matter?: ClusterIdentity;
  readonly zigbee?: ClusterIdentity;
  /** Empty only for what the radio itself measures. */
  readonly exposes: readonly ExposeMapping[];
  readonly homeAssistant: HomeAssistantIdentity;
  /** The name of an icon of @mdi/js. */
  readonly icon: `mdi${string}`;
  readonly privacy: PrivacyCategory;
}
