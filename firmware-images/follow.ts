// Follows an adapter that sends an image: percent, pace, time left, and a device that fetches nothing any more. The
// adapter is asked how far it is, so nothing is lost when a page or a command goes.
import type { AdapterCall } from '../hub/model/adapter-port.ts';
import { fromProblem, HubError } from '../hub/model/errors.ts';
import type { FirmwareState, UpdateResult } from '../hub/model/firmware.ts';
import type { NodeAddress } from '../hub/model/identifiers.ts';
import type { OpenJob } from '../hub/model/job.ts';

const LOOK_EVERY_MS = 500;
const LINE_EVERY = 0.1;
/** Sending is the long part; asking and the restart are the rest of the bar. */
const SENT_PART = 0.95;
/** The pace is that of the last half minute, so that a stall shows soon and does not spoil it for long. */
const PACE_WINDOW_MS = 30_000;
const STALLED_AFTER_MS = 20_000;
/** An adapter that was asked to stop and does not say that it has. */
const ABORT_LIMIT_MS = 20_000;

export interface FollowOptions {
  readonly node: NodeAddress;
  readonly name: string;
  readonly job: OpenJob;
  readonly signal: AbortSignal;
  readonly result: UpdateResult;
  call(call: AdapterCall): Promise<unknown>;
  step(name: 'send' | 'armed' | 'restart'): void;
}

interface Sample {
  readonly atMs: number;
  readonly bytes: number;
}

/** @throws HubError with what the adapter says, `unreachable` where it was cut off, `cancelled` where it was stopped */
export async function follow(options: FollowOptions): Promise<void> {
  const { node, name, job, signal, call, step } = options;
  const pace = new Pace();
  let told = 0;
  let stalledTold = false;
  let abortedAtMs: number | null = null;
  for (;;) {
    if (signal.aborted) {
      if (abortedAtMs === null) await call({ kind: 'firmwareAbort', node });
      abortedAtMs ??= performance.now();
      if (performance.now() - abortedAtMs > ABORT_LIMIT_MS) throw stopped();
    }
    const state = (await call({ kind: 'firmwareState', node })) as FirmwareState;
    switch (state.kind) {
      case 'done':
        return;
      case 'failed':
        if (signal.aborted) throw stopped();
        throw fromProblem(state.problem);
      case 'idle':
        if (signal.aborted) throw stopped();
        throw new HubError('unreachable', `The update of ${name} was cut off`, {
          hint: 'It goes on with the firmware that it has.',
          zh: { message: `${name} 的更新被中断`, hint: '它继续运行原来的固件。' },
        });
      case 'armed':
        step('armed');
        break;
      case 'restarting':
        step('restart');
        break;
      case 'running': {
        step('send');
        const { bytes, of } = state;
        pace.add(bytes);
        const part = of > 0 ? Math.min(1, bytes / of) : 0;
        const bytesPerSecond = pace.bytesPerSecond;
        const stalledSeconds = pace.stalledSeconds;
        const isStalled = stalledSeconds * 1_000 >= STALLED_AFTER_MS;
        job.update({
          progress: part * SENT_PART,
          etaSeconds:
            bytesPerSecond > 0 && !isStalled ? Math.ceil((of - bytes) / bytesPerSecond) : null,
          result: {
            ...options.result,
            bytesPerSecond,
            ...(isStalled ? { stalledSeconds } : {}),
          },
        });
        if (part - told >= LINE_EVERY) {
          told = part;
          const percent = Math.round(part * 100);
          const en = `${percent} %, ${bytesPerSecond} bytes a second.`;
          job.update({}, { en, zh: `${percent}%，每秒 ${bytesPerSecond} 字节。` });
        }
        if (isStalled && !stalledTold) {
          const en = `${name} has fetched nothing for ${stalledSeconds} s. Is it powered and within reach?`;
          const zh = `${name} 已有 ${stalledSeconds} 秒没有取数据。它是否通电并在信号范围内？`;
          job.update({}, { en, zh });
        }
        stalledTold = isStalled;
        break;
      }
      default:
        state satisfies never;
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}

/** Whoever asked for it has it no more. */
export const stopped = (): HubError =>
  new HubError('cancelled', 'The update was stopped', {
    zh: { message: '更新已停止', hint: null },
  });

class Pace {
  #samples: Sample[] = [];
  #movedAtMs = performance.now();

  add(bytes: number): void {
    const atMs = performance.now();
    const last = this.#samples.at(-1);
    // A device that begins anew asks for the first bytes again.
    if (last !== undefined && bytes < last.bytes) this.#samples = [];
    if (last?.bytes !== bytes) this.#movedAtMs = atMs;
    this.#samples.push({ atMs, bytes });
    this.#samples = this.#samples.filter((one) => atMs - one.atMs <= PACE_WINDOW_MS);
  }

  get bytesPerSecond(): number {
    const first = this.#samples[0];
    const last = this.#samples.at(-1);
    if (first === undefined || last === undefined || last.atMs === first.atMs) return 0;
    return Math.round(((last.bytes - first.bytes) * 1_000) / (last.atMs - first.atMs));
  }

  get stalledSeconds(): number {
    return Math.floor((performance.now() - this.#movedAtMs) / 1_000);
  }
}
