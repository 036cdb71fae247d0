// The receiver over HTTP: registration, ingest, health, and counts for operators. Limits come before reading, the
// signature before the body, and every refusal says what the hub is to do.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  ENVELOPE_HEADER,
  isSameSecret,
  parseRegistration,
  SIGNATURE_HEADER,
} from '../protocol/envelope.ts';
import { BODY_BYTES_MAX } from '../protocol/limits.ts';
import { type Refusal, type RefusalCode, STATUS } from '../protocol/reply.ts';
import { checkBody, checkHead, RefusedError } from './check-batch.ts';
import { createGroupIngest } from './group-ingest.ts';
import { type Credit, RateLimit, type RateLimits } from './rate-limit.ts';
import type { IngestResult, ReceiverStore } from './receiver-store.ts';

const REGISTRATION_BYTES_MAX = 2_048;
/** A hub has a few batches an hour; one that comes back after a week has some hundreds at once. */
const LIMITS: RateLimits = {
  requests: 120,
  requestsPerSecond: 2,
  bytes: 32 * BODY_BYTES_MAX,
  bytesPerSecond: BODY_BYTES_MAX,
  hubsMax: 100_000,
};
/** Of all hubs together: a key costs nothing, so that whoever makes many must not fill the table of hubs. */
const REGISTRATIONS: RateLimits = {
  ...LIMITS,
  requests: 1_000,
  requestsPerSecond: 50,
  hubsMax: 1,
};
/** When the receiver itself is behind. */
const BUSY_MS = 5_000;

export interface ReceiverOptions {
  readonly store: ReceiverStore;
  readonly host: string;
  readonly port: number;
  /** What operators send as a bearer token. */
  readonly operatorToken: string;
  /** What a hub must bring to be registered; null: the first use of a key registers it. */
  readonly provisioningToken: string | null;
  nowMs(): number;
  /** A clock that is never set; absent: the machine's. */
  monoMs?(): number;
  /** What one hub may send; absent: the usual. */
  readonly limits?: Partial<RateLimits>;
  log(text: string): void;
}

export interface Receiver {
  readonly url: string;
  /** Answers what is under way and closes; the store stays open. */
  stop(): Promise<void>;
}

/** Listens once it resolves. */
export async function startReceiver(options: ReceiverOptions): Promise<Receiver> {
  const { store } = options;
  const ingest = createGroupIngest(store, options.nowMs);
  const monoMs = options.monoMs ?? (() => performance.now());
  const hubs = new RateLimit({ ...LIMITS, ...options.limits }, monoMs);
  const registrations = new RateLimit(REGISTRATIONS, monoMs);

  async function register(request: IncomingMessage): Promise<object> {
    const body = await readBody(request, REGISTRATION_BYTES_MAX);
    const registration = parseRegistration(body.toString('utf8'));
    if (registration === null) {
      throw refused('bad-signature', 'This is no registration signed by its own key');
    }
    const { provisioningToken } = options;
    const isAllowed =
      provisioningToken === null || isSameSecret(registration.token ?? '', provisioningToken);
    if (!isAllowed) throw refused('token', 'The provisioning token is not right');
    const known = store.hub(registration.hub);
    if (known?.isRevoked) throw refused('revoked', 'This hub was revoked');
    if (known === null) demandRate(registrations, 'new', 0, 'Many hubs register now');
    demandRate(hubs, registration.hub, 0, 'This hub asks too often');
    store.register(registration.hub, registration.publicKey, options.nowMs());
    return { hub: registration.hub };
  }

  async function take(request: IncomingMessage, hub: string, stream: string): Promise<object> {
    const head = checkHead(
      {
        hub,
        stream,
        envelope: headerOf(request, ENVELOPE_HEADER),
        signature: headerOf(request, SIGNATURE_HEADER),
      },
      (id) => store.hub(id),
    );
    // Only now: nobody can use up what belongs to another hub.
    demandRate(hubs, hub, announcedBytes(request), 'This hub sends too much');
    const batch = checkBody(head, await readBody(request, BODY_BYTES_MAX));
    return answerTo(await ingest(batch), hubs.credit(hub));
  }

  function demandOperator(request: IncomingMessage): void {
    const given = /^Bearer (\S+)$/i.exec(headerOf(request, 'authorization'))?.[1] ?? '';
    if (!isSameSecret(given, options.operatorToken)) {
      throw refused('bad-signature', 'This needs the operators’ token');
    }
  }

  async function route(request: IncomingMessage): Promise<object> {
    const pathname = (request.url ?? '').split('?')[0] ?? '';
    const isPost = request.method === 'POST';
    if (pathname === '/healthz' && !isPost) return { status: 'ok' };
    if (pathname === '/v1/hubs' && isPost) return register(request);
    const batch = /^\/v1\/hubs\/(hub_[0-9a-f]{40})\/streams\/([012])$/.exec(pathname);
    if (batch && isPost) return take(request, batch[1] ?? '', batch[2] ?? '');
    if (pathname === '/v1/operators/counts' && request.method === 'GET') {
      demandOperator(request);
      return store.counts();
    }
    const revoked = /^\/v1\/operators\/hubs\/(hub_[0-9a-f]{40})\/revoke$/.exec(pathname);
    if (revoked && isPost) {
      demandOperator(request);
      const hub = revoked[1] ?? '';
      if (!store.revoke(hub, options.nowMs())) throw refused('not-found', 'There is no such hub');
      return { hub, revoked: true };
    }
    throw refused('not-found', 'There is nothing at this address');
  }

  function answer(request: IncomingMessage, response: ServerResponse): void {
    route(request).then(
      (body) => send(request, response, 200, body),
      (error: unknown) => {
        const refusal = refusalOf(error);
        if (refusal.code === 'internal') options.log(`${request.method} failed: ${String(error)}`);
        send(request, response, STATUS[refusal.code], refusal, retryAfterS(refusal));
      },
    );
  }

  const server = createServer(
    // A slow sender holds a socket for this long at most.
    {
      requestTimeout: 30_000,
      headersTimeout: 10_000,
      keepAliveTimeout: 60_000,
      maxHeaderSize: 8_192,
    },
    answer,
  );
  server.maxConnections = 10_000;
  await listen(server, options);
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${options.host}:${port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
      }),
  };
}

