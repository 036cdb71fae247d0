// Commands for vendors' devices on their way to the programs that carry them out: over MQTT at once, over HTTP as
// soon as a program asks, and each ends once, by its outcome or by its time.
import { ConflictError, type HubError, NotFoundError } from '../../../hub/model/errors.ts';
import {
  type OpenAsk,
  type OpenCommand,
  VENDOR_LIMITS,
} from '../../../hub/model/open-interface.ts';
import type { AdapterCommand, AdapterContext } from '../../contract/adapter.ts';
import type { OpenDoor } from './door.ts';
import { tooManyWait, tooManyWaiters } from './judgement.ts';

const WAIT_MAX_MS = 30_000;
/** Commands that have ended and are still known by how, so that a late outcome is told why it does not count. */
const ENDED_MAX = 200;

type Ask<Kind extends OpenAsk['kind']> = Extract<OpenAsk, { kind: Kind }>;

interface UnderWay {
  readonly account: string;
  readonly device: string;
  readonly command: AdapterCommand;
  readonly timer: NodeJS.Timeout;
}

/** A program that waits for commands. */
interface Waiter {
  readonly name: string | undefined;
  isGone: boolean;
  wake(): void;
}

interface Ended {
  readonly account: string;
  readonly how: 'answered' | 'timedOut';
  readonly withinMs: number;
}

export class CommandDesk {
  readonly #context: AdapterContext;
  readonly #door: OpenDoor;
  readonly #underWay = new Map<string, UnderWay>();
  readonly #queues = new Map<string, OpenCommand[]>();
  readonly #waiters = new Map<string, Set<Waiter>>();
  readonly #ended = new Map<string, Ended>();

  constructor(context: AdapterContext, door: OpenDoor) {
    this.#context = context;
    this.#door = door;
  }

