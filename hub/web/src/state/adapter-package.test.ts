import { expect, it } from 'vitest';
import { packagePath } from './adapter-package.ts';

it('takes of a chosen folder what is shipped, by its path within the package', () => {
  expect(packagePath('acme-lamp/adapter.js')).toBe('adapter.js');
  expect(packagePath('acme-lamp/lib/codec.mjs')).toBe('lib/codec.mjs');
  expect(packagePath('ingle-adapter.json')).toBe('ingle-adapter.json');
  for (const left of [
    'a/test/emulator.js',
    'a/node_modules/x/i.js',
    'a/.git/config.json',
    'a/README.md',
  ]) {
    expect(packagePath(left)).toBeNull();
  }
});
