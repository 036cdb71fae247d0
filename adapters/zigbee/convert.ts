// The border between zigbee-herdsman-converters and the table of properties: which properties a definition's
// exposes carry, and their values in both directions. Nothing that an expose says is lost: what fits no row of
// the table becomes a vendor's own `x_` property.
import * as zhc from 'zigbee-herdsman-converters';
import { ColorHSV, ColorXY } from 'zigbee-herdsman-converters/lib/color';
import {
  describeProperty,
  findProperty,
  PROPERTIES,
  type PropertyConstraints,
  type PropertyDescriptor,
  type PropertyKey,
  type PropertyRow,
  type PropertyValue,
  propertyKey,
  specOf,
  vendorPropertyName,
} from '../../hub/model/properties.ts';
import type {
  ColorValue,
  ExposeMapping,
  ExposeParent,
  PropertyAccess,
  PropertySpec,
  WireConversion,
} from '../../hub/model/property-row.ts';
import { isColor } from '../../hub/model/property-value.ts';
import { type Press, pressesOf } from './actions.ts';
import { fromWire, toWire, type WireRange } from './wire-value.ts';

type Leaf = zhc.Numeric | zhc.Binary | zhc.Enum | zhc.Text | zhc.Composite | zhc.List;

/** A leaf of the exposes with where it stands. */
interface Found {
  readonly leaf: Leaf;
  readonly parent: ExposeParent | undefined;
  /** Composites around it, outermost first; the first has the key by which it is set. */
  readonly around: readonly zhc.Composite[];
}

interface Match extends Found {
  readonly row: PropertyRow;
  readonly mapping: ExposeMapping;
  /** Position of the mapping in its row: the lower wins on a device that has several. */
  readonly rank: number;
}

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

/** Everything that the hub knows of a definition on one device. */
export interface Conversion {
  readonly bindings: readonly Binding[];
  readonly byKey: ReadonlyMap<PropertyKey, Binding>;
  readonly byWireKey: ReadonlyMap<string, readonly Binding[]>;
  readonly presses: ReadonlyMap<string, Press>;
  readonly descriptors: readonly PropertyDescriptor[];
  /** Covers: the wire words to move and stop, by our command's name, and the endpoint's name. */
  readonly movements: Readonly<Record<string, string>>;
}

/** The endpoint ids of the names that a definition gives, as in `{left: 1, right: 2}`. */
export type EndpointNames = Readonly<Record<string, number>>;

/** Reads a definition's exposes. Exposes may depend on the device, so this is done for each device. */
export function convertExposes(
  exposes: readonly zhc.Expose[],
  endpointNames: EndpointNames,
): Conversion {
  // To identify is a command.
  const found = exposes
    .flatMap((expose) => leaves(expose))
    .filter(({ leaf }) => !(leaf.name === 'identify' && leaf.type === 'enum'));
  const matches: Match[] = [];
  const vendors: Found[] = [];
  for (const each of found) {
    const match = each.around.length === 0 ? bestMatch(each) : undefined;
    if (match !== undefined) matches.push(match);
    else vendors.push(each);
  }
  const actions = found.find(({ leaf }) => leaf.name === 'action' && leaf.type === 'enum');
  const presses = pressesOf(
    actions?.leaf.type === 'enum' ? actions.leaf.values.map(String) : [],
    endpointNames,
  );
  const bindings = bindMatches(
    matches.filter(({ leaf }) => leaf !== actions?.leaf),
    vendors,
    numberNames(found, endpointNames),
  );
  const descriptors = [
    ...bindings.map(({ descriptor }) => descriptor),
    ...describePresses(presses),
    describeProperty('linkQuality'),
  ];
  return {
    bindings,
    byKey: new Map(bindings.map((binding) => [binding.descriptor.key, binding])),
    byWireKey: Map.groupBy(bindings, ({ wireKey }) => wireKey),
    presses,
    descriptors,
    movements: movementsOf(found),
  };
}

const PARENTS: ReadonlySet<string> = new Set<ExposeParent>([
  'light',
  'switch',
  'cover',
  'lock',
  'climate',
  'fan',
]);

function leaves(expose: zhc.Expose): Found[] {
  if (PARENTS.has(expose.type)) {
    const parent = expose.type as ExposeParent;
    return (expose.features ?? []).flatMap((feature) => flatten(feature, parent, []));
  }
  return flatten(expose as Leaf, undefined, []);
}

/** A composite that is no row of the table is taken apart, so that each piece is a property. */
function flatten(
  leaf: Leaf,
  parent: ExposeParent | undefined,
  around: readonly zhc.Composite[],
): Found[] {
  const found: Found = { leaf, parent, around };
  const isWhole = leaf.type !== 'composite' || leaf.features.length === 0;
  if (isWhole || (around.length === 0 && bestMatch(found) !== undefined)) return [found];
  return leaf.features.flatMap((feature) => flatten(feature, parent, [...around, leaf]));
}

const SETTABLE: number = zhc.access.SET;
const STATE: number = zhc.access.STATE;
const GETTABLE: number = zhc.access.GET;

function bestMatch(found: Found): Match | undefined {
  const { leaf, parent } = found;
  let best: Match | undefined;
  let bestScore = -1;
  for (const row of PROPERTIES) {
    for (const [rank, mapping] of row.exposes.entries()) {
      if (!fits(mapping, leaf, parent)) continue;
      const score =
        (mapping.within === undefined ? 0 : 4) +
        (mapping.unit === undefined ? 0 : 2) +
        (mapping.settable === undefined ? 0 : 1);
      if (score <= bestScore) continue;
      best = { ...found, row, mapping, rank };
      bestScore = score;
    }
  }
  return best;
}