function answerTo(result: IngestResult, credit: Credit): object {
  switch (result.kind) {
    case 'acked':
      return { acked: result.upTo, credit };
    case 'gap':
      throw new RefusedError({
        code: 'gap',
        message: `The next number is ${result.expected}`,
        expected: result.expected,
      });
    case 'diverged':
      throw refused('diverged', 'These numbers are taken by other rows');
    case 'withdrawn':
      throw refused('consent', 'Consent for this stream was taken back');
    default:
      return result satisfies never;
  }
}

/** @throws RefusedError `busy` with the time after which it would be taken */
function demandRate(limit: RateLimit, hub: string, bytes: number, why: string): void {
  const waitMs = limit.take(hub, bytes);
  if (waitMs > 0) throw new RefusedError({ code: 'busy', message: why, after_ms: waitMs });
}

/** What a body says that it has; one that does not say counts whole. */
function announcedBytes(request: IncomingMessage): number {
  const bytes = Number(request.headers['content-length'] ?? BODY_BYTES_MAX);
  return Number.isSafeInteger(bytes) && bytes >= 0
    ? Math.min(bytes, BODY_BYTES_MAX)
    : BODY_BYTES_MAX;
}

function refused(code: RefusalCode, message: string): RefusedError {
  return new RefusedError({ code, message });
}

function refusalOf(error: unknown): Refusal {
  if (error instanceof RefusedError) return error.refusal;
  return { code: 'internal', message: 'The receiver failed; nothing was taken' };
}

/** The header has whole seconds. */
function retryAfterS({ code, after_ms = BUSY_MS }: Refusal): number | null {
  return code === 'busy' ? Math.ceil(after_ms / 1_000) : null;
}

function headerOf(request: IncomingMessage, name: string): string {
  const value = request.headers[name];
  return typeof value === 'string' ? value : '';
}

/** Counts bytes as they come, whatever Content-Length says. @throws RefusedError `too-large` */
async function readBody(request: IncomingMessage, bytesMax: number): Promise<Buffer> {
  const tooLarge = () => refused('too-large', `A body has at most ${bytesMax} bytes`);
  if (Number(request.headers['content-length'] ?? 0) > bytesMax) throw tooLarge();
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > bytesMax) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function send(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  body: object,
  retryAfter: number | null = null,
): void {
  if (response.destroyed) return;
  response.writeHead(status, {
    'content-type': 'application/json',
    'cache-control': 'no-store',
    ...(retryAfter === null ? {} : { 'retry-after': String(retryAfter) }),
    // What was not read is not read any more: the connection ends with the answer.
    ...(request.complete ? {} : { connection: 'close' }),
  });
  response.end(JSON.stringify(body));
}

function listen(server: Server, { host, port }: ReceiverOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}
