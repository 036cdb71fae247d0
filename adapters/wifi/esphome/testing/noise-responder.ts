// The device's side of the Noise handshake and the frames after it, with Node's own cryptography, so that the library's
// side is not tested against itself.
// Spec: https://noiseprotocol.org/noise.html, Noise_NNpsk0_25519_ChaChaPoly_SHA256.
import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
} from 'node:crypto';

const PROTOCOL = 'Noise_NNpsk0_25519_ChaChaPoly_SHA256';
const TAG_BYTES = 16;
const KEY_BYTES = 32;
/** What stands before the 32 bytes of a public key of X25519 in its DER. */
const SPKI = Buffer.from('302a300506032b656e032100', 'hex');

/** One direction: each frame takes the next nonce. */
export class Cipher {
  readonly #key: Buffer;
  #count = 0n;

  constructor(key: Buffer) {
    this.#key = key;
  }

  encrypt(plain: Buffer, ad: Buffer = Buffer.alloc(0)): Buffer {
    const options = { authTagLength: TAG_BYTES };
    const cipher = createCipheriv('chacha20-poly1305', this.#key, this.#nonce(), options);
    cipher.setAAD(ad, { plaintextLength: plain.length });
    return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
  }

  /** @throws when it was not made with the same key */
  decrypt(sealed: Buffer, ad: Buffer = Buffer.alloc(0)): Buffer {
    const options = { authTagLength: TAG_BYTES };
    const body = sealed.subarray(0, sealed.length - TAG_BYTES);
    const decipher = createDecipheriv('chacha20-poly1305', this.#key, this.#nonce(), options);
    decipher.setAAD(ad, { plaintextLength: body.length });
    decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES));
    return Buffer.concat([decipher.update(body), decipher.final()]);
  }

  #nonce(): Buffer {
    const nonce = Buffer.alloc(12);
    nonce.writeBigUInt64LE(this.#count, 4);
    this.#count += 1n;
    return nonce;
  }
}

/** What the handshake ends in. */
export interface Shaken {
  /** The second message of the handshake, to be sent. */
  readonly answer: Buffer;
  readonly send: Cipher;
  readonly receive: Cipher;
}

/**
 * Answers the first message of a handshake.
 * @param psk 32 bytes
 * @throws when the other side has another key
 */
export function answerHandshake(message: Buffer, psk: Buffer, prologue: Buffer): Shaken {
  let hash: Buffer = createHash('sha256').update(PROTOCOL).digest();
  let chain: Buffer = hash;
  const mixHash = (data: Buffer): void => {
    hash = createHash('sha256').update(hash).update(data).digest();
  };
  const mixKey = (data: Buffer): Cipher => {
    const [next, key] = derive(chain, data);
    chain = next;
    return new Cipher(key);
  };
  mixHash(prologue);

  // -> psk, e
  const [next, mixed] = derive(chain, psk);
  chain = next;
  mixHash(mixed);
  const theirs = message.subarray(0, KEY_BYTES);
  mixHash(theirs);
  const sealed = message.subarray(KEY_BYTES);
  mixKey(theirs).decrypt(sealed, hash);
  mixHash(sealed);

  // <- e, ee
  const pair = generateKeyPairSync('x25519');
  const ours = pair.publicKey.export({ type: 'spki', format: 'der' }).subarray(SPKI.length);
  mixHash(ours);
  mixKey(ours);
  const publicKey = createPublicKey({
    key: Buffer.concat([SPKI, theirs]),
    type: 'spki',
    format: 'der',
  });
  const cipher = mixKey(diffieHellman({ privateKey: pair.privateKey, publicKey }));
  const tag = cipher.encrypt(Buffer.alloc(0), hash);
  mixHash(tag);
  const [first, second] = derive(chain, Buffer.alloc(0));
  return {
    answer: Buffer.concat([ours, tag]),
    receive: new Cipher(first),
    send: new Cipher(second),
  };
}

/** The first two outputs of the specification's HKDF; a third would be a key that the next token replaces at once. */
function derive(chain: Buffer, data: Buffer): readonly [Buffer, Buffer] {
  const hmac = (key: Buffer, ...parts: Buffer[]) => {
    const mac = createHmac('sha256', key);
    for (const part of parts) mac.update(part);
    return mac.digest();
  };
  const temporary = hmac(chain, data);
  const first = hmac(temporary, Buffer.from([1]));
  const second = hmac(temporary, first, Buffer.from([2]));
  return [first, second];
}
