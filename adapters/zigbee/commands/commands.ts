// Commands on their way: one at a time for each property of a node, the newest wins; what a node refuses fails,
// what it accepts is confirmed by a report, and where none comes it is asked.
import type { Controller } from 'zigbee-herdsman';
import type { CommandBody } from '../../../hub/model/command.ts';
import {
  HubError,
  NotFoundError,
  type Problem,
  toProblem,
  UnreachableError,
} from '../../../hub/model/errors.ts';
import type { CommandId, NodeAddress } from '../../../hub/model/identifiers.ts';
import { type PropertyValue, parsePropertyKey } from '../../../hub/model/properties.ts';
import type { AdapterCommand, AdapterContext } from '../../contract/adapter.ts';
import { type Sending, sendWithin } from '../coordinator/herdsman.ts';
import type { Binding } from '../definitions/binding.ts';
import type { Incoming } from '../incoming.ts';
import type { Node, WireState } from '../node.ts';
import { nodeError } from '../problems.ts';
import { invocationOf } from './invocation.ts';
import { GROUP_LAMPS_MIN, type Group, type LampGroups } from './lamp-groups.ts';
import { newSending, setRequest, setWire, type WireRequest } from './outgoing.ts';
import { hasSaid, ReadBack } from './read-back.ts';
import { alikeKey, setGroup } from './together.ts';

/** A listening node that is switched off is told of within this time. */
const LISTENING_LIMIT_MS = 2_900;
/** A frame that was lost in the air is sent once more when the first failure came this quickly. */
const RETRY_WITHIN_MS = 1_000;
/** A lamp that has heard its group reports within this time; whoever has not is told alone. */
const GROUP_HEARD_WITHIN_MS = 1_000;
/** Commands under way at once; the radio itself has room for 16. */
const COMMANDS_MAX = 256;

interface Job {
  readonly command: AdapterCommand;
  readonly node: Node;
  /** Jobs of one lane replace one another; null runs apart. */
  readonly lane: string | null;
  readonly isRepeatable: boolean;
  act(sending: Sending): Promise<WireState>;
  /** Of a lamp: what it is asked for, and how; jobs of one moment with the same key go together. Else null. */
  readonly alike: {
    readonly key: string;
    readonly request: WireRequest;
    readonly binding: Binding;
    readonly value: PropertyValue;
  } | null;
  /** What the node should say of itself afterwards. */
  readonly expected: ReadonlyMap<Binding, PropertyValue | null>;
  readonly transitionMs: number;
  sending: Sending | null;
  hasLeft: boolean;
  hasSucceeded: boolean;
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
  readonly groups: LampGroups;
}

export class Commands {
  readonly #options: CommandsOptions;
  readonly #lanes = new Map<string, Lane>();
  readonly #jobs = new Set<Job>();
  readonly #deliveries = new Map<CommandId, Job>();
  /** Jobs for lamps that came in this turn. */
  #gathered: Job[] = [];
  readonly #hearing = new Map<Node, Set<() => void>>();
  readonly #readBack: ReadBack;
  #isStopped = false;

