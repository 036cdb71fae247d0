// An emulated Shelly of the second generation: RPC over a WebSocket with digest authentication, a switch, a light, a
// cover, inputs, and what they push by themselves. It is written from Shelly's own documentation.
// Spec: https://shelly-api-docs.shelly.cloud/gen2/General/RPCProtocol.
import { createHash, randomInt } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { type WebSocket, WebSocketServer } from 'ws';
import { Timers } from '../timers.ts';
import type { Fields, ShellyModel } from './model.ts';

interface RpcError {
  readonly code: number;
  readonly message: string;
}

class Refusal extends Error {
  readonly code: number;
  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

const NOTIFY_POWER_EVERY_MS = 5_000;

export class ShellyDevice {
  readonly model: ShellyModel;
  readonly status: Record<string, Fields>;
  /** What is wrong with it, for tests and the demo's faults. */
  readonly fault = { delayMs: 0, isTalkingNonsense: false };
  /** Requests that it has answered, newest last; the last 200. */
  readonly requests: { method: string; params: Fields }[] = [];
  password: string | null;
  readonly #timers = new Timers();
  readonly #clients = new Map<WebSocket, string>();
  readonly #nonces = new Set<number>();
  #server: Server | null = null;
  #port = 0;
  #stopMoving: (() => void) | null = null;

  constructor(model: ShellyModel) {
    this.model = model;
    this.password = model.password;
    this.status = structuredClone(model.status);
  }

  get id(): string {
    return this.model.info.id;
  }

  get port(): number {
    return this.#port;
  }

  get isListening(): boolean {
    return this.#server !== null;
  }

  get connections(): number {
    return this.#clients.size;
  }

