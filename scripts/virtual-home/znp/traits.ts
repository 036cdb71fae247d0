// Ways in which another stick, or another author's emulation of one, differs from the usual one here: an older stack,
// another layout of its memory, commands that it lacks, answers that come late or in odd pieces.

import type { MtFrame } from './unpi.ts';

/** What is another with a stick; what is absent is as usual. */
export interface StickTraits {
  /** Its stack: 0 is Z-Stack 1.2, 1 is 3.x.0, 2 is 3.0.x. */
  readonly product?: number;
  readonly revision?: number;
  /** The structures in its memory stand without padding, as on chips of 8 bits. */
  readonly isUnaligned?: boolean;
  /** Items of its memory, and extended tables, that it does not have. */
  readonly lacksItems?: readonly number[];
  readonly lacksTables?: readonly number[];
  /** Commands, as `subsystem << 8 | command`, that it says it does not know. */
  readonly unknownCommands?: readonly number[];
  /** Commands that it never answers. */
  readonly muteCommands?: readonly number[];
  /** So late its answers come: what it tells by itself overtakes them. */
  readonly answersAfterMs?: number;
  /** It tells of a node only by the node's own announcement. */
  readonly isSilentAboutJoins?: boolean;
  /** Forms its network there, whatever it was asked for. */
  readonly channel?: number;
  readonly panId?: number;
  /** What it says of its state, whatever that is. */
  readonly deviceState?: number;
  /** Its line carries so many bytes at once. */
  readonly bytesAtOnce?: number;
  /** It also says things that no host asks for or knows. */
  readonly isChatty?: boolean;
}

const VERSION = 0x0102;
const ITEM_LENGTH = 0x0113;
const ROW_LENGTH = 0x0132;
const DEVICE_INFORMATION = 0x0700;
const PRODUCT_AT = 1;
const REVISION_AT = 5;
const STATE_AT = 12;

/** The number of a command among all. */
export function commandKey({ subsystem, command }: MtFrame): number {
  return (subsystem << 8) | command;
}

/** The usual answer to a request, as a stick with these traits gives it. */
export function answerWith(traits: StickTraits, request: MtFrame, usual: Uint8Array): Buffer {
  const answer = Buffer.from(usual);
  switch (commandKey(request)) {
    case VERSION:
      if (traits.product !== undefined) answer[PRODUCT_AT] = traits.product;
      if (traits.revision !== undefined) answer.writeUInt32LE(traits.revision, REVISION_AT);
      break;
    case ITEM_LENGTH:
      if (traits.lacksItems?.includes(request.data.readUInt16LE(0))) return Buffer.alloc(2);
      break;
    case ROW_LENGTH:
      if (traits.lacksTables?.includes(request.data.readUInt16LE(1))) return Buffer.alloc(1);
      break;
    case DEVICE_INFORMATION:
      if (traits.deviceState !== undefined) answer[STATE_AT] = traits.deviceState;
      break;
    default:
  }
  return answer;
}

/** What a chatty stick says beside everything else: a route, a debug line, and a command that is in no book. */
export const CHATTER: readonly MtFrame[] = [
  { type: 2, subsystem: 5, command: 0xc4, data: Buffer.from('34120142130000', 'hex') },
  { type: 2, subsystem: 8, command: 0x00, data: Buffer.from('0468656c6c6f', 'hex') },
  { type: 2, subsystem: 7, command: 0x7e, data: Buffer.from('01', 'hex') },
  { type: 2, subsystem: 21, command: 0x99, data: Buffer.alloc(0) },
];
