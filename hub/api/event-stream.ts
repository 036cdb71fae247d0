// One client's stream of server-sent events: a queue with a limit, written as fast as the client reads. A client
// that is too slow is cut and told so; nothing that it does makes the hub hold more or anybody else wait. To one that
// waits for it an event goes straight to the socket: by way of the body of the answer, all that main does for a report
// with 20 clients was seen to take a sixth more.
import type { ServerResponse } from 'node:http';

/** What waits for one client; beyond either the stream ends with `event: overflow`. */
export const QUEUED_EVENTS_MAX = 1_000;
export const QUEUED_BYTES_MAX = 1024 * 1024;
/** How long a client that was cut, or that reads nothing, keeps its connection. */
const FAREWELL_MS = 2_000;
export const STALLED_MS = 30_000;

const encoder = new TextEncoder();

export interface EventStream {
  readonly body: ReadableStream<Uint8Array>;
  /** Queues text of `events` events. What it had to be sent first, such as a snapshot, counts as none. */
  write(text: string, events: number): void;
  /** Queues a comment where nothing else waits, and cuts a client that has read nothing for 30 s. */
  beat(): void;
  /** Ends the stream after what is queued. */
  end(): void;
}

/** `onClosed` is called once, whoever ends it; `outgoing` is absent where there is no socket. */
export function createEventStream(
  outgoing: ServerResponse | undefined,
  onClosed: () => void,
): EventStream {
  let queue: string[] = [];
  let queuedEvents = 0;
  let queuedBytes = 0;
  let isEnding = false;
  let isClosed = false;
  let waitingSinceMs: number | null = null;
  let pulled: (() => void) | null = null;

  function closed(): void {
    if (isClosed) return;
    isClosed = true;
    queue = [];
    pulled?.();
    onClosed();
  }
  // Registered before anything is written: a client may be gone by the time the first byte is.
  outgoing?.once('close', closed);

  /** Whether all that came before has gone to the socket, which takes more. */
  function mayGoDirect(to: ServerResponse): boolean {
    const isAllRead = pulled !== null && queue.length === 0;
    return isAllRead && to.headersSent && !to.writableNeedDrain && !to.writableEnded;
  }

  function push(text: string): void {
    if (outgoing !== undefined && mayGoDirect(outgoing)) {
      queuedEvents = 0;
      queuedBytes = 0;
      outgoing.write(text);
      return;
    }
    queue.push(text);
    waitingSinceMs ??= performance.now();
    pulled?.();
  }

  function end(): void {
    if (isEnding || isClosed) return;
    isEnding = true;
    pulled?.();
    if (outgoing !== undefined) {
      setTimeout(() => outgoing.destroy(), FAREWELL_MS).unref();
    }
  }

  function cut(): void {
    queue = ['event: overflow\ndata: {}\n\n'];
    end();
  }

  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        if (queue.length === 0 && !isEnding && !isClosed) {
          await new Promise<void>((resolve) => {
            pulled = resolve;
          });
          pulled = null;
        }
        if (isClosed) return controller.close();
        const text = queue.join('');
        queue = [];
        queuedEvents = 0;
        queuedBytes = 0;
        waitingSinceMs = null;
        if (text !== '') controller.enqueue(encoder.encode(text));
        if (isEnding) {
          controller.close();
          closed();
        }
      },
      cancel: closed,
    },
    { highWaterMark: 0 },
  );

  return {
    body,
    write(text, events) {
      if (isEnding || isClosed) return;
      queuedEvents += events;
      if (events > 0) queuedBytes += text.length;
      if (queuedEvents > QUEUED_EVENTS_MAX || queuedBytes > QUEUED_BYTES_MAX) cut();
      else push(text);
    },
    beat() {
      if (isEnding || isClosed) return;
      if (waitingSinceMs === null) push(': still here\n\n');
      else if (performance.now() - waitingSinceMs > STALLED_MS) cut();
    },
    end,
  };
}
