// The API's root. Deny by default: only rows of the table of routes are mounted, each behind its own check of
// who may call it, made on the route that was found and never on how a path begins.

import { Hono } from 'hono';
import { ATTEMPTS_SETTING, createAttempts } from '../household/attempts.ts';
import { type Claim, createClaim } from '../household/claim.ts';
import { createPasswords } from '../household/passwords.ts';
import { createSessions } from '../household/sessions.ts';
import type { LogLevel } from '../model/adapter-port.ts';
import { HubError, toProblem } from '../model/errors.ts';
import type { HubPort } from '../model/hub-port.ts';
import { adapterRoutes } from './adapters.ts';
import { authenticate, authorize, checkIntent, vendorOf } from './authentication.ts';
import { backupRoutes } from './backups.ts';
import { BODY_BYTES_MAX, parseBody, parseQuery, readBytes } from './body.ts';
import { commandRoutes } from './commands.ts';
import {
  type ApiContext,
  type ApiEnv,
  type ApiParts,
  type Caller,
  type Handlers,
  unauthenticated,
} from './context.ts';
import { deviceRoutes } from './devices.ts';
import { errorResponse, HttpError } from './errors.ts';
import { createEvents } from './events.ts';
import { explainRoutes } from './explain.ts';
import { firmwareRoutes } from './firmware.ts';
import { healthRoutes } from './health.ts';
import { homeRoutes } from './home.ts';
import { homeValueRoutes } from './home-values.ts';
import { createIdempotency, type Idempotency } from './idempotency.ts';
import { inboxRoutes } from './inbox.ts';
import { jobRoutes } from './jobs.ts';
import { linkRoutes } from './links.ts';
import { matterBridgeRoutes } from './matter-bridge.ts';
import { matterNodeRoutes } from './matter-nodes.ts';
import { memberRoutes } from './members.ts';
import { movingInRoutes } from './moving-in.ts';
import { mqttRoutes } from './mqtt.ts';
import { openRoutes } from './open.ts';
import { outboundRoutes } from './outbound.ts';
import { createPage } from './page.ts';
import { provisioningRoutes } from './provisioning.ts';
import { radioRoutes } from './radio.ts';
import { replacementRoutes } from './replacements.ts';
import {
  checkHost,
  checkMethod,
  checkSite,
  checkTarget,
  createHostCheck,
  isUnsafe,
} from './request-gate.ts';
import { roomRoutes } from './rooms.ts';
import { ROUTE_SPECS, type RouteName, type RouteSpec } from './routes.ts';
import { runRoutes } from './runs.ts';
import { sceneTemplateRoutes } from './scene-templates.ts';
import { sceneRoutes } from './scenes.ts';
import { sessionRoutes, setSessionCookie } from './session.ts';
import { syncRoutes } from './sync.ts';

/** On every answer, whatever it is. The page brings all that it needs: no other host, no inline script. */
const SECURITY_HEADERS: readonly (readonly [string, string])[] = [
  [
    'Content-Security-Policy',
    // The decoder of pictured codes is compiled code of the hub's own host; no text is ever run as a script.
    "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; img-src 'self' data:; base-uri 'none'; form-action 'self'; object-src 'none'; frame-ancestors 'none'",
  ],
  ['X-Content-Type-Options', 'nosniff'],
  ['X-Frame-Options', 'DENY'],
  ['Referrer-Policy', 'no-referrer'],
  ['Cross-Origin-Opener-Policy', 'same-origin'],
  ['Cross-Origin-Resource-Policy', 'same-origin'],
];

export interface ApiOptions {
  /** The secret of local root, as `writeLocalToken` gave it; null: there is none. */
  readonly localToken: string | null;
  /** Further names under which the hub is reached, such as a name in the home's own DNS. */
  readonly hosts?: readonly string[];
  /** Folder of the built page; absent: no page is served. */
  readonly pageFolder?: string;
  readonly heartbeatMs?: number;
  log(level: LogLevel, text: string): void;
}

