// One connection to an ESPHome device, plain or encrypted: its handshake, messages both ways, answers that are waited
// for, and what ends it. Whatever the other side sends, a part of it at a time is read, and no more than a device can
// mean.
// Spec: https://developers.esphome.io/architecture/api/protocol_details/
import type { HubError } from '../../../hub/model/errors.ts';
import { type LanAddress, resolveLanAddress } from '../lan-address.ts';
import { lost, otherDevice, silent, unreachable } from '../lan-problems.ts';
import {
  type Fields,
  type Framing,
  loadLibrary,
  MESSAGE_BYTES_MAX,
  type Received,
} from './library.ts';
import {
  flood,
  hungUp,
  keyNeeded,
  keyUnwanted,
  keyWrong,
  nonsense,
  notEsphome,
  wentSilent,
} from './problems.ts';

const HANDSHAKE_WITHIN_MS = 8_000;
/** Read in one go; of the smallest messages that is some thousand, read in milliseconds. */
const PIECE_BYTES = 4_096;
/** Waiting to be read; the socket is paused meanwhile, so that the device waits. */
const UNREAD_BYTES_MAX = 256 * 1_024;
/** A device with some hundred entities tells all of them at once; after that, it changes. */
const MESSAGES_AT_ONCE_MAX = 6_000;
const MESSAGES_A_SECOND_MAX = 500;
/** So many bytes count as much as a message. */
const BYTES_LIKE_A_MESSAGE = 128;
/** For what was written last, such as a goodbye. */
const LINGER_MS = 100;
/** What is unplugged says no goodbye: it is told within some forty seconds. */
const PING_EVERY_MS = 10_000;
const PINGS_UNANSWERED_MAX = 2;
/** Written and not taken by the other side; all that is ever said to a device is small. */
const UNSENT_BYTES_MAX = 64 * 1_024;

/** How a connection is opened. */
export interface LinkOptions {
  readonly address: LanAddress;
  /** 32 bytes in base64: encrypted; null: plain. */
  readonly key: string | null;
  /** The MAC of the device that is meant, twelve small hexadecimal digits; null: any. */
  readonly mac: string | null;
  readonly signal?: AbortSignal;
  /** How often a silent device is asked for a sign of life; a test has less patience. */
  readonly pingEveryMs?: number;
}

type Listener = (message: Received) => void;

interface Waiter {
  readonly type: string;
  done(message: Received): void;
  failed(error: HubError): void;
}

export class Link {
  readonly #address: string;
  readonly #framing: Framing;
  readonly #options: LinkOptions;
  #listener: Listener = () => {};
  #onLost: (error: HubError) => void = () => {};
  readonly #waiters = new Set<Waiter>();
  /** Those who wait for the answers to pings, in order. */
  readonly #pings: ((error: HubError | null) => void)[] = [];
  #unread: Buffer[] = [];
  #unreadBytes = 0;
  #isReading = false;
  #isBegun = false;
  #isReady = false;
  #error: HubError | null = null;
  #credit = MESSAGES_AT_ONCE_MAX;
  #creditAtMs = performance.now();
  #heardAtMs = performance.now();
  #unanswered = 0;
  #pinger: NodeJS.Timeout | undefined;
  #readied: () => void = () => {};
  #refused: (error: HubError) => void = () => {};

  private constructor(framing: Framing, options: LinkOptions) {
    this.#framing = framing;
    this.#options = options;
    this.#address = options.address.text;
  }

  /**
   * Connects, with the handshake of an encrypted device.
   * @throws HubError in words for the household
   */
  static async open(options: LinkOptions): Promise<Link> {
    const { address, key, signal } = options;
    const [ip, library] = await Promise.all([resolveLanAddress(address), loadLibrary()]);
    const link = new Link(library.framing(ip, address.port, key), options);
    const abort = () => link.#tooLate();
    const timer = setTimeout(abort, HANDSHAKE_WITHIN_MS);
    signal?.addEventListener('abort', abort);
    try {
      await new Promise<void>((resolve, reject) => {
        link.#readied = resolve;
        link.#refused = reject;
        link.#connect();
        if (signal?.aborted) abort();
      });
      return link;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    }
  }

