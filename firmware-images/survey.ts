// What the devices run, as far as it is known, and what the catalogue has that is newer. A device on the mains that an
// image may be for is asked once a day, one at a time and never beside an update; one on a battery asks by itself.
import type { AdapterCall } from '../hub/model/adapter-port.ts';
import type { NodeDescription } from '../hub/model/device.ts';
import type { FirmwareIdentity, FirmwareImage, HeardFirmware } from '../hub/model/firmware.ts';
import type { DeviceView } from '../hub/model/hub-port.ts';
import type { AdapterId, DeviceId } from '../hub/model/identifiers.ts';
import { findImage, type ImageWanted, notNamed } from './image-row.ts';

const FIRST_LOOK_MS = 1_000;
/** Between two devices that are asked. */
const PACE_MS = 5_000;
/** Where nobody is left to be asked. */
const IDLE_MS = 60_000;
const ASK_AGAIN_MS = 24 * 3_600_000;

export interface SurveyOptions {
  devices(): readonly DeviceView[];
  images(): Promise<readonly FirmwareImage[]>;
  callAdapter(adapter: AdapterId, call: AdapterCall): Promise<unknown>;
  /** Asks a device what it runs and has the survey told. */
  ask(device: DeviceView): Promise<unknown>;
  isBusy(adapter: AdapterId): boolean;
  /** Of some device something newer came, or is newer no more. */
  changed(): void;
}

export class Survey {
  readonly #options: SurveyOptions;
  readonly #known = new Map<DeviceId, FirmwareIdentity>();
  readonly #askedAtMs = new Map<DeviceId, number>();
  #newer = new Map<DeviceId, FirmwareImage>();
  #timer: NodeJS.Timeout | undefined;
  #isLooking = false;
  #isStopped = false;

  constructor(options: SurveyOptions) {
    this.#options = options;
  }

  start(): void {
    this.#after(FIRST_LOOK_MS);
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }

  /** The newest image for the device that is newer than what it runs; null also while that is not known. */
  newer(device: DeviceId): FirmwareImage | null {
    return this.#newer.get(device) ?? null;
  }

  /** What the device runs, as far as it has said. */
  known(device: DeviceId): FirmwareIdentity | null {
    return this.#known.get(device) ?? null;
  }

  /** What was known may hold no more. */
  forget(device: DeviceId): void {
    this.#known.delete(device);
    this.#askedAtMs.delete(device);
  }

  /** A device has said what it runs. */
  async heard(device: DeviceId, identity: FirmwareIdentity): Promise<void> {
    this.#known.set(device, identity);
    await this.#compare();
  }

  /** The catalogue has other images than before. */
  async restocked(): Promise<void> {
    await this.#compare();
    if (this.#timer !== undefined) this.#after(0);
  }

  #after(delayMs: number): void {
    clearTimeout(this.#timer);
    if (this.#isStopped) return;
    this.#timer = setTimeout(() => {
      if (this.#isLooking) return this.#after(PACE_MS);
      this.#isLooking = true;
      void this.#look()
        .catch(() => false)
        .then((hasAsked) => {
          this.#isLooking = false;
          this.#after(hasAsked ? PACE_MS : IDLE_MS);
        });
    }, delayMs);
    this.#timer.unref();
  }

  /** @returns whether a device was asked */
  async #look(): Promise<boolean> {
    const images = await this.#options.images();
    if (images.length === 0) return false;
    const devices = this.#options.devices();
    const takers = new Map<DeviceId, HeardFirmware>();
    for (const adapter of new Set(devices.map(({ record }) => record.description.adapter))) {
      for (const heard of await this.#listen(adapter)) {
        const device = devices.find(({ record: { description } }) => {
          return description.adapter === adapter && description.node === heard.node;
        });
        if (device === undefined) continue;
        takers.set(device.record.id, heard);
        if (heard.identity !== null) this.#known.set(device.record.id, heard.identity);
      }
    }
    await this.#compare();
    const next = devices.find((device) => {
      const taker = takers.get(device.record.id);
      return taker !== undefined && this.#isToBeAsked(device, taker, images);
    });
    if (next === undefined) return false;
    this.#askedAtMs.set(next.record.id, performance.now());
    await this.#options.ask(next).catch(() => {});
    return true;
  }

  /** The nodes of the adapter that take images; none where the adapter knows of no such thing. */
  async #listen(adapter: AdapterId): Promise<readonly HeardFirmware[]> {
    try {
      const heard = await this.#options.callAdapter(adapter, { kind: 'firmwareHeard' });
      return heard as HeardFirmware[];
    } catch {
      return [];
    }
  }

  #isToBeAsked(
    { record, live }: DeviceView,
    { manufacturerCode, names }: HeardFirmware,
    images: readonly FirmwareImage[],
  ): boolean {
    const { power, adapter, model, manufacturer } = record.description;
    const askedAtMs = this.#askedAtMs.get(record.id);
    return (
      power === 'mains' &&
      live.availability.online &&
      !this.#known.has(record.id) &&
      !this.#options.isBusy(adapter) &&
      (askedAtMs === undefined || performance.now() - askedAtMs >= ASK_AGAIN_MS) &&
      images.some(
        (image) =>
          (manufacturerCode === null || image.manufacturerCode === manufacturerCode) &&
          notNamed(image, { model, manufacturer, ...(names && { names }) }) === null,
      )
    );
  }

  async #compare(): Promise<void> {
    const images = await this.#options.images();
    const newer = new Map<DeviceId, FirmwareImage>();
    for (const { record } of this.#options.devices()) {
      const identity = this.#known.get(record.id);
      if (identity === undefined) continue;
      const image = findImage(images, wantedOf(record.description, identity));
      if (image !== null) newer.set(record.id, image);
    }
    const told = (map: ReadonlyMap<DeviceId, FirmwareImage>) =>
      JSON.stringify([...map].map(([id, { sha512 }]) => [id, sha512]).sort());
    const isSame = told(newer) === told(this.#newer);
    this.#newer = newer;
    if (!isSame) this.#options.changed();
  }
}

/** What images are compared with. */
export function wantedOf(
  { adapter, model, manufacturer }: NodeDescription,
  identity: FirmwareIdentity,
): ImageWanted {
  return { ...identity, protocol: adapter, model, manufacturer };
}
