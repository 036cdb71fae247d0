// A port over a Unix socket: one JSON message a line, the form in which an adapter host in a child process and
// the core speak. Both ends are here: the core listens, the host connects and says who it is.
import { timingSafeEqual } from 'node:crypto';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { HubError, TimeoutError, UnreachableError } from '../../hub/model/errors.ts';

/** A longer line is refused and the socket closed. */
export const LINE_BYTES_MAX = 1_000_000;
/** A peer that lets this much queue up is not reading: its socket is closed. */
const QUEUED_BYTES_MAX = 16_000_000;
const NEWLINE = 0x0a;

/** Like a MessagePort, for plain data that JSON can hold. */
export interface SocketPort<In, Out> {
  /** Queues a message. Ignored once closed; closes the port when the message or the queue is too large. */
  postMessage(message: Out): void;
  /** Called for each message in order; messages that come before it is set wait, up to 16 MB. */
  onmessage: ((message: In) => void) | null;
  /** Called once when the socket is gone, whoever closed it; the reason is null for an orderly end. */
  onclose: ((reason: string | null) => void) | null;
  /** Ends the socket after what is queued. May be called twice. */
  close(): void;
}

class LinePort<In, Out> implements SocketPort<In, Out> {
  onclose: ((reason: string | null) => void) | null = null;
  readonly #socket: net.Socket;
  #onmessage: ((message: In) => void) | null = null;
  #waiting: In[] = [];
  #chunks: Buffer[] = [];
  #chunksBytes = 0;
  #reason: string | null = null;
  #isClosed = false;

