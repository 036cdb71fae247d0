// Firmware of devices as the front doors have it: the composition of this folder. The catalogue says which images
// there are, the survey what devices run, the runs do updates, and roll-outs put many of them in order.
import type { AdapterCall } from '../hub/model/adapter-port.ts';
import type { FirmwareHost, FirmwareIdentity, FirmwareImage } from '../hub/model/firmware.ts';
import type { DeviceView } from '../hub/model/hub-port.ts';
import type { AdapterId, DeviceId, JobId } from '../hub/model/identifiers.ts';
import type { OpenJob } from '../hub/model/job.ts';
import { Catalogue } from './catalogue.ts';
import { demandOwner, takesNone } from './guards.ts';
import { findImage, imageName } from './image-row.ts';
import { PlanFile } from './plan-file.ts';
import { readQuietHours } from './quiet-hours.ts';
import { Rollouts } from './rollouts.ts';
import { Survey, wantedOf } from './survey.ts';
import { UpdateRuns } from './update-runs.ts';

export interface UpdatesOptions {
  readonly folder: string;
  /** Trusted keys and quiet hours as they are set. */
  readonly keys: string;
  readonly quietHours: string;
  /** For how long a canary is watched before its sisters follow. */
  readonly watchMs: number;
  nowMs(): number;
  isClockSynced(): boolean;
  timeZone(): string;
  device(id: DeviceId): DeviceView | undefined;
  devices(): readonly DeviceView[];
  callAdapter(adapter: AdapterId, call: AdapterCall): Promise<unknown>;
  /** Opens a job; with the id of one that a restart of the hub cut off. */
  openJob(kind: string, id?: JobId): OpenJob;
  /** Of some device `newer` says something else. */
  changed(): void;
  /** What no front door was told. */
  failed(text: string): void;
}

/** What the parts of this folder have of one another. */
export interface Parts extends UpdatesOptions {
  readonly catalogue: Catalogue;
  readonly plans: PlanFile;
  readonly survey: Survey;
  images(): Promise<readonly FirmwareImage[]>;
  /** Asks the device what it runs. */
  identify(device: DeviceView): Promise<FirmwareIdentity>;
}

export function createFirmware(options: UpdatesOptions): FirmwareHost {
  const catalogue = new Catalogue(options.folder, options.keys);
  const plans = new PlanFile(options.folder);
  const quietHours = readQuietHours(options.quietHours);
  /** Whoever asks while a device is being asked gets the same answer. */
  const asking = new Map<DeviceId, Promise<FirmwareIdentity>>();
  let stock: readonly FirmwareImage[] | null = null;
  let importing: Promise<unknown> = Promise.resolve();

  async function images(): Promise<readonly FirmwareImage[]> {
    stock ??= await catalogue.list();
    return stock;
  }

  function identify({ record }: DeviceView): Promise<FirmwareIdentity> {
    const { id, description } = record;
    const { adapter, node } = description;
    const under = asking.get(id);
    if (under !== undefined) return under;
    const answer = options
      .callAdapter(adapter, { kind: 'firmwareCheck', node })
      .then(async (identity) => {
        await survey.heard(id, identity as FirmwareIdentity);
        return identity as FirmwareIdentity;
      })
      .catch((error: unknown) => {
        throw takesNone(error, record) ?? error;
      })
      .finally(() => asking.delete(id));
    asking.set(id, answer);
    return answer;
  }

  const survey: Survey = new Survey({
    devices: options.devices,
    images,
    callAdapter: options.callAdapter,
    ask: identify,
    isBusy: (adapter) => runs.isBusy(adapter),
    changed: options.changed,
  });
  const parts: Parts = { ...options, catalogue, plans, survey, images, identify };
  const runs: UpdateRuns = new UpdateRuns(parts);
  const rollouts = new Rollouts(parts, runs, quietHours);
  const ready = plans.load().catch((error: unknown) => options.failed(String(error)));

  return {
    async list() {
      await ready;
      const byImage = new Map<string, DeviceId[]>();
      for (const { record } of options.devices()) {
        const image = survey.newer(record.id);
        if (image === null) continue;
        byImage.set(image.sha512, [...(byImage.get(image.sha512) ?? []), record.id]);
      }
      return (await images()).map((image) => ({
        ...image,
        devices: byImage.get(image.sha512) ?? [],
        hold: plans.holdOf(image.sha512),
      }));
    },
    import(source, unsigned, actor) {
      const taken = importing.then(async () => {
        demandOwner(unsigned !== null, actor);
        const imported = await catalogue.import(source, {
          unsigned,
          by: actor.member?.name ?? 'root',
          nowMs: options.nowMs(),
          isClockSynced: options.isClockSynced(),
        });
        stock = null;
        await survey.restocked();
        return imported;
      });
      importing = taken.catch(() => {});
      return taken;
    },
    newer(id) {
      const image = survey.newer(id);
      return image && imageName(image);
    },
    async check(id) {
      await ready;
      const device = runs.deviceOf(id);
      const current = await identify(device);
      const available = findImage(await images(), wantedOf(device.record.description, current));
      return { current, available, hold: available && plans.holdOf(available.sha512) };
    },
    async update(request, actor) {
      await ready;
      demandOwner(request.isDowngrade, actor);
      return runs.begin(request);
    },
    async rollOut(request) {
      await ready;
      return rollouts.begin(request);
    },
    start() {
      survey.start();
      ready
        .then(() => catalogue.tidy())
        .then(() => {
          runs.resume();
          rollouts.resume();
        })
        .catch((error: unknown) => options.failed(`Firmware was not taken up: ${String(error)}`));
    },
    stop() {
      runs.stop();
      survey.stop();
    },
  };
}
