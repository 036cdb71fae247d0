// The certificate that a Hue bridge makes for itself: an elliptic key, signed by itself, with its id as the common
// name.
// Spec: RFC 5280 § 4.1, written out here in DER because Node makes no certificates.
import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';

export interface KeyAndCertificate {
  readonly key: string;
  readonly cert: string;
}

const INTEGER = 0x02;
const BIT_STRING = 0x03;
const UTF8_STRING = 0x0c;
const PRINTABLE_STRING = 0x13;
const UTC_TIME = 0x17;
const SEQUENCE = 0x30;
const SET = 0x31;
const VERSION = 0xa0;
const ECDSA_WITH_SHA256 = '06082a8648ce3d040302';
const COUNTRY = '0603550406';
const ORGANIZATION = '060355040a';
const COMMON_NAME = '0603550403';

/** A fresh one. @param commonName the bridge's id */
export function selfSigned(commonName: string): KeyAndCertificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const algorithm = der(SEQUENCE, Buffer.from(ECDSA_WITH_SHA256, 'hex'));
  const name = der(
    SEQUENCE,
    attribute(COUNTRY, PRINTABLE_STRING, 'NL'),
    attribute(ORGANIZATION, UTF8_STRING, 'Philips Hue'),
    attribute(COMMON_NAME, UTF8_STRING, commonName),
  );
  const validity = der(
    SEQUENCE,
    der(UTC_TIME, Buffer.from('170101000000Z')),
    der(UTC_TIME, Buffer.from('380119031407Z')),
  );
  const serial = Buffer.concat([Buffer.from([0x01]), randomBytes(8)]);
  const body = der(
    SEQUENCE,
    der(VERSION, der(INTEGER, Buffer.from([2]))),
    der(INTEGER, serial),
    algorithm,
    name,
    validity,
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
  );
  const signature = Buffer.concat([Buffer.from([0]), sign('sha256', body, privateKey)]);
  const whole = der(SEQUENCE, body, algorithm, der(BIT_STRING, signature));
  const lines = whole.toString('base64').match(/.{1,64}/g) ?? [];
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`,
  };
}

function attribute(identifier: string, kind: number, text: string): Buffer {
  return der(SET, der(SEQUENCE, Buffer.from(identifier, 'hex'), der(kind, Buffer.from(text))));
}

function der(kind: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const size =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([kind, ...size]), content]);
}
