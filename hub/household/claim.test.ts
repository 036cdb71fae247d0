import { describe, expect, test } from 'vitest';
import { ConflictError } from '../model/errors.ts';
import type { Household } from '../model/hub-port.ts';
import type { HomeContents } from '../model/store-port.ts';
import { CLAIM_FAILURES_MAX, CLAIM_WINDOW_MS, type ClaimRequest, createClaim } from './claim.ts';
import { createPasswords } from './passwords.ts';
import { createSessions } from './sessions.ts';

const HOME = {
  name: '',
  language: 'en',
  zone: 'UTC',
  place: null,
  mode: 'home',
  version: 3,
} as const;

/** The claim over a home in memory whose store lets one owner through, a turn later, as a transaction does. */
function setUp() {
  let contents: HomeContents = {
    home: HOME,
    isClaimed: false,
    rooms: [],
    devices: [],
    members: [],
    credentials: [],
    tokens: [],
    scenes: [],
    homeValues: [],
    settings: {},
  };
  let monoMs = 0;
  let wallMs = Date.UTC(2026, 10, 21);
  let fails = false;
  const now = () => ({ wallMs, monoMs });
  const household: Pick<Household, 'contents' | 'claim' | 'putToken' | 'removeToken'> = {
    contents: () => contents,
    async claim({ member, credential, token, home }) {
      await new Promise((resolve) => setImmediate(resolve));
      if (fails) throw new Error('The disk is full');
      if (contents.isClaimed) throw new ConflictError('claimed');
      const { members, credentials, tokens } = contents;
      contents = {
        ...contents,
        home,
        isClaimed: true,
        members: [...members, member],
        credentials: [...credentials, credential],
        tokens: [...tokens, token],
      };
    },
    putToken: async () => {},
    removeToken: async () => {},
  };
  const parts = {
    household,
    passwords: createPasswords(),
    sessions: createSessions(household, now),
    now,
  };
  return {
    claim: createClaim(parts),
    /** The command line's claim: another one over the same home. */
    other: () => createClaim(parts),
    contents: () => contents,
    advance: (ms: number) => {
      monoMs += ms;
      wallMs += ms;
    },
    stepWall: (ms: number) => {
      wallMs += ms;
    },
    breakStore: (isBroken: boolean) => {
      fails = isBroken;
    },
  };
}

function request(code: string | null, change: Partial<ClaimRequest> = {}): ClaimRequest {
  return {
    code: code ?? '',
    name: 'Ann',
    password: 'lanterns over quiet water',
    language: 'zh',
    home: { name: 'Lake house', zone: 'Asia/Shanghai' },
    label: 'Test',
    ...change,
  };
}

describe('claiming a hub', () => {
  test('the code makes an owner, a session and the home', async () => {
    const { claim, contents } = setUp();
    const { member, session } = await claim.claim(request(claim.code()));
    expect(member).toMatchObject({ name: 'Ann', role: 'owner', language: 'zh' });
    expect(contents().home).toMatchObject({
      name: 'Lake house',
      zone: 'Asia/Shanghai',
      version: 4,
    });
    expect(contents().tokens).toEqual([session.record]);
    expect(JSON.stringify(contents())).not.toContain(session.secret);
    expect(JSON.stringify(contents())).not.toContain('lanterns');
  });

  test('of a hundred at once one becomes the owner', async () => {
    const { claim, contents } = setUp();
    const code = claim.code();
    const all = await Promise.allSettled(
      Array.from({ length: 100 }, (_, index) => claim.claim(request(code, { name: `M${index}` }))),
    );
    expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(contents().members).toHaveLength(1);
  });

  test('of two doors to one home one becomes the owner', async () => {
    const { claim, other, contents } = setUp();
    const second = other();
    const all = await Promise.allSettled([
      claim.claim(request(claim.code())),
      second.claim(request(second.code())),
    ]);
    expect(all.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(contents().members).toHaveLength(1);
  });

  test('without the code nobody becomes anything, and the code works once', async () => {
    const { claim } = setUp();
    const code = claim.code();
    await expect(claim.claim(request(''))).rejects.toMatchObject({ code: 'forbidden' });
    await claim.claim(request(code));
    await expect(claim.claim(request(code))).rejects.toMatchObject({ code: 'conflict' });
    expect(claim.code()).toBeNull();
    expect(claim.status()).toEqual({ claimed: true, open: false, closesAtMs: null });
    expect(() => claim.reopen()).toThrow(ConflictError);
  });

  test('twenty wrong codes close it, until it is opened again with another code', async () => {
    const { claim } = setUp();
    const code = claim.code();
    for (let index = 0; index < CLAIM_FAILURES_MAX; index += 1) {
      await expect(claim.claim(request('0000-0000'))).rejects.toMatchObject({ code: 'forbidden' });
    }
    expect(claim.status().open).toBe(false);
    await expect(claim.claim(request(code))).rejects.toMatchObject({ code: 'forbidden' });
    const again = claim.reopen();
    expect(again.code).not.toBe(code);
    await expect(claim.claim(request(again.code))).resolves.toBeDefined();
  });

  test('it closes after 15 minutes, whatever the clock says', async () => {
    const { claim, advance, stepWall } = setUp();
    const code = claim.code();
    stepWall(-3 * 86_400_000);
    advance(CLAIM_WINDOW_MS - 1);
    expect(claim.status().open).toBe(true);
    advance(1);
    stepWall(-3 * 86_400_000);
    expect(claim.code()).toBeNull();
    await expect(claim.claim(request(code))).rejects.toMatchObject({ code: 'forbidden' });
  });

  test('a code is taken as people type it', async () => {
    const { claim } = setUp();
    const typed = (claim.code() ?? '')
      .toLowerCase()
      .replace('-', ' ')
      .replaceAll('0', 'o')
      .replaceAll('1', 'l');
    await expect(claim.claim(request(typed))).resolves.toBeDefined();
  });

  test('a bad password costs no failure', async () => {
    const { claim } = setUp();
    for (let index = 0; index < 30; index += 1) {
      const bad = request('0000-0000', { password: 'short' });
      await expect(claim.claim(bad)).rejects.toMatchObject({ code: 'invalid-input' });
    }
    expect(claim.status().open).toBe(true);
  });

  test('a store that fails leaves the hub without an owner and the claim open', async () => {
    const { claim, breakStore, contents } = setUp();
    breakStore(true);
    await expect(claim.claim(request(claim.code()))).rejects.toThrow('The disk is full');
    expect(contents().isClaimed).toBe(false);
    breakStore(false);
    await expect(claim.claim(request(claim.code()))).resolves.toBeDefined();
  });

  test('codes have forty random bits, and none of twenty thousand comes twice by chance of design', () => {
    const { claim } = setUp();
    const codes = new Set(Array.from({ length: 20_000 }, () => claim.reopen().code));
    expect(codes.size).toBeGreaterThanOrEqual(19_999);
    for (const code of codes) expect(code).toMatch(/^[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$/);
    expect(new Set([...codes].flatMap((code) => [...code])).size).toBe(33);
  });
});
