// The core's worker shell: clocks, timers and ports around the pure core. It batches what a turn of the event loop
// brings into one commit, tells main first, then storage, then the adapters.
import { randomInt } from 'node:crypto';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import cron from 'node-cron';
import { onceLoaded } from '../../adapters/contract/once-loaded.ts';
import { listenForHost } from '../../adapters/contract/socket-port.ts';
import { textPort } from '../../adapters/contract/text-port.ts';
import { heldBatches } from '../../adapters/contract/vendor-batch.ts';
import { KeptScenes } from '../../scenes/evaluator/kept-scenes.ts';
import type { AdapterToCore, CoreToAdapter } from '../model/adapter-port.ts';
import type { CoreInput } from '../model/core-port.ts';
import type { RecordLag } from '../model/disk-lag.ts';
import type { AdapterId } from '../model/identifiers.ts';
import type { JournalRecord, LogEntry } from '../model/journal.ts';
import type { CoreToStore, StoreToCore } from '../model/store-port.ts';
import { createSystemClock } from '../threads/system-clock.ts';
import { type Core, createCore } from './core.ts';
import { createSceneFile } from './scene-file.ts';
import type { CoreBoot, CoreToMain, CoreWorkerData, MainToCore } from './shell-messages.ts';

/** Log entries given to storage and not taken yet; beyond this they are counted and dropped. */
const LOG_IN_FLIGHT_MAX = 50_000;
/** What is not awaited by anybody is told to main this long after it happened. */
const FLUSH_WITHIN_MS = 5;
/** An adapter keeps what it has told until then, of which it has room for 10,000 items. */
const RECEIPTS_WITHIN_MS = 50;
/**
 * Decisions are on their way to storage this long after the first of them, which leaves half of the 50 ms to the disk.
 * A run that is over by then has no record: it did nothing that must not be done twice.
 */
const RECORD_WITHIN_MS = 25;
/** What needs no record of its own waits this long for one to go with. */
const NOTES_WITHIN_MS = 4_000;
/** Commands kept for an adapter without a line; more push the oldest out, which time out in the core. */
const UNDELIVERED_MAX = 256;
/** What was taken back is told to an adapter that comes within this time. */
const CANCEL_WITHIN_MS = 60_000;
/** Node's timers cannot be set further ahead; the next tick comes long before. */
const TIMER_MAX_MS = 60_000;
const LIFE_LETTERS = 5;
/** Records whose way to the disk is timed at once; a disk that is this far behind is late anyway. */
const TIMED_MAX = 1_000;
/** A home that has told storage nothing for this long tells it at the next minute that it lives. */
const QUIET_MS = 30_000;
/**
 * The scenes as they were read, which the next start wants, are kept this much later, when the home
 * is up: most homes never end but by a power cut.
 */
const KEEP_AFTER_MS = 10_000;
/** The clock that ticks is set going after the first scenes: its library takes some 20 ms to find the time zone. */
const TICK_AFTER_MS = 1_000;

if (!parentPort) throw new Error('core.worker is started by the hub as a worker thread');
const main = parentPort;
const clock = createSystemClock();
const sceneFile = createSceneFile(workerData as CoreWorkerData);
const keptScenes = new KeptScenes(sceneFile.read());

let core: Core | undefined;
let quarantined = new Set<string>();
let store: MessagePort | undefined;
const adapters = new Map<AdapterId, AdapterPort>();
const receipts = new Map<AdapterId, CoreToAdapter>();
const unwritten: JournalRecord[] = [];
let durableUpTo = 0;
let logSent = 0;
let logTaken = 0;
let logLost = 0;
let isTurnPlanned = false;
let flushTimer: NodeJS.Timeout | undefined;
let receiptTimer: NodeJS.Timeout | undefined;
let recordTimer: NodeJS.Timeout | undefined;
let notesTimer: NodeJS.Timeout | undefined;
let unsentLog: LogEntry[] = [];
let timer: NodeJS.Timeout | undefined;
let timerAtMs = Number.POSITIVE_INFINITY;
let toldStoreMs = 0;
/** When the first of the decisions fell that no record has yet. */
let decidedSinceMs: number | undefined;
/** Records that are not known to be on the disk, and how long those took that main has not been told of. */
const onTheWay: { readonly number: number; readonly sinceMs: number }[] = [];
const lags: RecordLag[] = [];

function tell(message: CoreToMain): void {
  main.postMessage(message);
}

/** As text: for objects of this shape V8 writes and reads JSON in a third of the time of a structured clone. */
function toStore(message: CoreToStore): void {
  toldStoreMs = performance.now();
  store?.postMessage(JSON.stringify(message));
}

