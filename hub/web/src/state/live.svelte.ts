// The one stream of live events: connects, resumes, batches by frame, and says when the hub is out of reach.
import type { EventDataJson } from '../../../api/event-shapes.ts';
import { request, toApiError, whenUnreached } from './api.ts';
import type { DeviceEvent } from './device-patch.ts';
import {
  home,
  readAgain,
  readNotifications,
  takeCommand,
  takeDeviceEvents,
  takeNotification,
  takeRun,
  takeSnapshot,
} from './home.svelte.ts';

const STREAM = '/api/events?topics=devices,scenes,jobs,notifications,home';
/** An outage shorter than this is not worth a word. */
const BANNER_AFTER_MS = 3000;
/** A quiet stream is asked after this long whether it still lives. */
const QUIET_MS = 12_000;
const PROBE_MS = 3000;
/** Statuses that say nothing of the question: it is worth asking again. */
const TOO_MANY = 429;
const SERVER_FAULT = 500;
const RETRY_MS = [1000, 2000, 4000, 8000];
/** A page that is hidden or covered draws no frames: its events are taken at this pace. */
const FRAMELESS_FLUSH_MS = 500;

type Kind = keyof EventDataJson;
type Part = EventDataJson['home']['what'];
const KINDS: readonly Kind[] = [
  'snapshot',
  'change',
  'event',
  'availability',
  'wanted',
  'command',
  'run',
  'job',
  'notification',
  'home',
];

class LiveState {
  /** Whether the stream is open now. */
  isConnected = $state(false);
  /** Whether the banner stands: out of reach for over 3 s. */
  isOffline = $state(false);
}

/** How the stream is. */
export const live = new LiveState();

let source: EventSource | null = null;
let queue: { kind: Kind; data: unknown }[] = [];
/** The frame and the timer by which the queue is taken, whichever comes first. */
let planned: { readonly frame: number; readonly timer: number } | null = null;
/** Parts of the home of which an event told that could not be read then; no later event tells of them again. */
const owed = new Set<Part>();
let lastHeardMs = 0;
let openedMs = 0;
/** The number of the last event taken in, for a stream that the page itself opens anew. */
let lastEventId = '';
let attempt = 0;
let isProbing = false;
let bannerTimer: ReturnType<typeof setTimeout> | undefined;
let retryTimer: ReturnType<typeof setTimeout> | undefined;
let quietTimer: ReturnType<typeof setInterval> | undefined;

function isDeviceKind(kind: Kind): kind is DeviceEvent['kind'] {
  return kind === 'change' || kind === 'event' || kind === 'wanted' || kind === 'availability';
}

function takeOther(kind: Kind, data: unknown, reread: Set<Part>): void {
  switch (kind) {
    case 'snapshot':
      takeSnapshot(data as EventDataJson['snapshot']);
      // The home's own values are in no snapshot.
      reread.add('home');
      return;
    case 'command':
      takeCommand(data as EventDataJson['command']);
      return;
    case 'run':
      takeRun(data as EventDataJson['run']);
      return;
    case 'job': {
      const job = data as EventDataJson['job'];
      home.jobs.set(job.id, job);
      return;
    }
    case 'notification':
      takeNotification(data as EventDataJson['notification']);
      return;
    case 'home':
      reread.add((data as EventDataJson['home']).what);
      return;
    default:
  }
}

/** Takes what has gathered, in its order; runs of device events go in one step. */
function flush(): void {
  cancelFlush();
  const events = queue;
  queue = [];
  const reread = new Set<Part>();
  let run: DeviceEvent[] = [];
  for (const { kind, data } of events) {
    if (isDeviceKind(kind)) {
      run.push({ kind, data } as DeviceEvent);
      continue;
    }
    if (run.length > 0) takeDeviceEvents(run);
    run = [];
    takeOther(kind, data, reread);
  }
  if (run.length > 0) takeDeviceEvents(run);
  for (const part of reread) void read(part);
}

