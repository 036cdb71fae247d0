// Where Shelly devices that sleep call when they wake: they connect by themselves, say all that they know, and are gone
// a few seconds later. It listens only while there is such a device and its port is set.
// Spec: https://shelly-api-docs.shelly.cloud/gen2/ComponentsAndServices/Ws.
import { createServer, type Server } from 'node:http';
import { type RawData, type WebSocket, WebSocketServer } from 'ws';
import { toProblem } from '../../../hub/model/errors.ts';
import type { LanTools } from '../family.ts';
import { isHomeAddress } from '../lan-address.ts';
import { isJson, type Json } from './rpc.ts';

const PATH = '/shelly';
const FRAME_BYTES_MAX = 256 * 1024;
const CALLERS_MAX = 64;
const FIRST_WORD_WITHIN_MS = 5_000;
const LISTEN_AGAIN_AFTER_MS = 30_000;

/** Takes a call: the connection, and what it began with. */
export type OnCall = (socket: WebSocket, first: Json) => void;

/** The port that is set for it; null where none is. */
export function doorPort({ context }: LanTools): number | null {
  const { callPort } = context.settings;
  return typeof callPort === 'number' && callPort > 0 ? callPort : null;
}

const doors = new WeakMap<LanTools, WakeDoor>();

/** The door of an adapter. */
export function doorOf(tools: LanTools): WakeDoor {
  const known = doors.get(tools);
  if (known !== undefined) return known;
  const door = new WakeDoor(tools);
  doors.set(tools, door);
  return door;
}

export class WakeDoor {
  readonly #tools: LanTools;
  readonly #expected = new Map<string, OnCall>();
  #opening: Promise<void> = Promise.resolve();
  #server: Server | null = null;
  #calls: WebSocketServer | null = null;
  #port: number | null = null;
  #timer: NodeJS.Timeout | undefined;

  constructor(tools: LanTools) {
    this.#tools = tools;
  }

  /** Calls of this device are taken from now on. Resolves once it listens, or cannot. */
  expect(id: string, onCall: OnCall): Promise<void> {
    this.#expected.set(id, onCall);
    if (this.#server === null) this.#opening = this.#open();
    return this.#opening;
  }

  /** Calls of this device are not taken any more. With the last one it closes. */
  forget(id: string): void {
    this.#expected.delete(id);
    if (this.#expected.size === 0) this.#close();
  }

  /** What a device is told to call, from the address by which it knows this machine; null while nothing listens. */
  urlFor(localAddress: string): string | null {
    if (this.#port === null) return null;
    const plain = localAddress.replace(/^::ffff:/, '');
    return `ws://${plain.includes(':') ? `[${plain}]` : plain}:${this.#port}${PATH}`;
  }

  #open(): Promise<void> {
    const port = doorPort(this.#tools);
    if (port === null) return Promise.resolve();
    const { context } = this.#tools;
    const host = typeof context.settings.callHost === 'string' ? context.settings.callHost : '::';
    const server = createServer((_, response) => response.writeHead(404).end());
    this.#server = server;
    const calls = new WebSocketServer({ server, path: PATH, maxPayload: FRAME_BYTES_MAX });
    this.#calls = calls;
    calls.on('error', () => {});
    calls.on('connection', (socket, request) => {
      socket.on('error', () => socket.terminate());
      const from = request.socket.remoteAddress?.replace(/^::ffff:/, '') ?? '';
      if (calls.clients.size > CALLERS_MAX || !isHomeAddress(from)) socket.terminate();
      else this.#called(socket);
    });
    return new Promise((resolve) => {
      server.on('error', (error) => {
        context.log('error', `Shelly devices that sleep cannot call: ${toProblem(error).message}`);
        this.#close();
        this.#timer = setTimeout(() => void this.#open(), LISTEN_AGAIN_AFTER_MS);
        resolve();
      });
      server.listen(port, host, () => {
        const address = server.address();
        this.#port = typeof address === 'object' && address !== null ? address.port : null;
        resolve();
      });
    });
  }

  #called(socket: WebSocket): void {
    const timer = setTimeout(() => socket.terminate(), FIRST_WORD_WITHIN_MS);
    socket.once('close', () => clearTimeout(timer));
    socket.once('message', (data) => {
      clearTimeout(timer);
      const first = parse(data);
      const onCall = typeof first?.src === 'string' ? this.#expected.get(first.src) : undefined;
      if (first === null || onCall === undefined) socket.terminate();
      else onCall(socket, first);
    });
  }

  #close(): void {
    clearTimeout(this.#timer);
    for (const socket of this.#calls?.clients ?? []) socket.terminate();
    this.#calls = null;
    this.#server?.closeAllConnections();
    this.#server?.close();
    this.#server = null;
    this.#port = null;
  }
}

function parse(data: RawData): Json | null {
  try {
    const frame: unknown = JSON.parse(data.toString());
    return isJson(frame) ? frame : null;
  } catch {
    return null;
  }
}