  constructor(options: CommandsOptions) {
    this.#options = options;
    this.#readBack = new ReadBack({
      context: options.context,
      incoming: options.incoming,
      controller: () => options.controller(),
      isBusy: (id) => this.#lanes.has(id),
      nameOf: (node) => this.#nameOf(node),
    });
    options.incoming.onValues = (node) => {
      for (const listener of this.#hearing.get(node) ?? []) listener();
    };
  }

  /** @throws HubError for what cannot be sent at all */
  send(command: AdapterCommand): void {
    const job = this.#jobOf(command);
    if (this.#options.keep(job.node, command)) return;
    if (this.#jobs.size >= COMMANDS_MAX) {
      throw new HubError('busy', `${COMMANDS_MAX} Zigbee commands are already under way`, {
        hint: 'Try again in a moment.',
        zh: { message: `已有 ${COMMANDS_MAX} 个 Zigbee 命令在进行`, hint: '请稍后再试。' },
      });
    }
    this.#jobs.add(job);
    job.timer = setTimeout(() => this.#expire(job), command.timeoutMs);
    if (job.lane !== null) this.#readBack.drop(job.lane);
    if (job.alike === null) {
      this.#begin(job);
      return;
    }
    // Commands of one scene or tap come in one turn.
    if (this.#gathered.push(job) === 1) queueMicrotask(() => this.#beginGathered());
  }

  #beginGathered(): void {
    const gathered = this.#gathered;
    this.#gathered = [];
    for (const jobs of Map.groupBy(gathered, ({ alike }) => alike?.key).values()) {
      const free = jobs.filter(({ lane, isEnded }) => !isEnded && !this.#lanes.has(lane ?? ''));
      const isMany = free.length >= GROUP_LAMPS_MIN;
      const nodes = new Set(free.map(({ node }) => node));
      const group = isMany ? this.#options.groups.find(nodes) : null;
      if (isMany) this.#options.groups.commanded([...nodes], group);
      const members = group === null ? [] : membersOf(group, free);
      if (group !== null && members.length > 0) void this.#runTogether(group, members);
      for (const job of jobs) if (!members.includes(job) && !job.isEnded) this.#begin(job);
    }
  }

  /** Tells the group, and whoever has not said within a moment that it is so, alone. */
  async #runTogether(group: Group, jobs: readonly Job[]): Promise<void> {
    const startedAtMs = Date.now();
    const [first] = jobs;
    if (first?.alike == null) return;
    for (const job of jobs) {
      if (job.lane !== null) this.#lanes.set(job.lane, { running: job, waiting: null });
    }
    const nodes = jobs.map(({ node }) => node);
    const telling = setGroup(group, nodes, first.alike.request);
    for (const job of jobs) {
      this.#sent(job);
      void this.#listenTo(job, startedAtMs).then((isSaid) =>
        isSaid ? this.#together(job, startedAtMs) : this.#alone(group, job, startedAtMs),
      );
    }
    try {
      const state = await telling;
      for (const job of jobs) if (!job.isEnded) Object.assign(job.node.state, state);
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      this.#options.context.log('debug', `Group ${group.groupID} could not be told: ${text}`);
    }
  }

  /** Whether the node says within a moment that it is as it was asked for, or is on its way there. */
  #listenTo(job: Job, sinceMs: number): Promise<boolean> {
    const { node, alike } = job;
    const isThere = (): boolean =>
      alike !== null && hasSaid(node, alike.binding, alike.value, sinceMs);
    return new Promise((resolve) => {
      const done = (isSaid: boolean): void => {
        clearTimeout(timer);
        listeners.delete(look);
        if (listeners.size === 0) this.#hearing.delete(node);
        resolve(isSaid);
      };
      const look = (): void => {
        if (isThere() || job.isEnded) done(true);
      };
      const timer = setTimeout(() => {
        const isFading = job.transitionMs > 0 && (node.device.lastSeen ?? 0) >= sinceMs;
        done(isThere() || isFading);
      }, GROUP_HEARD_WITHIN_MS);
      const listeners = this.#hearing.get(node) ?? new Set();
      this.#hearing.set(node, listeners);
      listeners.add(look);
    });
  }

  #together(job: Job, startedAtMs: number): void {
    if (!job.isEnded) {
      this.#end(job, 'acknowledged', null);
      this.#confirm(job, job.node.state, startedAtMs);
    }
    this.#next(job);
  }

  async #alone(group: Group, job: Job, startedAtMs: number): Promise<void> {
    if (job.isEnded) {
      this.#next(job);
      return;
    }
    await this.#run(job, startedAtMs);
    if (job.hasSucceeded) this.#options.groups.doubted(group, job.node);
  }

  #begin(job: Job): void {
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
        return new HubError('cancelled', 'It is not wanted any more', {
          zh: { message: '已经不再需要', hint: null },
        });
      }
      Object.assign(job.node.state, state);
      this.#sent(job);
      this.#end(job, 'acknowledged', null);
      this.#confirm(job, state, startedAtMs);
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
    this.#readBack.dropAll();
  }

  stop(): void {
    this.#isStopped = true;
    this.#readBack.stop();
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
    const job = {
      ...{ command, node, sending: null, hasLeft: false, hasSucceeded: false, isEnded: false },
      ...{ timer: undefined, alike: null },
    };
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
      if (!node.isWhole) throw stillAsked();
      throw new HubError('unsupported', `This device has no "${key}" that could be set`, {
        zh: { message: `这个设备没有可以设置的“${key}”`, hint: null },
      });
    }
    const request = setRequest(binding, body.value, body.transitionMs);
    const alike = alikeKey(node, binding, request);
    return {
      alike: alike === null ? null : { key: alike, request, binding, value: body.value },
      lane: `${node.address} ${key}`,
      isRepeatable: true,
      act: (sending: Sending) => setWire(node, request, sending),
      expected: new Map([[binding, body.value]]),
      transitionMs: body.transitionMs ?? 0,
    };
  }

  /** @param startedAtMs when its group was told before; it has no more time for that */
  async #run(job: Job, startedAtMs = Date.now()): Promise<void> {
    if (!job.node.isSleepy && job.command.timeoutMs > LISTENING_LIMIT_MS) {
      clearTimeout(job.timer);
      const leftMs = startedAtMs + LISTENING_LIMIT_MS - Date.now();
      job.timer = setTimeout(() => this.#expire(job), leftMs);
    }
    try {
      const state = await this.#attempt(job, startedAtMs);
      if (!job.isEnded) {
        Object.assign(job.node.state, state);
        this.#sent(job);
        job.hasSucceeded = true;
        this.#end(job, 'acknowledged', null);
        this.#confirm(job, state, startedAtMs);
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
    if (controller === null) {
      throw new UnreachableError('The Zigbee coordinator is not connected', {
        hint: 'Check its stick, cable or network; it is tried again by itself.',
        zh: {
          message: 'Zigbee 协调器没有连接',
          hint: '请检查它的适配器、线缆或网络；会自动重试。',
        },
      });
    }
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
    const zh = job.node.isSleepy
      ? {
          message: `${name} 在 ${job.command.timeoutMs / 1_000} 秒内没有唤醒`,
          hint: '它为了省电正在休眠。请按一下它的按键唤醒它，然后重试。',
        }
      : { message: `${name} 没有应答`, hint: '请检查它是否有电。' };
    this.#end(job, 'timedOut', { code: 'timed-out', message, hint, zh });
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

  #confirm(
    { lane, node, command, expected, transitionMs }: Job,
    state: WireState,
    sinceMs: number,
  ): void {
    const id = lane ?? `${node.address} ${command.id}`;
    this.#readBack.confirm({ id, node, expected, transitionMs, state, sinceMs });
  }

  #nameOf(node: Node): string {
    return (
      this.#options.context.nameOf(node.address) ?? node.definition?.description ?? node.address
    );
  }
}

/** A node that was cut off in its interview is asked again at the start; what it can do is known only then. */
function stillAsked(): HubError {
  return new HubError('busy', 'This device is still being asked what it can do', {
    hint: 'Try again in a minute. Where that does not help, ask it again (Device, Interview).',
    zh: {
      message: '仍在询问这个设备能做什么',
      hint: '请过一分钟再试。如果没有用，请重新询问它（设备，询问）。',
    },
  });
}

/** The jobs of a group's members, in its order; none where a member has none. */
function membersOf(group: Group, jobs: readonly Job[]): Job[] {
  const own = group.members.map((endpoint) =>
    jobs.find(({ node }) => node.device.ieeeAddr === endpoint.deviceIeeeAddress),
  );
  return own.every((job) => job !== undefined) ? own : [];
}
