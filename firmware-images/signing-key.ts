// The keys with which lists of firmware and packages of adapters are signed: ed25519, public ones as the 32 bytes in
// base64.
import { createPublicKey, generateKeyPairSync } from 'node:crypto';

/** A new key: the private one as PEM (PKCS #8), to be kept where nobody else reads it, and the public one to be told. */
export function createSigningKey(): { readonly privateKey: string; readonly publicKey: string } {
  const pair = generateKeyPairSync('ed25519');
  const privateKey = pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  return { privateKey, publicKey: publicKeyOf(privateKey) };
}

/** The public key of a private one. @param privateKey PEM, PKCS #8 @throws Error for anything else */
export function publicKeyOf(privateKey: string): string {
  const { x = '' } = createPublicKey(privateKey).export({ format: 'jwk' });
  return Buffer.from(x, 'base64url').toString('base64');
}
