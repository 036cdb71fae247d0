// What somebody signs who has tried an adapter of others: this very package, file by file. Who has signed stands in a
// file of the package itself, which is no part of what is signed.
import { createHash } from 'node:crypto';
import { readManifest, SIGNATURES_FILE, type VendorFiles } from '../../hub/model/vendor-adapter.ts';

const FORMAT = 'ingle-adapter-1';

/** The bytes to sign. @throws ValidationError for files that are no package */
export function packageStatement(files: VendorFiles): Buffer {
  const { id, version } = readManifest(files);
  const hash = createHash('sha256');
  const names = Object.keys(files).filter((name) => name !== SIGNATURES_FILE);
  for (const name of names.sort()) {
    const text = Buffer.from(files[name] ?? '');
    hash.update(`${name}\0${text.length}\0`).update(text);
  }
  return Buffer.from(`${FORMAT} ${id} ${version} ${hash.digest('hex')}\n`);
}
