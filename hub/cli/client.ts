// Speaks to the hub over HTTP: tokens, deadlines, lists in parts, and problems as one kind of error.
// The types are the API's own; nothing of the daemon is loaded here.

import type { ListJson, ProblemDetailsJson } from '../api/shapes.ts';
import type { ErrorCode } from '../model/errors.ts';
import { problemIn } from '../model/problem-words.ts';
import { CliError } from './cli-error.ts';
import type { Messages } from './messages/en.ts';
import { readEvents, type StreamEvent } from './server-sent-events.ts';

const TIMEOUT_MS = 10_000;
const PAGES_MAX = 1_000;

export interface ClientOptions {
  readonly hub: URL;
  /** Of this program. */
  readonly version: string;
  /** Tried in turn: a token left behind by a hub that was killed is refused, and the next one taken. */
  readTokens(): readonly string[];
  readonly language: 'en' | 'zh';
  readonly messages: Messages;
  /** What to say when the hub wants to know who asks. */
  readonly signInHint: string;
}

export interface RequestOptions {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Longer than the default where the hub itself is asked to wait. */
  readonly timeoutMs?: number;
  /** Another right to speak (a cookie) or none is used. */
  readonly withoutToken?: boolean;
  /** A status of 400 or above whose body is an answer and not a problem. */
  readonly accepts?: number;
}

/** An answer below 400; `body` is undefined for 204. */
export interface Answer<Body> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
}

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

// The API's codes, so that one from a newer hub is told from one that main.ts knows an exit code for.
const KNOWN_CODES: Record<ErrorCode, true> = {
  'invalid-input': true,
  'not-found': true,
  conflict: true,
  'not-claimed': true,
  unauthenticated: true,
  forbidden: true,
  'too-many-attempts': true,
  'too-large': true,
  unreachable: true,
  'timed-out': true,
  'rejected-by-device': true,
  unsupported: true,
  'not-recorded': true,
  busy: true,
  cancelled: true,
  storage: true,
  internal: true,
};

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(KNOWN_CODES, code);
}

/** A code of the API as it is; `internal` for one that this version does not know. */
export function errorCode(code: string): ErrorCode {
  return isErrorCode(code) ? code : 'internal';
}

/** `/api/devices/{}/commands` with each part escaped: a typed id cannot reach another path. */
export function apiPath(parts: TemplateStringsArray, ...values: readonly string[]): string {
  return parts.reduce((path, part, at) => path + encodeURIComponent(values[at - 1] ?? '') + part);
}

export class Client {
  readonly #options: ClientOptions;
  #tokens: readonly string[];
  #tokenIndex = 0;

  constructor(options: ClientOptions) {
    this.#options = options;
    this.#tokens = options.readTokens();
  }

  get hub(): URL {
    return this.#options.hub;
  }

  /**
   * One request. The type of the answer is the caller's word: it stands beside the path in api/shapes.ts.
   * @throws CliError with the hub's own problem, or `hub-unreachable` when nothing answers in time.
   */
  async request<Body>(
    method: Method,
    path: string,
    options: RequestOptions = {},
  ): Promise<Answer<Body>> {
    const response = await this.#send(method, path, options);
    const text = await this.#textOf(response);
    if (response.status === 204) {
      return { status: response.status, headers: response.headers, body: undefined as Body };
    }
    return {
      status: response.status,
      headers: response.headers,
      body: this.#parse(text) as Body,
    };
  }

  async get<Body>(path: string): Promise<Body> {
    return (await this.request<Body>('GET', path)).body;
  }

  /** An answer that is not JSON, such as a file. */
  async text(path: string): Promise<string> {
    return this.#textOf(await this.#send('GET', path, { headers: { accept: '*/*' } }));
  }

  /** The bytes of a file of any size, as they come; they may take as long as they go on coming. */
  async download(path: string, signal: AbortSignal): Promise<ReadableStream<Uint8Array>> {
    const response = await this.#send('GET', path, { headers: { accept: '*/*' } }, signal);
    if (response.body === null) throw this.#notAHub();
    return response.body as ReadableStream<Uint8Array>;
  }

  /** All items of a list, part by part. */
  async list<Item>(path: string): Promise<Item[]> {
    const items: Item[] = [];
    let cursor: string | null = null;
    for (let page = 0; page < PAGES_MAX; page += 1) {
      const join = path.includes('?') ? '&' : '?';
      const from = cursor === null ? '' : `${join}cursor=${encodeURIComponent(cursor)}`;
      const part: ListJson<Item> = await this.get(path + from);
      if (!Array.isArray(part?.items)) throw this.#notAHub();
      items.push(...part.items);
      if (part.next === null) return items;
      cursor = part.next;
    }
    return items;
  }

