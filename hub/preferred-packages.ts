// How far an adapter of others is stood behind: `preferred` where enough of those whose keys this hub trusts have signed
// exactly its files, `community` otherwise.
import { isSignedBy, readTrustedKeys } from '../firmware-images/manifest.ts';
import type { SupportTier } from './model/device.ts';

/** What is kept of a package to judge it by: the bytes that were to be signed, and who has. */
export interface SignedPackage {
  /** Base64. */
  readonly statement: string;
  readonly signatures: string;
}

/** @param keys as a person sets them: `KEY`, or `2 of KEY,KEY,KEY`; what cannot be read trusts nobody */
export function tierOf(signed: SignedPackage | undefined, keys: string): SupportTier {
  if (signed === undefined) return 'community';
  const trusted = trustedIn(keys);
  if (trusted === null) return 'community';
  const bytes = Buffer.from(signed.statement, 'base64');
  return isSignedBy(bytes, signed.signatures, trusted) ? 'preferred' : 'community';
}

function trustedIn(keys: string) {
  try {
    return readTrustedKeys(keys);
  } catch {
    return null;
  }
}
