import { describe, expect, test } from 'vitest';
import { ValidationError } from '../model/errors.ts';
import { checkPassword, createPasswords } from './passwords.ts';

const GOOD = 'lanterns over quiet water';

describe('passwords', () => {
  test('a hash is argon2id with at least 19 MiB, salted, and belongs to its password alone', async () => {
    const passwords = createPasswords();
    const [one, two] = [await passwords.hash(GOOD), await passwords.hash(GOOD)];
    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(one).not.toBe(two);
    expect(await passwords.verify(GOOD, one)).toBe(true);
    expect(await passwords.verify(`${GOOD} `, one)).toBe(false);
    expect(await passwords.verify(GOOD, null)).toBe(false);
  });

  test('letters that look alike are the same letters on every keyboard', async () => {
    const passwords = createPasswords();
    const hash = await passwords.hash('caf\u00e9 lanterns water');
    expect(await passwords.verify('cafe\u0301 lanterns water', hash)).toBe(true);
  });

  test.each([
    ['short', 'short'],
    ['eleven letters', 'elevenchars'],
    ['a common one', 'password1234'],
    ['a common one in capitals', 'PASSWORD1234'],
    ['a common one with marks', 'password1234!!!'],
    ['one letter over and over', 'aaaaaaaaaaaaaaaa'],
    ['a short piece over and over', 'abcdabcdabcdabcd'],
    ['a row of the keyboard', 'qwertyuiopas'],
    ['digits in order', '0123456789012345'],
    ['a NUL', 'lanterns\0over quiet water'],
    ['a line break', 'lanterns over\nquiet water'],
    ['a megabyte', 'x1y2'.repeat(262_144)],
  ])('%s is refused with the reason', (_what, password) => {
    expect(() => checkPassword(password)).toThrow(ValidationError);
  });

  test.each([
    GOOD,
    '湖边的灯笼很安静很安静很',
    'Tr7&kd0-pLq9',
    `${'x'.repeat(3) + '🔥'.repeat(5)}abcdef`,
  ])('twelve characters of any script are enough: %s', (password) => {
    expect(() => checkPassword(password)).not.toThrow();
  });

  test('a megabyte is answered without hashing it', async () => {
    const passwords = createPasswords();
    const hash = await passwords.hash(GOOD);
    const startedAt = performance.now();
    expect(await passwords.verify('x'.repeat(1024 * 1024), hash)).toBe(false);
    expect(performance.now() - startedAt).toBeLessThan(20);
  });

  test('a burst is refused as busy instead of eating the memory', async () => {
    const passwords = createPasswords();
    const answers = await Promise.allSettled(
      Array.from({ length: 40 }, () => passwords.verify(GOOD, null)),
    );
    const refused = answers.filter(({ status }) => status === 'rejected');
    expect(refused).toHaveLength(30);
    expect(refused[0]).toMatchObject({ reason: { code: 'busy' } });
    expect(await passwords.verify(GOOD, null)).toBe(false);
  });
});
