// A client's socket on its way to the broker's parser: it looks at each packet's declared length before a byte of it
// is kept, so that nobody makes the hub hold what nobody may send. Spec: MQTT 3.1.1 § 2.2 (fixed header).
//
//   offset  width  meaning
//   0       1      packet type in the high four bits
//   1       1–4    remaining length, seven bits a byte, low first; the high bit says that another byte follows
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';

/** The largest packet of somebody who is let in. */
export const PACKET_BYTES_MAX = 256 * 1024;
/** The largest packet before that: names, password and will. */
export const STRANGER_BYTES_MAX = 4 * 1024;

const CONNECT = 1;
const LENGTH_BYTES_MAX = 4;

export class GuardedSocket extends Duplex {
  readonly socket: Socket;
  #isAdmitted = false;
  #isFirst = true;
  /** Bytes of the present packet that are still to come; 0 between packets. */
  #left = 0;
  /** While a header is read: its length so far and how many bytes of the length were seen; -1 before the type. */
  #length = 0;
  #lengthBytes = -1;

  constructor(socket: Socket) {
    super({ allowHalfOpen: false });
    this.socket = socket;
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => this.#received(chunk));
    socket.on('end', () => this.push(null));
    socket.on('error', (error) => this.destroy(error));
    socket.on('close', () => this.destroy());
  }

  /** The client has proved who it is: larger packets may come. */
  admit(): void {
    this.#isAdmitted = true;
  }

  override _read(): void {
    this.socket.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    if (this.socket.write(chunk)) done();
    else this.socket.once('drain', done);
  }

  override _writev(chunks: { chunk: Buffer }[], done: () => void): void {
    const whole = Buffer.concat(chunks.map(({ chunk }) => Buffer.from(chunk)));
    this._write(whole, 'utf8', done);
  }

  override _final(done: () => void): void {
    this.socket.end(done);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.socket.destroy();
    done(error);
  }

  #received(chunk: Buffer): void {
    const problem = this.#inspect(chunk);
    if (problem !== null) this.destroy(new Error(problem));
    else if (!this.push(chunk)) this.socket.pause();
  }

  #inspect(chunk: Buffer): string | null {
    let at = 0;
    while (at < chunk.length) {
      if (this.#left > 0) {
        const taken = Math.min(this.#left, chunk.length - at);
        this.#left -= taken;
        at += taken;
        continue;
      }
      const byte = chunk[at] ?? 0;
      at += 1;
      const problem = this.#lengthBytes < 0 ? this.#begin(byte) : this.#measure(byte);
      if (problem !== null) return problem;
    }
    return null;
  }

  #begin(byte: number): string | null {
    if (this.#isFirst && byte >> 4 !== CONNECT) return 'the first packet is not CONNECT';
    this.#isFirst = false;
    this.#length = 0;
    this.#lengthBytes = 0;
    return null;
  }

  #measure(byte: number): string | null {
    this.#length += (byte & 0x7f) * 128 ** this.#lengthBytes;
    this.#lengthBytes += 1;
    const limit = this.#isAdmitted ? PACKET_BYTES_MAX : STRANGER_BYTES_MAX;
    if (this.#length > limit) return `a packet of ${this.#length} bytes, over the ${limit} allowed`;
    if ((byte & 0x80) !== 0) {
      return this.#lengthBytes >= LENGTH_BYTES_MAX ? 'a packet without an end to its length' : null;
    }
    this.#left = this.#length;
    this.#lengthBytes = -1;
    return null;
  }
}
