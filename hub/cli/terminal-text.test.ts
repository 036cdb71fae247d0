// Names from devices and members are hostile until they have passed here.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { columnsOf, plain, plainJson, plainLines, tableLines } from './terminal-text.ts';

test('escape sequences in a name are shown and do nothing', () => {
  expect(plain('Lamp\u001b[2J\u001b]0;owned\u0007')).toBe('Lamp\\x1b[2J\\x1b]0;owned\\x07');
});

test('the one-character form of an escape sequence is shown too', () => {
  expect(plain('a\u009b31mb')).toBe('a\\x9b31mb');
});

test('a name cannot forge a line, and cannot turn the reading direction', () => {
  expect(plain('Lamp\r\nFault: none')).toBe('Lamp\\x0d\\nFault: none');
  expect(plain('Lamp\u202egnihton')).toBe('Lamp\\u202egnihton');
});

test('names in any script stay as they are', () => {
  for (const name of ['走廊灯', 'Küchenlicht', 'مصباح', 'Lampe 👩‍👧', "Anna's lamp"]) {
    expect(plain(name)).toBe(name);
  }
});

test('a file keeps its lines and its tabs, and nothing else', () => {
  expect(plainLines('a:\n\tb\r\nc\u001b[1m')).toBe('a:\n\tb\nc\\x1b[1m');
});

test('whatever goes in, no control character comes out but line ends', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      for (const out of [plain(text), plainJson({ [text]: text })]) {
        expect([...out].every((each) => each >= ' ' && !(each >= '\x7f' && each < '\xa0'))).toBe(
          true,
        );
      }
      expect(JSON.parse(plainJson({ text }))).toEqual({ text });
    }),
  );
});

test('columns line up when a name is Chinese', () => {
  expect(columnsOf('走廊灯')).toBe(6);
  expect(
    tableLines([
      ['走廊灯', 'on'],
      ['Lamp', 'off'],
    ]),
  ).toEqual(['走廊灯  on', 'Lamp    off']);
});
