// Setup codes of Matter devices, as a person types or scans them. Decoded before anything is looked for: a wrong
// digit is named at once, and only the one device that the code belongs to is tried.
import { ValidationError } from '../../hub/model/errors.ts';
import type { Words } from '../../hub/model/words.ts';

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
  'It stands on the device or in its box: 11 or 21 digits, such as 3497-011-2332, or a QR code, whose text has MT: before its letters and digits.';

const HINT_ZH =
  '它印在设备上或包装盒里：11 位或 21 位数字，例如 3497-011-2332，或以 MT: 开头的二维码内容。';

/** @throws ValidationError when the code cannot be right; neither message nor cause repeats it */
export function readSetupCode(text: string, codecs: CodeCodecs): SetupCode {
  const trimmed = text.trim();
  if (trimmed.toUpperCase().startsWith('MT:')) return fromQr(trimmed, codecs);
  const digits = trimmed.replaceAll(/[\s-]/g, '');
  if (!/^\d+$/.test(digits) || (digits.length !== 11 && digits.length !== 21)) {
    throw wrongCode(
      /^\d+$/.test(digits)
        ? {
            en: `The setup code has ${digits.length} digits instead of 11 or 21`,
            zh: `配对码有 ${digits.length} 位，应为 11 位或 21 位`,
          }
        : {
            en: 'The setup code is neither digits nor the text of a QR code',
            zh: '配对码既不是数字，也不是二维码的内容',
          },
    );
  }
  try {
    const { passcode, shortDiscriminator } = codecs.manual(digits);
    if (shortDiscriminator !== undefined) return { passcode, shortDiscriminator };
  } catch {
    throw wrongCode({
      en: 'The setup code has a wrong digit: its last digit does not fit the others',
      zh: '配对码有一位不对：最后一位与其余各位不符',
    });
  }
  throw wrongCode({ en: 'The setup code is not complete', zh: '配对码不完整' });
}

function fromQr(text: string, codecs: CodeCodecs): SetupCode {
  let devices: ReturnType<CodeCodecs['qr']>;
  try {
    devices = codecs.qr(`MT:${text.slice(3)}`);
  } catch {
    throw wrongCode({ en: 'The text of the QR code cannot be read', zh: '无法读取二维码的内容' });
  }
  const [device, ...others] = devices;
  if (device === undefined)
    throw wrongCode({ en: 'The QR code names no device', zh: '二维码里没有设备' });
  if (others.length > 0)
    throw wrongCode({
      en: 'The QR code is of several devices; add them one by one',
      zh: '这个二维码包含多个设备；请逐个添加',
    });
  return { passcode: device.passcode, longDiscriminator: device.discriminator };
}

function wrongCode({ en: message, zh }: Words): ValidationError {
  return new ValidationError(message, {
    hint: HINT,
    errors: [{ path: '/code', message }],
    zh: { message: zh, hint: HINT_ZH },
  });
}