  /**
   * Opens the live feed and yields its events until it ends or `signal` aborts.
   * @throws CliError when the hub cannot be reached or refuses.
   */
  async *events(
    path: string,
    options: { readonly lastEventId: string; readonly signal: AbortSignal },
  ): AsyncGenerator<StreamEvent> {
    const headers: Record<string, string> = { accept: 'text/event-stream' };
    if (options.lastEventId !== '') headers['last-event-id'] = options.lastEventId;
    const response = await this.#send('GET', path, { headers }, options.signal);
    if (response.body === null) return;
    try {
      yield* readEvents(response.body);
    } catch (error) {
      if (options.signal.aborted) return;
      throw this.#unreachable(error);
    }
  }

  async #send(
    method: Method,
    path: string,
    options: RequestOptions,
    signal?: AbortSignal,
  ): Promise<Response> {
    let response = await this.#sendWithTokens(method, path, options, signal);
    if (response.status === 401 && !options.withoutToken && this.#rereadTokens()) {
      await response.body?.cancel();
      response = await this.#sendWithTokens(method, path, options, signal);
    }
    if (response.status === options.accepts) return response;
    if (response.status >= 400) throw await this.#problemOf(response);
    if (response.status >= 300) throw this.#notAHub();
    return response;
  }

  async #sendWithTokens(
    method: Method,
    path: string,
    options: RequestOptions,
    signal?: AbortSignal,
  ): Promise<Response> {
    const tokens = this.#tokens;
    // Several requests under way may find the same old token refused: each goes on by itself.
    let index = this.#tokenIndex;
    let response = await this.#sendOnce(method, path, options, tokens[index], signal);
    while (response.status === 401 && !options.withoutToken && index + 1 < tokens.length) {
      await response.body?.cancel();
      index += 1;
      response = await this.#sendOnce(method, path, options, tokens[index], signal);
    }
    if (response.status !== 401 && tokens === this.#tokens) this.#tokenIndex = index;
    return response;
  }

  /** A hub makes a new local token at each start; a verb that stays over one takes that up. */
  #rereadTokens(): boolean {
    const fresh = this.#options.readTokens();
    const isSame =
      fresh.length === this.#tokens.length && fresh.every((each, at) => each === this.#tokens[at]);
    if (isSame) return false;
    this.#tokens = fresh;
    this.#tokenIndex = 0;
    return true;
  }

  async #sendOnce(
    method: Method,
    path: string,
    options: RequestOptions,
    token: string | undefined,
    signal?: AbortSignal,
  ): Promise<Response> {
    const headers: Record<string, string> = {
      accept: 'application/json, application/problem+json',
      'accept-language': this.#options.language,
      // The hub tells by it that an act came from this command.
      'user-agent': `ingle/${this.#options.version}`,
      ...options.headers,
    };
    if (token !== undefined && !options.withoutToken) headers.authorization = `Bearer ${token}`;
    if (options.body !== undefined) headers['content-type'] = 'application/json';
    const timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
    // A stream has no end to wait for, but its first answer has; else the deadline covers the body too.
    const opening = new AbortController();
    const timer = setTimeout(
      () => opening.abort(new DOMException('late', 'TimeoutError')),
      timeoutMs,
    );
    try {
      return await fetch(new URL(path, this.#options.hub), {
        method,
        headers,
        body: options.body === undefined ? null : JSON.stringify(options.body),
        // A redirect could carry the token to another place; a hub answers where it was asked.
        redirect: 'manual',
        signal: signal ? AbortSignal.any([signal, opening.signal]) : AbortSignal.timeout(timeoutMs),
      });
    } catch (error) {
      throw this.#unreachable(error);
    } finally {
      clearTimeout(timer);
    }
  }

  async #textOf(response: Response): Promise<string> {
    try {
      return await response.text();
    } catch (error) {
      throw this.#unreachable(error);
    }
  }

  #parse(text: string): unknown {
    try {
      return JSON.parse(text);
    } catch (error) {
      throw this.#notAHub(error);
    }
  }

  async #problemOf(response: Response): Promise<CliError> {
    const text = await this.#textOf(response);
    const isProblem = response.headers.get('content-type')?.includes('application/problem+json');
    if (!isProblem) return this.#notAHub();
    const problem = this.#parse(text) as ProblemDetailsJson;
    const code = errorCode(problem.code);
    const { detail, hint } = problemIn(problem, this.#options.language);
    return new CliError(code, detail, {
      hint: code === 'unauthenticated' ? this.#options.signInHint : hint,
      errors: problem.errors ?? [],
    });
  }

  #unreachable(cause: unknown): CliError {
    const { errors } = this.#options.messages;
    const isLate = cause instanceof Error && cause.name === 'TimeoutError';
    const address = this.#options.hub.origin;
    return new CliError(
      'hub-unreachable',
      isLate ? errors.hubSilent(address) : errors.hubUnreachable(address),
      { hint: errors.hubUnreachableHint, cause },
    );
  }

  #notAHub(cause?: unknown): CliError {
    const { errors } = this.#options.messages;
    return new CliError('hub-unreachable', errors.notAHub(this.#options.hub.origin), {
      hint: errors.hubUnreachableHint,
      cause,
    });
  }
}
