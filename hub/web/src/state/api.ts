// The border to the hub: JSON over HTTP, with the session's token on unsafe methods and errors as one class.
import type { InputProblem } from '../../../model/errors.ts';

/** A refusal or a failure, as the hub tells it; `status` 0 and code `not-sent` when the hub was not reached. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly hint: string | null;
  readonly errors: readonly InputProblem[];
  readonly zh: { readonly detail: string; readonly hint: string | null } | undefined;

  constructor(init: {
    status: number;
    code: string;
    detail: string;
    hint: string | null;
    errors: readonly InputProblem[];
    zh?: { readonly detail: string; readonly hint: string | null } | undefined;
    cause?: unknown;
  }) {
    super(init.detail, init.cause === undefined ? {} : { cause: init.cause });
    this.name = 'ApiError';
    this.status = init.status;
    this.code = init.code;
    this.hint = init.hint;
    this.errors = init.errors;
    this.zh = init.zh;
  }

  /** Whether the request never reached the hub. */
  get isNotSent(): boolean {
    return this.status === 0;
  }
}

interface ProblemBody {
  readonly code?: string;
  readonly detail?: string;
  readonly title?: string;
  readonly hint?: string | null;
  readonly errors?: readonly InputProblem[];
  readonly zh?: { readonly detail: string; readonly hint: string | null };
}

/** What a request may carry beside its body. */
export interface RequestOptions {
  /** The version an edit was made on; becomes `If-Match`. */
  readonly version?: number;
  /** Makes a repeated request count once. */
  readonly idempotencyKey?: string;
  /** Gives up after this long; absent: 15 s. */
  readonly timeoutMs?: number;
}

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

const TIMEOUT_MS = 15_000;
const FRAME_MS = 16;

let token: string | null = null;
let onSignedOut: () => void = () => {};
let onUnreached: () => void = () => {};
/** Readings under way. */
let readings = 0;

/** The session's token, sent with each unsafe request; null when signed out. */
export function setToken(value: string | null): void {
  token = value;
}

/** Calls back when the hub says that the session is over. */
export function whenSignedOut(callback: () => void): void {
  onSignedOut = callback;
}

/** Calls back when a request did not reach the hub. */
export function whenUnreached(callback: () => void): void {
  onUnreached = callback;
}

/** Resolves once the page reads nothing from the hub any more, or after so long. */
export async function whenRead(withinMs: number): Promise<void> {
  const endMs = performance.now() + withinMs;
  while (readings > 0 && performance.now() < endMs) {
    await new Promise((resolve) => setTimeout(resolve, FRAME_MS));
  }
}

function headersFor(method: Method, body: unknown, options: RequestOptions): Headers {
  const headers = new Headers({ accept: 'application/json' });
  if (body !== undefined) headers.set('content-type', 'application/json');
  if (method !== 'GET' && token !== null) headers.set('x-ingle-token', token);
  if (options.version !== undefined) headers.set('if-match', `"${options.version}"`);
  if (options.idempotencyKey !== undefined) headers.set('idempotency-key', options.idempotencyKey);
  return headers;
}

async function problemOf(response: Response): Promise<ApiError> {
  const body = (await response.json().catch(() => ({}))) as ProblemBody;
  return new ApiError({
    status: response.status,
    code: body.code ?? 'internal',
    detail: body.detail ?? body.title ?? `HTTP ${response.status}`,
    hint: body.hint ?? null,
    errors: body.errors ?? [],
    zh: body.zh,
  });
}

/** One request to the hub. @throws ApiError */
export async function request<Answer>(
  method: Method,
  path: string,
  body?: unknown,
  options: RequestOptions = {},
): Promise<Answer> {
  if (method !== 'GET') return await ask(method, path, body, options);
  readings += 1;
  try {
    return await ask(method, path, body, options);
  } finally {
    readings -= 1;
  }
}

async function ask<Answer>(
  method: Method,
  path: string,
  body: unknown,
  options: RequestOptions,
): Promise<Answer> {
  let response: Response;
  try {
    response = await fetch(`/api${path}`, {
      method,
      headers: headersFor(method, body, options),
      credentials: 'same-origin',
      cache: 'no-store',
      signal: AbortSignal.timeout(options.timeoutMs ?? TIMEOUT_MS),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  } catch (cause) {
    onUnreached();
    throw new ApiError({
      status: 0,
      code: 'not-sent',
      detail: '',
      hint: null,
      errors: [],
      cause,
    });
  }
  if (!response.ok) {
    const error = await problemOf(response);
    if (error.code === 'unauthenticated' && path !== '/session') onSignedOut();
    throw error;
  }
  if (response.status === 204) return undefined as Answer;
  return (await response.json()) as Answer;
}

/** The error in any thrown thing; what is none becomes `internal`. */
export function toApiError(thrown: unknown): ApiError {
  if (thrown instanceof ApiError) return thrown;
  return new ApiError({
    status: 500,
    code: 'internal',
    detail: thrown instanceof Error ? thrown.message : String(thrown),
    hint: null,
    errors: [],
    cause: thrown,
  });
}
