// `ingle scenes why`, `why-not`, `replay`, `test` and `shadow` against the API.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { sceneId } from '../../model/identifiers.ts';
import { propertyKey } from '../../model/properties.ts';
import { startBench } from '../test-cli.ts';

const ACTOR = { member: null, cause: { kind: 'local' } } as const;
const AT_MS = Date.parse('2026-03-04T22:00:00.000Z');
const label = (en: string) => ({ en, zh: '中文' });

test('item 108: why and why not are told in a sentence, and as JSON', async () => {
  await using bench = await startBench();
  const { id } = bench.hub.addDevice('Lamp');
  const { household } = bench.hub.port;
  const { record } = await household.saveScene(null, 'scene: Dusk', { version: null }, ACTOR);
  bench.hub.explained.why = {
    ...{ device: id, property: propertyKey('on'), value: true, sinceMs: AT_MS },
    links: [{ kind: 'root', atMs: AT_MS, cause: { kind: 'local' }, text: label('somebody') }],
    sentence: label('It is on since 22:00: somebody.'),
  };
  bench.hub.explained.whyNot = {
    ...{ scene: sceneId(record.id), atMs: AT_MS, reason: 'no-trigger', run: null, nearest: [] },
    sentence: label('Nothing set it off at 22:00.'),
  };
  const why = await bench.ingle(['scene', 'why', id, 'on', '--at', '22:00']);
  expect(why.stdout).toContain('It is on since 22:00: somebody.');
  const whyNot = await bench.ingle(['scenes', 'why-not', 'Dusk', '22:00']);
  expect(whyNot.stdout).toBe('Nothing set it off at 22:00.\n');
  const json = await bench.ingle(['scenes', 'why-not', 'Dusk', '--json']);
  expect(JSON.parse(json.stdout)).toMatchObject({ reason: 'no-trigger' });
  expect((await bench.ingle(['scenes', 'why-not', 'Dusk', 'tomorrowish'])).code).toBe(2);
});

test('item 71: a file whose tests fail ends with exit code 1 and says what happened', async () => {
  await using bench = await startBench();
  const folder = mkdtempSync(path.join(os.tmpdir(), 'ingle-'));
  const file = path.join(folder, 'evening.yaml');
  writeFileSync(file, 'scene: Evening\n');
  const checks = [{ isMet: false, expected: label('turn Lamp on') }];
  const failed = {
    number: 1,
    isPassed: false,
    checks,
    happened: [label('Not run: day')],
    run: null,
  };
  bench.hub.explained.test = {
    errors: null,
    result: { name: 'Evening', passed: 0, failed: 1, cases: [failed] },
  };
  const { code, stdout, stderr } = await bench.ingle(['scenes', 'test', file]);
  expect(code).toBe(1);
  expect(stdout).toContain('✗ turn Lamp on');
  expect(stdout).toContain('Not run: day');
  expect(stderr).toContain('1 of 1 tests failed');
  const passed = { ...failed, isPassed: true, checks: [{ isMet: true, expected: label('x') }] };
  bench.hub.explained.test = {
    errors: null,
    result: { name: 'Evening', passed: 1, failed: 0, cases: [passed] },
  };
  expect((await bench.ingle(['scenes', 'test', file])).stdout).toContain('1 test passed.');
  rmSync(folder, { recursive: true });
});

test('item 111: a replay lists what an edit adds and what it loses', async () => {
  await using bench = await startBench();
  await bench.hub.port.household.saveScene(null, 'scene: Dusk', { version: null }, ACTOR);
  const counts = { lived: 1, tried: 0, same: 0, different: 0, added: 0, gone: 1, nearMisses: 0 };
  const gone = { kind: 'gone', atMs: AT_MS, lived: null, tried: null, difference: null } as const;
  bench.hub.explained.replay = {
    errors: null,
    result: {
      ...{ fromMs: AT_MS, toMs: AT_MS, entries: 5, counts, runs: [gone], omitted: 0, notes: [] },
      sentence: label('1 gone.'),
    },
  };
  const { stdout } = await bench.ingle(['scenes', 'replay', 'Dusk', '--days', '3']);
  expect(stdout).toMatch(/^1 gone\.\n- /);
  expect((await bench.ingle(['scenes', 'replay', 'Dusk', '--days', '90'])).code).toBe(2);
});

test('item 109: a scene is put into the shadow and acts again', async () => {
  await using bench = await startBench();
  await bench.hub.port.household.saveScene(null, 'scene: Dusk', { version: null }, ACTOR);
  const { stdout } = await bench.ingle(['scenes', 'shadow', 'Dusk', 'on']);
  expect(stdout).toContain('runs in the shadow');
  const back = await bench.ingle(['scenes', 'shadow', 'Dusk', 'off']);
  expect(back.stdout).toContain('acts again');
});

test('mistakes of a file are told in the language of the command line, with their places', async () => {
  await using bench = await startBench();
  const mistake = {
    ...{ path: '/do', line: 2, column: 1 },
    ...{ message: '"do" is missing here', zh: '这里缺少“do”' },
  };
  bench.hub.explained.test = { errors: [mistake], result: null };
  const file = path.join(bench.folder, 'a.yaml');
  writeFileSync(file, 'scene: A\n');
  const chinese = await bench.ingle(['scenes', 'test', file, '--lang', 'zh']);
  expect(chinese).toMatchObject({ code: 2 });
  expect(chinese.stderr).toContain('2:1 /do: 这里缺少“do”');
  const english = await bench.ingle(['scenes', 'test', file]);
  expect(english.stderr).toContain('2:1 /do: "do" is missing here');
  const json = await bench.ingle(['scenes', 'test', file, '--json']);
  expect(JSON.parse(json.stderr).error.errors).toEqual([mistake]);
});