/** Without it the restart of a quiet home would count as an outage since its last report. */
function tellAlive(): void {
  if (clock.state() !== 'unset') toStore({ kind: 'alive', atMs: clock.now().wallMs });
}

function tick(): void {
  apply({ kind: 'tick' });
  if (performance.now() - toldStoreMs > QUIET_MS) tellAlive();
}

function describe(input: CoreInput): string {
  return input.kind === 'batch'
    ? `batch ${input.adapter} ${input.host} ${input.number}`
    : input.kind === 'scene'
      ? `scene ${input.scene.id} ${input.scene.version}`
      : input.kind;
}

function apply(input: CoreInput): void {
  if (!core) return;
  if (quarantined.size > 0 && quarantined.has(describe(input))) {
    tell({
      kind: 'log',
      level: 'error',
      text: `Passed over ${describe(input)}: it ended the core three times.`,
    });
    if (input.kind !== 'batch') return;
    core.apply({ ...input, items: [] }, clock.now());
  } else {
    try {
      core.apply(input, clock.now());
    } catch (error) {
      // The state may be half changed: main starts a new core from the last whole commit.
      const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
      tell({ kind: 'poisoned', input: describe(input), message });
      throw error;
    }
  }
  sendCommands();
  planTurn();
}

/** They leave with the message that brought the input: an adapter works on them while the core takes the next one. */
function sendCommands(): void {
  if (!core) return;
  for (const { adapter, message } of core.takeCommands()) send(adapter, message);
}

function planTurn(): void {
  if (isTurnPlanned) return;
  isTurnPlanned = true;
  setImmediate(endTurn);
}

/** What is left goes in one go, so that a busy home wakes main and storage less. */
function endTurn(): void {
  isTurnPlanned = false;
  if (!core) return;
  armTimer();
  if (decidedSinceMs === undefined && core.unrecorded === 'decisions') {
    decidedSinceMs = clock.now().monoMs;
  }
  if (core.isAwaited) record();
  else if (core.isAnswered) flush();
  else flushTimer ??= setTimeout(() => flush(), FLUSH_WITHIN_MS);
  recordTimer ??= setTimeout(recordOnTime, RECORD_WITHIN_MS);
}

/** What came since the last time goes to storage: the log in any case, the journal's part where it is worth a record. */
function recordOnTime(): void {
  recordTimer = undefined;
  if (core?.unrecorded === 'decisions') {
    record();
    return;
  }
  flush();
  sendUnsentLog();
  if (core?.unrecorded === 'notes') notesTimer ??= setTimeout(record, NOTES_WITHIN_MS);
}

/** Makes a record of all that was decided, tells main, and sends everything to storage. */
function record(): void {
  clearTimeout(recordTimer);
  clearTimeout(notesTimer);
  recordTimer = undefined;
  notesTimer = undefined;
  flush({ isRecording: true });
  sendUnsentLog();
}

function sendUnsentLog(): void {
  const entries = unsentLog;
  unsentLog = [];
  sendLog(entries);
}

function sendLog(entries: readonly LogEntry[]): void {
  if (entries.length === 0) return;
  if (logSent - logTaken > LOG_IN_FLIGHT_MAX) {
    logLost += entries.length;
    return;
  }
  const gap: LogEntry[] = [];
  if (logLost > 0) {
    const why = 'Storage did not keep up; these entries were not written.';
    const seq = entries[0]?.seq ?? 0;
    gap.push({ kind: 'gap', seq, atMs: clock.now().wallMs, lost: logLost, why });
    logLost = 0;
  }
  logSent += entries.length + gap.length;
  toStore({ kind: 'log', entries: [...gap, ...entries] });
}

function flush({ isRecording = false } = {}): void {
  clearTimeout(flushTimer);
  flushTimer = undefined;
  if (!core) return;
  const { seq, journal, patches, effects } = core.drain({ isRecording });
  const { records, log, out, replies, wishes, outbound } = effects;
  for (const { adapter, message } of effects.send) send(adapter, message);
  // Main before the adapters' receipts: should this thread be killed in between, main has it whole, and what an
  // adapter sends again is known. Storage asks for what it misses.
  const commit: CoreToMain = {
    kind: 'commit',
    seq,
    journal,
    patches,
    out,
    replies,
    wishes,
    outbound,
    lags: lags.splice(0),
    waiting: onTheWay.length + (decidedSinceMs === undefined ? 0 : 1),
  };
  main.postMessage(JSON.stringify(commit));
  for (const { adapter, message } of effects.taken) receipts.set(adapter, message);
  if (receipts.size > 0 && receiptTimer === undefined) {
    receiptTimer = setTimeout(sendReceipts, RECEIPTS_WITHIN_MS);
  }
  const last = records.at(-1);
  if (last) {
    for (const record of records) unwritten.push(record);
    if (decidedSinceMs !== undefined && onTheWay.length < TIMED_MAX) {
      onTheWay.push({ number: last.number, sinceMs: decidedSinceMs });
    }
    decidedSinceMs = undefined;
    toStore({ kind: 'journal', records });
  }
  for (const entry of log) unsentLog.push(entry);
}

