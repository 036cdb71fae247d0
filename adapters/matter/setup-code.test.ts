// Setup codes are judged before anything is looked for, with the real decoders.
import { ManualPairingCodeCodec, QrPairingCodeCodec } from '@matter/main/types';
import { expect, test } from 'vitest';
import { ValidationError } from '../../hub/model/errors.ts';
import { type CodeCodecs, readSetupCode } from './setup-code.ts';

const codecs: CodeCodecs = {
  manual: (code) => ManualPairingCodeCodec.decode(code),
  qr: (code) => QrPairingCodeCodec.decode(code),
};
const read = (text: string) => readSetupCode(text, codecs);

test('a manual code gives the passcode and the short discriminator', () => {
  // Spec: Matter 1.4 Core § 5.1.4; the SDK's own example.
  expect(read('34970112332')).toEqual({ passcode: 20202021, shortDiscriminator: 15 });
  expect(read(' 3497-011-2332 ')).toEqual({ passcode: 20202021, shortDiscriminator: 15 });
});

test('the text of a QR code gives the whole discriminator', () => {
  expect(read('MT:Y.K90C0R15VS3648G00')).toEqual({ passcode: 20202031, longDiscriminator: 3101 });
});

test.each([
  ['34970112333', /wrong digit/, /有一位不对/],
  ['3497011233', /10 digits instead of 11 or 21/, /有 10 位，应为 11 位或 21 位/],
  ['hello', /neither digits nor/, /既不是数字/],
  ['', /neither digits nor/, /既不是数字/],
  ['MT:nonsense!', /cannot be read/, /无法读取/],
])('"%s" is refused in words of both languages and not repeated', (code, words, inChinese) => {
  let thrown: unknown;
  try {
    read(code);
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toBeInstanceOf(ValidationError);
  if (!(thrown instanceof ValidationError)) return;
  expect(thrown.message).toMatch(words);
  expect(thrown.hint).toMatch(/11 or 21 digits/);
  expect(thrown.zh?.message).toMatch(inChinese);
  expect(thrown.zh?.hint).toMatch(/11 位或 21 位数字/);
  // A sentence mark right behind the prefix would read as a part of it.
  expect(`${thrown.hint} ${thrown.zh?.hint}`).not.toMatch(/MT:[”"]?[.。]/);
  expect(thrown.errors[0]?.path).toBe('/code');
  if (code.length > 0)
    expect(`${thrown.message} ${String(thrown.cause ?? '')}`).not.toContain(code);
});
