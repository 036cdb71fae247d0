// One connection to a Shelly: numbered requests over a WebSocket, their answers, what the device pushes, and the
// password's challenge. What comes from the device is checked before anything looks into it.
// Spec: Shelly Gen2+ API, RPC Protocol (https://shelly-api-docs.shelly.cloud/gen2/General/RPCProtocol).
import WebSocket from 'ws';
import { HubError, TimeoutError, toProblem } from '../../../hub/model/errors.ts';
import { type LanAddress, resolveLanAddress } from '../lan-address.ts';
import { lost, silent, unreachable } from '../lan-problems.ts';
import { type AuthFrame, answerChallenge, digestOfPassword, parseChallenge } from './digest.ts';

export type Json = Readonly<Record<string, unknown>>;

/** How a device is let in on: by the password, or by the digest that was kept of it. */
export type Credential =
  | { readonly kind: 'none' }
  | { readonly kind: 'password'; readonly password: string }
  | { readonly kind: 'digest'; readonly digest: string };

const CONNECT_WITHIN_MS = 5_000;
const FRAME_BYTES_MAX = 256 * 1024;
const REQUESTS_MAX = 64;
const PULSE_EVERY_MS = 15_000;

export interface RpcEvents {
  /** `NotifyStatus`, `NotifyFullStatus` or `NotifyEvent` with its parameters. */
  notified(method: string, params: Json): void;
  /** Once, when the connection has ended, for whatever reason but `close()`. */
  lost(error: HubError): void;
}

interface Waiting {
  readonly method: string;
  readonly params: Json;
  readonly hasAnswered: boolean;
  readonly timer: NodeJS.Timeout;
  resolve(result: Json): void;
  reject(error: HubError): void;
}

export function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function passwordProblem(address: string, isGiven: boolean): HubError {
  return isGiven
    ? new HubError('forbidden', `${address} does not take the password`, {
        hint: 'Add the device again with the password that is set on its own page, under Authentication.',
        zh: {
          message: `${address} 不接受这个密码`,
          hint: '请用设备自己页面的 Authentication 里设置的密码重新添加它。',
        },
      })
    : new HubError('forbidden', `${address} asks for a password`, {
        hint: 'Add the device with its address and the password that is set on its own page.',
        zh: {
          message: `${address} 需要密码`,
          hint: '请用它的地址和设备自己页面上设置的密码添加它。',
        },
      });
}

export function nonsenseProblem(address: string): HubError {
  return new HubError('rejected-by-device', `What answers at ${address} is not a Shelly`, {
    hint: 'Check the address. Only Shelly devices of the second generation and later can be added.',
    zh: {
      message: `${address} 上应答的不是 Shelly`,
      hint: '请检查地址。只能添加第二代及以后的 Shelly 设备。',
    },
  });
}

export class Rpc {
  readonly #socket: WebSocket;
  readonly #address: string;
  readonly #events: RpcEvents;
  readonly #waiting = new Map<number, Waiting>();
  readonly #name = `ingle-${process.pid}-${Math.random().toString(36).slice(2, 8)}`;
  #credential: Credential;
  #auth: AuthFrame | null = null;
  #localAddress: string | null = null;
  #lastId = 0;
  #isAlive = true;
  #isOver = false;
  #pulse: NodeJS.Timeout | undefined;

  private constructor(
    socket: WebSocket,
    address: string,
    credential: Credential,
    events: RpcEvents,
  ) {
    this.#socket = socket;
    this.#address = address;
    this.#credential = credential;
    this.#events = events;
  }

  /** @throws HubError `unreachable` or `rejected-by-device`; nothing is followed to another address. */
  static async connect(
    address: LanAddress,
    credential: Credential,
    events: RpcEvents,
  ): Promise<Rpc> {
    const ip = await resolveLanAddress(address);
    const host = ip.includes(':') ? `[${ip}]` : ip;
    const socket = new WebSocket(`ws://${host}:${address.port}/rpc`, {
      followRedirects: false,
      handshakeTimeout: CONNECT_WITHIN_MS,
      maxPayload: FRAME_BYTES_MAX,
      perMessageDeflate: false,
    });
    const rpc = new Rpc(socket, address.text, credential, events);
    socket.once('upgrade', (response) => {
      rpc.#localAddress = response.socket.localAddress ?? null;
    });
    try {
      await new Promise<void>((resolve, reject) => {
        socket.once('open', resolve);
        socket.once('error', reject);
        socket.once('unexpected-response', () => reject(nonsenseProblem(address.text)));
      });
    } catch (error) {
      socket.on('error', () => {});
      socket.terminate();
      throw error instanceof HubError ? error : connectProblem(address.text, error);
    }
    rpc.#listen();
    return rpc;
  }

  /** Goes on with a connection that the device itself has made. @param name what it is called in problems */
  static over(socket: WebSocket, name: string, credential: Credential, events: RpcEvents): Rpc {
    const rpc = new Rpc(socket, name, credential, events);
    rpc.#listen();
    return rpc;
  }

  /** The address by which the device knows this machine; null while that is not known. */
  get localAddress(): string | null {
    return this.#localAddress;
  }

  /** What to keep of the password; null where the device asked for none. */
  get passwordDigest(): string | null {
    return this.#credential.kind === 'digest' ? this.#credential.digest : null;
  }

  /**
   * Asks and gives the result.
   * @throws HubError `forbidden`, `rejected-by-device`, `timed-out`, `unreachable` or `busy`
   */
  request(method: string, params: Json, limitMs: number): Promise<Json> {
    return this.#ask(method, params, limitMs, false);
  }

