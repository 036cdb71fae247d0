// Goal: a file is judged without a hub, and what a hub has and a device runs is told. The update itself is tested over
// the air in scripts/e2e/firmware.test.ts.
import { createHash, generateKeyPairSync } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { manifestBytes, signatureLine } from '../../../firmware-images/manifest.ts';
import { writeMatterImage } from '../../../firmware-images/matter-ota.ts';
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

it('verifies a Matter image, and tells in Chinese what is wrong with one', async () => {
  const env = { INGLE_PORT: '9' };
  const lamp = path.join(bench.folder, 'lamp.ota');
  const bytes = writeMatterImage({
    ...{ vendorId: 0xfff1, productId: 0x8000, softwareVersion: 2, softwareVersionString: '2.0' },
    payload: new Uint8Array(20),
  });
  fs.writeFileSync(lamp, bytes);
  const good = await bench.ingle(['firmware', 'verify', lamp, '--json'], { env });
  expect(JSON.parse(good.stdout)).toMatchObject({
    whole: true,
    protocol: 'matter',
    fileVersion: 2,
  });
  fs.writeFileSync(lamp, bytes.fill(1, -1));
  const bad = await bench.ingle(['firmware', 'verify', lamp, '--lang', 'zh'], { env });
  expect([bad.code, bad.stderr]).toEqual([2, expect.stringContaining('与它的摘要不符')]);
});

it('verifies a signed folder by the keys that it is given, with no hub running', async () => {
  const env = { INGLE_PORT: '9' };
  const folder = path.join(bench.folder, 'acme');
  fs.mkdirSync(folder);
  const image = fs.readFileSync(file);
  fs.writeFileSync(path.join(folder, 'bulb.ota'), image);
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const row = {
    ...{ fileName: 'bulb.ota', fileSize: image.length, manufacturerCode: 0x117c },
    ...{ imageType: 0x2201, fileVersion: 0x23093000 },
    sha512: createHash('sha512').update(image).digest('hex'),
  };
  const expires = '2999-01-01T00:00:00Z';
  const manifest = manifestBytes({ name: 'acme', version: 3, expires, images: [row] });
  fs.writeFileSync(path.join(folder, 'manifest.json'), manifest);
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  fs.writeFileSync(path.join(folder, 'manifest.json.sig'), signatureLine(manifest, pem));
  const key = Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url');
  const keys = ['--keys', key.toString('base64')];
  const good = await bench.ingle(['firmware', 'verify', folder, ...keys], { env });
  expect([good.code, good.stdout]).toEqual([0, expect.stringContaining('acme, version 3')]);
  fs.appendFileSync(path.join(folder, 'bulb.ota'), 'x');
  const bad = await bench.ingle(['firmware', 'verify', folder, ...keys], { env });
  expect([bad.code, bad.stderr]).toEqual([2, expect.stringContaining('bulb.ota is not the file')]);
  const unknown = await bench.ingle(['firmware', 'verify', folder], { env });
  expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringContaining('trusts no key')]);
});

it('schedules, rolls out and stops, and says what it cannot', async () => {
  const at = ['--at', '2026-11-23T02:30:00Z'];
  const scheduled = await bench.ingle(['firmware', 'schedule', 'hall-lamp', ...at]);
  expect([scheduled.code, scheduled.stdout]).toEqual([0, expect.stringContaining('is updated at')]);
  const badly = await bench.ingle(['firmware', 'schedule', 'hall-lamp', '--at', 'soon']);
  expect([badly.code, badly.stderr]).toEqual([2, expect.stringContaining('"soon" is not a time')]);
  const unasked = await bench.ingle(['firmware', 'rollout']);
  expect([unasked.code, unasked.stderr]).toEqual([2, expect.stringContaining('--yes')]);
  const none = await bench.ingle(['firmware', 'abort', '--lang', 'zh']);
  expect([none.code, none.stderr]).toEqual([2, expect.stringContaining('没有正在进行的批量更新')]);
});
