// Beside code of others the hub's own threads go first, those started later as well, and stand back afterwards: real
// threads, as the system schedules them.
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, it } from 'vitest';
import { createAheadOfOthers, threadsNamed } from './ahead-of-others.ts';

const [AS_USUAL, REAL_TIME] = ['SCHED_OTHER', 'SCHED_RR'];
/** Higher than any number of a thread. */
const NO_THREAD = 2 ** 22 + 1;
const WITHIN = { timeout: 15_000 };
/** A container may keep real time from its root too. */
const isAllowed = spawnSync('chrt', ['--rr', '1', 'true']).status === 0;

const workers: Worker[] = [];
afterEach(async () => {
  for (const worker of workers.splice(0)) await worker.terminate();
});

async function start(name: string): Promise<Worker> {
  const worker = new Worker('require("node:worker_threads").parentPort.on("message", () => {})', {
    ...{ name, eval: true },
  });
  workers.push(worker);
  await once(worker, 'online');
  return worker;
}

/** How threads of that name are scheduled, as `chrt` tells it. */
async function policies(name: string): Promise<string[]> {
  return [...(await threadsNamed([name]))].map(
    (thread) => /SCHED_\w+/.exec(`${spawnSync('chrt', ['--pid', thread]).stdout}`)?.[0] ?? '',
  );
}

describe('threads ahead of others', () => {
  it.runIf(isAllowed)(
    'go ahead while that is wanted, one that is started meanwhile too, and no other',
    async () => {
      const said: string[] = [];
      const options = {
        threads: ['t-core'],
        processes: () => [],
        log: (text: string) => said.push(text),
      };
      const ahead = createAheadOfOthers(options);
      const first = await start('t-core');
      await start('t-jobs');
      ahead.set(true);
      await expect.poll(() => policies('t-core'), WITHIN).toEqual([REAL_TIME]);
      expect(await policies('t-jobs')).toEqual([AS_USUAL]);
      await first.terminate();
      await start('t-core');
      await expect.poll(() => policies('t-core'), WITHIN).toEqual([REAL_TIME]);
      ahead.set(false);
      await expect.poll(() => policies('t-core'), WITHIN).toEqual([AS_USUAL]);
      expect(said).toEqual([]);
    },
    40_000,
  );

  it.runIf(isAllowed)(
    'go ahead and stand back though one among them cannot',
    async () => {
      const processes = () => [NO_THREAD];
      const ahead = createAheadOfOthers({ ...{ threads: ['t-core'], processes }, log: () => {} });
      await start('t-core');
      ahead.set(true);
      await expect.poll(() => policies('t-core'), WITHIN).toEqual([REAL_TIME]);
      ahead.set(false);
      await expect.poll(() => policies('t-core'), WITHIN).toEqual([AS_USUAL]);
    },
    40_000,
  );

  it('tell once that the system does not let them, and run as before', async () => {
    const said: string[] = [];
    const ahead = createAheadOfOthers({
      ...{ threads: [], processes: () => [NO_THREAD], log: (text) => said.push(text) },
    });
    ahead.set(true);
    await expect.poll(() => said.length, { timeout: 25_000 }).toBe(1);
    expect(said[0]).toMatch(/^Its own threads do not go ahead of adapters of others: chrt: /);
  }, 40_000);
});
