// The makers' root certificates that the household has put beside the fabric: with them a device's certificates are
// proved without asking the internet. Stands in for the library's own service, which would fetch them there.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';

/** Of the adapter's folder. */
const FOLDER = 'paa';
/** A line each: the key identifier of the authority, a space, the serial number; hexadecimal. */
const REVOKED = 'revoked.txt';
const FILES_MAX = 500;
const FILE_BYTES_MAX = 64 * 1024;
const REVOKED_BYTES_MAX = 4 * 1024 * 1024;
const PEM = /-----BEGIN CERTIFICATE-----([\sA-Za-z0-9+/=]+)-----END CERTIFICATE-----/g;

/** Reads a certificate of the standard's form. @throws Error for what is none */
export type ReadRoot = (der: Uint8Array) => { readonly keyId: Uint8Array };

/** What the library's validation asks its certificate service. Spec: Matter 1.4 Core § 6.2.3.1. */
export interface TrustStore {
  readonly acceptsTestCertificates: boolean;
  getCertificate(keyId: Uint8Array | string): { readonly isProduction: true } | undefined;
  getCertificateAsDer(keyId: Uint8Array | string): Promise<Uint8Array>;
  isRevoked(authority: Uint8Array | string, serial: Uint8Array | string): Promise<boolean>;
  /** Who may sign certification declarations is not known here. */
  getOrFetchCdSigner(keyId: Uint8Array | string): Promise<undefined>;
  /** The library closes its services. */
  close(): void;
}

/** Null where the household has put no certificate there. A file that is none is told by `said` and left aside. */
export function readTrustStore(
  folder: string,
  readRoot: ReadRoot,
  said: (text: string) => void,
): TrustStore | null {
  const at = path.join(folder, FOLDER);
  if (!existsSync(at)) return null;
  const roots = new Map<string, Uint8Array>();
  const files = readdirSync(at).filter((name) => /\.(der|pem|crt|cer)$/i.test(name));
  for (const name of files.sort().slice(0, FILES_MAX)) {
    try {
      for (const der of certificatesIn(path.join(at, name))) {
        roots.set(hexOf(readRoot(der).keyId), der);
      }
    } catch (error) {
      said(`${path.join(FOLDER, name)} is no root certificate: ${String(error)}`);
    }
  }
  if (roots.size === 0) return null;
  const revoked = revokedIn(path.join(at, REVOKED));
  return {
    acceptsTestCertificates: false,
    getCertificate: (keyId) => (roots.has(hexOf(keyId)) ? { isProduction: true } : undefined),
    async getCertificateAsDer(keyId) {
      const der = roots.get(hexOf(keyId));
      if (der === undefined) throw new Error(`There is no certificate ${hexOf(keyId)}`);
      return der;
    },
    isRevoked: async (authority, serial) => revoked.has(`${hexOf(authority)} ${hexOf(serial)}`),
    getOrFetchCdSigner: async () => undefined,
    close() {},
  };
}

function certificatesIn(file: string): Uint8Array[] {
  if (statSync(file).size > FILE_BYTES_MAX) throw new Error('it is too large');
  const bytes = readFileSync(file);
  const blocks = [...bytes.toString('latin1').matchAll(PEM)];
  if (blocks.length === 0) return [new Uint8Array(bytes)];
  return blocks.map(([, base64 = '']) => new Uint8Array(Buffer.from(base64, 'base64')));
}

function revokedIn(file: string): ReadonlySet<string> {
  if (!existsSync(file) || statSync(file).size > REVOKED_BYTES_MAX) return new Set();
  const lines = readFileSync(file, 'utf8').split('\n');
  return new Set(
    lines.map((line) => line.trim().split(/\s+/)).map((pair) => pair.map(hexOf).join(' ')),
  );
}

/** Key identifiers and serial numbers are written with colons or without, and with zeros before them or not. */
function hexOf(value: Uint8Array | string): string {
  const text = typeof value === 'string' ? value : Buffer.from(value).toString('hex');
  return text
    .replaceAll(':', '')
    .toUpperCase()
    .replace(/^(00)+/, '');
}
