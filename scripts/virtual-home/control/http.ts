// The control interface over HTTP: JSON on 127.0.0.1, for tests and benches in other processes.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { ControlError, type Fault, type HomeControl } from './control.ts';

const BODY_BYTES_MAX = 64 * 1024;

type Body = Record<string, unknown>;

const FAULT_KINDS: ReadonlySet<string> = new Set<Fault['kind']>([
  'drop',
  'delay',
  'reset',
  'wipe',
  'mute',
  'unplug',
  'flood',
  'garbage',
  'offline',
  'unplugRouter',
  'stubborn',
  'boastful',
  'asleep',
  'reject',
  'silent',
  'clear',
]);

function numberOf(body: Body, name: string, fallback?: number): number {
  const value = body[name] ?? fallback;
  if (typeof value !== 'number' || !Number.isFinite(value)) {
    throw new ControlError(400, `${name}: a number is wanted`);
  }
  return value;
}

function textOf(body: Body, name: string): string {
  const value = body[name];
  if (typeof value !== 'string') throw new ControlError(400, `${name}: text is wanted`);
  return value;
}

function optional<K extends string, V>(
  body: Body,
  name: K,
  read: (body: Body, name: K) => V,
): { [key in K]?: V } {
  if (body[name] === undefined) return {};
  const entry: { [key in K]?: V } = {};
  entry[name] = read(body, name);
  return entry;
}

function flag(body: Body, name: string): boolean {
  return body[name] === true;
}

function aboutOf(text: string): Extract<Fault, { kind: 'silent' }>['about'] {
  if (text === 'node' || text === 'endpoints' || text === 'endpoint' || text === 'nothing')
    return text;
  throw new ControlError(400, 'about: node, endpoints, endpoint or nothing is wanted');
}

function toFault(body: Body): Fault {
  const kind = textOf(body, 'kind');
  if (!FAULT_KINDS.has(kind)) {
    throw new ControlError(400, `kind ${kind}: one of ${[...FAULT_KINDS].join(', ')} is wanted`);
  }
  const ieee = optional(body, 'ieee', textOf);
  switch (kind) {
    case 'drop':
      return { kind, rate: numberOf(body, 'rate'), ...ieee };
    case 'delay':
    case 'mute':
    case 'unplug':
      return { kind, ms: numberOf(body, 'ms') };
    case 'flood':
      return { kind, rate: numberOf(body, 'rate'), seconds: numberOf(body, 'seconds', 1), ...ieee };
    case 'garbage':
      return { kind, ...optional(body, 'bytes', numberOf), ...optional(body, 'hex', textOf) };
    case 'offline':
      return { kind, ieee: textOf(body, 'ieee'), offline: body.offline !== false };
    case 'asleep':
      return { kind, ieee: textOf(body, 'ieee'), asleep: body.asleep !== false };
    case 'reject':
      return { kind, ieee: textOf(body, 'ieee'), ...optional(body, 'status', numberOf) };
    case 'silent':
      return { kind, ieee: textOf(body, 'ieee'), about: aboutOf(textOf(body, 'about')) };
    case 'unplugRouter':
      return { kind, ieee: textOf(body, 'ieee'), unplugged: body.unplugged !== false };
    case 'stubborn':
    case 'boastful':
      return { kind, ieee: textOf(body, 'ieee') };
    case 'reset':
      return { kind, silently: flag(body, 'silently') };
    case 'wipe':
      return { kind };
    default:
      return { kind: 'clear' };
  }
}

