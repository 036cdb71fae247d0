// The OTA client of an emulated node: asks for its next image, fetches it block by block, checks it, and restarts with
// it. What was fetched is forgotten when it is cut off: the node then goes on with the firmware that it has.
// Spec: ZCL 07-5123 r8 § 11.13, the commands of the OTA Upgrade cluster.

import { type ByteReader, ByteWriter } from '../bytes.ts';
import type { Cancel } from '../timers.ts';
import type { VirtualNode } from './node.ts';

export const OTA_CLUSTER = 0x0019;
const Received = { imageNotify: 0x00, queryResponse: 0x02, blockResponse: 0x05, endResponse: 0x07 };
const Sent = { query: 0x01, block: 0x03, end: 0x06 };
const SUCCESS = 0x00;
const INVALID_IMAGE = 0x96;
const BASIC = 0x0000;
const SOFTWARE_BUILD = 0x4000;
const IMAGE_MAGIC = 0x0beef11e;
const HEADER_STRING = { from: 20, to: 52 };
const TOTAL_SIZE_AT = 52;

/** zigbee-herdsman misses a request that comes before it has handled the answer to the one before. */
const FIRST_BLOCK_AFTER_MS = 20;
const NEXT_BLOCK_AFTER_MS = 10;
const RETRY_AFTER_MS = 3_000;
const TRIES_MAX = 5;
const BLOCK_BYTES = 64;
const IMAGE_BYTES_MAX = 4 * 1024 * 1024;

interface Download {
  readonly fileVersion: number;
  readonly size: number;
  readonly blocks: Buffer[];
  offset: number;
  tries: number;
}

/** What a node does with an image that it has whole: it runs it, or it is a bad one in a way that images are. */
export type FirmwareBehaviour =
  | 'runsIt'
  /** It says that the image is invalid. */
  | 'refusesIt'
  /** It falls back to what it ran before. */
  | 'fallsBack'
  /** It never comes back. */
  | 'dies';

export class OtaClient {
  /** Of the firmware that runs. */
  fileVersion: number;
  behaviour: FirmwareBehaviour = 'runsIt';
  /** The image that runs, byte for byte; undefined for the one from the factory. */
  installed: Buffer | undefined;
  readonly #node: VirtualNode;
  readonly #endpoint: number;
  readonly #imageType: number;
  #download: Download | undefined;
  #endTimer: Cancel = () => undefined;

  constructor(
    node: VirtualNode,
    options: { endpoint: number; imageType: number; fileVersion: number },
  ) {
    this.#node = node;
    this.#endpoint = options.endpoint;
    this.#imageType = options.imageType;
    this.fileVersion = options.fileVersion;
  }

  /** Takes in a command of the server. Throws FrameError when it is cut short. */
  receive(command: number, payload: ByteReader): void {
    if (command === Received.imageNotify) {
      this.#after(FIRST_BLOCK_AFTER_MS, () => this.#send(Sent.query, this.#identity(true)));
    } else if (command === Received.queryResponse) this.#offered(payload);
    else if (command === Received.blockResponse) this.#took(payload);
    else if (command === Received.endResponse) this.#install(payload);
  }

  /** Asks by itself, as a node does when it wakes or once a day. */
  ask(): void {
    this.#send(Sent.query, this.#identity(true));
  }

  stop(): void {
    this.#endTimer();
    this.#download = undefined;
  }

  #offered(payload: ByteReader): void {
    if (payload.uint8() !== SUCCESS) return;
    payload.bytes(4);
    const fileVersion = payload.uint32();
    const size = payload.uint32();
    if (size > IMAGE_BYTES_MAX) return;
    this.#download = { fileVersion, size, blocks: [], offset: 0, tries: 0 };
    this.#after(FIRST_BLOCK_AFTER_MS, () => this.#ask());
  }

  #took(payload: ByteReader): void {
    const download = this.#download;
    if (download === undefined) return;
    if (payload.uint8() !== SUCCESS) {
      this.stop();
      return;
    }
    payload.bytes(8);
    const offset = payload.uint32();
    const data = payload.bytes(payload.uint8());
    if (offset !== download.offset) return;
    download.blocks.push(Buffer.from(data));
    download.offset += data.length;
    download.tries = 0;
    this.#after(NEXT_BLOCK_AFTER_MS, () => this.#ask());
  }

  /** Asks for the next block, or says that all are there; asks again when nothing comes. */
  #ask(): void {
    const download = this.#download;
    if (download === undefined) return;
    download.tries += 1;
    if (download.tries > TRIES_MAX) {
      this.stop();
      return;
    }
    const { fileVersion, size, offset } = download;
    if (offset < size) {
      const request = this.#identity(true, fileVersion).uint32(offset).uint8(BLOCK_BYTES);
      this.#send(Sent.block, request);
    } else {
      const isTaken = this.#isWhole(download) && this.behaviour !== 'refusesIt';
      const status = isTaken ? SUCCESS : INVALID_IMAGE;
      const end = new ByteWriter().uint8(status);
      this.#send(Sent.end, this.#identity(false, fileVersion, end));
      if (status !== SUCCESS) this.stop();
    }
    if (this.#download !== undefined) this.#after(RETRY_AFTER_MS, () => this.#ask());
  }

  #isWhole({ blocks, size }: Download): boolean {
    const image = Buffer.concat(blocks);
    return (
      image.length === size &&
      image.length > TOTAL_SIZE_AT + 4 &&
      image.readUInt32LE(0) === IMAGE_MAGIC &&
      image.readUInt32LE(TOTAL_SIZE_AT) === size
    );
  }

  #install(payload: ByteReader): void {
    const download = this.#download;
    if (download === undefined || download.offset < download.size) return;
    payload.bytes(12);
    const waitSeconds = payload.uint32();
    this.#after(waitSeconds * 1_000, () => {
      const image = Buffer.concat(download.blocks);
      // The last word of the header's text is the build, as the Basic cluster then tells it.
      const text = image.toString('latin1', HEADER_STRING.from, HEADER_STRING.to);
      const build = text.replaceAll('\0', '').trim().split(' ').at(-1) ?? '';
      this.stop();
      if (this.behaviour === 'dies') {
        this.#node.vanish();
        return;
      }
      if (this.behaviour === 'runsIt') {
        this.installed = image;
        this.fileVersion = download.fileVersion;
        this.#node.server(this.#endpoint, BASIC)?.set(SOFTWARE_BUILD, build);
      }
      this.#node.configurationChanged();
      this.#node.announce();
    });
  }

  /** Field control (where the command has it), manufacturer, image type, file version. */
  #identity(
    hasFieldControl: boolean,
    fileVersion: number = this.fileVersion,
    writer: ByteWriter = new ByteWriter(),
  ): ByteWriter {
    if (hasFieldControl) writer.uint8(0);
    return writer
      .uint16(this.#node.model.descriptor.manufacturerCode)
      .uint16(this.#imageType)
      .uint32(fileVersion);
  }

  #send(command: number, payload: ByteWriter): void {
    this.#node.sendCommand({
      endpoint: this.#endpoint,
      cluster: OTA_CLUSTER,
      command,
      payload: payload.done(),
      manufacturerCode: 0,
      isGlobal: false,
      toClient: false,
    });
  }

  #after(delayMs: number, act: () => void): void {
    this.#endTimer();
    this.#endTimer = this.#node.timers.after(delayMs, act);
  }
}
