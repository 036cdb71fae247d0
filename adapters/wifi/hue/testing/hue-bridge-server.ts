// An emulated Hue bridge: HTTPS with its own certificate, the button on it, the resources of CLIP API v2 and the stream
// of their events, its limits, and faults on request. It is written from Signify's own documentation and from what real
// bridges were seen to answer.
// Spec: https://developers.meethue.com/develop/hue-api-v2/.
import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { FaultyServer, type Place, send } from '../../testing/faulty-server.ts';
import { bridgeItself, type Fields, type Thing } from './hue-things.ts';
import { type KeyAndCertificate, selfSigned } from './self-signed.ts';

/** A request that was answered. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly body: Fields;
  /** Of a request for the stream. */
  readonly lastEventId: string | undefined;
  readonly atMs: number;
}

const REPLAYED_MAX = 15;
const AT_ONCE_MAX = 3;
const REQUESTS_KEPT = 1_000;
const APART = ['color', 'dimming', 'on', 'color_temperature', 'effects', 'timed_effects'];

export class HueBridgeServer {
  readonly id: string;
  readonly resources = new Map<string, Fields>();
  readonly requests: SeenRequest[] = [];
  readonly #plug = new FaultyServer();
  readonly fault = this.#plug.fault;
  /** Presses of the button on it that have not been used yet. */
  #pressedUntilMs = 0;
  #certificate: KeyAndCertificate;
  readonly #keys = new Set<string>();
  readonly #streams = new Set<ServerResponse>();
  readonly #frames: { id: string; text: string }[] = [];
  #frameCount = 0;
  #atOnce = 0;

  constructor(id = 'ecb5fafffe123456') {
    this.id = id;
    this.#certificate = selfSigned(id);
    for (const own of bridgeItself(id)) this.resources.set(String(own.id), own);
  }

  get address(): string {
    return this.#plug.address;
  }

