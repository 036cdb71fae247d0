// What is kept for a core that is away, and what is forgotten first.
import { expect, test } from 'vitest';
import type { AdapterItem } from '../../hub/model/adapter-port.ts';
import { type CommandId, nodeAddress } from '../../hub/model/identifiers.ts';
import { propertyKey } from '../../hub/model/properties.ts';
import { ITEMS_MAX, Outbox } from './outbox.ts';

const NODE = nodeAddress('0x01');
const TEMPERATURE = propertyKey('temperature');

function report(value: number): AdapterItem {
  return { kind: 'report', node: NODE, values: { [TEMPERATURE]: value }, reason: 'report' };
}

function press(monoMs: number): AdapterItem {
  return { kind: 'event', node: NODE, property: propertyKey('button'), value: 'single', monoMs };
}

test('batches are numbered from 1 and leave the outbox only when the core has taken them', () => {
  const outbox = new Outbox('life-1');
  outbox.add(report(1), 0);
  expect(outbox.close()).toEqual([
    { kind: 'batch', host: 'life-1', number: 1, items: [report(1)] },
  ]);
  outbox.add(report(2), 0);
  expect(outbox.close().map(({ number }) => number)).toEqual([2]);
  outbox.taken('another-life', 2);
  expect(outbox.size).toBe(2);
  outbox.taken('life-1', 1);
  expect(outbox.resend(0).messages.map(({ number }) => number)).toEqual([2]);
  outbox.taken('life-1', 2);
  expect(outbox.size).toBe(0);
});

test('a press that nobody took for 10 s is not sent again, and a fresh one is', () => {
  const outbox = new Outbox('life');
  outbox.add(press(1_000), 1_000);
  outbox.add(press(9_000), 9_000);
  outbox.close();
  const { messages, staleEvents } = outbox.resend(12_000);
  expect(staleEvents).toBe(1);
  expect(messages.flatMap(({ items }) => items)).toEqual([press(9_000)]);
});

test('over 10,000 items only the newest value of a property stays, and availability is kept', () => {
  const outbox = new Outbox('life');
  outbox.add({ kind: 'availability', node: NODE, online: false, reason: 'gone' }, 0);
  outbox.close();
  let forgotten = { superseded: 0, staleEvents: 0, overflow: 0 };
  for (let i = 0; forgotten.superseded === 0; i++) {
    expect(i).toBeLessThanOrEqual(ITEMS_MAX);
    forgotten = outbox.add(report(i), 0);
    if (i % 7 === 0) outbox.close();
  }
  expect(forgotten).toEqual({ superseded: ITEMS_MAX - 1, staleEvents: 0, overflow: 0 });
  outbox.close();
  const items = outbox.resend(0).messages.flatMap((message) => message.items);
  expect(items).toEqual([
    { kind: 'availability', node: NODE, online: false, reason: 'gone' },
    report(ITEMS_MAX - 1),
  ]);
});

test('what is different in every item is dropped oldest first, but never over the limit', () => {
  const outbox = new Outbox('life');
  let dropped = 0;
  for (let i = 0; i < 3 * ITEMS_MAX; i++) {
    const command = `cmd_${i}` as CommandId;
    dropped += outbox.add(
      { kind: 'outcome', command, state: 'acknowledged', problem: null },
      0,
    ).overflow;
    expect(outbox.size).toBeLessThanOrEqual(ITEMS_MAX);
  }
  outbox.close();
  expect(dropped + outbox.size).toBe(3 * ITEMS_MAX);
  const last = outbox.resend(0).messages.at(-1)?.items.at(-1);
  expect(last).toMatchObject({ command: `cmd_${3 * ITEMS_MAX - 1}` });
});

test('a tick with very many items is split, so that no message is over a socket line', () => {
  const outbox = new Outbox('life');
  for (let i = 0; i < 1_201; i++) outbox.add(report(i), 0);
  expect(outbox.close().map(({ items }) => items.length)).toEqual([500, 500, 201]);
});
