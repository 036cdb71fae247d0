// What holds the home's keys is for an owner who gives the password again.
import { HubError, ValidationError } from '../model/errors.ts';
import { type ApiContext, type ApiParts, callerOf } from './context.ts';

/**
 * A stolen page must not be enough. Local root has the files anyway.
 * @throws HubError `forbidden` for a wrong password, TooManyAttemptsError for guessing
 */
export async function demandPassword(
  { hub, passwords, attempts }: ApiParts,
  c: ApiContext,
  password: string | null,
): Promise<void> {
  const caller = callerOf(c);
  if (caller.kind === 'local') return;
  if (password === null) {
    throw new ValidationError('This needs your password again', {
      errors: [{ path: '/password', message: 'is missing', zh: '缺少密码' }],
      zh: { message: '需要再次输入你的密码', hint: null },
    });
  }
  const { id } = caller.actor.member;
  const account = `keys for ${id}`;
  attempts.begin(account);
  const credential = hub.household.contents().credentials.find(({ member }) => member === id);
  if (!(await passwords.verify(password, credential?.passwordHash ?? null))) {
    throw new HubError('forbidden', 'This needs your password again, and it is not right', {
      hint: 'Whoever has the keys of the home can take over its devices.',
      zh: {
        message: '需要再次输入你的密码，但密码不正确',
        hint: '拿到家的密钥的人可以控制其中的设备。',
      },
    });
  }
  attempts.succeeded(account);
}
