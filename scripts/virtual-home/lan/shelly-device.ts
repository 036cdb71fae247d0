// An emulated Shelly of the second generation: RPC over a WebSocket with digest authentication, the components that its
// model names, and what they push by themselves. It is written from Shelly's own documentation.
// Spec: https://shelly-api-docs.shelly.cloud/gen2/General/RPCProtocol.
import { createHash, randomInt } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { WebSocket, WebSocketServer } from 'ws';
import { Timers } from '../timers.ts';
import type { Fields, ShellyModel } from './model.ts';
import { loadOf, METHODS, type MethodTarget, Refusal, setOutput } from './shelly-methods.ts';

const NOTIFY_POWER_EVERY_MS = 5_000;
/** Added components in one answer. */
const PAGE = 5;

export class ShellyDevice implements MethodTarget {
  readonly model: ShellyModel;
  status: Record<string, Fields>;
  config: Fields;
  /** What is wrong with it, for tests and the demo's faults. */
  readonly fault = { delayMs: 0, isTalkingNonsense: false };
  /** Requests that it has answered, newest last; the last 200. */
  readonly requests: { method: string; params: Fields }[] = [];
  password: string | null;
  /** Answers that did not fit their challenge. */
  wrongAnswers = 0;
  readonly #timers = new Timers();
  readonly #clients = new Map<WebSocket, string>();
  readonly #nonces = new Set<number>();
  #server: Server | null = null;
  #port = 0;
  #stopMoving: (() => void) | null = null;

  constructor(model: ShellyModel) {
    this.model = model;
    this.password = model.password;
    const added = model.added ?? [];
    const field = (name: 'status' | 'config') =>
      Object.fromEntries(added.map((one) => [one.key, one[name]]));
    this.status = structuredClone({ ...model.status, ...field('status') });
    this.config = structuredClone({ ...model.config, ...field('config') });
  }

  get id(): string {
    return this.model.info.id;
  }

  get port(): number {
    return this.#port;
  }

  get loadWatts(): number {
    return this.model.loadWatts;
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

  /** Starts anew as what it was set up to be, such as a cover where two switches were. */
  async become(change: { status: Record<string, Fields>; config: Fields }): Promise<void> {
    await this.unplug();
    this.status = structuredClone(change.status);
    this.config = structuredClone(change.config);
    await this.start();
  }

  /** Wakes, calls where it was told to, says all that it knows, and goes back to sleep after a while. */
  async wake(change: Record<string, Fields>, awakeMs = 300): Promise<void> {
    for (const [key, own] of Object.entries(change)) {
      this.status[key] = { ...this.status[key], ...own };
    }
    const { ws } = this.config as { ws?: { server?: string } };
    const socket = new WebSocket(ws?.server ?? '');
    await new Promise<void>((resolve, reject) => {
      socket.once('open', resolve);
      socket.once('error', reject);
    });
    this.#clients.set(socket, 'ws');
    socket.on('message', (data) => this.#received(socket, data.toString()));
    socket.on('close', () => this.#clients.delete(socket));
    const params = { ts: Date.now() / 1_000, ...this.status };
    socket.send(JSON.stringify({ src: this.id, dst: 'ws', method: 'NotifyFullStatus', params }));
    this.#timers.after(awakeMs, () => socket.close());
  }

  /** No challenge of before is good any more, as after an hour or a restart. */
  forgetNonces(): void {
    this.#nonces.clear();
  }

  /** Somebody presses its own button or an input's: `single_push`, …, or turns an input of a switch. */
  press(input = 0, event = 'single_push'): void {
    const component = `input:${input}`;
    const state = this.status[component];
    if (state === undefined) {
      this.toggle();
    } else if (typeof state.state === 'boolean') {
      this.change(component, { state: !state.state });
      this.toggle();
    } else {
      this.tell(component, event, { id: input });
    }
  }

  /** Turns its switch or light over, as by its own button. */
  toggle(): void {
    const key = ['switch:0', 'light:0'].find((each) => this.status[each] !== undefined);
    if (key !== undefined) setOutput(this, key, this.status[key]?.output !== true, 'button');
  }

  /** Sends bytes that are no RPC to everybody who is connected. */
  garble(text: string | Buffer): void {
    for (const socket of this.#clients.keys()) socket.send(text);
  }

  change(key: string, change: Fields): void {
    const component = { ...this.status[key], ...change };
    this.status[key] = component;
    const id = component.id === undefined ? {} : { id: component.id };
    this.push('NotifyStatus', { ts: Date.now() / 1_000, [key]: { ...id, ...change } });
  }

  tell(component: string, event: string, more: Fields = {}): void {
    const ts = Date.now() / 1_000;
    this.push('NotifyEvent', { ts, events: [{ component, ...more, event, ts }] });
  }

  push(method: string, params: Fields): void {
    for (const [socket, dst] of this.#clients) {
      // A device tells only those who have spoken to it.
      if (dst !== '') socket.send(JSON.stringify({ src: this.id, dst, method, params }));
    }
  }

  /** Adds a component, as on the device's own page, and says so. */
  add(key: string, status: Fields, config: Fields): void {
    this.status[key] = status;
    this.config[key] = config;
    this.tell('sys', 'component_added', { target: key });
  }

  /** Takes a component away that was added. */
  take(key: string): void {
    delete this.status[key];
    delete this.config[key];
    this.tell('sys', 'component_removed', { target: key });
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
        const result = this.#handle(frame);
        socket.send(JSON.stringify({ ...head, result: result ?? null }));
      } catch (error) {
        const code = error instanceof Refusal ? error.code : -103;
        const message = error instanceof Error ? error.message : String(error);
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
    switch (method) {
      case 'Shelly.GetDeviceInfo':
        return this.#info();
      case 'Shelly.GetStatus':
        return this.#always(this.status, {
          sys: { uptime: 1_234, unixtime: Math.floor(Date.now() / 1_000), restart_required: false },
        });
      case 'Shelly.GetConfig':
        return this.#always(this.config as Record<string, Fields>, {
          sys: { device: { name: null } },
        });
      case 'Shelly.GetComponents':
        return this.#components(Number(params.offset ?? 0));
    }
    const handler = Object.hasOwn(METHODS, method) ? METHODS[method] : undefined;
    if (handler === undefined) throw new Refusal(404, `No handler for ${method}`);
    return handler(this, params);
  }

