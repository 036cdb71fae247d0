// Setup codes of Matter devices, as a person types or scans them. Decoded before anything is looked for: a wrong
// digit is named at once, and only the one device that the code belongs to is tried.
import { ValidationError } from '../../hub/model/errors.ts';

/** What a setup code says. Spec: Matter 1.4 Core § 5.1. */
export type SetupCode = {
  readonly passcode: number;
} & ({ readonly shortDiscriminator: number } | { readonly longDiscriminator: number });

/** The decoders of matter.js, given so that checking a form does not load it. */
export interface CodeCodecs {
  manual(code: string): { readonly passcode: number; readonly shortDiscriminator?: number };
  qr(code: string): readonly { readonly passcode: number; readonly discriminator: number }[];
}

const HINT =
  'It is 11 or 21 digits, such as 3497-011-2332, or the text of the QR code, which begins with MT:. It stands on the device or in its box.';

/** @throws ValidationError when the code cannot be right; neither message nor cause repeats it */
export function readSetupCode(text: string, codecs: CodeCodecs): SetupCode {
  const trimmed = text.trim();
  if (trimmed.toUpperCase().startsWith('MT:')) return fromQr(trimmed, codecs);
  const digits = trimmed.replaceAll(/[\s-]/g, '');
  if (!/^\d+$/.test(digits) || (digits.length !== 11 && digits.length !== 21)) {
    throw wrongCode(
      /^\d+$/.test(digits)
        ? `The setup code has ${digits.length} digits instead of 11 or 21`
        : 'The setup code is neither digits nor the text of a QR code',
    );
  }
  try {
    const { passcode, shortDiscriminator } = codecs.manual(digits);
    if (shortDiscriminator !== undefined) return { passcode, shortDiscriminator };
  } catch {
    throw wrongCode('The setup code has a wrong digit: its last digit does not fit the others');
  }
  throw wrongCode('The setup code is not complete');
}

function fromQr(text: string, codecs: CodeCodecs): SetupCode {
  let devices: ReturnType<CodeCodecs['qr']>;
  try {
    devices = codecs.qr(`MT:${text.slice(3)}`);
  } catch {
    throw wrongCode('The text of the QR code cannot be read');
  }
  const [device, ...others] = devices;
  if (device === undefined) throw wrongCode('The QR code names no device');
  if (others.length > 0) throw wrongCode('The QR code is of several devices; add them one by one');
  return { passcode: device.passcode, longDiscriminator: device.discriminator };
}

function wrongCode(message: string): ValidationError {
  return new ValidationError(message, { hint: HINT, errors: [{ path: '/code', message }] });
}
