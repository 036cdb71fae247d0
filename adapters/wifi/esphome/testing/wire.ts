// The protocol's messages by their names, as the device's side builds and reads them: the numbers are read out of the
// published api.proto, so that those of the hub's side are not taken on trust.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import messages, { type MessageClass } from '@2colors/esphome-native-api/lib/utils/messages.js';
import type { Fields } from '../library.ts';

/** A message with its fields. */
export interface WireMessage {
  readonly type: string;
  readonly fields: Fields;
}

const ours = createRequire(import.meta.url);
const library = createRequire(ours.resolve('@2colors/esphome-native-api/package.json'));
const proto = readFileSync(library.resolve('./lib/protoc/api.proto'), 'utf8');
const { prototype: writer } = (
  library('google-protobuf') as { BinaryWriter: { prototype: Record<string, unknown> } }
).BinaryWriter;
const packed = writer.writePackedEnum;
const numbers = new Map<string, number>();
for (const block of proto.split(/^message /m).slice(1)) {
  const [, name] = /^(\w+)/.exec(block) ?? [];
  const [, id] = /option \(id\) = (\d+)/.exec(block) ?? [];
  if (name !== undefined && id !== undefined) numbers.set(name, Number(id));
}
const names = new Map([...numbers].map(([name, id]) => [id, name]));

function classOf(type: string): MessageClass {
  const one = messages.pb[type];
  if (typeof one !== 'function') throw new Error(`The protocol has no message ${type}`);
  return one;
}

/** Its number and its bytes. ESPHome writes lists of numbers one by one, others in one piece. */
export function encode(
  { type, fields }: WireMessage,
  lists: 'one by one' | 'in one piece' = 'one by one',
): { id: number; body: Buffer } {
  const id = numbers.get(type);
  if (id === undefined) throw new Error(`${type} has no number`);
  const message = build(type, fields);
  writer.writePackedEnum = lists === 'one by one' ? writer.writeRepeatedEnum : packed;
  try {
    return { id, body: Buffer.from(message.serializeBinary()) };
  } finally {
    writer.writePackedEnum = packed;
  }
}

function build(type: string, fields: Fields) {
  const message = new (classOf(type))();
  for (const [name, value] of Object.entries(fields)) {
    const set: unknown = Reflect.get(message, `set${name.charAt(0).toUpperCase()}${name.slice(1)}`);
    if (typeof set !== 'function') throw new Error(`${type} has no field ${name}`);
    set.call(message, isNested(value) ? value.map((one) => build(one.type, one.fields)) : value);
  }
  return message;
}

function isNested(value: unknown): value is readonly WireMessage[] {
  return Array.isArray(value) && value.length > 0 && typeof value[0] === 'object';
}

/** What stands in a message's bytes; null for one without a name. */
export function decode(id: number, body: Buffer): WireMessage | null {
  const type = names.get(id);
  if (type === undefined) return null;
  return { type, fields: classOf(type).deserializeBinary(body).toObject() };
}

/** A number in base 128. */
export function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  do {
    const more = rest > 0x7f ? 0x80 : 0;
    bytes.push((rest & 0x7f) | more);
    rest = Math.floor(rest / 128);
  } while (rest > 0);
  return Buffer.from(bytes);
}

/** Reads a number in base 128; null while it is not whole. */
export function readVarint(bytes: Buffer, at: number): { value: number; end: number } | null {
  let value = 0;
  for (let end = at; end < bytes.length; end += 1) {
    const byte = bytes[end] ?? 0;
    value += (byte & 0x7f) * 128 ** (end - at);
    if (byte < 0x80) return { value, end: end + 1 };
  }
  return null;
}
