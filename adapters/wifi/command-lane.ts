// Commands on their way to one device or bridge: at most so many at once and so close together, those for the same
// thing joined into one request while they wait, tried again while it is busy, and each ended within its time.

import { HubError, TimeoutError, toProblem } from '../../hub/model/errors.ts';
import type { AdapterCommand, AdapterContext } from '../contract/adapter.ts';

/** Thrown by `act` when the device is only busy now: it is asked again while there is time. */
export class TryAgain extends Error {
  readonly problem: HubError;

  /** @param problem how the command ends when there is no time left */
  constructor(problem: HubError) {
    super(problem.message);
    this.problem = problem;
  }
}

export interface LaneOptions<Body> {
  /** From the begin of one request to that of the next. */
  readonly spacingMs: number;
  readonly inFlightMax: number;
  /** Commands that wait; one more fails as `busy`. */
  readonly waitingMax: number;
  /** Two bodies for the same key as one; what the later says holds. */
  merge(earlier: Body, later: Body): Body;
  /**
   * Sends one request and resolves once it is done.
   * @param limitMs after which nobody waits for it any more
   * @throws TryAgain, or HubError
   */
  act(key: string, body: Body, limitMs: number): Promise<void>;
  readonly outcome: AdapterContext['outcome'];
  /** Monotonic; `performance.now` where none is given. */
  readonly nowMs?: () => number;
}

/** What one command asks for. */
interface Part<Body> {
  readonly id: AdapterCommand['id'];
  readonly body: Body;
  readonly endsAtMs: number;
  timer: NodeJS.Timeout | undefined;
  isSent: boolean;
  isOver: boolean;
  /** Why it has to be tried again, by the device: what there is to say of it where no time is left for that. */
  refusal: HubError | undefined;
}

interface Job<Body> {
  readonly key: string;
  readonly parts: Part<Body>[];
  readonly tries: number;
  readonly notBeforeMs: number;
}

const TRY_AGAIN_AFTER_MS = 250;

