// The makers' certificates that a household trusts: read from its folder in both forms, with the list of revoked ones.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {
  Paa,
  TestCert_PAA_FFF1_Cert,
  TestCert_PAA_FFF1_SKID,
  TestCert_PAA_NoVID_Cert,
  TestCert_PAA_NoVID_SKID,
} from '@matter/main/protocol';
import { afterEach, expect, test } from 'vitest';
import { attestationOf, isTakenIn } from './attestation.ts';
import { readTrustStore } from './trust-store.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'ingle-paa-'));
const said: string[] = [];
const read = () =>
  readTrustStore(
    folder,
    (der) => ({
      keyId: new Uint8Array(Paa.fromAsn1(der).cert.extensions.subjectKeyIdentifier as Uint8Array),
    }),
    (text) => said.push(text),
  );

afterEach(() => {
  rmSync(path.join(folder, 'paa'), { recursive: true, force: true });
  said.length = 0;
});

test('without a certificate of the household nobody vouches for a device', () => {
  expect(read()).toBe(null);
  mkdirSync(path.join(folder, 'paa'));
  writeFileSync(path.join(folder, 'paa', 'notes.pem'), 'nothing of the kind');
  expect(read()).toBe(null);
  expect(said).toEqual([expect.stringMatching(/paa.notes\.pem is no root certificate/)]);
});

test('certificates are found by their keys in both forms, and what is revoked is known by number', async () => {
  mkdirSync(path.join(folder, 'paa'));
  const at = (name: string) => path.join(folder, 'paa', name);
  const pem = Buffer.from(TestCert_PAA_FFF1_Cert as Uint8Array).toString('base64');
  writeFileSync(at('one.der'), Buffer.from(TestCert_PAA_NoVID_Cert as Uint8Array));
  writeFileSync(at('two.pem'), `-----BEGIN CERTIFICATE-----\n${pem}\n-----END CERTIFICATE-----\n`);
  writeFileSync(at('revoked.txt'), '78:5C:E7:05 0a1b\n');
  const store = read();
  for (const keyId of [TestCert_PAA_NoVID_SKID, TestCert_PAA_FFF1_SKID]) {
    expect(store?.getCertificate(keyId as Uint8Array)).toEqual({ isProduction: true });
  }
  expect(store?.getCertificate('0102')).toBe(undefined);
  const serial = new Uint8Array([0x0a, 0x1b]);
  expect(await store?.isRevoked('785CE705', serial)).toBe(true);
  expect(await store?.isRevoked('785CE706', serial)).toBe(false);
});

test('the worst finding decides what a certificate is worth, and the household what becomes of the device', () => {
  const of = (...types: readonly string[]) =>
    attestationOf(types.map((type) => ({ type, message: type }))).verdict;
  expect(of()).toBe('official');
  expect(of('CdSignerVerificationSkipped')).toBe('official');
  expect(of('DclServiceUnavailable', 'CdSignerVerificationSkipped')).toBe('unknown');
  expect(of('PaaNotTrusted')).toBe('unknown');
  expect(of('SomethingNew')).toBe('unknown');
  expect(of('DclServiceUnavailable', 'CertificationTypeTest')).toBe('test');
  expect(of('CertificationTypeTest', 'AttestationSignatureInvalid')).toBe('wrong');
  expect(of('CertificateRevoked', 'AttestationSignatureInvalid')).toBe('revoked');
  expect(isTakenIn('official', 'refuse')).toBe(true);
  expect(of('CertificateExpired', 'CertificationTypeTest')).toBe('expired');
  for (const verdict of ['test', 'unknown', 'revoked', 'expired', 'wrong'] as const) {
    expect([isTakenIn(verdict, 'warn'), isTakenIn(verdict, 'refuse')]).toEqual([true, false]);
  }
});
