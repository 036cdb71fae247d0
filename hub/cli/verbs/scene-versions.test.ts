// `ingle scenes versions`, `diff`, `rollback`, `run --dry-run` and `ingle home` against the API.
import { expect, test } from 'vitest';
import { startBench } from '../test-cli.ts';

const ACTOR = { member: null, cause: { kind: 'local' } } as const;

test('item 74: the versions of a scene are listed, told apart, and an old one is brought back', async () => {
  await using bench = await startBench();
  const { household } = bench.hub.port;
  const { record } = await household.saveScene(null, 'scene: Dusk', { version: null }, ACTOR);
  await household.saveScene(record.id, 'scene: Dawn', { version: 1 }, ACTOR);
  const listed = await bench.ingle(['scenes', 'versions', 'Dawn']);
  expect(listed.stdout).toMatch(/2\s.*Dawn\n1\s.*Dusk/);
  const diff = await bench.ingle(['scenes', 'diff', 'Dawn']);
  expect(diff.stdout).toBe('From version 1 to 2:\n~ Called “Dawn”\n');
  expect((await bench.ingle(['scenes', 'diff', 'Dawn', '2', '2'])).stdout).toContain('the same');
  const missing = await bench.ingle(['scenes', 'diff', 'Dawn', '7']);
  expect(missing.code).toBe(2);
  expect(missing.stderr).toContain('versions 1 to 2');
  const back = await bench.ingle(['scenes', 'rollback', 'Dawn', '1']);
  expect(back.stdout).toBe('Dusk is as in version 1 again (now version 3).\n');
  expect(household.scenes().map(({ text }) => text)).toEqual(['scene: Dusk']);
});

test('item 29: a dry run says what a scene would do', async () => {
  await using bench = await startBench();
  await bench.hub.port.household.saveScene(null, 'scene: Dusk', { version: null }, ACTOR);
  const { code, stdout } = await bench.ingle(['scenes', 'run', 'Dusk', '--dry-run']);
  expect(code).toBe(0);
  expect(stdout).not.toContain('Dusk runs.');
});

test('item 18: the home’s mode and variables are listed and set from the command line', async () => {
  await using bench = await startBench();
  expect((await bench.ingle(['home', 'set', 'home.mode', 'night'])).stdout).toBe(
    'home.mode is night.\n',
  );
  const shape = { type: 'number' } as const;
  const guests = { kind: 'variable', name: 'Guests', shape } as const;
  await bench.hub.port.household.addHomeValue(guests, ACTOR);
  expect((await bench.ingle(['home', 'set', 'var.guests', '3'])).code).toBe(0);
  const { stdout } = await bench.ingle(['home']);
  expect(stdout).toMatch(/home\.mode\s+mode\s+night/);
  expect(stdout).toMatch(/var\.guests\s+Guests\s+3/);
  const wrong = await bench.ingle(['home', 'set', 'home.mode', 'nigth']);
  expect(wrong.code).toBe(2);
});
