// A vendor's process lets others go first, and what it takes is seen from outside: a real process that computes.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { behindOthers, watchProcess } from './process-watch.ts';

const SCHED_IDLE = 5;
const MEGABYTE = 1024 * 1024;
/** It computes only while nobody else wants to. */
const WITHIN = { timeout: 20_000 };
const PROGRAM = `
  process.on('message', (what) => {
    const from = process.cpuUsage();
    while (what === 'compute' && process.cpuUsage(from).user < 300_000);
    if (what === 'take') globalThis.kept = Buffer.alloc(120 * 1024 * 1024, 1);
    process.send({ done: what, argv: process.execArgv, env: Object.keys(process.env) });
  });
  process.send({ done: 'start' });`;

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'ingle-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Starts the program behind all others. */
async function start() {
  const file = path.join(folder, 'program.mjs');
  writeFileSync(file, PROGRAM);
  const child = fork(file, [], {
    ...behindOthers(['--max-old-space-size=64']),
    env: { TZ: 'UTC' },
  });
  await once(child, 'message');
  const tell = async (what: string) => {
    child.send(what);
    const [answer] = (await once(child, 'message')) as [{ argv: string[]; env: string[] }];
    return answer;
  };
  return { child, pid: child.pid ?? 0, tell };
}

/** Niceness and scheduling of a thread. Spec: proc_pid_stat(5), fields 19 and 41. */
function scheduling(pid: number, thread: string): number[] {
  const stat = readFileSync(`/proc/${pid}/task/${thread}/stat`, 'utf8');
  const fields = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  return [fields[16] ?? 0, fields[38] ?? 0];
}

describe('a process of a vendor', () => {
  it('computes only while nobody else wants to, in all its threads, and is the program itself', async () => {
    const { child, pid, tell } = await start();
    try {
      const threads = readdirSync(`/proc/${pid}/task`);
      expect(threads.length).toBeGreaterThan(1);
      for (const thread of threads) expect(scheduling(pid, thread)).toEqual([19, SCHED_IDLE]);
      const { argv, env } = await tell('say');
      expect(argv).toEqual(['--max-old-space-size=64']);
      expect(env).not.toContain('PATH');
    } finally {
      child.kill('SIGKILL');
    }
  }, 60_000);

  it('is seen to compute and to take memory, and is told of once when it takes more than it may', async () => {
    const { child, pid, tell } = await start();
    let told: number[] = [];
    const watch = watchProcess(pid, 150 * MEGABYTE, (bytes) => told.push(bytes));
    try {
      await expect.poll(watch.bytes, WITHIN).toBeGreaterThan(20 * MEGABYTE);
      const before = watch.cpuMs() ?? 0;
      await expect.poll(watch.isRunnable, WITHIN).toBe(false);
      const over = tell('compute');
      await expect.poll(watch.isRunnable, WITHIN).toBe(true);
      await over;
      await expect.poll(() => (watch.cpuMs() ?? 0) - before, WITHIN).toBeGreaterThan(100);
      expect(told).toEqual([]);
      await tell('take');
      await expect.poll(() => told.length, WITHIN).toBe(1);
      expect(told[0]).toBeGreaterThan(150 * MEGABYTE);
      told = [];
      await tell('take');
      expect(told).toEqual([]);
    } finally {
      watch.stop();
      child.kill('SIGKILL');
    }
  }, 60_000);
});
