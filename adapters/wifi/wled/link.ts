// The way to one WLED: requests to its JSON API, and the WebSocket on which it pushes its state.
// Spec: WLED JSON API and WebSocket (https://kno.wled.ge/interfaces/websocket/).
import { Agent } from 'node:http';
import WebSocket from 'ws';
import { HubError } from '../../../hub/model/errors.ts';
import type { Json } from '../known-devices.ts';
import { type LanAddress, resolveLanAddress } from '../lan-address.ts';
import { askLan, connectProblem, type LanKind, parseLanJson } from '../lan-http.ts';
import { lost, notOne, silent } from '../lan-problems.ts';
import { isJson } from './messages.ts';

export const WLED: LanKind = { en: 'a WLED', zh: ' WLED' };

const CONNECT_WITHIN_MS = 5_000;
/** The lists of a large build are some 20 KB; a household's presets may be more. */
const ANSWER_BYTES_MAX = 1024 * 1024;
const FRAME_BYTES_MAX = 256 * 1024;
/** It has little memory: one request at a time, and one for a person who looks. */
const SOCKETS_MAX = 2;

export interface LinkListener {
  /** A whole message: its state and what it says of itself. */
  heard(state: unknown, info: unknown): void;
  /** Once, whatever ends the socket but `close()`. */
  ended(error: HubError): void;
}

export class WledLink {
  readonly address: LanAddress;
  readonly #ip: string;
  readonly #pulseEveryMs: number;
  readonly #agent = new Agent({ keepAlive: false, maxSockets: SOCKETS_MAX });
  #socket: WebSocket | null = null;
  #pulse: NodeJS.Timeout | undefined;
  #isOver = false;

  private constructor(address: LanAddress, ip: string, pulseEveryMs: number) {
    this.address = address;
    this.#ip = ip;
    this.#pulseEveryMs = pulseEveryMs;
  }

  /** Looks its address up. @throws HubError */
  static async to(address: LanAddress, pulseEveryMs: number): Promise<WledLink> {
    return new WledLink(address, await resolveLanAddress(address), pulseEveryMs);
  }

  close(): void {
    this.#isOver = true;
    clearInterval(this.#pulse);
    this.#socket?.on('error', () => {});
    this.#socket?.terminate();
    this.#agent.destroy();
  }

  /** @throws HubError; `busy` while it has no memory for an answer, `not-found` for a file that it has not */
  async get(path: string, timeoutMs: number, signal?: AbortSignal): Promise<object> {
    return this.#ask('GET', path, undefined, timeoutMs, signal);
  }

  /** Sets its state, and gives what it is then. @throws HubError */
  async post(body: Json, timeoutMs: number): Promise<object> {
    return this.#ask('POST', '/json/state', { ...body, v: true }, timeoutMs);
  }

  /**
   * Opens the socket.
   * @returns false where this build has none
   * @throws HubError when it cannot be opened
   */
  async listen(listener: LinkListener): Promise<boolean> {
    const { text, port } = this.address;
    const host = this.#ip.includes(':') ? `[${this.#ip}]` : this.#ip;
    const socket = new WebSocket(`ws://${host}:${port}/ws`, {
      followRedirects: false,
      handshakeTimeout: CONNECT_WITHIN_MS,
      maxPayload: FRAME_BYTES_MAX,
      perMessageDeflate: false,
    });
    this.#socket = socket;
    // Listens from the first: its first message comes with the handshake.
    let isAlive = true;
    const end = (error: HubError): void => {
      if (this.#isOver) return;
      this.close();
      listener.ended(error);
    };
    socket.on('message', (data, isBinary) => {
      isAlive = true;
      if (!isBinary && !this.#isOver) receive(data.toString(), listener);
    });
    socket.on('pong', () => {
      isAlive = true;
    });
    try {
      await new Promise<void>((resolve, reject) => {
        socket.once('open', resolve);
        socket.once('error', reject);
        socket.once('unexpected-response', () => reject(NO_SOCKET));
      });
    } catch (error) {
      socket.on('error', () => {});
      socket.terminate();
      if (error === NO_SOCKET) return false;
      throw connectProblem(text, WLED, error);
    }
    if (this.#isOver) {
      this.close();
      throw lost(text);
    }
    socket.on('error', (error) => end(connectProblem(text, WLED, error)));
    socket.on('close', () => end(lost(text)));
    this.#pulse = setInterval(() => {
      if (!isAlive) {
        end(silent(text));
        return;
      }
      isAlive = false;
      socket.ping();
      // Answered by "pong" where pings of the protocol are not.
      socket.send('ping');
    }, this.#pulseEveryMs);
    return true;
  }

  async #ask(
    method: 'GET' | 'POST',
    path: string,
    body: Json | undefined,
    timeoutMs: number,
    signal?: AbortSignal,
  ): Promise<object> {
    const { text: address, port } = this.address;
    const stop = signal === undefined ? {} : { signal };
    const to = { address, ip: this.#ip, port, agent: this.#agent, isSecure: false } as const;
    const limits = { timeoutMs, bytesMax: ANSWER_BYTES_MAX };
    const { status, text } = await askLan({ ...to, ...limits, ...stop, method, path, body }, WLED);
    const answer = parseLanJson(text);
    if (status === 503 || status === 429) throw busy(address);
    if (status === 404) throw new HubError('not-found', `${address} has no ${path}`);
    const error = isJson(answer) ? answer.error : undefined;
    if (status === 200 && typeof error === 'number' && error !== 0 && method === 'POST') {
      throw refused(error);
    }
    if (status !== 200 || answer === null) {
      throw method === 'POST' && typeof error === 'number'
        ? refused(error)
        : notOne(address, WLED.en, WLED.zh);
    }
    return answer;
  }
}

const NO_SOCKET = new Error('no socket');

/** Its other words, such as `pong` and `{"success":true}`, tell nothing new. */
function receive(text: string, { heard }: LinkListener): void {
  const message = parseLanJson(text);
  if (isJson(message) && message.state !== undefined) heard(message.state, message.info);
}

function busy(address: string): HubError {
  return new HubError('busy', `The WLED at ${address} has too much to do`, {
    hint: 'It is asked again by itself.',
    zh: { message: `${address} 上的 WLED 忙不过来`, hint: '会自动重试。' },
  });
}

function refused(error: number): HubError {
  return new HubError('rejected-by-device', `The WLED answered with its error ${error}`, {
    hint: 'Look at its own page whether it can do this; a restart of it may help.',
    zh: { message: `WLED 回答了错误 ${error}`, hint: '请在它自己的页面上检查；重启它可能有帮助。' },
  });
}
