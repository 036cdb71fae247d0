// A signed list of images. A publisher signs `manifest.json` with ed25519 keys that the household trusts; the
// signatures stand in `manifest.json.sig`, a line for each: public key and signature, both base64. The bytes are
// verified before anything of them is parsed.
//
// A manifest names itself, counts its versions and says until when it is to be taken. New keys come with `keys`: they
// hold when enough of the old keys and enough of the new ones have signed, so neither a thief of old keys without the
// new ones nor a publisher's mistake leaves the household with keys that nobody has.
import { createHash, createPublicKey, sign, verify } from 'node:crypto';
import * as v from 'valibot';
import { imageRow } from './image-row.ts';
import { refuse } from './refusal.ts';
import { publicKeyOf } from './signing-key.ts';

export const MANIFEST = 'manifest.json';
export const SIGNATURES = 'manifest.json.sig';
export const MANIFEST_BYTES_MAX = 4 * 1024 * 1024;
export const SIGNATURES_BYTES_MAX = 16 * 1024;
const KEYS_MAX = 16;
const FORMAT = 'ingle-firmware-1';

/** Public keys, base64 of 32 bytes, and how many of them have to sign. */
export interface TrustedKeys {
  readonly threshold: number;
  readonly keys: readonly string[];
}

const key = v.pipe(v.string(), v.regex(/^[A-Za-z0-9+/]{43}=$/));
const keys = v.pipe(
  v.strictObject({
    threshold: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(KEYS_MAX)),
    keys: v.pipe(v.array(key), v.minLength(1), v.maxLength(KEYS_MAX)),
  }),
  v.check((set) => new Set(set.keys).size === set.keys.length && set.threshold <= set.keys.length),
);
export const trustedKeysShape = keys;

const manifest = v.object({
  format: v.literal(FORMAT),
  name: v.pipe(v.string(), v.regex(/^[a-z0-9][a-z0-9-]{0,39}$/)),
  version: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(Number.MAX_SAFE_INTEGER)),
  expires: v.pipe(v.string(), v.isoTimestamp()),
  images: v.pipe(v.array(imageRow), v.maxLength(2_000)),
  keys: v.optional(keys),
});
export type Manifest = v.InferOutput<typeof manifest>;

/**
 * The trusted keys as a person sets them: a key, or `2 of KEY,KEY,KEY`; null where there are none.
 * @throws ValidationError for anything else
 */
export function readTrustedKeys(text: string): TrustedKeys | null {
  if (text.trim() === '') return null;
  const [, threshold = '1', list = text] = /^\s*(\d+)\s+of\s+(.*)$/s.exec(text) ?? [];
  const parsed = v.safeParse(keys, {
    threshold: Number(threshold),
    keys: list.split(',').map((one) => one.trim()),
  });
  if (parsed.success) return parsed.output;
  return refuse(
    {
      en: `"${text.slice(0, 60)}" names no keys`,
      zh: `“${text.slice(0, 60)}”不是密钥`,
    },
    {
      en: 'A key is an ed25519 public key of 32 bytes in base64; several stand as "2 of KEY,KEY,KEY".',
      zh: '密钥是 32 字节 ed25519 公钥的 base64；多个写成“2 of KEY,KEY,KEY”。',
    },
  );
}

/** Who has signed exactly these bytes, of those whom a file of signatures names. */
export function signersOf(bytes: Uint8Array, signatures: string): Set<string> {
  const signers = new Set<string>();
  for (const line of signatures.split('\n').slice(0, KEYS_MAX)) {
    const [, publicKey, signature] =
      /^([A-Za-z0-9+/]{43}=)\s+([A-Za-z0-9+/]{86}==)\s*$/.exec(line) ?? [];
    if (publicKey === undefined || signature === undefined) continue;
    const x = Buffer.from(publicKey, 'base64').toString('base64url');
    try {
      const object = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
      if (verify(null, bytes, object, Buffer.from(signature, 'base64'))) signers.add(publicKey);
    } catch {
      // No point of the curve: nobody has signed with it.
    }
  }
  return signers;
}

function haveSigned(signers: ReadonlySet<string>, { threshold, keys: trusted }: TrustedKeys) {
  return trusted.filter((one) => signers.has(one)).length >= threshold;
}

/** Whether enough of the trusted keys have signed exactly these bytes. @param signatures a line for each signer */
export function isSignedBy(bytes: Uint8Array, signatures: string, trusted: TrustedKeys): boolean {
  return haveSigned(signersOf(bytes, signatures), trusted);
}

