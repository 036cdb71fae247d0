// The coordinator's serial line as a TCP port of the loopback: one host at a time, bytes in any chunks.
// Faults of the line (mute, unplugged, garbage) are here; the frames are the coordinator's.

import { createServer, type Server, type Socket } from 'node:net';
import { type Cancel, Timers } from '../timers.ts';
import type { Coordinator } from './coordinator.ts';
import { encodeMtFrame, MessageType, type MtFrame, MtFrameParser } from './unpi.ts';

/** A host that reads slower than this much is behind: events for it are dropped, answers still go. */
const BACKLOG_BYTES_MAX = 4 * 1024 * 1024;

/** The line. */
export class SerialServer {
  readonly #coordinator: Coordinator;
  readonly #timers = new Timers();
  #server: Server | undefined;
  #socket: Socket | undefined;
  #port = 0;
  #outgoing: Buffer[] = [];
  #isMute = false;
  #unmute: Cancel = () => undefined;
  #isStopped = false;
  /** Events that a slow host missed. */
  droppedEvents = 0;
  /** Hosts that have opened the line so far. */
  connections = 0;
  /** When the bytes came that were read last, by performance.now(). */
  heardAtMs = 0;

  constructor(coordinator: Coordinator) {
    this.#coordinator = coordinator;
    coordinator.onFrame = (frame) => this.#write(frame);
  }

  get port(): number {
    return this.#port;
  }

  get isConnected(): boolean {
    return this.#socket !== undefined;
  }

  /** Listens on 127.0.0.1; port 0 takes a free one. */
  async start(port: number): Promise<void> {
    const server = createServer({ noDelay: true }, (socket) => this.#accept(socket));
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', resolve);
    });
    const address = server.address();
    if (typeof address !== 'object' || address === null) throw new Error('not a TCP port');
    this.#port = address.port;
    this.#server = server;
  }

  #accept(socket: Socket): void {
    // A line has one host: a new one, as after a crash that left no goodbye, replaces the old.
    this.#socket?.destroy();
    this.#socket = socket;
    this.connections += 1;
    this.#outgoing = [];
    const parser = new MtFrameParser((frame) => {
      if (!this.#isMute) this.#coordinator.handle(frame);
    });
    socket.on('data', (chunk) => {
      this.heardAtMs = performance.now();
      parser.push(chunk);
    });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      if (this.#socket === socket) this.#socket = undefined;
    });
  }

  #write(frame: MtFrame): void {
    const socket = this.#socket;
    if (socket === undefined || this.#isMute) return;
    if (frame.type === MessageType.event && socket.writableLength > BACKLOG_BYTES_MAX) {
      this.droppedEvents += 1;
      return;
    }
    // Everything that one turn of the loop says goes out as one write.
    if (this.#outgoing.length === 0) setImmediate(() => this.flush());
    this.#outgoing.push(encodeMtFrame(frame));
  }

  /** Writes what was said in this turn of the loop now, not at its end. @returns when, by performance.now() */
  flush(): number {
    const bytes = this.#outgoing.length === 1 ? this.#outgoing[0] : Buffer.concat(this.#outgoing);
    this.#outgoing = [];
    const { bytesAtOnce } = this.#coordinator.traits;
    const atMs = performance.now();
    if (bytes === undefined || bytes.length === 0) return atMs;
    if (bytesAtOnce === undefined) this.#socket?.write(bytes);
    else
      for (let at = 0; at < bytes.length; at += bytesAtOnce) {
        this.#socket?.write(bytes.subarray(at, at + bytesAtOnce));
      }
    return atMs;
  }

  /** Hears nothing and says nothing for a while; the connection stays. */
  mute(durationMs: number): void {
    this.#isMute = true;
    this.#unmute();
    this.#unmute = this.#timers.after(durationMs, () => {
      this.#isMute = false;
    });
  }

  /** Drops the connection and refuses new ones for a while, then listens on the same port again. */
  unplug(durationMs: number): void {
    const server = this.#server;
    if (server === undefined) return;
    this.#server = undefined;
    this.#socket?.destroy();
    server.close();
    const replug = () => {
      if (this.#isStopped) return;
      this.start(this.#port).catch(() => this.#timers.after(100, replug));
    };
    this.#timers.after(durationMs, replug);
  }

  /** Puts bytes that are no frame on the line. */
  garbage(bytes: Buffer): void {
    this.#socket?.write(bytes);
  }

  /** Drops the connection; the host may come back at once. */
  disconnect(): void {
    this.#socket?.destroy();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#timers.stop();
    this.#socket?.destroy();
    const server = this.#server;
    this.#server = undefined;
    if (server === undefined) return;
    await new Promise<void>((resolve) => server.close(() => resolve()));
  }
}
