// One Shelly that belongs to the home: keeps a connection to it, tells what it says, sends what it is told, and says
// why it is out of reach when it is.
import { HubError, type Problem, toProblem, UnreachableError } from '../../../hub/model/errors.ts';
import { type NodeAddress, nodeAddress } from '../../../hub/model/identifiers.ts';
import type { AdapterCommand, AdapterContext } from '../../contract/adapter.ts';
import { type LanAddress, parseLanAddress } from '../lan-address.ts';
import {
  type Conversion,
  convert,
  type DeviceInfo,
  describe,
  parseInfo,
  pressesOf,
  requestOf,
  valuesOf,
} from './convert.ts';
import type { KnownDevice } from './known-device.ts';
import { type Credential, isJson, type Json, Rpc } from './rpc.ts';

/** Of the device's web server, where the address names none. */
export const PORT = 80;
const ASK_WITHIN_MS = 5_000;
const COMMAND_WITHIN_MS = 4_000;
const RECONNECT_MIN_MS = 1_000;
const RECONNECT_MAX_MS = 60_000;
const WRONG_PASSWORD_RETRY_MS = 300_000;

/** A connection with all that the device said of itself at its start. */
export interface Opened {
  readonly rpc: Rpc;
  readonly info: DeviceInfo;
  readonly status: Json;
  readonly config: Json;
}

/** What a connection calls back, put in place once its device is known. */
export interface Listener {
  notified: (method: string, params: Json) => void;
  lost: (error: HubError) => void;
}

/**
 * Connects and asks a device what it is.
 * @throws HubError in words for the household, whatever goes wrong
 */
export async function openDevice(
  address: LanAddress,
  credential: Credential,
  listener: Listener,
): Promise<Opened> {
  const rpc = await Rpc.connect(address, credential, {
    notified: (method, params) => listener.notified(method, params),
    lost: (error) => listener.lost(error),
  });
  try {
    const info = parseInfo(await rpc.request('Shelly.GetDeviceInfo', {}, ASK_WITHIN_MS));
    if (info.generation < 2) {
      throw new HubError('unsupported', `The Shelly at ${address.text} is of the first generation`);
    }
    const status = await rpc.request('Shelly.GetStatus', {}, ASK_WITHIN_MS);
    const config = await rpc.request('Shelly.GetConfig', {}, ASK_WITHIN_MS);
    return { rpc, info, status, config };
  } catch (error) {
    rpc.close();
    throw error;
  }
}

export class ShellyDevice {
  readonly node: NodeAddress;
  readonly #context: AdapterContext;
  readonly #changed: () => void;
  readonly #address: LanAddress;
  #known: KnownDevice;
  #conversion: Conversion;
  #rpc: Rpc | null = null;
  #isStopped = false;
  #isOnline: boolean | null = null;
  #lastReason = '';
  #failures = 0;
  #timer: NodeJS.Timeout | undefined;

  /** @param changed told when what is to be kept has changed */
  constructor(context: AdapterContext, known: KnownDevice, changed: () => void) {
    this.#context = context;
    this.#known = known;
    this.#changed = changed;
    this.#address = parseLanAddress(known.address, PORT);
    this.node = nodeAddress(known.info.id);
    this.#conversion = convert(known.status, known.config);
  }

  get known(): KnownDevice {
    return this.#known;
  }

  get isOnline(): boolean {
    return this.#isOnline === true;
  }

  describe(): void {
    this.#context.described(this.description());
  }

  description() {
    return describe(this.#context.id, this.node, this.#known.info, this.#conversion);
  }

  /** Begins to connect, or goes on with the connection that pairing made. */
  start(opened: Opened | null = null, listener: Listener | null = null): void {
    if (opened !== null && listener !== null) this.#opened(opened, listener);
    else void this.#connect();
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    this.#rpc?.close();
    this.#rpc = null;
  }

  /** @throws HubError for what cannot be sent at all */
  async send({ id, body, timeoutMs }: AdapterCommand): Promise<void> {
    const { method, params } = requestOf(this.#conversion, body);
    const rpc = this.#online();
    this.#context.outcome(id, 'sent', null);
    try {
      await rpc.request(method, params, Math.min(timeoutMs, COMMAND_WITHIN_MS));
      this.#context.outcome(id, 'acknowledged', null);
    } catch (error) {
      const problem = this.#named(toProblem(error));
      const isSilent = problem.code === 'timed-out';
      this.#context.outcome(id, isSilent ? 'timedOut' : 'failed', problem);
      if (isSilent && this.#rpc === rpc) {
        rpc.close();
        this.#lost(rpc, toProblem(error));
      }
    }
  }

  /** Asks for its whole status. @throws HubError */
  async refresh(): Promise<void> {
    const status = await this.#online().request('Shelly.GetStatus', {}, ASK_WITHIN_MS);
    this.#context.report(this.node, valuesOf(this.#conversion, status), 'read');
  }

  #online(): Rpc {
    if (this.#rpc !== null) return this.#rpc;
    throw new UnreachableError(this.#lastReason || `${this.#name} is not connected`, {
      hint: 'Check that it has power and is in reach of the Wi-Fi.',
    });
  }

  get #name(): string {
    return this.#context.nameOf(this.node) ?? this.node;
  }

