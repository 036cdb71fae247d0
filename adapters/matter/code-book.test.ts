// By which code a node was added, and of which nodes that is in doubt, over restarts of the hub.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { NodeAddress } from '../../hub/model/identifiers.ts';
import { CodeBook } from './code-book.ts';

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

function makeFolder(): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'ingle-codes-'));
  folders.push(folder);
  return folder;
}

const node = (number: number) => `0x${String(number).padStart(16, '0')}` as NodeAddress;
const code = (passcode: number) => ({ passcode, longDiscriminator: 0x0f00 });
const doubted = (book: CodeBook) => book.doubted().map(({ address }) => address);

test('a node that was being given its place is in doubt after a restart, also once others were added', () => {
  const folder = makeFolder();
  const book = new CodeBook(folder);
  book.add(node(1), code(1));
  book.doubt(node(1));

  const next = new CodeBook(folder);
  expect(doubted(next)).toEqual([node(1)]);
  next.add(node(2), code(2));
  next.keep(new Set([node(2)]));
  expect(next.isDoubted(node(2))).toBe(false);
  expect(doubted(new CodeBook(folder))).toEqual([node(1)]);
});

test('it is in doubt no more once it was found, and what was in doubt of the same device is forgotten', () => {
  const folder = makeFolder();
  const book = new CodeBook(folder);
  for (const number of [1, 2, 3]) {
    book.add(node(number), code(number === 3 ? 3 : 1));
    book.doubt(node(number));
  }
  book.settle(node(2));
  expect(doubted(new CodeBook(folder))).toEqual([node(3)]);
  expect(new CodeBook(folder).nodesOf(code(1))).toEqual([node(2)]);
});

test('an attempt that came to nothing before that is forgotten, and of those in doubt sixteen are kept', () => {
  const folder = makeFolder();
  const book = new CodeBook(folder);
  for (let number = 1; number <= 20; number += 1) {
    book.add(node(number), code(number));
    if (number !== 20) book.doubt(node(number));
  }
  book.keep(new Set());
  const kept = doubted(new CodeBook(folder));
  expect([kept.length, kept[0], kept.at(-1)]).toEqual([16, node(19), node(4)]);
  expect(book.nodesOf(code(20))).toEqual([]);
});

test('a book of before nodes were doubted is read, and what is damaged in it left out', () => {
  const folder = makeFolder();
  const book = new CodeBook(folder);
  book.add(node(1), code(1));
  const file = path.join(folder, 'setup-codes.json');
  const lines = JSON.parse(readFileSync(file, 'utf8')) as unknown[];
  expect(lines[0]).toHaveLength(2);
  writeFileSync(file, JSON.stringify([...lines, null, [7, 'x'], [node(2)]]));
  const next = new CodeBook(folder);
  expect(next.nodesOf(code(1))).toEqual([node(1)]);
  expect(doubted(next)).toEqual([]);
});
