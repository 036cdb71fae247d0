// The API over the test hub, as tests call it: from loopback, with a Host that is ours, signed in or not.

import { randomSecret, randomSuffix, secretHash } from '../household/secrets.ts';
import { pageTokenOf } from '../household/sessions.ts';
import type { MemberRecord, Role } from '../model/home.ts';
import { memberId, tokenId } from '../model/identifiers.ts';
import { type Api, type ApiOptions, createApi } from './app.ts';
import { createTestHub, type TestHub } from './test-hub.ts';

export const PASSWORD = 'lanterns over quiet water';
export const LOCAL_TOKEN = 'local-token-of-the-tests-0123456789';
export const HOST = 'localhost:8420';

export interface CallOptions {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON unless it is text. */
  readonly body?: unknown;
  readonly from?: string;
}

export interface TestApi extends Api {
  readonly hub: TestHub;
  readonly logged: string[];
  /** Calls without any identity. */
  call(path: string, options?: CallOptions): Promise<Response>;
  /** Calls as root on the hub. */
  asLocal(path: string, options?: CallOptions): Promise<Response>;
  /** A member with a session, as the page uses it. */
  page(role: Role, name?: string): PageCaller;
  /** A member with a token, as a program uses it. */
  program(role: Role): (path: string, options?: CallOptions) => Promise<Response>;
}

export interface PageCaller {
  (path: string, options?: CallOptions): Promise<Response>;
  readonly member: MemberRecord;
  readonly secret: string;
}

export function createTestApi(
  options: Partial<ApiOptions> & { readonly isDemo?: boolean; readonly hub?: TestHub } = {},
): TestApi {
  const hub = options.hub ?? createTestHub({ isDemo: options.isDemo ?? false });
  const logged: string[] = [];
  const api = createApi(hub.port, {
    localToken: LOCAL_TOKEN,
    log: (level, text) => void logged.push(`${level} ${text}`),
    ...options,
  });

  async function call(path: string, { method, headers, body, from }: CallOptions = {}) {
    const isText = typeof body === 'string' || body === undefined;
    const request = new Request(`http://${HOST}${path}`, {
      method: method ?? (body === undefined ? 'GET' : 'POST'),
      headers: {
        Host: HOST,
        ...(isText ? {} : { 'Content-Type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: isText ? body : JSON.stringify(body) }),
    });
    const incoming = { url: path, socket: { remoteAddress: from ?? '127.0.0.1' }, rawHeaders: [] };
    return api.app.fetch(request, { incoming } as never);
  }

  function addMember(role: Role, name = `A ${role}`): MemberRecord {
    const known = hub.contents.members.find((each) => each.name === name);
    if (known !== undefined) return known;
    const id = memberId(`mem_${randomSuffix()}`);
    const member: MemberRecord = { id, name, role, language: 'en', version: 1, createdAtMs: 0 };
    hub.contents.members.push(member);
    hub.contents.isClaimed = true;
    return member;
  }

  function addSecret(member: MemberRecord, kind: 'session' | 'token'): string {
    const secret = randomSecret();
    const { wallMs } = hub.port.now();
    hub.contents.tokens.push({
      id: tokenId(`tok_${randomSuffix()}`),
      kind,
      member: member.id,
      label: 'Test',
      secretHash: secretHash(secret),
      createdAtMs: wallMs,
      lastUsedAtMs: wallMs,
      expiresAtMs: wallMs + 30 * 86_400_000,
    });
    return secret;
  }

  return {
    ...api,
    hub,
    logged,
    call,
    asLocal: (path, given = {}) =>
      call(path, {
        ...given,
        headers: { Authorization: `Bearer ${LOCAL_TOKEN}`, ...given.headers },
      }),
    page(role, name) {
      const member = addMember(role, name);
      const secret = addSecret(member, 'session');
      const caller = (path: string, given: CallOptions = {}) =>
        call(path, { ...given, headers: { ...pageHeaders(secret), ...given.headers } });
      return Object.assign(caller, { member, secret });
    },
    program(role) {
      const secret = addSecret(addMember(role), 'token');
      return (path, given = {}) =>
        call(path, { ...given, headers: { Authorization: `Bearer ${secret}`, ...given.headers } });
    },
  };
}

/** What a browser sends from our own page. */
export function pageHeaders(secret: string): Record<string, string> {
  return {
    Cookie: `ingle_session=${secret}`,
    Origin: `http://${HOST}`,
    'Sec-Fetch-Site': 'same-origin',
    'X-Ingle-Token': pageTokenOf(secret),
  };
}

/** The body of an answer, for tests to look into. */
export async function bodyOf(response: Response): Promise<Record<string, unknown>> {
  const body: unknown = await response.json();
  if (typeof body !== 'object' || body === null) throw new Error('The answer is no object');
  return body as Record<string, unknown>;
}
