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
import type { IngestResult, ReceiverStore } from './receiver-store.ts';

const REGISTRATION_BYTES_MAX = 2_048;
/** Of a hub that is known: what it may send before it asks anew. */
const CREDIT = { requests: 16, bytes: 16 * BODY_BYTES_MAX, after_ms: 0 };
const RETRY_AFTER_S = 5;

export interface ReceiverOptions {
  readonly store: ReceiverStore;
  readonly host: string;
  readonly port: number;
  /** What operators send as a bearer token. */
  readonly operatorToken: string;
  /** What a hub must bring to be registered; null: the first use of a key registers it. */
  readonly provisioningToken: string | null;
  nowMs(): number;
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
    if (store.hub(registration.hub)?.isRevoked) throw refused('revoked', 'This hub was revoked');
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
    const batch = checkBody(head, await readBody(request, BODY_BYTES_MAX));
    return answerTo(await ingest(batch));
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
        send(request, response, STATUS[refusal.code], refusal);
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

function answerTo(result: IngestResult): object {
  switch (result.kind) {
    case 'acked':
      return { acked: result.upTo, credit: CREDIT };
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

function refused(code: RefusalCode, message: string): RefusedError {
  return new RefusedError({ code, message });
}

function refusalOf(error: unknown): Refusal {
  if (error instanceof RefusedError) return error.refusal;
  return { code: 'internal', message: 'The receiver failed; nothing was taken' };
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
): void {
  if (response.destroyed) return;
  response.writeHead(status, {
    'content-type': 'application/json',
    'cache-control': 'no-store',
    ...(status === 429 ? { 'retry-after': String(RETRY_AFTER_S) } : {}),
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
