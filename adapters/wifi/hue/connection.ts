// The way to one Hue bridge: HTTPS with the bridge's own certificate, which is looked at before a byte is sent, so that
// the key never goes to anything else. At the first meeting it must name the bridge; from then on it must be the same.
// Spec: CLIP API v2, "Using HTTPS" (https://developers.meethue.com/develop/application-design-guidance/using-https/).

import type { IncomingMessage } from 'node:http';
import { Agent, request as requestSecure } from 'node:https';
import type { Duplex } from 'node:stream';
import { connect, type TLSSocket } from 'node:tls';
import { HubError } from '../../../hub/model/errors.ts';
import { type LanAddress, resolveLanAddress } from '../lan-address.ts';
import { askLan, connectProblem, type LanAnswer, type LanKind, parseLanJson } from '../lan-http.ts';
import { notOne, silent } from '../lan-problems.ts';
import { busyBridge, CommandRefusal, keyRefused, otherCertificate, refused } from './problems.ts';
import { isJson } from './resources.ts';

export const HUE: LanKind = { en: 'a Hue bridge', zh: ' Hue 网桥' };

/** What a certificate says of whom it belongs to. */
export interface SeenCertificate {
  /** SHA-256 of it, as hexadecimal digits with colons. */
  readonly fingerprint: string;
  /** Whom it names: the bridge's id. */
  readonly name: string;
}

/** The certificate that is demanded: the one that was seen at the first meeting; null: none was seen yet. */
export type Pin = string | null;

const CONNECT_WITHIN_MS = 5_000;
/** The bridge answers 429 to more at once. */
const REQUESTS_MAX = 3;
const ANSWER_BYTES_MAX = 16 * 1024 * 1024;
const KEEP_ALIVE_MS = 15_000;

/** Makes connections to the bridge alone: a socket is handed out once its certificate was found right. */
class PinnedAgent extends Agent {
  readonly #accept: (seen: SeenCertificate) => HubError | null;
  readonly #open = new Set<TLSSocket>();

  constructor(accept: (seen: SeenCertificate) => HubError | null) {
    super({ keepAlive: true, maxFreeSockets: 1 });
    this.#accept = accept;
  }

