import { describe, expect, test } from 'vitest';
import type { MemberRecord, Role, TokenRecord } from '../model/home.ts';
import type { Household } from '../model/hub-port.ts';
import { memberId } from '../model/identifiers.ts';
import type { HomeContents } from '../model/store-port.ts';
import {
  createSessions,
  isPageTokenOf,
  pageTokenOf,
  SESSION_MS,
  TOKENS_PER_MEMBER_MAX,
} from './sessions.ts';

const ANN = memberId('mem_ann');
const ACTOR = { member: null, cause: { kind: 'local' } } as const;

function setUp(startMs = Date.UTC(2026, 10, 21)) {
  let monoMs = 1_000;
  let wallMs = startMs;
  let tokens: TokenRecord[] = [];
  let role: Role = 'owner';
  const home = {
    name: '',
    language: 'en',
    zone: 'UTC',
    place: null,
    mode: 'home',
    version: 1,
  } as const;
  const contents = (): HomeContents => {
    const member: MemberRecord = {
      id: ANN,
      name: 'Ann',
      role,
      language: 'en',
      version: 1,
      createdAtMs: 0,
    };
    const none = {
      rooms: [],
      devices: [],
      credentials: [],
      scenes: [],
      homeValues: [],
      settings: {},
    };
    return { home, isClaimed: true, members: [member], tokens, ...none };
  };
  const household: Pick<Household, 'contents' | 'putToken' | 'removeToken'> = {
    contents,
    putToken: async (token) => {
      tokens = [...tokens.filter(({ id }) => id !== token.id), token];
    },
    removeToken: async (gone) => {
      tokens = tokens.filter(({ id }) => id !== gone);
    },
  };
  const start = () => createSessions(household, () => ({ wallMs, monoMs }));
  return {
    sessions: start(),
    restart: start,
    tokens: () => tokens,
    setRole: (next: Role) => {
      role = next;
    },
    advance: (ms: number) => {
      monoMs += ms;
      wallMs += ms;
    },
    stepWall: (ms: number) => {
      wallMs += ms;
    },
  };
}