/** Reads what an event named; what the hub could not be asked for is owed, and asked for again. */
async function read(part: Part): Promise<void> {
  owed.delete(part);
  try {
    await readAgain(part);
  } catch (error) {
    const { status } = toApiError(error);
    if (status === 0 || status === TOO_MANY || status >= SERVER_FAULT) owed.add(part);
  }
}

function readOwed(): void {
  for (const part of [...owed]) void read(part);
}

/** Asks for both: a page may be hidden between an event and its frame, which then never comes. */
function planFlush(): void {
  planned ??= {
    frame: requestAnimationFrame(flush),
    timer: window.setTimeout(flush, FRAMELESS_FLUSH_MS),
  };
}

function cancelFlush(): void {
  if (planned === null) return;
  cancelAnimationFrame(planned.frame);
  clearTimeout(planned.timer);
  planned = null;
}

function onMessage(event: MessageEvent<string>): void {
  lastHeardMs = performance.now();
  if (event.lastEventId !== '') lastEventId = event.lastEventId;
  queue.push({ kind: event.type as Kind, data: JSON.parse(event.data) as unknown });
  planFlush();
}

function setConnected(isConnected: boolean): void {
  live.isConnected = isConnected;
  if (isConnected) {
    attempt = 0;
    clearTimeout(bannerTimer);
    bannerTimer = undefined;
    live.isOffline = false;
    return;
  }
  bannerTimer ??= setTimeout(() => {
    live.isOffline = true;
  }, BANNER_AFTER_MS);
}

function open(): void {
  clearTimeout(retryTimer);
  source?.close();
  openedMs = performance.now();
  const resume = lastEventId === '' ? '' : `&lastEventId=${encodeURIComponent(lastEventId)}`;
  const stream = new EventSource(`${STREAM}${resume}`);
  source = stream;
  for (const kind of KINDS) stream.addEventListener(kind, onMessage);
  stream.addEventListener('open', () => {
    lastHeardMs = performance.now();
    setConnected(true);
    readOwed();
  });
  stream.addEventListener('error', () => {
    setConnected(false);
    if (stream.readyState !== EventSource.CLOSED) return;
    // A refusal may mean that the session is over: any request then says so.
    request('GET', '/home').catch(() => {});
    retry();
  });
}

/** The browser gives up after an HTTP error; the page does not. */
function retry(): void {
  const base = RETRY_MS[Math.min(attempt, RETRY_MS.length - 1)] ?? 8000;
  attempt += 1;
  clearTimeout(retryTimer);
  retryTimer = setTimeout(open, base * (0.75 + Math.random() / 2));
}

/** A stream whose wire is dead says nothing: ask the hub, and open anew when it does not answer. */
async function probe(): Promise<void> {
  if (!live.isConnected || isProbing) return;
  isProbing = true;
  try {
    await fetch('/healthz', { signal: AbortSignal.timeout(PROBE_MS), cache: 'no-store' });
    lastHeardMs = performance.now();
  } catch {
    lose();
    retry();
  }
  isProbing = false;
}

function lose(): void {
  source?.close();
  setConnected(false);
}

/** Starts listening; once for the life of a session. */
export function startLive(): void {
  if (source !== null) return;
  setConnected(false);
  open();
  quietTimer = setInterval(() => {
    if (live.isConnected) readOwed();
    if (performance.now() - Math.max(lastHeardMs, openedMs) < QUIET_MS) return;
    if (live.isConnected) void probe();
    else open();
  }, QUIET_MS / 2);
  whenUnreached(() => void probe());
  window.addEventListener('online', open);
  window.addEventListener('offline', lose);
  readNotifications().catch(() => {});
  void read('members');
}

/** Stops listening. */
export function stopLive(): void {
  source?.close();
  source = null;
  clearInterval(quietTimer);
  clearTimeout(retryTimer);
  clearTimeout(bannerTimer);
  bannerTimer = undefined;
  lastEventId = '';
  cancelFlush();
  queue = [];
  owed.clear();
  whenUnreached(() => {});
  window.removeEventListener('online', open);
  window.removeEventListener('offline', lose);
  live.isConnected = false;
  live.isOffline = false;
}
