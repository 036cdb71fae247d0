// Firmware: what a node runs, which images the hub has, updates and roll-outs as the front doors see them.
import type { Problem } from './errors.ts';
import type { Actor } from './hub-port.ts';
import type { DeviceId, JobId, NodeAddress } from './identifiers.ts';
import type { Job } from './job.ts';
import type { Words } from './words.ts';

/** By which names the public index may call a device: its own on the wire, and those of its definition. */
export interface FirmwareNames {
  readonly modelIds: readonly string[];
  readonly manufacturerNames: readonly string[];
  /** Only images with this text in their header are for it. */
  readonly otaHeaderString: string | null;
}

/** What a node says that it runs. Of Matter: its vendor, its product, its software version. */
export interface FirmwareIdentity {
  readonly manufacturerCode: number;
  readonly imageType: number;
  readonly fileVersion: number;
  readonly hardwareVersion: number | null;
  readonly names?: FirmwareNames;
}

/** A node that takes images, and what it has said that it runs, asked or by itself. */
export interface HeardFirmware {
  readonly node: NodeAddress;
  /** Of its maker, as far as it is known before it has said more. */
  readonly manufacturerCode: number | null;
  readonly identity: FirmwareIdentity | null;
  readonly names?: FirmwareNames;
}

/** An image as an adapter is given it: it reads the file once, and sends only what has this checksum. */
export interface FirmwareOffer {
  readonly path: string;
  readonly fileSize: number;
  /** SHA-512 of the whole file, hexadecimal. */
  readonly sha512: string;
  readonly manufacturerCode: number;
  readonly imageType: number;
  readonly fileVersion: number;
  readonly isDowngrade: boolean;
  /** It is not sent before the node asks for an image by itself, as one that sleeps does. */
  readonly whenAsked: boolean;
}

/** How far an adapter is with a node; `idle` also after the adapter was started anew. */
export type FirmwareState =
  | { readonly kind: 'idle' }
  /** It waits for the node to ask. */
  | { readonly kind: 'armed' }
  | { readonly kind: 'running'; readonly bytes: number; readonly of: number }
  | { readonly kind: 'restarting' }
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly problem: Problem };

export type FirmwareProtocol = 'zigbee' | 'matter';

/** Why the hub trusts an image. */
export type FirmwareOrigin =
  | { readonly kind: 'signed'; readonly manifest: string; readonly version: number }
  /** Somebody said by its name that this unsigned file is to be taken. */
  | { readonly kind: 'own'; readonly by: string; readonly atMs: number };

/** An image of the catalogue, in the form of the public index of Zigbee images. */
export interface FirmwareImage {
  /** The file's name in the hub's own folder: its checksum. */
  readonly fileName: string;
  /** Absent: Zigbee. */
  readonly protocol?: FirmwareProtocol | undefined;
  readonly fileVersion: number;
  readonly imageType: number;
  readonly manufacturerCode: number;
  readonly fileSize: number;
  /** Of the whole file, hexadecimal. */
  readonly sha512: string;
  readonly otaHeaderString?: string | undefined;
  readonly modelId?: string | undefined;
  readonly manufacturerName?: readonly string[] | undefined;
  readonly minFileVersion?: number | undefined;
  readonly maxFileVersion?: number | undefined;
  readonly hardwareVersionMin?: number | undefined;
  readonly hardwareVersionMax?: number | undefined;
  readonly releaseNotes?: string | undefined;
  readonly origin?: FirmwareOrigin | undefined;
}

/** An image failed on a device, so it goes to no other of its kind until somebody says so. */
export interface FirmwareHold {
  readonly device: DeviceId;
  readonly name: string;
  readonly reason: Words;
  readonly atMs: number;
}

/** An image as the catalogue lists it. */
export interface ListedImage extends FirmwareImage {
  /** Devices that run something older, as far as it is known. */
  readonly devices: readonly DeviceId[];
  readonly hold: FirmwareHold | null;
}

