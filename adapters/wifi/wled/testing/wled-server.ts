// An emulated WLED: its JSON API, the WebSocket on which it pushes, presets, segments, a nightlight, a live stream that
// takes it over, and faults on request. It is written from WLED's own documentation and the shapes of real devices.
// Spec: https://kno.wled.ge/interfaces/json-api/, https://kno.wled.ge/interfaces/websocket/.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type WebSocket, WebSocketServer } from 'ws';
import { FaultyServer, type Place } from '../../testing/faulty-server.ts';

export type Fields = Record<string, unknown>;

export interface WledServerOptions {
  readonly mac?: string;
  readonly name?: string;
  readonly version?: string;
  /** What each segment can: 1 colours, 2 white, 4 colour temperature. */
  readonly segments?: readonly number[];
  /** A build without the WebSocket. */
  readonly hasSocket?: boolean;
  /** Software that says neither `lc` nor `v`. */
  readonly isOld?: boolean;
  readonly presets?: Fields;
}

const EFFECTS = ['Solid', 'Blink', 'Breathe', 'Wipe', 'RSVD', 'Rainbow', '-', 'Fire 2012', 'Solid'];
const PALETTES = ['Default', '* Random Cycle', '* Color 1', 'Party', 'Ocean'];
const SEGMENT_LAMPS = 30;
const FRAME_BYTES_MAX = 1_450;

export class WledServer {
  readonly state: Fields;
  readonly info: Fields;
  presets: Fields;
  readonly effects = [...EFFECTS];
  readonly palettes: string[] | null = [...PALETTES];
  /** Bodies of the states that were set, newest last. */
  readonly posts: Fields[] = [];
  readonly #plug = new FaultyServer();
  readonly fault = this.#plug.fault;
  readonly #hasSocket: boolean;
  readonly #isOld: boolean;
  readonly #clients = new Set<WebSocket>();

  constructor(options: WledServerOptions = {}) {
    const { mac = '8813bf0455f0', name = 'Shelf', version = '16.0.0' } = options;
    const { segments = [1], hasSocket = true, isOld = false, presets = { '0': {} } } = options;
    this.presets = presets;
    this.#hasSocket = hasSocket;
    this.#isOld = isOld;
    const all = segments.reduce((sum, each) => sum | each, 0);
    this.state = {
      ...{ on: true, bri: 128, transition: 7, ps: -1, pl: -1, lor: 0, mainseg: 0 },
      nl: { on: false, dur: 60, mode: 1, tbri: 0, rem: -1 },
      udpn: { send: false, recv: true, sgrp: 1, rgrp: 1 },
      seg: segments.map((lc, id) => ({
        ...{ id, start: id * SEGMENT_LAMPS, stop: (id + 1) * SEGMENT_LAMPS, len: SEGMENT_LAMPS },
        ...{ grp: 1, spc: 0, of: 0, on: true, frz: false, bri: 255, cct: 127, set: 0 },
        ...(isOld ? {} : { lc }),
        col: [lc & 2 ? [255, 160, 0, 0] : [255, 160, 0], [0, 0, 0], [0, 0, 0]],
        ...{ fx: 0, sx: 128, ix: 128, pal: 0, c1: 128, c2: 128, c3: 16 },
        ...{ sel: true, rev: false, mi: false, o1: false, o2: false, o3: false, si: 0, m12: 0 },
      })),
    };
    const capabilities = isOld ? {} : { seglc: [...segments], lc: all };
    this.info = {
      ...{ ver: version, vid: 2_605_030, cn: 'Niji', release: 'ESP32' },
      leds: {
        ...{ count: segments.length * SEGMENT_LAMPS, pwr: 499, fps: 43, maxpwr: 850, maxseg: 32 },
        ...{ rgbw: (all & 2) !== 0, wv: all & 2, cct: all & 4, ...capabilities },
      },
      ...{ str: false, name, udpport: 21_324, live: false, liveseg: -1, lm: '', lip: '' },
      ...{ ws: hasSocket ? 1 : -1, fxcount: EFFECTS.length, palcount: PALETTES.length },
      ...{ cpalcount: 1, maps: [{ id: 0 }], ndc: 0, arch: 'esp32', core: '4.4.8', lwip: 0 },
      wifi: { bssid: 'AA:AA:AA:AA:AA:BB', rssi: -60, signal: 80, channel: 6 },
      fs: { u: 12, t: 983, pmt: 1_718_827_787 },
      ...{ freeheap: 127_168, uptime: 75, time: '2026-11-22, 07:01:15', opt: 79 },
      ...{ brand: 'WLED', product: 'FOSS', mac, ip: '127.0.0.1' },
    };
  }

  get address(): string {
    return this.#plug.address;
  }

  get connections(): number {
    return this.#clients.size;
  }

