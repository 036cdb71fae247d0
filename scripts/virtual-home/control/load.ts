// Floods of reports: a node, or all of them, reporting at a rate, for benches and for the fault of that name.
// Each report is a real frame with a value that differs from the one before it.

import type { Attribute, ClusterServer } from '../nodes/cluster-server.ts';
import type { VirtualNode } from '../nodes/node.ts';
import { Timers } from '../timers.ts';

// Short, so that a flood comes evenly: a host reads what arrives together as one chunk, and pays for long ones.
const TICK_MS = 1;

/** The measurements that a flood varies, the first that a node has: cluster, attribute, lowest and highest value. */
const VARIED: readonly (readonly [number, number, number, number])[] = [
  [0x0402, 0x0000, 1_500, 2_900],
  [0x0b04, 0x050b, 0, 2_000],
  [0x0400, 0x0000, 1, 40_000],
  [0x0406, 0x0000, 0, 1],
  [0x0006, 0x0000, 0, 1],
  [0x0102, 0x0008, 0, 100],
  [0x0101, 0x0000, 1, 2],
  [0x0201, 0x0000, 1_500, 2_900],
  [0x0001, 0x0021, 100, 200],
];

interface Source {
  server: ClusterServer;
  attribute: Attribute;
  min: number;
  max: number;
}

function sourceOf(node: VirtualNode): Source | undefined {
  for (const [cluster, id, min, max] of VARIED) {
    for (const server of node.servers) {
      const attribute = server.cluster === cluster ? server.attribute(id) : undefined;
      if (attribute !== undefined) return { server, attribute, min, max };
    }
  }
  return undefined;
}

/** Runs floods. */
export class Load {
  readonly #timers = new Timers();
  #cancels: (() => void)[] = [];

  /** Reports `ratePerSecond` in all, the nodes by turns, for a time. Returns how many nodes take part. */
  flood(
    nodes: Iterable<VirtualNode>,
    options: { ratePerSecond: number; durationMs: number },
  ): number {
    const sources = [...nodes].flatMap((node) => sourceOf(node) ?? []);
    if (sources.length === 0) return 0;
    const startMs = performance.now();
    const total = Math.floor((options.ratePerSecond * options.durationMs) / 1_000);
    let sent = 0;
    const cancel = this.#timers.every(TICK_MS, () => {
      const elapsedMs = performance.now() - startMs;
      const due = Math.min(total, Math.floor((elapsedMs / 1_000) * options.ratePerSecond));
      for (; sent < due; sent++) {
        const source = sources[sent % sources.length];
        if (source === undefined) break;
        const { server, attribute, min, max } = source;
        const current = typeof attribute.value === 'number' ? attribute.value : min;
        attribute.value = current >= max || current < min ? min : current + 1;
        server.report(attribute);
      }
      if (sent >= total) cancel();
    });
    this.#cancels.push(cancel);
    return sources.length;
  }

  clear(): void {
    for (const cancel of this.#cancels) cancel();
    this.#cancels = [];
  }

  stop(): void {
    this.#timers.stop();
  }
}
