// The catalogue: an image is for a device by its codes and conditions, and one whose bytes are not those of its
// checksum is never taken and never sent.
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Catalogue, findImage } from './catalogue.ts';
import { writeImage } from './zigbee-ota.ts';

let folder: string;
let source: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'ingle-'));
  source = path.join(folder, 'source');
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
const listed = (bytes: Uint8Array, fileVersion: number) => ({
  fileName: `bulb-${fileVersion}.ota`,
  fileVersion,
  imageType: 0x2201,
  manufacturerCode: 0x117c,
  fileSize: bytes.length,
  sha512: createHash('sha512').update(bytes).digest('hex'),
});

describe('the catalogue', () => {
  it('takes a folder with a public index, and refuses a file that is not that of its checksum', async () => {
    const rows = [1, 2].map((version) => {
      writeFileSync(path.join(source, `bulb-${version}.ota`), image(version));
      return { ...listed(image(version), version), url: 'https://example.org/x', modelId: 'bulb' };
    });
    writeFileSync(path.join(source, 'index.json'), JSON.stringify(rows));
    appendFileSync(path.join(source, 'bulb-2.ota'), 'x');
    const catalogue = new Catalogue(path.join(folder, 'own'));
    const { added, refused } = await catalogue.import(source);
    expect(added.map(({ fileVersion }) => fileVersion)).toEqual([1]);
    expect(refused[0]).toMatch(/bulb-2\.ota: .*checksum/);
    expect(await catalogue.list()).toEqual(added);
  });

  it('refuses an index that reaches outside of its folder', async () => {
    const row = { ...listed(image(1), 1), fileName: '../../etc/passwd' };
    writeFileSync(path.join(source, 'index.json'), JSON.stringify([row]));
    await expect(new Catalogue(folder).import(source)).rejects.toThrow(/not an index/);
  });

  it('keeps one file an image, however often it is taken', async () => {
    const catalogue = new Catalogue(path.join(folder, 'own'));
    writeFileSync(path.join(source, 'a.ota'), image(1));
    await catalogue.import(source);
    await catalogue.import(path.join(source, 'a.ota'));
    expect(await catalogue.list()).toHaveLength(1);
  });

  it('never gives out an image that was changed on the disk', async () => {
    const own = path.join(folder, 'own');
    const catalogue = new Catalogue(own);
    writeFileSync(path.join(source, 'a.ota'), image(1));
    const { added } = await catalogue.import(source);
    const [taken] = added;
    if (taken === undefined) throw new Error('nothing was taken');
    const file = path.join(own, taken.fileName);
    expect(await catalogue.verified(taken)).toEqual({ path: file, imageBytes: image(1).length });
    const bytes = readFileSync(file);
    bytes[bytes.length - 1] = 1;
    writeFileSync(file, bytes);
    await expect(catalogue.verified(taken)).rejects.toThrow(/checksum/);
  });

  it('finds the newest image that is for the device, and none that is not', () => {
    const one = { ...listed(image(5), 5), sha512: '0' };
    const wanted = {
      manufacturerCode: 0x117c,
      imageType: 0x2201,
      fileVersion: 3,
      hardwareVersion: 2,
      model: 'bulb',
      manufacturer: 'IKEA',
    };
    expect(findImage([{ ...one, fileVersion: 4 }, one], wanted)?.fileVersion).toBe(5);
    for (const other of [
      { fileVersion: 3 },
      { imageType: 1 },
      { manufacturerCode: 1 },
      { modelId: 'plug' },
      { manufacturerName: ['Philips'] },
      { minFileVersion: 4 },
      { maxFileVersion: 2 },
      { hardwareVersionMin: 3 },
      { hardwareVersionMax: 1 },
    ]) {
      expect(findImage([{ ...one, ...other }], wanted), JSON.stringify(other)).toBeNull();
    }
  });
});
