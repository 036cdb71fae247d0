// The kit finds nothing wrong with a right adapter, and finds what is wrong with a wrong one.
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { adapterId } from '../../hub/model/identifiers.ts';
import { propertyKey } from '../../hub/model/properties.ts';
import type { CreateAdapter } from './adapter.ts';
import { type ConformancePlan, runConformance } from './conformance.ts';
import { inChild, inProcess, inWorker, type OpenLine } from './scripted-hub.ts';
import { createLampAdapter, LAMP } from './testing/lamp-adapter.ts';

let dataFolder = '';
beforeEach(() => {
  dataFolder = mkdtempSync(path.join(os.tmpdir(), 'ingle-'));
});
afterEach(() => rmSync(dataFolder, { recursive: true, force: true }));

function plan(open: OpenLine): ConformancePlan {
  const subject = { node: LAMP, property: propertyKey('on'), values: [true, false] as const };
  return { open, dataFolder, settings: {}, subject };
}

async function unmet(open: OpenLine): Promise<string[]> {
  const results = await runConformance(plan(open));
  return results
    .filter(({ isMet }) => !isMet)
    .map(({ demand, problem }) => `${demand}: ${problem}`);
}

test.each([
  ['in this thread', inProcess(adapterId('lamp'), createLampAdapter)],
  ['in a worker', inWorker(new URL('./testing/lamp.worker.ts', import.meta.url))],
  ['in a child process', inChild(new URL('./testing/lamp.child.ts', import.meta.url))],
])('the example lamp meets every demand %s', async (_, open) => {
  expect(await unmet(open)).toEqual([]);
});

/** The lamp with one thing done wrong. */
function broken(
  change: (right: ReturnType<CreateAdapter>, ...args: Parameters<CreateAdapter>) => object,
): OpenLine {
  return inProcess(adapterId('lamp'), (context) => {
    const right = createLampAdapter(context);
    return { ...right, ...change(right, context) };
  });
}

test('an adapter that reports the wrong type is found out', async () => {
  const open = broken((right, context) => ({
    start: async () => {
      await right.start();
      context.report(LAMP, { [propertyKey('on')]: 'yes' }, 'report');
    },
  }));
  expect(await unmet(open)).toContainEqual(
    expect.stringContaining('A report is wrong: on cannot be "yes"'),
  );
});

test('an adapter that acknowledges twice is found out', async () => {
  const open = broken((right, context) => ({
    send: async (command: Parameters<typeof right.send>[0]) => {
      await right.send(command);
      context.outcome(command.id, 'acknowledged', null);
    },
  }));
  expect(await unmet(open)).toContainEqual(expect.stringContaining('ended 2 times'));
});

test('an adapter that answers when its time is over is found out', async () => {
  let isFirst = true;
  const open = broken((right) => ({
    send: async (command: Parameters<typeof right.send>[0]) => {
      const isLate = isFirst && command.node === LAMP;
      isFirst = false;
      if (isLate) await sleep(command.timeoutMs + 300);
      await right.send(command);
    },
  }));
  expect(await unmet(open)).toContainEqual(
    expect.stringMatching(/seen in a report: The outcome came after 5\d{3} ms, over its 5000 ms/),
  );
}, 30_000);

test('an adapter that ends is told at once, and is not waited for', async () => {
  const startedMs = performance.now();
  const open = broken((_right, context) => ({
    send: () => context.abandon('it has had enough'),
  }));
  expect(await unmet(open)).toContainEqual(
    expect.stringContaining('The adapter ended (1) before the outcome'),
  );
  expect(performance.now() - startedMs).toBeLessThan(5_000);
});

test('an adapter that says nothing of itself is found out', async () => {
  const open = broken(() => ({ start: async () => {} }));
  const results = await runConformance({ ...plan(open), connectMs: 100 });
  expect(results).toEqual([
    expect.objectContaining({ isMet: false, problem: expect.stringContaining('in vain') }),
  ]);
});
