// A roll-out: many devices as one job. Of each kind one device goes first, the canary. It has to run the new firmware
// and to stay within reach for a while before its sisters follow, one after the other; else they are left alone, and
// told why. What is left can be taken up by hand: by a new roll-out, or device by device.
import { ConflictError, HubError, type Problem } from '../hub/model/errors.ts';
import type {
  FirmwareImage,
  RolloutPart,
  RolloutRequest,
  RolloutResult,
} from '../hub/model/firmware.ts';
import type { DeviceView } from '../hub/model/hub-port.ts';
import type { DeviceId } from '../hub/model/identifiers.ts';
import type { Job, OpenJob } from '../hub/model/job.ts';
import { problemLine } from '../hub/model/problem-words.ts';
import type { Words } from '../hub/model/words.ts';
import { imageName } from './image-row.ts';
import type { PlannedRollout, PlannedUpdate } from './plan-file.ts';
import { type QuietHours, quietUntilMs } from './quiet-hours.ts';
import { resumed, type UpdateRuns } from './update-runs.ts';
import type { Parts } from './updates.ts';

const LOOK_EVERY_MS = 500;
const PARTS_MAX = 500;

const STOPPED: Words = { en: 'The roll-out was stopped.', zh: '批量更新已停止。' };

/** It ends because somebody, or the hub, stops. */
class StoppedError extends Error {}

export class Rollouts {
  readonly #parts: Parts;
  readonly #runs: UpdateRuns;
  readonly #quietHours: QuietHours | null;
  #isRunning = false;

  constructor(parts: Parts, runs: UpdateRuns, quietHours: QuietHours | null) {
    this.#parts = parts;
    this.#runs = runs;
    this.#quietHours = quietHours;
  }

  /** @throws ConflictError where one is under way or nothing is there to do */
  async begin({ devices, isAnyway, isNow }: RolloutRequest): Promise<Job> {
    if (this.#isRunning) {
      throw new ConflictError('A roll-out is under way already', {
        hint: 'Wait until it ends, or stop it.',
        zh: { message: '已有批量更新在进行', hint: '请等它结束，或停止它。' },
      });
    }
    const parts = this.#plan(devices, isAnyway);
    const job = this.#parts.openJob('rollout');
    const plan: PlannedRollout = { job: job.record().id, parts, isAnyway, isNow };
    await this.#parts.plans.putRollout(plan);
    job.update({ result: { parts } satisfies RolloutResult });
    void this.#run(plan, job);
    return job.record();
  }

  /** Takes up the roll-out that a former life of the hub left. */
  resume(): void {
    for (const plan of this.#parts.plans.plans.rollouts) {
      const job = this.#parts.openJob('rollout', plan.job);
      job.update(
        { result: { parts: plan.parts } satisfies RolloutResult },
        {
          en: 'The hub has started again; the roll-out goes on.',
          zh: '中枢已重新启动；批量更新继续。',
        },
      );
      void this.#run(plan, job);
    }
  }

