// `npm run bench [-- NAME…] [--quick]`: runs benches one after the other, peers in the same call. One JSON object a
// line on standard output and nothing else there; exit 1 where a must is missed, 2 for a name that there is not.
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { BENCH_LIMIT_MS, type Bench, type BenchScope } from './bench.ts';
import { matterLatency, matterMemory } from './matter.ts';
import { memory } from './memory.ts';
import { mqtt } from './mqtt.ts';
import { endAllProcesses } from './process.ts';
import {
  reportToCommandBadAdapters,
  reportToCommandLink,
  reportToCommandMemory,
} from './report-to-command.ts';
import { toRow, verdictOf } from './row.ts';
import { replay, whyAndWhyNot } from './scenes/history.ts';
import { againstPeer, eventToDecision, restartWithWaits } from './scenes/scenes.ts';
import { start } from './start.ts';
import { writes } from './writes.ts';
import { zigbee } from './zigbee.ts';

const BENCHES: readonly Bench[] = [
  reportToCommandLink,
  reportToCommandMemory,
  reportToCommandBadAdapters,
  start,
  memory,
  matterLatency,
  matterMemory,
  writes,
  mqtt,
  zigbee,
  eventToDecision,
  againstPeer,
  restartWithWaits,
  whyAndWhyNot,
  replay,
];

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** Benches of that name, or the parts of the one before the slash. */
function benchesNamed(name: string): Bench[] {
  return BENCHES.filter((bench) => bench.name === name || bench.name.startsWith(`${name}/`));
}

/** Runs one bench within its time. False when a must was missed or it could not be measured. */
async function runBench(bench: Bench, isQuick: boolean): Promise<boolean> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'ingle-bench-'));
  const limit = new AbortController();
  const ends: (() => Promise<void> | void)[] = [];
  let isKept = true;
  let rows = 0;
  const scope: BenchScope = {
    folder,
    isQuick,
    signal: limit.signal,
    row(measured) {
      const row = toRow(measured);
      const verdict = verdictOf(row);
      if (verdict === 'missed') isKept = false;
      rows += 1;
      process.stdout.write(`${JSON.stringify(row)}\n`);
      say(`${bench.name}: ${row.metric} ${row.value} ${row.unit}: ${verdict}`);
    },
    say: (text) => say(`${bench.name}: ${text}`),
    atEnd: (end) => ends.push(end),
  };
  const timer = setTimeout(
    () => limit.abort(new Error(`not done within ${BENCH_LIMIT_MS / 60_000} minutes`)),
    BENCH_LIMIT_MS,
  );
  const late = new Promise<never>((_, reject) => {
    limit.signal.addEventListener('abort', () => reject(limit.signal.reason));
  });
  const startedMs = performance.now();
  try {
    await Promise.race([bench.run(scope), late]);
    if (rows === 0) throw new Error('it measured nothing');
  } catch (error) {
    isKept = false;
    say(
      `${bench.name}: failed: ${error instanceof Error ? (error.stack ?? error.message) : error}`,
    );
  } finally {
    clearTimeout(timer);
    for (const end of ends.reverse()) {
      try {
        await end();
      } catch (error) {
        say(`${bench.name}: at the end: ${String(error)}`);
      }
    }
    endAllProcesses();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
  say(`${bench.name}: took ${Math.round((performance.now() - startedMs) / 1_000)} s`);
  return isKept;
}

async function run(args: readonly string[]): Promise<number> {
  const isQuick = args.includes('--quick');
  const names = args.filter((arg) => arg !== '--quick');
  const known = [...new Set(BENCHES.flatMap(({ name }) => [name.split('/')[0], name]))].join(', ');
  const unknown = names.find((name) => benchesNamed(name).length === 0);
  if (unknown !== undefined) {
    say(`There is no bench "${unknown}". Benches: ${known}.`);
    return 2;
  }
  const chosen = names.length === 0 ? BENCHES : names.flatMap(benchesNamed);
  let isKept = true;
  for (const bench of new Set(chosen)) {
    if (!(await runBench(bench, isQuick))) isKept = false;
  }
  return isKept ? 0 : 1;
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    endAllProcesses();
    process.exit(signal === 'SIGINT' ? 130 : 143);
  });
}
process.on('exit', endAllProcesses);
process.exit(await run(process.argv.slice(2)));
