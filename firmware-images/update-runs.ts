// One update after the other, from its request to its end: it waits for its time and its turn, is begun again when it
// was cut off, and is over when the device itself says that it runs the image.
import {
  ConflictError,
  HubError,
  NotFoundError,
  type Problem,
  toProblem,
  ValidationError,
} from '../hub/model/errors.ts';
import type {
  FirmwareIdentity,
  FirmwareImage,
  UpdateRequest,
  UpdateResult,
} from '../hub/model/firmware.ts';
import type { DeviceView } from '../hub/model/hub-port.ts';
import type { AdapterId, DeviceId } from '../hub/model/identifiers.ts';
import type { Job, OpenJob } from '../hub/model/job.ts';
import { problemLine } from '../hub/model/problem-words.ts';
import type { Words } from '../hub/model/words.ts';
import { follow, stopped } from './follow.ts';
import { demandAhead, demandBattery, demandNotHeld } from './guards.ts';
import { findImage, imageName, whyNot } from './image-row.ts';
import type { PlannedUpdate } from './plan-file.ts';
import { wantedOf } from './survey.ts';
import { UpdateQueue } from './update-queue.ts';
import type { Parts } from './updates.ts';

/** Its turn, what it runs, the image, its restart, what it runs then. */
const STEPS = {
  scheduled: 1,
  queue: 1,
  check: 2,
  armed: 3,
  send: 3,
  restart: 4,
  verify: 5,
} as const;
type Step = keyof typeof STEPS;
const LAST_STEP = STEPS.verify;
/** How often an update that is cut off is begun by itself. */
const ATTEMPTS_MAX = 5;
const AGAIN_AFTER_MS = [1_000, 5_000, 15_000, 60_000];
/** How long a device that is away is waited for before the next attempt. */
const AWAY_LIMIT_MS = 180_000;
const LOOK_EVERY_MS = 1_000;
/** What another attempt may mend. */
const PASSING = new Set(['unreachable', 'timed-out', 'busy']);

const STOPPED: Words = {
  en: 'Stopped; the device keeps its firmware.',
  zh: '已停止；设备保留原来的固件。',
};

/** How an update ended. */
export type UpdateOutcome =
  | { readonly state: 'done'; readonly line: Words }
  | { readonly state: 'failed'; readonly problem: Problem }
  | { readonly state: 'cancelled' };

/** The device took the image and is not well with it: others are to be spared. */
class BadImageError extends HubError {}

/** It took the image and runs what it ran before: it did not want it, or lost its power before it was through. */
class FellBackError extends BadImageError {}

export class UpdateRuns {
  readonly #parts: Parts;
  readonly #queue = new UpdateQueue();
  /** Those that wait for their time or for their device to ask, and so are in no queue. */
  readonly #waiting = new Set<DeviceId>();
  isStopped = false;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  isBusy(adapter: AdapterId): boolean {
    return this.#queue.isBusy(adapter);
  }

  /** Whatever is under way stays on disk for the next start. */
  stop(): void {
    this.isStopped = true;
  }

  /** @throws NotFoundError */
  deviceOf(id: DeviceId): DeviceView {
    const device = this.#parts.device(id);
    if (device === undefined) throw new NotFoundError('device', id);
    return device;
  }

  /** Takes up what a former life of the hub left; parts of a roll-out are taken up by that. */
  resume(): void {
    for (const plan of this.#parts.plans.plans.updates) {
      if (plan.rollout === null) void this.run(resumed(plan), null);
    }
  }

