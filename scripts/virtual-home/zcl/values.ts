// The ZCL data types that the emulated devices use: how a value of each stands in bytes.
// Spec: ZCL 07-5123 r8 § 2.6.2. Integers over 48 bits, EUI-64s, keys and octet strings are hexadecimal text,
// so that a value is always JSON; character strings are Latin-1, which keeps vendors' binary strings whole.

import { type ByteReader, type ByteWriter, FrameError, ieeeToBytes } from '../bytes.ts';

/** A ZCL value in memory. */
export type ZclValue = number | string;

export const ZclType = {
  data8: 0x08,
  bool: 0x10,
  bitmap8: 0x18,
  bitmap16: 0x19,
  bitmap24: 0x1a,
  bitmap32: 0x1b,
  uint8: 0x20,
  uint16: 0x21,
  uint24: 0x22,
  uint32: 0x23,
  uint40: 0x24,
  uint48: 0x25,
  uint56: 0x26,
  uint64: 0x27,
  int8: 0x28,
  int16: 0x29,
  int24: 0x2a,
  int32: 0x2b,
  int48: 0x2d,
  enum8: 0x30,
  enum16: 0x31,
  float: 0x39,
  double: 0x3a,
  octets: 0x41,
  string: 0x42,
  longOctets: 0x43,
  longString: 0x44,
  utc: 0xe2,
  cluster: 0xe8,
  attribute: 0xe9,
  ieee: 0xf0,
  key: 0xf1,
} as const;

/** The names a device file may give a type. */
export type ZclTypeName = keyof typeof ZclType;

type Form =
  | { kind: 'uint' | 'int'; length: number }
  | { kind: 'hex'; length: number }
  | { kind: 'float' | 'double' | 'ieee' }
  | { kind: 'octets' | 'string'; lengthBytes: 1 | 2 };

const FORMS = new Map<number, Form>([
  [ZclType.bool, { kind: 'uint', length: 1 }],
  [ZclType.enum8, { kind: 'uint', length: 1 }],
  [ZclType.enum16, { kind: 'uint', length: 2 }],
  [ZclType.float, { kind: 'float' }],
  [ZclType.double, { kind: 'double' }],
  [ZclType.octets, { kind: 'octets', lengthBytes: 1 }],
  [ZclType.string, { kind: 'string', lengthBytes: 1 }],
  [ZclType.longOctets, { kind: 'octets', lengthBytes: 2 }],
  [ZclType.longString, { kind: 'string', lengthBytes: 2 }],
  [0xe0, { kind: 'uint', length: 4 }],
  [0xe1, { kind: 'uint', length: 4 }],
  [ZclType.utc, { kind: 'uint', length: 4 }],
  [ZclType.cluster, { kind: 'uint', length: 2 }],
  [ZclType.attribute, { kind: 'uint', length: 2 }],
  [0xea, { kind: 'uint', length: 4 }],
  [ZclType.ieee, { kind: 'ieee' }],
  [ZclType.key, { kind: 'hex', length: 16 }],
]);
for (let bytes = 1; bytes <= 8; bytes++) {
  const kind = bytes <= 6 ? 'uint' : 'hex';
  FORMS.set(0x08 + bytes - 1, { kind, length: bytes });
  FORMS.set(0x18 + bytes - 1, { kind, length: bytes });
  FORMS.set(0x20 + bytes - 1, { kind, length: bytes });
  FORMS.set(0x28 + bytes - 1, { kind: bytes <= 6 ? 'int' : 'hex', length: bytes });
}

function formOf(type: number): Form {
  const form = FORMS.get(type);
  if (form === undefined) throw new FrameError(`data type 0x${type.toString(16)} is not supported`);
  return form;
}

/** Whether a reportable change goes with the type. Spec: ZCL § 2.5.7.1.7: analog types only. */
export function isAnalog(type: number): boolean {
  return (type >= 0x20 && type <= 0x2f) || (type >= 0x38 && type <= 0x3a) || type === ZclType.utc;
}

/** Reads one value of a type. Throws FrameError when it is cut short or the type is unknown. */
export function readValue(reader: ByteReader, type: number): ZclValue {
  const form = formOf(type);
  switch (form.kind) {
    case 'uint':
      return reader.uint(form.length);
    case 'int':
      return reader.int(form.length);
    case 'hex':
      return reader.bytes(form.length).toString('hex');
    case 'float':
      return reader.float();
    case 'double':
      return reader.double();
    case 'ieee':
      return reader.ieee();
    case 'octets':
      return reader.bytes(reader.uint(form.lengthBytes)).toString('hex');
    case 'string':
      return reader.bytes(reader.uint(form.lengthBytes)).toString('latin1');
  }
}

/** Writes one value of a type. Throws FrameError when the value does not fit it. */
export function writeValue(writer: ByteWriter, type: number, value: ZclValue): void {
  const form = formOf(type);
  switch (form.kind) {
    case 'uint':
    case 'int': {
      if (typeof value !== 'number' || !Number.isInteger(value)) {
        throw new FrameError(`a whole number is wanted for type 0x${type.toString(16)}: ${value}`);
      }
      try {
        if (form.kind === 'uint') writer.uint(value, form.length);
        else writer.int(value, form.length);
      } catch (cause) {
        throw new FrameError(`${value} does not fit type 0x${type.toString(16)}`, { cause });
      }
      return;
    }
    case 'float':
    case 'double':
      if (typeof value !== 'number') throw new FrameError(`a number is wanted: ${value}`);
      if (form.kind === 'float') writer.float(value);
      else writer.double(value);
      return;
    case 'ieee':
      writer.bytes(ieeeToBytes(String(value)));
      return;
    case 'hex':
    case 'octets':
    case 'string': {
      const bytes = Buffer.from(String(value), form.kind === 'string' ? 'latin1' : 'hex');
      if (form.kind === 'hex') {
        if (bytes.length !== form.length) throw new FrameError(`${form.length} bytes wanted`);
      } else {
        if (bytes.length > (form.lengthBytes === 1 ? 254 : 65_534))
          throw new FrameError('too long');
        writer.uint(bytes.length, form.lengthBytes);
      }
      writer.bytes(bytes);
      return;
    }
  }
}
