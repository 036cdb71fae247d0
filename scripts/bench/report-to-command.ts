// From a report's frame to the command's frame, against the usual stack at its best. Two benches that are never
// mixed: over the same emulated coordinator on TCP, and with the same radio in memory in both. And the first again
// while three adapters of others loop, leak and throw: the budget is the same, against the stack without them.
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { BAD_ADAPTERS } from './bad-adapters.ts';
import type { Bench, BenchScope } from './bench.ts';
import type { Hub } from './ours.ts';
import { USUAL_STACK } from './peers/usual-stack.ts';
import { until } from './process.ts';
import type { LoadSpec } from './radio/load.ts';
import {
  type HubSide,
  oursInMemory,
  oursOnLink,
  type PairedSide,
  peerInMemory,
  peerOnLink,
  type Side,
} from './side.ts';
import { median, percentile, spread } from './statistics.ts';

const LIVE_CLIENTS = 20;
const PER_SECOND = 100;
const MESSAGE_EVERY_MS = 100;
/**
 * A burst is 40 runs of each of 100 scenes. The hub rests a scene that begins more than 60 times within 10 s, since
 * no household means that; together with the 100 reports a second before and after, a burst stays below.
 */
const BURST_ACTIONS = 4_000;
/** The code of a burst is hot after these, with the pauses that the 60 runs ask for. */
const WARM_BURSTS = 4;

interface Plan {
  readonly rounds: number;
  readonly warmSeconds: number;
  readonly rateSeconds: number;
}

function planOf({ isQuick }: BenchScope): Plan {
  return isQuick
    ? { rounds: 2, warmSeconds: 10, rateSeconds: 4 }
    : { rounds: 5, warmSeconds: 10, rateSeconds: 10 };
}

/** The figures of each round. */
class Rounds {
  readonly p50: number[] = [];
  readonly p99: number[] = [];
  readonly actions: number[] = [];
  #lost = 0;

  async atRate(side: Side, seconds: number): Promise<void> {
    const spec: LoadSpec = { kind: 'rate', perSecond: PER_SECOND, seconds };
    const { latenciesMs, lost } = await side.load(spec);
    this.p50.push(percentile(latenciesMs, 0.5));
    this.p99.push(percentile(latenciesMs, 0.99));
    this.#lost += lost;
  }

  async burst(side: Side): Promise<void> {
    const { commands, lost, seconds } = await side.load({ kind: 'closed', actions: BURST_ACTIONS });
    this.actions.push(commands / seconds);
    this.#lost += lost;
  }