  /** What is not added by people: that is told of apart. */
  #always(all: Record<string, Fields>, own: Record<string, Fields>): Fields {
    const entries = Object.entries(all).filter(([key]) => !isAdded(key));
    return { ...own, ...Object.fromEntries(entries) };
  }

  #components(offset: number): Fields {
    if (this.model.added === undefined)
      throw new Refusal(404, 'No handler for Shelly.GetComponents');
    const attributes = new Map(this.model.added.map(({ key, attrs }) => [key, attrs]));
    const keys = Object.keys(this.status).filter(isAdded);
    const components = keys.slice(offset, offset + PAGE).map((key) => {
      const attrs = attributes.get(key);
      const { status, config } = this;
      return { key, status: status[key], config: config[key], ...(attrs ? { attrs } : {}) };
    });
    return { components, cfg_rev: 12, offset, total: keys.length };
  }

  #authenticate(auth: Fields | undefined): void {
    if (this.password === null) return;
    const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
    const first = sha256(`admin:${this.id}:${this.password}`);
    const second = sha256('dummy_method:dummy_uri');
    const nonce = Number(auth?.nonce);
    const expected = sha256(`${first}:${nonce}:1:${auth?.cnonce}:auth:${second}`);
    if (auth?.response === expected && this.#nonces.has(nonce)) return;
    if (auth !== undefined && this.#nonces.has(nonce)) this.wrongAnswers += 1;
    const fresh = randomInt(1, 2 ** 31);
    this.#nonces.add(fresh);
    const challenge = { auth_type: 'digest', nonce: fresh, nc: 1, realm: this.id };
    throw new Refusal(401, JSON.stringify({ ...challenge, algorithm: 'SHA-256' }));
  }

  move(key: string, to: number): null {
    const cover = this.status[key] ?? {};
    if (!(to >= 0 && to <= 100)) throw new Refusal(-105, `Argument 'pos', value ${to} is invalid!`);
    this.#stopMoving?.();
    const from = Number(cover.current_pos ?? (cover.state === 'open' ? 100 : 0));
    if (from === to) return null;
    const hasPosition = cover.pos_control === true;
    const travelMs = (Math.abs(to - from) / 100) * (this.model.travelMs ?? 10_000);
    this.change(key, {
      state: to > from ? 'opening' : 'closing',
      ...(hasPosition ? { target_pos: to } : {}),
      ...loadOf(this, key, this.model.loadWatts),
    });
    const startedMs = performance.now();
    const stopTicks = this.#timers.every(1_000, () => {
      const done = (performance.now() - startedMs) / travelMs;
      const position = Math.round(from + (to - from) * Math.min(1, done));
      if (hasPosition) this.change(key, { current_pos: position });
    });
    const stopEnd = this.#timers.after(travelMs, () => {
      stopTicks();
      if (hasPosition) this.change(key, { current_pos: to });
      this.#rest(key, to);
    });
    this.#stopMoving = () => {
      stopTicks();
      stopEnd();
    };
    return null;
  }

  halt(key: string): void {
    this.#rest(key, this.status[key]?.current_pos);
  }

  #rest(key: string, position: unknown): void {
    this.#stopMoving?.();
    this.#stopMoving = null;
    const state = position === 100 ? 'open' : position === 0 ? 'closed' : 'stopped';
    const end = this.status[key]?.pos_control === true ? { target_pos: null } : {};
    this.change(key, { state, ...end, ...loadOf(this, key, 0) });
  }

  #meter(): void {
    for (const [key, component] of Object.entries(this.status)) {
      const watts = Number(component.apower ?? 0);
      if (watts <= 0 || key.startsWith('cover')) continue;
      const { total = 0 } = (component.aenergy ?? {}) as { total?: number };
      const swing = 1 + Math.sin(performance.now() / 7_000) * 0.02;
      this.change(key, {
        ...loadOf(this, key, this.model.loadWatts * swing),
        aenergy: {
          total: Math.round((total + (watts * NOTIFY_POWER_EVERY_MS) / 3.6e6) * 1e3) / 1e3,
        },
      });
    }
  }
}

/** What people add has numbers from 200 on. */
function isAdded(key: string): boolean {
  return Number(key.split(':')[1]) >= 200;
}
