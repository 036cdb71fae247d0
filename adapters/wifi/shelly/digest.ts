// Digest authentication of Shelly's RPC with SHA-256. Of a password only its digest for the one device is kept, so
// that what stands on disk opens nothing else.
// Spec: Shelly Gen2+ API, Authentication (https://shelly-api-docs.shelly.cloud/gen2/General/Authentication).
import { createHash, randomInt } from 'node:crypto';

/** What a device asks for with error 401. */
export interface Challenge {
  readonly realm: string;
  readonly nonce: number | string;
  readonly nc: number;
}

/** The `auth` object of a request. */
export interface AuthFrame {
  readonly realm: string;
  readonly username: string;
  readonly nonce: number | string;
  readonly cnonce: number;
  readonly response: string;
  readonly algorithm: 'SHA-256';
}

const USER = 'admin';

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** What is kept in a password's place: 64 hexadecimal digits, good for this realm alone. */
export function digestOfPassword(realm: string, password: string): string {
  return sha256(`${USER}:${realm}:${password}`);
}

/** Reads the text of an error 401; null where it is no challenge that we can answer. */
export function parseChallenge(message: unknown): Challenge | null {
  if (typeof message !== 'string' || message.length > 1_000) return null;
  try {
    const read = JSON.parse(message) as Record<string, unknown> | null;
    if (typeof read !== 'object' || read === null) return null;
    const { realm, nonce, nc, algorithm } = read;
    const isNonce = typeof nonce === 'number' || typeof nonce === 'string';
    if (typeof realm !== 'string' || realm === '' || !isNonce) return null;
    if (algorithm !== undefined && algorithm !== 'SHA-256') return null;
    return { realm, nonce, nc: typeof nc === 'number' ? nc : 1 };
  } catch {
    return null;
  }
}

/** The answer to a challenge. The method and the URI are fixed words in RPC over WebSocket. */
export function answerChallenge(
  { realm, nonce, nc }: Challenge,
  passwordDigest: string,
  cnonce = randomInt(1, 2 ** 31),
): AuthFrame {
  const request = sha256('dummy_method:dummy_uri');
  const response = sha256(`${passwordDigest}:${nonce}:${nc}:${cnonce}:auth:${request}`);
  return { realm, username: USER, nonce, cnonce, response, algorithm: 'SHA-256' };
}