  toString(): string {
    const parts = [`p50 ${spread(this.p50)} ms`, `p99 ${spread(this.p99)} ms`];
    if (this.actions.length > 0) parts.push(`${spread(this.actions)} actions/s`);
    if (this.#lost > 0) parts.push(`${this.#lost} reports without a command`);
    return parts.join(', ');
  }
}

async function warm(side: Side, { warmSeconds }: Plan): Promise<void> {
  const steady: LoadSpec = { kind: 'rate', perSecond: PER_SECOND, seconds: warmSeconds };
  for (let burst = 0; burst < WARM_BURSTS; burst++) {
    await side.load(steady);
    await side.load({ kind: 'closed', actions: BURST_ACTIONS });
  }
}

function budgets(bench: string, peer: Rounds, n: number) {
  const row = { bench, peer: USUAL_STACK, n } as const;
  return {
    p50: { ...row, metric: 'p50 at 100/s', unit: 'ms', peerValue: median(peer.p50) },
    p99: { ...row, metric: 'p99 at 100/s', unit: 'ms', peerValue: median(peer.p99) },
    actions: {
      ...row,
      metric: 'actions',
      unit: '1/s',
      peerValue: median(peer.actions),
      isHigherBetter: true,
    },
  } as const;
}

async function pairBoth(scope: BenchScope): Promise<{ peer: PairedSide; ours: HubSide }> {
  const peer = await peerOnLink(scope, path.join(scope.folder, 'stack'));
  const ours = await oursOnLink(scope, path.join(scope.folder, 'hub'));
  return { peer, ours };
}

async function link(scope: BenchScope): Promise<void> {
  const plan = planOf(scope);
  const { peer, ours } = await pairBoth(scope);
  await Promise.all([warm(peer, plan), warm(ours, plan)]);
  const theirRounds = new Rounds();
  const ourRounds = new Rounds();
  const followedRounds = new Rounds();
  for (let round = 0; round < plan.rounds; round++) {
    await theirRounds.atRate(peer, plan.rateSeconds);
    await ourRounds.atRate(ours, plan.rateSeconds);
    await theirRounds.burst(peer);
    await ourRounds.burst(ours);
    const end = await ours.hub.follow(LIVE_CLIENTS);
    try {
      await followedRounds.atRate(ours, plan.rateSeconds);
    } finally {
      end();
    }
    scope.say(`round ${round + 1} of ${plan.rounds}`);
  }
  scope.say(`the usual stack: ${theirRounds}`);
  scope.say(`the hub: ${ourRounds}`);
  scope.say(`the hub with ${LIVE_CLIENTS} live clients: ${followedRounds}`);

  const { p50, p99, actions } = budgets(reportToCommandLink.name, theirRounds, plan.rounds);
  scope.row({ ...p50, value: median(ourRounds.p50), must: 1 / 2, goal: 1 / 3 });
  scope.row({
    ...p99,
    metric: `p99 at 100/s, with history and ${LIVE_CLIENTS} live clients`,
    value: median(followedRounds.p99),
    must: 3 / 4,
    goal: 1 / 3,
  });
  scope.row({ ...actions, value: median(ourRounds.actions), must: 2.5, goal: 5 });
}

async function memory(scope: BenchScope): Promise<void> {
  const plan = planOf(scope);
  const paired = await pairBoth(scope);
  await paired.peer.stop();
  await paired.ours.stop();
  const { network } = paired.ours;
  const peer = await peerInMemory(scope, path.join(scope.folder, 'stack'), paired.peer.network);
  const ours = await oursInMemory(scope, path.join(scope.folder, 'hub'), { network });
  scope.say('both are up again on the radio in memory');
  await Promise.all([warm(peer, plan), warm(ours, plan)]);
  const theirRounds = new Rounds();
  const ourRounds = new Rounds();
  for (let round = 0; round < plan.rounds; round++) {
    await theirRounds.atRate(peer, plan.rateSeconds);
    await ourRounds.atRate(ours, plan.rateSeconds);
    await theirRounds.burst(peer);
    await ourRounds.burst(ours);
    scope.say(`round ${round + 1} of ${plan.rounds}`);
  }
  scope.say(`the usual stack: ${theirRounds}`);
  scope.say(`the hub: ${ourRounds}`);

  const { p50, actions } = budgets(reportToCommandMemory.name, theirRounds, plan.rounds);
  scope.row({ ...p50, value: median(ourRounds.p50), must: 1 / 2.5, goal: 1 / 4 });
  scope.row({ ...actions, value: median(ourRounds.actions), must: 8, goal: 14 });
}

async function badAdapters(scope: BenchScope): Promise<void> {
  const plan = planOf(scope);
  const { peer, ours } = await pairBoth(scope);
  await Promise.all([warm(peer, plan), warm(ours, plan)]);
  for (const files of Object.values(BAD_ADAPTERS)) {
    await ours.hub.call('POST', '/api/adapters', { files });
  }
  await switchBad(ours.hub, false);
  const theirRounds = new Rounds();
  const ourRounds = new Rounds();
  const badRounds = new Rounds();
  for (let round = 0; round < plan.rounds; round++) {
    await theirRounds.atRate(peer, plan.rateSeconds);
    await ourRounds.atRate(ours, plan.rateSeconds);
    // Switched on anew, so that each round has them at their worst and not in a pause between two restarts.
    await switchBad(ours.hub, true);
    const stopMessages = await sendMessages(ours.hub);
    await badRounds.atRate(ours, plan.rateSeconds);
    await stopMessages();
    await switchBad(ours.hub, false);
    scope.say(`round ${round + 1} of ${plan.rounds}`);
  }
  scope.say(`the usual stack: ${theirRounds}`);
  scope.say(`the hub: ${ourRounds}`);
  scope.say(`the hub with three bad adapters: ${badRounds}`);

  const { p50, p99 } = budgets(reportToCommandBadAdapters.name, theirRounds, plan.rounds);
  const row = { ...p50, peer: null, peerValue: null, unit: 'times' } as const;
  const over = (bad: readonly number[], usual: readonly number[]) => median(bad) / median(usual);
  scope.row({
    ...{ ...p50, metric: 'p50 at 100/s, with a loop, a leak and one that throws' },
    ...{ value: median(badRounds.p50), must: 1 / 2, goal: 1 / 3 },
  });
  scope.row({
    ...{ ...p99, metric: 'p99 at 100/s, with a loop, a leak and one that throws' },
    ...{ value: median(badRounds.p99), must: 3 / 4, goal: 1 / 3 },
  });
  scope.row({
    ...{ ...row, metric: 'p50 with the three over p50 without' },
    ...{ value: over(badRounds.p50, ourRounds.p50), must: 1.5, goal: 1.2 },
  });
}

/** Switches all three on, and waits until each runs; or off. */
async function switchBad(hub: Hub, enabled: boolean): Promise<void> {
  for (const id of Object.keys(BAD_ADAPTERS)) {
    await hub.call('PATCH', `/api/adapters/${id}`, { enabled });
  }
  if (!enabled) return;
  const run = async () => {
    const { items } = (await hub.call('GET', '/api/adapters?limit=50')) as {
      items: { id: string; state: string }[];
    };
    const bad = items.filter(({ id }) => Object.hasOwn(BAD_ADAPTERS, id));
    return bad.every(({ state }) => state === 'connected') || undefined;
  };
  await until('the bad adapters', run, { withinMs: 20_000, process: hub.process });
}

/** Commands for the one that throws at each, ten a second, until the returned function ends them. */
async function sendMessages(hub: Hub): Promise<() => Promise<void>> {
  const { items } = (await hub.call('GET', '/api/devices?limit=200')) as {
    items: { id: string; name: string }[];
  };
  const device = items.find(({ name }) => name === 'throws lamp');
  if (device === undefined) throw new Error('the one that throws has no device');
  const stop = new AbortController();
  const sending = (async () => {
    for (let value = true; !stop.signal.aborted; value = !value) {
      const asked = { property: 'on', value };
      await hub.call('POST', `/api/devices/${device.id}/commands`, asked).catch(() => undefined);
      await sleep(MESSAGE_EVERY_MS, undefined, { signal: stop.signal }).catch(() => undefined);
    }
  })();
  return async () => {
    stop.abort();
    await sending;
  };
}

export const reportToCommandLink: Bench = { name: 'report-to-command/link', run: link };
export const reportToCommandMemory: Bench = { name: 'report-to-command/memory', run: memory };
export const reportToCommandBadAdapters: Bench = {
  name: 'report-to-command/bad-adapters',
  run: badAdapters,
};
