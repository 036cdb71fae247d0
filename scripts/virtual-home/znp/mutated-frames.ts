// Frames for the fuzzing of the coordinator's line: what coordinators and nodes really say by themselves, with chance
// at work on it. All chance comes from the given source, so a seed repeats a run.
import type { Random } from '../random.ts';
import { encodeMtFrame, type MtFrame } from './unpi.ts';

/** A node in whose name something is said. */
export interface Speaker {
  readonly ieee: string;
  readonly networkAddress: number | undefined;
}

const EVENT = 2;
const SYS = 1;
const AF = 4;
const ZDO = 5;
const RESET_IND = 0x80;
const INCOMING_MSG = 0x81;
const INLINE_BYTES_MAX = 223;
const DATA_BYTES_MAX = 250;
/** Where lengths, types and limits go wrong. */
const EDGES = [
  0x00, 0x01, 0x02, 0x7f, 0x80, 0xfe, 0xff, 0x41, 0x42, 0x43, 0x48, 0x4c, 0x51,
] as const;

/** ZCL frames as nodes send them: cluster, source endpoint, bytes. Spec: ZCL 07-5123 r8 § 2.4. */
const ZCL: readonly (readonly [number, number, string])[] = [
  [0x0006, 1, '18010a00001001'],
  [0x0008, 1, '18020a000020fe'],
  [0x0402, 1, '18030a000029c409'],
  [0x0405, 2, '18040a0000218813'],
  [0x0001, 1, '18050a210020c82000201e'],
  [0x0500, 1, '090600010000000000'],
  [0x0500, 1, '0907010d005f11'],
  [0x0000, 1, '1c5f11080a01ff421d0121bd0b0421a81305210700062401000000006429c40965218813'],
  [0x0000, 1, '18090104000042044b4b4541'],
  [0x0000, 1, '180a0105000042085452414446524920'],
  [0x0b04, 1, '180a0a0b05296400'],
  [0x0702, 1, '180b0a000025640000000000'],
  [0x0101, 1, '090c2000010000000000000000'],
  [0x0102, 1, '180d0a08002032'],
  [0x0201, 1, '180e0a0000293408120029d007'],
  [0x0300, 11, '180f0a0300215a5c0400212b6a'],
  [0x0005, 1, '011005000001'],
  [0x0005, 1, '057c11110700010d00'],
  [0x0006, 1, '011202'],
  [0x0008, 1, '0113050053'],
  [0x0019, 1, '011401007c11012231760823'],
  [0x0019, 1, '011503007c11012231760823000000003f'],
  [0x0020, 1, '091600'],
  [0x000a, 1, '00170000000700'],
  [0xef00, 1, '09180200010102000400000064'],
  [0xfc00, 2, '1d0b1019000100003000210100'],
  [0x0500, 1, '181a0b0000'],
  [0x0006, 1, '181b0d01000010'],
  [0x0000, 1, '181c0a010048200300010203'],
  [0x0000, 1, '181d0a02004c02002001210200'],
  [0x0406, 2, '181e0a00001801'],
  [0x0400, 3, '181f0a000021e803'],
  [0xfcc0, 1, '1c5f11200af70041100121bd0b0328190421a8130521070008210401641000'],
  [0x0021, 242, '012000000011223344550000000200'],
];

/** One message of a node, whole for the coordinator and broken inside. */
export function nodeFrame(random: Random, speakers: readonly Speaker[]): MtFrame {
  const [cluster, endpoint, hex] = pick(random, ZCL);
  const speaker = pick(random, speakers);
  const source = speaker.networkAddress ?? 0;
  const payload = mutate(random, Buffer.from(hex, 'hex')).subarray(0, INLINE_BYTES_MAX);
  const isOther = random.integer(0, 9) === 0;
  return incoming(source, payload, {
    cluster: isOther ? pick(random, ZCL)[0] : cluster,
    endpoint: random.integer(0, 3) === 0 ? 1 : endpoint,
    own: endpoint === 242 ? 242 : 1,
    linkQuality: random.integer(0, 255),
    sequence: random.integer(0, 255),
  });
}

/** A whole message of a node's first endpoint; `hex` is the ZCL frame. */
export function reportOf(source: number, cluster: number, hex: string): MtFrame {
  const how = { cluster, endpoint: 1, own: 1, linkQuality: 150, sequence: 0 };
  return incoming(source, Buffer.from(hex, 'hex'), how);
}

// Spec: Z-Stack Monitor and Test API, AF_INCOMING_MSG.
function incoming(
  source: number,
  payload: Buffer,
  how: { cluster: number; endpoint: number; own: number; linkQuality: number; sequence: number },
): MtFrame {
  const header = Buffer.alloc(17);
  header.writeUInt16LE(how.cluster, 2);
  header.writeUInt16LE(source, 4);
  header.writeUInt8(how.endpoint, 6);
  header.writeUInt8(how.own, 7);
  header.writeUInt8(how.linkQuality, 9);
  header.writeUInt8(how.sequence, 15);
  header.writeUInt8(payload.length, 16);
  const tail = Buffer.from([source & 0xff, source >> 8, 0x1e]);
  return {
    type: EVENT,
    subsystem: AF,
    command: INCOMING_MSG,
    data: Buffer.concat([header, payload, tail]).subarray(0, DATA_BYTES_MAX),
  };
}

