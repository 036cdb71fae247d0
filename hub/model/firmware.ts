// Firmware: what a node runs, which images the hub has, and the update as the front doors see it.
import type { Problem } from './errors.ts';
import type { Actor } from './hub-port.ts';
import type { DeviceId, NodeAddress } from './identifiers.ts';
import type { Job } from './job.ts';

/** What a node says that it runs, and which images are for it. */
export interface FirmwareIdentity {
  readonly manufacturerCode: number;
  readonly imageType: number;
  readonly fileVersion: number;
  readonly hardwareVersion: number | null;
}

/** A node that takes images, and what it has said that it runs, asked or by itself. */
export interface HeardFirmware {
  readonly node: NodeAddress;
  /** Of its maker, as far as it is known before it has said more. */
  readonly manufacturerCode: number | null;
  readonly identity: FirmwareIdentity | null;
}

/** How far an adapter is with a node; `idle` also after the adapter was started anew. */
export type FirmwareState =
  | { readonly kind: 'idle' }
  | { readonly kind: 'running'; readonly bytes: number }
  | { readonly kind: 'restarting' }
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly problem: Problem };

/** An image of the catalogue, in the form of the public index of Zigbee images. */
export interface FirmwareImage {
  /** The file's name in the hub's own folder. */
  readonly fileName: string;
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
}

export interface FirmwareCheck {
  readonly current: FirmwareIdentity;
  /** The newest image for the device that is newer than what it runs. */
  readonly available: FirmwareImage | null;
}

export interface Firmware {
  list(): Promise<readonly FirmwareImage[]>;
  /**
   * Takes an image, or a folder of images with or without an `index.json`, into the catalogue; each is verified first.
   * @throws ValidationError where nothing can be taken
   */
  import(
    path: string,
  ): Promise<{ readonly added: readonly FirmwareImage[]; readonly refused: readonly string[] }>;
  /** Asks the device what it runs. @throws HubError where it does not answer or takes no images */
  check(device: DeviceId): Promise<FirmwareCheck>;
  /**
   * Updates the device as a job of kind `firmware`. One at a time for each adapter: the job waits for its turn.
   * @throws ConflictError where the device is being updated or waits already, or its battery is low
   */
  update(device: DeviceId, actor: Actor): Job;
}

/** Firmware as the program that runs the hub has it. */
export interface FirmwareHost extends Firmware {
  /** What the hub has that is newer than what the device runs, as people read it; null also while that is not known. */
  newer(device: DeviceId): string | null;
  /** Begins to ask devices what they run, a few a minute; `stop` ends it. */
  start(): void;
  stop(): void;
}
