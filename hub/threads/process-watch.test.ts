// A vendor's process lets others go first, what it takes is seen from outside, and it has its share of the processor
// and no more: a real process that computes.
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ComputeAccount, type Share } from './process-share.ts';
import { behindOthers, type ProcessWatch, watchProcess } from './process-watch.ts';

const SCHED_IDLE = 5;
const MEGABYTE = 1024 * 1024;
/** It computes only while nobody else wants to. */
const WITHIN = { timeout: 20_000 };
const PROGRAM = `
  process.on('message', (what) => {
    const from = process.cpuUsage();
    while (what === 'compute' && process.cpuUsage(from).user < 300_000);
    while (what === 'loop');
    if (what === 'take') globalThis.kept = Buffer.alloc(120 * 1024 * 1024, 1);
    process.send({ done: what, argv: process.execArgv, env: Object.keys(process.env) });
  });
  process.send({ done: 'start' });`;

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'ingle-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** No process comes to this. */
const ENDLESS = { perSecond: 10_000, atOnce: 1_000_000 };

/** Watches the child; what it may compute counts from the start. */
function watch(child: ChildProcess, given: { share?: Share; exceeded?(bytes: number): void }) {
  const held: boolean[] = [];
  const watched: ProcessWatch = watchProcess({
    pid: child.pid ?? 0,
    memoryBytesMax: 150 * MEGABYTE,
    account: new ComputeAccount(given.share ?? ENDLESS, performance.now()),
    isCounted: () => true,
    exceeded: given.exceeded ?? (() => {}),
    hold(isHeld) {
      child.kill(isHeld ? 'SIGSTOP' : 'SIGCONT');
      held.push(isHeld);
    },
  });
  return { ...watched, held };
}

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

/** Whether it runs (R), sleeps (S), is stopped (T) or has ended (Z); `gone` once nobody asks for it any more. */
function stateOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3);
  } catch {
    return 'gone';
  }
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
    const { child, tell } = await start();
    let told: number[] = [];
    const watched = watch(child, { exceeded: (bytes) => told.push(bytes) });
    try {
      await expect.poll(watched.bytes, WITHIN).toBeGreaterThan(20 * MEGABYTE);
      const before = watched.cpuMs() ?? 0;
      await expect.poll(watched.isRunnable, WITHIN).toBe(false);
      const over = tell('compute');
      await expect.poll(watched.isRunnable, WITHIN).toBe(true);
      await over;
      await expect.poll(() => (watched.cpuMs() ?? 0) - before, WITHIN).toBeGreaterThan(100);
      expect(told).toEqual([]);
      await tell('take');
      await expect.poll(() => told.length, WITHIN).toBe(1);
      expect(told[0]).toBeGreaterThan(150 * MEGABYTE);
      told = [];
      await tell('take');
      expect(told).toEqual([]);
      expect(watched.held).toEqual([]);
    } finally {
      watched.stop();
      child.kill('SIGKILL');
    }
  }, 60_000);

  it('that loops is held to its share, and goes on as soon as nobody holds it', async () => {
    const { child, pid } = await start();
    const watched = watch(child, { share: { perSecond: 100, atOnce: 200 } });
    try {
      child.send('loop');
      await expect.poll(() => watched.held.filter((one) => !one).length, WITHIN).toBeGreaterThan(2);
      const [fromMs, fromCpuMs] = [performance.now(), watched.cpuMs() ?? 0];
      await expect.poll(() => watched.held.length, WITHIN).toBeGreaterThan(12);
      const share = ((watched.cpuMs() ?? 0) - fromCpuMs) / (performance.now() - fromMs);
      // A slice that began, and the ticks that the system counts in.
      expect(share).toBeLessThan(0.3);
      await expect.poll(() => stateOf(pid), WITHIN).toBe('T');
      expect(watched.isRunnable()).toBe(true);
      watched.stop();
      await expect.poll(() => stateOf(pid), WITHIN).toBe('R');
    } finally {
      child.kill('SIGKILL');
    }
  }, 60_000);

  it('ends with the hub, however that ends, though it loops or is held', async () => {
    const file = path.join(folder, 'program.mjs');
    writeFileSync(file, 'process.stdout.write(String(process.pid)); for (;;);');
    // The hub's place: it starts the program as the hub does, holds it, and is killed.
    const code = `import { spawn } from 'node:child_process';
      const child = spawn(process.argv[1], JSON.parse(process.argv[2]), { stdio: 'inherit', env: {} });
      setInterval(() => {}, 1_000);`;
    const { execPath, execArgv } = behindOthers([]);
    const hub = spawn(
      process.execPath,
      ['--input-type=module', '-e', code, execPath, JSON.stringify([...execArgv, file])],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const [said] = (await once(hub.stdout, 'data')) as [Buffer];
    const pid = Number(said.toString('utf8'));
    process.kill(pid, 'SIGSTOP');
    await expect.poll(() => stateOf(pid), WITHIN).toBe('T');
    hub.kill('SIGKILL');
    await expect.poll(() => stateOf(pid), WITHIN).toMatch(/^(?:gone|Z)$/);
  }, 60_000);
});

describe('what a process may compute', () => {
  const share = { perSecond: 100, atOnce: 500 };

  it('is half a second at once and then a tenth, in slices, and fills up again with time', () => {
    const account = new ComputeAccount(share, 0);
    account.look(500, 0);
    expect(account.isHeld).toBe(false);
    account.look(100, 500);
    expect(account.isHeld).toBe(true);
    // It owes 50 ms: 500 ms later that is paid, and 300 ms more earn it a slice.
    account.look(0, 1_000);
    expect(account.isHeld).toBe(true);
    account.look(0, 1_310);
    expect(account.isHeld).toBe(false);
    account.look(0, 60_000);
    account.look(501, 60_000);
    expect(account.isHeld).toBe(true);
  });

  it('is looked at seldom while there is much left, and soon where there is little', () => {
    const account = new ComputeAccount(share, 0);
    expect(account.look(0, 0)).toBe(250);
    expect(account.look(400, 0)).toBe(100);
    expect(account.look(99, 0)).toBe(20);
    expect(account.look(2, 0)).toBe(250);
    expect(account.look(0, 300)).toBe(20);
  });

  it('over any long time comes to the share, whatever the process does', () => {
    const account = new ComputeAccount(share, 0);
    let computedMs = 0;
    let nowMs = 0;
    let againMs = account.look(0, 0);
    while (nowMs < 100_000) {
      nowMs += againMs;
      const usedMs = account.isHeld ? 0 : againMs;
      computedMs += usedMs;
      againMs = account.look(usedMs, nowMs);
    }
    expect(computedMs).toBeGreaterThan(10_000);
    expect(computedMs).toBeLessThan(10_900);
  });
});