/**
 * One message of the coordinator itself, or bytes that nearly are one. Never the word that it has restarted, to which
 * connecting anew is the right answer.
 */
export function coordinatorFrame(random: Random, speakers: readonly Speaker[]): Buffer {
  const frame = ownFrame(random, speakers);
  const isReset = frame.subsystem === SYS && frame.command === RESET_IND;
  const bytes = encodeMtFrame(isReset ? { ...frame, command: 0x81 } : frame);
  switch (random.integer(0, 9)) {
    case 0:
      // A wrong checksum.
      bytes.writeUInt8(random.integer(0, 255), bytes.length - 1);
      return bytes;
    case 1:
      return bytes.subarray(0, random.integer(0, bytes.length));
    case 2:
      return Buffer.concat([noise(random, random.integer(1, 40)), bytes]);
    default:
      return bytes;
  }
}

function ownFrame(random: Random, speakers: readonly Speaker[]): MtFrame {
  const speaker = pick(random, speakers);
  const address = Buffer.alloc(2);
  address.writeUInt16LE(speaker.networkAddress ?? 0);
  const ieee = Buffer.from(speaker.ieee.slice(2), 'hex').reverse();
  const event = (subsystem: number, command: number, ...parts: Buffer[]): MtFrame => ({
    type: EVENT,
    subsystem,
    command,
    data: mutate(random, Buffer.concat(parts)).subarray(0, DATA_BYTES_MAX),
  });
  const bytes = (...values: number[]) => Buffer.from(values);
  switch (random.integer(0, 13)) {
    case 0:
      return event(AF, 0x80, bytes(0, 1, random.integer(0, 255)));
    case 1:
      return event(AF, 0x82, bytes(2), address, Buffer.alloc(22), bytes(0x2c, 0x01));
    case 2:
      return event(ZDO, 0xc1, address, address, noise(random, 8), bytes(0x8e));
    case 3:
      return event(ZDO, 0xca, address, noise(random, 8), bytes(0, 0));
    case 4:
      return event(ZDO, 0xc9, address, noise(random, 8), bytes(0, 0, 0));
    case 5:
      return event(ZDO, 0xc0, bytes(9));
    case 6:
      return event(ZDO, 0x80 + random.integer(0, 6), address, bytes(0), address, ieee);
    case 7:
      return event(
        ZDO,
        0x84,
        address,
        bytes(0),
        address,
        bytes(22, 1, 4, 1, 0, 1, 1, 2, 0, 0, 6, 0, 1, 25, 0),
      );
    case 8:
      return event(ZDO, 0xb1, address, bytes(0, 3, 0, 3), noise(random, 66));
    case 9:
      return event(ZDO, 0xb6, address, bytes(0));
    case 10:
      return event(ZDO, 0xff, address, bytes(0, 0x21, 0x80, 0, 0, 1), noise(random, 10));
    case 11: {
      const { data } = nodeFrame(random, speakers);
      return event(AF, INCOMING_MSG, data);
    }
    case 12:
      // Any subsystem and command, also answers that nobody asked for.
      return {
        ...event(
          random.integer(0, 31),
          random.integer(0, 255),
          noise(random, random.integer(0, 60)),
        ),
        type: random.integer(0, 7),
      };
    default:
      return event(SYS, 0x81 + random.integer(0, 20), noise(random, random.integer(0, 20)));
  }
}

function mutate(random: Random, original: Buffer): Buffer {
  let bytes = Buffer.from(original);
  for (let times = random.integer(0, 3); times > 0; times--) {
    const at = random.integer(0, Math.max(0, bytes.length - 1));
    switch (random.integer(0, 5)) {
      case 0:
        if (bytes.length > 0) bytes.writeUInt8(random.integer(0, 255), at);
        break;
      case 1:
        if (bytes.length > 0) bytes.writeUInt8(pick(random, EDGES), at);
        break;
      case 2:
        bytes = bytes.subarray(0, at);
        break;
      case 3:
        bytes = Buffer.concat([
          bytes.subarray(0, at),
          noise(random, random.integer(1, 30)),
          bytes.subarray(at),
        ]);
        break;
      case 4:
        bytes = Buffer.concat([bytes, bytes.subarray(at)]);
        break;
      default:
        bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1)]);
    }
    bytes = Buffer.from(bytes.subarray(0, DATA_BYTES_MAX));
  }
  return bytes;
}

function noise(random: Random, length: number): Buffer {
  return Buffer.from(Array.from({ length }, () => random.integer(0, 255)));
}

function pick<Item>(random: Random, items: readonly Item[]): Item {
  const item = items[random.integer(0, items.length - 1)];
  if (item === undefined) throw new Error('nothing to pick from');
  return item;
}