/** What a request asks for, and its answer. Undefined: no such path. */
function route(
  control: HomeControl,
  method: string,
  url: URL,
  body: Body,
): { status: number; body: unknown } | undefined {
  const [first, ieee, verb] = url.pathname.split('/').slice(1).map(decodeURIComponent);
  const done = { status: 200, body: { ok: true } };
  if (method === 'GET') {
    if (first === 'nodes' && ieee === undefined) return { status: 200, body: control.nodes() };
    if (first === 'nodes' && ieee !== undefined && verb === undefined) {
      return { status: 200, body: control.node(ieee) };
    }
    if (first === 'log') return { status: 200, body: control.log(logQuery(url)) };
    return undefined;
  }
  if (method !== 'POST') return undefined;
  if (first === 'join') {
    const who = body.ieee === undefined ? 'all' : textOf(body, 'ieee');
    const how = { again: flag(body, 'again'), uninvited: flag(body, 'uninvited') };
    return { status: 200, body: { asked: control.join(who, how) } };
  }
  if (first === 'leave') {
    control.leave(textOf(body, 'ieee'));
    return done;
  }
  if (first === 'faults') {
    control.fault(toFault(body));
    return done;
  }
  if (first === 'load') {
    const nodes = Array.isArray(body.nodes) ? { nodes: body.nodes.map(String) } : {};
    const ratePerSecond = numberOf(body, 'rate');
    const seconds = numberOf(body, 'seconds', 1);
    return { status: 200, body: { nodes: control.flood({ ...nodes, ratePerSecond, seconds }) } };
  }
  if (first !== 'nodes' || ieee === undefined) return undefined;
  switch (verb) {
    case 'press':
      control.press(ieee, optional(body, 'action', textOf).action);
      return done;
    case 'move':
      control.move(ieee, optional(body, 'ms', numberOf).ms);
      return done;
    case 'set': {
      const { policy, ...values } = body;
      control.set(ieee, values, policy === 'configured' ? 'configured' : 'now');
      return done;
    }
    case 'announce':
      control.announce(ieee);
      return done;
    case 'query-image':
      control.queryImage(ieee, {
        imageType: numberOf(body, 'imageType'),
        fileVersion: numberOf(body, 'fileVersion'),
        ...optional(body, 'manufacturerCode', numberOf),
      });
      return done;
    default:
      return undefined;
  }
}

function logQuery(url: URL): { since?: number; limit?: number; ieee?: string; kind?: string } {
  const query: { since?: number; limit?: number; ieee?: string; kind?: string } = {};
  for (const name of ['since', 'limit'] as const) {
    const text = url.searchParams.get(name);
    if (text === null) continue;
    const value = Number(text);
    if (!Number.isInteger(value)) throw new ControlError(400, `${name}: a whole number is wanted`);
    query[name] = value;
  }
  for (const name of ['ieee', 'kind'] as const) {
    const text = url.searchParams.get(name);
    if (text !== null) query[name] = text;
  }
  return query;
}

async function readBody(request: IncomingMessage): Promise<Body> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk);
    length += bytes.length;
    if (length > BODY_BYTES_MAX) throw new ControlError(400, 'the body is over 64 KiB');
    chunks.push(bytes);
  }
  if (length === 0) return {};
  try {
    const body: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'));
    if (typeof body === 'object' && body !== null && !Array.isArray(body)) {
      return Object.fromEntries(Object.entries(body));
    }
  } catch (cause) {
    throw new ControlError(400, `the body is not JSON: ${String(cause)}`);
  }
  throw new ControlError(400, 'the body is not a JSON object');
}

async function answer(
  control: HomeControl,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  let result: { status: number; body: unknown };
  try {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    const body = request.method === 'POST' ? await readBody(request) : {};
    result = route(control, request.method ?? 'GET', url, body) ?? {
      status: 404,
      body: { error: `no ${request.method} ${url.pathname}` },
    };
  } catch (error) {
    const status = error instanceof ControlError ? error.status : 500;
    result = { status, body: { error: error instanceof Error ? error.message : String(error) } };
  }
  const text = JSON.stringify(result.body);
  response.writeHead(result.status, { 'content-type': 'application/json' });
  response.end(text);
}

/** Serves the control interface on 127.0.0.1; port 0 takes a free one. */
export async function serveControl(
  control: HomeControl,
  port: number,
): Promise<{ port: number; stop(): Promise<void> }> {
  const server: Server = createServer({ noDelay: true }, (request, response) => {
    answer(control, request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('not a TCP port');
  return {
    port: address.port,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
