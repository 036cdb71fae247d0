// Install codes: what stands on the label of a Zigbee device or in its QR code, read in every vendor's form and
// checked by its own checksum before anything is sent. The adapter, the command line and the page read them with this.
import { ValidationError } from './errors.ts';

/** A code that was read and is whole. */
export interface InstallCode {
  /** `0x` and 16 small hexadecimal digits: whom the code belongs to. */
  readonly ieeeAddress: string;
  /** Hexadecimal, capital letters; ends with the checksum where it has one. */
  readonly code: string;
  /** False: it came without a checksum, so nobody can tell whether it was copied right. */
  readonly isChecked: boolean;
}

/** Bytes of a code with its checksum. Spec: Base Device Behavior 13-0402-13 § 10.1.1. */
const SIZES_CHECKED: readonly number[] = [18, 14, 10, 8];
/** Of these lengths some old devices have codes without one. */
const SIZES_UNCHECKED: readonly number[] = [16, 12, 6];
const ADDRESS_DIGITS = 16;

/** The vendors' forms, as zigbee-herdsman reads them; each gives address and code. */
const FORMS: readonly { readonly pattern: RegExp; readonly isCodeFirst?: true }[] = [
  // Ubisys, Danfoss, Inovelli, Ledvance and most others.
  { pattern: /Z:([a-zA-Z0-9]{16})\$I:([a-zA-Z0-9]+)/ },
  // Müller-Licht, Innr, frient.
  { pattern: /^\|?([a-zA-Z0-9]{16})\|([a-zA-Z0-9]+)\|?$/ },
  // Aqara.
  { pattern: /^G\$M:.+\$A:([a-zA-Z0-9]{16})\$I:([a-zA-Z0-9]+)$/ },
  // Hue.
  { pattern: /^HUE:Z:([a-zA-Z0-9]+) M:([a-zA-Z0-9]{16})/, isCodeFirst: true },
];
/** Where the code ends a text of these lengths, and so many digits it has; the address stands three places before. */
const BY_LENGTH: Readonly<Record<number, number>> = { 95: 36, 91: 32 };

const WRONG = { en: 'The install code is not right', zh: '安装码不对' };

/**
 * Reads a code as it was scanned, or typed: the device's address, then the code, with any spaces and hyphens.
 * The words of the error never repeat the code.
 * @throws ValidationError in both languages for what is no code, lacks the address, or fails its checksum
 */
export function readInstallCode(text: string): InstallCode {
  const { address, code } = split(text.trim());
  const wrongDigit = /[^0-9a-f]/i.exec(address + code);
  if (wrongDigit !== null) {
    const [digit] = wrongDigit;
    throw wrong(
      `It has a "${digit}" in it; only the digits 0 to 9 and the letters A to F occur. A 0 is easily read as O, an 8 as B, a 1 as I.`,
      `其中有“${digit}”；安装码只含数字 0 到 9 和字母 A 到 F。0 容易看成 O，8 容易看成 B，1 容易看成 I。`,
    );
  }
  const bytes = bytesOf(code);
  const isLong = bytes !== null && SIZES_CHECKED.includes(bytes.length);
  const isPlain = bytes !== null && SIZES_UNCHECKED.includes(bytes.length);
  if (bytes === null || !(isLong || isPlain)) {
    throw wrong(
      `It has ${code.length} digits behind the address of the device; a code has 36, some have 28, 20, 16, or 32 without a checksum. Look for one that is missing or too many.`,
      `设备地址之后有 ${code.length} 位；安装码应为 36 位，有的是 28、20、16 位，或者 32 位（无校验）。请检查是否多了或少了一位。`,
    );
  }
  if (isLong && checksum(bytes.subarray(0, -2)) !== checksumAtEnd(bytes)) {
    throw wrong(
      'Its last four digits check the others, and they do not match: at least one digit is wrong. Copy it from the label again, or scan it.',
      '它的最后四位用来校验其余各位，现在对不上：至少有一位抄错了。请照标签重新抄写，或者扫描。',
    );
  }
  return {
    ieeeAddress: `0x${address.toLowerCase()}`,
    code: code.toUpperCase(),
    isChecked: isLong,
  };
}

/** Address and code, wherever they stand. */
function split(text: string): { readonly address: string; readonly code: string } {
  const typed = typedDigits(text);
  if (typed !== null) {
    // 36 digits may be a long code alone, or an address with a short one: the checksum tells.
    if (typed.length <= ADDRESS_DIGITS || isWholeCode(typed)) {
      throw wrong(
        'Put the address of the device before the code: the 16 digits that are printed beside it as IEEE, EUI64, MAC or Zigbee address.',
        '请在安装码前面写上设备地址：标签上安装码旁边的 16 位，标为 IEEE、EUI64、MAC 或 Zigbee 地址。',
      );
    }
    return { address: typed.slice(0, ADDRESS_DIGITS), code: typed.slice(ADDRESS_DIGITS) };
  }
  for (const { pattern, isCodeFirst } of FORMS) {
    const [, first, second] = pattern.exec(text) ?? [];
    if (first === undefined || second === undefined) continue;
    return isCodeFirst ? { address: second, code: first } : { address: first, code: second };
  }
  const codeDigits = BY_LENGTH[text.length];
  if (codeDigits !== undefined) {
    const at = text.length - codeDigits;
    return { address: text.slice(at - 19, at - 3), code: text.slice(at) };
  }
  throw wrong(
    'This is no install code that is known here. Scan the QR code of the device, or type its 16-digit address and then the code.',
    '这不是已知的安装码。请扫描设备上的二维码，或者先输入 16 位设备地址，再输入安装码。',
  );
}

/** The digits of what a person typed with spaces, hyphens and colons; null for what has anything else in it. */
function typedDigits(text: string): string | null {
  const digits = text.replace(/^0x/i, '').replaceAll(/[\s:.,;/-]/g, '');
  // A letter that is easily mistaken for a digit belongs to a typed code, too; the digits are looked at afterwards.
  const looksTyped = /^[0-9a-foilszq]+$/i.test(digits) && !/[|$]/.test(text);
  return looksTyped && digits.length > 0 ? digits : null;
}

function bytesOf(code: string): Uint8Array | null {
  if (code.length % 2 !== 0) return null;
  const pairs = code.match(/../g) ?? [];
  return Uint8Array.from(pairs, (pair) => Number.parseInt(pair, 16));
}

function isWholeCode(digits: string): boolean {
  const bytes = bytesOf(digits);
  if (bytes === null || !SIZES_CHECKED.includes(bytes.length)) return false;
  return checksum(bytes.subarray(0, -2)) === checksumAtEnd(bytes);
}

/** CRC-16/X-25, low byte first. Spec: Base Device Behavior 13-0402-13 § 10.1.2. */
function checksum(bytes: Uint8Array): number {
  let crc = 0xffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x8408 : crc >>> 1;
  }
  return ~crc & 0xffff;
}

function checksumAtEnd(bytes: Uint8Array): number {
  return (bytes.at(-2) ?? 0) | ((bytes.at(-1) ?? 0) << 8);
}

function wrong(hint: string, zhHint: string): ValidationError {
  return new ValidationError(WRONG.en, {
    hint,
    zh: { message: WRONG.zh, hint: zhHint },
    errors: [{ path: '/installCode', message: 'is not right', zh: '不对' }],
  });
}
