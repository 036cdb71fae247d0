// Which endpoint of a node is part of which, as matter.js 0.17.9 makes it out of the lists of parts, and two mistakes
// in that. Its tree says only what can be reached: which parts a device of the home is composed of is read from the
// lists themselves (node-parts.ts).
import type { ReadResult } from '@matter/main/protocol';

type Library = typeof import('@matter/main');
type Endpoint = InstanceType<Library['Endpoint']>;
type Structure = InstanceType<Library['ClientEndpointInitializer']>['structure'];
type Value = ReadResult.AttributeValue;

const ROOT = 0;
const DESCRIPTOR = 0x001d;
const PARTS_LIST = 3;

/**
 * An endpoint that is up keeps the endpoint that it is part of. The library takes whichever list comes last for who
 * belongs to whom, an aggregator's names the parts of its devices too (Matter 1.4 Core § 9.2.3), and where the lists
 * come in another order than before, every later word of the node would be lost to an error. Mended there in
 * matter-js#4393.
 */
export function keepParents({ Endpoint }: Library): void {
  const owner = Object.getOwnPropertyDescriptor(Endpoint.prototype, 'owner');
  Object.defineProperty(Endpoint.prototype, 'owner', {
    ...owner,
    set(this: Endpoint, next: Endpoint | undefined) {
      const isUp = this.construction.status !== 'inactive';
      const isPart = owner?.get?.call(this) !== undefined;
      if (!(isUp && isPart && next !== undefined)) owner?.set?.call(this, next);
    },
  });
}

/**
 * The root's list is to name every endpoint (Matter 1.4 Core § 9.5.6.4). Where it leaves out one that others are part
 * of, as Tasmota's does with its aggregator, the library drops it and them without a word; here they stay. One that the
 * list names nothing of is gone. The library's own issue is matter-js#4405.
 */
export function keepUnlisted({ ClientEndpointInitializer }: Library): void {
  const made = new WeakSet<Structure>();
  const { prototype } = ClientEndpointInitializer;
  const structureOf = Object.getOwnPropertyDescriptor(prototype, 'structure');
  Object.defineProperty(prototype, 'structure', {
    ...structureOf,
    get() {
      const structure = structureOf?.get?.call(this) as Structure;
      if (!made.has(structure)) {
        made.add(structure);
        const mutate = structure.mutate.bind(structure);
        structure.mutate = (request, changes) => mutate(request, completed(structure, changes));
      }
      return structure;
    },
  });
}

/** What a node tells, with the endpoints in the root's list that it leaves out and that others are part of. */
async function* completed(
  structure: Structure,
  changes: ReadResult,
): AsyncGenerator<ReadResult.Report[]> {
  const lists = new Map<number, readonly number[]>();
  let root: Value | undefined;
  for await (const chunk of changes) {
    const reports: ReadResult.Report[] = [];
    for await (const report of chunk) {
      const parts = listIn(report);
      if (parts !== undefined && report.path.endpointId === ROOT) {
        for (const each of structure.node.endpoints) {
          if (!lists.has(each.number)) lists.set(each.number, partsOf(each));
        }
        root = withOwners(report as Value, lists);
        reports.push(root);
        continue;
      }
      if (parts !== undefined) lists.set(report.path.endpointId, parts);
      reports.push(report);
    }
    yield reports;
  }
  // Most nodes tell the root's list before the others.
  const whole = root === undefined ? undefined : withOwners(root, lists);
  if (whole !== undefined && whole !== root) yield [whole];
}

/** The same report where its list is complete. */
function withOwners(root: Value, lists: ReadonlyMap<number, readonly number[]>): Value {
  const listed = new Set(listIn(root));
  const left = [...lists].filter(
    ([number, parts]) =>
      number !== ROOT && !listed.has(number) && parts.some((part) => listed.has(part)),
  );
  return left.length === 0
    ? root
    : { ...root, value: [...listed, ...left.map(([number]) => number)] };
}

function listIn(report: ReadResult.Report): readonly number[] | undefined {
  if (report.kind !== 'attr-value' || !Array.isArray(report.value)) return undefined;
  const { clusterId, attributeId } = report.path;
  return clusterId === DESCRIPTOR && attributeId === PARTS_LIST
    ? report.value.filter((part): part is number => typeof part === 'number')
    : undefined;
}

/** As the node told them last; none of one that is not up yet. */
function partsOf(endpoint: Endpoint): readonly number[] {
  const state = endpoint.maybeStateOf('descriptor');
  return [...((state?.partsList ?? []) as Iterable<number>)];
}