export interface Api {
  readonly app: Hono<ApiEnv>;
  /** To print the claim code at the start. */
  readonly claim: Claim;
  /** Connected live clients. */
  liveClients(): number;
  /** Ends all live streams. May be called twice. */
  stop(): void;
}

/** Builds the API over a hub whose home is loaded. It listens nowhere; `startServer` does. */
export function createApi(hub: HubPort, options: ApiOptions): Api {
  const parts = createParts(hub, options);
  const events = createEvents(parts, { heartbeatMs: options.heartbeatMs });
  const handlers: Handlers = {
    ...adapterRoutes(parts),
    ...healthRoutes(parts),
    ...sessionRoutes(parts),
    ...homeRoutes(parts),
    ...homeValueRoutes(parts),
    ...deviceRoutes(parts),
    ...commandRoutes(parts),
    ...roomRoutes(parts),
    ...sceneRoutes(parts),
    ...sceneTemplateRoutes(parts),
    ...explainRoutes(parts),
    ...runRoutes(parts),
    ...jobRoutes(parts),
    ...provisioningRoutes(parts),
    ...backupRoutes(parts),
    ...movingInRoutes(parts),
    ...firmwareRoutes(parts),
    ...radioRoutes(parts),
    ...linkRoutes(parts),
    ...replacementRoutes(parts),
    ...memberRoutes(parts),
    ...matterBridgeRoutes(parts),
    ...matterNodeRoutes(parts),
    ...mqttRoutes(parts),
    ...openRoutes(parts),
    ...outboundRoutes(parts),
    ...syncRoutes(parts),
    ...inboxRoutes(parts),
    ...events.routes,
  };
  const app = new Hono<ApiEnv>();
  const isOurs = createHostCheck(options.hosts ?? []);
  // Of vendors' programs apart: however much they send, what the household's phones repeat is still known.
  const idempotency = { members: createIdempotency(), vendors: createIdempotency() };
  const vendor = (c: ApiContext) => vendorOf(c, parts);

  app.onError((error, c) => {
    const { code } = toProblem(error);
    if (code === 'internal')
      options.log('error', `${c.req.method} ${c.req.path}: ${error.stack ?? error.message}`);
    return errorResponse(c, error);
  });
  app.use('*', async (c, next) => {
    for (const [name, value] of SECURITY_HEADERS) c.header(name, value);
    c.header('Cache-Control', 'no-store');
    c.set('caller', null);
    checkMethod(c.req.method);
    checkTarget(targetOf(c));
    checkHost(c, isOurs);
    if (isApiPath(c.req.path)) {
      if (!isUnsafe(c.req.method)) checkSite(c, { isProofNeeded: false });
      const caller = authenticate(c, parts, options.localToken);
      c.set('caller', caller);
      if (caller !== null) noteUse(c, caller, parts);
    }
    await next();
  });
  for (const [name, handle] of Object.entries(handlers)) {
    mount(app, name as RouteName, handle as AnyHandler, { idempotency, vendor });
  }
  const page = options.pageFolder === undefined ? null : createPage(options.pageFolder);
  app.notFound((c) => answerUnknown(c, page));

  return { app, claim: parts.claim, liveClients: events.count, stop: events.stop };
}

type AnyHandler = (
  c: ApiContext,
  input: { readonly query: unknown; readonly body: unknown },
) => Response | Promise<Response>;

interface MountTools {
  readonly idempotency: { readonly members: Idempotency; readonly vendors: Idempotency };
  /** The account of a vendor's program; null for none. */
  vendor(c: ApiContext): string | null;
}

