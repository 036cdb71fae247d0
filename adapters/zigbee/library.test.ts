// The Zigbee libraries as they are installed.
import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { expect, test } from 'vitest';

test('there is exactly one zigbee-herdsman, shared with its converters', () => {
  const ours = createRequire(import.meta.url);
  const converters = createRequire(ours.resolve('zigbee-herdsman-converters'));
  expect(converters.resolve('zigbee-herdsman')).toBe(ours.resolve('zigbee-herdsman'));
  const folder = path.resolve(import.meta.dirname, '../../node_modules');
  const copies = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((entry) =>
    /(^|\/)node_modules\/zigbee-herdsman$|^zigbee-herdsman$/.test(entry),
  );
  expect(copies).toEqual(['zigbee-herdsman']);
});
