// Goal: a file is judged without a hub, and what a hub has and a device runs is told. The update itself is tested over
// the air in scripts/e2e/firmware.test.ts.
import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { writeImage } from '../../../firmware-images/zigbee-ota.ts';
import { startBench, type TestBench } from '../test-cli.ts';

let bench: TestBench;
let file: string;
beforeAll(async () => {
  bench = await startBench();
  file = path.join(bench.folder, 'bulb.ota');
  const elements = [{ tag: 0, data: new Uint8Array(10) }];
  const codes = { manufacturerCode: 0x117c, imageType: 0x2201, fileVersion: 0x23093000 };
  fs.writeFileSync(file, writeImage({ ...codes, text: 'bulb 2.3', elements }));
});
afterAll(() => bench[Symbol.asyncDispose]());

it('verifies a file with no hub running, and refuses one that is cut off', async () => {
  const env = { INGLE_PORT: '9' };
  const good = await bench.ingle(['firmware', 'verify', file], { env });
  expect(good.code, good.stderr).toBe(0);
  expect(good.stdout).toContain('0x23093000');
  const cut = path.join(bench.folder, 'cut.ota');
  fs.writeFileSync(cut, fs.readFileSync(file).subarray(0, 60));
  const bad = await bench.ingle(['firmware', 'verify', cut], { env });
  expect(bad.code).toBe(2);
  expect(bad.stderr).toContain('cut off');
});

it('lists what the hub has and checks a device, in both languages', async () => {
  bench.hub.addDevice('Hall lamp');
  expect((await bench.ingle(['firmware'])).stdout).toContain('ingle firmware import');
  const checked = await bench.ingle(['firmware', 'check', 'hall-lamp', '--lang', 'zh']);
  expect(checked.stdout).toContain('中枢没有更新的固件');
  const updated = await bench.ingle(['firmware', 'update', 'hall-lamp', '--json']);
  expect(JSON.parse(updated.stdout)).toMatchObject({ available: null, job: null });
});
