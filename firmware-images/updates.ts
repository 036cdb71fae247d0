// Updates of devices from the catalogue, each a job: what the device runs, which image is for it, sending it, and its
// restart. The adapter does the sending; it is asked how far it is, so nothing is lost when a page or a command goes.

import type { AdapterCall } from '../hub/model/adapter-port.ts';
import { ConflictError, HubError, NotFoundError, toProblem } from '../hub/model/errors.ts';
import type {
  Firmware,
  FirmwareCheck,
  FirmwareIdentity,
  FirmwareState,
} from '../hub/model/firmware.ts';
import type { DeviceView } from '../hub/model/hub-port.ts';
import type { AdapterId, DeviceId } from '../hub/model/identifiers.ts';
import type { OpenJob } from '../hub/model/job.ts';
import { problemLine } from '../hub/model/problem-words.ts';
import { propertyKey } from '../hub/model/properties.ts';
import type { Words } from '../hub/model/words.ts';
import { Catalogue, findImage } from './catalogue.ts';

const LOOK_EVERY_MS = 500;
/** A battery that dies in the middle leaves a device that must be sent in. */
const BATTERY_MIN = 30;
const BATTERY = propertyKey('battery');
const LINE_EVERY = 0.1;
/** Sending is the long part; asking and the restart are the rest of the bar. */
const SENT_PART = 0.95;

export interface UpdatesOptions {
  readonly folder: string;
  device(id: DeviceId): DeviceView | undefined;
  callAdapter(adapter: AdapterId, call: AdapterCall): Promise<unknown>;
  openJob(kind: string): OpenJob;
}

export function createFirmware(options: UpdatesOptions): Firmware {
  const catalogue = new Catalogue(options.folder);
  const busy = new Set<AdapterId>();

  function deviceOf(id: DeviceId): DeviceView {
    const device = options.device(id);
    if (device === undefined) throw new NotFoundError('device', id);
    return device;
  }

  async function check({ record }: DeviceView): Promise<FirmwareCheck> {
    const { adapter, node, model, manufacturer } = record.description;
    const call = { kind: 'firmwareCheck', node } as const;
    const current = (await options.callAdapter(adapter, call)) as FirmwareIdentity;
    const images = await catalogue.list();
    return { current, available: findImage(images, { ...current, model, manufacturer }) };
  }

  async function update(device: DeviceView, job: OpenJob): Promise<Words> {
    const { name, description } = device.record;
    const { adapter, node } = description;
    const step = (word: string, index: number) =>
      job.update({ step: { name: word, index, of: 3 } });
    job.update({ result: { device: device.record.id } });
    step('check', 1);
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
    const file = available.otaHeaderString || available.fileName;
    const sending = { en: `Sending ${file}.`, zh: `正在发送 ${file}。` };
    job.update({ result: { device: device.record.id, ...versions } }, sending);
    step('send', 2);
    await options.callAdapter(adapter, { kind: 'firmwareUpdate', node, path });
    await follow();
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
        if (state.kind === 'restarting') step('restart', 3);
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

  return {
    list: () => catalogue.list(),
    import: (source) => catalogue.import(source),
    check: async (id) => check(deviceOf(id)),
    update(id) {
      const device = deviceOf(id);
      const { record, live } = device;
      const { adapter } = record.description;
      const battery = live.properties[BATTERY]?.value;
      if (typeof battery === 'number' && battery < BATTERY_MIN) {
        throw new ConflictError(`The battery of ${record.name} is at ${battery} %`, {
          hint: `Put in a fresh one: an update needs ${BATTERY_MIN} %.`,
        });
      }
      if (busy.has(adapter)) {
        throw new ConflictError('Another device is being updated over the same radio', {
          hint: 'Wait until that job has ended.',
        });
      }
      busy.add(adapter);
      const job = options.openJob('firmware');
      update(device, job)
        .then(
          (line) => job.end('done', null, line),
          (error: unknown) => {
            const problem = toProblem(error);
            if (!job.signal.aborted) return job.end('failed', problem, problemLine(problem));
            const en = 'Stopped; the device keeps its firmware.';
            job.end('cancelled', null, { en, zh: '已停止；设备保留原来的固件。' });
          },
        )
        .finally(() => busy.delete(adapter));
      return job.record();
    },
  };
}
