// Commands on their way: one at a time for each property of a node, the newest wins; what a node refuses fails,
// what it accepts is confirmed by a report, and where none comes it is asked.
import type { Controller } from 'zigbee-herdsman';
import type { CommandBody } from '../../hub/model/command.ts';
import {
  HubError,
  NotFoundError,
  type Problem,
  toProblem,
  UnreachableError,
} from '../../hub/model/errors.ts';
import type { CommandId, NodeAddress } from '../../hub/model/identifiers.ts';
import {
  type PropertyKey,
  type PropertyValue,
  parsePropertyKey,
} from '../../hub/model/properties.ts';
import { valuesEqual } from '../../hub/model/property-value.ts';
import type { AdapterCommand, AdapterContext } from '../contract/adapter.ts';
import type { Binding } from './binding.ts';
import { type Sending, sendWithin } from './herdsman.ts';
import type { Incoming } from './incoming.ts';
import { invocationOf } from './invocation.ts';
import type { Node, WireState } from './node.ts';
import { getWire, newSending, setRequest, setWire, type WireRequest } from './outgoing.ts';
import { nodeError } from './problems.ts';

/** A listening node that is switched off is told of within this time. */
const LISTENING_LIMIT_MS = 2_900;
/** A frame that was lost in the air is sent once more when the first failure came this quickly. */
const RETRY_WITHIN_MS = 1_000;
/** When, after the transition, a node is asked for what it has not reported by itself. */
const CONFIRM_AFTER_MS = [400, 2_000, 8_000];
const CONFIRM_READ_LIMIT_MS = 5_000;
/** Commands under way at once; the radio itself has room for 16. */
const COMMANDS_MAX = 256;

interface Job {
  readonly command: AdapterCommand;
  readonly node: Node;
  /** Jobs of one lane replace one another; null runs apart. */
  readonly lane: string | null;
  readonly isRepeatable: boolean;
  act(sending: Sending): Promise<WireState>;
  /** What the node should say of itself afterwards. */
  readonly expected: ReadonlyMap<Binding, PropertyValue | null>;
  readonly transitionMs: number;
  sending: Sending | null;
  hasLeft: boolean;
  isEnded: boolean;
  timer: NodeJS.Timeout | undefined;
}

interface Lane {
  running: Job;
  waiting: Job | null;
}

export interface CommandsOptions {
  readonly context: AdapterContext;
  readonly incoming: Incoming;
  controller(): Controller | null;
  node(address: NodeAddress): Node | undefined;
  /** A node did not take a command: it may be gone. */
  suspect(node: Node): void;
  /** Whether a command for a node that sleeps is kept until it wakes; it comes back by `deliver`. */
  keep(node: Node, command: AdapterCommand): boolean;
}

export class Commands {
  readonly #options: CommandsOptions;
  readonly #lanes = new Map<string, Lane>();
  readonly #jobs = new Set<Job>();
  readonly #deliveries = new Map<CommandId, Job>();
  readonly #confirmations = new Map<string, NodeJS.Timeout>();
  #isStopped = false;

  constructor(options: CommandsOptions) {
    this.#options = options;
  }

