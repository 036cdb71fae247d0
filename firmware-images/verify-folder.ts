// Checks a signed folder as an import would, and changes nothing: for a publisher before it is given away, and for
// whoever wants to know what they were given.
import path from 'node:path';
import {
  MANIFEST,
  MANIFEST_BYTES_MAX,
  openManifest,
  readTrustedKeys,
  SIGNATURES,
  SIGNATURES_BYTES_MAX,
} from './manifest.ts';
import { FILE_BYTES_MAX, hashOf, readFirmwareFile } from './read-image.ts';
import { readLimited } from './read-limited.ts';
import { refuse } from './refusal.ts';

/**
 * @param keys the trusted keys as `readTrustedKeys` takes them
 * @throws ValidationError with the first thing that is wrong
 */
export async function verifyFolder(folder: string, keys: string, nowMs: number) {
  const bytes = await readLimited(path.join(folder, MANIFEST), MANIFEST_BYTES_MAX);
  const signatures = await readLimited(path.join(folder, SIGNATURES), SIGNATURES_BYTES_MAX);
  const trusted = readTrustedKeys(keys);
  const { manifest } = openManifest(bytes, signatures.toString('latin1'), {
    ...{ trusted, taken: {}, nowMs, isClockSynced: true },
  });
  for (const { fileName, fileSize, sha512 } of manifest.images) {
    const file = await readLimited(path.join(folder, fileName), FILE_BYTES_MAX);
    const hash = (await hashOf('sha512', file)).toString('hex');
    if (file.length !== fileSize || hash !== sha512) {
      refuse({
        en: `${fileName} is not the file of its checksum`,
        zh: `${fileName} 与它的校验和不符`,
      });
    }
    await readFirmwareFile(file);
  }
  const { name, version, expires } = manifest;
  return {
    manifest: { name, version, expires },
    images: manifest.images.map(({ fileName }) => fileName),
  };
}
