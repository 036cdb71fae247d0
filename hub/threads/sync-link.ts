// Main's end of sync: the sync worker, started once there is an address and a consent, or something to list from
// before; kept alive, told of each change of consent, and answered with rows.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { HubError } from '../model/errors.ts';
import type { Async, PartHealth } from '../model/hub-port.ts';
import {
  isAnyGranted,
  type Sync,
  type SyncConsent,
  type SyncSourceCalls,
  type SyncStatus,
  type UplinkCalls,
  type UplinkSettings,
} from '../model/sync-port.ts';
import { answerCalls, createCaller } from './calls.ts';
import { workerEntry } from './entry.ts';
import { type PartEvents, supervise } from './supervisor.ts';
import type { SystemClock } from './system-clock.ts';

/** Its disk may stall as the storage's does. */
const HANG_MS = 60_000;
const CALL_MS = 30_000;
const STARTED_WITHIN_MS = 15_000;
const FILE = 'outbox.db';

export interface SyncLinkOptions
  extends Pick<UplinkSettings, 'dataFolder' | 'url' | 'token' | 'everyMs'> {
  readonly clock: SystemClock;
  consent(): SyncConsent;
  rows: Async<SyncSourceCalls>['rows'];
  changed(): void;
  log(level: 'debug' | 'info' | 'warn' | 'error', text: string): void;
}

export interface SyncLink extends Sync {
  /** Begins where there is something to do; nothing is started where nobody ever agreed. */
  start(): void;
  /** The household's consent has changed. Once it resolves nothing leaves that is not agreed to. */
  consentChanged(): Promise<void>;
  parts(): PartHealth[];
  stop(graceMs: number): Promise<void>;
}

type FromSync =
  | { readonly kind: 'ready' }
  | { readonly kind: 'pong'; readonly number: number }
  | { readonly kind: 'log'; readonly level: 'info' | 'warn'; readonly text: string }
  | { readonly kind: 'failed'; readonly problem: { readonly message: string } }
  | { readonly kind: 'stopped' | 'answer' | 'call' };

const OFF: SyncStatus = {
  state: 'off',
  problem: null,
  hub: null,
  queue: { batches: 0, rows: 0, bytes: 0 },
  sent: { batches: 0, rows: 0 },
  setAside: 0,
  lastAckAtMs: null,
  nextAtMs: null,
};

export function createSyncLink(options: SyncLinkOptions): SyncLink {
  const { clock } = options;
  let calls: Async<UplinkCalls> | null = null;
  let hasStarted = false;
  let isStopping = false;
  let ready = Promise.withResolvers<void>();

  function startWorker(events: PartEvents) {
    const settings: UplinkSettings = {
      dataFolder: options.dataFolder,
      url: options.url,
      token: options.token,
      everyMs: options.everyMs,
      consent: options.consent(),
      wallOffsetMs: clock.wallOffsetMs,
      clockState: clock.state(),
    };
    const worker = new Worker(workerEntry('sync'), { name: 'sync', workerData: settings });
    const caller = createCaller<UplinkCalls>(worker, { timeoutMs: CALL_MS, to: 'Sync' });
    const endAnswers = answerCalls<SyncSourceCalls>(worker, { rows: options.rows });
    calls = caller.calls;
    let reason = 'it ended';
    worker.on('message', (message: FromSync) => {
      if (message.kind === 'pong') events.pong(message.number, null);
      else if (message.kind === 'log') options.log(message.level, message.text);
      else if (message.kind === 'failed') reason = message.problem.message;
      else if (message.kind === 'ready') {
        events.ready();
        ready.resolve();
      }
    });
    worker.on('error', (error) => {
      reason = error instanceof Error ? error.message : String(error);
    });
    worker.on('exit', () => {
      caller.close(reason);
      endAnswers();
      ready.resolve();
      ready = Promise.withResolvers<void>();
      events.exited(reason);
    });
    return {
      ping: (number: number) =>
        worker.postMessage({
          kind: 'ping',
          number,
          wallOffsetMs: clock.wallOffsetMs,
          clockState: clock.state(),
        }),
      stop: () => worker.postMessage({ kind: 'stop' }),
      kill: () => void worker.terminate(),
    };
  }

  const supervisor = supervise({
    name: 'sync',
    clock,
    start: startWorker,
    hangMs: HANG_MS,
    backoffMs: 1_000,
    changed: options.changed,
    log: options.log,
  });

  /** A home that never agreed to anything has no worker for it. */
  function isWanted(): boolean {
    const hasOutbox = existsSync(path.join(options.dataFolder, FILE));
    return hasOutbox || (options.url !== '' && isAnyGranted(options.consent()));
  }

  function start(): void {
    if (hasStarted || isStopping || !isWanted()) return;
    hasStarted = true;
    supervisor.start();
  }

  /** The running worker's calls; null where none is wanted. */
  async function running(): Promise<Async<UplinkCalls> | null> {
    start();
    if (!hasStarted) return null;
    const timer = setTimeout(ready.resolve, STARTED_WITHIN_MS);
    await ready.promise;
    clearTimeout(timer);
    if (calls === null) {
      throw new HubError('unreachable', 'Sync is not running', {
        hint: 'It is begun anew by itself; try again in a moment.',
        zh: { message: '同步没有在运行', hint: '它会自动重新启动；请稍后再试。' },
      });
    }
    return calls;
  }

  return {
    address: options.url,
    consent: options.consent,
    start,
    async status() {
      return (await (await running())?.status()) ?? OFF;
    },
    async records(before, limit) {
      return (await (await running())?.records(before, limit)) ?? { items: [], next: null };
    },
    async consentChanged() {
      try {
        await (await running())?.setConsent(options.consent());
      } catch (error) {
        // One that cannot be told is ended; the next one begins with the consent as it now is.
        supervisor.restart(`it could not be told of the consent: ${String(error)}`);
      }
    },
    parts: () => (hasStarted ? [supervisor.health()] : []),
    async stop(graceMs) {
      isStopping = true;
      await supervisor.stop(graceMs);
    },
  };
}
