// Which adapters of others are preferred: real keys and signatures, over a package's files.
import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { packageStatement } from '../adapters/contract/package-statement.ts';
import { signatureLine } from '../firmware-images/manifest.ts';
import { SIGNATURES_FILE, type VendorFiles } from './model/vendor-adapter.ts';
import { tierOf } from './preferred-packages.ts';

const MANIFEST = { id: 'acme', title: 'Acme', vendor: 'Acme', version: '1.2.0', main: 'a.js' };
const FILES: VendorFiles = {
  'ingle-adapter.json': JSON.stringify({ ...MANIFEST, hosts: ['lan'] }),
  'a.js': 'export function createAdapter() {}',
};

function signer() {
  const { privateKey } = generateKeyPairSync('ed25519');
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const line = (files: VendorFiles) => signatureLine(packageStatement(files), pem);
  return { line, key: line(FILES).split(' ')[0] ?? '' };
}

const [anna, ben, stranger] = [signer(), signer(), signer()] as const;
const tier = (files: VendorFiles, signatures: string, keys: string) =>
  tierOf({ statement: packageStatement(files).toString('base64'), signatures }, keys);

describe('an adapter of others', () => {
  it('is preferred where somebody has signed it whose key the hub trusts, else community', () => {
    expect(tier(FILES, anna.line(FILES), anna.key)).toBe('preferred');
    expect(tier(FILES, stranger.line(FILES), anna.key)).toBe('community');
    expect(tier(FILES, '', anna.key)).toBe('community');
    expect(tier(FILES, anna.line(FILES), '')).toBe('community');
    expect(tier(FILES, anna.line(FILES), 'no key')).toBe('community');
    expect(tierOf(undefined, anna.key)).toBe('community');
  });

  it('needs as many signatures as the keys say', () => {
    const keys = `2 of ${anna.key},${ben.key}`;
    expect(tier(FILES, anna.line(FILES), keys)).toBe('community');
    expect(tier(FILES, anna.line(FILES) + anna.line(FILES), keys)).toBe('community');
    expect(tier(FILES, anna.line(FILES) + ben.line(FILES), keys)).toBe('preferred');
  });

  it('is community again with one byte changed, one file more, another name or another version', () => {
    const manifest = (change: object) => JSON.stringify({ ...MANIFEST, hosts: ['lan'], ...change });
    for (const changed of [
      { ...FILES, 'a.js': 'export function createAdapter() { }' },
      { ...FILES, 'b.js': '' },
      { ...FILES, 'ingle-adapter.json': manifest({ version: '1.2.1' }) },
      { ...FILES, 'ingle-adapter.json': manifest({ hosts: ['lan', 'api.acme.example'] }) },
    ]) {
      expect(tier(changed, anna.line(FILES), anna.key)).toBe('community');
    }
  });

  it('may carry its signatures with it: they are no part of what is signed', () => {
    const carried = { ...FILES, [SIGNATURES_FILE]: anna.line(FILES) };
    expect(tier(carried, anna.line(FILES), anna.key)).toBe('preferred');
  });
});
