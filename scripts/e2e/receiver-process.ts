// The receiver as its own program for one test: started on a folder, killed as a power cut would.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { waitFor } from './running-hub.ts';

const RECEIVER = path.resolve(import.meta.dirname, '../../sync/receiver/main.ts');

export interface ReceiverProcess {
  readonly port: number;
  kill(): Promise<void>;
}

/** Listens once it resolves; port 0: any that is free. */
export async function startReceiverProcess(data: string, port = 0): Promise<ReceiverProcess> {
  const child: ChildProcess = spawn(process.execPath, [RECEIVER], {
    env: { PATH: process.env.PATH, INGLE_RECEIVER_DATA: data, INGLE_RECEIVER_PORT: String(port) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const gone = once(child, 'exit');
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      output += chunk.toString('utf8');
    });
  }
  const told = await waitFor('the receiver to listen', () => / is at \S+:(\d+)/.exec(output)?.[1]);
  return {
    port: Number(told),
    async kill() {
      child.kill('SIGKILL');
      await gone;
    },
  };
}
