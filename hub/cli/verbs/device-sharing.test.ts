// `ingle devices share`, `homes` and `leave`: a Matter device in other homes, in both languages.
import { expect, test } from 'vitest';
import { expectCode, startBench } from '../test-cli.ts';

test('a Matter device is opened to another app with a code, its homes are listed, and it leaves one', async () => {
  await using bench = await startBench();
  const lamp = bench.hub.addDevice('Hall lamp');
  const notShown = [
    { what: 'LevelControl (0x0008)', parts: ['options', 'onLevel'] },
    { what: 'camera', parts: [], why: { en: 'no place for it', zh: '没有位置' } },
  ];
  Object.assign(lamp.description, { adapter: 'matter', notShown, room: 'Attic' });
  const shown = await bench.ingle(['devices', 'show', 'Hall lamp']);
  expect(shown.stdout).toMatch(/not shown\n +LevelControl \(0x0008\) +options, onLevel/);
  expect(shown.stdout).toMatch(/camera +no place for it/);
  const zh = await bench.ingle(['devices', 'show', 'Hall lamp', '--lang', 'zh']);
  expect(zh.stdout).toMatch(/camera +没有位置/);
  expect(shown.stdout).toMatch(/room .*says that it stands in Attic/);
  expect(zh.stdout).toContain('设备自述位于 Attic');
  const opened = await bench.ingle(['devices', 'share', 'Hall lamp', '--seconds', '300']);
  expect(opened.code).toBe(0);
  expect(opened.stdout).toContain('Code: 3497-011-2332');
  expect(opened.stdout).toContain('QR text: MT:');
  expectCode(opened.stdout);
  expect(opened.stdout).toMatch(/Hall lamp can be added elsewhere until/);
  const homes = await bench.ingle(['devices', 'homes', 'Hall lamp', '--lang', 'zh']);
  expect(homes.stdout).toContain('Hall lamp 属于 2 个家');
  expect(homes.stdout).toMatch(/2 +Flat +Apple Home/);
  const told = await bench.ingle(['devices', 'homes', 'Hall lamp', '--json']);
  expect(JSON.parse(told.stdout)).toMatchObject({ attestation: 'test', fabricsMax: 5 });
  const closed = await bench.ingle(['devices', 'share', 'Hall lamp', '--close']);
  expect(closed.stdout).toContain('cannot be added elsewhere any more');
  const nobody = await bench.ingle(['devices', 'leave', 'Hall lamp', '2']);
  expect(nobody.code).toBe(2);
  const left = await bench.ingle(['devices', 'leave', 'Hall lamp', '2', '--yes']);
  expect(left.stdout).toContain('Hall lamp has left "Flat".');
  const none = await bench.ingle(['devices', 'leave', 'Hall lamp', '9', '--yes']);
  expect([none.code, none.stderr]).toEqual([2, expect.stringMatching(/belongs to no home 9/)]);
  const wrong = await bench.ingle(['devices', 'share', 'Hall lamp', '--seconds', '5']);
  expect(wrong.code).toBe(2);
}, 60_000);
