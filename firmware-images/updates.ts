// Updates of devices from the catalogue, each a job: what the device runs, which image is for it, sending it, and its
// restart. The adapter does the sending; it is asked how far it is, so nothing is lost when a page or a command goes.

import type { AdapterCall } from '../hub/model/adapter-port.ts';
import { ConflictError, HubError, NotFoundError, toProblem } from '../hub/model/errors.ts';
import type {
  FirmwareCheck,
  FirmwareHost,
  FirmwareIdentity,
  FirmwareImage,
  FirmwareState,
} from '../hub/model/firmware.ts';
import type { DeviceView } from '../hub/model/hub-port.ts';
import type { AdapterId, DeviceId } from '../hub/model/identifiers.ts';
import type { OpenJob } from '../hub/model/job.ts';
import { problemLine } from '../hub/model/problem-words.ts';
import { propertyKey } from '../hub/model/properties.ts';
import type { Words } from '../hub/model/words.ts';
import { Catalogue, findImage } from './catalogue.ts';
import { Survey } from './survey.ts';
import { UpdateQueue } from './update-queue.ts';

const LOOK_EVERY_MS = 500;
/** A battery that dies in the middle leaves a device that must be sent in. */
const BATTERY_MIN = 30;
const BATTERY = propertyKey('battery');
const LINE_EVERY = 0.1;
/** Its turn, what it runs, the image, its restart. */
const STEPS = 4;
/** Sending is the long part; asking and the restart are the rest of the bar. */
const SENT_PART = 0.95;

export interface UpdatesOptions {
  readonly folder: string;
  device(id: DeviceId): DeviceView | undefined;
  devices(): readonly DeviceView[];
  callAdapter(adapter: AdapterId, call: AdapterCall): Promise<unknown>;
  openJob(kind: string): OpenJob;
  /** Of some device `newer` says something else. */
  changed(): void;
}

/** An image as people read it. */
const nameOf = ({ otaHeaderString, fileName }: FirmwareImage) => otaHeaderString || fileName;

