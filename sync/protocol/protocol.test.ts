import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { BodyError, packRows, unpackRows } from './codec.ts';
import {
  type Envelope,
  hubKeyFrom,
  isSignedBy,
  newPrivateKey,
  parseEnvelope,
  parseRegistration,
  publicKeyFrom,
  registrationText,
  sealBatch,
  sha256Hex,
} from './envelope.ts';
import { INFLATED_BYTES_MAX, ROWS_MAX } from './limits.ts';
import { verdictOf } from './reply.ts';

/** RFC 8032, section 7.1, test 1: the secret key in PEM (PKCS 8), and the public key that belongs to it. */
const RFC_8032_SECRET = '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60';
const RFC_8032_PUBLIC = 'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a';
const PKCS_8_PREFIX = '302e020100300506032b657004220420';
const PEM = `-----BEGIN PRIVATE KEY-----\n${Buffer.from(PKCS_8_PREFIX + RFC_8032_SECRET, 'hex').toString('base64')}\n-----END PRIVATE KEY-----\n`;

const key = hubKeyFrom(PEM);
const body = new TextEncoder().encode('the body');
const envelope: Envelope = {
  ...{ v: 1, hub: key.hub, stream: 2, epoch: '00112233445566aa', from: 1, to: 3, schema: 3 },
  ...{ consent_rev: 7, codec: 'cjson+gzip', sha256: sha256Hex(body), boot_id: 'a-boot' },
  ...{ sent_mono: 12_345, clock_state: 'synced' },
};
const signatureOf = (of: Envelope) => sealBatch(of, body, key.privateKey).signature;

describe('the envelope', () => {
  it('names a hub by its public key, as the standard’s own key shows', () => {
    expect(Buffer.from(key.publicKey).toString('hex')).toBe(RFC_8032_PUBLIC);
    expect(key.hub).toBe(`hub_${sha256Hex(Buffer.from(RFC_8032_PUBLIC, 'hex')).slice(0, 40)}`);
  });

  it('has one canonical form, and the same signature at every sealing', () => {
    const sealed = sealBatch(envelope, body, key.privateKey);
    expect(Buffer.from(sealed.envelope, 'base64url').toString()).toBe(
      `{"v":1,"hub":"${key.hub}","stream":2,"epoch":"00112233445566aa","from":1,"to":3,"schema":3,` +
        `"consent_rev":7,"codec":"cjson+gzip","sha256":"${sha256Hex(body)}","boot_id":"a-boot",` +
        '"sent_mono":12345,"clock_state":"synced"}',
    );
    expect(sealBatch({ ...envelope }, body, key.privateKey)).toEqual(sealed);
    expect(parseEnvelope(sealed.envelope)).toEqual(envelope);
    const known = publicKeyFrom(key.publicKey);
    expect(known && isSignedBy(envelope, sealed.signature, known)).toBe(true);
  });

  it('is not signed any more once any of its fields is changed', () => {
    const known = publicKeyFrom(key.publicKey);
    const signature = signatureOf(envelope);
    const changes: Partial<Envelope>[] = [
      ...[{ hub: `hub_${'0'.repeat(40)}` }, { stream: 1 as const }, { epoch: 'ffffffffffffffff' }],
      ...[{ from: 2 }, { to: 4 }, { schema: 2 }, { consent_rev: 8 }, { codec: 'other' }],
      ...[{ sha256: '0'.repeat(64) }, { boot_id: 'b' }, { sent_mono: 1 }],
      { clock_state: 'unset' as const },
    ];
    for (const change of changes) {
      const isGood = known && isSignedBy({ ...envelope, ...change }, signature, known);
      expect(isGood, JSON.stringify(change)).toBe(false);
    }
  });

  it('is refused in any other form, and with any field missing or wrong', () => {
    const send = (text: string) => parseEnvelope(Buffer.from(text).toString('base64url'));
    const text = JSON.stringify(envelope);
    expect(send(text)).toEqual(envelope);
    expect(send(text.replace(':1,', ': 1,'))).toBeNull();
    expect(send(JSON.stringify({ ...envelope, extra: 1 }))).toBeNull();
    const { v: version, ...rest } = envelope;
    expect(send(JSON.stringify({ ...rest, v: version }))).toBeNull();
    for (const name of Object.keys(envelope)) {
      expect(send(JSON.stringify({ ...envelope, [name]: undefined })), name).toBeNull();
      expect(send(JSON.stringify({ ...envelope, [name]: {} })), name).toBeNull();
    }
    expect(send(JSON.stringify({ ...envelope, from: 4, to: 3 }))).toBeNull();
    expect(send(JSON.stringify({ ...envelope, from: 0 }))).toBeNull();
    expect(send('x'.repeat(3_000))).toBeNull();
  });

  it('cannot be signed with a signature that was made for a registration', () => {
    const other = hubKeyFrom(newPrivateKey());
    const registration = registrationText(other, 'a token');
    const read = JSON.parse(registration) as { signature: string };
    const known = publicKeyFrom(other.publicKey);
    expect(known && isSignedBy({ ...envelope, hub: other.hub }, read.signature, known)).toBe(false);
    expect(parseRegistration(registration)).toMatchObject({ hub: other.hub, token: 'a token' });
    expect(parseRegistration(registration.replace('a token', 'b token'))).toBeNull();
    const swapped = registration.replace(
      Buffer.from(other.publicKey).toString('base64url'),
      Buffer.from(key.publicKey).toString('base64url'),
    );
    expect(parseRegistration(swapped)).toBeNull();
  });
});

