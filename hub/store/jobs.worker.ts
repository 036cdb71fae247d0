// The jobs worker, in one of two roles: long reads, apart from the thread that commits; or calls to the outside, apart
// from those. Started when it is wanted, and asked to stop when nobody wants it.
import path from 'node:path';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import type { ExplainCalls } from '../model/explain.ts';
import type { OutboundCalls } from '../model/outbound.ts';
import type { JobCalls, JobsWorkerData } from '../model/store-port.ts';
import { answerCalls } from '../threads/calls.ts';
import { createBackupCalls } from './backup/calls.ts';

/** Main → jobs, beside calls. */
type MainToJobs =
  | { readonly kind: 'ping'; readonly number: number }
  | { readonly kind: 'stop' }
  | { readonly kind: 'call' };

/** Answers calls from now on; gives back what ends that. */
async function serve(port: MessagePort, { dataFolder, role }: JobsWorkerData): Promise<() => void> {
  if (role === 'outbound') {
    const [{ callHttp }, { pushToNtfy }] = await Promise.all([
      import('../household/outbound/http-call.ts'),
      import('../household/outbound/ntfy.ts'),
    ]);
    return answerCalls<OutboundCalls>(port, {
      http: (call, allow) => callHttp(call, allow),
      push: (message, channel) => pushToNtfy(message, channel),
    });
  }
  const { createHistoryReads } = await import('./history-reads.ts');
  const { withPeople } = await import('../household/value-shelf.ts');
  const reads = createHistoryReads(dataFolder, ({ values, members }) =>
    withPeople(values, members),
  );
  // Most that is read is not explained: the scenes' core is loaded with the first question.
  const explain = async (): Promise<ExplainCalls> => {
    const { createExplain } = await import('../../scenes/replay/explain.ts');
    return createExplain((ask) => reads.look(ask));
  };
  // A home moves in once; what reads the files of Zigbee2MQTT is loaded then.
  const zigbeeFolder = path.join(dataFolder, 'zigbee');
  const moving = async () => {
    const [read, take] = await Promise.all([
      import('../../adapters/zigbee/zigbee2mqtt/read-source.ts'),
      import('../../adapters/zigbee/zigbee2mqtt/take-over.ts'),
    ]);
    return { ...read, ...take };
  };
  const endCalls = answerCalls<JobCalls>(port, {
    ...reads.calls,
    ...createBackupCalls(dataFolder),
    why: async (query) => (await explain()).why(query),
    whyNot: async (query) => (await explain()).whyNot(query),
    replayScene: async (query) => (await explain()).replayScene(query),
    testScene: async (query) => (await explain()).testScene(query),
    readZigbee2Mqtt: async (files) => (await moving()).readZigbee2Mqtt(files),
    ownZigbeeNetwork: async (files) => (await moving()).ownZigbeeNetwork(zigbeeFolder, files),
    coordinatorHolder: async (at) => {
      const holder = await import('../../adapters/zigbee/zigbee2mqtt/coordinator-holder.ts');
      return holder.coordinatorHolder(at);
    },
    takeZigbee2Mqtt: async (files) => (await moving()).takeZigbee2Mqtt(zigbeeFolder, files),
  });
  return () => {
    endCalls();
    reads.close();
  };
}

async function run(port: MessagePort, data: JobsWorkerData): Promise<void> {
  const end = await serve(port, data);
  port.on('message', (message: MainToJobs) => {
    if (message.kind === 'ping') port.postMessage({ kind: 'pong', number: message.number });
    if (message.kind !== 'stop') return;
    end();
    port.postMessage({ kind: 'stopped' });
    port.close();
  });
  port.postMessage({ kind: 'ready' });
}

// What started this thread made its data.
if (parentPort !== null) await run(parentPort, workerData as JobsWorkerData);
