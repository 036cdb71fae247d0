// The envelope of a batch: what it says, its one canonical form, the signature over that form, and how a hub is named.
// A batch is `POST /v1/hubs/{hub}/streams/{stream}` with the envelope and the signature in two headers, the body packed.
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  timingSafeEqual,
  verify,
} from 'node:crypto';
import * as v from 'valibot';
import { ENVELOPE_CHARS_MAX } from './limits.ts';

export const ENVELOPE_HEADER = 'ingle-envelope';
export const SIGNATURE_HEADER = 'ingle-signature';
export const PROTOCOL_VERSION = 1;

/** What is signed begins with what it is for, so that no signature of one kind serves as another. */
const BATCH_DOMAIN = 'ingle/sync/batch/1\n';
const REGISTER_DOMAIN = 'ingle/sync/register/1\n';

const whole = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const HUB_ID = /^hub_[0-9a-f]{40}$/;
const EPOCH = /^[0-9a-f]{16}$/;

const envelopeSchema = v.strictObject({
  v: v.literal(PROTOCOL_VERSION),
  hub: v.pipe(v.string(), v.regex(HUB_ID)),
  stream: v.picklist([0, 1, 2]),
  epoch: v.pipe(v.string(), v.regex(EPOCH)),
  from: v.pipe(whole, v.minValue(1)),
  to: v.pipe(whole, v.minValue(1)),
  schema: whole,
  consent_rev: whole,
  codec: v.pipe(v.string(), v.maxLength(32)),
  sha256: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
  boot_id: v.pipe(v.string(), v.maxLength(64)),
  sent_mono: whole,
  clock_state: v.picklist(['unset', 'held', 'synced']),
});

/**
 * `from` to `to` are the sequence numbers of the rows, contiguous in (hub, epoch, stream). `sent_mono` is the hub's
 * monotonic time, in milliseconds, at which the batch was sealed: rows carry the same clock, so they can be dated
 * against each other where the wall clock was not set.
 */
export type Envelope = v.InferOutput<typeof envelopeSchema>;

/** A batch as it travels. */
export interface SealedBatch {
  /** The canonical form, base64url. */
  readonly envelope: string;
  /** base64url */
  readonly signature: string;
  readonly body: Uint8Array;
}

export const sha256Hex = (bytes: Uint8Array): string =>
  createHash('sha256').update(bytes).digest('hex');

/** The 32 bytes of an ed25519 public key. */
export function rawPublicKey(key: KeyObject): Uint8Array {
  const { x = '' } = createPublicKey(key).export({ format: 'jwk' });
  return Buffer.from(x, 'base64url');
}

/** @returns null when the bytes are no ed25519 key */
export function publicKeyFrom(raw: Uint8Array): KeyObject | null {
  if (raw.length !== 32) return null;
  const x = Buffer.from(raw).toString('base64url');
  try {
    return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  } catch {
    return null;
  }
}

/** A hub is named by its key: nobody else can sign for the name. */
export function hubIdOf(publicKey: Uint8Array): string {
  return `hub_${sha256Hex(publicKey).slice(0, 40)}`;
}

/** A fresh private key, PEM. */
export function newPrivateKey(): string {
  const { privateKey } = generateKeyPairSync('ed25519');
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

export interface HubKey {
  readonly hub: string;
  readonly publicKey: Uint8Array;
  readonly privateKey: KeyObject;
}

/** @throws Error when the text is no ed25519 private key in PEM */
export function hubKeyFrom(pem: string): HubKey {
  const privateKey = createPrivateKey(pem);
  if (privateKey.asymmetricKeyType !== 'ed25519') throw new Error('The key is not an ed25519 key');
  const publicKey = rawPublicKey(privateKey);
  return { hub: hubIdOf(publicKey), publicKey, privateKey };
}

/** The one text of an envelope: keys in this order, no spaces. */
function canonical(envelope: Envelope): string {
  const { v: version, hub, stream, epoch, from, to, schema, consent_rev, codec, sha256 } = envelope;
  const { boot_id, sent_mono, clock_state } = envelope;
  return JSON.stringify({
    ...{ v: version, hub, stream, epoch, from, to, schema, consent_rev, codec, sha256 },
    ...{ boot_id, sent_mono, clock_state },
  });
}

/** Signs a packed body; the same envelope gives the same bytes each time. */
export function sealBatch(envelope: Envelope, body: Uint8Array, key: KeyObject): SealedBatch {
  const text = canonical(envelope);
  return {
    envelope: Buffer.from(text).toString('base64url'),
    signature: sign(null, Buffer.from(BATCH_DOMAIN + text), key).toString('base64url'),
    body,
  };
}

/** Reads the header; null unless it is an envelope in its canonical form. */
export function parseEnvelope(header: string): Envelope | null {
  if (header.length > ENVELOPE_CHARS_MAX) return null;
  const text = Buffer.from(header, 'base64url').toString('utf8');
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch {
    return null;
  }
  const parsed = v.safeParse(envelopeSchema, read);
  if (!parsed.success || parsed.output.from > parsed.output.to) return null;
  return canonical(parsed.output) === text ? parsed.output : null;
}

function isSigned(domain: string, text: string, signature: string, key: KeyObject): boolean {
  try {
    return verify(null, Buffer.from(domain + text), key, Buffer.from(signature, 'base64url'));
  } catch {
    return false;
  }
}

/** Whether this key signed this envelope. */
export function isSignedBy(envelope: Envelope, signature: string, key: KeyObject): boolean {
  return isSigned(BATCH_DOMAIN, canonical(envelope), signature, key);
}

/** What a hub sends to be known: its public key, a provisioning token where the receiver asks for one. */
const registrationSchema = v.strictObject({
  public_key: v.pipe(v.string(), v.maxLength(64)),
  token: v.nullable(v.pipe(v.string(), v.maxLength(200))),
  signature: v.pipe(v.string(), v.maxLength(128)),
});

export interface Registration {
  readonly hub: string;
  readonly publicKey: Uint8Array;
  readonly token: string | null;
}

export function registrationText(key: HubKey, token: string | null): string {
  const publicKey = Buffer.from(key.publicKey).toString('base64url');
  const text = JSON.stringify([publicKey, token]);
  const signature = sign(null, Buffer.from(REGISTER_DOMAIN + text), key.privateKey);
  return JSON.stringify({
    public_key: publicKey,
    token,
    signature: signature.toString('base64url'),
  });
}

/** Reads a registration and checks that its sender holds the key; null when not. */
export function parseRegistration(body: string): Registration | null {
  let read: unknown;
  try {
    read = JSON.parse(body);
  } catch {
    return null;
  }
  const parsed = v.safeParse(registrationSchema, read);
  if (!parsed.success) return null;
  const { public_key, token, signature } = parsed.output;
  const raw = Buffer.from(public_key, 'base64url');
  const key = publicKeyFrom(raw);
  if (key === null) return null;
  const text = JSON.stringify([public_key, token]);
  if (!isSigned(REGISTER_DOMAIN, text, signature, key)) return null;
  return { hub: hubIdOf(raw), publicKey: raw, token };
}

/** Compares secrets without telling by the time taken where they differ. */
export function isSameSecret(one: string, other: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(one), digest(other));
}