  /** Listens on 127.0.0.1 unless told otherwise; again on the same port after `unplug`. */
  async start(port = this.#port, host = '127.0.0.1'): Promise<void> {
    const server = createServer((request, response) => {
      const isInfo = request.url === '/shelly';
      response.writeHead(isInfo ? 200 : 404, { 'content-type': 'application/json' });
      response.end(JSON.stringify(isInfo ? this.#info() : { error: 'no such page' }));
    });
    const sockets = new WebSocketServer({ server, path: '/rpc', maxPayload: 64 * 1024 });
    sockets.on('connection', (socket) => {
      this.#clients.set(socket, '');
      socket.on('message', (data) => this.#received(socket, data.toString()));
      socket.on('close', () => this.#clients.delete(socket));
      socket.on('error', () => socket.terminate());
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, host, resolve);
    });
    const address = server.address();
    this.#port = typeof address === 'object' && address !== null ? address.port : 0;
    this.#server = server;
    this.#timers.every(NOTIFY_POWER_EVERY_MS, () => this.#meter());
  }

  /** Takes its power away: connections break, nothing answers. */
  async unplug(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    for (const socket of this.#clients.keys()) socket.terminate();
    if (server === null) return;
    server.closeAllConnections();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  }

  async stop(): Promise<void> {
    this.#timers.stop();
    await this.unplug();
  }

  /** Somebody presses its own button or an input's: `single_push`, …, or turns an input of a switch. */
  press(input = 0, event = 'single_push'): void {
    const component = `input:${input}`;
    const state = this.status[component];
    if (state === undefined) {
      this.toggle();
    } else if (typeof state.state === 'boolean') {
      this.#change(component, { state: !state.state });
      this.toggle();
    } else {
      const ts = Date.now() / 1_000;
      this.#push('NotifyEvent', { ts, events: [{ component, id: input, event, ts }] });
    }
  }

  /** Turns its switch or light over, as by its own button. */
  toggle(): void {
    const key = ['switch:0', 'light:0'].find((each) => this.status[each] !== undefined);
    if (key !== undefined) this.#setOutput(key, this.status[key]?.output !== true, 'button');
  }

  /** Sends bytes that are no RPC to everybody who is connected. */
  garble(text: string | Buffer): void {
    for (const socket of this.#clients.keys()) socket.send(text);
  }

  #info(): Fields {
    const auth = this.password !== null;
    return { ...this.model.info, auth_en: auth, auth_domain: auth ? this.id : null };
  }

  #received(socket: WebSocket, text: string): void {
    const answer = () => {
      if (this.fault.isTalkingNonsense) {
        socket.send('<html><body>It works!</body></html>');
        return;
      }
      const frame = JSON.parse(text) as Fields;
      const { id, src } = frame;
      if (typeof src === 'string') this.#clients.set(socket, src);
      const head = { id, src: this.id, dst: src };
      try {
        socket.send(JSON.stringify({ ...head, result: this.#handle(frame) }));
      } catch (error) {
        const { code, message }: RpcError =
          error instanceof Refusal ? error : { code: -103, message: String(error) };
        socket.send(JSON.stringify({ ...head, error: { code, message } }));
      }
    };
    if (this.fault.delayMs > 0) this.#timers.after(this.fault.delayMs, answer);
    else answer();
  }

  #handle(frame: Fields): unknown {
    const method = String(frame.method);
    const params = (frame.params ?? {}) as Fields;
    if (method !== 'Shelly.GetDeviceInfo') this.#authenticate(frame.auth as Fields | undefined);
    this.requests.push({ method, params });
    if (this.requests.length > 200) this.requests.shift();
    const id = Number(params.id ?? 0);
    switch (method) {
      case 'Shelly.GetDeviceInfo':
        return this.#info();
      case 'Shelly.GetStatus':
        return { sys: { uptime: 1_234, restart_required: false }, ...this.status };
      case 'Shelly.GetConfig':
        return { sys: { device: { name: null } }, ...this.model.config };
      case 'Switch.Set':
        return this.#setOutput(this.#component('switch', id), params.on === true, 'WS_in');
      case 'Light.Set': {
        const key = this.#component('light', id);
        if (typeof params.brightness === 'number') {
          this.#change(key, { brightness: Math.round(params.brightness) });
        }
        return typeof params.on === 'boolean' ? this.#setOutput(key, params.on, 'WS_in') : null;
      }
      case 'Cover.GoToPosition':
        return this.#move(this.#component('cover', id), Number(params.pos));
      case 'Cover.Open':
        return this.#move(this.#component('cover', id), 100);
      case 'Cover.Close':
        return this.#move(this.#component('cover', id), 0);
      case 'Cover.Stop':
        this.#halt(this.#component('cover', id));
        return null;
      default:
        throw new Refusal(404, `No handler for ${method}`);
    }
  }

  #authenticate(auth: Fields | undefined): void {
    if (this.password === null) return;
    const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
    const first = sha256(`admin:${this.id}:${this.password}`);
    const second = sha256('dummy_method:dummy_uri');
    const nonce = Number(auth?.nonce);
    const expected = sha256(`${first}:${nonce}:1:${auth?.cnonce}:auth:${second}`);
    if (auth?.response === expected && this.#nonces.has(nonce)) return;
    const fresh = randomInt(1, 2 ** 31);
    this.#nonces.add(fresh);
    const challenge = { auth_type: 'digest', nonce: fresh, nc: 1, realm: this.id };
    throw new Refusal(401, JSON.stringify({ ...challenge, algorithm: 'SHA-256' }));
  }

  #component(kind: string, id: number): string {
    const key = `${kind}:${id}`;
    if (this.status[key] === undefined) {
      throw new Refusal(-105, `Argument 'id', value ${id} not found!`);
    }
    return key;
  }

  #setOutput(key: string, isOn: boolean, source: string): Fields {
    const was = this.status[key]?.output;
    const watts = isOn ? this.model.loadWatts : 0;
    this.#change(key, { output: isOn, source, ...this.#load(key, watts) });
    return { was_on: was };
  }

  #load(key: string, watts: number): Fields {
    const brightness = Number(this.status[key]?.brightness ?? 100);
    const apower = Math.round(watts * (brightness / 100) * 10) / 10;
    return { apower, current: Math.round((apower / 230) * 1_000) / 1_000 };
  }

  #move(key: string, to: number): null {
    const cover = this.status[key] ?? {};
    if (!(to >= 0 && to <= 100)) throw new Refusal(-105, `Argument 'pos', value ${to} is invalid!`);
    this.#stopMoving?.();
    const from = Number(cover.current_pos);
    if (from === to) return null;
    const travelMs = (Math.abs(to - from) / 100) * (this.model.travelMs ?? 10_000);
    this.#change(key, {
      state: to > from ? 'opening' : 'closing',
      target_pos: to,
      ...this.#load(key, this.model.loadWatts),
    });
    const startedMs = performance.now();
    const stopTicks = this.#timers.every(1_000, () => {
      const done = (performance.now() - startedMs) / travelMs;
      this.#change(key, { current_pos: Math.round(from + (to - from) * Math.min(1, done)) });
    });
    const stopEnd = this.#timers.after(travelMs, () => {
      stopTicks();
      this.#change(key, { current_pos: to });
      this.#halt(key);
    });
    this.#stopMoving = () => {
      stopTicks();
      stopEnd();
    };
    return null;
  }

  #halt(key: string): void {
    this.#stopMoving?.();
    this.#stopMoving = null;
    const position = this.status[key]?.current_pos;
    const state = position === 100 ? 'open' : position === 0 ? 'closed' : 'stopped';
    this.#change(key, { state, target_pos: null, ...this.#load(key, 0) });
  }

  #meter(): void {
    for (const [key, component] of Object.entries(this.status)) {
      const watts = Number(component.apower ?? 0);
      if (watts <= 0 || key.startsWith('cover')) continue;
      const { total = 0 } = (component.aenergy ?? {}) as { total?: number };
      const swing = 1 + Math.sin(performance.now() / 7_000) * 0.02;
      this.#change(key, {
        ...this.#load(key, this.model.loadWatts * swing),
        aenergy: {
          total: Math.round((total + (watts * NOTIFY_POWER_EVERY_MS) / 3.6e6) * 1e3) / 1e3,
        },
      });
    }
  }

  #change(key: string, change: Fields): void {
    const component = { ...this.status[key], ...change };
    this.status[key] = component;
    this.#push('NotifyStatus', {
      ts: Date.now() / 1_000,
      [key]: { id: component.id, ...change },
    });
  }

  #push(method: string, params: Fields): void {
    for (const [socket, dst] of this.#clients) {
      // A device tells only those who have spoken to it.
      if (dst !== '') socket.send(JSON.stringify({ src: this.id, dst, method, params }));
    }
  }
}
