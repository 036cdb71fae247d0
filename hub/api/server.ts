// The HTTP listener: limits on what a connection may send and how long it may take, and a stop that is bounded.
import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { getRequestListener, RequestError } from '@hono/node-server';
import type { Hono } from 'hono';
import { UnreachableError } from '../model/errors.ts';
import type { ApiEnv } from './context.ts';

const HEADER_BYTES_MAX = 16 * 1024;
const HEADERS_TIMEOUT_MS = 10_000;
/** For a request with its body; a command that waits 30 s is answered within it because it has been received. */
const REQUEST_TIMEOUT_MS = 20_000;
const KEEP_ALIVE_MS = 65_000;
/** Live clients, pages and programs of one home fit thrice; what comes beyond is closed at once. */
const CONNECTIONS_MAX = 500;
const STOP_MS = 3_000;

export interface ServerOptions {
  readonly app: Hono<ApiEnv>;
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** Called first when stopping, to end live streams. */
  readonly onStop?: () => void;
  /** Shorter limits, for tests of them. */
  readonly limits?: {
    readonly headersMs?: number;
    readonly requestMs?: number;
    readonly connections?: number;
  };
}

export interface RunningServer {
  readonly host: string;
  readonly port: number;
  /** Ends live streams, lets requests under way finish, then closes what is left; within 3 s. May be called twice. */
  stop(): Promise<void>;
}

/** @throws UnreachableError when the address cannot be listened on. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { limits = {} } = options;
  const listener = getRequestListener(
    options.app.fetch as Parameters<typeof getRequestListener>[0],
    {
      errorHandler: badRequest,
    },
  );
  const server = createServer(
    {
      maxHeaderSize: HEADER_BYTES_MAX,
      headersTimeout: limits.headersMs ?? HEADERS_TIMEOUT_MS,
      requestTimeout: limits.requestMs ?? REQUEST_TIMEOUT_MS,
      keepAliveTimeout: KEEP_ALIVE_MS,
      connectionsCheckingInterval: 1_000,
      noDelay: true,
      // A phone that left the house must not hold its stream for a quarter of an hour.
      keepAlive: true,
      keepAliveInitialDelay: 30_000,
      requireHostHeader: true,
      insecureHTTPParser: false,
    },
    (request, response) => void listener(request, response),
  );
  server.maxConnections = limits.connections ?? CONNECTIONS_MAX;
  server.on('upgrade', (_request, socket: Socket) => {
    socket.end('HTTP/1.1 426 Upgrade Required\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
  });
  const port = await listen(server, options);
  let stopping: Promise<void> | null = null;
  return {
    host: options.host,
    port,
    stop() {
      stopping ??= stop(server, options.onStop);
      return stopping;
    },
  };
}

function listen(server: Server, { host, port }: ServerOptions): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const hint =
        cause.code === 'EADDRINUSE'
          ? 'Another program, perhaps another hub, listens there; INGLE_PORT chooses another port.'
          : undefined;
      reject(
        new UnreachableError(`Cannot listen on ${host} port ${port}: ${cause.message}`, {
          hint,
          cause,
        }),
      );
    });
    server.listen(port, host, () => {
      const address: AddressInfo | string | null = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

async function stop(server: Server, onStop: (() => void) | undefined): Promise<void> {
  onStop?.();
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  // A connection becomes idle when its last answer ends, so they are looked for until none is left.
  const idle = setInterval(() => server.closeIdleConnections(), 20);
  const forced = setTimeout(() => server.closeAllConnections(), STOP_MS - 500);
  await closed;
  clearInterval(idle);
  clearTimeout(forced);
}

/** What does not even become a request: a Host or a target of an impossible form. */
function badRequest(error: unknown): Response {
  const isTheirs = error instanceof RequestError;
  const details = {
    type: `urn:ingle:problem:${isTheirs ? 'invalid-input' : 'internal'}`,
    title: isTheirs ? 'Bad Request' : 'Internal Server Error',
    status: isTheirs ? 400 : 500,
    code: isTheirs ? 'invalid-input' : 'internal',
    detail: isTheirs
      ? 'The request has a form that is not taken'
      : 'Something inside the hub failed',
    hint: null,
  };
  return new Response(JSON.stringify(details), {
    status: details.status,
    headers: {
      'Content-Type': 'application/problem+json',
      'Cache-Control': 'no-store',
      'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
      'X-Content-Type-Options': 'nosniff',
      Connection: 'close',
    },
  });
}
