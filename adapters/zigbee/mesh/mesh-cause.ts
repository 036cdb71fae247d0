// Why nodes are gone, as far as the mesh tells: a router that keeps silent takes those with it that reached the home
// through it. A pure function of who is there and of the last known ways.
import type { NodeAddress } from '../../../hub/model/identifiers.ts';
import type { LostRouter } from '../../../hub/model/mesh.ts';

/** A node as this judgement needs it. */
export interface JudgedNode {
  readonly address: NodeAddress;
  readonly isRouter: boolean;
  /** Null: nothing was said of it yet. */
  readonly isOnline: boolean | null;
  readonly lastSeenAtMs: number | null;
}

/** A node that was heard this long after its router was last heard has found another way, or never needed it. */
const SLACK_MS = 5_000;
/** A sleeping node may be silent for as long without a reason. */
const QUIET_MS = 45 * 60_000;

/**
 * Routers that are gone with nodes behind them, the one with the most nodes first. Behind a router that is itself
 * behind a lost one there is nothing to say: the first on the way is named.
 */
export function lostRouters(
  nodes: readonly JudgedNode[],
  parentOf: (node: NodeAddress) => NodeAddress | null,
  { now, quietMs = QUIET_MS }: { readonly now: number; readonly quietMs?: number | undefined },
): LostRouter[] {
  const byAddress = new Map(nodes.map((node) => [node.address, node]));
  const isLost = (address: NodeAddress): boolean => {
    const node = byAddress.get(address);
    return node?.isRouter === true && node.isOnline === false;
  };
  /** The lost router that stands nearest to the coordinator on a node's way. */
  const culpritOf = (address: NodeAddress): NodeAddress | null => {
    let culprit: NodeAddress | null = null;
    let at = parentOf(address);
    for (let steps = 0; at !== null && steps <= nodes.length; steps += 1) {
      if (isLost(at)) culprit = at;
      at = parentOf(at);
    }
    return culprit;
  };
  const found = new Map<NodeAddress, NodeAddress[]>();
  for (const node of nodes) {
    const culprit = culpritOf(node.address);
    if (culprit === null || culprit === node.address) continue;
    const goneAtMs = byAddress.get(culprit)?.lastSeenAtMs ?? 0;
    const seenAtMs = node.lastSeenAtMs ?? 0;
    const isSilentSince = seenAtMs <= goneAtMs + SLACK_MS;
    const isQuietForLong = now - seenAtMs > quietMs;
    if (!isSilentSince || (node.isOnline !== false && !isQuietForLong)) continue;
    found.set(culprit, [...(found.get(culprit) ?? []), node.address]);
  }
  return [...found]
    .map(([router, behind]) => {
      const sinceMs = byAddress.get(router)?.lastSeenAtMs ?? now;
      return { router, sinceMs, nodes: behind.sort() };
    })
    .sort((a, b) => b.nodes.length - a.nodes.length || a.router.localeCompare(b.router));
}
