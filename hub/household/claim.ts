// Taking a new hub into possession. Whoever can read the code on the console or the label becomes the owner:
// 40 random bits, open for 15 minutes after the start, closed by 20 wrong codes, one winner.
import type { Instant } from '../model/clock.ts';
import { ConflictError, HubError } from '../model/errors.ts';
import type { HomeRecord, Language, MemberRecord } from '../model/home.ts';
import type { Household } from '../model/hub-port.ts';
import { memberId } from '../model/identifiers.ts';
import { checkPassword, type Passwords } from './passwords.ts';
import { isSameSecret, randomLetters, randomSuffix } from './secrets.ts';
import { type Minted, SESSION_MS, type Sessions } from './sessions.ts';

export const CLAIM_WINDOW_MS = 15 * 60_000;
export const CLAIM_FAILURES_MAX = 20;
/** Eight letters of five bits. */
const CODE_LETTERS = 8;

export interface ClaimRequest {
  readonly code: string;
  readonly name: string;
  readonly password: string;
  readonly language: Language;
  readonly home: Partial<Pick<HomeRecord, 'name' | 'zone' | 'place'>>;
  /** What the new session is called in the list of signed-in devices. */
  readonly label: string;
}

export interface Claim {
  /** `closesAtMs` is wall time; null while it is closed. */
  status(): {
    readonly claimed: boolean;
    readonly open: boolean;
    readonly closesAtMs: number | null;
  };
  /** The code to print, such as `K7QF-2M9X`; null while the claim is closed. */
  code(): string | null;
  /** Opens it again with a new code: for local root alone. @throws ConflictError once claimed. */
  reopen(): { readonly code: string; readonly closesAtMs: number };
  /** Makes the owner. @throws HubError `forbidden` for a wrong code or a closed claim; ConflictError once claimed; ValidationError */
  claim(
    request: ClaimRequest,
  ): Promise<{ readonly member: MemberRecord; readonly session: Minted }>;
}

export interface ClaimParts {
  readonly household: Pick<Household, 'contents' | 'claim'>;
  readonly passwords: Passwords;
  readonly sessions: Pick<Sessions, 'mint'>;
  now(): Instant;
}

/** Opens at once, as a hub that was just powered up does. */
export function createClaim({ household, passwords, sessions, now }: ClaimParts): Claim {
  let letters = '';
  let closesMonoMs = 0;
  let failures = 0;
  let isClaiming = false;
  open();

  function open(): void {
    letters = randomLetters(CODE_LETTERS);
    closesMonoMs = now().monoMs + CLAIM_WINDOW_MS;
    failures = 0;
  }

  const isClaimed = () => household.contents().isClaimed;
  const isOpen = () => !isClaimed() && failures < CLAIM_FAILURES_MAX && now().monoMs < closesMonoMs;
  const printed = () => `${letters.slice(0, 4)}-${letters.slice(4)}`;
  const closesAtMs = () => {
    const { wallMs, monoMs } = now();
    return Math.round(wallMs + closesMonoMs - monoMs);
  };

  function checkCode(code: string): void {
    if (isClaimed()) throw alreadyClaimed();
    if (!isOpen()) {
      throw new HubError('forbidden', 'The hub cannot be claimed now: the time for it is over', {
        hint: 'Restart the hub, or run `ingle claim` on it, and use the new code within 15 minutes.',
        zh: {
          message: '现在不能认领中枢：时间已过',
          hint: '请重启中枢，或在中枢上运行 `ingle claim`，并在 15 分钟内使用新的认领码。',
        },
      });
    }
    if (isSameSecret(letters, normalizedCode(code))) return;
    failures += 1;
    throw new HubError('forbidden', 'That is not the code of this hub', {
      hint: 'The code stands on the label or in what the hub prints at its start, such as K7QF-2M9X.',
      zh: {
        message: '这不是这台中枢的认领码',
        hint: '认领码印在标签上，中枢启动时也会显示，例如 K7QF-2M9X。',
      },
    });
  }

  return {
    status: () => ({
      claimed: isClaimed(),
      open: isOpen(),
      closesAtMs: isOpen() ? closesAtMs() : null,
    }),
    code: () => (isOpen() ? printed() : null),
    reopen() {
      if (isClaimed()) throw alreadyClaimed();
      open();
      return { code: printed(), closesAtMs: closesAtMs() };
    },
    async claim(request) {
      // A password that cannot be taken costs no failure, and says nothing about the code.
      checkPassword(request.password);
      checkCode(request.code);
      if (isClaiming) throw alreadyClaimed();
      isClaiming = true;
      try {
        const passwordHash = await passwords.hash(request.password);
        const member: MemberRecord = {
          id: memberId(`mem_${randomSuffix()}`),
          name: request.name,
          role: 'owner',
          language: request.language,
          version: 1,
          createdAtMs: now().wallMs,
        };
        const session = sessions.mint(member.id, 'session', request.label, SESSION_MS);
        const { home } = household.contents();
        await household.claim({
          member,
          credential: { member: member.id, passwordHash },
          token: session.record,
          home: { ...home, ...request.home, language: request.language, version: home.version + 1 },
        });
        return { member, session };
      } finally {
        isClaiming = false;
      }
    },
  };
}

function alreadyClaimed(): ConflictError {
  return new ConflictError('This hub has an owner already', {
    hint: 'Sign in, or ask its owner. `ingle reset-password` on the hub helps an owner who is locked out.',
    zh: {
      message: '这台中枢已有户主',
      hint: '请登录，或问户主。户主登录不了时，可在中枢上运行 `ingle reset-password`。',
    },
  });
}

/** As typed by a person: any case, with or without hyphens and spaces, O for 0, I or L for 1. */
function normalizedCode(code: string): string {
  return code
    .slice(0, 64)
    .toUpperCase()
    .replaceAll(/[\s-]/g, '')
    .replaceAll('O', '0')
    .replaceAll(/[IL]/g, '1');
}
