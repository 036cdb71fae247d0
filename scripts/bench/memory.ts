// Memory at rest with 100 devices and 100 rules, Matter off: all processes of the hub against all of the usual stack.
// What processes of one program share is counted once, so that sums are true.
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Bench, BenchScope } from './bench.ts';
import { USUAL_STACK } from './peers/usual-stack.ts';
import { memoryBytes } from './process.ts';
import { oursOnLink, peerOnLink, type Side } from './side.ts';
import { median, spread } from './statistics.ts';

const MEGABYTE = 1e6;

/** A little traffic, so that what is loaded late is loaded; then rest, so that what is garbage may go. */
const TRAFFIC = { kind: 'rate', perSecond: 10, seconds: 10 } as const;

interface Plan {
  readonly rounds: number;
  readonly restMs: number;
}

function planOf({ isQuick }: BenchScope): Plan {
  return isQuick ? { rounds: 2, restMs: 2_000 } : { rounds: 5, restMs: 15_000 };
}

async function run(scope: BenchScope): Promise<void> {
  const plan = planOf(scope);
  const peer = await peerOnLink(scope, path.join(scope.folder, 'stack'));
  const hub = await oursOnLink(scope, path.join(scope.folder, 'hub'));
  // What pairing took is no memory at rest.
  const sides: readonly Side[] = [await peer.restart(), await hub.restart()];
  for (const side of sides) await side.load(TRAFFIC);
  const [theirs, ours]: [number[], number[]] = [[], []];
  for (let round = 0; round < plan.rounds; round++) {
    await sleep(plan.restMs, undefined, { signal: scope.signal });
    for (const [index, side] of sides.entries()) {
      [theirs, ours][index]?.push(memoryBytes(side.pids()) / MEGABYTE);
    }
  }
  scope.say(`the usual stack: ${spread(theirs)} MB; the hub: ${spread(ours)} MB`);
  scope.row({
    bench: memory.name,
    metric: 'memory at rest, 100 devices and 100 rules',
    unit: 'MB',
    value: median(ours),
    peer: USUAL_STACK,
    peerValue: median(theirs),
    must: 1 / 2,
    goal: 1 / 2.4,
    n: plan.rounds,
  });
}

export const memory: Bench = { name: 'memory', run };
