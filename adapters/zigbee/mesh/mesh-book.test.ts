// What is kept of the mesh: over a restart, bounded, and never in the way of a start.
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type NodeAddress, nodeAddress } from '../../../hub/model/identifiers.ts';
import type { MeshPoint } from '../../../hub/model/mesh.ts';
import { MeshBook, type PresentNode, withPoint } from './mesh-book.ts';
import type { Tables } from './mesh-tables.ts';

const HOUR = 3_600_000;
const HUB = nodeAddress('0x0000000000000001');
const PLUG = nodeAddress('0x0000000000000002');

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'ingle-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const present = (address: NodeAddress, networkAddress: number): PresentNode => ({
  address,
  networkAddress,
  role: networkAddress === 0 ? 'coordinator' : 'router',
  lastSeenAtMs: null,
  isOnline: true,
});
const NODES = [present(HUB, 0), present(PLUG, 1)];

function heard(linkQuality: number): {
  tables: Map<NodeAddress, Tables>;
  tookMs: number;
  asked: Map<NodeAddress, 'answered'>;
} {
  const row = { ieeeAddress: PLUG, networkAddress: 1, linkQuality, relation: 'other' as const };
  const tables = new Map([[HUB, { neighbours: [row], routes: [] }]]);
  return { tables, tookMs: 5, asked: new Map([[HUB, 'answered']]) };
}

test('a survey is there after a restart, in a file of its owner', () => {
  const file = path.join(folder, 'mesh.json');
  new MeshBook(file).take(heard(120), NODES, 7 * HOUR);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const book = new MeshBook(file);
  expect(book.parentOf(PLUG)).toBe(HUB);
  const { takenAtMs, nodes, links } = book.mesh(NODES);
  expect(takenAtMs).toBe(7 * HOUR);
  expect(nodes[1]).toMatchObject({ node: PLUG, parent: HUB, hops: 1, linkQuality: 120 });
  expect(nodes[1]?.history).toEqual([{ atMs: 7 * HOUR, parent: HUB, linkQuality: 120 }]);
  expect(links).toHaveLength(1);
});

test('a node that a survey does not find keeps the way that it had', () => {
  const book = new MeshBook(path.join(folder, 'mesh.json'));
  book.take(heard(120), NODES, HOUR);
  book.take({ tables: new Map(), tookMs: 1, asked: new Map() }, NODES, 2 * HOUR);
  expect(book.mesh(NODES).nodes[1]).toMatchObject({ parent: HUB, isParentKnown: false, hops: 1 });
});

test('a damaged file is said, costs the history, and is written anew', () => {
  const file = path.join(folder, 'mesh.json');
  writeFileSync(file, '{"version":1,"nodes"');
  const said: string[] = [];
  const book = new MeshBook(file, (text) => said.push(text));
  expect(said[0]).toContain('damaged');
  expect(book.takenAtMs).toBeNull();
  book.take(heard(90), NODES, HOUR);
  expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ takenAtMs: HOUR });
});

test('a year of surveys leaves at most 48 points of a node, with each change of its way among them', () => {
  let history: MeshPoint[] = [];
  const changes: number[] = [];
  for (let survey = 0; survey < 365 * 4; survey += 1) {
    const hasMoved = survey % 200 === 150;
    if (hasMoved) changes.push(survey * 6 * HOUR);
    const parent = Math.floor((survey + 50) / 200) % 2 === 0 ? HUB : PLUG;
    history = withPoint(history, {
      atMs: survey * 6 * HOUR,
      parent,
      linkQuality: 100 + (survey % 7),
    });
  }
  expect(history.length).toBeLessThanOrEqual(48);
  const kept = history.filter(
    (point, index) => index > 0 && point.parent !== history[index - 1]?.parent,
  );
  expect(kept.map(({ atMs }) => atMs)).toEqual(changes);
  expect(history.at(-1)?.atMs).toBe((365 * 4 - 1) * 6 * HOUR);
});