export interface FirmwareCheck {
  readonly current: FirmwareIdentity;
  /** The newest image for the device that is newer than what it runs. */
  readonly available: FirmwareImage | null;
  /** That image failed on another device. */
  readonly hold: FirmwareHold | null;
}

export interface FirmwareImport {
  readonly added: readonly FirmwareImage[];
  /** Files that were not taken, each with the reason. */
  readonly refused: readonly { readonly file: string; readonly reason: Words }[];
  /** Images that the same publisher lists no more. */
  readonly withdrawn: readonly FirmwareImage[];
  /** What the images were signed with; null for the household's own files. */
  readonly manifest: { readonly name: string; readonly version: number } | null;
}

export interface UpdateRequest {
  readonly device: DeviceId;
  /** The image by its file name; null: the newest that is newer than what the device runs. */
  readonly image: string | null;
  /** Also an image that is older than what the device runs; an owner's. */
  readonly isDowngrade: boolean;
  /** Also an image that failed on another device. */
  readonly isAnyway: boolean;
  /** Not before this time; null: at once. */
  readonly atMs: number | null;
}

export interface RolloutRequest {
  /** Null: every device that the hub has something newer for. */
  readonly devices: readonly DeviceId[] | null;
  /** Also images that failed on a device before. */
  readonly isAnyway: boolean;
  /** In the quiet hours too. */
  readonly isNow: boolean;
}

export type RolloutPartState =
  | 'waiting'
  | 'updating'
  /** A canary that runs its new firmware and is being watched. */
  | 'watched'
  | 'done'
  | 'failed'
  /** Not touched, since its canary failed. */
  | 'leftAlone';

/** One device of a roll-out. */
export interface RolloutPart {
  readonly device: DeviceId;
  readonly name: string;
  /** Devices of one kind have the same group, of which the first is the canary. */
  readonly group: string;
  /** The image's file name. */
  readonly image: string;
  readonly isCanary: boolean;
  readonly state: RolloutPartState;
  readonly job: JobId | null;
  readonly reason: Words | null;
}

/** The result of a job of kind `rollout`. */
export interface RolloutResult {
  readonly parts: readonly RolloutPart[];
}

/** The result of a job of kind `firmware`. */
export interface UpdateResult {
  readonly device: DeviceId;
  readonly image?: string;
  readonly from?: number;
  readonly to?: number;
  /** Over the last half minute. */
  readonly bytesPerSecond?: number;
  /** It has fetched nothing for so long. */
  readonly stalledSeconds?: number;
}

export interface Firmware {
  list(): Promise<readonly ListedImage[]>;
  /**
   * Takes an image, or a folder of images with or without an `index.json`, into the catalogue; each is verified first.
   * Without a `manifest.json` that a trusted key has signed, `unsigned` must say the file's or the folder's name.
   * @throws ValidationError where nothing can be taken
   */
  import(path: string, unsigned: string | null, actor: Actor): Promise<FirmwareImport>;
  /** Asks the device what it runs. @throws HubError where it does not answer or takes no images */
  check(device: DeviceId): Promise<FirmwareCheck>;
  /**
   * Updates the device as a job of kind `firmware`. One at a time for each adapter: the job waits for its turn.
   * @throws ConflictError where the device is being updated or waits already, or its battery is low
   */
  update(request: UpdateRequest, actor: Actor): Promise<Job>;
  /**
   * Updates many devices as one job of kind `rollout`: of each kind one first, and the others only if that went well.
   * @throws ConflictError where one is under way, or there is nothing newer
   */
  rollOut(request: RolloutRequest, actor: Actor): Promise<Job>;
}

/** Firmware as the program that runs the hub has it. */
export interface FirmwareHost extends Firmware {
  /** What the hub has that is newer than what the device runs, as people read it; null also while that is not known. */
  newer(device: DeviceId): string | null;
  /** Takes up what was under way, and begins to ask devices what they run, a few a minute; `stop` ends it. */
  start(): void;
  stop(): void;
}
