// The jobs worker: long reads, apart from the thread that commits. Started when somebody reads, and asked to stop
// when nobody does.
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import type { JobCalls } from '../model/store-port.ts';
import { answerCalls } from '../threads/calls.ts';
import { createHistoryReads } from './history-reads.ts';

/** Main → jobs, beside calls. */
type MainToJobs =
  | { readonly kind: 'ping'; readonly number: number }
  | { readonly kind: 'stop' }
  | { readonly kind: 'call' };

function run(port: MessagePort, dataFolder: string): void {
  const reads = createHistoryReads(dataFolder);
  const endCalls = answerCalls<JobCalls>(port, reads.calls);
  port.on('message', (message: MainToJobs) => {
    if (message.kind === 'ping') port.postMessage({ kind: 'pong', number: message.number });
    if (message.kind !== 'stop') return;
    endCalls();
    reads.close();
    port.postMessage({ kind: 'stopped' });
    port.close();
  });
  port.postMessage({ kind: 'ready' });
}

// What started this thread made its data.
if (parentPort !== null)
  run(parentPort, (workerData as { readonly dataFolder: string }).dataFolder);
