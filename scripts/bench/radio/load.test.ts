// The clock of the report-to-command benches, against a home that answers at once, late, wrongly or not at all.
import { expect, test } from 'vitest';
import { PAIRS, ReportLoad, TEMPERATURE } from './load.ts';

test('each report is answered by the command of its own direction, and counted once', async () => {
  const load = new ReportLoad((pair, temperature) => {
    const isOn = temperature > TEMPERATURE.threshold;
    load.commandSeen(pair, !isOn);
    load.commandSeen(pair, isOn);
    load.commandSeen(pair, isOn);
  });
  const result = await load.run({ kind: 'rate', perSecond: 500, seconds: 0.2 });
  expect(result).toMatchObject({ commands: 100, lost: 0 });
  expect(result.latenciesMs).toHaveLength(100);
});

test('a report that nothing follows counts as lost, with the time until it was given up', async () => {
  const load = new ReportLoad((pair, temperature) => {
    if (pair > 0) load.commandSeen(pair, temperature > TEMPERATURE.threshold);
  });
  const result = await load.run({ kind: 'rate', perSecond: 1_000, seconds: 0.1 });
  expect(result.lost).toBe(2);
  expect(result.commands).toBe(98);
  expect(Math.max(...result.latenciesMs)).toBeGreaterThan(40);
});

test('the clock runs from when the report’s frame left to when the command’s frame came', async () => {
  let leftMs = 0;
  const load = new ReportLoad(
    (pair, temperature) => {
      setImmediate(() => load.commandSeen(pair, temperature > TEMPERATURE.threshold, leftMs + 3));
    },
    () => {
      leftMs = performance.now() + 40;
      return leftMs;
    },
  );
  const { latenciesMs } = await load.run({ kind: 'rate', perSecond: 100, seconds: 0.1 });
  expect(latenciesMs).toHaveLength(10);
  for (const latencyMs of latenciesMs) expect(latencyMs).toBeCloseTo(3, 6);
});

test('in a closed loop every pair reports again once its plug was told', async () => {
  const seen = new Set<number>();
  const load = new ReportLoad((pair, temperature) => {
    seen.add(pair);
    setImmediate(() => load.commandSeen(pair, temperature > TEMPERATURE.threshold));
  });
  const result = await load.run({ kind: 'closed', actions: 1_000 });
  expect(seen.size).toBe(PAIRS);
  expect(result).toMatchObject({ commands: 1_000, lost: 0, latenciesMs: [] });
});

test('the first command ends a load that waits for it', async () => {
  let reports = 0;
  const load = new ReportLoad((pair, temperature) => {
    reports += 1;
    if (reports === 3) load.commandSeen(pair, temperature > TEMPERATURE.threshold);
  });
  const result = await load.run({ kind: 'first', everyMs: 1, withinMs: 5_000 });
  expect(result.commands).toBe(1);
  expect(result.lastAtMs).toBeGreaterThan(Date.now() - 5_000);
  await expect(
    new ReportLoad(() => undefined).run({ kind: 'first', everyMs: 1, withinMs: 20 }),
  ).rejects.toThrow('no command within 20 ms');
});
