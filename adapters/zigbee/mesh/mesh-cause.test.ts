// Which lost router explains which lost nodes.
import { expect, test } from 'vitest';
import { type NodeAddress, nodeAddress } from '../../../hub/model/identifiers.ts';
import { type JudgedNode, lostRouters } from './mesh-cause.ts';

const MINUTE = 60_000;
const NOW = 1_000 * MINUTE;
const address = (number: number): NodeAddress =>
  nodeAddress(`0x${String(number).padStart(16, '0')}`);
const [HUB, PLUG, LAMP, DOOR, BULB, VALVE] = [0, 1, 2, 3, 4, 5].map(address) as [
  NodeAddress,
  NodeAddress,
  NodeAddress,
  NodeAddress,
  NodeAddress,
  NodeAddress,
];

/** hub ← plug ← lamp ← door, bulb; plug ← valve. */
const PARENTS = new Map([
  [PLUG, HUB],
  [LAMP, PLUG],
  [DOOR, LAMP],
  [BULB, LAMP],
  [VALVE, PLUG],
]);
const parentOf = (node: NodeAddress) => PARENTS.get(node) ?? null;

function judged(
  node: NodeAddress,
  { isOnline = true, seenMinutesAgo = 1 }: { isOnline?: boolean; seenMinutesAgo?: number } = {},
): JudgedNode {
  const isRouter = node === PLUG || node === LAMP || node === BULB;
  return { address: node, isRouter, isOnline, lastSeenAtMs: NOW - seenMinutesAgo * MINUTE };
}
const GONE = { isOnline: false, seenMinutesAgo: 60 };

test('the router nearest to the coordinator is named, with all that hung on it', () => {
  const nodes = [
    judged(PLUG, GONE),
    judged(LAMP, GONE),
    judged(DOOR, { seenMinutesAgo: 70 }),
    judged(BULB, GONE),
    judged(VALVE, { seenMinutesAgo: 61 }),
  ];
  expect(lostRouters(nodes, parentOf, { now: NOW })).toEqual([
    { router: PLUG, sinceMs: NOW - 60 * MINUTE, nodes: [LAMP, DOOR, BULB, VALVE] },
  ]);
});

test('who was heard after its router had gone has found another way', () => {
  const nodes = [
    judged(PLUG),
    judged(LAMP, GONE),
    judged(DOOR, { seenMinutesAgo: 2 }),
    judged(BULB),
  ];
  expect(lostRouters(nodes, parentOf, { now: NOW })).toEqual([]);
});

test('a sleeping node may be silent for a while before it counts as lost with its router', () => {
  const justGone = { isOnline: false, seenMinutesAgo: 10 };
  const sleeper = (seenMinutesAgo: number) => [
    judged(LAMP, justGone),
    judged(DOOR, { seenMinutesAgo }),
  ];
  expect(lostRouters(sleeper(20), parentOf, { now: NOW })).toEqual([]);
  expect(lostRouters(sleeper(50), parentOf, { now: NOW })).toHaveLength(1);
  expect(lostRouters(sleeper(20), parentOf, { now: NOW, quietMs: 15 * MINUTE })).toHaveLength(1);
});

test('a router that is gone alone, and nodes that are gone behind one that is there, are nobody’s fault', () => {
  expect(lostRouters([judged(LAMP, GONE)], parentOf, { now: NOW })).toEqual([]);
  expect(lostRouters([judged(LAMP), judged(DOOR, GONE)], parentOf, { now: NOW })).toEqual([]);
});