function mount(
  app: Hono<ApiEnv>,
  name: RouteName,
  handle: AnyHandler,
  { idempotency, vendor }: MountTools,
): void {
  const spec: RouteSpec = ROUTE_SPECS[name];
  const [method = '', path = ''] = name.split(' ');
  app.on(method, path, async (c) => {
    // A HEAD would open a live stream that nobody reads.
    if (c.req.method === 'HEAD' && isApiPath(path)) throw methodNotAllowed([method]);
    checkIntent(c);
    authorize(c, spec.who, () => vendor(c) !== null);
    const query = parseQuery(c, spec);
    if (!isUnsafe(method)) return handle(c, { query, body: undefined });
    const bytes = await readBytes(c, spec.bodyBytesMax ?? BODY_BYTES_MAX);
    const work = async () => handle(c, { query, body: parseBody(c, spec, bytes) });
    const { caller } = c.var;
    const account = caller === null && spec.who === 'vendor' ? vendor(c) : null;
    if (caller === null && account === null) return work();
    const once = account === null ? idempotency.members : idempotency.vendors;
    return once(c, account ?? idOf(caller), bytes, async () => {
      try {
        return await work();
      } catch (error) {
        if (error instanceof HubError) return errorResponse(c, error);
        throw error;
      }
    });
  });
}

/** What tells callers apart: the token that each came with. */
function idOf(caller: Caller | null): string {
  return caller === null || caller.kind === 'local' ? 'local' : caller.found.token.id;
}

function createParts(hub: HubPort, { log }: ApiOptions): ApiParts {
  const { household } = hub;
  const now = () => hub.now();
  const passwords = createPasswords();
  const sessions = createSessions(household, now);
  const attempts = createAttempts({
    now,
    saved: household.contents().settings[ATTEMPTS_SETTING] ?? null,
    save: (text) =>
      hub.store.putSetting(ATTEMPTS_SETTING, text).catch((error: unknown) => {
        log('warn', `The count of wrong passwords could not be kept: ${toProblem(error).message}`);
      }),
  });
  const claim = createClaim({ household, passwords, sessions, now });
  return { hub, sessions, passwords, attempts, claim, log };
}

/** A session that is used lasts on; no request waits for that to be written down. */
function noteUse(c: ApiContext, caller: Caller, { sessions, log }: ApiParts): void {
  if (caller.kind === 'local') return;
  const written = sessions.touch(caller.found);
  if (written === null) return;
  if (caller.kind === 'session') setSessionCookie(c, caller.secret);
  written.catch((error: unknown) => {
    log('warn', `The use of a session could not be noted: ${toProblem(error).message}`);
  });
}

/** The path and query as they were sent; layers below have tidied what they hold. */
function targetOf(c: ApiContext): string {
  const sent = c.env?.incoming?.url;
  if (sent !== undefined) return sent;
  const { pathname, search } = new URL(c.req.url);
  return pathname + search;
}

function isApiPath(path: string): boolean {
  return path === '/api' || path.startsWith('/api/') || path === '/metrics';
}

const PATTERNS = Object.keys(ROUTE_SPECS).map((name) => {
  const [method = '', path = ''] = name.split(' ');
  return {
    method,
    pattern: new RegExp(`^${path.replaceAll('.', '\\.').replaceAll(/:\w+/g, '[^/]+')}$`),
  };
});

function methodNotAllowed(methods: readonly string[]): HttpError {
  return new HttpError(405, 'unsupported', 'This path does not answer that method', {
    headers: { Allow: methods.join(', ') },
  });
}

/** What is not in the table: 401 to strangers so that they learn nothing, 405 and 404 to those who are signed in. */
function answerUnknown(
  c: ApiContext,
  page: ReturnType<typeof createPage> | null,
): Response | Promise<Response> {
  const { path, method } = c.req;
  const others = PATTERNS.filter(({ pattern }) => pattern.test(path)).map((each) => each.method);
  if (isApiPath(path)) {
    if (c.var.caller === null) return errorResponse(c, unauthenticated());
    if (others.length > 0) return errorResponse(c, methodNotAllowed(others));
  } else if (others.length === 0 && page !== null && !isUnsafe(method)) {
    return page(c);
  } else if (isUnsafe(method)) {
    return errorResponse(c, methodNotAllowed(['GET', 'HEAD']));
  }
  const missing = new HttpError(404, 'not-found', `There is nothing at ${path.slice(0, 100)}`, {
    hint: 'GET /api/openapi.json lists everything that is there.',
  });
  return errorResponse(c, missing);
}
