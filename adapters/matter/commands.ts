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
import type { AdapterCommand, AdapterContext } from '../contract/adapter.ts';
import { type Act, invocationOf, settingOf } from './acts.ts';
import type { Node } from './node.ts';
import { StatusError } from './peers.ts';

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
      throw new HubError('busy', `${COMMANDS_MAX} Matter commands are already under way`);
    }
    this.#jobs.add(job);
    const lane = job.lane === null ? undefined : this.#lanes.get(job.lane);
    if (lane === undefined) {
      void this.#run(job);
      return;
    }
    if (lane.waiting !== null) {
      this.#end(lane.waiting, 'failed', {
        code: 'cancelled',
        message: 'superseded',
        hint: null,
      });
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
      const requests = invocationOf(body.name, body.args, node.peer.endpoints());
      this.#mustBeOnline(node);
      return { ...job, acts: requests.map((request) => ({ kind: 'invoke', request })) };
    }
    const { key } = parsePropertyKey(body.property);
    const binding = node.shape.byKey.get(key);
    if (binding === undefined) {
      throw new HubError('unsupported', `This device has no "${key}" that could be set`);
    }
    const { endpoint, clusterId, attributeId } = binding;
    const attribute = node.peer.cluster(endpoint, clusterId)?.attributes.get(attributeId)?.name;
    const transitionMs = body.transitionMs ?? 0;
    const act = settingOf(binding, body.value, transitionMs, attribute);
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
        if (act.kind === 'invoke') await node.peer.invoke(act.request, signal);
        else await node.peer.write(act, act.value, signal);
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
    if (error instanceof StatusError || isStatusResponse(error)) {
      const problem = new HubError('rejected-by-device', `${name} refused: ${wordsOf(error)}`, {
        zh: { message: `${name} 拒绝了：${wordsOf(error)}`, hint: null },
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
    if (attempt > 0) await node.peer.read(AbortSignal.timeout(READ_LIMIT_MS)).catch(() => {});
    const value = node.value(binding);
    const isSo = value !== undefined && valuesEqual(binding.row, value, body.value);
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

function isStatusResponse(error: unknown): boolean {
  return error instanceof Error && error.constructor.name.endsWith('StatusResponseError');
}

/** What a status of the interaction model means. Spec: Matter 1.4 Core § 8.10. */
const STATUS_WORDS: Readonly<Record<number, string>> = {
  1: 'it failed',
  126: 'this hub may not',
  128: 'it does not know the command',
  129: 'it does not know the command',
  133: 'the value is not allowed',
  134: 'it does not have that',
  135: 'the value is not allowed',
  136: 'that cannot be changed',
  137: 'it has no room for it',
  148: 'it took too long',
  156: 'it is busy',
  195: 'it does not have that',
  203: 'it is not possible in its present state',
};

function wordsOf(error: unknown): string {
  if (error instanceof StatusError) return STATUS_WORDS[error.status] ?? `status ${error.status}`;
  return error instanceof Error ? error.message : String(error);
}