  constructor(socket: net.Socket, rest: Buffer = Buffer.alloc(0)) {
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => this.#onData(chunk));
    socket.on('error', (error) => {
      this.#reason ??= error.message;
    });
    socket.once('close', () => {
      this.#isClosed = true;
      this.onclose?.(this.#reason);
    });
    if (rest.length > 0) this.#onData(rest);
  }

  get onmessage(): ((message: In) => void) | null {
    return this.#onmessage;
  }

  set onmessage(listener: ((message: In) => void) | null) {
    this.#onmessage = listener;
    while (this.#onmessage !== null) {
      const message = this.#waiting.shift();
      if (message === undefined) return;
      this.#onmessage(message);
    }
  }

  postMessage(message: Out): void {
    if (this.#isClosed) return;
    const line = `${JSON.stringify(message)}\n`;
    if (Buffer.byteLength(line) > LINE_BYTES_MAX) {
      this.#fail(`a message of ${line.length} characters is over the limit of 1 MB`);
      return;
    }
    this.#socket.write(line);
    if (this.#socket.writableLength > QUEUED_BYTES_MAX) this.#fail('the other end does not read');
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#socket.end();
  }

  #onData(chunk: Buffer): void {
    let from = 0;
    for (
      let end = chunk.indexOf(NEWLINE);
      end !== -1 && !this.#isClosed;
      end = chunk.indexOf(NEWLINE, from)
    ) {
      const line = Buffer.concat([...this.#chunks, chunk.subarray(from, end)]);
      this.#chunks = [];
      this.#chunksBytes = 0;
      from = end + 1;
      this.#onLine(line);
    }
    if (from < chunk.length) {
      this.#chunks.push(chunk.subarray(from));
      this.#chunksBytes += chunk.length - from;
      if (this.#chunksBytes > LINE_BYTES_MAX) this.#fail('a line is over the limit of 1 MB');
    }
  }

  #onLine(line: Buffer): void {
    if (line.length > LINE_BYTES_MAX) {
      this.#fail('a line is over the limit of 1 MB');
      return;
    }
    let message: In;
    try {
      message = JSON.parse(line.toString('utf8')) as In;
    } catch {
      this.#fail('a line is not JSON');
      return;
    }
    if (this.#onmessage === null) this.#waiting.push(message);
    else this.#onmessage(message);
  }

  #fail(reason: string): void {
    this.#reason ??= reason;
    this.#isClosed = true;
    this.#socket.destroy();
  }
}

/** A fresh folder of mode 0700 for one socket, with a path short enough for the kernel's limit of 107 bytes. */
export function makeSocketFolder(): string {
  return mkdtempSync(path.join(os.tmpdir(), 'ingle-core-'));
}

/**
 * Listens for one host, at the core's end. The socket's folder must belong to its user alone. A connection
 * whose first line is not `{hello, token}` with this token is closed, and listening goes on; after the right
 * one the socket file is gone.
 * @param options.timeoutMs how long to wait; 30 s by default
 * @throws HubError `forbidden` for an open folder, TimeoutError when nobody came
 */
export async function listenForHost<In, Out>(
  socketPath: string,
  token: string,
  options: { readonly timeoutMs?: number } = {},
): Promise<SocketPort<In, Out>> {
  const folder = path.dirname(socketPath);
  if ((statSync(folder).mode & 0o077) !== 0) {
    throw new HubError(
      'forbidden',
      `The folder ${folder} of an adapter's socket is open to others`,
    );
  }
  const timeoutMs = options.timeoutMs ?? 30_000;
  const server = net.createServer();
  try {
    return await new Promise<SocketPort<In, Out>>((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new TimeoutError(`No adapter host came to ${socketPath}`)),
        timeoutMs,
      );
      server.on('connection', (socket) => {
        welcome(socket, token, (rest) => {
          clearTimeout(timer);
          resolve(new LinePort(socket, rest));
        });
      });
      server.once('error', (error) => {
        clearTimeout(timer);
        reject(new UnreachableError(`Cannot listen at ${socketPath}`, { cause: error }));
      });
      server.listen(socketPath);
    });
  } finally {
    server.close();
    rmSync(socketPath, { force: true });
  }
}

/** Reads the first line, at most 1 KB within 5 s; calls `accept` with what follows it, or closes the socket. */
function welcome(socket: net.Socket, token: string, accept: (rest: Buffer) => void): void {
  let head = Buffer.alloc(0);
  const timer = setTimeout(() => socket.destroy(), 5_000);
  const done = (): void => {
    clearTimeout(timer);
    socket.off('data', onData);
    socket.off('error', done);
    socket.off('close', done);
  };
  const onData = (chunk: Buffer): void => {
    head = Buffer.concat([head, chunk]);
    const end = head.indexOf(NEWLINE);
    if (end === -1 && head.length <= 1_024) return;
    done();
    if (end !== -1 && isHello(head.subarray(0, end).toString('utf8'), token)) {
      accept(head.subarray(end + 1));
    } else {
      socket.destroy();
    }
  };
  socket.on('data', onData);
  socket.once('error', done);
  socket.once('close', done);
}

function isHello(line: string, token: string): boolean {
  try {
    const hello = JSON.parse(line) as { hello?: unknown; token?: unknown };
    const given = Buffer.from(String(hello.token));
    const wanted = Buffer.from(token);
    return (
      typeof hello.hello === 'string' &&
      given.length === wanted.length &&
      timingSafeEqual(given, wanted)
    );
  } catch {
    return false;
  }
}

/**
 * Connects to the core, at the host's end, and says who is there.
 * @throws UnreachableError when nobody listens at the path
 */
export async function connectToCore<In, Out>(options: {
  readonly path: string;
  readonly adapter: string;
  readonly token: string;
}): Promise<SocketPort<In, Out>> {
  const socket = net.connect(options.path);
  await new Promise<void>((resolve, reject) => {
    const failed = (cause: Error): void =>
      reject(new UnreachableError(`Nobody listens at ${options.path}`, { cause }));
    socket.once('error', failed);
    socket.once('connect', () => {
      socket.off('error', failed);
      resolve();
    });
  });
  socket.write(`${JSON.stringify({ hello: options.adapter, token: options.token })}\n`);
  return new LinePort(socket);
}
