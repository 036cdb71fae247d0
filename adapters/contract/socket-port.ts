// A port over a Unix socket: one JSON message a line, the form in which an adapter host in a child process and
// the core speak. Both ends are here: the core listens, the host connects and says who it is. One end may hold the
// other to rules: it reads no more than that, and ends the line beyond.
import { timingSafeEqual } from 'node:crypto';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { HubError, TimeoutError, UnreachableError } from '../../hub/model/errors.ts';
import { allowance, type Rate, type Take } from './allowance.ts';

/** A longer line is refused and the socket closed. */
export const LINE_BYTES_MAX = 1_000_000;
/** A peer that lets this much queue up is not reading: its socket is closed. */
const QUEUED_BYTES_MAX = 16_000_000;
const NEWLINE = 0x0a;
/** Why a port was closed whose other end lets too much queue up. */
export const NOT_READ = 'the other end does not read';

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

/** What one end holds the other to, where that is not of our making. */
export interface LineRules {
  readonly messages: Rate;
  readonly bytes: Rate;
  /** A longer line ends the port. */
  readonly lineBytesMax: number;
  /** Told of each line that is no JSON, which is dropped. */
  malformed(): void;
  /** Told why this end has ended the line. */
  broken(reason: string): void;
}

/** So many lines of one that is held to rules are worked in one turn: others of the thread get theirs between. */
const LINES_A_TURN = 100;

class LinePort<In, Out> implements SocketPort<In, Out> {
  onclose: ((reason: string | null) => void) | null = null;
  readonly #socket: net.Socket;
  readonly #rules: LineRules | null;
  readonly #takeMessage: Take;
  readonly #takeBytes: Take;
  #onmessage: ((message: In) => void) | null = null;
  #waiting: In[] = [];
  #chunks: Buffer[] = [];
  #chunksBytes = 0;
  #reason: string | null = null;
  #isClosed = false;

  constructor(socket: net.Socket, rest: Buffer, rules: LineRules | null) {
    this.#socket = socket;
    this.#rules = rules;
    const nowMs = () => performance.now();
    this.#takeMessage = rules === null ? () => true : allowance(rules.messages, nowMs);
    this.#takeBytes = rules === null ? () => true : allowance(rules.bytes, nowMs);
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
    if (this.#socket.writableLength > QUEUED_BYTES_MAX) this.#fail(NOT_READ);
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#socket.end();
  }

  #onData(chunk: Buffer): void {
    if (this.#rules === null) {
      this.#take(chunk);
      return;
    }
    const { perSecond } = this.#rules.bytes;
    if (!this.#takeBytes(chunk.length)) {
      this.#fail(`it sent more than ${Math.round(perSecond / 1_024)} KB a second`);
      return;
    }
    // What waits stays with the sender: one piece is read, and the next in a later turn.
    this.#socket.pause();
    this.#take(chunk);
  }

  /** Works the lines of what has come; the rest of many in later turns. */
  #take(chunk: Buffer): void {
    let from = 0;
    let lines = 0;
    for (
      let end = chunk.indexOf(NEWLINE);
      end !== -1 && !this.#isClosed;
      end = chunk.indexOf(NEWLINE, from)
    ) {
      lines += 1;
      if (this.#rules !== null && lines > LINES_A_TURN) {
        const rest = chunk.subarray(from);
        setImmediate(() => this.#take(rest));
        return;
      }
      const line = Buffer.concat([...this.#chunks, chunk.subarray(from, end)]);
      this.#chunks = [];
      this.#chunksBytes = 0;
      from = end + 1;
      this.#onLine(line);
    }
    if (this.#isClosed) return;
    if (from < chunk.length) {
      this.#chunks.push(chunk.subarray(from));
      this.#chunksBytes += chunk.length - from;
      if (this.#chunksBytes > this.#lineBytesMax) this.#failLine();
    }
    if (this.#rules !== null) setImmediate(() => this.#socket.resume());
  }

  get #lineBytesMax(): number {
    return this.#rules?.lineBytesMax ?? LINE_BYTES_MAX;
  }

  #failLine(): void {
    const most = this.#rules?.lineBytesMax;
    this.#fail(
      most === undefined
        ? 'a line is over the limit of 1 MB'
        : `it sent a message of more than ${Math.round(most / 1_024)} KB`,
    );
  }

  #onLine(line: Buffer): void {
    if (line.length > this.#lineBytesMax) {
      this.#failLine();
      return;
    }
    if (!this.#takeMessage()) {
      this.#fail(`it sent more than ${this.#rules?.messages.perSecond} messages a second`);
      return;
    }
    let message: In;
    try {
      message = JSON.parse(line.toString('utf8')) as In;
    } catch {
      if (this.#rules === null) this.#fail('a line is not JSON');
      else this.#rules.malformed();
      return;
    }
    if (this.#onmessage === null) this.#waiting.push(message);
    else this.#onmessage(message);
  }

  #fail(reason: string): void {
    this.#reason ??= reason;
    this.#isClosed = true;
    this.#socket.destroy();
    this.#rules?.broken(reason);
  }
}

/** A port over a stream that is open already, such as a pipe between two processes. */
export function lineOver<In, Out>(
  socket: net.Socket,
  rules: LineRules | null = null,
): SocketPort<In, Out> {
  return new LinePort(socket, Buffer.alloc(0), rules);
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
 * @param options.rules what the host is held to, where its code is not ours
 * @throws HubError `forbidden` for an open folder, TimeoutError when nobody came
 */
export async function listenForHost<In, Out>(
  socketPath: string,
  token: string,
  options: { readonly timeoutMs?: number; readonly rules?: LineRules | undefined } = {},
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
          resolve(new LinePort(socket, rest, options.rules ?? null));
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
  return new LinePort(socket, Buffer.alloc(0), null);
}
