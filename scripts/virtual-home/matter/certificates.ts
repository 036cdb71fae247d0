// Certificates of a virtual Matter device that is sold as a product: signed by the standard's test authority, which a
// household may put among those that it trusts, with a declaration that says "official".
import { Crypto, Environment, PrivateKey, type VendorId } from '@matter/main';
import { AttestationCertificateManager, CertificationDeclaration } from '@matter/main/protocol';

/** Spec: Matter 1.4 Core § 6.3.1, certification_type. */
const OFFICIAL = 2;
const SIGNER_KEY_ID = new Uint8Array(20).fill(7);

export async function officialCertificates(vendorId: VendorId, productId: number) {
  const crypto = Environment.default.get(Crypto);
  const authority = await AttestationCertificateManager.create(crypto, vendorId);
  const { keyPair, dac } = await authority.getDACert(productId);
  const declaration = new CertificationDeclaration(
    {
      ...{ formatVersion: 1, vendorId, produceIdArray: [productId], deviceTypeId: 22 },
      ...{ certificateId: 'CSA00000SWC00000-00', securityLevel: 0, securityInformation: 0 },
      ...{ versionNumber: 1, certificationType: OFFICIAL },
    },
    SIGNER_KEY_ID,
  );
  return {
    privateKey: PrivateKey(keyPair.privateKey),
    certificate: dac,
    intermediateCertificate: await authority.getPAICert(),
    declaration: await declaration.asSignedAsn1(crypto, await crypto.createKeyPair()),
  };
}
