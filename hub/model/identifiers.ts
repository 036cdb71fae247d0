// Identifiers of everything that has one. Each is a branded string with one checking constructor:
// text is parsed at the edge (a request, a file, a frame) and trusted inside.
import { ValidationError } from './errors.ts';

declare const brand: unique symbol;

/** A `Base` that only its checking constructor makes. */
export type Branded<Base, Name extends string> = Base & { readonly [brand]: Name };

export type DeviceId = Branded<string, 'DeviceId'>;
export type RoomId = Branded<string, 'RoomId'>;
export type SceneId = Branded<string, 'SceneId'>;
export type MemberId = Branded<string, 'MemberId'>;
export type CommandId = Branded<string, 'CommandId'>;
export type RunId = Branded<string, 'RunId'>;
export type JobId = Branded<string, 'JobId'>;
export type NotificationId = Branded<string, 'NotificationId'>;
export type TokenId = Branded<string, 'TokenId'>;
/** Something asked of the world outside: `out_…`. */
export type OutboundId = Branded<string, 'OutboundId'>;
/** Names an adapter instance: `zigbee`, `matter`, `mqtt`, or a Wi-Fi family. */
export type AdapterId = Branded<string, 'AdapterId'>;
/** One controller's home as the Matter bridge knows it: 16 hexadecimal digits that no two fabrics share. */
export type FabricId = Branded<string, 'FabricId'>;
/** A node's address at its adapter, for instance an IEEE address `0x00158d0001a2b3c4`. */
export type NodeAddress = Branded<string, 'NodeAddress'>;

const SUFFIX = /^[0-9a-z][0-9a-z_-]{0,47}$/;

function prefixed<Id extends string>(prefix: string, what: string): (text: string) => Id {
  return (text) => {
    const isWhole = text.startsWith(prefix) && SUFFIX.test(text.slice(prefix.length));
    if (!isWhole) {
      throw new ValidationError(`"${text}" is not the id of a ${what}`, {
        hint: `The id of a ${what} looks like ${prefix}7k2m9x.`,
      });
    }
    return text as Id;
  };
}

export const deviceId = prefixed<DeviceId>('dev_', 'device');
export const roomId = prefixed<RoomId>('room_', 'room');
export const sceneId = prefixed<SceneId>('scene_', 'scene');
export const memberId = prefixed<MemberId>('mem_', 'member');
export const commandId = prefixed<CommandId>('cmd_', 'command');
export const runId = prefixed<RunId>('run_', 'run');
export const jobId = prefixed<JobId>('job_', 'job');
export const notificationId = prefixed<NotificationId>('ntf_', 'notification');
export const tokenId = prefixed<TokenId>('tok_', 'token');
export const outboundId = prefixed<OutboundId>('out_', 'call to the outside');

/** @throws ValidationError when the text is not 1–32 small letters, digits or hyphens. */
export function adapterId(text: string): AdapterId {
  if (!/^[a-z][a-z0-9-]{0,31}$/.test(text)) {
    throw new ValidationError(`"${text}" is not the name of an adapter`, {
      hint: 'Adapters are named by small letters, digits and hyphens, such as zigbee.',
    });
  }
  return text as AdapterId;
}

/** @throws ValidationError when the text is empty or over 128 characters. */
export function nodeAddress(text: string): NodeAddress {
  if (text.length === 0 || text.length > 128) {
    throw new ValidationError(`"${text.slice(0, 40)}" is not the address of a node`, {
      hint: 'A node address has 1 to 128 characters.',
    });
  }
  return text as NodeAddress;
}

/** @throws ValidationError when the text is not 16 small hexadecimal digits. */
export function fabricId(text: string): FabricId {
  if (!/^[0-9a-f]{16}$/.test(text)) {
    throw new ValidationError(`"${text.slice(0, 40)}" is not the id of a fabric`, {
      hint: 'The id of a fabric has 16 hexadecimal digits, as in 2906c908d115d362.',
    });
  }
  return text as FabricId;
}
