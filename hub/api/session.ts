// Claiming the hub, signing in and out. The cookie carries an opaque secret and nothing else.

import { type Minted, pageTokenOf, SESSION_MS } from '../household/sessions.ts';
import { signIn } from '../household/sign-in.ts';
import { toRfc3339 } from '../model/clock.ts';
import { HubError, toProblem } from '../model/errors.ts';
import type { MemberRecord } from '../model/home.ts';
import { SESSION_COOKIE } from './authentication.ts';
import { type ApiContext, type ApiParts, callerOf, type Handlers } from './context.ts';
import { isFromHome } from './request-gate.ts';
import type { SessionJson } from './shapes.ts';
import { memberView } from './views.ts';

/** Gives the page its cookie. Over HTTPS it gets a name and a flag that bind it to this very host. */
export function setSessionCookie(c: ApiContext, secret: string): void {
  const seconds = Math.floor(SESSION_MS / 1000);
  c.header(
    'Set-Cookie',
    `${SESSION_COOKIE}=${secret}; Max-Age=${seconds}; Path=/; HttpOnly; SameSite=Strict`,
  );
}

function clearSessionCookie(c: ApiContext): void {
  c.header('Set-Cookie', `${SESSION_COOKIE}=; Max-Age=0; Path=/; HttpOnly; SameSite=Strict`);
}

/** What a browser calls itself, as the label in the list of signed-in devices. */
function deviceLabel(c: ApiContext): string {
  const agent = c.req.header('User-Agent') ?? '';
  const browser = /(Edg|Firefox|Chrome|Safari)(?:iOS)?\//.exec(agent)?.[1]?.replace('Edg', 'Edge');
  const system = /(Android|iPhone|iPad|Windows|Mac OS X|CrOS|Linux)/.exec(agent)?.[1];
  const words = [browser, system].filter((word) => word !== undefined);
  return words.length > 0 ? words.join(', ') : agent.slice(0, 40) || 'Page';
}

export function sessionRoutes(parts: ApiParts) {
  const { hub, sessions, claim } = parts;

  function sessionView(member: MemberRecord | null, signedIn: Minted | null): SessionJson {
    const expiresAtMs = signedIn?.record.expiresAtMs ?? null;
    return {
      member: member === null ? null : memberView(member),
      token: signedIn === null ? null : pageTokenOf(signedIn.secret),
      expires: expiresAtMs === null ? null : toRfc3339(expiresAtMs),
      demo: hub.isDemo,
      claimed: hub.household.contents().isClaimed,
      language: hub.languageOf(member?.id ?? null),
    };
  }

  return {
    'GET /api/claim': (c) => {
      const { claimed, open, closesAtMs } = claim.status();
      return c.json({
        claimed,
        open,
        closesAt: closesAtMs === null ? null : toRfc3339(closesAtMs),
      });
    },
    'POST /api/claim': async (c, { body }) => {
      if (!isFromHome(c)) {
        throw new HubError('forbidden', 'A hub can be claimed only from its own network', {
          hint: 'Open its page from a device in the same home.',
          zh: {
            message: '只能在中枢自己的网络里认领它',
            hint: '请用同一个家里的设备打开它的页面。',
          },
        });
      }
      const { code, name, password, language } = body;
      const { name: homeName, zone, place } = body.home;
      const home = {
        ...(homeName === undefined ? {} : { name: homeName }),
        ...(zone === undefined ? {} : { zone }),
        ...(place === undefined ? {} : { place }),
      };
      const label = deviceLabel(c);
      const { member, session } = await claim.claim({
        code,
        name,
        password,
        language,
        home,
        label,
      });
      parts.log('info', 'The hub has been claimed');
      setSessionCookie(c, session.secret);
      return c.json(sessionView(member, session), 201);
    },
    'POST /api/claim/code': (c) => {
      const { code, closesAtMs } = claim.reopen();
      return c.json({ code, closesAt: toRfc3339(closesAtMs) });
    },
    'GET /api/session': (c) => {
      const { caller } = c.var;
      if (caller === null || caller.kind === 'local') return c.json(sessionView(null, null));
      const { found, secret } = caller;
      if (caller.kind === 'token') return c.json({ ...sessionView(found.member, null) });
      const record = hub.household.contents().tokens.find(({ id }) => id === found.token.id);
      return c.json(sessionView(found.member, { record: record ?? found.token, secret }));
    },
    'POST /api/session': async (c, { body }) => {
      if (!hub.household.contents().isClaimed) {
        throw new HubError('not-claimed', 'This hub has no owner yet, so nobody can sign in', {
          hint: 'Claim it with the code that it prints at its start.',
          zh: {
            message: '这个中枢还没有主人，所以没有人能登录',
            hint: '请用它启动时显示的代码认领它。',
          },
        });
      }
      const { household } = hub;
      const member = await signIn({ household, ...parts }, body).catch((error: unknown) => {
        // Who it was meant to be stays out of the log: people type passwords into the field for the name.
        parts.log('warn', `Somebody could not sign in: ${toProblem(error).message}`);
        throw error;
      });
      const cause = { kind: 'member', id: member.id, via: 'page' } as const;
      const { caller } = c.var;
      // Signing in again on the same page replaces its session: an earlier secret never becomes more than it was.
      if (caller?.kind === 'session') await sessions.end(caller.found.token.id, caller.actor);
      const opened = await sessions.open(member.id, 'session', deviceLabel(c), SESSION_MS, {
        member,
        cause,
      });
      setSessionCookie(c, opened.secret);
      return c.json(sessionView(member, opened), 201);
    },
    'DELETE /api/session': async (c) => {
      const caller = callerOf(c);
      if (caller.kind === 'local') {
        throw new HubError(
          'invalid-input',
          'The local token is not a session and cannot be signed out',
        );
      }
      await sessions.end(caller.found.token.id, caller.actor);
      clearSessionCookie(c);
      return c.body(null, 204);
    },
  } satisfies Partial<Handlers>;
}
