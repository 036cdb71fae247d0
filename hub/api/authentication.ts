// Finding out who calls: a bearer token, the local token, or a session cookie. Exactly one way counts for a
// request, and a secret of one kind is worth nothing as the other.

import { isSameSecret } from '../household/secrets.ts';
import { isPageTokenOf } from '../household/sessions.ts';
import { HubError } from '../model/errors.ts';
import type { MemberRecord } from '../model/home.ts';
import type { ApiContext, ApiParts, Caller } from './context.ts';
import { unauthenticated } from './context.ts';
import { checkSite, isFromLoopback, isUnsafe } from './request-gate.ts';
import type { Who } from './routes.ts';

export const SESSION_COOKIE = 'ingle_session';

/** @throws HubError `unauthenticated` for an `Authorization` that is not good; null when there is none at all. */
export function authenticate(
  c: ApiContext,
  parts: Pick<ApiParts, 'sessions'>,
  localToken: string | null,
): Caller | null {
  const header = c.req.header('Authorization');
  // A vendor's token is nobody's of the home: it opens the open interface, where it is judged.
  if (header !== undefined && /^bearer vnd_/i.test(header)) return null;
  if (header !== undefined) return fromBearer(c, header, parts, localToken);
  const secret = sessionCookie(c);
  if (secret === null) return null;
  const found = parts.sessions.find(secret, 'session');
  if (found === null) return null;
  const cause = { kind: 'member', id: found.member.id, via: 'page' } as const;
  return { kind: 'session', actor: { member: found.member, cause }, found, secret };
}

function fromBearer(
  c: ApiContext,
  header: string,
  { sessions }: Pick<ApiParts, 'sessions'>,
  localToken: string | null,
): Caller {
  const secret = /^bearer ([A-Za-z0-9_-]{20,200})$/i.exec(header)?.[1];
  if (secret === undefined) throw unauthenticated();
  if (localToken !== null && isFromLoopback(c) && isSameSecret(secret, localToken)) {
    return { kind: 'local', actor: { member: null, cause: { kind: 'local' } } };
  }
  const found = sessions.find(secret, 'token');
  if (found === null) throw unauthenticated();
  const via = c.req.header('User-Agent')?.startsWith('ingle/') ? 'cli' : 'api';
  const cause = { kind: 'member', id: found.member.id, via } as const;
  return { kind: 'token', actor: { member: found.member, cause }, found, secret };
}

/** The session's secret; null without one, and where two cookies claim to be it. */
function sessionCookie(c: ApiContext): string | null {
  const values = (c.req.header('Cookie') ?? '')
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${SESSION_COOKIE}=`))
    .map((pair) => pair.slice(SESSION_COOKIE.length + 1));
  const [only] = values;
  if (values.length !== 1 || only === undefined || !/^[A-Za-z0-9_-]{43}$/.test(only)) return null;
  return only;
}

/** The vendor's account whose token came with the request; null for none. */
export function vendorOf(c: ApiContext, { hub }: Pick<ApiParts, 'hub'>): string | null {
  const header = c.req.header('Authorization') ?? '';
  const token = /^bearer (vnd_[A-Za-z0-9_-]{20,100})$/i.exec(header)?.[1];
  return token === undefined ? null : hub.vendors.vendorOf(token);
}

function noVendor(): HubError {
  return new HubError('unauthenticated', 'This needs the token of a vendor’s account', {
    hint: 'An owner grants one with: ingle open grant NAME.',
    zh: { message: '这里需要厂商账号的令牌', hint: '户主可以授予：ingle open grant 名称。' },
  });
}

function onlyVendor(): HubError {
  return new HubError('unauthenticated', 'A vendor’s token opens the open interface alone', {
    hint: 'Its routes begin with /api/open/: see GET /api/openapi.json.',
    zh: {
      message: '厂商的令牌只能用于开放接口',
      hint: '它的路径以 /api/open/ 开头，见 GET /api/openapi.json。',
    },
  });
}

const ROLES: Record<'installer' | 'household' | 'owner', readonly MemberRecord['role'][]> = {
  installer: ['owner', 'adult', 'installer'],
  household: ['owner', 'adult'],
  owner: ['owner'],
};

const ROLE_WORDS: Readonly<Record<MemberRecord['role'], string>> = {
  owner: '户主',
  adult: '大人',
  child: '孩子',
  elder: '长辈',
  guest: '访客',
  installer: '安装师傅',
};

/** Lets the caller through to a route, or says why not. @throws HubError `unauthenticated` or `forbidden`. */
export function authorize(c: ApiContext, who: Who, isVendor: () => boolean): void {
  const { caller } = c.var;
  if (who === 'anyone' || (who === 'vendor' && caller === null && isVendor())) return;
  if (who === 'nearby' && isFromLoopback(c)) return;
  if (caller === null) {
    if (who === 'vendor') throw noVendor();
    throw isVendor() ? onlyVendor() : unauthenticated();
  }
  if (who === 'vendor') {
    throw new HubError('forbidden', 'Only the program of a vendor may do this', {
      hint: 'It comes with the token of its own account: ingle open grant NAME.',
      zh: {
        message: '只有厂商的程序可以这样做',
        hint: '它使用自己账号的令牌：ingle open grant 名称。',
      },
    });
  }
  if (caller.kind === 'local') return;
  if (who === 'local') {
    throw new HubError('forbidden', 'Only root on the hub itself may do this', {
      hint: 'Run the `ingle` command on the hub.',
      zh: { message: '只有中枢本机的 root 可以这样做', hint: '请在中枢上运行 `ingle` 命令。' },
    });
  }
  if (who === 'member') return;
  const roles = ROLES[who === 'nearby' ? 'owner' : who];
  const { role, name } = caller.actor.member;
  if (!roles.includes(role)) {
    throw new HubError('forbidden', `${name} is ${role} of this home and may not do this`, {
      hint: `It takes one of: ${roles.join(', ')}.`,
      zh: {
        message: `${name} 是这个家的${ROLE_WORDS[role]}，不可以这样做`,
        hint: `需要的身份：${roles.map((each) => ROLE_WORDS[each]).join('、')}。`,
      },
    });
  }
}

/** For what changes something: a page must prove to be ours, by the browser's word and by the header. */
export function checkIntent(c: ApiContext): void {
  if (!isUnsafe(c.req.method)) return;
  const { caller } = c.var;
  const isPage = caller?.kind === 'session';
  checkSite(c, { isProofNeeded: isPage });
  if (!isPage) return;
  const header = c.req.header('X-Ingle-Token') ?? '';
  if (!isPageTokenOf(caller.secret, header)) {
    throw new HubError(
      'forbidden',
      'The X-Ingle-Token header is missing or belongs to another session',
      {
        hint: 'GET /api/session returns its value.',
      },
    );
  }
}
