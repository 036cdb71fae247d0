// Install codes in every form that vendors print, and the mistakes that people make with them.
import { expect, test } from 'vitest';
import type { ValidationError } from './errors.ts';
import { readInstallCode } from './install-code.ts';

const ADDRESS = '00124B00F0000001';
/** The example of the standard. Spec: Base Device Behavior 13-0402-13 § 10.1. */
const CODE = '83FED3407A939723A5C639B26916D505C3B5';
const READ = { ieeeAddress: '0x00124b00f0000001', code: CODE, isChecked: true };

/** Exactly as long as the two forms without marks: the code at the end, the address three places before it. */
function unmarked(code: string, length: number): string {
  const head = `${ADDRESS}$I:`;
  const filler = 'RB01SG$S:680S00003915'.padEnd(length - head.length - code.length, '%');
  return `${filler}${head}${code}`;
}

function failure(text: string): ValidationError {
  try {
    readInstallCode(text);
  } catch (error) {
    return error as ValidationError;
  }
  throw new Error('it was taken');
}

test.each([
  [
    'Ubisys, Danfoss, Inovelli, Ledvance',
    `ubisys2/R0/5501/${'12'.repeat(4)}Z:${ADDRESS}$I:${CODE}`,
  ],
  ['Müller-Licht, Innr', `${ADDRESS}|${CODE}`],
  ['frient', `|${ADDRESS}|${CODE}|`],
  ['Aqara', `G$M:69775$S:680S00003915$D:0000000017B2335C%Z$A:${ADDRESS}$I:${CODE}`],
  ['Hue', `HUE:Z:${CODE} M:${ADDRESS} D:L3B A:1184`],
  ['95 characters', unmarked(CODE, 95)],
  ['typed, as it is printed', `0012 4B00 F000 0001 83FE D340 7A93 9723 A5C6 39B2 6916 D505 C3B5`],
  [
    'typed with hyphens and colons',
    `00:12:4b:00:f0:00:00:01 83fed3407a939723-a5c639b26916d505-c3b5`,
  ],
  ['typed with 0x', `0x00124b00f0000001 ${CODE.toLowerCase()}`],
])('a code is read in the form of %s', (_, text) => {
  expect(readInstallCode(text)).toEqual(READ);
  expect(readInstallCode(`  ${text}\n`)).toEqual(READ);
});

test('an old code without a checksum is taken, and it is known that nothing checks it', () => {
  const bare = CODE.slice(0, 32);
  const read = { ...READ, code: bare, isChecked: false };
  expect(readInstallCode(`${ADDRESS}|${bare}`)).toEqual(read);
  expect(readInstallCode(unmarked(bare, 91))).toEqual(read);
});

test('every single mistyped digit, and every two digits that were swapped, are found out', () => {
  for (let at = 0; at < CODE.length; at++) {
    for (const digit of '0123456789ABCDEF') {
      if (digit === CODE[at]) continue;
      const mistyped = `${CODE.slice(0, at)}${digit}${CODE.slice(at + 1)}`;
      expect(failure(`${ADDRESS}|${mistyped}`).code).toBe('invalid-input');
    }
    const [one = '', two = ''] = CODE.slice(at, at + 2);
    if (one === two || two === '') continue;
    const swapped = `${CODE.slice(0, at)}${two}${one}${CODE.slice(at + 2)}`;
    expect(failure(`${ADDRESS}|${swapped}`).hint).toContain('at least one digit is wrong');
  }
});

test.each([
  [
    'a letter in the place of a digit',
    `${ADDRESS} 83FED34O7A939723A5C639B26916D505C3B5`,
    '"O"',
    '“O”',
  ],
  ['a digit too few', `${ADDRESS}|${CODE.slice(1)}`, '35 digits', '35 位'],
  ['the code alone', CODE, 'address of the device', '设备地址'],
  ['the address alone', ADDRESS, 'address of the device', '设备地址'],
  ['a code of something else', '3497-011-2332', 'address of the device', '设备地址'],
  ['a web address', 'https://example.com/setup', 'no install code', '不是已知的安装码'],
  ['nothing', '', 'no install code', '不是已知的安装码'],
])('what is wrong is said in both languages: %s', (_, text, en, zh) => {
  const error = failure(text);
  expect(error.hint).toContain(en);
  expect(error.zh?.message).toBe('安装码不对');
  expect(error.zh?.hint).toContain(zh);
});

test('no message repeats the code', () => {
  const told = JSON.stringify([
    failure(`${ADDRESS}|${CODE.slice(0, 34)}FF`),
    failure(`${ADDRESS}|${CODE.slice(2)}`),
  ]);
  expect(told).not.toContain(CODE.slice(4, 30));
});
