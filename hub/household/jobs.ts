// Long work as job records: pairing and interviews. The adapter tells the steps; the record is what the page's
// bars, the command line's bars and the metrics all show.

import { randomBytes } from 'node:crypto';
import type { AdapterCall, PairProgress } from '../model/adapter-port.ts';
import type { DeviceRecord, NodeDescription } from '../model/device.ts';
import {
  ConflictError,
  HubError,
  NotFoundError,
  type Problem,
  toProblem,
  ValidationError,
} from '../model/errors.ts';
import type { Actor, Jobs, PairRequest } from '../model/hub-port.ts';
import type { AdapterId, DeviceId, JobId, NodeAddress } from '../model/identifiers.ts';
import type { Job, OpenJob } from '../model/job.ts';
import { lanFamily } from '../model/lan-families.ts';
import { problemLine } from '../model/problem-words.ts';
import type { Words } from '../model/words.ts';
import { demandSameProtocol } from './chosen-router.ts';
import { addedLine, foundLine, nothingPaired, type Paired, warn } from './paired.ts';
import { nobodyCame, type PlaceTools, takePlace } from './taking-place.ts';

const LOG_LINES_MAX = 200;
/** Ended jobs that are kept to be looked at; those under way are never dropped. */
const ENDED_MAX = 100;
const PAIR_SECONDS_MAX = 900;
/** How long a node that was found may take to be interviewed after the network has closed. */
const SETTLE_MS = 120_000;
/** A failed interview whose next try comes this soon keeps its pairing going; a later one goes on without it. */
const RETRY_AWAITED_SECONDS = 30;

export interface JobsOptions {
  nowMs(): number;
  device(id: DeviceId): DeviceRecord | undefined;
  callAdapter(adapter: AdapterId, call: AdapterCall): Promise<unknown>;
  /** Takes a described node into the home. */
  adopt(description: NodeDescription): Promise<DeviceRecord | null>;
  /** What it takes to put a node into a dead device's place. */
  readonly place: PlaceTools;
  changed(job: Job): void;
}

export interface JobsHost extends Jobs {
  /** A record of its own for work that this file does not do; with the id of one that a restart cut off. */
  open(kind: string, step: Job['step'], id?: JobId): OpenJob;
  pairProgress(adapter: AdapterId, progress: PairProgress): void;
  /** The adapter is gone: its jobs cannot go on. */
  adapterGone(adapter: AdapterId, reason: Words): void;
}

/** A new device in a dead one's place has a result of its own. */
const resultOf = ({ replaces, paired }: RunningPair) =>
  replaces === null ? { result: paired } : {};

/** A radio is opened to whoever asks to join; all others are looked for. */
function openedLine(adapter: AdapterId, router: DeviceRecord | null): Words {
  if (router) return { en: `Open through ${router.name}.`, zh: `已通过 ${router.name} 开放网络。` };
  return adapter === 'zigbee'
    ? { en: 'The network is open.', zh: '网络已开放。' }
    : { en: 'The hub is looking.', zh: '中枢正在寻找。' };
}

/** Whoever answers a search can answer as often as it likes. */
const PROPOSED_MAX = 100;

interface RunningPair {
  readonly adapter: AdapterId;
  readonly job: JobId;
  readonly busy: Set<NodeAddress>;
  readonly paired: Paired;
  readonly seconds: number;
  /** The dead device whose place the first find takes; null: finds are added. */
  readonly replaces: (NonNullable<PairRequest['replaces']> & { readonly actor: Actor }) | null;
  /** It only looks what is there: nothing is added by it. */
  readonly isSearch: boolean;
  isClosed: boolean;
  settleTimer: NodeJS.Timeout | undefined;
}

