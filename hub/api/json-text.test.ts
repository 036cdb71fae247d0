import { describe, expect, test } from 'vitest';
import { JSON_DEPTH_MAX, parseJson } from './json-text.ts';

const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);

describe('JSON from strangers', () => {
  test.each([
    ['{"a":1,"b":[true,null,"x"],"c":{"a":2}}'],
    ['{"quote\\"d":"{\\"a\\":1,\\"a\\":2}","b":",{["}'],
    ['"__proto__"'],
    ['["__proto__","__proto__"]'],
    ['{"a":"__proto__"}'],
    ['[{"a":1},{"a":2}]'],
    ['{"a":{"b":1},"b":{"a":1}}'],
    ['"\\\\"'],
    [nested(JSON_DEPTH_MAX)],
  ])('is read as JSON.parse reads it: %s', (text) => {
    expect(parseJson(text)).toEqual(JSON.parse(text));
  });

  test.each([
    ['{"__proto__":{"isAdmin":true}}', '"__proto__" cannot be a key'],
    ['{"a":[{"__pro\\u0074o__":1}]}', '"__proto__" cannot be a key'],
    ['{"constructor":{"prototype":1}}', '"constructor" cannot be a key'],
    ['{"a":1,"a":2}', 'stands twice'],
    ['{"a":1,"\\u0061":2}', 'stands twice'],
    ['{"x":{"a":[1,{"b":1,"b":1}]}}', 'stands twice'],
    [nested(JSON_DEPTH_MAX + 1), 'nested deeper'],
    ['{"a":'.repeat(100_000), 'nested deeper'],
    [nested(100_000), 'nested deeper'],
    ['{"a":1', 'not JSON'],
    ['{"a', 'not JSON'],
    ['{"a\\', 'not JSON'],
    ['', 'not JSON'],
    ['{} {}', 'not JSON'],
    ['{a:1}', 'not JSON'],
    ['NaN', 'not JSON'],
    [']]]]{{', 'not JSON'],
  ])('is refused with the reason: %.40s', (text, reason) => {
    expect(() => parseJson(text)).toThrow(reason);
  });

  test('a megabyte of brackets or quotes is judged in no time', () => {
    for (const text of [
      '"a",'.repeat(262_144),
      '{"a":1},'.repeat(131_072),
      '\\"'.repeat(500_000),
    ]) {
      const startedAt = performance.now();
      expect(() => parseJson(`[${text}`)).toThrow();
      expect(performance.now() - startedAt).toBeLessThan(500);
    }
  });
});
