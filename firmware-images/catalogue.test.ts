// The catalogue: what is signed comes in by itself, what is not only by its name; a list is never older than one
// before it; and one file that is not that of its checksum is never taken.
import { spawnSync } from 'node:child_process';
import { createHash, generateKeyPairSync } from 'node:crypto';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ValidationError } from '../hub/model/errors.ts';
import { Catalogue, type ImportOptions } from './catalogue.ts';
import { findImage, whyNot } from './image-row.ts';
import { manifestBytes, signatureLine } from './manifest.ts';
import { writeMatterImage } from './matter-ota.ts';
import { verifyFolder } from './verify-folder.ts';
import { writeImage } from './zigbee-ota.ts';

let folder: string;
let source: string;
let own: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'ingle-'));
  source = path.join(folder, 'source');
  own = path.join(folder, 'own');
  mkdirSync(source);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const image = (fileVersion: number) =>
  writeImage({
    manufacturerCode: 0x117c,
    imageType: 0x2201,
    fileVersion,
    text: `bulb ${fileVersion}`,
    elements: [{ tag: 0, data: new Uint8Array(100) }],
  });
const sha512 = (bytes: Uint8Array) => createHash('sha512').update(bytes).digest('hex');
const listed = (bytes: Uint8Array, fileVersion: number) => ({
  fileName: `bulb-${fileVersion}.ota`,
  fileVersion,
  imageType: 0x2201,
  manufacturerCode: 0x117c,
  fileSize: bytes.length,
  sha512: sha512(bytes),
});
const NOW = Date.parse('2026-11-22T12:00:00Z');
const options = (change: Partial<ImportOptions> = {}): ImportOptions => ({
  ...{ unsigned: 'source', by: 'Ann', nowMs: NOW, isClockSynced: true },
  ...change,
});
const signedOnly = options({ unsigned: null });

/** Both words of what is refused. */
async function refusal(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ValidationError)) throw new Error(`not refused: ${String(error)}`);
  expect(error.zh?.message, error.message).toMatch(/[\u4e00-\u9fff]/);
  return `${error.message} ${error.hint ?? ''}`;
}

