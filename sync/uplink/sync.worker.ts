// The sync worker: the uplink in a thread of its own, since compression, signatures and a synced disk have no place
// near a scene. Main tells it the consent and answers it with rows; everything else it does by itself.
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import type { ClockState } from '../../hub/model/clock.ts';
import { toProblem } from '../../hub/model/errors.ts';
import type { SyncSourceCalls, UplinkCalls, UplinkSettings } from '../../hub/model/sync-port.ts';
import { answerCalls, createCaller } from '../../hub/threads/calls.ts';
import { createSystemClock } from '../../hub/threads/system-clock.ts';
import { openKey } from './key-file.ts';
import { readSentRecords } from './sent-records.ts';
import { openOutbox } from './store-outbox.ts';
import { createTransport } from './transport.ts';
import { createUplink } from './uplink.ts';

const SOURCE_CALL_MS = 60_000;
/** After something unforeseen, such as a full disk. */
const RETRY_MS = 10_000;

/** Main → sync, beside calls. */
type MainToSync =
  /** With the clock as main has it: a person may have held it, or it was set meanwhile. */
  | {
      readonly kind: 'ping';
      readonly number: number;
      readonly wallOffsetMs: number;
      readonly clockState: ClockState;
    }
  | { readonly kind: 'stop' }
  | { readonly kind: 'call' | 'answer' };

function run(port: MessagePort, settings: UplinkSettings): void {
  const log = (level: 'info' | 'warn', text: string) =>
    port.postMessage({ kind: 'log', level, text });
  const clock = createSystemClock();
  clock.hold(settings.wallOffsetMs, settings.clockState);
  const opened = openOutbox(settings.dataFolder);
  const source = createCaller<SyncSourceCalls>(port, { timeoutMs: SOURCE_CALL_MS, to: 'The hub' });
  const uplink = createUplink({
    opened,
    key: openKey(settings.dataFolder),
    clock,
    source: source.calls,
    transport: settings.url === '' ? null : createTransport(settings.url),
    token: settings.token,
    everyMs: settings.everyMs,
    random: Math.random,
    log,
  });
  let timer: NodeJS.Timeout | undefined;
  let stepping: Promise<void> | null = null;
  let isWoken = false;
  let isStopped = false;

  async function step(): Promise<void> {
    let waitMs: number | null;
    try {
      waitMs = await uplink.step();
    } catch (error) {
      log('warn', `The uplink failed and tries again: ${toProblem(error).message}`);
      waitMs = RETRY_MS;
    }
    stepping = null;
    if (isStopped) return;
    if (isWoken) wake();
    else if (waitMs !== null) timer = setTimeout(wake, waitMs);
  }

  function wake(): void {
    clearTimeout(timer);
    isWoken = stepping !== null;
    if (stepping === null && !isStopped) stepping = step();
  }

  const endCalls = answerCalls<UplinkCalls>(port, {
    setConsent(consent) {
      uplink.setConsent(consent);
      wake();
    },
    status: () => uplink.status(),
    records: (before, limit) => readSentRecords(opened.outbox, before, limit),
  });

  async function stop(): Promise<void> {
    isStopped = true;
    clearTimeout(timer);
    uplink.stop();
    source.close('the hub stops');
    await stepping;
    endCalls();
    opened.outbox.close();
    port.postMessage({ kind: 'stopped' });
    port.close();
  }

  port.on('message', (message: MainToSync) => {
    if (message.kind === 'ping') {
      clock.hold(message.wallOffsetMs, message.clockState);
      port.postMessage({ kind: 'pong', number: message.number });
    }
    if (message.kind === 'stop') void stop();
  });
  uplink.setConsent(settings.consent);
  port.postMessage({ kind: 'ready' });
  wake();
}

if (parentPort !== null) {
  try {
    // What started this thread made its data.
    run(parentPort, workerData as UplinkSettings);
  } catch (error) {
    parentPort.postMessage({ kind: 'failed', problem: toProblem(error) });
  }
}