  /** Who takes part, canaries first in their groups: a device that is within reach and listens always. */
  #plan(wanted: readonly DeviceId[] | null, isAnyway: boolean): RolloutPart[] {
    const chosen = wanted?.map((id) => this.#runs.deviceOf(id)) ?? this.#parts.devices();
    const groups = new Map<string, { device: DeviceView; image: FirmwareImage }[]>();
    let heldCount = 0;
    for (const device of chosen) {
      const image = this.#parts.survey.newer(device.record.id);
      if (image === null) continue;
      if (!isAnyway && this.#parts.plans.holdOf(image.sha512) !== null) {
        heldCount += 1;
        continue;
      }
      const { adapter, manufacturer, model } = device.record.description;
      const group = [adapter, manufacturer, model, image.sha512.slice(0, 12)].join(' ');
      groups.set(group, [...(groups.get(group) ?? []), { device, image }]);
    }
    const rank = ({ device: { record, live } }: { device: DeviceView }) =>
      (live.availability.online ? 0 : 2) + (record.description.power === 'battery' ? 1 : 0);
    for (const members of groups.values()) {
      members.sort(
        (a, b) => rank(a) - rank(b) || a.device.record.name.localeCompare(b.device.record.name),
      );
    }
    // Kinds that sleep come last: nobody waits for the day on which they ask.
    const rankOf = ([first]: readonly { device: DeviceView }[]) => (first ? rank(first) : 0);
    const inOrder = [...groups].sort(([, a], [, b]) => rankOf(a) - rankOf(b));
    const parts = inOrder.flatMap(([group, members]) =>
      members.map(
        ({ device, image }, index): RolloutPart => ({
          device: device.record.id,
          name: device.record.name,
          group,
          image: image.fileName,
          isCanary: index === 0,
          state: 'waiting',
          job: null,
          reason: null,
        }),
      ),
    );
    if (parts.length > 0) return parts.slice(0, PARTS_MAX);
    if (heldCount > 0) {
      throw new ConflictError('What is newer failed on a device before', {
        hint: 'See which, and why: ingle firmware list. To try it all the same: --anyway',
        zh: {
          message: '较新的固件之前在一个设备上失败过',
          hint: '查看原因：ingle firmware list。仍要尝试：--anyway',
        },
      });
    }
    throw new ConflictError('The hub knows of nothing newer for these devices', {
      hint: 'Take images in first, or ask a device: ingle firmware check DEVICE',
      zh: {
        message: '中枢没有适合这些设备的更新固件',
        hint: '请先导入固件，或询问设备：ingle firmware check 设备',
      },
    });
  }

  async #run(plan: PlannedRollout, job: OpenJob): Promise<void> {
    this.#isRunning = true;
    const board = new Board(plan, job, (parts) => this.#parts.plans.putRollout({ ...plan, parts }));
    try {
      for (const group of new Set(plan.parts.map((part) => part.group))) {
        await this.#group(group, plan, board, job);
      }
      await this.#parts.plans.dropRollout(plan.job);
      board.end();
    } catch (error) {
      // The hub stops: the plan stays for its next start.
      if (error instanceof StoppedError && !job.signal.aborted) return;
      if (job.signal.aborted) await board.leaveAlone(null, STOPPED).catch(() => {});
      await this.#parts.plans.dropRollout(plan.job).catch(() => {});
      if (job.signal.aborted) job.end('cancelled', null, STOPPED);
      else {
        const problem: Problem = { code: 'internal', message: String(error), hint: null };
        job.end('failed', problem, problemLine(problem));
      }
    } finally {
      this.#isRunning = false;
    }
  }