describe('what nobody has signed', () => {
  it('is taken only when its name is said, and remembers who said it', async () => {
    const file = path.join(source, 'bulb.ota');
    writeFileSync(file, image(1));
    const catalogue = new Catalogue(own);
    expect(await refusal(catalogue.import(file, signedOnly))).toMatch(
      /bulb\.ota is not signed.*--unsigned bulb\.ota/,
    );
    expect(await refusal(catalogue.import(file, options()))).toMatch(/"source" is not the name/);
    const { added } = await catalogue.import(file, options({ unsigned: 'bulb.ota' }));
    expect(added[0]?.origin).toEqual({ kind: 'own', by: 'Ann', atMs: NOW });
    expect(added[0]?.fileName).toBe(`${sha512(image(1))}.ota`);
  });

  it('may be a folder with a public index, of which each file has to be that of its checksum', async () => {
    const rows = [1, 2].map((version) => {
      writeFileSync(path.join(source, `bulb-${version}.ota`), image(version));
      return { ...listed(image(version), version), url: 'https://example.org/x', modelId: 'bulb' };
    });
    writeFileSync(path.join(source, 'index.json'), JSON.stringify(rows));
    appendFileSync(path.join(source, 'bulb-2.ota'), 'x');
    const catalogue = new Catalogue(own);
    const { added, refused } = await catalogue.import(source, options());
    expect(added.map(({ fileVersion }) => fileVersion)).toEqual([1]);
    expect(refused[0]).toMatchObject({
      file: 'bulb-2.ota',
      reason: { zh: '文件与它的校验和不符' },
    });
    expect(await catalogue.list()).toEqual(added);
  });

  it('may be an index whose images stand in its folders, as the public one has them', async () => {
    const within = path.join(source, 'images', 'IKEA');
    mkdirSync(within, { recursive: true });
    writeFileSync(path.join(within, 'bulb-2.ota'), image(2));
    const rows = [1, 2, 3].map((version) => listed(image(version), version));
    const index = path.join(source, 'index.json');
    writeFileSync(index, JSON.stringify(rows));
    const taken = await new Catalogue(own).import(index, options({ unsigned: 'index.json' }));
    expect(taken.added.map(({ fileVersion }) => fileVersion)).toEqual([2]);
    expect(taken.refused).toEqual([]);
  });

  it('is refused where an index reaches outside of its folder', async () => {
    writeFileSync(path.join(folder, 'secret.ota'), image(1));
    for (const place of [
      { fileName: '../secret.ota' },
      { fileName: 'none.ota', url: '../secret.ota' },
      { fileName: 'none.ota', path: path.join(folder, 'secret.ota') },
      { fileName: 'none.ota', url: 'https://example.org/images/..%2F..%2F../secret.ota' },
    ]) {
      const row = { ...listed(image(1), 1), ...place };
      writeFileSync(path.join(source, 'index.json'), JSON.stringify([row]));
      expect(await refusal(new Catalogue(own).import(source, options()))).toMatch(
        /no image|There is no/,
      );
    }
    expect(existsSync(path.join(own, 'index.json'))).toBe(false);
  });

  it('may be an index with odd rows, which are told and hold up none of the others', async () => {
    for (const at of ['images/IKEA', 'images1/IKEA', 'mine']) {
      mkdirSync(path.join(source, at), { recursive: true });
    }
    const files = {
      'images/IKEA/bulb 2.ota': image(2),
      // The one before it, of the same name.
      'images1/IKEA/bulb 2.ota': image(1),
      'images/IKEA/old.ota': image(3),
      'mine/own.ota': image(4),
      'bulb-5.ota': image(5),
      'bulb-6.ota': image(6),
    };
    for (const [name, bytes] of Object.entries(files))
      writeFileSync(path.join(source, name), bytes);
    const web = 'https://raw.githubusercontent.com/Koenkk/zigbee-OTA/master';
    const rows = [
      { ...listed(image(2), 2), fileName: 'bulb 2.ota', url: `${web}/images/IKEA/bulb%202.ota` },
      { ...listed(image(1), 1), fileName: 'bulb 2.ota', url: `${web}/images1/IKEA/bulb%202.ota` },
      // As the public index was before 2024: no name, and nothing said of what it has not.
      {
        ...listed(image(3), 3),
        fileName: undefined,
        modelId: null,
        url: `${web}/images/IKEA/old.ota`,
      },
      // As people write an index of their own.
      { url: 'mine/own.ota', force: true },
      {
        ...listed(image(5), 5),
        manufacturerName: 'IKEA of Sweden',
        sha512: sha512(image(5)).toUpperCase(),
      },
      // Not there, which an index of others need not tell.
      { ...listed(image(9), 9), url: `${web}/images/IKEA/bulb-9.ota` },
      { ...listed(image(6), 6), fileVersion: '6' },
      { ...listed(image(6), 6), fileVersion: 7 },
      { ...listed(image(6), 6), sha512: 'abc' },
      { fileVersion: 3 },
      'bulb-6.ota',
      null,
    ];
    const index = path.join(source, 'index.json');
    writeFileSync(index, `\uFEFF${JSON.stringify(rows)}`);
    const { added, refused } = await new Catalogue(own).import(source, options());
    expect(added.map(({ fileVersion }) => fileVersion)).toEqual([2, 1, 3, 4, 5]);
    expect(added[4]?.manufacturerName).toEqual(['IKEA of Sweden']);
    expect(refused.map(({ reason }) => reason.en)).toEqual([
      expect.stringContaining('row 7: its "fileVersion"'),
      expect.stringContaining('row 9: its "sha512"'),
      expect.stringContaining('row 10: its "fileName"'),
      expect.stringContaining('row 11: it is no row'),
      expect.stringContaining('row 12: it is no row'),
      'the index says another image than the file holds',
    ]);
    for (const { reason } of refused) expect(reason.zh).toMatch(/[\u4e00-\u9fff]/);
    const many = Array.from({ length: 5_000 }, () => ({ fileVersion: 'x' }));
    writeFileSync(index, JSON.stringify([...rows.slice(0, 1), ...many]));
    const again = await new Catalogue(own).import(source, options());
    expect(again.added).toHaveLength(1);
    expect(again.refused.at(-1)?.reason.en).toBe('and 4980 more such rows');
    for (const text of ['{"rows": []}', '[', '']) {
      writeFileSync(index, text);
      await expect(new Catalogue(own).import(source, options())).rejects.toThrow(/not an index/);
    }
  });

  it('is kept once, however often it is taken, beside another image of the same codes', async () => {
    const catalogue = new Catalogue(own);
    writeFileSync(path.join(source, 'a.ota'), image(1));
    writeFileSync(path.join(source, 'b.ota'), Buffer.concat([Buffer.from('vendor'), image(1)]));
    await catalogue.import(source, options());
    await catalogue.import(path.join(source, 'a.ota'), options({ unsigned: 'a.ota' }));
    expect(await catalogue.list()).toHaveLength(2);
    expect(readdirSync(own).filter((name) => name.endsWith('.ota'))).toHaveLength(2);
  });

  it('is not even read where it is larger than any image, or no file', async () => {
    const file = path.join(source, 'huge.ota');
    writeFileSync(file, image(1));
    truncateSync(file, 1024 ** 3);
    const before = process.memoryUsage().rss;
    const catalogue = new Catalogue(own);
    expect(await refusal(catalogue.import(file, options({ unsigned: 'huge.ota' })))).toMatch(
      /huge\.ota is larger than/,
    );
    expect(process.memoryUsage().rss - before).toBeLessThan(100 * 1024 * 1024);
    const device = options({ unsigned: 'zero' });
    expect(await refusal(catalogue.import('/dev/zero', device))).toMatch(/cannot be read/);
  });

  it('is told by its path and what to do where it is missing, or is no index of images', async () => {
    const catalogue = new Catalogue(own);
    const nowhere = path.join(source, 'nowhere');
    await expect(catalogue.import(nowhere, options())).rejects.toMatchObject({
      message: `There is no ${nowhere}`,
      hint: expect.stringContaining('on the machine that the hub runs on'),
      zh: { hint: expect.stringContaining('路径') },
    });
    const file = path.join(source, 'index.json');
    for (const text of ['half a li', '{}', '"images"']) {
      writeFileSync(file, text);
      const wrong = catalogue.import(file, options({ unsigned: 'index.json' }));
      await expect(wrong, text).rejects.toMatchObject({
        code: 'invalid-input',
        message: `${file} is not an index of firmware images`,
        hint: expect.stringContaining('a JSON list of rows'),
        zh: { hint: expect.stringContaining('JSON 列表') },
      });
    }
    await expect(verifyFolder(folder, '', NOW)).rejects.toMatchObject({
      message: 'manifest.json cannot be read',
      hint: expect.stringMatching(/^There is no file .*manifest\.json\.$/),
      zh: { hint: expect.stringMatching(/^没有文件/) },
    });
  });

  it('leaves the catalogue as it was where the disk is full', { timeout: 30_000 }, () => {
    const script = `
      const { Catalogue } = await import(process.argv[1] + '/firmware-images/catalogue.ts');
      const catalogue = new Catalogue(process.argv[2]);
      const options = { unsigned: 'big.ota', by: 'Ann', nowMs: 0, isClockSynced: true };
      const problem = await catalogue.import(process.argv[3], options).catch((error) => error);
      const left = (await import('node:fs')).readdirSync(process.argv[2]);
      process.stdout.write(JSON.stringify([problem.code, problem.message, problem.zh?.message, left]));`;
    const file = path.join(source, 'big.ota');
    const elements = [{ tag: 0, data: new Uint8Array(600_000) }];
    const codes = { manufacturerCode: 1, imageType: 1, fileVersion: 1 };
    writeFileSync(file, writeImage({ ...codes, elements }));
    mkdirSync(own);
    const mount = `mount -t tmpfs -o size=256k tmpfs ${own} && exec "$@"`;
    const node = [process.execPath, '--input-type=module', '-e', script];
    const root = path.dirname(import.meta.dirname);
    const args = ['-rm', 'sh', '-c', mount, 'sh', ...node, root, own, file];
    const ran = spawnSync('unshare', args, { encoding: 'utf8' });
    expect(JSON.parse(ran.stdout || 'null'), ran.stderr).toEqual([
      'storage',
      expect.stringMatching(/no room for \d+ bytes/),
      expect.stringMatching(/磁盘放不下/),
      [],
    ]);
  });
});

