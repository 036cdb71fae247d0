// Processes of a bench: started on loopback with a clean environment, ended by their own id, never outliving the
// bench; and what the kernel says of their memory and their writes.
import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const OUTPUT_KEPT = 16_384;
const END_GRACE_MS = 8_000;

const running = new Set<ChildProcess>();

/** Kills what is still running: for the end of the whole program, when nothing can be waited for. */
export function endAllProcesses(): void {
  for (const child of running) child.kill('SIGKILL');
}

export interface ProcessOptions {
  /** For messages. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** Beside PATH, HOME and TZ, which every process has. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** A running process. */
export interface BenchProcess {
  readonly name: string;
  readonly pid: number;
  /** When it was started: milliseconds since 1970, with fractions. */
  readonly startedAtMs: number;
  /** The last of what it said. */
  output(): string;
  /** Asks it to end, waits, kills it then. May be called again. */
  stop(): Promise<void>;
}

/** Milliseconds since 1970 with fractions: comparable between the processes of one machine. */
export function epochMs(): number {
  return performance.timeOrigin + performance.now();
}

/** Starts a process. It is running, not ready, when this returns. */
export function startProcess(options: ProcessOptions): BenchProcess {
  const { name, command, args, cwd, environment = {} } = options;
  const startedAtMs = epochMs();
  const child = spawn(command, [...args], {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH, HOME: process.env.HOME, TZ: 'UTC', ...environment },
  });
  running.add(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8');
    stream.on('data', (text: string) => {
      output = (output + text).slice(-OUTPUT_KEPT);
    });
  }
  const ended = new Promise<void>((resolve) => {
    child.once('error', (error) => {
      output += `${error.message}\n`;
      running.delete(child);
      resolve();
    });
    child.once('exit', () => {
      running.delete(child);
      resolve();
    });
  });
  let stopping: Promise<void> | undefined;
  return {
    name,
    pid: child.pid ?? -1,
    startedAtMs,
    output: () => output,
    stop() {
      stopping ??= (async () => {
        if (!running.has(child)) return;
        child.kill('SIGTERM');
        const timer = setTimeout(() => child.kill('SIGKILL'), END_GRACE_MS);
        await ended;
        clearTimeout(timer);
      })();
      return stopping;
    },
  };
}

/** Whether a process is there. */
function isRunning({ pid }: BenchProcess): boolean {
  return [...running].some((child) => child.pid === pid && child.exitCode === null);
}

/**
 * Asks again and again until something is there.
 * @throws Error when `process` ends before or the time is over, with the last of its output
 */
export async function until<T>(
  what: string,
  look: () => Promise<T | undefined> | T | undefined,
  options: { withinMs: number; everyMs?: number; process?: BenchProcess },
): Promise<T> {
  const { withinMs, everyMs = 50, process: owner } = options;
  const endMs = performance.now() + withinMs;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    const tail = owner ? `\n${owner.name}: ${owner.output()}` : '';
    if (owner && !isRunning(owner)) throw new Error(`${owner.name} ended before ${what}${tail}`);
    if (performance.now() > endMs) throw new Error(`no ${what} within ${withinMs} ms${tail}`);
    await sleep(everyMs);
  }
}

/** A port of 127.0.0.1 that is free now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  await new Promise<void>((resolve) => server.close(() => resolve()));
  if (address === null || typeof address === 'string') throw new Error('no port is free');
  return address.port;
}

/** The process and all its descendants. */
export function processTree(pid: number): number[] {
  const found = [pid];
  for (const thread of listed(`/proc/${pid}/task`)) {
    const children = read(`/proc/${pid}/task/${thread}/children`);
    for (const child of children.split(' ').filter(Boolean))
      found.push(...processTree(Number(child)));
  }
  return found;
}

/**
 * Memory of processes in bytes, as if nothing else ran on the machine: what each has for itself, and what those of one
 * program share (its code, mostly) once. Of a single process it is its RSS. Not PSS: that shrinks whenever some
 * stranger on the machine runs the same Node.
 */
export function memoryBytes(pids: readonly number[]): number {
  let own = 0;
  const shared = new Map<string, number>();
  for (const pid of pids) {
    const text = read(`/proc/${pid}/smaps_rollup`);
    const field = (name: string) => {
      const match = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(text);
      if (!match) throw new Error(`the memory of process ${pid} cannot be read`);
      return Number(match[1]);
    };
    const program = readlinkSync(`/proc/${pid}/exe`);
    own += field('Private_Clean') + field('Private_Dirty');
    const common = field('Shared_Clean') + field('Shared_Dirty');
    shared.set(program, Math.max(common, shared.get(program) ?? 0));
  }
  return (own + [...shared.values()].reduce((sum, each) => sum + each, 0)) * 1_024;
}

export interface Written {
  /** Bytes given to write calls, also to pipes and sockets: `wchar`. */
  readonly calledBytes: number;
  /** Bytes of pages that the process made dirty for the disk: `write_bytes`. */
  readonly diskBytes: number;
}

/** What processes, with all their threads, have written since their start. */
export function writtenBytes(pids: readonly number[]): Written {
  let calledBytes = 0;
  let diskBytes = 0;
  for (const pid of pids) {
    const text = read(`/proc/${pid}/io`);
    const field = (name: string) => {
      const match = new RegExp(`^${name}: (\\d+)$`, 'm').exec(text);
      if (!match) throw new Error(`the writes of process ${pid} cannot be read`);
      return Number(match[1]);
    };
    calledBytes += field('wchar');
    diskBytes += field('write_bytes');
  }
  return { calledBytes, diskBytes };
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function listed(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
