// The table per cluster as a whole: which rows an endpoint's cluster has, and for a cluster that nobody has looked at
// a row for each plain value of it, so that it is not lost.
import type { WireConversion } from '../../../hub/model/property-row.ts';
import type { AttributeView, ClusterView, EndpointView } from '../views.ts';
import { APPLIANCE_ROWS } from './appliance-rows.ts';
import { COMFORT_ROWS } from './comfort-rows.ts';
import { ENERGY_ROWS } from './energy-rows.ts';
import { HOME_ROWS } from './home-rows.ts';
import { MODE_ROWS } from './mode-rows.ts';
import type { AttributeRow } from './row.ts';
import { WATCH_ROWS } from './watch-rows.ts';

const TABLE: ReadonlyMap<number, readonly AttributeRow[]> = Map.groupBy(
  [...HOME_ROWS, ...APPLIANCE_ROWS, ...ENERGY_ROWS, ...COMFORT_ROWS, ...WATCH_ROWS, ...MODE_ROWS],
  ({ clusterId }) => clusterId,
);

/** Of a cluster without rows of its own this many values at most. */
const PLAIN_VALUES_MAX = 24;
/** Clusters whose plain values would say nothing to a household: pictures, certificates, apps, tariffs in codes. */
const WITHOUT_PLAIN_VALUES: ReadonlySet<number> = new Set([
  0x0025, // Actions
  0x0062, // Scenes Management
  0x009c, // Power Topology
  0x050d, // Application Basic
  0x0550, // Zone Management
  0x0551, // Camera AV Stream Management
  0x0552, // Camera AV Settings
  0x0553, // WebRTC Transport Provider
  0x0554, // WebRTC Transport Requestor
  0x0555, // Push AV Stream Transport
  0x0801, // TLS Certificate Management
  0x0802, // TLS Client Management
]);
/** Every cluster has these. Spec: Matter 1.4 Core § 7.13. */
const GLOBAL_ATTRIBUTES_FROM = 0xfff8;

/** The rows that hold for a cluster of an endpoint, the ones of the home's table first. */
export function rowsOf(endpoint: EndpointView, cluster: ClusterView): readonly AttributeRow[] {
  const rows = TABLE.get(cluster.id);
  if (rows === undefined) return plainRows(cluster);
  return rows.filter(
    (row) => cluster.attributes.has(row.attributeId) && row.isMeant?.(endpoint, cluster) !== false,
  );
}

/** Whether an attribute is one that every cluster has. */
export function isGlobal(attributeId: number): boolean {
  return attributeId >= GLOBAL_ATTRIBUTES_FROM && attributeId <= 0xffff;
}

/** Units by the standard's types. Spec: Matter 1.4 Core § 7.19. */
const TYPES: Readonly<Record<string, { readonly unit: string; readonly factor: number }>> = {
  temperature: { unit: '°C', factor: 0.01 },
  percent: { unit: '%', factor: 1 },
  percent100ths: { unit: '%', factor: 0.01 },
  'elapsed-s': { unit: 's', factor: 1 },
  'power-mW': { unit: 'W', factor: 0.001 },
  'power-mVA': { unit: 'VA', factor: 0.001 },
  'power-mVAR': { unit: 'var', factor: 0.001 },
  'energy-mWh': { unit: 'kWh', factor: 1e-6 },
  'energy-mVAh': { unit: 'kVAh', factor: 1e-6 },
  'energy-mVARh': { unit: 'kvarh', factor: 1e-6 },
  'voltage-mV': { unit: 'V', factor: 0.001 },
  'amperage-mA': { unit: 'A', factor: 0.001 },
};
/** Times since 2000 or since the start, which no page could show as such. */
const TIMES = /^(epoch|systime|posix|date|tod)/;

function plainRows(cluster: ClusterView): readonly AttributeRow[] {
  if (!cluster.isApplication || WITHOUT_PLAIN_VALUES.has(cluster.id)) return [];
  return [...cluster.attributes.values()]
    .filter(({ id, kind, isFixed, type }) => {
      return !isGlobal(id) && !isFixed && kind !== 'other' && !TIMES.test(type);
    })
    .slice(0, PLAIN_VALUES_MAX)
    .map((attribute) => plainRow(cluster, attribute));
}

function plainRow(cluster: ClusterView, attribute: AttributeView): AttributeRow {
  const { id, name, kind, type, isWritable, choices } = attribute;
  const unit = kind === 'number' ? TYPES[type] : undefined;
  const convert: WireConversion | undefined =
    unit === undefined || unit.factor === 1 ? undefined : { kind: 'factor', factor: unit.factor };
  const words = `${spaced(cluster.name)}: ${spaced(name).toLowerCase()}`;
  const canSet = isWritable && (kind === 'boolean' || kind === 'enum');
  return {
    clusterId: cluster.id,
    attributeId: id,
    as: {
      word: `${cluster.name}_${name}`,
      label: { en: words, zh: words },
      type: kind === 'other' ? 'string' : kind,
      ...(unit === undefined ? {} : { unit: unit.unit }),
      ...(canSet ? {} : { access: 'r' as const }),
    },
    convert,
    ...(kind === 'enum' ? { choices: () => choices } : {}),
  };
}

/** `esaState` as words. */
function spaced(name: string): string {
  return name.replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2');
}
