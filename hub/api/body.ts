// Reading a request's body and query: bytes are counted as they come, whatever a header promised, and what
// comes out is checked against the route's schemas.
import { IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import * as v from 'valibot';
import type { InputProblem } from '../model/errors.ts';
import { ValidationError } from '../model/errors.ts';
import type { ApiContext } from './context.ts';
import { HttpError } from './errors.ts';
import { parseJson } from './json-text.ts';
import type { RouteSpec } from './routes.ts';

export const BODY_BYTES_MAX = 1024 * 1024;

/**
 * Of a body that is refused for its size this much more is taken and thrown away, for at most this long: many
 * clients read no answer while they are still sending, and would see a broken connection in place of the reason.
 */
const DISCARDED_BYTES_MAX = 16 * 1024 * 1024;
const DISCARDING_MS = 3_000;

/** @throws HttpError 413 as soon as there are too many bytes, 415 for an encoding. */
export async function readBytes(c: ApiContext, bytesMax: number): Promise<Uint8Array> {
  const encoding = c.req.header('Content-Encoding');
  if (encoding !== undefined && encoding !== 'identity') {
    throw new HttpError(
      415,
      'unsupported',
      `A body encoded as ${encoding.slice(0, 20)} is not taken`,
      {
        hint: 'Send it without Content-Encoding.',
      },
    );
  }
  const chunks: Uint8Array[] = [];
  let total = 0;
  const promised = Number(c.req.header('Content-Length') ?? 0);
  const source = chunksOf(c);
  if (source === undefined) return new Uint8Array();
  try {
    for (;;) {
      if (promised > bytesMax || total > bytesMax) {
        await discard(source);
        throw tooLarge(bytesMax);
      }
      const { done, value } = await source.next();
      if (done === true) return Buffer.concat(chunks);
      total += value.byteLength;
      chunks.push(value);
    }
  } catch (cause) {
    if (cause instanceof HttpError) throw cause;
    throw new HttpError(400, 'invalid-input', 'The body ended before it was whole', { cause });
  }
}

/** The body as it comes; from Node's own request where there is one, which needs no web stream for a few bytes. */
function chunksOf(c: ApiContext): AsyncIterator<Uint8Array, unknown> | undefined {
  const incoming = c.env?.incoming;
  if (!(incoming instanceof IncomingMessage))
    return c.req.raw.body?.values({ preventCancel: true });
  const { headers } = incoming;
  // Without either there is no body. Spec: RFC 9112 § 6.3.
  if (headers['content-length'] === undefined && headers['transfer-encoding'] === undefined) {
    return undefined;
  }
  return incoming.iterator({ destroyOnReturn: false });
}

/** Reads to the end and keeps nothing, within its limits. */
async function discard(source: AsyncIterator<Uint8Array, unknown>): Promise<void> {
  let total = 0;
  const reading = (async () => {
    while (total <= DISCARDED_BYTES_MAX) {
      const { done, value } = await source.next();
      if (done === true) return;
      total += value.byteLength;
    }
  })();
  // Whoever breaks off while sending hears nothing of the refusal anyway.
  await Promise.race([reading, sleep(DISCARDING_MS, undefined, { ref: false })]).catch(() => {});
}

function tooLarge(bytesMax: number): HttpError {
  return new HttpError(413, 'too-large', `The body is larger than ${bytesMax} bytes`, {
    hint: 'Send less at once.',
    zh: { message: `请求内容超过 ${bytesMax} 字节`, hint: '请减少一次发送的内容。' },
    // What may still follow of the body is not read: the connection cannot be used again.
    headers: { Connection: 'close' },
  });
}

/** Those who read it have the page of the open interface, or should have. */
const VENDOR_HINT = 'The shape of each request stands in GET /api/openapi.json.';

/** The body of a route, checked. An empty body counts as an empty object. */
export function parseBody(c: ApiContext, spec: RouteSpec, bytes: Uint8Array): unknown {
  if (spec.body === undefined) {
    if (bytes.byteLength === 0) return undefined;
    throw new ValidationError('This takes no body');
  }
  const body = readObject(c, spec, bytes);
  if (spec.isJudgedLater) return body;
  return check(spec.body, body, spec.who === 'vendor' ? VENDOR_HINT : undefined);
}

function readObject(c: ApiContext, spec: RouteSpec, bytes: Uint8Array): unknown {
  const type = mediaType(c);
  if (bytes.byteLength === 0 && (type === '' || type === 'application/json')) return {};
  const text = decode(bytes);
  if (spec.takesYaml && (type === 'application/yaml' || type === 'text/yaml')) return { text };
  if (type !== 'application/json') {
    const taken = spec.takesYaml ? 'application/json or application/yaml' : 'application/json';
    throw new HttpError(
      415,
      'unsupported',
      `A body of the type "${type.slice(0, 60)}" is not taken`,
      {
        hint: `Send it with Content-Type: ${taken}.`,
      },
    );
  }
  return parseJson(text);
}

function mediaType(c: ApiContext): string {
  const [type = ''] = (c.req.header('Content-Type') ?? '').split(';', 1);
  return type.trim().toLowerCase();
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new HttpError(400, 'invalid-input', 'The body is not UTF-8', { cause });
  }
}

/** The query of a route, checked; a route without one takes none. */
export function parseQuery(c: ApiContext, spec: RouteSpec): unknown {
  const query: Record<string, string> = {};
  for (const [name, values] of Object.entries(c.req.queries())) {
    const [value = ''] = values;
    if (values.length > 1) {
      throw new ValidationError(`"${name.slice(0, 40)}" stands twice in the query`);
    }
    query[name] = value;
  }
  if (spec.query !== undefined) return check(spec.query, query);
  const [first] = Object.keys(query);
  if (first === undefined) return undefined;
  throw new ValidationError(`"${first.slice(0, 40)}" means nothing in this query`, {
    hint: 'This takes no query.',
  });
}

function check(schema: v.GenericSchema, input: unknown, hint?: string): unknown {
  const result = v.safeParse(schema, input);
  if (result.success) return result.output;
  const errors = result.issues.slice(0, 20).map(inputProblem);
  const [first] = errors;
  throw new ValidationError(
    first === undefined
      ? 'The input cannot be taken'
      : `${first.path === '' ? 'The input' : first.path.slice(1)} ${first.message}`,
    { errors, hint },
  );
}

/** An issue with the place as a JSON pointer and plain words. A union tells of the branch that came furthest. */
function inputProblem(issue: v.BaseIssue<unknown>): InputProblem {
  const nested = (issue.issues ?? []).filter((each) => (each.path?.length ?? 0) > 0);
  if (issue.type === 'union' && issue.path === undefined && nested.length > 0) {
    const values = nested.filter(
      (each) => each.received !== 'undefined' && each.expected !== 'never',
    );
    const [closest] = values;
    if (closest !== undefined) return inputProblem(closest);
  }
  const path = (issue.path ?? []).map(({ key }) => `/${escapePointer(String(key))}`).join('');
  return { path: path.slice(0, 200), message: wordsOf(issue) };
}

function escapePointer(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}

function wordsOf(issue: v.BaseIssue<unknown>): string {
  if (issue.expected === 'never') return 'is not known here';
  if (issue.received === 'undefined') return 'is missing';
  if (!issue.message.startsWith('Invalid ')) return issue.message;
  const received = issue.received.slice(0, 60);
  return issue.expected === null
    ? `cannot be ${received}`
    : `must be ${issue.expected.slice(0, 200)}, not ${received}`;
}