  get #pingEveryMs(): number {
    return this.#options.pingEveryMs ?? PING_EVERY_MS;
  }

  /** Whether messages can be sent. */
  get isOpen(): boolean {
    return this.#error === null && this.#isReady;
  }

  /** Who hears what the device says by itself, and of the connection's end, once; at once where it has ended. */
  listen(listener: Listener, onLost: (error: HubError) => void): void {
    this.#listener = listener;
    this.#onLost = onLost;
    if (this.#error !== null) queueMicrotask(() => this.#tellLost());
  }

  /** Sends a message. @throws HubError when the connection has ended */
  send(type: string, fields: Fields = {}): void {
    const { helper, message } = this.#framing;
    const made = message(type, fields);
    if (helper.socket.writableLength > UNSENT_BYTES_MAX) this.giveUp();
    if (this.#error !== null) throw this.#error;
    try {
      helper.sendMessage(made);
    } catch (error) {
      this.#end(lost(this.#address));
      throw this.#error ?? error;
    }
  }

  /** Sends a message and waits for its answer. @throws HubError when none comes in time */
  async ask(type: string, fields: Fields, answer: string, withinMs: number): Promise<Fields> {
    const { fields: said } = await this.#await(answer, withinMs, () => this.send(type, fields));
    return said;
  }

  /**
   * Sends a message and gives all that come until the last one.
   * @param take called with each message in between
   */
  async collect(type: string, last: string, take: Listener, withinMs: number): Promise<void> {
    const before = this.#listener;
    this.#listener = take;
    try {
      await this.#await(last, withinMs, () => this.send(type));
    } finally {
      if (this.#listener === take) this.#listener = before;
    }
  }

  /**
   * Resolves once the device has taken all that was sent before: it answers in order.
   * @throws HubError when it does not answer in time
   */
  async settled(withinMs: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    try {
      await new Promise<void>((resolve, reject) => {
        timer = setTimeout(() => reject(silent(this.#address)), withinMs);
        this.send('PingRequest');
        this.#pings.push((error) => (error === null ? resolve() : reject(error)));
      });
    } finally {
      clearTimeout(timer);
    }
  }

  /** Ends it; who listens hears nothing of that. */
  close(): void {
    this.#onLost = () => {};
    if (this.isOpen) {
      try {
        this.send('DisconnectRequest');
      } catch {
        // It has ended already, which is what is wanted.
      }
    }
    this.#end(lost(this.#address));
  }

  /** Gives up a device that does not answer any more; who listens hears of it. */
  giveUp(): void {
    this.#end(wentSilent(this.#address));
  }

  #connect(): void {
    const { helper } = this.#framing;
    const { socket } = helper;
    // What comes is given to the helper in pieces of a bounded size.
    socket.removeAllListeners('data');
    socket.on('data', (data: Buffer) => this.#received(data));
    socket.setNoDelay(true);
    helper.on('connect', () => this.#ready());
    helper.on('message', (message: unknown) => this.#message(message));
    helper.on('error', (error: unknown) => this.#end(this.#problemOf(error)));
    helper.on('close', () => this.#end(this.#problemOfClose()));
    if ('handleHello' in helper && typeof helper.handleHello === 'function') {
      const handleHello = helper.handleHello.bind(helper) as (frame: Buffer) => void;
      Object.assign(helper, {
        handleHello: (frame: Buffer) => {
          if (this.#isOther(frame)) this.#end(otherDevice(this.#address));
          else handleHello(frame);
        },
      });
    }
    helper.connect();
  }

  #tooLate(): void {
    const { connecting } = this.#framing.helper.socket;
    const cause = new Error('No connection in time');
    this.#end(connecting ? unreachable(this.#address, cause) : silent(this.#address));
  }

  /** Its name and its MAC stand in an encrypted device's hello: 1, name, 0, MAC, 0. Older ones leave the MAC out. */
  #isOther(hello: Buffer): boolean {
    const { mac } = this.#options;
    const said = hello.toString('latin1').split('\0')[1]?.toLowerCase() ?? '';
    return mac !== null && /^[0-9a-f]{12}$/.test(said) && said !== mac;
  }

  #ready(): void {
    if (this.#error !== null) return;
    this.#isReady = true;
    this.#pinger = setInterval(() => this.#keepAlive(), this.#pingEveryMs);
    this.#readied();
  }

  #received(data: Buffer): void {
    if (this.#error !== null) return;
    if (!this.#isBegun) {
      this.#isBegun = true;
      const problem = this.#problemOfFirst(data[0]);
      if (problem !== null) {
        this.#end(problem);
        return;
      }
    }
    this.#heardAtMs = performance.now();
    this.#unanswered = 0;
    this.#unread.push(data);
    this.#unreadBytes += data.length;
    if (this.#unreadBytes > UNREAD_BYTES_MAX) this.#framing.helper.socket.pause();
    if (!this.#isReading) this.#read();
  }

  /** Reads a piece, and the next one after all else that waits has had its turn. */
  #read(): void {
    const [first] = this.#unread;
    this.#isReading = first !== undefined && this.#error === null;
    if (first === undefined || this.#error !== null) return;
    const piece = first.subarray(0, PIECE_BYTES);
    if (piece.length === first.length) this.#unread.shift();
    else this.#unread[0] = first.subarray(PIECE_BYTES);
    this.#unreadBytes -= piece.length;
    const { helper } = this.#framing;
    const isHandshake = !this.#isReady;
    this.#credit -= piece.length / BYTES_LIKE_A_MESSAGE;
    helper.onData(piece);
    // After each step of the handshake the library leaves lying what came together with it.
    for (let left = -1; isHandshake && left !== helper.buffer.length; ) {
      left = helper.buffer.length;
      if (this.#error === null) helper.onData(Buffer.alloc(0));
    }
    if (helper.buffer.length > MESSAGE_BYTES_MAX + PIECE_BYTES + 16) {
      this.#end(nonsense(this.#address, new Error('A frame without an end')));
    }
    if (this.#unreadBytes < UNREAD_BYTES_MAX / 2) helper.socket.resume();
    if (this.#unread.length > 0) setImmediate(() => this.#read());
    else this.#isReading = false;
  }

  #message(told: unknown): void {
    if (this.#error !== null) return;
    if (!this.#mayTake()) {
      this.#end(flood(this.#address));
      return;
    }
    const message = this.#framing.received(told);
    if (message === null) return;
    switch (message.type) {
      case 'PingRequest':
        this.#reply('PingResponse');
        return;
      case 'PingResponse':
        this.#pings.shift()?.(null);
        return;
      case 'GetTimeRequest':
        this.#reply('GetTimeResponse', { epochSeconds: Math.floor(Date.now() / 1_000) });
        return;
      case 'DisconnectRequest':
        this.#reply('DisconnectResponse');
        this.#end(lost(this.#address));
        return;
      default:
        break;
    }
    for (const waiter of this.#waiters) {
      if (waiter.type !== message.type) continue;
      waiter.done(message);
      return;
    }
    this.#listener(message);
  }

  #reply(type: string, fields: Fields = {}): void {
    try {
      this.send(type, fields);
    } catch {
      // The connection has just ended, and who listens is told of that.
    }
  }

  #mayTake(): boolean {
    const now = performance.now();
    const gained = ((now - this.#creditAtMs) / 1_000) * MESSAGES_A_SECOND_MAX;
    this.#credit = Math.min(MESSAGES_AT_ONCE_MAX, this.#credit + gained) - 1;
    this.#creditAtMs = now;
    return this.#credit >= 0;
  }

  #keepAlive(): void {
    if (performance.now() - this.#heardAtMs < this.#pingEveryMs / 2) return;
    this.#unanswered += 1;
    if (this.#unanswered > PINGS_UNANSWERED_MAX) {
      this.giveUp();
      return;
    }
    this.#reply('PingRequest');
    this.#pings.push(() => {});
  }

  async #await(type: string, withinMs: number, begin: () => void): Promise<Received> {
    let timer: NodeJS.Timeout | undefined;
    let waiter: Waiter | undefined;
    try {
      return await new Promise<Received>((resolve, reject) => {
        timer = setTimeout(() => reject(silent(this.#address)), withinMs);
        waiter = { type, done: resolve, failed: reject };
        this.#waiters.add(waiter);
        begin();
      });
    } finally {
      clearTimeout(timer);
      if (waiter !== undefined) this.#waiters.delete(waiter);
    }
  }

  /** Ends it for this reason, once. */
  #end(error: HubError): void {
    if (this.#error !== null) return;
    this.#error = error;
    clearInterval(this.#pinger);
    this.#unread = [];
    this.#unreadBytes = 0;
    const { helper } = this.#framing;
    helper.socket.end();
    setTimeout(() => {
      helper.socket.destroy();
      this.#framing.free();
    }, LINGER_MS).unref();
    for (const waiter of [...this.#waiters]) waiter.failed(error);
    for (const settle of this.#pings.splice(0)) settle(error);
    this.#refused(error);
    if (this.#isReady) this.#tellLost();
  }

  #tellLost(): void {
    const onLost = this.#onLost;
    this.#onLost = () => {};
    if (this.#error !== null) onLost(this.#error);
  }

  /** Plain devices begin with 0, encrypted ones with 1, and refuse the other kind with their own. */
  #problemOfFirst(byte: number | undefined): HubError | null {
    const isEncrypted = this.#options.key !== null;
    if (byte === (isEncrypted ? 1 : 0)) return null;
    if (byte === 1) return keyNeeded(this.#address);
    return byte === 0 ? keyUnwanted(this.#address) : notEsphome(this.#address);
  }

  #problemOf(error: unknown): HubError {
    const { code, message } = error as Partial<NodeJS.ErrnoException>;
    const said = message ?? String(error);
    // "Handshake MAC failure" from the device, NOISE_ERROR_MAC_FAILURE from our own side.
    if (/MAC.failure/i.test(said) && !this.#isReady) return keyWrong(this.#address);
    if (code === 'EPIPE' || code === 'ECONNRESET') return this.#problemOfClose();
    if (code !== undefined && !this.#isBegun) return unreachable(this.#address, error);
    if (!this.#isReady) return notEsphome(this.#address);
    return nonsense(this.#address, error);
  }

  #problemOfClose(): HubError {
    return this.#isBegun ? lost(this.#address) : hungUp(this.#address);
  }
}
