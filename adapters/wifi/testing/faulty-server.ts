// What emulated devices that answer over HTTP have in common: a server that can be unplugged and plugged in again at
// its place, and what can be wrong with its answers.
import type { ServerResponse } from 'node:http';
import type { AddressInfo, Server, Socket } from 'node:net';

/** Where a device listens. */
export interface Place {
  readonly host: string;
  /** 0: any that is free, which is kept from then on. */
  readonly port: number;
}

/** Of tests that have no network of their own. */
export const ANYWHERE: Place = { host: '127.0.0.1', port: 0 };

/** A server with all its connections, which go with its power. */
export class FaultyServer {
  /** What is wrong with it. */
  readonly fault = {
    /** Before each answer. */
    delayMs: 0,
    isTalkingNonsense: false,
    /** Answers break off in the middle. */
    isCuttingAnswers: false,
    /** Answers are of this size. */
    hugeBytes: 0,
    /** So many requests that set something are answered 503 first. */
    busyTimes: 0,
    /** It takes connections and says nothing more. */
    isHanging: false,
    /** What becomes of each answer on its way. */
    mutate: (text: string): string => text,
  };
  readonly #sockets = new Set<Socket>();
  #server: Server | null = null;
  #place: Place = ANYWHERE;

  get address(): string {
    return `${this.#place.host}:${this.#place.port}`;
  }

  get port(): number {
    return this.#place.port;
  }

  /** Has the server listen; again where it did before, unless another place is given. */
  async plugIn(server: Server, place: Place = this.#place): Promise<void> {
    server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => this.#sockets.delete(socket));
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(place.port, place.host, resolve);
    });
    this.#place = { host: place.host, port: (server.address() as AddressInfo).port };
    this.#server = server;
  }

  /** Takes its power away: connections break, nothing answers. */
  async unplug(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    for (const socket of this.#sockets) socket.destroy();
    if (server !== null) await new Promise<void>((resolve) => server.close(() => resolve()));
  }

  /** Whether a request gets no answer of the device's own: none at all, or one that makes no sense. */
  async isSpoilt(response: ServerResponse): Promise<boolean> {
    const { isHanging, delayMs, isTalkingNonsense } = this.fault;
    if (isHanging) return true;
    if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs));
    if (isTalkingNonsense) send(response, 200, '<html><body>It works!</body></html>');
    return isTalkingNonsense;
  }

  /** Whether it is too busy for a request that sets something. */
  isBusy(): boolean {
    const isSo = this.fault.busyTimes > 0;
    if (isSo) this.fault.busyTimes -= 1;
    return isSo;
  }

  /** Sends an answer as far as it is able to. */
  async answer(response: ServerResponse, status: number, value: unknown): Promise<void> {
    const { hugeBytes, isCuttingAnswers, mutate } = this.fault;
    if (hugeBytes > 0) {
      send(response, 200, `{"errors":[],"data":["${'x'.repeat(hugeBytes)}"]}`);
    } else if (isCuttingAnswers) {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '90000' });
      response.write('{"errors":[],"data":[{"id":"');
      await new Promise((resolve) => setImmediate(resolve));
      response.destroy();
    } else send(response, status, mutate(JSON.stringify(value)));
  }
}

/** Sends a text as it is. */
export function send(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(text);
}
