// Random identifiers and secrets of the household, and comparing them without telling how much was right.
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** Crockford's alphabet: no I, L, O or U, so that a code read aloud or from a label has one spelling. */
const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** `length` random characters of Crockford's alphabet, five bits each. */
export function randomLetters(length: number): string {
  return Array.from(randomBytes(length), (byte) => CROCKFORD.charAt(byte & 31)).join('');
}

/** The suffix of a new identifier: 10 small letters and digits. */
export function randomSuffix(): string {
  return randomLetters(10).toLowerCase();
}

/** A secret of 256 random bits, safe in a header. */
export function randomSecret(): string {
  return randomBytes(32).toString('base64url');
}

/** SHA-256 as hex: the only form in which a secret is kept. */
export function secretHash(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/** Whether two texts are equal, in a time that depends on neither. */
export function isSameSecret(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