  async #group(group: string, plan: PlannedRollout, board: Board, job: OpenJob): Promise<void> {
    for (const { device, image, state } of board.of(group)) {
      if (state !== 'waiting' && state !== 'updating' && state !== 'watched') continue;
      await this.#untilNotQuiet(plan, job);
      const held = await this.#heldReason(image, plan);
      if (held !== null) {
        await board.leaveAlone(group, held);
        return;
      }
      // Until one of a kind runs the image well, whoever is next is its canary.
      const isCanary = !board.of(group).some((part) => part.state === 'done');
      let failure =
        state === 'watched' ? null : await this.#update(device, image, plan, board, job, isCanary);
      if (failure?.kind === 'untried') {
        await board.set(device, { state: 'leftAlone', reason: failure.reason, isCanary: false });
        continue;
      }
      if (failure === null && isCanary) {
        await board.set(device, { state: 'watched' });
        failure = await this.#watch(device, job);
      }
      if (failure === null) {
        await board.set(device, { state: 'done', reason: null });
        continue;
      }
      const { kind, reason } = failure;
      await board.set(device, { state: 'failed', reason });
      if (!isCanary) continue;
      const name = board.nameOf(device);
      // Whoever stops an update has not said that the image is bad.
      if (kind === 'failed') await this.#hold(image, device, name, reason);
      await board.leaveAlone(group, {
        en: `Left alone, since ${name} failed first: ${reason.en}`,
        zh: `未更新，因为 ${name} 先失败了：${reason.zh}`,
      });
      return;
    }
  }

  /** @returns why it failed; null where the device runs the image */
  async #update(
    device: DeviceId,
    image: string,
    plan: PlannedRollout,
    board: Board,
    job: OpenJob,
    isCanary: boolean,
  ): Promise<Failure | null> {
    const { plans, openJob } = this.#parts;
    const former = plans.plans.updates.find(
      (one) => one.rollout === plan.job && one.device === device,
    );
    try {
      if (former === undefined) this.#runs.demandFree(device);
    } catch (error) {
      if (error instanceof HubError) return { kind: 'untried', reason: wordsOf(error) };
      throw error;
    }
    const opened = former === undefined ? openJob('firmware') : null;
    const update: PlannedUpdate = former
      ? resumed(former)
      : {
          job: opened?.record().id ?? plan.job,
          device,
          image,
          isDowngrade: false,
          isAnyway: plan.isAnyway,
          atMs: null,
          attempts: 0,
          rollout: plan.job,
        };
    opened?.update({ result: { device } });
    await plans.putUpdate(update);
    await board.set(device, { state: 'updating', job: update.job, isCanary });
    const outcome = await this.#runs.run(update, job.signal, opened);
    if (outcome.state === 'done') return null;
    if (outcome.state === 'failed') return { kind: 'failed', reason: wordsOf(outcome.problem) };
    if (this.#runs.isStopped || job.signal.aborted) throw new StoppedError();
    const reason = { en: 'Its update was stopped.', zh: '它的更新被停止。' };
    return { kind: 'stopped', reason };
  }

  /** The canary has to stay within reach. @returns why it did not; null where it did */
  async #watch(device: DeviceId, job: OpenJob): Promise<Failure | null> {
    const untilMs = performance.now() + this.#parts.watchMs;
    const { name } = this.#runs.deviceOf(device).record;
    job.update(
      { step: { name: 'watch', index: 1, of: 1 } },
      {
        en: `${name} is watched before its sisters follow.`,
        zh: `先观察 ${name}，再更新同类设备。`,
      },
    );
    do {
      await this.#pause(job);
      const { live } = this.#runs.deviceOf(device);
      if (live.availability.online) continue;
      const reason = {
        en: `${name} went out of reach after its update.`,
        zh: `${name} 更新后失去了联系。`,
      };
      return { kind: 'failed', reason };
    } while (performance.now() < untilMs);
    return null;
  }

  async #untilNotQuiet({ isNow }: PlannedRollout, job: OpenJob): Promise<void> {
    let isTold = false;
    for (;;) {
      const { nowMs, timeZone } = this.#parts;
      const untilMs =
        isNow || this.#quietHours === null
          ? null
          : quietUntilMs(this.#quietHours, nowMs(), timeZone());
      if (untilMs === null) break;
      job.update(
        {
          step: { name: 'quiet', index: 1, of: 1 },
          etaSeconds: Math.ceil((untilMs - nowMs()) / 1_000),
        },
        isTold
          ? undefined
          : { en: 'It waits for the end of the quiet hours.', zh: '等待安静时段结束。' },
      );
      isTold = true;
      await this.#pause(job);
    }
    if (isTold) job.update({ etaSeconds: null });
    if (job.signal.aborted) throw new StoppedError();
  }

  /** Another update may have shown meanwhile that the image is bad. */
  async #heldReason(fileName: string, { isAnyway }: PlannedRollout): Promise<Words | null> {
    const image = (await this.#parts.images()).find((one) => one.fileName === fileName);
    if (image === undefined) {
      return { en: 'The hub has the image no more.', zh: '中枢已没有这个固件。' };
    }
    const hold = isAnyway ? null : this.#parts.plans.holdOf(image.sha512);
    if (hold === null) return null;
    return {
      en: `${imageName(image)} failed on ${hold.name}: ${hold.reason.en}`,
      zh: `${imageName(image)} 在 ${hold.name} 上失败了：${hold.reason.zh}`,
    };
  }

  async #hold(fileName: string, device: DeviceId, name: string, reason: Words): Promise<void> {
    const image = (await this.#parts.images()).find((one) => one.fileName === fileName);
    if (image === undefined) return;
    const atMs = this.#parts.nowMs();
    await this.#parts.plans.hold(image.sha512, { device, name, reason, atMs });
  }

  async #pause({ signal }: OpenJob): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS).unref());
    if (signal.aborted || this.#runs.isStopped) throw new StoppedError();
  }
}

