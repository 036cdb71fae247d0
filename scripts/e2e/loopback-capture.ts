// What passes over the loopback, for a test that is about what does not: the kernel's own record, by tcpdump.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { waitFor } from './running-hub.ts';

const LISTENING = /listening on lo/;
const TRY_MS = 1_000;

export interface LoopbackCapture extends AsyncDisposable {
  /** A line for each packet so far, from and to whomever. */
  readonly packets: readonly string[];
}

/** Why this machine lets nobody listen, for a test to say when it is skipped; null where it does. */
export function whyNoCapture(): string | null {
  const { error, stderr } = spawnSync('tcpdump', ['-i', 'lo', '-c', '1', 'port', '1'], {
    encoding: 'utf8',
    timeout: TRY_MS,
  });
  if (LISTENING.test(stderr ?? '')) return null;
  const isMissing = error !== undefined && 'code' in error && error.code === 'ENOENT';
  return isMissing ? 'tcpdump is not installed' : `tcpdump may not listen: ${stderr?.trim()}`;
}

/** Every packet from or to the port, TCP and UDP, from the moment on that this resolves. */
export async function captureLoopback(port: number): Promise<LoopbackCapture> {
  const args = ['-i', 'lo', '-n', '-l', '-q', '--immediate-mode', `port ${port}`];
  const child = spawn('tcpdump', args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const gone = once(child, 'exit');
  const packets: string[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => packets.push(line));
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString('utf8');
  });
  await waitFor('tcpdump to listen', () => LISTENING.test(said));
  return {
    packets,
    async [Symbol.asyncDispose]() {
      child.kill('SIGINT');
      await gone;
    },
  };
}