  /** @throws HubError for what cannot be sent at all */
  send(command: AdapterCommand): void {
    const job = this.#jobOf(command);
    if (this.#options.keep(job.node, command)) return;
    if (this.#jobs.size >= COMMANDS_MAX) {
      throw new HubError('busy', `${COMMANDS_MAX} Zigbee commands are already under way`);
    }
    this.#jobs.add(job);
    job.timer = setTimeout(() => this.#expire(job), command.timeoutMs);
    if (job.lane !== null) {
      clearTimeout(this.#confirmations.get(job.lane));
      this.#confirmations.delete(job.lane);
    }
    const lane = job.lane === null ? undefined : this.#lanes.get(job.lane);
    if (lane === undefined) {
      if (job.lane !== null) this.#lanes.set(job.lane, { running: job, waiting: null });
      void this.#run(job);
      return;
    }
    if (lane.waiting !== null) this.#supersede(lane.waiting);
    lane.waiting = job;
    // What still waits for a sleeping node to wake has not left: the newer takes its place at once.
    if (lane.running.node.isSleepy && !lane.running.hasLeft) this.#supersede(lane.running);
  }

  /**
   * Sends what was kept for a node that sleeps, now that it may be awake, and follows it. Resolves with null once the
   * node has taken it; else with why not, of which nothing is told.
   */
  async deliver(command: AdapterCommand): Promise<HubError | null> {
    let job: Job | null = null;
    const startedAtMs = Date.now();
    try {
      job = this.#jobOf(command);
      this.#deliveries.set(command.id, job);
      const state = await this.#attempt(job, startedAtMs);
      if (job.sending?.isCancelled && !job.hasLeft) {
        return new HubError('cancelled', 'It is not wanted any more');
      }
      Object.assign(job.node.state, state);
      this.#sent(job);
      this.#end(job, 'acknowledged', null);
      this.#confirm(job, state, startedAtMs, 0);
      return null;
    } catch (error) {
      if (job !== null) job.isEnded = true;
      return nodeError(error, command.node);
    } finally {
      this.#deliveries.delete(command.id);
    }
  }

  /** Nothing of what is being delivered leaves any more. `isSilent`: nor is anything told of it. */
  abort(command: CommandId, isSilent: boolean): void {
    const job = this.#deliveries.get(command);
    if (job === undefined) return;
    if (isSilent) job.isEnded = true;
    if (job.sending !== null) job.sending.isCancelled = true;
  }

  /** Fails what is under way; used when the coordinator is lost and when the adapter stops. */
  failAll(problem: Problem): void {
    for (const job of [...this.#jobs]) this.#end(job, 'failed', problem);
    this.#lanes.clear();
    for (const timer of this.#confirmations.values()) clearTimeout(timer);
    this.#confirmations.clear();
  }

  stop(): void {
    this.#isStopped = true;
    this.failAll({ code: 'cancelled', message: 'The Zigbee adapter stops', hint: null });
  }

  #jobOf(command: AdapterCommand): Job {
    if (this.#options.controller() === null) {
      throw new UnreachableError('The Zigbee coordinator is not connected', {
        hint: 'The settings show what is wrong with it. Ingle keeps trying.',
        zh: {
          message: 'Zigbee 网关（协调器）没有连接',
          hint: '设置里会显示原因。Ingle 会继续尝试。',
        },
      });
    }
    const node = this.#options.node(command.node);
    if (node === undefined) throw new NotFoundError('Zigbee node', command.node);
    const job = { command, node, sending: null, hasLeft: false, isEnded: false, timer: undefined };
    const { body } = command;
    if (body.kind === 'set') return { ...job, ...this.#setting(node, body) };
    const invocation = invocationOf(node, body);
    return {
      ...job,
      lane: null,
      isRepeatable: false,
      act: (sending) =>
        'request' in invocation
          ? setWire(node, invocation.request, sending)
          : sendWithin(sending, invocation.act).then(() => ({})),
      expected: new Map(invocation.changes.map((binding) => [binding, null])),
      transitionMs: 0,
    };
  }

  #setting(node: Node, body: Extract<CommandBody, { kind: 'set' }>) {
    const { key } = parsePropertyKey(body.property);
    const binding = node.binding(key);
    if (binding === undefined) {
      throw new HubError('unsupported', `This device has no "${key}" that could be set`);
    }
    const request = setRequest(binding, body.value, body.transitionMs);
    return {
      lane: `${node.address} ${key}`,
      isRepeatable: true,
      act: (sending: Sending) => setWire(node, request, sending),
      expected: new Map([[binding, body.value]]),
      transitionMs: body.transitionMs ?? 0,
    };
  }

  async #run(job: Job): Promise<void> {
    const startedAtMs = Date.now();
    if (!job.node.isSleepy && job.command.timeoutMs > LISTENING_LIMIT_MS) {
      clearTimeout(job.timer);
      job.timer = setTimeout(() => this.#expire(job), LISTENING_LIMIT_MS);
    }
    try {
      const state = await this.#attempt(job, startedAtMs);
      if (!job.isEnded) {
        Object.assign(job.node.state, state);
        this.#sent(job);
        this.#end(job, 'acknowledged', null);
        this.#confirm(job, state, startedAtMs, 0);
      }
    } catch (error) {
      const { node } = job;
      const wrapped = nodeError(error, this.#nameOf(node));
      if (!job.isEnded) {
        const { code } = wrapped;
        this.#end(job, code === 'timed-out' ? 'timedOut' : 'failed', toProblem(wrapped));
        if (code === 'timed-out' || code === 'unreachable') this.#options.suspect(node);
      }
    }
    this.#next(job);
  }

  async #attempt(job: Job, startedAtMs: number): Promise<WireState> {
    try {
      return await job.act(this.#sendingOf(job, startedAtMs));
    } catch (error) {
      const isLost = nodeError(error, '').code === 'unreachable';
      const isQuick = Date.now() - startedAtMs < RETRY_WITHIN_MS;
      const mayRepeat = job.isRepeatable && !job.node.isSleepy && !job.isEnded;
      if (!isLost || !isQuick || !mayRepeat || this.#isStopped) throw error;
      return await job.act(this.#sendingOf(job, startedAtMs));
    }
  }

  #sendingOf(job: Job, startedAtMs: number): Sending {
    const controller = this.#options.controller();
    if (controller === null) throw new UnreachableError('The Zigbee coordinator is not connected');
    const limitMs = job.node.isSleepy ? job.command.timeoutMs : LISTENING_LIMIT_MS;
    const sending = newSending(job.node, {
      controller,
      deadlineMs: startedAtMs + Math.min(limitMs, job.command.timeoutMs),
      onLeave: () => this.#sent(job),
    });
    job.sending = sending;
    return sending;
  }

  #sent(job: Job): void {
    if (job.hasLeft || job.isEnded) return;
    job.hasLeft = true;
    this.#options.context.outcome(job.command.id, 'sent', null);
  }

  #end(job: Job, state: 'acknowledged' | 'failed' | 'timedOut', problem: Problem | null): void {
    if (job.isEnded) return;
    job.isEnded = true;
    clearTimeout(job.timer);
    this.#jobs.delete(job);
    if (job.sending !== null && state !== 'acknowledged') job.sending.isCancelled = true;
    this.#options.context.outcome(job.command.id, state, problem);
  }

  #supersede(job: Job): void {
    const isRunning = job.lane !== null && this.#lanes.get(job.lane)?.running === job;
    this.#end(job, 'failed', { code: 'cancelled', message: 'superseded', hint: null });
    if (isRunning) this.#next(job);
  }

  #expire(job: Job): void {
    const name = this.#nameOf(job.node);
    const lane = job.lane === null ? undefined : this.#lanes.get(job.lane);
    const message = job.node.isSleepy
      ? `${name} did not wake up within ${job.command.timeoutMs / 1_000} s`
      : `${name} did not answer`;
    const hint = job.node.isSleepy
      ? 'It sleeps to save its battery. Press a button on it to wake it, then try again.'
      : 'Check that it has power.';
    this.#end(job, 'timedOut', { code: 'timed-out', message, hint });
    if (!job.node.isSleepy) this.#options.suspect(job.node);
    if (lane?.running === job) this.#next(job);
    else if (lane?.waiting === job) lane.waiting = null;
  }

  /** Called once for each job that ran, and when it lost its place; the second call finds another one running. */
  #next(job: Job): void {
    if (job.lane === null) return;
    const lane = this.#lanes.get(job.lane);
    if (lane?.running !== job) return;
    if (lane.waiting === null) {
      this.#lanes.delete(job.lane);
      return;
    }
    lane.running = lane.waiting;
    lane.waiting = null;
    void this.#run(lane.running);
  }

  // The node's own word closes a command, never our belief. Lights also change `on` when their brightness is set,
  // so what the converter expects to change is asked for as well.
  #confirm(job: Job, state: WireState, sinceMs: number, step: number): void {
    const id = job.lane ?? `${job.node.address} ${job.command.id}`;
    clearTimeout(this.#confirmations.get(id));
    this.#confirmations.delete(id);
    const afterMs = CONFIRM_AFTER_MS[step];
    if (afterMs === undefined || this.#isStopped) return;
    const delayMs = afterMs + (step === 0 ? job.transitionMs : 0);
    const check = async (): Promise<void> => {
      this.#confirmations.delete(id);
      const isDone = await this.#isConfirmed(job, state, sinceMs);
      const isCurrent = !this.#confirmations.has(id) && !this.#lanes.has(id);
      if (!isDone && isCurrent) this.#confirm(job, state, sinceMs, step + 1);
    };
    const timer = setTimeout(() => void check(), delayMs);
    this.#confirmations.set(id, timer);
  }

  async #isConfirmed(job: Job, state: WireState, sinceMs: number): Promise<boolean> {
    const { node } = job;
    const expected = new Map(job.expected);
    for (const binding of companions(node, state)) {
      if (!expected.has(binding)) expected.set(binding, null);
    }
    const open = [...expected].filter(
      ([binding, value]) => !hasSaid(node, binding, value, sinceMs),
    );
    const requests = new Map<string, Pick<WireRequest, 'key' | 'endpointName'>>();
    for (const [{ canGet, converterKey: key, endpointName }] of open) {
      if (canGet) requests.set(`${key} ${endpointName}`, { key, endpointName });
    }
    for (const request of requests.values()) {
      const controller = this.#options.controller();
      if (controller === null) return true;
      const deadlineMs = Date.now() + CONFIRM_READ_LIMIT_MS;
      try {
        await getWire(node, request, newSending(node, { controller, deadlineMs }));
      } catch (error) {
        const text = nodeError(error, this.#nameOf(node)).message;
        this.#options.context.log('debug', `${request.key} could not be read back: ${text}`);
      }
    }
    this.#believeMute(node, open, state);
    return open.every(([binding, value]) => hasSaid(node, binding, value, sinceMs));
  }

  /** A node that can neither report nor be asked has only its acknowledgement: that is taken for its word. */
  #believeMute(
    node: Node,
    open: readonly (readonly [Binding, PropertyValue | null])[],
    state: WireState,
  ): void {
    const mute = open.filter(
      ([{ canGet, descriptor, wireKey }]) =>
        !canGet && descriptor.access === 'rw' && Object.hasOwn(state, wireKey),
    );
    const payload = Object.fromEntries(mute.map(([{ wireKey }]) => [wireKey, state[wireKey]]));
    this.#options.incoming.publish(node, payload, 'read');
  }

  #nameOf(node: Node): string {
    return (
      this.#options.context.nameOf(node.address) ?? node.definition?.description ?? node.address
    );
  }
}

const COMPANIONS: ReadonlySet<string> = new Set(['on', 'brightness']);

function companions(node: Node, state: WireState): Binding[] {
  return Object.keys(state).flatMap((wireKey) =>
    (node.conversion?.byWireKey.get(wireKey) ?? []).filter(({ descriptor }) =>
      COMPANIONS.has(descriptor.name),
    ),
  );
}

/** Whether the node has told this value since; without a value, whether it has told any. */
function hasSaid(
  node: Node,
  { descriptor, spec }: Binding,
  value: PropertyValue | null,
  sinceMs: number,
): boolean {
  if (descriptor.access === 'w') return true;
  const said = node.seen.get(descriptor.key as PropertyKey);
  if (said === undefined || said.atMs < sinceMs) return false;
  return value === null || valuesEqual(spec, said.value, value);
}
