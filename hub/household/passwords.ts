// Passwords: what is accepted, and hashing with argon2id. At most two hashes are computed at once and a few
// wait, so that a burst of guesses cannot eat the board's memory (19 MiB a hash).
import { HubError, ValidationError } from '../model/errors.ts';
import type { Words } from '../model/words.ts';
import { isCommonPassword } from './common-passwords.ts';

export const PASSWORD_CHARACTERS_MIN = 12;
export const PASSWORD_CHARACTERS_MAX = 256;
const RUNNING_MAX = 2;
const WAITING_MAX = 8;

/** OWASP's minimum for argon2id: 19 MiB, two passes, one lane. argon2id is the library's default. */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

export interface Passwords {
  /** Encoded argon2id hash. @throws ValidationError when the password is not acceptable; HubError `busy`. */
  hash(password: string): Promise<string>;
  /**
   * Whether the password belongs to the hash. Without a hash it takes as long and says no, so that the time
   * does not tell whether an account exists. @throws HubError `busy` when too many wait.
   */
  verify(password: string, encoded: string | null): Promise<boolean>;
}

/** One form for passwords that look alike: two keyboards must not write the same letters differently. */
function normalized(password: string): string {
  return password.normalize('NFKC');
}

/** @throws ValidationError saying what is wrong with the password; `path` is where it stood in the request. */
export function checkPassword(password: string, path = '/password'): void {
  const problem = faultOf(normalized(password));
  if (problem !== null) {
    throw new ValidationError(`The password cannot be taken: ${problem.en}`, {
      hint: 'Four words that do not belong together make a good password.',
      errors: [{ path, message: problem.en, zh: problem.zh }],
      zh: {
        message: `不能使用这个密码：${problem.zh}`,
        hint: '四个互不相干的词就是好密码。',
      },
    });
  }
}

function faultOf(password: string): Words | null {
  const length = [...password].length;
  if (length < PASSWORD_CHARACTERS_MIN) {
    return {
      en: `it has ${length} characters and needs ${PASSWORD_CHARACTERS_MIN}`,
      zh: `它有 ${length} 个字符，至少要 ${PASSWORD_CHARACTERS_MIN} 个`,
    };
  }
  if (length > PASSWORD_CHARACTERS_MAX) {
    return {
      en: `it has ${length} characters and may have ${PASSWORD_CHARACTERS_MAX}`,
      zh: `它有 ${length} 个字符，最多 ${PASSWORD_CHARACTERS_MAX} 个`,
    };
  }
  if (/\p{Cc}/u.test(password)) {
    return { en: 'it contains a control character', zh: '它含有控制字符' };
  }
  if (new Set(password.toLowerCase()).size < 4) {
    return { en: 'it repeats the same few characters', zh: '它只重复少数几个字符' };
  }
  if (isCommonPassword(password)) {
    return { en: 'it is among those that are guessed first', zh: '它属于最先被猜到的密码' };
  }
  return null;
}

/** Loaded at the first password: the native library costs the start of the house time and memory. */
function argon2() {
  return import('@node-rs/argon2');
}

/** Hashing with its own small queue. */
export function createPasswords(): Passwords {
  let running = 0;
  const waiting: (() => void)[] = [];
  let stranger: Promise<string> | null = null;

  async function inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    if (running >= RUNNING_MAX) {
      if (waiting.length >= WAITING_MAX) {
        throw new HubError('busy', 'Too many passwords are being checked at once', {
          hint: 'Try again in a few seconds.',
          zh: { message: '同时核对的密码太多', hint: '请过几秒再试。' },
        });
      }
      await new Promise<void>((resolve) => waiting.push(resolve));
    }
    running += 1;
    try {
      return await work();
    } finally {
      running -= 1;
      waiting.shift()?.();
    }
  }

  return {
    async hash(password) {
      checkPassword(password);
      return inTurn(async () => (await argon2()).hash(normalized(password), COST));
    },
    async verify(password, encoded) {
      // No hash belongs to such a text, and hashing a megabyte would only cost time.
      if (password.length > PASSWORD_CHARACTERS_MAX * 4) return false;
      return inTurn(async () => {
        const { hash, verify } = await argon2();
        stranger ??= hash('nobody has this password', COST);
        const isRight = await verify(encoded ?? (await stranger), normalized(password));
        return isRight && encoded !== null;
      });
    },
  };
}