  /** Takes a command for a device of the account. @throws HubError `busy` */
  add(account: string, device: string, command: AdapterCommand): void {
    const queue = this.#queues.get(account) ?? [];
    if (queue.length >= VENDOR_LIMITS.commands) throw tooManyWait(account);
    const { id, body, timeoutMs } = command;
    const open = { id, device, body, withinMs: timeoutMs };
    const timer = setTimeout(() => this.#expire(id), timeoutMs);
    this.#underWay.set(id, { account, device, command, timer });
    // A program that waits over HTTP right now is surely there; one at the broker may only report.
    const isAwaited = (this.#waiters.get(account)?.size ?? 0) > 0;
    if (!isAwaited && this.#door.tell(account, open)) {
      this.#context.outcome(id, 'sent', null);
      return;
    }
    this.#queues.set(account, [...queue, open]);
    this.#wake(account);
  }

  /** Commands for the account, as soon as there are any. Who takes them answers each with its outcome. @throws HubError `busy` */
  async take(account: string, ask: Ask<'commands'>): Promise<readonly OpenCommand[]> {
    const waitMs = Math.min(Math.max(0, ask.waitMs), WAIT_MAX_MS);
    if ((this.#queues.get(account)?.length ?? 0) === 0 && waitMs > 0) {
      const isGone = await this.#wait(account, ask.waiter, waitMs);
      if (isGone) return [];
    }
    const commands = this.#queues.get(account) ?? [];
    this.#queues.delete(account);
    for (const { id } of commands) {
      const underWay = this.#underWay.get(id);
      if (underWay !== undefined) this.#context.outcome(underWay.command.id, 'sent', null);
    }
    return commands;
  }

  stopWaiting(account: string, name: string): null {
    for (const waiter of [...(this.#waiters.get(account) ?? [])]) {
      if (waiter.name !== name) continue;
      waiter.isGone = true;
      waiter.wake();
    }
    return null;
  }

  /** What became of a command. @throws NotFoundError, ConflictError for one that has ended */
  outcome(account: string, { id, state, message }: Ask<'outcome'>): null {
    const underWay = this.#underWay.get(id);
    if (underWay?.account !== account) throw this.#notUnderWay(account, id);
    clearTimeout(underWay.timer);
    this.#end(id, underWay, 'answered');
    const text = message?.slice(0, 200) ?? 'The device refused it';
    const problem =
      state === 'failed'
        ? ({ code: 'rejected-by-device', message: text, hint: null } as const)
        : null;
    this.#context.outcome(underWay.command.id, state, problem);
    return null;
  }

  /** Ends what belongs to accounts that are revoked: their commands fail, and whoever waits for some wakes. */
  keepOnly(isGranted: (account: string) => boolean): void {
    for (const account of this.#queues.keys()) {
      if (!isGranted(account)) this.#queues.delete(account);
    }
    for (const account of this.#waiters.keys()) if (!isGranted(account)) this.#wake(account);
    for (const [id, { account, command, timer }] of this.#underWay) {
      if (isGranted(account)) continue;
      clearTimeout(timer);
      this.#underWay.delete(id);
      this.#context.outcome(command.id, 'failed', {
        code: 'unreachable',
        message: `The account "${account}" was revoked`,
        hint: 'Grant it again, with a new token for its program.',
        zh: {
          message: `账号“${account}”已被撤销`,
          hint: '请重新授予账号，并把新令牌交给它的程序。',
        },
      });
    }
  }

  stop(): void {
    for (const account of this.#waiters.keys()) this.#wake(account);
    for (const [id, { timer, command }] of this.#underWay) {
      clearTimeout(timer);
      this.#underWay.delete(id);
      this.#context.outcome(command.id, 'failed', {
        ...{ code: 'cancelled', message: 'The open interface stops', hint: null },
        zh: { message: '开放接口正在停止', hint: null },
      });
    }
  }

  /** Until there is a command, or the time is over; whether the program has gone meanwhile. */
  async #wait(account: string, name: string | undefined, waitMs: number): Promise<boolean> {
    const waiters = this.#waiters.get(account) ?? new Set();
    if (waiters.size >= VENDOR_LIMITS.waiters) throw tooManyWaiters(account);
    this.#waiters.set(account, waiters);
    const isGone = await new Promise<boolean>((resolve) => {
      const waiter: Waiter = {
        ...{ name, isGone: false },
        wake() {
          clearTimeout(timer);
          waiters.delete(waiter);
          resolve(waiter.isGone);
        },
      };
      const timer = setTimeout(() => waiter.wake(), waitMs);
      waiters.add(waiter);
    });
    if (waiters.size === 0 && this.#waiters.get(account) === waiters) this.#waiters.delete(account);
    return isGone;
  }

  #wake(account: string): void {
    for (const waiter of [...(this.#waiters.get(account) ?? [])]) waiter.wake();
  }

  #expire(id: string): void {
    const underWay = this.#underWay.get(id);
    if (underWay === undefined) return;
    this.#end(id, underWay, 'timedOut');
    const { account, device, command } = underWay;
    const name = this.#context.nameOf(command.node) ?? device;
    this.#context.outcome(command.id, 'timedOut', {
      code: 'timed-out',
      message: `${name} did not answer`,
      hint: `Look at the program of "${account}".`,
      zh: { message: `${name} 没有应答`, hint: `请检查“${account}”的程序。` },
    });
  }

  #end(id: string, { account, command }: UnderWay, how: Ended['how']): void {
    this.#underWay.delete(id);
    // Whoever asks next waits for what is still to be done, and is not answered for what is over.
    const waiting = (this.#queues.get(account) ?? []).filter((each) => each.id !== id);
    if (waiting.length === 0) this.#queues.delete(account);
    else this.#queues.set(account, waiting);
    this.#ended.set(id, { account, how, withinMs: command.timeoutMs });
    for (const oldest of this.#ended.keys()) {
      if (this.#ended.size <= ENDED_MAX) break;
      this.#ended.delete(oldest);
    }
  }

  /** Why an outcome is for nothing: it came again, it came too late, or there is no such command of the account. */
  #notUnderWay(account: string, id: string): HubError {
    const shown = id.slice(0, 60);
    const ended = this.#ended.get(id);
    if (ended?.account !== account) {
      return new NotFoundError('command', shown, {
        hint: 'Its id came with the command: GET /api/open/commands, the stream, or the topic.',
      });
    }
    if (ended.how === 'answered') {
      return new ConflictError(`The command ${shown} was answered already`, {
        hint: 'Each command has one outcome. What has changed since goes into a report.',
      });
    }
    return new ConflictError(`The outcome of ${shown} came later than ${ended.withinMs} ms`, {
      hint: 'The command has timed out. If the device did it all the same, report its new value.',
    });
  }
}