const pair = () => {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const { x = '' } = publicKey.export({ format: 'jwk' });
  return {
    key: Buffer.from(x, 'base64url').toString('base64'),
    pem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
};
type Pair = ReturnType<typeof pair>;

/** Puts a signed folder in place of what is there. */
function publish(
  version: number,
  signers: readonly Pair[],
  more: { images?: readonly number[]; expires?: string; keys?: object } = {},
): void {
  const { images = [1], expires = '2027-01-01T00:00:00Z', keys } = more;
  for (const one of images) writeFileSync(path.join(source, `bulb-${one}.ota`), image(one));
  const bytes = manifestBytes({
    ...{ name: 'acme', version, expires },
    images: images.map((one) => listed(image(one), one)),
    ...(keys && { keys: keys as never }),
  });
  writeFileSync(path.join(source, 'manifest.json'), bytes);
  const lines = signers.map(({ pem }) => signatureLine(bytes, pem)).join('');
  writeFileSync(path.join(source, 'manifest.json.sig'), lines);
}

describe('a signed list', () => {
  const [a, b, c, thief] = [pair(), pair(), pair(), pair()] as const;

  it('is taken by itself when a trusted key has signed exactly these bytes', async () => {
    publish(1, [a]);
    const { added, manifest } = await new Catalogue(own, a.key).import(source, signedOnly);
    expect(manifest).toEqual({ name: 'acme', version: 1 });
    expect(added[0]?.origin).toEqual({ kind: 'signed', manifest: 'acme', version: 1 });
  });

  it('is refused unread without a signature, with a wrong one, or after a change', async () => {
    const catalogue = new Catalogue(own, a.key);
    publish(1, [thief]);
    expect(await refusal(catalogue.import(source, signedOnly))).toMatch(/not signed by 1 of the 1/);
    publish(1, [a]);
    appendFileSync(path.join(source, 'manifest.json'), ' ');
    expect(await refusal(catalogue.import(source, signedOnly))).toMatch(/not signed by/);
    // Bytes that are no JSON at all are refused for their signature: nothing of them was parsed.
    writeFileSync(path.join(source, 'manifest.json'), '{');
    expect(await refusal(catalogue.import(source, signedOnly))).toMatch(/not signed by/);
    rmSync(path.join(source, 'manifest.json.sig'));
    expect(await refusal(catalogue.import(source, signedOnly))).toMatch(/not signed by/);
    // Nor does saying its name help where it claims to be signed.
    expect(await refusal(catalogue.import(source, options()))).toMatch(/not signed by/);
    expect(await refusal(new Catalogue(own).import(source, signedOnly))).toMatch(/trusts no key/);
    expect(existsSync(own)).toBe(false);
  });

  it('takes no image that was swapped after it was signed', async () => {
    publish(1, [a]);
    writeFileSync(path.join(source, 'bulb-1.ota'), image(9));
    const work = new Catalogue(own, a.key).import(source, signedOnly);
    expect(await refusal(work)).toMatch(/bulb-1\.ota: .*checksum/);
  });

  it('is refused where it is older than one before it, over a restart too', async () => {
    publish(5, [a], { images: [5] });
    await new Catalogue(own, a.key).import(source, signedOnly);
    publish(4, [a]);
    const again = new Catalogue(own, a.key);
    expect(await refusal(again.import(source, signedOnly))).toMatch(/version 4; .* has had 5/);
    publish(5, [a], { images: [1] });
    expect(await refusal(again.import(source, signedOnly))).toMatch(/two different lists/);
  });

  it('takes out what its publisher lists no more, and nothing of others', async () => {
    const catalogue = new Catalogue(own, a.key);
    const file = path.join(folder, 'mine.ota');
    writeFileSync(file, image(7));
    await catalogue.import(file, options({ unsigned: 'mine.ota' }));
    publish(1, [a], { images: [1, 2] });
    await catalogue.import(source, signedOnly);
    publish(2, [a], { images: [2, 3] });
    const { withdrawn } = await catalogue.import(source, signedOnly);
    expect(withdrawn.map(({ fileVersion }) => fileVersion)).toEqual([1]);
    const left = (await catalogue.list()).map(({ fileVersion }) => fileVersion);
    expect(left.sort()).toEqual([2, 3, 7]);
  });

  it('expires, but only by a clock that is known to be right', async () => {
    publish(1, [a], { expires: '2026-01-01T00:00:00Z' });
    const catalogue = new Catalogue(own, a.key);
    expect(await refusal(catalogue.import(source, signedOnly))).toMatch(/good until 2026-01-01/);
    const held = options({ unsigned: null, isClockSynced: false });
    expect((await catalogue.import(source, held)).added).toHaveLength(1);
  });

  it('needs as many signatures as the household asks for, each by another key', async () => {
    const catalogue = new Catalogue(own, `2 of ${a.key},${b.key},${c.key}`);
    publish(1, [a, a]);
    expect(await refusal(catalogue.import(source, signedOnly))).toMatch(/2 of the 3/);
    publish(1, [a, thief]);
    expect(await refusal(catalogue.import(source, signedOnly))).toMatch(/2 of the 3/);
    publish(1, [c, a]);
    expect((await catalogue.import(source, signedOnly)).added).toHaveLength(1);
  });

  it('brings new keys only when the old and the new ones have signed it', async () => {
    const keys = { threshold: 1, keys: [b.key] };
    publish(1, [a], { keys });
    expect(await refusal(new Catalogue(own, a.key).import(source, signedOnly))).toMatch(/new keys/);
    publish(1, [a, b], { keys });
    await new Catalogue(own, a.key).import(source, signedOnly);
    publish(2, [a]);
    expect(await refusal(new Catalogue(own, a.key).import(source, signedOnly))).toMatch(
      /not signed/,
    );
    publish(2, [b]);
    await new Catalogue(own, a.key).import(source, signedOnly);
    // A person who sets other keys means these, and the versions still count.
    publish(1, [c]);
    expect(await refusal(new Catalogue(own, c.key).import(source, signedOnly))).toMatch(
      /has had 2/,
    );
    publish(3, [c]);
    await new Catalogue(own, c.key).import(source, signedOnly);
  });

  it('is told from keys that are none', async () => {
    publish(1, [a]);
    for (const keys of ['abc', `3 of ${a.key},${b.key}`, `1 of ${a.key},${a.key}`]) {
      const work = new Catalogue(own, keys).import(source, signedOnly);
      expect(await refusal(work)).toMatch(/names no keys/);
    }
  });
});

describe('an image for a device', () => {
  const wanted = {
    ...{ protocol: 'zigbee', manufacturerCode: 0x117c, imageType: 0x2201, fileVersion: 3 },
    ...{ hardwareVersion: 2, model: 'LED1836G9', manufacturer: 'IKEA' },
    names: {
      modelIds: ['TRADFRI bulb E27'],
      manufacturerNames: ['IKEA of Sweden'],
      otaHeaderString: null,
    },
  };
  const one = { ...listed(image(5), 5), sha512: '0' };

  it('is the newest that is for it, by its own names as by its definition’s', () => {
    expect(findImage([{ ...one, fileVersion: 4 }, one], wanted)?.fileVersion).toBe(5);
    for (const names of [
      { modelId: 'TRADFRI bulb E27' },
      { modelId: 'LED1836G9' },
      { manufacturerName: ['Other', 'IKEA of Sweden'] },
    ]) {
      expect(whyNot({ ...one, ...names }, wanted), JSON.stringify(names)).toBeNull();
    }
  });

  it('is refused with the reason in both languages', () => {
    const reasons = [
      [{ fileVersion: 3 }, /not newer than 0x00000003/],
      [{ fileVersion: 2 }, /not newer/],
      [{ imageType: 1 }, /of type 0x0001/],
      [{ manufacturerCode: 1 }, /of manufacturer 0x0001/],
      [{ modelId: 'plug' }, /for the model plug, the device is TRADFRI bulb E27/],
      [{ manufacturerName: ['Philips'] }, /for Philips/],
      [{ minFileVersion: 4 }, /for firmware 0x00000004/],
      [{ maxFileVersion: 2 }, /to 0x00000002/],
      [{ hardwareVersionMin: 3 }, /for hardware 3/],
      [{ hardwareVersionMax: 1 }, /for hardware 0 to 1/],
      [{ protocol: 'matter' }, /for Matter/],
    ] as const;
    for (const [other, reason] of reasons) {
      const why = whyNot({ ...one, ...other }, wanted);
      expect(why?.en, JSON.stringify(other)).toMatch(reason);
      expect(why?.zh).toMatch(/[\u4e00-\u9fff]/);
      expect(findImage([{ ...one, ...other }], wanted)).toBeNull();
    }
    const header = { ...wanted, names: { ...wanted.names, otaHeaderString: 'only this' } };
    expect(whyNot(one, header)?.en).toMatch(/takes only "only this"/);
  });

  it('of Matter is taken with its digest checked', async () => {
    const file = path.join(source, 'lamp.ota');
    const codes = { vendorId: 0xfff1, productId: 0x8000, softwareVersion: 2 };
    const whole = writeMatterImage({
      ...codes,
      softwareVersionString: '2.0',
      payload: new Uint8Array(1_000),
    });
    writeFileSync(file, whole);
    const named = options({ unsigned: 'lamp.ota' });
    const { added } = await new Catalogue(own).import(file, named);
    expect(added[0]).toMatchObject({
      protocol: 'matter',
      manufacturerCode: 0xfff1,
      fileVersion: 2,
    });
    whole[whole.length - 1] = 1;
    writeFileSync(file, whole);
    expect(await refusal(new Catalogue(own).import(file, named))).toMatch(/digest/);
  });
});