export function createJobs(options: JobsOptions): JobsHost {
  const jobs = new Map<JobId, Job>();
  const pairs = new Map<AdapterId, RunningPair>();
  const opened = new Map<JobId, AbortController>();

  function put(job: Job): Job {
    jobs.set(job.id, job);
    if (job.state !== 'running') {
      const ended = [...jobs.values()].filter((one) => one.state !== 'running');
      for (const old of ended.slice(0, Math.max(0, ended.length - ENDED_MAX))) jobs.delete(old.id);
    }
    options.changed(job);
    return job;
  }

  function newJob(kind: string, first: string): Job {
    return {
      id: `job_${randomBytes(6).toString('hex')}` as JobId,
      kind,
      state: 'running',
      step: { name: first, index: 1, of: kind === 'interview' ? 2 : 4 },
      progress: null,
      etaSeconds: null,
      log: [],
      result: null,
      problem: null,
      startedAtMs: options.nowMs(),
      endedAtMs: null,
    };
  }

  function begin(kind: string, first: string): Job {
    return put(newJob(kind, first));
  }

  function update(id: JobId, change: Partial<Job>, line?: Words): Job | undefined {
    const job = jobs.get(id);
    if (job?.state !== 'running') return undefined;
    const log = line
      ? [...job.log, { atMs: options.nowMs(), text: line }].slice(-LOG_LINES_MAX)
      : job.log;
    const isOver = change.state !== undefined && change.state !== 'running';
    return put({ ...job, ...change, log, ...(isOver ? { endedAtMs: options.nowMs() } : {}) });
  }

  function endPair(pair: RunningPair, change: Partial<Job>, line: Words): void {
    clearTimeout(pair.settleTimer);
    if (pairs.get(pair.adapter) === pair) pairs.delete(pair.adapter);
    const result = resultOf(pair);
    update(pair.job, { ...result, etaSeconds: null, ...change }, line);
  }

  function settlePair(pair: RunningPair): void {
    if (!pair.isClosed || pair.busy.size > 0) return;
    if (pair.replaces !== null) {
      const { device } = pair.replaces;
      const problem =
        jobs.get(pair.job)?.problem ?? nobodyCame(options.device(device)?.name ?? device);
      endPair(pair, { state: 'failed', problem }, problemLine(problem));
      return;
    }
    endWell(pair);
  }

  function endWell(pair: RunningPair): void {
    const line = pair.isSearch ? foundLine(pair.paired) : addedLine(pair.paired);
    const step = { name: 'done', index: 4, of: 4 };
    endPair(pair, { state: 'done', step, progress: 1 }, line);
  }

  /** The first that joins takes the dead device's place; then the network is closed. */
  async function replace(pair: RunningPair, found: DeviceRecord): Promise<void> {
    const { replaces } = pair;
    const job = jobs.get(pair.job);
    if (replaces === null || job?.state !== 'running') return;
    const dead = options.device(replaces.device);
    // One that was in the home before has only been heard of again.
    const isNew = found.createdAtMs >= job.startedAtMs || found.id === replaces.device;
    if (!isNew || !dead || pairs.get(pair.adapter) !== pair) return;
    // Taken out first: the `closed` that stopping brings would end the job too early.
    pairs.delete(pair.adapter);
    void options.callAdapter(pair.adapter, { kind: 'pairStop' }).catch(() => {});
    try {
      const { result, line } = await takePlace(options.place, dead, found, replaces);
      const name = result.replaced || result.from === null ? 'done' : 'confirm';
      const step = { name, index: 4, of: 4 };
      const end = { state: 'done' as const, step, progress: 1, etaSeconds: null, problem: null };
      update(pair.job, { ...end, result }, line);
    } catch (error) {
      const problem = toProblem(error);
      const result = { device: dead.id, from: found.id, replaced: false, gaps: [] };
      update(
        pair.job,
        { state: 'failed', problem, etaSeconds: null, result },
        problemLine(problem),
      );
    } finally {
      clearTimeout(pair.settleTimer);
    }
  }

  async function adopt(
    pair: RunningPair,
    node: NodeAddress,
    description: NodeDescription,
  ): Promise<void> {
    try {
      const device = await options.adopt(description);
      if (device === null) return;
      if (pair.replaces !== null) {
        await replace(pair, device);
        return;
      }
      const isKnown = device.createdAtMs < (jobs.get(pair.job)?.startedAtMs ?? 0);
      if (!pair.paired.devices.some((one) => one.id === device.id)) {
        const { id, name } = device;
        pair.paired.devices.push({ id, name, ...(isKnown ? { known: true } : {}) });
      }
      const isExact = description.support === 'exact';
      const step = { name: 'named', index: 4, of: 4 };
      update(
        pair.job,
        { step, result: pair.paired },
        isKnown
          ? {
              en: `${device.name} is in this home already.`,
              zh: `${device.name} 已经在这个家里。`,
            }
          : {
              en: `${device.name} was added${isExact ? '' : ' (no definition for this model: generated)'}.`,
              zh: `已添加 ${device.name}${isExact ? '' : '（没有这个型号的定义，已自动生成）'}。`,
            },
      );
    } catch (error) {
      const why = problemLine(toProblem(error));
      const line = {
        en: `${node} could not be kept: ${why.en}`,
        zh: `无法保存 ${node}：${why.zh}`,
      };
      update(pair.job, {}, line);
    }
    pair.busy.delete(node);
    settlePair(pair);
  }

  function propose(pair: RunningPair, found: Extract<PairProgress, { kind: 'proposed' }>): void {
    const { address, name, model } = found;
    const { proposed } = pair.paired;
    const isKnown = proposed.some((one) => one.address === address);
    if (isKnown || proposed.length >= PROPOSED_MAX) return;
    proposed.push({ protocol: pair.adapter, address, name, model });
    const what = model === null ? name : `${name} (${model})`;
    update(
      pair.job,
      { result: pair.paired },
      { en: `${what} answers at ${address}.`, zh: `${what} 在 ${address} 有应答。` },
    );
  }

  function onProgress(pair: RunningPair, progress: PairProgress): void {
    switch (progress.kind) {
      case 'open': {
        const gone = 1 - progress.secondsLeft / pair.seconds;
        const change = {
          etaSeconds: progress.secondsLeft,
          progress: Math.min(1, Math.max(0, gone)),
        };
        update(pair.job, change);
        return;
      }
      case 'found':
        pair.busy.add(progress.node);
        pair.paired.asks = null;
        update(
          pair.job,
          { step: { name: 'found', index: 1, of: 4 } },
          { en: `Found a device (${progress.node}).`, zh: `找到了一个设备（${progress.node}）。` },
        );
        return;
      case 'interviewing':
        pair.busy.add(progress.node);
        update(
          pair.job,
          {
            step: {
              name: 'interview',
              index: 2,
              of: 4,
              part: { index: progress.index, of: progress.of },
            },
          },
          {
            en: `Getting to know it (${progress.node}): ${progress.index} of ${progress.of}.`,
            zh: `正在了解它（${progress.node}）：${progress.index}/${progress.of}。`,
          },
        );
        return;
      case 'configuring':
        update(
          pair.job,
          { step: { name: 'configure', index: 3, of: 4 } },
          { en: `Setting it up (${progress.node}).`, zh: `正在设置它（${progress.node}）。` },
        );
        return;
      case 'note':
        if (progress.isWarning === true) warn(pair.paired, progress.text);
        update(pair.job, resultOf(pair), progress.text);
        return;
      case 'proposed':
        propose(pair, progress);
        return;
      case 'asked':
        pair.paired.asks = progress.text;
        update(pair.job, { result: pair.paired }, progress.text);
        return;
      case 'described':
        void adopt(pair, progress.node, progress.description);
        return;
      case 'failed': {
        const { node, problem, retryInSeconds = null } = progress;
        const line = problemLine(problem);
        const next =
          retryInSeconds === null
            ? line
            : {
                en: `${line.en} The next try is in ${retryInSeconds} s.`,
                zh: `${line.zh}${retryInSeconds} 秒后再试。`,
              };
        update(pair.job, { problem }, next);
        const isAwaited = retryInSeconds !== null && retryInSeconds <= RETRY_AWAITED_SECONDS;
        if (node !== null && !isAwaited) pair.busy.delete(node);
        settlePair(pair);
        return;
      }
      case 'closed':
        pair.isClosed = true;
        pair.settleTimer = setTimeout(() => {
          pair.busy.clear();
          settlePair(pair);
        }, SETTLE_MS);
        pair.settleTimer.unref();
        settlePair(pair);
        return;
      default:
        progress satisfies never;
    }
  }

  return {
    list: () => [...jobs.values()].reverse(),
    get: (id) => jobs.get(id),
    async pair(request: PairRequest, actor: Actor) {
      const { adapter, seconds, via, replaces = null, ...how } = request;
      if (!Number.isInteger(seconds) || seconds < 1 || seconds > PAIR_SECONDS_MAX) {
        throw new ValidationError(`Adding devices for ${seconds} s is not possible`, {
          hint: `The network can be open for 1 to ${PAIR_SECONDS_MAX} seconds.`,
          errors: [{ path: '/seconds', message: `must be 1 to ${PAIR_SECONDS_MAX}` }],
          zh: {
            message: `不能用 ${seconds} 秒添加设备`,
            hint: `网络可以开放 1 到 ${PAIR_SECONDS_MAX} 秒。`,
          },
        });
      }
      const former = pairs.get(adapter);
      // Who adds what a search has found, or something else, need not end the search first.
      if (former?.isSearch && how.address) {
        await options.callAdapter(adapter, { kind: 'pairStop' });
        if (pairs.get(adapter) === former) endWell(former);
      }
      if (pairs.has(adapter)) {
        throw new ConflictError('Devices are being added already', {
          hint: 'Stop that first, or wait until it closes by itself.',
          zh: { message: '已经在添加设备', hint: '请先停止，或等它自动关闭。' },
        });
      }
      const router = via === null ? null : options.device(via);
      if (router === undefined) throw new NotFoundError('device', via ?? '');
      if (router !== null) demandSameProtocol(router, adapter);
      // Told of once the adapter has begun: what it refuses at once, such as a mistyped code, is no job.
      if (replaces !== null && !options.device(replaces.device)) {
        throw new NotFoundError('device', replaces.device);
      }
      const job = newJob(replaces === null ? 'pair' : 'replace', 'open');
      jobs.set(job.id, job);
      const pair: RunningPair = {
        adapter,
        job: job.id,
        busy: new Set(),
        paired: nothingPaired(adapter),
        seconds,
        replaces: replaces === null ? null : { ...replaces, actor },
        isSearch: lanFamily(adapter) !== undefined && !how.address,
        isClosed: false,
        settleTimer: undefined,
      };
      pairs.set(adapter, pair);
      try {
        const node = router?.description.node ?? null;
        await options.callAdapter(adapter, { kind: 'pair', seconds, via: node, ...how });
      } catch (error) {
        const isTold = jobs.get(job.id) !== job;
        const problem = toProblem(error);
        if (isTold) endPair(pair, { state: 'failed', problem }, problemLine(problem));
        else {
          pairs.delete(adapter);
          jobs.delete(job.id);
        }
        throw error;
      }
      const start = { etaSeconds: seconds, progress: 0 };
      const result = replaces === null ? { result: pair.paired } : {};
      return update(job.id, { ...start, ...result }, openedLine(adapter, router)) ?? job;
    },
    async interview(id, _actor) {
      const device = options.device(id);
      if (!device) throw new NotFoundError('device', id);
      const job = begin('interview', 'interview');
      const { adapter, node } = device.description;
      void options.callAdapter(adapter, { kind: 'interview', node }).then(
        () => {
          const step = { name: 'done', index: 2, of: 2 };
          const line = { en: `${device.name} is known anew.`, zh: `已重新了解 ${device.name}。` };
          update(job.id, { state: 'done', step, progress: 1 }, line);
        },
        (error: unknown) => {
          const problem = toProblem(error);
          update(job.id, { state: 'failed', problem }, problemLine(problem));
        },
      );
      return job;
    },
    async cancel(id) {
      const job = jobs.get(id);
      if (!job) throw new NotFoundError('job', id);
      if (job.state !== 'running') return job;
      const stop = opened.get(id);
      if (stop) {
        stop.abort();
        return jobs.get(id) ?? job;
      }
      const pair = [...pairs.values()].find((one) => one.job === id);
      if (!pair) {
        throw new HubError('unsupported', `The job "${job.kind}" cannot be cancelled`, {
          hint: 'It ends by itself.',
          zh: { message: `任务“${job.kind}”不能取消`, hint: '它会自己结束。' },
        });
      }
      // Taken out first: the `closed` that stopping brings would end the job as done.
      pairs.delete(pair.adapter);
      try {
        await options.callAdapter(pair.adapter, { kind: 'pairStop' });
      } catch (error) {
        pairs.set(pair.adapter, pair);
        throw error;
      }
      endPair(pair, { state: 'cancelled' }, { en: 'Stopped.', zh: '已停止。' });
      return jobs.get(id) ?? job;
    },
    open(kind, step, former) {
      const fresh = newJob(kind, '');
      const begun = put({ ...fresh, step, id: former ?? fresh.id });
      const { id } = begun;
      const stop = new AbortController();
      opened.set(id, stop);
      return {
        signal: stop.signal,
        record: () => jobs.get(id) ?? begun,
        update: (change, line) => void update(id, change, line),
        end(state, problem, line) {
          opened.delete(id);
          const whole = state === 'done' ? { progress: 1 } : {};
          update(id, { state, problem, etaSeconds: null, ...whole }, line);
        },
      };
    },
    pairProgress(adapter, progress) {
      const pair = pairs.get(adapter);
      if (pair) onProgress(pair, progress);
      else if (progress.kind === 'described')
        void options.adopt(progress.description).catch(() => {});
    },
    adapterGone(adapter, reason) {
      const pair = pairs.get(adapter);
      if (!pair) return;
      const problem: Problem = {
        code: 'unreachable',
        message: reason.en,
        hint: 'Try again once it is back.',
        zh: { message: reason.zh, hint: '等它恢复后再试一次。' },
      };
      endPair(pair, { state: 'failed', problem }, reason);
    },
  };
}