describe('sessions', () => {
  test('a secret has 256 bits and only its hash is kept', async () => {
    const { sessions, tokens } = setUp();
    const { secret } = await sessions.open(ANN, 'session', 'Phone', SESSION_MS, ACTOR);
    expect(Buffer.from(secret, 'base64url')).toHaveLength(32);
    expect(JSON.stringify(tokens())).not.toContain(secret);
    expect(sessions.find(secret, 'session')?.member.id).toBe(ANN);
  });

  test('what is kept signs nobody in', async () => {
    const { sessions, tokens } = setUp();
    await sessions.open(ANN, 'session', 'Phone', SESSION_MS, ACTOR);
    expect(sessions.find(tokens()[0]?.secretHash ?? '', 'session')).toBeNull();
    expect(sessions.find(tokens()[0]?.id ?? '', 'session')).toBeNull();
  });

  test('a session is no token, and a token no session', async () => {
    const { sessions } = setUp();
    const session = await sessions.open(ANN, 'session', 'Phone', SESSION_MS, ACTOR);
    const token = await sessions.open(ANN, 'token', 'Program', null, ACTOR);
    expect(sessions.find(session.secret, 'token')).toBeNull();
    expect(sessions.find(token.secret, 'session')).toBeNull();
  });

  test('it ends after 30 days; a clock that is set back prolongs nothing', async () => {
    const { sessions, advance, stepWall } = setUp();
    const { secret } = await sessions.open(ANN, 'session', 'Phone', SESSION_MS, ACTOR);
    stepWall(-365 * 86_400_000);
    advance(SESSION_MS - 1);
    expect(sessions.find(secret, 'session')).not.toBeNull();
    advance(1);
    expect(sessions.find(secret, 'session')).toBeNull();
  });

  test('a clock that is set right ends no session that was just opened', async () => {
    const { sessions, stepWall } = setUp(0);
    const { secret } = await sessions.open(ANN, 'session', 'Phone', SESSION_MS, ACTOR);
    stepWall(Date.UTC(2026, 10, 21));
    expect(sessions.find(secret, 'session')).not.toBeNull();
  });

  test('a restart with a clock set back does not prolong beyond the lifetime', async () => {
    const { sessions, restart, advance, stepWall } = setUp();
    const { secret } = await sessions.open(ANN, 'session', 'Phone', SESSION_MS, ACTOR);
    stepWall(-10 * 365 * 86_400_000);
    const after = restart();
    advance(SESSION_MS);
    expect(after.find(secret, 'session')).toBeNull();
  });

  test('use prolongs it, and is written down once a day', async () => {
    const { sessions, advance, tokens } = setUp();
    const { secret } = await sessions.open(ANN, 'session', 'Phone', SESSION_MS, ACTOR);
    const touch = () => {
      const found = sessions.find(secret, 'session');
      return found === null ? null : sessions.touch(found);
    };
    expect(touch()).toBeNull();
    advance(20 * 86_400_000);
    const written = touch();
    expect(written).not.toBeNull();
    // Requests at the same time write it down once.
    expect(touch()).toBeNull();
    await written;
    expect(touch()).toBeNull();
    advance(20 * 86_400_000);
    expect(sessions.find(secret, 'session')).not.toBeNull();
    expect(tokens()).toHaveLength(1);
  });

  test('revoking ends it at once and tells who listens', async () => {
    const { sessions } = setUp();
    const { record, secret } = await sessions.open(ANN, 'session', 'Phone', SESSION_MS, ACTOR);
    let told = 0;
    sessions.onEnd(record.id, () => {
      told += 1;
    });
    const stop = sessions.onEnd(record.id, () => {
      told += 100;
    });
    stop();
    await sessions.end(record.id, ACTOR);
    expect(told).toBe(1);
    expect(sessions.find(secret, 'session')).toBeNull();
    await expect(sessions.end(record.id, ACTOR)).rejects.toMatchObject({ code: 'not-found' });
  });

  test('another role is another session', async () => {
    const { sessions, setRole } = setUp();
    const { secret } = await sessions.open(ANN, 'session', 'Phone', SESSION_MS, ACTOR);
    const found = sessions.find(secret, 'session');
    if (found === null) throw new Error('The session is not there');
    expect(sessions.isStillGood(found)).toBe(true);
    setRole('guest');
    expect(sessions.isStillGood(found)).toBe(false);
    expect(sessions.find(secret, 'session')?.member.role).toBe('guest');
  });

  test('a member has fifty at most: the one that was not used for longest ends', async () => {
    const { sessions, advance, tokens } = setUp();
    const first = await sessions.open(ANN, 'session', 'First', SESSION_MS, ACTOR);
    for (let index = 1; index < TOKENS_PER_MEMBER_MAX; index += 1) {
      advance(1);
      await sessions.open(ANN, 'session', 'Page', SESSION_MS, ACTOR);
    }
    expect(sessions.find(first.secret, 'session')).not.toBeNull();
    advance(1);
    await sessions.open(ANN, 'session', 'One more', SESSION_MS, ACTOR);
    expect(tokens()).toHaveLength(TOKENS_PER_MEMBER_MAX);
    expect(sessions.find(first.secret, 'session')).toBeNull();
  });

  test('a label carries no control characters and no novel', () => {
    const { sessions } = setUp();
    const { record } = sessions.mint(ANN, 'token', `a\u001b[31m\r\nb${'x'.repeat(500)}`, null);
    expect(record.label).toMatch(/^a\[31mbx+$/);
    expect(record.label.length).toBe(80);
  });

  test('the page’s token belongs to one session alone', async () => {
    const { sessions } = setUp();
    const one = await sessions.open(ANN, 'session', 'One', SESSION_MS, ACTOR);
    const two = await sessions.open(ANN, 'session', 'Two', SESSION_MS, ACTOR);
    expect(isPageTokenOf(one.secret, pageTokenOf(one.secret))).toBe(true);
    expect(isPageTokenOf(one.secret, pageTokenOf(two.secret))).toBe(false);
    expect(isPageTokenOf(one.secret, '')).toBe(false);
    expect(pageTokenOf(one.secret)).not.toContain(one.record.secretHash);
  });
});