  override createConnection(
    { host, port }: { host?: string | null | undefined; port?: number | string | null | undefined },
    callback?: (error: Error | null, stream: Duplex) => void,
  ): null {
    // The bridge's certificate is its own and names no host; what is demanded of it is looked at below.
    const socket = connect({
      host: String(host),
      port: Number(port),
      rejectUnauthorized: false,
      minVersion: 'TLSv1.2',
    });
    this.#open.add(socket);
    socket.once('close', () => this.#open.delete(socket));
    const fail = (error: Error): void => {
      socket.off('error', fail);
      socket.on('error', () => {});
      socket.destroy();
      callback?.(error, socket);
    };
    socket.setTimeout(CONNECT_WITHIN_MS, () => fail(new Error('no TLS in time')));
    socket.once('error', fail);
    socket.once('secureConnect', () => {
      const { fingerprint256, subject } = socket.getPeerCertificate();
      const name = typeof subject?.CN === 'string' ? subject.CN.toLowerCase() : '';
      const problem = this.#accept({ fingerprint: fingerprint256 ?? '', name });
      if (problem !== null) {
        fail(problem);
        return;
      }
      socket.off('error', fail);
      socket.setTimeout(0);
      socket.setKeepAlive(true, KEEP_ALIVE_MS);
      callback?.(null, socket);
    });
    return null;
  }

  override destroy(): void {
    super.destroy();
    for (const socket of this.#open) socket.destroy();
  }
}

export interface ConnectionOptions {
  readonly address: LanAddress;
  readonly pin: Pin;
  /** The application key; null before there is one. */
  readonly key: string | null;
}

export class HueConnection {
  readonly address: LanAddress;
  readonly #ip: string;
  readonly #agent: PinnedAgent;
  readonly #streamAgent: PinnedAgent;
  readonly #pin: Pin;
  readonly #key: string | null;
  #seen: SeenCertificate | null = null;
  #asking = 0;
  readonly #turns: (() => void)[] = [];

  private constructor({ address, pin, key }: ConnectionOptions, ip: string) {
    this.address = address;
    this.#ip = ip;
    this.#pin = pin;
    this.#key = key;
    const accept = (seen: SeenCertificate): HubError | null => this.#accept(seen);
    this.#agent = new PinnedAgent(accept);
    this.#streamAgent = new PinnedAgent(accept);
  }

  /** Looks its address up; connections are made when something is asked. @throws HubError */
  static async to(options: ConnectionOptions): Promise<HueConnection> {
    return new HueConnection(options, await resolveLanAddress(options.address));
  }

  /** The certificate of the first connection; null before one stood. */
  get seen(): SeenCertificate | null {
    return this.#seen;
  }

  close(): void {
    this.#agent.destroy();
    this.#streamAgent.destroy();
  }

  /**
   * Asks for JSON without the key, as before there is one.
   * @throws HubError
   */
  async plain(
    method: 'GET' | 'POST',
    path: string,
    body: unknown,
    { timeoutMs, signal }: { readonly timeoutMs: number; readonly signal?: AbortSignal },
  ): Promise<object> {
    const stop = signal === undefined ? {} : { signal };
    const { text } = await this.#ask({ method, path, body, timeoutMs, ...stop, hasKey: false });
    return parseLanJson(text) ?? this.#nonsense();
  }

  /**
   * The list that `GET /clip/v2/resource` or a part of it gives.
   * @throws HubError
   */
  async list(path: string, timeoutMs: number): Promise<readonly unknown[]> {
    const asked = { method: 'GET', path: `/clip/v2/resource${path}`, timeoutMs } as const;
    const { status, text } = await this.#ask({ ...asked, body: undefined, hasKey: true });
    if (status === 401 || status === 403) throw keyRefused(this.address.text);
    if (status === 429 || status === 503) throw busyBridge(this.address.text);
    const answer = parseLanJson(text);
    const data = isJson(answer) ? answer.data : undefined;
    return status === 200 && Array.isArray(data) ? data : this.#nonsense();
  }

  /**
   * Sets something.
   * @throws CommandRefusal with what the bridge said, or HubError
   */
  async put(path: string, body: object, timeoutMs: number): Promise<void> {
    const asked = { method: 'PUT', path: `/clip/v2/resource/${path}`, body, timeoutMs } as const;
    const { status, text } = await this.#ask({ ...asked, hasKey: true });
    if (status === 401 || status === 403) throw keyRefused(this.address.text);
    if (status === 429 || status === 503) throw new CommandRefusal('busy', status, []);
    const answer = parseLanJson(text);
    const errors = isJson(answer) && Array.isArray(answer.errors) ? answer.errors : [];
    const said = errors.flatMap((error: unknown) =>
      isJson(error) && typeof error.description === 'string' ? [error.description] : [],
    );
    if (said.length > 0 || status < 200 || status >= 300) {
      throw new CommandRefusal(status === 404 ? 'gone' : 'refused', status, said);
    }
    if (answer === null) this.#nonsense();
  }

  /**
   * The stream of events, once it is open.
   * @param lastEventId of the last message that was heard; null: none
   * @throws HubError
   */
  stream(lastEventId: string | null, timeoutMs: number): Promise<IncomingMessage> {
    const { text: address, port } = this.address;
    const headers: Record<string, string> = {
      accept: 'text/event-stream',
      'cache-control': 'no-cache',
      'hue-application-key': this.#key ?? '',
      ...(lastEventId === null ? {} : { 'last-event-id': lastEventId }),
    };
    return new Promise((resolve, reject) => {
      const options = { host: this.#ip, port, path: '/eventstream/clip/v2', headers };
      const request = requestSecure({ ...options, agent: this.#streamAgent }, (response) => {
        clearTimeout(timer);
        const { statusCode, headers: answered } = response;
        const isStream = answered['content-type']?.startsWith('text/event-stream') === true;
        if (statusCode === 200 && isStream) {
          resolve(response);
          return;
        }
        request.destroy();
        if (statusCode === 401 || statusCode === 403) reject(keyRefused(address));
        else if (statusCode === 429 || statusCode === 503) reject(busyBridge(address));
        else reject(notOne(address, HUE.en, HUE.zh));
      });
      const timer = setTimeout(() => {
        reject(silent(address));
        request.destroy();
      }, timeoutMs);
      request.on('error', (error) => {
        clearTimeout(timer);
        reject(connectProblem(address, HUE, error));
      });
      request.end();
    });
  }

  async #ask(ask: {
    readonly method: 'GET' | 'POST' | 'PUT';
    readonly path: string;
    readonly body: unknown;
    readonly timeoutMs: number;
    readonly signal?: AbortSignal;
    readonly hasKey: boolean;
  }): Promise<LanAnswer> {
    const { hasKey, ...asked } = ask;
    if (this.#asking >= REQUESTS_MAX) {
      await new Promise<void>((resolve) => this.#turns.push(resolve));
    } else this.#asking += 1;
    const to = { address: this.address.text, ip: this.#ip, port: this.address.port };
    const headers = hasKey ? { 'hue-application-key': this.#key ?? '' } : {};
    const how = { agent: this.#agent, isSecure: true, bytesMax: ANSWER_BYTES_MAX, headers };
    try {
      return await askLan({ ...asked, ...to, ...how }, HUE);
    } finally {
      const next = this.#turns.shift();
      if (next === undefined) this.#asking -= 1;
      else next();
    }
  }

  #accept(seen: SeenCertificate): HubError | null {
    const pin = this.#pin ?? this.#seen?.fingerprint;
    if (pin !== undefined && pin !== seen.fingerprint) return otherCertificate(this.address.text);
    this.#seen ??= seen;
    return null;
  }

  #nonsense(): never {
    throw notOne(this.address.text, HUE.en, HUE.zh);
  }
}

/** Whether it was only too much at once for the bridge. */
export function isBusy(error: unknown): boolean {
  return (
    (error instanceof CommandRefusal && error.kind === 'busy') ||
    (error instanceof HubError && error.code === 'busy')
  );
}

/** What a refused command ends with. */
export function commandProblem(error: unknown): unknown {
  return error instanceof CommandRefusal ? refused(error) : error;
}