/** What the hub remembers of a manifest that it took. */
export interface TakenManifest {
  readonly version: number;
  readonly sha256: string;
}

export interface ManifestTrust {
  readonly trusted: TrustedKeys | null;
  /** By name; the highest version that was ever taken. */
  readonly taken: Readonly<Record<string, TakenManifest>>;
  readonly nowMs: number;
  /** While the clock is not known to be right, nothing is called expired. */
  readonly isClockSynced: boolean;
}

export const sha256 = (bytes: Uint8Array): string =>
  createHash('sha256').update(bytes).digest('hex');

/**
 * Verifies and then reads a manifest.
 * @throws ValidationError that says why it is not taken: not signed, by others, too old, expired, or not readable
 */
export function openManifest(bytes: Uint8Array, signatures: string, trust: ManifestTrust) {
  const { trusted, taken, nowMs, isClockSynced } = trust;
  if (trusted === null) {
    refuse(
      { en: 'This hub trusts no key of firmware yet', zh: '中枢还没有信任任何固件密钥' },
      {
        en: 'Set firmware.keys (INGLE_FIRMWARE_KEYS) to the public key of the publisher.',
        zh: '请把 firmware.keys（INGLE_FIRMWARE_KEYS）设为发布者的公钥。',
      },
    );
  }
  const signers = signersOf(bytes, signatures);
  if (!haveSigned(signers, trusted)) {
    const { threshold, keys: all } = trusted;
    refuse(
      {
        en: `${MANIFEST} is not signed by ${threshold} of the ${all.length} trusted keys`,
        zh: `${MANIFEST} 没有 ${all.length} 个受信任密钥中 ${threshold} 个的签名`,
      },
      {
        en: 'It was changed after it was signed, or others have signed it. Get it again from where it came.',
        zh: '它在签名之后被改动过，或由别人签名。请从来源重新获取。',
      },
    );
  }
  const read = parse(bytes);
  const before = taken[read.name];
  const hash = sha256(bytes);
  if (before !== undefined && read.version < before.version) {
    refuse(
      {
        en: `${read.name} is at version ${read.version}; this hub has had ${before.version}`,
        zh: `${read.name} 是版本 ${read.version}；中枢已有过版本 ${before.version}`,
      },
      {
        en: 'An older list could bring back firmware with known faults. Get the newest one.',
        zh: '旧列表可能带回有已知缺陷的固件。请获取最新的。',
      },
    );
  }
  if (before !== undefined && read.version === before.version && hash !== before.sha256) {
    refuse({
      en: `${read.name} has two different lists of version ${read.version}`,
      zh: `${read.name} 的版本 ${read.version} 有两份不同的列表`,
    });
  }
  if (isClockSynced && Date.parse(read.expires) <= nowMs) {
    refuse(
      {
        en: `${read.name} was good until ${read.expires}`,
        zh: `${read.name} 的有效期到 ${read.expires}`,
      },
      {
        en: 'Get a newer one from its publisher. Images that the hub has already stay.',
        zh: '请向发布者获取更新的列表。中枢已有的固件不受影响。',
      },
    );
  }
  if (read.keys !== undefined && !haveSigned(signers, read.keys)) {
    refuse({
      en: `${read.name} brings new keys that have not signed it themselves`,
      zh: `${read.name} 带来的新密钥没有为它签名`,
    });
  }
  return { manifest: read, sha256: hash };
}

function parse(bytes: Uint8Array): Manifest {
  try {
    return v.parse(manifest, JSON.parse(Buffer.from(bytes).toString('utf8')));
  } catch (error) {
    return refuse(
      {
        en: `${MANIFEST} is signed, and no list of firmware images`,
        zh: `${MANIFEST} 已签名，但不是固件列表`,
      },
      undefined,
      error,
    );
  }
}

/** A manifest's bytes for a publisher to sign. */
export function manifestBytes(content: Omit<Manifest, 'format'>): Buffer {
  return Buffer.from(`${JSON.stringify({ format: FORMAT, ...content }, null, 2)}\n`);
}

/** The line of one signer. @param privateKey PEM, PKCS #8 */
export function signatureLine(bytes: Uint8Array, privateKey: string): string {
  return `${publicKeyOf(privateKey)} ${sign(null, bytes, privateKey).toString('base64')}\n`;
}