  /** @throws ConflictError where it cannot be begun */
  async begin(request: UpdateRequest): Promise<Job> {
    const plan = { ...request, attempts: 0, rollout: null };
    this.demandFree(request.device);
    if (request.atMs !== null) demandAhead(request.atMs, this.#parts.nowMs());
    if (request.image !== null) {
      const held = this.#parts.plans.holdOf((await this.#image(request.image)).sha512);
      demandNotHeld(held, request.isAnyway);
    }
    const job = this.#parts.openJob('firmware');
    const { id } = job.record();
    job.update({ result: { device: request.device } });
    try {
      await this.#parts.plans.putUpdate({ ...plan, job: id });
    } catch (error) {
      const problem = toProblem(error);
      job.end('failed', problem, problemLine(problem));
      throw error;
    }
    void this.run({ ...plan, job: id }, null, job);
    return job.record();
  }

  /** @throws HubError where the device is being updated or waits already, or its battery is low */
  demandFree(id: DeviceId): void {
    const device = this.deviceOf(id);
    demandBattery(device);
    this.#queue.check(id, device.record.name);
    if (!this.#waiting.has(id)) return;
    throw new ConflictError(`The update of ${device.record.name} is scheduled already`, {
      hint: 'Stop that one first: ingle firmware abort DEVICE',
      zh: {
        message: `${device.record.name} 的更新已经安排好`,
        hint: '请先停止它：ingle firmware abort 设备',
      },
    });
  }

  /** Does a planned update and says how it ended. `also` stops it as its own job's cancellation does. */
  async run(
    plan: PlannedUpdate,
    also: AbortSignal | null,
    opened: OpenJob | null = null,
  ): Promise<UpdateOutcome> {
    const job = opened ?? this.#parts.openJob('firmware', plan.job);
    const signal = also === null ? job.signal : AbortSignal.any([job.signal, also]);
    if (opened === null) {
      job.update(
        { result: { device: plan.device } },
        { en: 'The hub has started again; the update goes on.', zh: '中枢已重新启动；更新继续。' },
      );
    }
    let outcome: UpdateOutcome;
    try {
      outcome = { state: 'done', line: await this.#whole(plan, job, signal) };
    } catch (error) {
      if (this.isStopped) return { state: 'cancelled' };
      outcome = signal.aborted
        ? { state: 'cancelled' }
        : { state: 'failed', problem: toProblem(error) };
    }
    await this.#parts.plans
      .dropUpdate(plan.job)
      .catch((error: unknown) => this.#parts.failed(String(error)));
    if (outcome.state === 'done') job.end('done', null, outcome.line);
    else if (outcome.state === 'cancelled') job.end('cancelled', null, STOPPED);
    else job.end('failed', outcome.problem, problemLine(outcome.problem));
    return outcome;
  }

  async #whole(plan: PlannedUpdate, job: OpenJob, signal: AbortSignal): Promise<Words> {
    const device = this.deviceOf(plan.device);
    this.#waiting.add(plan.device);
    try {
      await this.#untilItsTime(plan, job, signal);
      if (isSleepy(device)) return await this.#attempts(plan, job, signal);
    } finally {
      this.#waiting.delete(plan.device);
    }
    return this.#inTurn(device, job, signal, () => this.#attempts(plan, job, signal));
  }

  async #untilItsTime({ atMs }: PlannedUpdate, job: OpenJob, signal: AbortSignal): Promise<void> {
    if (atMs === null) return;
    const leftMs = () => atMs - this.#parts.nowMs();
    if (leftMs() > 0) {
      job.update(
        { step: { name: 'scheduled', index: STEPS.scheduled, of: LAST_STEP } },
        {
          en: `It begins at ${new Date(atMs).toISOString()}.`,
          zh: `将于 ${new Date(atMs).toISOString()} 开始。`,
        },
      );
    }
    while (leftMs() > 0) {
      job.update({ etaSeconds: Math.ceil(leftMs() / 1_000) });
      await this.#pause(Math.min(leftMs(), 60_000), signal);
    }
    job.update({ etaSeconds: null });
  }

  /** Waits for the adapter, which sends one image at a time, and does the work then. */
  #inTurn<Result>(
    { record }: DeviceView,
    job: OpenJob,
    signal: AbortSignal,
    work: () => Promise<Result>,
  ): Promise<Result> {
    const { id, name, description } = record;
    return new Promise((resolve, reject) => {
      this.#queue.add({
        ...{ device: id, adapter: description.adapter, name, signal },
        waits(place, of) {
          const part = { index: place, of };
          const step = { name: 'queue', index: STEPS.queue, of: LAST_STEP, part };
          if (place === job.record().step?.part?.index) return job.update({ step });
          const en = place === 1 ? 'Its turn is next.' : `${place - 1} others wait before it.`;
          const zh = place === 1 ? '下一个就轮到它。' : `前面还有 ${place - 1} 个在等待。`;
          job.update({ step }, { en, zh });
        },
        run: () => work().then(resolve, reject),
        takenBack: () => reject(stopped()),
      });
    });
  }

  /** Begins it again as long as it is cut off, a bounded number of times. */
  async #attempts(first: PlannedUpdate, job: OpenJob, signal: AbortSignal): Promise<Words> {
    let plan = first;
    let hasFallenBack = false;
    for (;;) {
      signal.throwIfAborted();
      plan = { ...plan, attempts: plan.attempts + 1 };
      try {
        return await this.#attempt(plan, job, signal, (image) => {
          plan = { ...plan, image: image.fileName };
          return this.#parts.plans.putUpdate(plan);
        });
      } catch (error) {
        const { code, message } = toProblem(error);
        const isLast = plan.attempts >= ATTEMPTS_MAX || signal.aborted || this.isStopped;
        // Once may be a power cut in the moment of the change; twice is the image.
        const isFirstFall = error instanceof FellBackError && !hasFallenBack && !isLast;
        if (isFirstFall) hasFallenBack = true;
        else if (error instanceof BadImageError) {
          await this.#spareOthers(plan, error);
          throw error;
        }
        if (isLast || (!isFirstFall && !PASSING.has(code))) throw error;
        const next = `${plan.attempts + 1}/${ATTEMPTS_MAX}`;
        const { zh } = problemLine(toProblem(error));
        job.update(
          { progress: null, etaSeconds: null },
          { en: `${message}. It is tried again (${next}).`, zh: `${zh}。将再试（${next}）。` },
        );
        await this.#untilThere(plan.device, AGAIN_AFTER_MS[plan.attempts - 1] ?? 60_000, signal);
      }
    }
  }

  /** An image that a device came back wrong from goes to no other by itself. */
  async #spareOthers({ device, image }: PlannedUpdate, error: HubError): Promise<void> {
    const { record } = this.deviceOf(device);
    const bad = image === null ? null : await this.#image(image).catch(() => null);
    if (bad === null) return;
    await this.#parts.plans.hold(bad.sha512, {
      device,
      name: record.name,
      reason: { en: error.message, zh: error.zh?.message ?? error.message },
      atMs: this.#parts.nowMs(),
    });
  }

  async #attempt(
    plan: PlannedUpdate,
    job: OpenJob,
    signal: AbortSignal,
    chosen: (image: FirmwareImage) => Promise<void>,
  ): Promise<Words> {
    // Its device may have been removed meanwhile, and its battery may have run low.
    const device = this.deviceOf(plan.device);
    const { name, description } = device.record;
    const { adapter, node } = description;
    demandBattery(device);
    const step = (word: Step) => {
      if (job.record().step?.name === word) return;
      job.update({ step: { name: word, index: STEPS[word], of: LAST_STEP } });
    };
    step('check');
    const current = await this.#identity(plan, device);
    const isBegun = plan.attempts > 1 && plan.image !== null;
    const image = await this.#choose(plan, device, current);
    if (image === null) {
      return {
        en: `${name} runs the newest firmware that the hub has.`,
        zh: `${name} 已经是中枢里最新的固件。`,
      };
    }
    const done = { en: `${name} runs its new firmware.`, zh: `${name} 已在运行新固件。` };
    // The attempt before this one got through, and nobody heard of it.
    if (isBegun && current?.fileVersion === image.fileVersion) return done;
    demandNotHeld(this.#parts.plans.holdOf(image.sha512), plan.isAnyway);
    await chosen(image);
    const result: UpdateResult = {
      device: plan.device,
      image: imageName(image),
      ...(current && { from: current.fileVersion }),
      to: image.fileVersion,
    };
    const file = imageName(image);
    job.update({ result }, { en: `Sending ${file}.`, zh: `正在发送 ${file}。` });
    signal.throwIfAborted();
    const call = this.#parts.callAdapter.bind(null, adapter);
    const { fileSize, sha512, manufacturerCode, imageType, fileVersion } = image;
    await call({
      kind: 'firmwareUpdate',
      node,
      image: {
        ...{ path: this.#parts.catalogue.pathOf(image), fileSize, sha512 },
        ...{ manufacturerCode, imageType, fileVersion },
        isDowngrade: plan.isDowngrade && (current === null || fileVersion < current.fileVersion),
        whenAsked: isSleepy(device),
      },
    });
    await follow({ node, name, job, signal, result, call, step });
    step('verify');
    job.update({ progress: null, etaSeconds: null });
    await this.#verify(device, image, current?.fileVersion ?? null);
    await this.#parts.plans.hold(image.sha512, null);
    return done;
  }

  /** The device has taken the image: does it run it? @throws BadImageError where it is gone or runs something else */
  async #verify(
    device: DeviceView,
    { fileVersion }: FirmwareImage,
    before: number | null,
  ): Promise<void> {
    const { name, id } = device.record;
    this.#parts.survey.forget(id);
    // One that sleeps has just restarted, and says what it runs when it asks again.
    if (isSleepy(device)) return;
    let runs: FirmwareIdentity;
    try {
      runs = await this.#parts.identify(device);
    } catch (error) {
      if (this.isStopped) throw error;
      throw new BadImageError('unreachable', `${name} does not answer after its update`, {
        hint: 'Take its power away for a moment. Others of its kind are left alone.',
        zh: {
          message: `${name} 更新后没有应答`,
          hint: '请断开它的电源片刻。同类设备不会更新。',
        },
        cause: error,
      });
    }
    if (runs.fileVersion === fileVersion) return;
    const [is, wanted] = [runs.fileVersion, fileVersion].map((value) => hex(value));
    throw new (runs.fileVersion === before ? FellBackError : BadImageError)(
      'rejected-by-device',
      `${name} runs ${is} after its update, not ${wanted}`,
      {
        hint: 'It did not keep the new firmware. Others of its kind are left alone.',
        zh: {
          message: `${name} 更新后运行 ${is}，而不是 ${wanted}`,
          hint: '它没有保留新固件。同类设备不会更新。',
        },
      },
    );
  }

  /**
   * One that sleeps is not asked: what it said when it last asked by itself counts. After a restart of the hub nobody
   * knows that any more; the image was found to be for it before.
   */
  async #identity(
    { image, attempts }: PlannedUpdate,
    device: DeviceView,
  ): Promise<FirmwareIdentity | null> {
    if (!isSleepy(device)) return this.#parts.identify(device);
    const known = this.#parts.survey.known(device.record.id);
    if (known !== null) return known;
    return image !== null && attempts > 1 ? null : this.#parts.identify(device);
  }

  /** @throws ValidationError where the image that somebody named is not for the device, with the reason */
  async #choose(
    { image: named, isDowngrade, attempts }: PlannedUpdate,
    { record }: DeviceView,
    current: FirmwareIdentity | null,
  ): Promise<FirmwareImage | null> {
    if (current === null) return named === null ? null : this.#image(named);
    const wanted = wantedOf(record.description, current);
    if (named === null) return findImage(await this.#parts.images(), wanted);
    const image = await this.#image(named);
    const isRunning = attempts > 1 && image.fileVersion === current.fileVersion;
    const reason = whyNot(image, wanted, isDowngrade || isRunning);
    if (reason === null) return image;
    const isOlder = whyNot(image, wanted, true) === null;
    throw new ValidationError(`${imageName(image)} is not for ${record.name}: ${reason.en}`, {
      hint: isOlder ? 'An owner may put older firmware on it: --downgrade.' : undefined,
      zh: {
        message: `${imageName(image)} 不适用于 ${record.name}：${reason.zh}`,
        hint: isOlder ? '房主可以给它装旧固件：--downgrade。' : null,
      },
    });
  }

  async #image(fileName: string): Promise<FirmwareImage> {
    const image = (await this.#parts.images()).find((one) => one.fileName === fileName);
    if (image === undefined) throw new NotFoundError('firmware image', fileName.slice(0, 24));
    return image;
  }

  /** Waits, and then for a device that is away, which may come back by itself. */
  async #untilThere(id: DeviceId, leastMs: number, signal: AbortSignal): Promise<void> {
    await this.#pause(leastMs, signal);
    const untilMs = performance.now() + AWAY_LIMIT_MS;
    while (performance.now() < untilMs && !this.deviceOf(id).live.availability.online) {
      await this.#pause(LOOK_EVERY_MS, signal);
    }
  }

  /** @throws HubError `cancelled` where it is stopped meanwhile */
  async #pause(ms: number, signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, ms);
    timer.unref();
    signal.addEventListener('abort', () => resolve(), { once: true });
    if (signal.aborted) resolve();
    await promise;
    clearTimeout(timer);
    if (signal.aborted || this.isStopped) throw stopped();
  }
}

const hex = (value: number) => `0x${value.toString(16).padStart(8, '0')}`;

/** A restart of the hub is no failure of the device: it has all its attempts again. */
export function resumed(plan: PlannedUpdate): PlannedUpdate {
  return { ...plan, attempts: Math.min(plan.attempts, 1) };
}

/** It hears nothing before it wakes. */
function isSleepy({ record }: DeviceView): boolean {
  return record.description.power === 'battery';
}
