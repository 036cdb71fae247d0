// Signing in with name and password. What a stranger learns is the same whether the name exists or not:
// the same words, the same time, the same limits.
import { HubError } from '../model/errors.ts';
import type { MemberRecord } from '../model/home.ts';
import type { Household } from '../model/hub-port.ts';
import type { Attempts } from './attempts.ts';
import type { Passwords } from './passwords.ts';

/** One form for names that look alike. */
export function plainName(name: string): string {
  return name.normalize('NFKC').trim().toLowerCase();
}

export interface SignInParts {
  readonly household: Pick<Household, 'contents'>;
  readonly passwords: Passwords;
  readonly attempts: Attempts;
}

/**
 * The member whose name and password these are.
 * @throws HubError `unauthenticated`, TooManyAttemptsError, or `busy`.
 */
export async function signIn(
  { household, passwords, attempts }: SignInParts,
  { name, password }: { readonly name: string; readonly password: string },
): Promise<MemberRecord> {
  const account = plainName(name);
  attempts.begin(account);
  const { members, credentials } = household.contents();
  const member = members.find((each) => plainName(each.name) === account);
  const credential = credentials.find((each) => each.member === member?.id);
  const isRight = await passwords.verify(password, credential?.passwordHash ?? null);
  if (!isRight || member === undefined) {
    throw new HubError('unauthenticated', 'Name and password do not belong together', {
      hint: 'Somebody who is locked out can run `ingle reset-password` on the hub.',
      zh: {
        message: '名字和密码不匹配',
        hint: '登录不了时，可在中枢上运行 `ingle reset-password`。',
      },
    });
  }
  attempts.succeeded(account);
  return member;
}
