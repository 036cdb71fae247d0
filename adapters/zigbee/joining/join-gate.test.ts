// Who may join, decided alone: crowds, full homes, and what is told of those that were sent away.
import { expect, test } from 'vitest';
import type { AdapterContext } from '../../contract/adapter.ts';
import { JOINING_MAX, JoinGate, NODES_MAX } from './join-gate.ts';

function gateOf(now: { isOpen: boolean; joining: number; nodes: number }) {
  const lines: string[] = [];
  const context = {
    log: (_: string, text: string) => lines.push(text),
  } as unknown as AdapterContext;
  let told = 0;
  const gate = new JoinGate({
    context,
    isOpen: () => now.isOpen,
    joining: () => now.joining,
    nodes: () => now.nodes,
    changed: () => {
      told += 1;
    },
  });
  return { gate, lines, told: () => told };
}

const address = (number: number) => `0x${number.toString(16).padStart(16, '0')}`;

test('an open network lets in as many at once as can be asked what they are, and no more than a home holds', () => {
  const now = { isOpen: true, joining: JOINING_MAX - 1, nodes: 3 };
  const { gate, lines } = gateOf(now);
  expect(gate.accepts(address(1))).toBe(true);
  now.joining = JOINING_MAX;
  expect(gate.accepts(address(2))).toBe(false);
  now.joining = 0;
  expect(gate.accepts(address(2))).toBe(true);
  now.nodes = NODES_MAX;
  expect(gate.accepts(address(3))).toBe(false);
  expect(lines.at(-1)).toContain('the most it holds');
  // Whoever is sent away from an open network tries again by itself: nobody need do anything.
  expect(gate.notices()).toEqual([]);
  gate.stop();
});

test('a thousand at a closed door are one notice, ten lines, and little memory', () => {
  const { gate, lines, told } = gateOf({ isOpen: false, joining: 0, nodes: 0 });
  for (let number = 1; number <= 1_000; number++) expect(gate.accepts(address(number))).toBe(false);
  expect(gate.notices()).toHaveLength(1);
  expect(gate.notices()[0]?.text.en).toContain('1000 times in all');
  expect(gate.notices()[0]?.text.zh).toContain('共 1000 次');
  expect(lines).toHaveLength(10);
  expect(lines.at(-1)).toContain('not logged');
  expect(told()).toBe(1);
  gate.forgive();
  expect(gate.notices()).toEqual([]);
  gate.stop();
});
