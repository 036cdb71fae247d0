// The one map from errors to HTTP answers: status and RFC 9457 problem details.
import { STATUS_CODES } from 'node:http';
import type { Context } from 'hono';
import { TooManyAttemptsError } from '../household/attempts.ts';
import {
  type ErrorCode,
  HubError,
  type HubErrorOptions,
  type Problem,
  toProblem,
} from '../model/errors.ts';
import { problemInChinese } from '../model/problem-words.ts';
import type { ProblemDetailsJson, ProblemJson } from './shapes.ts';

const STATUS: Record<ErrorCode, number> = {
  'invalid-input': 422,
  'not-found': 404,
  conflict: 409,
  'not-claimed': 409,
  unauthenticated: 401,
  forbidden: 403,
  'too-many-attempts': 429,
  'too-large': 413,
  unreachable: 503,
  'timed-out': 503,
  'rejected-by-device': 409,
  unsupported: 422,
  'not-recorded': 503,
  busy: 503,
  cancelled: 409,
  storage: 503,
  internal: 500,
};

/** A fault of the request itself, where HTTP has a status of its own for it. */
export class HttpError extends HubError {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: 400 | 404 | 405 | 408 | 412 | 413 | 415 | 421 | 428,
    code: ErrorCode,
    message: string,
    options: HubErrorOptions & { readonly headers?: Readonly<Record<string, string>> } = {},
  ) {
    super(code, message, options);
    this.status = status;
    this.headers = options.headers ?? {};
  }
}

/** A problem as it stands inside a record. */
export function problemView(problem: Problem): ProblemJson {
  const zh = problemInChinese(problem);
  return {
    code: problem.code,
    detail: problem.message,
    hint: problem.hint,
    zh: { detail: zh.message, hint: zh.hint },
    ...(problem.errors === undefined ? {} : { errors: [...problem.errors] }),
  };
}

/** The status for a problem's code. */
export function statusOfCode(code: ErrorCode): number {
  return STATUS[code];
}

/** The body that tells of a problem. What is not meant for readers is told as `internal`, without its text. */
export function problemDetails(problem: Problem, status: number): ProblemDetailsJson {
  const told: Problem =
    problem.code === 'internal'
      ? {
          code: 'internal',
          message: 'Something inside the hub failed',
          hint: 'The log of the hub has the details: `ingle logs`.',
          zh: { message: '中枢内部出错', hint: '详情见中枢日志：`ingle logs`。' },
        }
      : problem;
  return {
    type: `urn:ingle:problem:${told.code}`,
    title: STATUS_CODES[status] ?? 'Error',
    status,
    ...problemView(told),
  };
}

/** Answers with a thrown thing. Answers of 500 are the caller's to log. */
export function errorResponse(c: Context, error: unknown): Response {
  const problem = toProblem(error);
  const status = error instanceof HttpError ? error.status : STATUS[problem.code];
  if (error instanceof HttpError) {
    for (const [name, value] of Object.entries(error.headers)) c.header(name, value);
  }
  if (error instanceof TooManyAttemptsError) {
    c.header('Retry-After', String(error.retryAfterSeconds));
  }
  if (status === 401) c.header('WWW-Authenticate', 'Bearer realm="ingle"');
  return problemResponse(c, problemDetails(problem, status));
}

/** Answers with problem details, and with members of its own where a route has some. */
export function problemResponse(
  c: Context,
  details: ProblemDetailsJson,
  more: Readonly<Record<string, unknown>> = {},
): Response {
  c.header('Content-Type', 'application/problem+json');
  c.header('Cache-Control', 'no-store');
  c.status(details.status as Parameters<typeof c.status>[0]);
  return c.body(JSON.stringify({ ...details, ...more }));
}
