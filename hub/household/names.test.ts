import { describe, expect, it } from 'vitest';
import { firstFree, handleFrom, isHandle, tidyName } from './names.ts';

describe('names and handles', () => {
  it.each([
    ['Hall lamp', 'hall-lamp'],
    ['  Küche: Décke 2 ', 'kuche-decke-2'],
    ['门厅灯', '门厅灯'],
    ['客厅 Hue 灯', '客厅-hue-灯'],
    ['3rd floor', 'device-3rd-floor'],
    ['🙂', 'device'],
    ['../../etc', 'etc'],
  ])('the name %j gives the handle %j', (name, handle) => {
    expect(handleFrom(name)).toBe(handle);
    expect(isHandle(handle)).toBe(true);
  });

  it('a name loses control characters and repeated blanks, nothing else', () => {
    expect(tidyName(' Hall\u0000\n lamp\t<b> ')).toBe('Hall lamp <b>');
  });

  it('a taken name gets the first free number', () => {
    const taken = new Set(['Bulb', 'Bulb 2']);
    expect(firstFree('Bulb', ' ', (name) => taken.has(name))).toBe('Bulb 3');
  });
});