function fits(mapping: ExposeMapping, leaf: Leaf, parent: ExposeParent | undefined): boolean {
  if (mapping.name !== leaf.name || mapping.type !== leaf.type) return false;
  if (mapping.within === undefined) {
    if (parent !== undefined) return false;
  } else if (parent === undefined || !mapping.within.includes(parent)) {
    return false;
  }
  const unit = leaf.type === 'numeric' ? leaf.unit : undefined;
  if (mapping.unit !== undefined && mapping.unit !== unit) return false;
  const isSettable = (leaf.access & SETTABLE) !== 0;
  return mapping.settable === undefined || mapping.settable === isSettable;
}

/** Rows whose losing mappings say nothing that the winning one does not: the same thing in other words. */
const SAME_THING: ReadonlySet<string> = new Set(['color', 'position']);

function bindMatches(
  matches: readonly Match[],
  vendors: readonly Found[],
  names: EndpointNames,
): Binding[] {
  const perRow = Map.groupBy(matches, ({ row }) => row);
  const bindings: Binding[] = [];
  const others: Found[] = [...vendors];
  const taken = new Set<PropertyKey>();
  for (const [row, all] of perRow) {
    const perEndpoint = Map.groupBy(all, ({ leaf }) => leaf.endpoint);
    for (const competing of perEndpoint.values()) {
      const [winner, ...losers] = competing.toSorted((a, b) => a.rank - b.rank);
      if (winner === undefined) continue;
      const own = perEndpoint.size > 1 ? endpointOf(winner.leaf, names) : undefined;
      if (taken.has(propertyKey(row.name, own))) {
        others.push(...competing);
        continue;
      }
      bindings.push(rowBinding(winner, own));
      taken.add(propertyKey(row.name, own));
      if (!SAME_THING.has(row.name)) others.push(...losers);
    }
  }
  for (const other of others) {
    const binding = vendorBinding(other, endpointOf(other.leaf, names), taken);
    taken.add(binding.descriptor.key);
    bindings.push(binding);
  }
  return bindings;
}

/** Numbers for endpoint names that say none; far from those of real endpoints. */
const UNNUMBERED_FROM = 201;

/** The definition's names and, for those that it does not list, their digits or the next free number. */
function numberNames(found: readonly Found[], names: EndpointNames): EndpointNames {
  const numbered: Record<string, number> = { ...names };
  let next = UNNUMBERED_FROM;
  for (const { leaf } of found) {
    const name = leaf.endpoint;
    if (name === undefined || isEndpoint(numbered[name])) continue;
    const digits = Number(/\d+$/.exec(name)?.[0] ?? Number.NaN);
    numbered[name] = isEndpoint(digits) ? digits : next++;
  }
  return numbered;
}

function isEndpoint(value: number | undefined): boolean {
  return value !== undefined && Number.isInteger(value) && value >= 1 && value <= 240;
}

function endpointOf({ endpoint }: Leaf, names: EndpointNames): number | undefined {
  return endpoint === undefined ? undefined : names[endpoint];
}

function accessOf(leaf: Leaf, outer: readonly zhc.Composite[]): PropertyAccess {
  // Pieces of a composite often state no access of their own.
  const access = leaf.access === 0 ? (outer.at(-1)?.access ?? 0) : leaf.access;
  const isSettable = (access & SETTABLE) !== 0;
  const isReported = (access & (STATE | GETTABLE)) !== 0;
  if (isSettable) return isReported ? 'rw' : 'w';
  return 'r';
}

function rangeOf(leaf: Leaf): WireRange {
  switch (leaf.type) {
    case 'numeric':
      return {
        ...(leaf.value_min === undefined ? {} : { min: leaf.value_min }),
        ...(leaf.value_max === undefined ? {} : { max: leaf.value_max }),
      };
    case 'binary':
      return { on: leaf.value_on, off: leaf.value_off };
    case 'enum':
      return { values: leaf.values };
    default:
      return {};
  }
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

function rowBinding(match: Match, endpoint: number | undefined): Binding {
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

function vendorBinding(
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
  const label = [...around.map((outer) => outer.label), leaf.label].join(': ');
  const descriptor: PropertyDescriptor = {
    key,
    name,
    ...(endpoint === undefined ? {} : { endpoint }),
    access: accessOf(leaf, around),
    label: { en: label, zh: label },
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

function describePresses(presses: ReadonlyMap<string, Press>): PropertyDescriptor[] {
  const perKey = Map.groupBy(presses.values(), ({ key }) => key);
  return [...perKey].map(([key, own]) => {
    const endpoint = Number(/@(\d+)$/.exec(key)?.[1] ?? Number.NaN);
    return describeProperty('button', {
      values: [...new Set(own.map(({ value }) => value))],
      ...(Number.isNaN(endpoint) ? {} : { endpoint }),
    });
  });
}

const MOVEMENT_WORDS: Readonly<Record<string, string>> = {
  OPEN: 'open',
  CLOSE: 'close',
  STOP: 'stop',
};

function movementsOf(found: readonly Found[]): Record<string, string> {
  const cover = found.find(({ leaf, parent }) => parent === 'cover' && leaf.name === 'state');
  if (cover?.leaf.type !== 'enum') return {};
  const movements: Record<string, string> = {};
  for (const value of cover.leaf.values) {
    const name = MOVEMENT_WORDS[String(value).toUpperCase()];
    if (name !== undefined) movements[name] = String(value);
  }
  return movements;
}
