// The Zigbee libraries as they go into the bundle: every vendor's definitions are the library's own.
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import vm from 'node:vm';
import { expect, test } from 'vitest';
import { inAscii, withLazyDefinitions } from './zigbee-libraries.ts';

interface Definition {
  readonly model: string;
  readonly vendor: string;
}

const load = createRequire(import.meta.url);
const converters = path.dirname(load.resolve('zigbee-herdsman-converters'));
const devices = path.join(converters, 'devices');

function definitionsOf(file: string, source: string): (Definition | (() => Definition))[] {
  const module = { exports: { definitions: [] } };
  const run = vm.compileFunction(source, ['exports', 'require', 'module'], { filename: file });
  run(module.exports, createRequire(file), module);
  return module.exports.definitions;
}

test('each definition of each vendor is made when it is asked for, and is the same one then', () => {
  const names = readdirSync(devices).filter((name) => name.endsWith('.js') && name !== 'index.js');
  let lazy = 0;
  for (const name of names) {
    const file = path.join(devices, name);
    const source = readFileSync(file, 'utf8');
    const changed = withLazyDefinitions(source);
    if (changed === source) continue;
    lazy += 1;
    const { definitions } = load(file) as { definitions: Definition[] };
    const made = definitionsOf(file, changed).map((one) => {
      expect(one, name).toBeTypeOf('function');
      return typeof one === 'function' ? one() : one;
    });
    const keys = (list: Definition[]) =>
      list.map((one) => [one.vendor, one.model, ...Object.keys(one)].join());
    expect(keys(made), name).toEqual(keys(definitions));
  }
  expect(lazy).toBeGreaterThan(names.length - 10);
}, 60_000);

test('a list that is laid out in another way stays as it is', () => {
  const source =
    'exports.definitions = [\n    ...others,\n    {\n        model: "a",\n    },\n];\n';
  expect(withLazyDefinitions(source)).toBe(source);
});

test('a text in ASCII is read as what it was', () => {
  const text = 'a “b” 家 😀\u0000';
  expect(JSON.parse(`"${inAscii(text).replace('\u0000', '\\u0000')}"`)).toBe(text);
});