export class CommandLane<Body> {
  readonly #options: LaneOptions<Body>;
  readonly #nowMs: () => number;
  /** In the order in which they came, one a key. */
  readonly #waiting = new Map<string, Job<Body>>();
  readonly #keysInFlight = new Set<string>();
  #nextAtMs = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: LaneOptions<Body>) {
    this.#options = options;
    this.#nowMs = options.nowMs ?? (() => performance.now());
  }

  /** Commands that have not been sent yet. */
  get waitingCount(): number {
    let count = 0;
    for (const { parts } of this.#waiting.values()) count += parts.length;
    return count;
  }

  /** Takes a command; its outcomes are told as it goes. */
  send({ id, timeoutMs }: Pick<AdapterCommand, 'id' | 'timeoutMs'>, key: string, body: Body): void {
    const { waitingMax, outcome } = this.#options;
    if (this.waitingCount >= waitingMax) {
      const problem = new HubError('busy', `${waitingMax} commands are waiting already`, {
        hint: 'Wait a moment and try again.',
        zh: { message: `已有 ${waitingMax} 个命令在等待`, hint: '请稍等再试。' },
      });
      outcome(id, 'failed', toProblem(problem));
      return;
    }
    const endsAtMs = this.#nowMs() + timeoutMs;
    const part: Part<Body> = {
      id,
      body,
      endsAtMs,
      timer: undefined,
      isSent: false,
      isOver: false,
      refusal: undefined,
    };
    part.timer = setTimeout(() => this.#expire(part), timeoutMs);
    const job = this.#waiting.get(key);
    if (job !== undefined) job.parts.push(part);
    else this.#waiting.set(key, { key, parts: [part], tries: 0, notBeforeMs: 0 });
    this.#pump();
  }

  /** Ends all that waits: the device is out of reach. What is in flight ends by itself. */
  drop(problem: HubError): void {
    clearTimeout(this.#timer);
    const jobs = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const part of jobs.flatMap(({ parts }) => parts)) this.#fail(part, problem);
  }

  #pump(): void {
    clearTimeout(this.#timer);
    let wakeAtMs = Infinity;
    for (const job of this.#waiting.values()) {
      if (this.#keysInFlight.size >= this.#options.inFlightMax) return;
      if (this.#keysInFlight.has(job.key)) continue;
      const nowMs = this.#nowMs();
      if (this.#nextAtMs > nowMs) {
        // Nobody's turn yet: the time may come while the others are looked at, and is the first one's.
        wakeAtMs = this.#nextAtMs;
        break;
      }
      if (job.notBeforeMs > nowMs) {
        wakeAtMs = Math.min(wakeAtMs, job.notBeforeMs);
        continue;
      }
      this.#waiting.delete(job.key);
      void this.#run(job);
      // From when it has really left.
      this.#nextAtMs = this.#nowMs() + this.#options.spacingMs;
    }
    if (wakeAtMs === Infinity) return;
    this.#timer = setTimeout(() => this.#pump(), Math.max(1, wakeAtMs - this.#nowMs()));
  }

  async #run({ key, parts, tries }: Job<Body>): Promise<void> {
    const { act, merge, outcome } = this.#options;
    this.#keysInFlight.add(key);
    for (const part of parts) {
      if (!part.isSent) outcome(part.id, 'sent', null);
      part.isSent = true;
    }
    const body = parts.map((part) => part.body).reduce(merge);
    const endsAtMs = Math.max(...parts.map((part) => part.endsAtMs));
    try {
      await act(key, body, Math.max(1, endsAtMs - this.#nowMs()));
      for (const part of parts) if (this.#end(part)) outcome(part.id, 'acknowledged', null);
    } catch (error) {
      const pauseMs = TRY_AGAIN_AFTER_MS * (tries + 1) * (0.75 + Math.random() / 2);
      const notBeforeMs = this.#nowMs() + pauseMs;
      if (error instanceof TryAgain) for (const part of parts) part.refusal = error.problem;
      const mayRetry = error instanceof TryAgain && endsAtMs > notBeforeMs;
      if (mayRetry) this.#putBack({ key, parts, tries: tries + 1, notBeforeMs });
      else {
        const problem = error instanceof TryAgain ? error.problem : error;
        for (const part of parts) this.#fail(part, problem);
      }
    } finally {
      this.#keysInFlight.delete(key);
      this.#pump();
    }
  }

  /** Before what came for the same thing meanwhile. */
  #putBack(job: Job<Body>): void {
    const live = job.parts.filter(({ isOver }) => !isOver);
    const later = this.#waiting.get(job.key)?.parts ?? [];
    const parts = [...live, ...later];
    if (parts.length > 0) this.#waiting.set(job.key, { ...job, parts });
  }

  #fail(part: Part<Body>, error: unknown): void {
    if (!this.#end(part)) return;
    const problem = toProblem(error);
    this.#options.outcome(part.id, problem.code === 'timed-out' ? 'timedOut' : 'failed', problem);
  }

  #expire(part: Part<Body>): void {
    for (const [key, { parts }] of this.#waiting) {
      const at = parts.indexOf(part);
      if (at >= 0) parts.splice(at, 1);
      if (parts.length === 0) this.#waiting.delete(key);
    }
    this.#fail(part, part.refusal ?? (part.isSent ? noAnswer() : noTurn()));
  }

  /** @returns whether it had not ended before */
  #end(part: Part<Body>): boolean {
    if (part.isOver) return false;
    part.isOver = true;
    clearTimeout(part.timer);
    return true;
  }
}

function noAnswer(): HubError {
  return new TimeoutError('It did not answer in time', {
    hint: 'Check that it has power and is in reach.',
    zh: { message: '它没有及时应答', hint: '请检查它是否通电、是否在覆盖范围内。' },
  });
}

function noTurn(): HubError {
  return new TimeoutError('Too many other commands were before it', {
    hint: 'Send fewer commands at a time.',
    zh: { message: '前面排队的命令太多', hint: '请不要一次发送这么多命令。' },
  });
}
