// What becomes of each expose of a definition: the property that it maps to, a typed property of the vendor's own, or
// nothing, and whether a value that is set goes back through a converter as the expose says. For tests and `npm run soak`.
import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import {
  type Definition,
  type DefinitionWithExtend,
  type Expose,
  prepareDefinition,
  setLogger,
} from 'zigbee-herdsman-converters';
import {
  isPropertyName,
  ownValueLabels,
  type PropertyValue,
} from '../../../hub/model/properties.ts';
import { checkValue, valuesEqual } from '../../../hub/model/property-value.ts';
import type { Binding } from '../definitions/binding.ts';
import { type Conversion, convertExposes } from '../definitions/convert.ts';

/** One leaf of the exposes and what became of it. */
export interface ExposeRow {
  readonly expose: string;
  /** The generic type of the expose, and the parent that it stands in. */
  readonly kind: string;
  /** r, rw, w or event. */
  readonly access: string;
  readonly fate: 'mapped' | 'vendor' | 'lost';
  /** Keys of the hub's properties, or the commands that carry it. */
  readonly property: string;
  /** What is handed to a converter to set a value: its key and an example; `-` where it cannot be set. */
  readonly back: string;
  /** What is wrong with the way back or with the words; null when nothing is. */
  readonly problem: string | null;
}

export interface ModelReport {
  readonly model: string;
  readonly rows: readonly ExposeRow[];
}

const quiet = (): void => {};
setLogger({ debug: quiet, info: quiet, warning: quiet, error: quiet });

const require = createRequire(import.meta.url);
const FOLDER = path.join(path.dirname(require.resolve('zigbee-herdsman-converters')), 'devices');

/** The files of definitions that the library has. */
export function definitionFiles(): string[] {
  return readdirSync(FOLDER).filter((file) => file.endsWith('.js') && file !== 'index.js');
}

/** The definitions of one of its files. */
export function definitionsIn(file: string): readonly DefinitionWithExtend[] {
  const { definitions } = require(path.join(FOLDER, file)) as {
    definitions: DefinitionWithExtend[];
  };
  return definitions;
}

/** The names that definitions give their endpoints, numbered as most of them do. */
const ENDPOINT_NAMES = Object.fromEntries(
  ['left', 'right', 'center', 'bottom', 'top', 'l1', 'l2', 'l3', 'l4'].map((name, index) => [
    name,
    index < 5 ? index + 1 : Number(name.slice(1)),
  ]),
);

type Feature = Expose & {
  readonly features?: readonly Feature[];
  readonly values?: readonly (string | number)[];
  readonly value_min?: number;
  readonly value_max?: number;
  readonly value_on?: string | boolean;
  readonly value_off?: string | boolean;
  readonly label?: string;
};

const PARENTS: ReadonlySet<string> = new Set([
  'light',
  'switch',
  'cover',
  'lock',
  'fan',
  'climate',
]);

interface Found {
  readonly leaf: Feature;
  readonly within: string | undefined;
  /** The features on the way to it, outermost first; itself last. */
  readonly trail: readonly Feature[];
}

function leavesOf(feature: Feature, within: string | undefined, trail: Feature[]): Found[] {
  if (PARENTS.has(feature.type)) {
    return (feature.features ?? []).flatMap((each) => leavesOf(each, feature.type, []));
  }
  const own = [...trail, feature];
  const isComposite = feature.type === 'composite' && (feature.features ?? []).length > 0;
  if (!isComposite) return [{ leaf: feature, within, trail: own }];
  return (feature.features ?? []).flatMap((each) => leavesOf(each, within, own));
}

function converted(definition: DefinitionWithExtend) {
  const prepared = prepareDefinition(definition);
  const { exposes } = prepared;
  const list = typeof exposes === 'function' ? exposes({ isDummyDevice: true }, {}) : exposes;
  return { prepared, list, conversion: convertExposes(list, ENDPOINT_NAMES) };
}

/** The values of a definition's choices that the table of properties has no words for. */
export function vendorValuesOf(definition: DefinitionWithExtend): string[] {
  const { conversion } = converted(definition);
  return [...conversion.byKey.values()].flatMap(({ descriptor }) =>
    Object.keys(ownValueLabels(descriptor) ?? {}),
  );
}

/** All leaves of a definition, each with what became of it. */
export function reportOf(definition: DefinitionWithExtend): ModelReport {
  const { prepared, list, conversion } = converted(definition);
  const { vendor, model } = prepared;
  const rows = list
    .flatMap((expose) => leavesOf(expose as Feature, undefined, []))
    .map((found) => rowOf(found, conversion, prepared));
  return { model: `${vendor} ${model}`, rows };
}