/**
 * Why a device does not run its image. `untried`: nothing was done to it, since its battery is low or it is being
 * updated otherwise; `stopped`: a person stopped its update.
 */
interface Failure {
  readonly kind: 'untried' | 'stopped' | 'failed';
  readonly reason: Words;
}

/** The parts of a roll-out as they go: on disk first, then in the job. */
class Board {
  readonly #job: OpenJob;
  readonly #keep: (parts: readonly RolloutPart[]) => Promise<void>;
  #parts: readonly RolloutPart[];

  constructor(
    { parts }: PlannedRollout,
    job: OpenJob,
    keep: (parts: readonly RolloutPart[]) => Promise<void>,
  ) {
    this.#parts = parts;
    this.#job = job;
    this.#keep = keep;
  }

  of(group: string): RolloutPart[] {
    return this.#parts.filter((part) => part.group === group);
  }

  nameOf(device: DeviceId): string {
    return this.#parts.find((part) => part.device === device)?.name ?? device;
  }

  async set(
    device: DeviceId,
    change: Partial<Pick<RolloutPart, 'state' | 'job' | 'reason' | 'isCanary'>>,
  ): Promise<void> {
    this.#parts = this.#parts.map((part) =>
      part.device === device ? { ...part, ...change } : part,
    );
    const name = this.nameOf(device);
    const lines: Partial<Record<RolloutPart['state'], Words>> = {
      updating: { en: `Updating ${name}.`, zh: `正在更新 ${name}。` },
      done: { en: `${name} is done.`, zh: `${name} 已完成。` },
      failed: {
        en: `${name} failed: ${change.reason?.en ?? ''}`,
        zh: `${name} 失败：${change.reason?.zh ?? ''}`,
      },
      leftAlone: {
        en: `${name} is left out: ${change.reason?.en ?? ''}`,
        zh: `${name} 不参加：${change.reason?.zh ?? ''}`,
      },
    };
    await this.#tell(change.state === undefined ? undefined : lines[change.state]);
  }

  /** Those of a group, or all, that nothing was done to yet. */
  async leaveAlone(group: string | null, reason: Words): Promise<void> {
    this.#parts = this.#parts.map((part) =>
      (group === null || part.group === group) &&
      (part.state === 'waiting' || part.state === 'updating')
        ? { ...part, state: 'leftAlone', reason }
        : part,
    );
    await this.#tell(reason);
  }

  async #tell(line: Words | undefined): Promise<void> {
    await this.#keep(this.#parts);
    const over = this.#parts.filter(({ state }) =>
      ['done', 'failed', 'leftAlone'].includes(state),
    ).length;
    const index = Math.min(over + 1, this.#parts.length);
    this.#job.update(
      {
        step: { name: 'rollout', index, of: this.#parts.length },
        progress: over / this.#parts.length,
        result: { parts: this.#parts } satisfies RolloutResult,
      },
      line,
    );
  }

  end(): void {
    const count = (state: RolloutPart['state']) =>
      this.#parts.filter((part) => part.state === state).length;
    const [done, of] = [count('done'), this.#parts.length];
    const line = {
      en: `${done} of ${of} devices run their new firmware.`,
      zh: `${of} 个设备中有 ${done} 个已运行新固件。`,
    };
    if (done === of) {
      this.#job.end('done', null, line);
      return;
    }
    const rest = { failed: count('failed'), left: count('leftAlone') };
    const problem: Problem = {
      code: 'conflict',
      message: `${line.en} ${rest.failed} failed, ${rest.left} were left alone`,
      hint: 'See why at each of them. Start the roll-out again, or update them one by one.',
      zh: {
        message: `${line.zh}${rest.failed} 个失败，${rest.left} 个未更新`,
        hint: '每个的原因都列出来了。可以重新开始批量更新，或逐个更新。',
      },
    };
    this.#job.end('failed', problem, problemLine(problem));
  }
}

function wordsOf(problem: Problem | HubError): Words {
  const { message, zh } = problem;
  return { en: message, zh: zh?.message ?? message };
}