  segment(id: number): Fields {
    const found = (this.state.seg as Fields[]).find((each) => each.id === id);
    if (found === undefined) throw new RangeError(`there is no segment ${id}`);
    return found;
  }

  /** Listens on 127.0.0.1, or at this place; again at the same after `unplug`. */
  async start(place?: Place): Promise<void> {
    const server = createServer((request, response) => {
      void this.#answer(request, response).catch(() => response.destroy());
    });
    const sockets = new WebSocketServer({ noServer: true, maxPayload: FRAME_BYTES_MAX });
    server.on('upgrade', (request, socket, head) => {
      if (!this.#hasSocket || request.url !== '/ws') {
        socket.end('HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n');
        return;
      }
      sockets.handleUpgrade(request, socket, head, (client) => this.#welcome(client));
    });
    await this.#plug.plugIn(server, place);
  }

  /** Takes its power away: connections break, nothing answers. */
  async unplug(): Promise<void> {
    for (const client of this.#clients) client.terminate();
    await this.#plug.unplug();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.unplug();
  }

  /** Somebody sets it by its own page, a button or another app. */
  set(body: Fields): void {
    this.#apply(body);
    this.push();
  }

  /** Tells all who listen what it shows. */
  push(): void {
    const text = JSON.stringify({ state: this.state, info: this.info });
    for (const client of this.#clients) client.send(text);
  }

  /** Sends bytes that are no state. */
  garble(text: string | Buffer): void {
    for (const client of this.#clients) client.send(text);
  }

  #welcome(client: WebSocket): void {
    this.#clients.add(client);
    client.on('close', () => this.#clients.delete(client));
    client.on('error', () => client.terminate());
    client.on('message', (data) => {
      if (this.fault.isHanging) return;
      const text = data.toString();
      if (text.startsWith('p')) {
        client.send('pong');
        return;
      }
      const body = JSON.parse(text) as Fields;
      if (body.v !== true) this.#apply(body);
      this.push();
    });
    if (!this.fault.isHanging) {
      client.send(JSON.stringify({ state: this.state, info: this.info }));
    }
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    if (await this.#plug.isSpoilt(response)) return;
    const isSetting = request.method === 'POST';
    const text = Buffer.concat(parts).toString();
    const [status, answer] = isSetting ? this.#posted(text) : this.#got(request.url ?? '');
    await this.#plug.answer(response, status, answer);
    if (isSetting && status === 200) this.push();
  }

  #got(path: string): readonly [status: number, answer: unknown] {
    const { state, info, effects, palettes } = this;
    const answers: Fields = {
      '/json': { state, info, effects, palettes },
      '/json/si': { state, info },
      '/json/state': state,
      '/json/info': info,
      '/presets.json': this.presets,
    };
    return Object.hasOwn(answers, path) ? [200, answers[path]] : [404, { error: 4 }];
  }

  #posted(text: string): readonly [status: number, answer: unknown] {
    if (this.#plug.isBusy()) return [503, { error: 3 }];
    let body: Fields;
    try {
      body = JSON.parse(text) as Fields;
    } catch {
      return [400, { error: 9 }];
    }
    this.#apply(body);
    return [200, body.v === true && !this.#isOld ? this.state : { success: true }];
  }

  #apply(body: Fields): void {
    this.posts.push(body);
    if (this.posts.length > 500) this.posts.shift();
    const { state } = this;
    const { on, bri, nl, udpn, lor, seg, ps } = body;
    if (typeof bri === 'number' && bri > 0) Object.assign(state, { bri, on: true });
    if (typeof on === 'boolean') state.on = on;
    if (nl !== undefined) state.nl = { ...(state.nl as Fields), ...(nl as Fields) };
    if (udpn !== undefined) state.udpn = { ...(state.udpn as Fields), ...(udpn as Fields) };
    if (typeof lor === 'number') state.lor = lor;
    for (const own of Array.isArray(seg) ? (seg as Fields[]) : []) this.#applySegment(own);
    if (typeof ps === 'number') {
      const preset = this.presets[String(ps)] as Fields | undefined;
      if (preset === undefined) return;
      state.ps = ps;
      state.pl = preset.playlist === undefined ? -1 : ps;
      if (typeof preset.bri === 'number') state.bri = preset.bri;
    } else if (seg !== undefined) Object.assign(state, { ps: -1, pl: -1 });
  }

  #applySegment(own: Fields): void {
    const segment = (this.state.seg as Fields[]).find(({ id }) => id === own.id);
    if (segment === undefined) return;
    const { col, ...rest } = own;
    Object.assign(segment, rest);
    const [color] = Array.isArray(col) ? (col as number[][]) : [];
    if (color !== undefined) segment.col = [color, [0, 0, 0], [0, 0, 0]];
  }
}
