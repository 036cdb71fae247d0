// Certificates of a virtual Matter device that is sold as a product: signed by the standard's test authority, which a
// household may put among those that it trusts, or by an authority that a test makes up, with a declaration that says
// "official".
import { Bytes, Crypto, Environment, PrivateKey, VendorId } from '@matter/main';
import {
  AttestationCertificateManager,
  CertificationDeclaration,
  Dac,
  Paa,
  Pai,
} from '@matter/main/protocol';
import type { DeviceCertificates } from './model.ts';

/** Spec: Matter 1.4 Core § 6.3.1, certification_type. */
const OFFICIAL = 2;
const EPOCH_SECONDS = Date.UTC(2000, 0) / 1_000;
const YEAR_SECONDS = 365 * 24 * 3_600;
const SIGNER_KEY_ID = new Uint8Array(20).fill(7);

export async function officialCertificates(vendorId: VendorId, productId: number) {
  const crypto = Environment.default.get(Crypto);
  const authority = await AttestationCertificateManager.create(crypto, vendorId);
  const { keyPair, dac } = await authority.getDACert(productId);
  return {
    privateKey: PrivateKey(keyPair.privateKey),
    certificate: dac,
    intermediateCertificate: await authority.getPAICert(),
    declaration: await declarationOf(vendorId, productId),
  };
}

/** What a device was given, as matter.js takes it. */
export function certificatesOf(given: DeviceCertificates) {
  return {
    privateKey: PrivateKey(Bytes.fromHex(given.privateKey)),
    certificate: Bytes.fromHex(given.certificate),
    intermediateCertificate: Bytes.fromHex(given.intermediateCertificate),
    declaration: Bytes.fromHex(given.declaration),
  };
}

async function declarationOf(vendorId: VendorId, productId: number): Promise<Bytes> {
  const crypto = Environment.default.get(Crypto);
  const declaration = new CertificationDeclaration(
    {
      ...{ formatVersion: 1, vendorId, produceIdArray: [productId], deviceTypeId: 22 },
      ...{ certificateId: 'CSA00000SWC00000-00', securityLevel: 0, securityInformation: 0 },
      ...{ versionNumber: 1, certificationType: OFFICIAL },
    },
    SIGNER_KEY_ID,
  );
  return declaration.asSignedAsn1(crypto, await crypto.createKeyPair());
}

/** When a certificate holds, in years from now. */
export interface Validity {
  readonly from: number;
  readonly to: number;
}

/** A maker's root as it stands in a list of authorities, and the certificates that it gives to devices. */
export interface MadeAuthority {
  /** DER. */
  readonly root: Uint8Array;
  /** As a list of what is revoked names it. */
  readonly rootKeyId: string;
  /** A device's certificates under an intermediate one of this serial number (hexadecimal). */
  issue(options: {
    readonly serial: string;
    readonly intermediate: Validity;
    readonly device: Validity;
  }): Promise<DeviceCertificates>;
}

/** Makes an authority up, with a key of its own. */
export async function makeAuthority(
  name: string,
  of: { readonly vendorId: number; readonly productId: number },
): Promise<MadeAuthority> {
  const crypto = Environment.default.get(Crypto);
  const vendorId = VendorId(of.vendorId);
  const { productId } = of;
  const rootKey = await keyOf(crypto);
  const common = { signatureAlgorithm: 1, publicKeyAlgorithm: 1, ellipticCurveIdentifier: 1 };
  const authorityUsage = { keyCertSign: true, cRLSign: true };
  const rootName = { commonName: `${name} root` };
  const paa = new Paa({
    ...common,
    serialNumber: Bytes.fromHex('01'),
    ...{ issuer: rootName, subject: rootName, ...valid({ from: -20, to: 20 }) },
    ellipticCurvePublicKey: rootKey.pair.publicKey,
    extensions: {
      basicConstraints: { isCa: true, pathLen: 1 },
      keyUsage: authorityUsage,
      ...{ subjectKeyIdentifier: rootKey.id, authorityKeyIdentifier: rootKey.id },
    },
  });
  await paa.sign(crypto, rootKey.pair);
  return {
    root: Bytes.of(paa.asSignedDer()),
    rootKeyId: Bytes.toHex(rootKey.id),
    async issue({ serial, intermediate, device }) {
      const [paiKey, dacKey] = [await keyOf(crypto), await keyOf(crypto)];
      const paiName = { commonName: `${name} intermediate`, vendorId };
      const pai = new Pai({
        ...common,
        serialNumber: Bytes.fromHex(serial),
        ...{ issuer: rootName, subject: paiName, ...valid(intermediate) },
        ellipticCurvePublicKey: paiKey.pair.publicKey,
        extensions: {
          basicConstraints: { isCa: true, pathLen: 0 },
          keyUsage: authorityUsage,
          ...{ subjectKeyIdentifier: paiKey.id, authorityKeyIdentifier: rootKey.id },
        },
      });
      await pai.sign(crypto, rootKey.pair);
      const dac = new Dac({
        ...common,
        serialNumber: Bytes.fromHex('0a'),
        ...{ issuer: paiName, ...valid(device) },
        subject: { commonName: `${name} device`, vendorId, productId },
        ellipticCurvePublicKey: dacKey.pair.publicKey,
        extensions: {
          basicConstraints: { isCa: false },
          keyUsage: { digitalSignature: true },
          ...{ subjectKeyIdentifier: dacKey.id, authorityKeyIdentifier: paiKey.id },
        },
      });
      await dac.sign(crypto, paiKey.pair);
      return {
        privateKey: Bytes.toHex(dacKey.pair.privateKey),
        certificate: Bytes.toHex(dac.asSignedDer()),
        intermediateCertificate: Bytes.toHex(pai.asSignedDer()),
        declaration: Bytes.toHex(await declarationOf(vendorId, productId)),
      };
    },
  };
}

async function keyOf(crypto: Crypto) {
  const pair = await crypto.createKeyPair();
  return { pair, id: Bytes.of(await crypto.computeHash(pair.publicKey, 'SHA-1')) };
}

/** In seconds since the year 2000, as certificates of Matter count. */
function valid({ from, to }: Validity) {
  const now = Math.floor(Date.now() / 1_000) - EPOCH_SECONDS;
  return { notBefore: now + from * YEAR_SECONDS, notAfter: now + to * YEAR_SECONDS };
}
