// Commands on their way to Matter nodes: one at a time for each property of a node, the newest waits in place of
// older ones; the node's answer acknowledges, and where no report follows the value is told from what was read.
import {
  HubError,
  NotFoundError,
  type Problem,
  toProblem,
  UnreachableError,
} from '../../hub/model/errors.ts';
import type { NodeAddress } from '../../hub/model/identifiers.ts';
import { type PropertyKey, parsePropertyKey } from '../../hub/model/properties.ts';
import { valuesEqual } from '../../hub/model/property-value.ts';
import type { Words } from '../../hub/model/words.ts';
import type { AdapterCommand, AdapterContext } from '../contract/adapter.ts';
import { SUPERSEDED } from '../contract/waiting-problems.ts';
import { type Act, invocationOf, refusalIn, settingOf } from './acts.ts';
import type { Node } from './node.ts';
import { StatusError } from './peer.ts';

/** A listening node that is switched off is told of within this time. */
const ANSWER_LIMIT_MS = 2_900;
/** When, after an acknowledgement, a property that no report has told is told from the cache, then read. */
const CONFIRM_AFTER_MS = [200, 500] as const;
const READ_LIMIT_MS = 3_000;
const COMMANDS_MAX = 256;

interface Job {
  readonly command: AdapterCommand;
  readonly node: Node;
  readonly lane: string | null;
  readonly acts: readonly Act[];
  readonly key: PropertyKey | null;
  readonly transitionMs: number;
  readonly deadlineMs: number;
  isEnded: boolean;
}

interface Lane {
  readonly running: Job;
  waiting: Job | null;
}

export interface CommandsOptions {
  readonly context: AdapterContext;
  node(address: NodeAddress): Node | undefined;
  suspect(node: Node): void;
}

export class Commands {
  readonly #options: CommandsOptions;
  readonly #lanes = new Map<string, Lane>();
  readonly #jobs = new Set<Job>();
  readonly #timers = new Set<NodeJS.Timeout>();
  #isStopped = false;

  constructor(options: CommandsOptions) {
    this.#options = options;
  }

  /** @throws HubError for what cannot be sent at all */
  send(command: AdapterCommand): void {
    const job = this.#jobOf(command);
    if (this.#jobs.size >= COMMANDS_MAX) {
      throw new HubError('busy', `${COMMANDS_MAX} Matter commands are already under way`, {
        hint: 'Wait a moment and try again.',
        zh: { message: `已有 ${COMMANDS_MAX} 个 Matter 命令正在执行`, hint: '请稍等再试。' },
      });
    }
    this.#jobs.add(job);
    const lane = job.lane === null ? undefined : this.#lanes.get(job.lane);
    if (lane === undefined) {
      void this.#run(job);
      return;
    }
    if (lane.waiting !== null) {
      this.#end(lane.waiting, 'failed', SUPERSEDED);
    }
    lane.waiting = job;
  }