describe('the codec', () => {
  const rows = [
    { at: 1, device: 'dev_a', online: true, battery: null },
    { at: 2, device: 'dev_b', online: false, battery: 40 },
  ];

  it('gives rows back as they were, from the same bytes each time', () => {
    expect(unpackRows(packRows(rows))).toEqual(rows);
    expect(packRows(rows)).toEqual(packRows(rows.map((row) => ({ ...row }))));
    expect(unpackRows(packRows([{ a: 1 }, { b: 2 }]))).toEqual([
      { a: 1, b: null },
      { a: null, b: 2 },
    ]);
  });

  it('stops inflating at its limit, whatever the body holds', () => {
    const bomb = gzipSync(Buffer.alloc(INFLATED_BYTES_MAX * 16, 0x20));
    const before = process.memoryUsage().rss;
    expect(() => unpackRows(bomb)).toThrow(BodyError);
    expect(process.memoryUsage().rss - before).toBeLessThan(INFLATED_BYTES_MAX * 8);
  });

  it('refuses every truncation, too many rows, and columns that are not whole', () => {
    const whole = packRows(rows);
    for (let length = 0; length < whole.length; length += 1) {
      expect(() => unpackRows(whole.subarray(0, length))).toThrow(BodyError);
    }
    const odd = [
      ...['', 'null', '[]', '{}', '{"rows":0,"columns":{}}', '{"rows":1.5,"columns":{}}'],
      ...['{"rows":2,"columns":{"a":[1]}}', '{"rows":1,"columns":[[1]]}'],
      `{"rows":${ROWS_MAX + 1},"columns":{}}`,
    ];
    for (const text of odd) expect(() => unpackRows(gzipSync(text)), text).toThrow(BodyError);
  });

  it('does not let a column touch what all objects share', () => {
    const body = gzipSync('{"rows":1,"columns":{"__proto__":[{"polluted":1}]}}');
    unpackRows(body);
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
  });
});

describe('an answer', () => {
  const answer = (status: number, body: unknown, retryAfter: string | null = null) =>
    verdictOf({ status, retryAfter, body: JSON.stringify(body) });
  const credit = { requests: 1, bytes: 2, after_ms: 3 };

  it('means to the hub what its status and code say', () => {
    expect(answer(200, { acked: 5, credit })).toEqual({ kind: 'acked', upTo: 5, credit });
    expect(answer(409, { code: 'gap', message: '', expected: 3 })).toMatchObject({ expected: 3 });
    expect(answer(409, { code: 'diverged', message: '' }).kind).toBe('diverged');
    expect(answer(403, { code: 'unknown-hub', message: '' }).kind).toBe('register');
    expect(answer(403, { code: 'revoked', message: '' }).kind).toBe('stop');
    expect(answer(401, { code: 'bad-signature', message: '' }).kind).toBe('stop');
    expect(answer(413, {}).kind).toBe('split');
    expect(answer(422, {}).kind).toBe('poison');
    for (const status of [400, 408, 429, 500, 502, 503, 504]) {
      expect(answer(status, {}, '7')).toMatchObject({ kind: 'retry', afterMs: 7_000 });
    }
  });

  it('is tried again when it is no receiver’s: a proxy’s page, half a body, another protocol', () => {
    expect(verdictOf({ status: 200, retryAfter: null, body: '<html>' }).kind).toBe('retry');
    expect(answer(200, { acked: -1, credit }).kind).toBe('retry');
    expect(answer(200, { acked: 5 }).kind).toBe('retry');
    expect(answer(409, {}).kind).toBe('retry');
    expect(answer(429, {}, 'Wed, 21 Oct 2026 07:28:00 GMT')).toMatchObject({ afterMs: 0 });
  });
});