function rowOf(found: Found, conversion: Conversion, definition: Definition): ExposeRow {
  const { leaf, within, trail } = found;
  const row = {
    expose: trail.map(({ property, name }) => property ?? name).join('.'),
    kind: within === undefined ? leaf.type : `${leaf.type} in ${within}`,
  };
  if (leaf.name === 'action' && leaf.type === 'enum') {
    const presses = [...conversion.presses.values()];
    const isWhole = leaf.values?.every((value) => conversion.presses.has(String(value)));
    const keys = [...new Set(presses.map(({ key }) => key))].join(' ') || 'button';
    const problem = isWhole ? null : 'a press is not told';
    return { ...row, access: 'event', fate: 'mapped', property: keys, back: '-', problem };
  }
  if (leaf.name === 'identify' && leaf.type === 'enum') {
    const told = { fate: 'mapped', property: '!identify', back: 'genIdentify' } as const;
    return { ...row, access: 'w', ...told, problem: null };
  }
  const isCover = within === 'cover' && leaf.name === 'state';
  if (isCover && Object.keys(conversion.movements).length > 0) {
    const property = Object.keys(conversion.movements)
      .map((name) => `!${name}`)
      .join(' ');
    const told = { fate: 'mapped', property, back: 'state' } as const;
    return { ...row, access: 'w', ...told, problem: null };
  }
  return { ...row, ...fateOf(found, conversion, definition) };
}

function fateOf({ trail }: Found, conversion: Conversion, definition: Definition) {
  const [outer] = trail;
  const wireKey = outer?.property ?? outer?.name ?? '';
  const carriers = (conversion.byWireKey.get(wireKey) ?? []).filter((binding) =>
    mayCarry(binding, trail),
  );
  const mapped = carriers.filter(({ descriptor }) => isPropertyName(descriptor.name));
  const [binding] = mapped.length > 0 ? mapped : carriers;
  if (binding === undefined) {
    const lost = { fate: 'lost', property: '', back: '-', problem: 'nothing carries it' } as const;
    return { access: '', ...lost };
  }
  const { access } = binding.descriptor;
  const keys = (mapped.length > 0 ? mapped : [binding]).map(({ descriptor }) => descriptor.key);
  const way = wayBack(binding, definition);
  return {
    access,
    fate: mapped.length > 0 ? ('mapped' as const) : ('vendor' as const),
    property: keys.join(' '),
    back: way.back,
    problem: way.problem ?? wordsProblem(binding),
  };
}

/** A property of the whole message key, or of this very piece of it. */
function mayCarry(binding: Binding, trail: readonly Feature[]): boolean {
  const { descriptor } = binding;
  if (trail.length === 1 || isPropertyName(descriptor.name)) return true;
  const name = trail.map((each) => each.name).join('_');
  const plain = name.replaceAll(/[^A-Za-z0-9_-]/g, '_').slice(0, 60);
  return descriptor.name.startsWith(`x_${plain}`);
}

/** Values to try: both ends, both sides, each choice. */
function examplesOf({ spec, descriptor }: Binding): PropertyValue[] {
  switch (spec.type) {
    case 'boolean':
      return [true, false];
    case 'enum':
      return Object.keys(spec.values ?? {});
    case 'number': {
      const { min, max } = spec;
      const ends = [min, max].filter((end) => end !== undefined);
      return ends.length > 0 ? ends : [1];
    }
    case 'color':
      return [{ hue: 120, saturation: 80 }];
    default:
      return descriptor.type === 'string' ? ['[]'] : [];
  }
}

function wayBack(
  binding: Binding,
  { toZigbee }: Definition,
): { back: string; problem: string | null } {
  const { descriptor, spec, converterKey: key } = binding;
  if (descriptor.access !== 'rw' && descriptor.access !== 'w') return { back: '-', problem: null };
  const converter = toZigbee.find(
    (each) => each.convertSet !== undefined && (each.key === undefined || each.key.includes(key)),
  );
  if (converter === undefined) return { back: key, problem: `no converter sets "${key}"` };
  let back = key;
  for (const value of examplesOf(binding)) {
    const refused = checkValue(spec, value);
    if (refused !== null) return { back, problem: refused.message };
    const wire = binding.write(value);
    if (wire === undefined) return { back, problem: `${JSON.stringify(value)} has no wire value` };
    back = `${key}=${JSON.stringify(wire).slice(0, 40)}`;
    if (descriptor.access === 'w' || descriptor.name === 'siren') continue;
    const again = binding.read(wire) ?? null;
    if (again === null || !valuesEqual({ ...spec, tolerance: 1 }, again, value)) {
      if (isClose(value, again)) continue;
      return { back, problem: `${JSON.stringify(value)} came back as ${JSON.stringify(again)}` };
    }
  }
  // Beyond what the device takes nothing is sent.
  if (spec.type === 'number' && spec.max !== undefined && checkValue(spec, spec.max + 1) === null) {
    return { back, problem: 'it takes more than its range' };
  }
  return { back, problem: null };
}

/** A colour temperature loses some kelvin on its way through whole mireds. */
function isClose(a: PropertyValue, b: PropertyValue | null): boolean {
  return typeof a === 'number' && typeof b === 'number' && Math.abs(a - b) <= Math.abs(a) * 0.02;
}

function wordsProblem({ descriptor }: Binding): string | null {
  if (isPropertyName(descriptor.name)) return null;
  const { en = '', zh = '' } = descriptor.label ?? {};
  return en.trim() === '' || zh.trim() === '' ? 'it has no name' : null;
}

/** The counts that stand below a table. */
export function countFates(reports: readonly ModelReport[]): Record<ExposeRow['fate'], number> {
  const counts = { mapped: 0, vendor: 0, lost: 0 };
  for (const { rows } of reports) for (const { fate } of rows) counts[fate] += 1;
  return counts;
}