  #ask(method: string, params: Json, limitMs: number, hasAnswered: boolean): Promise<Json> {
    if (this.#isOver) return Promise.reject(lost(this.#address));
    if (this.#waiting.size >= REQUESTS_MAX) {
      return Promise.reject(
        new HubError('busy', `${this.#address} has ${REQUESTS_MAX} requests waiting`, {
          hint: 'Wait a moment and try again.',
          zh: {
            message: `${this.#address} 还有 ${REQUESTS_MAX} 个请求在等待`,
            hint: '请稍等再试。',
          },
        }),
      );
    }
    this.#lastId += 1;
    const id = this.#lastId;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(id);
        reject(silent(this.#address));
      }, limitMs);
      this.#waiting.set(id, { method, params, hasAnswered, timer, resolve, reject });
      const auth = this.#auth === null ? {} : { auth: this.#auth };
      this.#socket.send(JSON.stringify({ id, src: this.#name, method, params, ...auth }));
    });
  }

  /** Ends the connection without a word to `lost`. */
  close(): void {
    this.#end(lost(this.#address), true);
  }

  #listen(): void {
    const socket = this.#socket;
    socket.on('message', (data) => this.#received(data));
    socket.on('pong', () => {
      this.#isAlive = true;
    });
    socket.on('error', (error) => this.#end(connectProblem(this.#address, error), false));
    socket.on('close', () => this.#end(lost(this.#address), false));
    this.#pulse = setInterval(() => {
      if (!this.#isAlive) {
        const message = `${this.#address} went silent`;
        const zh = { message: `${this.#address} 不再应答`, hint: CHECK_POWER_ZH };
        this.#end(new TimeoutError(message, { hint: CHECK_POWER, zh }), false);
        return;
      }
      this.#isAlive = false;
      socket.ping();
    }, PULSE_EVERY_MS);
  }

  #end(error: HubError, isWanted: boolean): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearInterval(this.#pulse);
    this.#socket.on('error', () => {});
    this.#socket.terminate();
    for (const { timer, reject } of this.#waiting.values()) {
      clearTimeout(timer);
      reject(error);
    }
    this.#waiting.clear();
    if (!isWanted) this.#events.lost(error);
  }

  #received(data: WebSocket.RawData): void {
    const frame = parseFrame(data);
    if (frame === null) {
      this.#end(nonsenseProblem(this.#address), false);
      return;
    }
    this.#isAlive = true;
    if (typeof frame.id === 'number') {
      this.#answered(frame.id, frame);
    } else if (typeof frame.method === 'string' && isJson(frame.params)) {
      this.#events.notified(frame.method, frame.params);
    }
  }

  #answered(id: number, { result, error }: Json): void {
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) return;
    this.#waiting.delete(id);
    clearTimeout(waiting.timer);
    if (isJson(error)) this.#refused(waiting, error);
    else if (result === null || isJson(result)) waiting.resolve(result ?? {});
    else waiting.reject(nonsenseProblem(this.#address));
  }

  #refused(waiting: Waiting, { code, message }: Json): void {
    if (code !== 401) {
      const text = typeof message === 'string' ? message.slice(0, 200) : `error ${String(code)}`;
      waiting.reject(
        new HubError('rejected-by-device', `${this.#address} refused ${waiting.method}: ${text}`, {
          hint: 'Look at the device’s own page whether it is set up for this.',
          zh: {
            message: `${this.#address} 拒绝了 ${waiting.method}：${text}`,
            hint: '请在设备自己的页面上检查它是否为此设置好了。',
          },
        }),
      );
      return;
    }
    const challenge = parseChallenge(message);
    const isGiven = this.#credential.kind !== 'none';
    if (waiting.hasAnswered || challenge === null || !isGiven) {
      waiting.reject(passwordProblem(this.#address, isGiven));
      return;
    }
    const credential = this.#credential;
    const digest =
      credential.kind === 'password'
        ? digestOfPassword(challenge.realm, credential.password)
        : credential.kind === 'digest'
          ? credential.digest
          : '';
    this.#credential = { kind: 'digest', digest };
    this.#auth = answerChallenge(challenge, digest);
    this.#ask(waiting.method, waiting.params, ANSWER_WITHIN_MS, true).then(
      waiting.resolve,
      waiting.reject,
    );
  }
}

const CHECK_POWER = 'Check that it has power and is in reach of the Wi-Fi.';
const CHECK_POWER_ZH = '请检查它是否通电、是否在 Wi-Fi 覆盖范围内。';
/** Time for the second attempt, with the password. */
const ANSWER_WITHIN_MS = 4_000;

function parseFrame(data: WebSocket.RawData): Json | null {
  try {
    const frame: unknown = JSON.parse(data.toString());
    return isJson(frame) ? frame : null;
  } catch {
    return null;
  }
}

function connectProblem(address: string, error: unknown): HubError {
  const code = isJson(error) && typeof error.code === 'string' ? error.code : '';
  // A server that speaks HTTP but no WebSocket, or answers with other bytes, is not what we look for.
  if (code.startsWith('WS_ERR') || code.startsWith('HPE_')) return nonsenseProblem(address);
  const { message } = toProblem(error);
  if (/Unexpected server response|Invalid|Parse Error/.test(message)) {
    return nonsenseProblem(address);
  }
  return unreachable(address, error);
}
