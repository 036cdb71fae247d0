// Reading and writing little-endian bytes with bounds: every codec of the virtual home stands on these two.
// Reading past the end is a FrameError, never an undefined.

/** A frame that cannot be read: too short, too long, or with a value its format does not allow. */
export class FrameError extends Error {
  override readonly name = 'FrameError';
}

/** Reads little-endian fields from a buffer, in order. Throws FrameError when the bytes run out. */
export class ByteReader {
  readonly #bytes: Buffer;
  #offset = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get remaining(): number {
    return this.#bytes.length - this.#offset;
  }

  #take(length: number): number {
    if (this.remaining < length) {
      throw new FrameError(
        `truncated: ${length} bytes wanted at ${this.#offset} of ${this.#bytes.length}`,
      );
    }
    const at = this.#offset;
    this.#offset += length;
    return at;
  }

  uint8(): number {
    return this.#bytes.readUInt8(this.#take(1));
  }

  uint16(): number {
    return this.#bytes.readUInt16LE(this.#take(2));
  }

  uint32(): number {
    return this.#bytes.readUInt32LE(this.#take(4));
  }

  int8(): number {
    return this.#bytes.readInt8(this.#take(1));
  }

  /** An unsigned integer of 1 to 6 bytes. */
  uint(length: number): number {
    return this.#bytes.readUIntLE(this.#take(length), length);
  }

  /** A two's-complement integer of 1 to 6 bytes. */
  int(length: number): number {
    return this.#bytes.readIntLE(this.#take(length), length);
  }

  float(): number {
    return this.#bytes.readFloatLE(this.#take(4));
  }

  double(): number {
    return this.#bytes.readDoubleLE(this.#take(8));
  }

  /** A copy-free view of the next bytes. */
  bytes(length: number): Buffer {
    const at = this.#take(length);
    return this.#bytes.subarray(at, at + length);
  }

  /** All that is left. */
  rest(): Buffer {
    return this.bytes(this.remaining);
  }

  /** An EUI-64 as `0x` and 16 hexadecimal digits. */
  ieee(): string {
    return ieeeFromBytes(this.bytes(8));
  }

  /** Throws FrameError when bytes are left over. */
  end(): void {
    if (this.remaining > 0) throw new FrameError(`${this.remaining} bytes left over`);
  }
}

/** Builds little-endian bytes; grows as needed. */
export class ByteWriter {
  #bytes: Buffer;
  #length = 0;

  constructor(capacity = 64) {
    this.#bytes = Buffer.allocUnsafe(capacity);
  }

  #grow(length: number): number {
    const at = this.#length;
    const needed = at + length;
    if (needed > this.#bytes.length) {
      const larger = Buffer.allocUnsafe(Math.max(needed, this.#bytes.length * 2));
      this.#bytes.copy(larger, 0, 0, at);
      this.#bytes = larger;
    }
    this.#length = needed;
    return at;
  }

  uint8(value: number): this {
    this.#bytes[this.#grow(1)] = value;
    return this;
  }

  uint16(value: number): this {
    const at = this.#grow(2);
    this.#bytes[at] = value;
    this.#bytes[at + 1] = value >> 8;
    return this;
  }

  uint32(value: number): this {
    const at = this.#grow(4);
    this.#bytes.writeUInt32LE(value >>> 0, at);
    return this;
  }

  uint(value: number, length: number): this {
    const at = this.#grow(length);
    this.#bytes.writeUIntLE(value, at, length);
    return this;
  }

  int(value: number, length: number): this {
    const at = this.#grow(length);
    this.#bytes.writeIntLE(value, at, length);
    return this;
  }

  float(value: number): this {
    const at = this.#grow(4);
    this.#bytes.writeFloatLE(value, at);
    return this;
  }

  double(value: number): this {
    const at = this.#grow(8);
    this.#bytes.writeDoubleLE(value, at);
    return this;
  }

  bytes(value: Uint8Array): this {
    const at = this.#grow(value.length);
    this.#bytes.set(value, at);
    return this;
  }

  ieee(value: string): this {
    return this.bytes(ieeeToBytes(value));
  }

  done(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }
}

/** `0x00124b0012345678` from its 8 little-endian bytes. */
export function ieeeFromBytes(bytes: Uint8Array): string {
  if (bytes.length !== 8) throw new FrameError(`an IEEE address has 8 bytes, not ${bytes.length}`);
  return `0x${Buffer.from(bytes).reverse().toString('hex')}`;
}

/** The 8 little-endian bytes of `0x00124b0012345678`. Throws FrameError for any other form. */
export function ieeeToBytes(ieee: string): Buffer {
  if (!/^0x[0-9a-f]{16}$/.test(ieee)) throw new FrameError(`not an IEEE address: ${ieee}`);
  return Buffer.from(ieee.slice(2), 'hex').reverse();
}