  stop(): void {
    this.#isStopped = true;
    for (const job of [...this.#jobs]) {
      this.#end(job, 'failed', {
        code: 'cancelled',
        message: 'The Matter adapter stops',
        hint: null,
      });
    }
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }

  #jobOf(command: AdapterCommand): Job {
    const node = this.#options.node(command.node);
    if (node === undefined) throw new NotFoundError('Matter node', command.node);
    const { body } = command;
    const job = {
      command,
      node,
      lane: null,
      key: null,
      transitionMs: 0,
      deadlineMs: performance.now() + Math.min(command.timeoutMs, ANSWER_LIMIT_MS),
      isEnded: false,
    };
    if (body.kind === 'invoke') {
      const requests = invocationOf(body.name, body.args, node.part.endpoints);
      this.#mustBeOnline(node);
      return { ...job, acts: requests.map((request) => ({ kind: 'invoke', request })) };
    }
    const { key } = parsePropertyKey(body.property);
    const binding = node.shape.byKey.get(key);
    if (binding === undefined) {
      throw new HubError('unsupported', `This device has no "${key}" that could be set`, {
        zh: { message: `这个设备没有可以设置的“${key}”`, hint: null },
      });
    }
    const cluster = node.peer.cluster(binding.endpoint, binding.clusterId);
    const transitionMs = body.transitionMs ?? 0;
    const act = settingOf(binding, body.value, transitionMs, cluster);
    this.#mustBeOnline(node);
    return { ...job, lane: `${node.address} ${key}`, key, transitionMs, acts: [act] };
  }

  /** A command to a node that is not there would wait for it and act late: it fails at once. */
  #mustBeOnline(node: Node): void {
    if (node.peer.isSubscribed && node.isOnline !== false) return;
    throw new UnreachableError(`${this.#nameOf(node)} cannot be reached`, {
      hint: 'Is it powered and on the network? Ingle connects to it again by itself.',
      zh: {
        message: `连不上 ${this.#nameOf(node)}`,
        hint: '它是否通电并在网络上？Ingle 会自动重新连接。',
      },
    });
  }

  async #run(job: Job): Promise<void> {
    const { lane, node } = job;
    if (lane !== null) this.#lanes.set(lane, { running: job, waiting: null });
    const signal = AbortSignal.timeout(Math.max(1, Math.ceil(job.deadlineMs - performance.now())));
    const startedAtMs = performance.now();
    this.#options.context.outcome(job.command.id, 'sent', null);
    try {
      for (const act of job.acts) {
        if (act.kind === 'write') await node.peer.write(act, act.value, signal);
        else {
          const refusal = refusalIn(await node.peer.invoke(act.request, signal));
          if (refusal !== null) throw new Refused(refusal);
        }
      }
      this.#end(job, 'acknowledged', null);
      if (job.key !== null) this.#confirm(job, job.key, startedAtMs, 0);
    } catch (error) {
      this.#failed(job, error, signal.aborted);
    }
    this.#next(job);
  }

  #next(job: Job): void {
    if (job.lane === null) return;
    const waiting = this.#lanes.get(job.lane)?.waiting ?? null;
    this.#lanes.delete(job.lane);
    if (waiting !== null && !waiting.isEnded) void this.#run(waiting);
  }

  #failed(job: Job, error: unknown, hasExpired: boolean): void {
    const name = this.#nameOf(job.node);
    const refused = refusedBy(error);
    if (refused !== null) {
      const problem = new HubError('rejected-by-device', `${name} refused: ${refused.en}`, {
        zh: { message: `${name} 拒绝了：${refused.zh}`, hint: null },
      });
      this.#end(job, 'failed', toProblem(problem));
      return;
    }
    const text = error instanceof Error ? error.message : String(error);
    this.#options.context.log('debug', `${job.node.address}: ${text}`);
    const problem: Problem = {
      code: hasExpired ? 'timed-out' : 'unreachable',
      message: `${name} did not answer`,
      hint: 'Is it powered and on the network?',
      zh: { message: `${name} 没有应答`, hint: '它是否通电并在网络上？' },
    };
    this.#end(job, hasExpired ? 'timedOut' : 'failed', problem);
    this.#options.suspect(job.node);
  }

  #end(job: Job, state: 'acknowledged' | 'failed' | 'timedOut', problem: Problem | null): void {
    if (job.isEnded) return;
    job.isEnded = true;
    this.#jobs.delete(job);
    this.#options.context.outcome(job.command.id, state, problem);
  }

  /** A value that was there already is not reported again: it is told from the cache, which is live, or read. */
  #confirm(job: Job, key: PropertyKey, startedAtMs: number, attempt: number): void {
    const afterMs = CONFIRM_AFTER_MS[attempt];
    if (afterMs === undefined || this.#isStopped) return;
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      void this.#tellUnreported(job, key, startedAtMs, attempt);
    }, afterMs + job.transitionMs);
    this.#timers.add(timer);
  }

  async #tellUnreported(
    job: Job,
    key: PropertyKey,
    startedAtMs: number,
    attempt: number,
  ): Promise<void> {
    const { node } = job;
    const { body } = job.command;
    const binding = node.shape.byKey.get(key);
    const hasTold = (node.toldAtMs.get(key) ?? 0) >= startedAtMs;
    if (hasTold || node.isOnline !== true || binding === undefined || body.kind !== 'set') return;
    // Some attributes report a change at most once a second: the node is asked.
    if (attempt > 0) {
      const limit = AbortSignal.timeout(READ_LIMIT_MS);
      await node.peer.read(limit, [binding]).catch(() => {});
    }
    const value = node.value(binding);
    const isSo = value !== undefined && valuesEqual(binding.spec, value, body.value);
    if (isSo && !this.#isStopped) {
      this.#options.context.report(node.address, { [key]: value }, 'read');
      return;
    }
    if (attempt === 0) this.#confirm(job, key, startedAtMs, 1);
  }

  #nameOf({ address, peer }: Node): string {
    return this.#options.context.nameOf(address) ?? peer.identity.product;
  }
}

/** The node took the command and answered that it will not. */
class Refused extends Error {
  readonly words: Words;

  constructor(words: Words) {
    super(words.en);
    this.words = words;
  }
}

/** What a status of the interaction model means. Spec: Matter 1.4 Core § 8.10. */
const STATUSES: Readonly<Record<number, Words>> = {
  1: { en: 'it failed', zh: '执行失败' },
  126: { en: 'this hub may not', zh: '这个中枢没有权限' },
  128: { en: 'it does not know the command', zh: '它不认识这个命令' },
  129: { en: 'it does not know the command', zh: '它不认识这个命令' },
  133: { en: 'the value is not allowed', zh: '不允许这个值' },
  134: { en: 'it does not have that', zh: '它没有这一项' },
  135: { en: 'the value is not allowed', zh: '不允许这个值' },
  136: { en: 'that cannot be changed', zh: '这一项不能更改' },
  137: { en: 'it has no room for it', zh: '它没有空间了' },
  148: { en: 'it took too long', zh: '用时太久' },
  156: { en: 'it is busy', zh: '它正忙' },
  195: { en: 'it does not have that', zh: '它没有这一项' },
  203: { en: 'it is not possible in its present state', zh: '当前状态不允许' },
};

/** Null where the node did not refuse: it did not answer. */
function refusedBy(error: unknown): Words | null {
  if (error instanceof Refused) return error.words;
  if (error instanceof StatusError) {
    const { status } = error;
    return STATUSES[status] ?? { en: `status ${status}`, zh: `状态 ${status}` };
  }
  const isStatus = error instanceof Error && error.constructor.name.endsWith('StatusResponseError');
  return isStatus ? { en: error.message, zh: error.message } : null;
}