export function createFirmware(options: UpdatesOptions): FirmwareHost {
  const catalogue = new Catalogue(options.folder);
  const queue = new UpdateQueue();
  /** Whoever asks while a device is being asked gets the same answer. */
  const asking = new Map<DeviceId, Promise<FirmwareIdentity>>();
  let stock: readonly FirmwareImage[] | null = null;

  async function images(): Promise<readonly FirmwareImage[]> {
    stock ??= await catalogue.list();
    return stock;
  }

  const survey = new Survey({
    devices: options.devices,
    images,
    callAdapter: options.callAdapter,
    ask: identify,
    isBusy: (adapter) => queue.isBusy(adapter),
    changed: options.changed,
  });

  function deviceOf(id: DeviceId): DeviceView {
    const device = options.device(id);
    if (device === undefined) throw new NotFoundError('device', id);
    return device;
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
      .finally(() => asking.delete(id));
    asking.set(id, answer);
    return answer;
  }

  async function check(device: DeviceView): Promise<FirmwareCheck> {
    const { model, manufacturer } = device.record.description;
    const current = await identify(device);
    const images = await catalogue.list();
    return { current, available: findImage(images, { ...current, model, manufacturer }) };
  }

  async function update(device: DeviceView, job: OpenJob): Promise<Words> {
    const { name, description } = device.record;
    const { adapter, node } = description;
    const step = (word: string, index: number) =>
      job.update({ step: { name: word, index, of: STEPS } });
    step('check', 2);
    const { current, available } = await check(device);
    if (available === null) {
      return {
        en: `${name} runs the newest firmware that the hub has.`,
        zh: `${name} 已经是中枢里最新的固件。`,
      };
    }
    const { path, imageBytes } = await catalogue.verified(available);
    job.signal.throwIfAborted();
    const versions = { from: current.fileVersion, to: available.fileVersion };
    const file = nameOf(available);
    const sending = { en: `Sending ${file}.`, zh: `正在发送 ${file}。` };
    job.update({ result: { device: device.record.id, ...versions } }, sending);
    step('send', 3);
    await options.callAdapter(adapter, { kind: 'firmwareUpdate', node, path });
    await follow();
    await survey.heard(device.record.id, { ...current, fileVersion: available.fileVersion });
    return { en: `${name} runs its new firmware.`, zh: `${name} 已在运行新固件。` };

    async function follow(): Promise<void> {
      const startedAtMs = performance.now();
      let told = 0;
      let isAborted = false;
      for (;;) {
        if (job.signal.aborted && !isAborted) {
          isAborted = true;
          await options.callAdapter(adapter, { kind: 'firmwareAbort', node });
        }
        const call = { kind: 'firmwareState', node } as const;
        const state = (await options.callAdapter(adapter, call)) as FirmwareState;
        if (state.kind === 'done') return;
        if (state.kind === 'failed') {
          const { code, message, hint } = state.problem;
          throw new HubError(code, message, { hint: hint ?? undefined });
        }
        if (state.kind === 'idle') {
          throw new HubError('unreachable', `The update of ${name} was cut off`, {
            hint: 'It goes on with the firmware that it has. Start the update again.',
          });
        }
        if (state.kind === 'restarting') step('restart', 4);
        else {
          const part = state.bytes / imageBytes;
          const bytesPerMs = state.bytes / (performance.now() - startedAtMs);
          const leftMs = bytesPerMs > 0 ? (imageBytes - state.bytes) / bytesPerMs : null;
          job.update({
            progress: part * SENT_PART,
            etaSeconds: leftMs === null ? null : Math.ceil(leftMs / 1_000),
          });
          if (part - told >= LINE_EVERY) {
            told = part;
            const rate = Math.round(bytesPerMs * 1_000);
            const percent = Math.round(part * 100);
            const en = `${percent} %, ${rate} bytes a second.`;
            job.update({}, { en, zh: `${percent}%，每秒 ${rate} 字节。` });
          }
        }
        await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
      }
    }
  }

  /** Puts the update in its place and tells the job of it until it is over. */
  function enqueue({ record }: DeviceView, job: OpenJob): void {
    const { id, name, description } = record;
    const stopped = {
      en: 'Stopped; the device keeps its firmware.',
      zh: '已停止；设备保留原来的固件。',
    };
    queue.add({
      ...{ device: id, adapter: description.adapter, name, signal: job.signal },
      waits(place, of) {
        const step = { name: 'queue', index: 1, of: STEPS, part: { index: place, of } };
        if (place === job.record().step?.part?.index) return job.update({ step });
        const en = place === 1 ? 'Its turn is next.' : `${place - 1} others wait before it.`;
        const zh = place === 1 ? '下一个就轮到它。' : `前面还有 ${place - 1} 个在等待。`;
        job.update({ step }, { en, zh });
      },
      run: () =>
        // Its device may have been removed meanwhile.
        Promise.resolve()
          .then(() => update(deviceOf(id), job))
          .then(
            (line) => job.end('done', null, line),
            (error: unknown) => {
              const problem = toProblem(error);
              if (!job.signal.aborted) return job.end('failed', problem, problemLine(problem));
              job.end('cancelled', null, stopped);
            },
          ),
      takenBack: () => job.end('cancelled', null, stopped),
    });
  }

  return {
    list: () => catalogue.list(),
    async import(source) {
      const taken = await catalogue.import(source);
      stock = null;
      await survey.restocked();
      return taken;
    },
    newer(id) {
      const image = survey.newer(id);
      return image && nameOf(image);
    },
    start: () => survey.start(),
    stop: () => survey.stop(),
    check: async (id) => check(deviceOf(id)),
    update(id) {
      const device = deviceOf(id);
      const { record, live } = device;
      const battery = live.properties[BATTERY]?.value;
      if (typeof battery === 'number' && battery < BATTERY_MIN) {
        throw new ConflictError(`The battery of ${record.name} is at ${battery} %`, {
          hint: `Put in a fresh one: an update needs ${BATTERY_MIN} %.`,
          zh: {
            message: `${record.name} 的电池只剩 ${battery}%`,
            hint: `请换上新电池：更新需要 ${BATTERY_MIN}%。`,
          },
        });
      }
      queue.check(id, record.name);
      const job = options.openJob('firmware');
      job.update({ result: { device: id } });
      enqueue(device, job);
      return job.record();
    },
  };
}