  /** The application keys that it has given. */
  get keys(): readonly string[] {
    return [...this.#keys];
  }

  get streams(): number {
    return this.#streams.size;
  }

  /** Listens on 127.0.0.1, or at this place; again at the same after `unplug`. */
  async start(place?: Place): Promise<void> {
    const { key, cert } = this.#certificate;
    const server = createServer({ key, cert }, (request, response) => {
      void this.#answer(request, response).catch(() => response.destroy());
    });
    server.on('tlsClientError', () => {});
    await this.#plug.plugIn(server, place);
  }

  /** Takes its power away: connections break, nothing answers. */
  async unplug(): Promise<void> {
    this.#streams.clear();
    await this.#plug.unplug();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.unplug();
  }

  /** Somebody presses the button on it; it counts for 30 s. */
  pressButton(): void {
    this.#pressedUntilMs = performance.now() + 30_000;
  }

  /** Its owner takes all apps out of its list. */
  revokeKeys(): void {
    this.#keys.clear();
  }

  /** As after a reset: from the next start on it shows another certificate. */
  renewCertificate(commonName = this.id): void {
    this.#certificate = selfSigned(commonName);
  }

  /** Breaks the streams alone off, as a bridge does now and then. */
  dropStreams(): void {
    for (const stream of this.#streams) stream.destroy();
    this.#streams.clear();
  }

  /** A device joins, with word of it where somebody listens. */
  add(...things: readonly (Thing | readonly Fields[])[]): void {
    const added = things.flatMap((thing) => ('resources' in thing ? thing.resources : thing));
    for (const own of added) this.resources.set(String(own.id), structuredClone(own));
    this.#push('add', added);
  }

  /** A device is removed in the Hue app. */
  take(thing: Thing): void {
    const gone = thing.resources.map(({ id, type }) => ({ id, type }));
    for (const { id } of gone) this.resources.delete(String(id));
    this.#push('delete', gone);
  }

  /** Something changes by itself: a lamp, a sensor, a name. */
  change(id: string, part: Fields): void {
    const own = this.resources.get(id);
    if (own === undefined) throw new RangeError(`there is no ${id}`);
    merge(own, part);
    this.#push('update', [{ id, type: own.type, owner: own.owner, ...part }]);
  }

  /** A press or a turn: told, and not kept as a state that is asked for. */
  press(id: string, event: string, updated = new Date().toISOString()): void {
    this.change(id, { button: { last_event: event, button_report: { updated, event } } });
  }

  /** A press of another time. */
  pressAt(id: string, event: string, at: Date): void {
    const button = { last_event: event, button_report: { updated: at.toISOString(), event } };
    this.changeSilently(id, { button });
    this.#push('update', [{ id, type: 'button', button }], at);
  }

  /** Changes without a word, as what happens while no stream stands. */
  changeSilently(id: string, part: Fields): void {
    const own = this.resources.get(id);
    if (own !== undefined) merge(own, part);
  }

  /** Sends these very bytes on the stream. */
  garble(text: string): void {
    for (const stream of this.#streams) stream.write(text);
  }

  /** The text of a message as the stream carries it. */
  static frame(id: string, messages: unknown): string {
    return `id: ${id}\ndata: ${JSON.stringify(messages)}\n\n`;
  }

  #push(type: string, data: readonly Fields[], creation = new Date()): void {
    this.#frameCount += 1;
    const id = `${Math.floor(Date.now() / 1_000)}:${this.#frameCount}`;
    const creationtime = `${creation.toISOString().slice(0, 19)}Z`;
    const message = { creationtime, data, id: randomBytes(8).toString('hex'), type };
    const text = HueBridgeServer.frame(id, [message]);
    this.#frames.push({ id, text });
    if (this.#frames.length > REPLAYED_MAX) this.#frames.shift();
    for (const stream of this.#streams) stream.write(text);
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? '';
    const method = request.method ?? 'GET';
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const text = Buffer.concat(parts).toString();
    const body = (text === '' ? {} : JSON.parse(text)) as Fields;
    const lastEventId = request.headers['last-event-id']?.toString();
    this.requests.push({ method, path, body, lastEventId, atMs: performance.now() });
    if (this.requests.length > REQUESTS_KEPT) this.requests.shift();
    if (await this.#plug.isSpoilt(response)) return;
    if (path.startsWith('/eventstream/')) {
      this.#stream(request, response);
      return;
    }
    this.#atOnce += 1;
    try {
      const [status, answer] =
        this.#atOnce > AT_ONCE_MAX
          ? ([429, {}] as const)
          : this.#route(method, path, body, request);
      await this.#plug.answer(response, status, answer);
    } finally {
      this.#atOnce -= 1;
    }
  }

  #route(
    method: string,
    path: string,
    body: Fields,
    { headers }: IncomingMessage,
  ): readonly [status: number, answer: unknown] {
    if (method === 'GET' && /^\/api\/[^/]*\/?config$/.test(path)) return [200, this.#config()];
    if (method === 'POST' && path === '/api') return [200, [this.#pair(body)]];
    const match = /^\/clip\/v2\/resource(?:\/([\w-]+))?(?:\/([\w-]+))?$/.exec(path);
    if (match === null) return [404, { errors: [{ description: 'Not Found' }], data: [] }];
    if (!this.#keys.has(String(headers['hue-application-key']))) {
      return [403, { errors: [{ description: 'unauthorized user' }], data: [] }];
    }
    const [, type, id] = match;
    if (method === 'PUT') return this.#put(type ?? '', id ?? '', body);
    const data = [...this.resources.values()].filter(
      (own) => (type === undefined || own.type === type) && (id === undefined || own.id === id),
    );
    return [200, { errors: [], data }];
  }

  #config(): Fields {
    return {
      name: 'Hue Bridge',
      datastoreversion: '172',
      swversion: '1966060010',
      apiversion: '1.66.0',
      mac: 'ec:b5:fa:12:34:56',
      bridgeid: this.id.toUpperCase(),
      factorynew: false,
      replacesbridgeid: null,
      modelid: 'BSB002',
      starterkitid: '',
    };
  }

  #pair({ devicetype }: Fields): Fields {
    if (typeof devicetype !== 'string') {
      return {
        error: { type: 5, address: '/', description: 'invalid/missing parameters in body' },
      };
    }
    if (performance.now() > this.#pressedUntilMs) {
      return { error: { type: 101, address: '', description: 'link button not pressed' } };
    }
    this.#pressedUntilMs = 0;
    const username = randomBytes(30).toString('base64url');
    this.#keys.add(username);
    return { success: { username, clientkey: randomBytes(16).toString('hex').toUpperCase() } };
  }

  #put(type: string, id: string, body: Fields): readonly [status: number, answer: unknown] {
    const own = this.resources.get(id);
    if (own === undefined || own.type !== type) {
      return [404, { errors: [{ description: 'Not Found' }], data: [] }];
    }
    if (this.#plug.isBusy()) return [503, 'Service unavailable'];
    const data = [{ rid: id, rtype: type }];
    if (type === 'light') {
      const error = this.#lightError(own, body);
      if (error !== null) return [207, { data, errors: [{ description: error }] }];
    }
    if (type === 'scene') {
      const { group, actions } = own as { group: { rid: string }; actions: { target: Fields }[] };
      for (const { target } of actions) this.change(String(target.rid), { on: { on: true } });
      this.changeSilently(group.rid, {});
      this.change(id, { status: { active: 'static' } });
    } else if (type !== 'device') this.change(id, this.#shown(own, body));
    return [200, { data, errors: [] }];
  }

  #lightError(own: Fields, body: Fields): string | null {
    const { rid } = own.owner as { rid: string };
    const links = [...this.resources.values()].filter(
      (each) => each.type === 'zigbee_connectivity' && (each.owner as Fields).rid === rid,
    );
    const [first = 'on'] = Object.keys(body);
    if (links.some(({ status }) => status !== 'connected')) {
      return `device (light) ${own.id} has communication issues, command (.${first}) may not have effect`;
    }
    const isOff = (own.on as Fields).on === false && body.on === undefined;
    const wanted = APART.find((name) => name !== 'on' && name in body);
    return isOff && wanted !== undefined
      ? `device (light) ${own.id} is "soft off", command (.${wanted}) may not have effect`
      : null;
  }

  /** What a lamp makes of a command: 254 steps of brightness, and no colour temperature beside a colour. */
  #shown(own: Fields, body: Fields): Fields {
    const shown: Fields = structuredClone(body);
    delete shown.dynamics;
    if (shown.dimming !== undefined) {
      const { brightness } = shown.dimming as { brightness: number };
      const step = Math.max(1, Math.round((brightness / 100) * 253));
      shown.dimming = { brightness: Math.round((step / 253) * 10_000) / 100 };
    }
    if (shown.color !== undefined && own.color_temperature !== undefined) {
      shown.color_temperature = { mirek: null, mirek_valid: false };
    } else if (shown.color_temperature !== undefined) {
      shown.color_temperature = { ...shown.color_temperature, mirek_valid: true };
    }
    for (const name of ['effects', 'timed_effects']) {
      const wanted = shown[name] as { effect: string } | undefined;
      if (wanted !== undefined) shown[name] = { status: wanted.effect };
    }
    return shown;
  }

  #stream(request: IncomingMessage, response: ServerResponse): void {
    if (!this.#keys.has(String(request.headers['hue-application-key']))) {
      send(response, 403, '');
      return;
    }
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
    response.write(': hi\n\n');
    const last = request.headers['last-event-id']?.toString() ?? '';
    const at = this.#frames.findIndex(({ id }) => id === last);
    // What is older than it remembers is left out without a word.
    const missed = last === '' ? [] : this.#frames.slice(at + 1);
    for (const { text } of missed) response.write(text);
    this.#streams.add(response);
    response.on('close', () => this.#streams.delete(response));
    response.on('error', () => {});
  }
}

function merge(own: Fields, part: Fields): void {
  for (const [name, value] of Object.entries(part)) {
    const isSection = typeof value === 'object' && value !== null && !Array.isArray(value);
    const before = own[name];
    const hasBefore = typeof before === 'object' && before !== null && !Array.isArray(before);
    if (isSection) own[name] = { ...(hasBefore ? before : {}), ...value };
    else own[name] = value;
  }
}
