// Members, passwords, signed-in pages and programs' tokens.

import { checkPassword } from '../household/passwords.ts';
import { plainName } from '../household/sign-in.ts';
import { HubError, NotFoundError, ValidationError } from '../model/errors.ts';
import type { MemberRecord } from '../model/home.ts';
import { memberId, tokenId } from '../model/identifiers.ts';
import {
  type ApiContext,
  type ApiParts,
  actorOf,
  callerOf,
  checkVersion,
  type Handlers,
  inputId,
  listPart,
  memberOf,
  pathId,
  versioned,
} from './context.ts';
import { memberView, tokenView } from './views.ts';

const DAY_MS = 86_400_000;

export function memberRoutes(parts: ApiParts) {
  const { hub, sessions, passwords, attempts } = parts;
  const members = () => hub.household.contents().members;

  async function setPassword(c: ApiContext, member: MemberRecord, password: string): Promise<void> {
    const passwordHash = await passwords.hash(password);
    const actor = actorOf(c);
    await hub.household.setCredential({ member: member.id, passwordHash }, actor);
    const caller = callerOf(c);
    const kept = caller.kind === 'local' ? null : caller.found.token.id;
    await sessions.endAll(member.id, kept, actor);
  }

  function memberById(id: string): MemberRecord {
    const member = members().find((each) => each.id === id);
    if (member === undefined) throw new NotFoundError('member', id);
    return member;
  }

  /** Local root acts for the first owner where it names nobody. */
  function tokenOwner(c: ApiContext, asked: string | undefined): MemberRecord {
    const caller = callerOf(c);
    if (caller.kind !== 'local') {
      if (asked === undefined || asked === caller.actor.member.id) return caller.actor.member;
      throw new HubError('forbidden', 'A token can be made only for oneself');
    }
    if (asked !== undefined) return memberById(inputId(asked, memberId, '/member'));
    const owner = members().find((each) => each.role === 'owner');
    if (owner !== undefined) return owner;
    throw new HubError(
      'not-claimed',
      'The hub has no owner yet, so there is nobody a token could be for',
      {
        hint: '`ingle claim` prints the code with which the page makes the owner.',
      },
    );
  }

  return {
    'GET /api/members': (c, { query }) => {
      const { items, next } = listPart(members(), query);
      return c.json({ items: items.map(memberView), next });
    },
    'GET /api/members/self': (c) => versioned(c, memberView(memberOf(c))),
    'PATCH /api/members/self': async (c, { body }) => {
      const member = memberOf(c);
      const version = checkVersion(c, member.version, 'Your entry');
      const { name, language } = body;
      const isTaken =
        name !== undefined &&
        members().some((each) => each.id !== member.id && plainName(each.name) === plainName(name));
      if (isTaken) {
        throw new ValidationError(`There is another member called "${name}"`, {
          zh: { message: `已有成员叫“${name}”`, hint: null },
          errors: [{ path: '/name', message: 'is taken' }],
        });
      }
      const change = {
        ...(name === undefined ? {} : { name }),
        ...(language === undefined ? {} : { language }),
      };
      const changed = await hub.household.setMember(member.id, change, version, actorOf(c));
      return versioned(c, memberView(changed));
    },
    'POST /api/members/self/password': async (c, { body }) => {
      const member = memberOf(c);
      checkPassword(body.password);
      const { credentials } = hub.household.contents();
      const credential = credentials.find((each) => each.member === member.id);
      // Guessing through a stolen page is limited like signing in, but on an account of its own: it must not
      // keep the owner from signing in.
      const account = `change of ${member.id}`;
      attempts.begin(account);
      if (!(await passwords.verify(body.current, credential?.passwordHash ?? null))) {
        throw new HubError('forbidden', 'The current password is not right', {
          hint: '`ingle reset-password` on the hub sets a new one without it.',
          zh: {
            message: '现在的密码不对',
            hint: '不用它也可以换：在中枢上运行 `ingle reset-password`。',
          },
        });
      }
      attempts.succeeded(account);
      await setPassword(c, member, body.password);
      return c.body(null, 204);
    },
    'POST /api/members/:id/password': async (c, { body }) => {
      checkPassword(body.password);
      await setPassword(c, memberById(pathId(c, memberId, 'member')), body.password);
      return c.body(null, 204);
    },
    'GET /api/tokens': (c, { query }) => {
      const caller = callerOf(c);
      const { tokens } = hub.household.contents();
      const current = caller.kind === 'local' ? null : caller.found.token;
      const shown =
        caller.kind === 'local'
          ? tokens
          : tokens.filter((each) => each.member === caller.actor.member.id);
      const { items, next } = listPart(shown, query);
      return c.json({ items: items.map((token) => tokenView(token, current)), next });
    },
    'POST /api/tokens': async (c, { body }) => {
      const owner = tokenOwner(c, body.member);
      const lifetimeMs = body.days === undefined ? null : body.days * DAY_MS;
      const minted = await sessions.open(owner.id, 'token', body.label, lifetimeMs, actorOf(c));
      return c.json({ ...tokenView(minted.record, null), secret: minted.secret }, 201);
    },
    'DELETE /api/tokens/:id': async (c) => {
      const id = pathId(c, tokenId, 'token');
      const caller = callerOf(c);
      const token = hub.household.contents().tokens.find((each) => each.id === id);
      const isOwn = caller.kind === 'local' || token?.member === caller.actor.member.id;
      // Whose token it is must not be found out by trying ids.
      if (token === undefined || !isOwn) throw new NotFoundError('token', id);
      await sessions.end(id, caller.actor);
      return c.body(null, 204);
    },
  } satisfies Partial<Handlers>;
}
