// Names from devices and members are hostile until they have passed here.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { columnsOf, plain, plainJson, plainLines, tableLines, wrapped } from './terminal-text.ts';

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

test('a Chinese sentence is broken to the width, and no line begins with its full stop', () => {
  expect(wrapped('列出设备；查看、改名。', 10)).toBe('列出设备；\n查看、改名。');
  expect(wrapped('Lists the devices', 11)).toBe('Lists the\ndevices');
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme' }),
      fc.integer({ min: 4, max: 80 }),
      (text, columns) => {
        const joined = (lines: string) => lines.replaceAll(/\s/g, '');
        expect(joined(wrapped(text, columns))).toBe(joined(text));
      },
    ),
  );
});

test('a table that is wider than the terminal stands in blocks, with nothing cut off', () => {
  const rows = [
    ['NAME', 'ROOM', 'STATE'],
    ['Living room floor lamp', 'Living room', 'on, 40 %'],
  ];
  expect(tableLines(rows, 80)).toHaveLength(2);
  expect(tableLines(rows, 30)).toEqual([
    'NAME',
    '  ROOM  STATE',
    'Living room floor lamp',
    '  Living room  on, 40 %',
  ]);
});
