// What is known of the mesh, over restarts: the last survey and, of each node, how it was reached in the past. One
// private file, written whole after each survey; a damaged one costs the history and nothing else.
import { existsSync, readFileSync } from 'node:fs';
import type { NodeAddress } from '../../../hub/model/identifiers.ts';
import type { Mesh, MeshLink, MeshNode, MeshPoint, MeshRole } from '../../../hub/model/mesh.ts';
import { writePrivateText } from '../../contract/private-file.ts';
import type { Survey } from './mesh-survey.ts';
import { growTree, type SurveyedNode } from './mesh-tree.ts';

const VERSION = 1;
/** Of one node; with a point each 6 h at least a week and a half, and each change of its way. */
const POINTS_MAX = 48;
const POINT_EVERY_MS = 6 * 3_600_000;
/** Link quality flutters: less than this is no news. */
const QUALITY_STEP = 25;

type KeptNode = Omit<MeshNode, 'lastSeenAtMs' | 'isOnline'>;

interface Kept {
  readonly version: number;
  readonly takenAtMs: number | null;
  readonly tookMs: number | null;
  readonly nodes: readonly KeptNode[];
  readonly links: readonly MeshLink[];
}

const NOTHING: Kept = { version: VERSION, takenAtMs: null, tookMs: null, nodes: [], links: [] };

/** A node as the network has it now. */
export interface PresentNode {
  readonly address: NodeAddress;
  readonly networkAddress: number;
  readonly role: MeshRole;
  readonly lastSeenAtMs: number | null;
  readonly isOnline: boolean | null;
}

/** A node's history with one more point, thinned: where all is as it was, a point every 6 h is enough. */
export function withPoint(history: readonly MeshPoint[], point: MeshPoint): MeshPoint[] {
  const last = history.at(-1);
  const difference = Math.abs((last?.linkQuality ?? 0) - (point.linkQuality ?? 0));
  const isNews =
    last === undefined ||
    last.parent !== point.parent ||
    difference >= QUALITY_STEP ||
    point.atMs - last.atMs >= POINT_EVERY_MS;
  const longer = isNews ? [...history, point] : [...history];
  if (longer.length <= POINTS_MAX) return longer;
  // Of the older half the first point that tells of no other way goes; if all do, the oldest.
  const half = longer.slice(0, POINTS_MAX / 2);
  const dull = half.findIndex((one, index) => index > 0 && one.parent === half[index - 1]?.parent);
  return longer.toSpliced(Math.max(0, dull), 1);
}

export class MeshBook {
  readonly #file: string;
  #kept: Kept;

  /** @param damaged told when the file could not be read */
  constructor(file: string, damaged: (text: string) => void = () => {}) {
    this.#file = file;
    this.#kept = this.#read(damaged);
  }

  #read(damaged: (text: string) => void): Kept {
    if (!existsSync(this.#file)) return NOTHING;
    try {
      const kept = JSON.parse(readFileSync(this.#file, 'utf8')) as Kept;
      const isWhole = Array.isArray(kept.nodes) && Array.isArray(kept.links);
      if (kept.version === VERSION && isWhole) return kept;
      damaged(`${this.#file} is of another version: the mesh is surveyed anew`);
    } catch {
      damaged(`${this.#file} is damaged: the history of the mesh begins anew`);
    }
    return NOTHING;
  }

  get takenAtMs(): number | null {
    return this.#kept.takenAtMs;
  }

  /** Through whom a node reached the home when that was last known. */
  parentOf(node: NodeAddress): NodeAddress | null {
    return this.#kept.nodes.find((one) => one.node === node)?.parent ?? null;
  }

  /** Takes a survey in and writes it. A node that could not be placed keeps the way it had. */
  take(survey: Survey, nodes: readonly PresentNode[], atMs: number): void {
    const surveyed: SurveyedNode<NodeAddress>[] = nodes.map(
      ({ address, networkAddress, role }) => ({ address, networkAddress, role }),
    );
    const { links, branches } = growTree(surveyed, survey.tables);
    const before = new Map(this.#kept.nodes.map((one) => [one.node, one]));
    const kept = nodes.map(({ address, networkAddress, role }): KeptNode => {
      const old = before.get(address);
      const branch = branches.get(address);
      const isPlaced = role === 'coordinator' || (branch?.parent ?? null) !== null;
      const place = isPlaced || old === undefined ? branch : old;
      const way = {
        parent: place?.parent ?? null,
        isParentKnown: isPlaced && (branch?.isParentKnown ?? false),
        linkQuality: place?.linkQuality ?? null,
        hops: place?.hops ?? null,
      };
      const point = { atMs, parent: way.parent, linkQuality: way.linkQuality };
      const history = old?.history ?? [];
      return {
        node: address,
        networkAddress,
        role,
        ...way,
        asked: survey.asked.get(address) ?? null,
        history: role === 'coordinator' || !isPlaced ? history : withPoint(history, point),
      };
    });
    const { tookMs } = survey;
    this.#kept = { version: VERSION, takenAtMs: atMs, tookMs, nodes: kept, links };
    writePrivateText(this.#file, JSON.stringify(this.#kept));
  }

  /** The mesh as it was found, with who is there now. Nodes that joined since stand in it without a way. */
  mesh(present: readonly PresentNode[]): Mesh {
    const kept = new Map(this.#kept.nodes.map((one) => [one.node, one]));
    const nodes = present.map(
      ({ address, networkAddress, role, lastSeenAtMs, isOnline }): MeshNode => {
        const known = kept.get(address);
        return {
          node: address,
          networkAddress,
          role,
          parent: known?.parent ?? null,
          isParentKnown: known?.isParentKnown ?? false,
          linkQuality: known?.linkQuality ?? null,
          hops: role === 'coordinator' ? 0 : (known?.hops ?? null),
          asked: known?.asked ?? null,
          history: known?.history ?? [],
          lastSeenAtMs,
          isOnline,
        };
      },
    );
    const here = new Set(present.map(({ address }) => address));
    const links = this.#kept.links.filter(({ from, to }) => here.has(from) && here.has(to));
    return { takenAtMs: this.#kept.takenAtMs, tookMs: this.#kept.tookMs, nodes, links };
  }
}