/** Not at once: they would wake an adapter several times in the course of one command. */
function sendReceipts(): void {
  receiptTimer = undefined;
  for (const [adapter, message] of receipts) send(adapter, message);
  receipts.clear();
}

function armTimer(): void {
  const next = core?.nextDueMonoMs() ?? Number.POSITIVE_INFINITY;
  if (next === timerAtMs) return;
  clearTimeout(timer);
  timer = undefined;
  timerAtMs = next;
  if (next === Number.POSITIVE_INFINITY) return;
  const delayMs = Math.min(TIMER_MAX_MS, Math.max(0, next - clock.now().monoMs));
  timer = setTimeout(() => {
    timerAtMs = Number.POSITIVE_INFINITY;
    apply({ kind: 'due' });
    armTimer();
  }, Math.ceil(delayMs));
}

function recorded(upTo: number, commitMs: number): void {
  const nowMs = clock.now().monoMs;
  while ((onTheWay[0]?.number ?? Number.POSITIVE_INFINITY) <= upTo) {
    const [{ sinceMs } = { sinceMs: nowMs }] = onTheWay.splice(0, 1);
    lags.push({ ms: nowMs - sinceMs, diskMs: commitMs });
  }
  durableUpTo = Math.max(durableUpTo, upTo);
  let done = 0;
  while ((unwritten[done]?.number ?? Number.POSITIVE_INFINITY) <= durableUpTo) done += 1;
  unwritten.splice(0, done);
  apply({ kind: 'durable', upTo });
}

/** Storage misses records after `upTo`, as after it had to set a damaged journal aside. */
function sendAgain(upTo: number): void {
  const missing = unwritten.filter((record) => record.number > upTo);
  if (missing[0]?.number === upTo + 1) {
    toStore({ kind: 'journal', records: missing });
    return;
  }
  if (!core) return;
  // What is not in memory any more is in the tables themselves; what is still to be sent comes after them.
  record();
  sendTables();
}

function sendTables(): void {
  if (!core) return;
  const { seq, journal } = core;
  const entries = core.durableEntries();
  toStore({ kind: 'tables', last: journal, seq, atMs: clock.now().wallMs, entries });
}

function useStore(port: MessagePort): void {
  store?.close();
  store = port;
  logTaken = logSent;
  port.on('message', (message: StoreToCore) => {
    switch (message.kind) {
      case 'logged':
        logTaken += message.count;
        return;
      case 'durable':
        recorded(message.upTo, message.commitMs);
        return;
      case 'behind':
        sendAgain(message.upTo);
        return;
      default:
        message satisfies never;
    }
  });
  if (unwritten.length > 0) toStore({ kind: 'journal', records: unwritten });
}

type AdapterCommand = Extract<CoreToAdapter, { kind: 'command' | 'cancel' }>;

/** What a worker's MessagePort and a child's socket have in common. */
interface AdapterPort {
  postMessage(message: CoreToAdapter): void;
  close(): void;
}

/** What the home listens on, for an adapter whose line is new. */
const topics = new Map<AdapterId, Extract<CoreToAdapter, { kind: 'topics' }>>();
/** Commands for an adapter that has no line yet, as at the start of the hub; each until its own time is over. */
const undelivered = new Map<AdapterId, { message: AdapterCommand; untilMs: number }[]>();

function send(adapter: AdapterId, message: CoreToAdapter): void {
  const port = adapters.get(adapter);
  if (message.kind === 'topics') topics.set(adapter, message);
  if (port) {
    port.postMessage(message);
  } else if (message.kind === 'command' || message.kind === 'cancel') {
    const waiting = undelivered.get(adapter) ?? [];
    const timeoutMs = message.kind === 'command' ? message.timeoutMs : CANCEL_WITHIN_MS;
    waiting.push({ message, untilMs: clock.now().monoMs + timeoutMs });
    undelivered.set(adapter, waiting.slice(-UNDELIVERED_MAX));
  }
}