  #named(problem: Problem): Problem {
    const named = (text: string): string => text.replaceAll(this.#address.text, () => this.#name);
    const { message, zh } = problem;
    return {
      ...problem,
      message: named(message),
      ...(zh === undefined ? {} : { zh: { ...zh, message: named(zh.message) } }),
    };
  }

  async #connect(): Promise<void> {
    const listener: Listener = { notified: () => {}, lost: () => {} };
    const { passwordDigest } = this.#known;
    const credential: Credential =
      passwordDigest === null ? { kind: 'none' } : { kind: 'digest', digest: passwordDigest };
    try {
      const opened = await openDevice(this.#address, credential, listener);
      if (opened.info.id !== this.#known.info.id) {
        opened.rpc.close();
        throw new HubError('conflict', `Another device answers at ${this.#address.text}`, {
          hint: 'The router may have given the address away: add the device again with its new address.',
          zh: {
            message: `${this.#address.text} 上应答的是另一个设备`,
            hint: '路由器可能把地址给了别的设备：请用新地址重新添加。',
          },
        });
      }
      if (this.#isStopped) opened.rpc.close();
      else this.#opened(opened, listener);
    } catch (error) {
      this.#failed(toProblem(error));
    }
  }

  #opened({ rpc, info, status, config }: Opened, listener: Listener): void {
    this.#rpc = rpc;
    this.#failures = 0;
    listener.notified = (method, params) => this.#notified(method, params);
    listener.lost = (error) => this.#lost(rpc, toProblem(error));
    const conversion = convert(status, config);
    const before = JSON.stringify(this.description());
    const { passwordDigest } = this.#known;
    this.#known = {
      ...this.#known,
      info,
      status,
      config,
      passwordDigest: rpc.passwordDigest ?? passwordDigest,
    };
    this.#conversion = conversion;
    if (JSON.stringify(this.description()) !== before) {
      this.describe();
      this.#changed();
    }
    this.#setOnline();
    this.#context.report(this.node, valuesOf(conversion, status), 'reconnect');
  }

  #notified(method: string, params: Json): void {
    if (method === 'NotifyEvent') {
      const events: readonly unknown[] = Array.isArray(params.events) ? params.events : [];
      for (const event of events.slice(0, EVENTS_MAX)) {
        if (!isJson(event)) continue;
        if (event.event === 'config_changed') void this.#readAnew();
        for (const press of pressesOf(this.#conversion, { event })) this.#press(press);
      }
      return;
    }
    if (method !== 'NotifyStatus' && method !== 'NotifyFullStatus') return;
    const values = valuesOf(this.#conversion, params);
    if (Object.keys(values).length > 0) this.#context.report(this.node, values, 'report');
    if (method === 'NotifyStatus') {
      for (const press of pressesOf(this.#conversion, { status: params })) this.#press(press);
    }
  }

  #press({ key, value }: { key: Parameters<AdapterContext['event']>[1]; value: string }): void {
    this.#context.event(this.node, key, value);
  }

  async #readAnew(): Promise<void> {
    const rpc = this.#rpc;
    if (rpc === null) return;
    try {
      const config = await rpc.request('Shelly.GetConfig', {}, ASK_WITHIN_MS);
      this.#conversion = convert(this.#known.status, config);
      this.#known = { ...this.#known, config };
      this.#changed();
      this.describe();
    } catch (error) {
      this.#context.log('debug', `${this.node}: ${toProblem(error).message}`);
    }
  }

  #setOnline(): void {
    if (this.#isOnline === true) return;
    this.#isOnline = true;
    this.#lastReason = '';
    this.#context.availability(this.node, true, null);
  }

  #lost(rpc: Rpc, problem: Problem): void {
    if (this.#rpc !== rpc) return;
    this.#rpc = null;
    this.#failed(problem);
  }

  #failed(problem: Problem): void {
    if (this.#isStopped) return;
    const { message, hint } = this.#named(problem);
    const reason = hint === null ? message : `${message}. ${hint}`;
    if (this.#isOnline !== false || reason !== this.#lastReason) {
      this.#isOnline = false;
      this.#lastReason = reason;
      this.#context.availability(this.node, false, reason);
      this.#context.log('warn', `${this.node} is offline: ${message}`);
    }
    this.#failures += 1;
    const doubled = RECONNECT_MIN_MS * 2 ** Math.min(10, this.#failures - 1);
    const ceilingMs =
      problem.code === 'forbidden' ? WRONG_PASSWORD_RETRY_MS : Math.min(RECONNECT_MAX_MS, doubled);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(
      () => void this.#connect(),
      ceilingMs / 2 + Math.random() * (ceilingMs / 2),
    );
  }
}

/** Presses in one notification. */
const EVENTS_MAX = 32;
