// What a node's certificates are worth, in the home's words, from what matter.js found about them. Pure.
import type { AttestationPolicy, AttestationVerdict } from '../../hub/model/matter-node.ts';
import type { Words } from '../../hub/model/words.ts';

/** Stands in the error of a commissioning that ends for its certificates. */
export const REFUSED = 'refused for its certificates';

export interface Attestation {
  readonly verdict: AttestationVerdict;
  /** The findings, in the library's English. */
  readonly findings: readonly string[];
}

/** One finding, as matter.js has it. Spec: Matter 1.4 Core § 6.2.3.1. */
export interface Finding {
  readonly type: string;
  readonly message: string;
}

const TEST = new Set([
  'CertificationTypeTest',
  'CertificationTypeProvisional',
  'TrustedAsTestCertificate',
]);
const WRONG = new Set([
  'CertificateChainInvalid',
  'VendorIdMismatch',
  'AttestationSignatureInvalid',
  'AttestationNonceMismatch',
  'CertificationDeclarationSignatureInvalid',
  'CertificationDeclarationFieldMismatch',
  'FirmwareInfoMismatch',
]);
const EXPIRED = new Set(['CertificateExpired']);
/** It says nothing against the node whose own certificates are proved. */
const HARMLESS = new Set([
  'PaaTrustStoreTimeMismatch',
  'CertificateIdNotVerified',
  'CdSignerVerificationSkipped',
]);

/** The worst finding decides; without any the certificates are official. */
export function attestationOf(found: readonly Finding[]): Attestation {
  const has = (types: ReadonlySet<string>) => found.some(({ type }) => types.has(type));
  const isProved = found.every(({ type }) => HARMLESS.has(type));
  const verdict = has(new Set(['CertificateRevoked']))
    ? 'revoked'
    : has(WRONG)
      ? 'wrong'
      : has(EXPIRED)
        ? 'expired'
        : has(TEST)
          ? 'test'
          : isProved
            ? 'official'
            : 'unknown';
  return { verdict, findings: found.map(({ message }) => message) };
}

/** Whether a node of this verdict is taken in. */
export function isTakenIn(verdict: AttestationVerdict, policy: AttestationPolicy): boolean {
  return policy === 'warn' || verdict === 'official';
}

/** What is shown to whoever adds such a device: that one cannot be proved is usual without the list of makers. */
export const DOUBTED: readonly AttestationVerdict[] = ['revoked', 'expired', 'wrong'];

/** What a verdict means, as a sentence without its stop. */
export const VERDICTS: Readonly<Record<AttestationVerdict, Words>> = {
  official: {
    en: "Its certificate was proved to be its maker's own",
    zh: '它的证书已证实来自正规厂商',
  },
  test: {
    en: "Its certificate is one for development and not a maker's own",
    zh: '它的证书是开发用的测试证书，并非来自正规厂商',
  },
  unknown: {
    en: "Its certificate could not be proved to be a maker's own: the list of makers is on the internet, which the hub does not ask",
    zh: '无法证明它的证书来自正规厂商：厂商名录在互联网上，中枢不会去查询',
  },
  revoked: { en: 'Its certificate was withdrawn by its maker', zh: '它的证书已被厂商吊销' },
  expired: {
    en: 'Its certificate was given out of its time: by an authority that could no longer, or not yet, vouch for it',
    zh: '它的证书不在有效期内签发：签发它的机构当时已经或尚未生效',
  },
  wrong: { en: 'Its certificate contradicts itself', zh: '它的证书自相矛盾' },
};
