// As much of Matter's TLV as the header of an image needs: one flat structure of numbers, texts and bytes with context
// tags. Spec: Matter 1.0 Core, appendix A. An element is a control byte (upper three bits: form of the tag, lower five:
// type), the tag, for texts and bytes a length, and the value.

export type TlvField =
  | { readonly kind: 'unsigned'; readonly value: bigint }
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'bytes'; readonly value: Uint8Array };

const STRUCTURE = 0x15;
const END = 0x18;
const CONTEXT_TAG = 0x20;
const UNSIGNED = 0x04;
const TEXT = 0x0c;
const BYTES = 0x10;
const FIELDS_MAX = 32;

/** Reads a structure by its tags. @param wrong throws with what cannot be read */
export function readStructure(
  bytes: Uint8Array,
  wrong: (what: string) => never,
): Map<number, TlvField> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const fields = new Map<number, TlvField>();
  let at = 0;
  const take = (count: number): number => {
    if (count > bytes.length - at) wrong(`it is cut off at byte ${at}`);
    at += count;
    return at - count;
  };
  const number = (width: number): bigint => {
    const from = take(width);
    if (width === 1) return BigInt(view.getUint8(from));
    if (width === 2) return BigInt(view.getUint16(from, true));
    return width === 4 ? BigInt(view.getUint32(from, true)) : view.getBigUint64(from, true);
  };
  if (view.byteLength === 0 || view.getUint8(take(1)) !== STRUCTURE) wrong('it is no structure');
  for (;;) {
    const control = view.getUint8(take(1));
    if (control === END) break;
    if ((control & 0xe0) !== CONTEXT_TAG)
      wrong(`byte ${at - 1} begins no field with a context tag`);
    if (fields.size >= FIELDS_MAX) wrong(`it has more than ${FIELDS_MAX} fields`);
    const tag = view.getUint8(take(1));
    if (fields.has(tag)) wrong(`field ${tag} is there twice`);
    const type = control & 0x1f;
    const width = 1 << (type & 3);
    if ((type & 0x1c) === UNSIGNED) {
      fields.set(tag, { kind: 'unsigned', value: number(width) });
      continue;
    }
    const isText = (type & 0x1c) === TEXT;
    if (!isText && (type & 0x1c) !== BYTES) wrong(`field ${tag} is of type ${type}`);
    const length = number(width);
    if (length > BigInt(bytes.length)) wrong(`field ${tag} is longer than the header`);
    const from = take(Number(length));
    const value = bytes.subarray(from, at);
    fields.set(
      tag,
      isText ? { kind: 'text', value: new TextDecoder().decode(value) } : { kind: 'bytes', value },
    );
  }
  if (at !== bytes.length) wrong(`there are ${bytes.length - at} bytes behind it`);
  return fields;
}

/** Writes a structure with each number and length as narrow as it fits. */
export function writeStructure(fields: ReadonlyMap<number, TlvField>): Uint8Array {
  const parts: number[] = [STRUCTURE];
  const sized = (type: number, tag: number, value: bigint): void => {
    const power = value < 0x100n ? 0 : value < 0x1_0000n ? 1 : value < 0x1_0000_0000n ? 2 : 3;
    parts.push(CONTEXT_TAG | type | power, tag);
    for (let byte = 0; byte < 1 << power; byte += 1) {
      parts.push(Number((value >> BigInt(8 * byte)) & 0xffn));
    }
  };
  for (const [tag, field] of fields) {
    if (field.kind === 'unsigned') {
      sized(UNSIGNED, tag, field.value);
      continue;
    }
    const value = field.kind === 'text' ? new TextEncoder().encode(field.value) : field.value;
    sized(field.kind === 'text' ? TEXT : BYTES, tag, BigInt(value.length));
    parts.push(...value);
  }
  return Uint8Array.from([...parts, END]);
}