function useAdapter(adapter: AdapterId, port: AdapterPort): void {
  adapters.get(adapter)?.close();
  adapters.set(adapter, port);
  const listened = topics.get(adapter);
  if (listened) port.postMessage(listened);
  const nowMs = clock.now().monoMs;
  for (const { message, untilMs } of undelivered.get(adapter) ?? []) {
    const timeoutMs = Math.round(untilMs - nowMs);
    if (timeoutMs <= 0) continue;
    port.postMessage(message.kind === 'command' ? { ...message, timeoutMs } : message);
  }
  undelivered.delete(adapter);
}

function loseAdapter(adapter: AdapterId, port: AdapterPort): void {
  if (adapters.get(adapter) === port) adapters.delete(adapter);
}

function takeBatch(adapter: AdapterId, batch: AdapterToCore): void {
  if (batch.kind === 'batch') apply({ ...batch, adapter });
}

function useMessagePort(adapter: AdapterId, port: MessagePort): void {
  const line = textPort<AdapterToCore, CoreToAdapter>(port, (batch) => takeBatch(adapter, batch));
  useAdapter(adapter, line);
  port.on('close', () => loseAdapter(adapter, line));
}

/** What holds the process of a vendor's adapter to what it may tell the core. */
function vendorBatches(adapter: AdapterId) {
  return heldBatches({
    dropped: (count) => tell({ kind: 'adapterDropped', adapter, count }),
    broken: (reason) => tell({ kind: 'adapterBroken', adapter, reason }),
  });
}

async function useSocket({
  adapter,
  path,
  token,
  isVendor,
}: Extract<MainToCore, { kind: 'adapterSocket' }>): Promise<void> {
  try {
    const vendor = isVendor ? vendorBatches(adapter) : null;
    const rules = vendor?.rules;
    const waiting = listenForHost<AdapterToCore, CoreToAdapter>(path, token, { rules });
    tell({ kind: 'socketReady', adapter, path });
    const port = await waiting;
    useAdapter(adapter, port);
    port.onclose = () => loseAdapter(adapter, port);
    port.onmessage = (given) => {
      const batch = vendor === null ? given : vendor.gate(given);
      if (batch !== null) takeBatch(adapter, batch);
    };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    tell({ kind: 'log', level: 'error', text: `The socket for ${adapter} failed: ${reason}` });
  }
}

/** One of sixty million: two lives meet in an id only where both gave it the same number as well. */
function newLife(): string {
  return randomInt(36 ** LIFE_LETTERS)
    .toString(36)
    .padStart(LIFE_LETTERS, '0');
}

function start(boot: CoreBoot, port: MessagePort): void {
  clock.hold(boot.wallOffsetMs, boot.clock);
  quarantined = new Set(boot.quarantined);
  const [now, bootId] = [clock.now(), clock.bootId];
  core = createCore({ ...boot, now, bootId, life: newLife(), keptScenes });
  useStore(port);
  for (const input of boot.settings) apply(input);
  core.resume(clock.now());
  sendCommands();
  // Main has heard of decisions that the core which died had not sent to storage yet.
  if (boot.isRestart) {
    record();
    sendTables();
  }
  planTurn();
  setTimeout(() => {
    cron.schedule('* * * * *', tick, { timezone: 'UTC' });
    // A minute may have begun meanwhile.
    tick();
  }, TICK_AFTER_MS);
  setImmediate(() => tell({ kind: 'ready' }));
  setTimeout(keepScenes, KEEP_AFTER_MS);
  onceLoaded();
}

function keepScenes(): void {
  const text = core?.keptScenes() ?? null;
  if (text !== null) sceneFile.write(text);
}

main.on('message', (message: MainToCore) => {
  switch (message.kind) {
    case 'start':
      start(message.boot, message.store);
      return;
    case 'store':
      useStore(message.port);
      return;
    case 'adapter':
      useMessagePort(message.adapter, message.port);
      return;
    case 'adapterSocket':
      void useSocket(message);
      return;
    case 'inputs':
      for (const input of message.inputs) {
        // The core tells of these as failed: they must not happen afterwards.
        if (input.kind === 'adapterDown') undelivered.delete(input.adapter);
        apply(input);
      }
      return;
    case 'wallOffset':
      clock.hold(message.ms, message.state);
      apply({ kind: 'clock', state: message.state });
      return;
    case 'ping':
      tell({ kind: 'pong', number: message.number, rssBytes: null });
      return;
    case 'stop':
      record();
      tellAlive();
      clearTimeout(timer);
      keepScenes();
      tell({ kind: 'stopped' });
      // Everything that was posted is delivered before the thread ends.
      setImmediate(() => process.exit(0));
      return;
    default:
      message satisfies never;
  }
});
