// Interviews as a person follows them: how far each has come, why one failed in words, and the tries that come by
// themselves afterwards. The library does the asking.

import type { FailedInterview } from '../../../hub/model/device.ts';
import { HubError, toProblem } from '../../../hub/model/errors.ts';
import type { NodeAddress } from '../../../hub/model/identifiers.ts';
import type { Words } from '../../../hub/model/words.ts';
import type { AdapterContext } from '../../contract/adapter.ts';
import type { InterviewStep } from '../coordinator/herdsman.ts';
import type { Node } from '../node.ts';

/** After each failed try the node is asked again by itself, that much later; afterwards only by hand or when heard. */
export const RETRY_AFTER_SECONDS: readonly number[] = [10, 30, 120, 600, 3_600];
/** A node that says something is awake: it is asked at once, but not sooner than this after the last try. */
const HEARD_GAP_MIN_MS = 3_000;
const HEARD_GAP_MAX_MS = 600_000;
/** Tries by themselves that go on at once: the radio stays free for what people do. */
const TRIES_AT_ONCE = 2;
const BUSY_AGAIN_MS = 5_000;
/** Questions of an interview besides one for each endpoint: node, list of endpoints, attributes. */
const OTHER_STEPS = 3;
/** Assumed until the node has told its endpoints. */
const ENDPOINTS_ASSUMED = 1;

/** What a node has answered so far. */
interface Answers {
  step: number;
  isNodeKnown: boolean;
  endpoints: number | null;
  described: number;
}

interface Waiting {
  readonly node: Node;
  attempts: number;
  heardTries: number;
  lastTryMs: number;
  timer: NodeJS.Timeout | undefined;
}

export interface InterviewsOptions {
  readonly context: AdapterContext;
  /** Asks the node again, all over, and tells how that ended; never rejects. */
  ask(node: Node): Promise<void>;
}

export class Interviews {
  readonly #options: InterviewsOptions;
  readonly #answers = new Map<NodeAddress, Answers>();
  readonly #waiting = new Map<NodeAddress, Waiting>();
  #trying = 0;

  constructor(options: InterviewsOptions) {
    this.#options = options;
  }

  /** How many nodes are asked at this moment. */
  get size(): number {
    return this.#answers.size;
  }

  started(node: NodeAddress): void {
    this.#answers.set(node, { step: 0, isNodeKnown: false, endpoints: null, described: 0 });
    this.#tellStep(node);
  }

  /** The node has answered one question. */
  answered(node: NodeAddress, step: InterviewStep, endpoints: number): void {
    const answers = this.#answers.get(node);
    if (answers === undefined) return;
    if (step === 'node') answers.isNodeKnown = true;
    else if (step === 'endpoints') answers.endpoints = endpoints;
    else answers.described += 1;
    answers.step = Math.min(answers.step + 1, stepsOf(answers) - 1);
    this.#tellStep(node);
  }

  succeeded(node: Node): void {
    this.#answers.delete(node.address);
    this.#forgetTries(node.address);
    node.failedInterview = null;
  }

  /** Plans the next try. @param isByHand a person has asked: the tries begin anew */
  failed(node: Node, isByHand = false): FailedInterview {
    const answers = this.#answers.get(node.address);
    this.#answers.delete(node.address);
    const known = this.#waiting.get(node.address);
    clearTimeout(known?.timer);
    const waiting: Waiting = {
      node,
      attempts: (isByHand ? 0 : (known?.attempts ?? 0)) + 1,
      heardTries: isByHand ? 0 : (known?.heardTries ?? 0),
      lastTryMs: Date.now(),
      timer: undefined,
    };
    this.#waiting.set(node.address, waiting);
    const seconds = RETRY_AFTER_SECONDS[waiting.attempts - 1];
    if (seconds !== undefined) this.#tryAfter(waiting, seconds * 1_000);
    const failed: FailedInterview = {
      problem: toProblem(notAllSaid(node, answers, seconds !== undefined)),
      attempts: waiting.attempts,
      retryAtMs: seconds === undefined ? null : Date.now() + seconds * 1_000,
    };
    node.failedInterview = failed;
    return failed;
  }

  /** A node from before the start that has never said all: its tries begin anew. */
  resume(node: Node): void {
    if (this.#waiting.has(node.address)) return;
    const waiting: Waiting = {
      node,
      attempts: 0,
      heardTries: 0,
      lastTryMs: 0,
      timer: undefined,
    };
    this.#waiting.set(node.address, waiting);
    this.#tryAfter(waiting, (RETRY_AFTER_SECONDS[0] ?? 10) * 1_000);
  }

  /** A sign of life: one that waits for its next try is awake now. */
  heard(node: Node): void {
    const waiting = this.#waiting.get(node.address);
    if (waiting === undefined || waiting.node !== node) return;
    const gapMs = Math.min(HEARD_GAP_MAX_MS, HEARD_GAP_MIN_MS * 2 ** waiting.heardTries);
    if (Date.now() - waiting.lastTryMs < gapMs) return;
    waiting.heardTries += 1;
    this.#try(waiting);
  }

  forget(node: NodeAddress): void {
    this.#answers.delete(node);
    this.#forgetTries(node);
  }

  /** The coordinator is gone, and nothing can be asked. */
  clear(): void {
    this.#answers.clear();
    for (const { timer } of this.#waiting.values()) clearTimeout(timer);
    this.#waiting.clear();
  }

  #forgetTries(node: NodeAddress): void {
    clearTimeout(this.#waiting.get(node)?.timer);
    this.#waiting.delete(node);
  }

  #tryAfter(waiting: Waiting, delayMs: number): void {
    clearTimeout(waiting.timer);
    waiting.timer = setTimeout(() => this.#try(waiting), delayMs);
    waiting.timer.unref();
  }

  #try(waiting: Waiting): void {
    if (this.#waiting.get(waiting.node.address) !== waiting) return;
    if (this.#answers.has(waiting.node.address)) return;
    if (this.#trying >= TRIES_AT_ONCE) {
      this.#tryAfter(waiting, BUSY_AGAIN_MS);
      return;
    }
    clearTimeout(waiting.timer);
    waiting.lastTryMs = Date.now();
    this.#trying += 1;
    void this.#options.ask(waiting.node).finally(() => {
      this.#trying -= 1;
    });
  }

  #tellStep(node: NodeAddress): void {
    const answers = this.#answers.get(node);
    if (answers === undefined) return;
    const progress = { index: answers.step + 1, of: stepsOf(answers) };
    this.#options.context.pairProgress({ kind: 'interviewing', node, ...progress });
  }
}

function stepsOf({ endpoints }: Answers): number {
  return OTHER_STEPS + Math.max(1, endpoints ?? ENDPOINTS_ASSUMED);
}

/** What the node has not said, as a person would put it. */
function unsaid(answers: Answers | undefined): Words {
  if (answers === undefined || !answers.isNodeKnown) {
    return { en: 'what kind of device it is', zh: '它是哪一类设备' };
  }
  const { endpoints, described } = answers;
  if (endpoints === null)
    return { en: 'which parts (endpoints) it has', zh: '它有哪些部分（端点）' };
  if (described < endpoints) {
    return {
      en: `what its parts (endpoints) do: ${described} of ${endpoints} were told`,
      zh: `它的各部分（端点）的功能：只说了 ${described}/${endpoints}`,
    };
  }
  return { en: 'its model', zh: '它的型号' };
}

function notAllSaid(node: Node, answers: Answers | undefined, isRetried: boolean): HubError {
  const what = unsaid(answers);
  const wake = node.isListening
    ? { en: 'Bring it nearer.', zh: '请把它拿近一些。' }
    : {
        en: 'If it runs on a battery it sleeps: press its button to wake it, and keep it near.',
        zh: '如果它用电池供电，它可能在休眠：请按它的按键唤醒它，并把它拿近一些。',
      };
  const next = isRetried
    ? { en: 'It is asked again by itself.', zh: '会自动重新询问。' }
    : {
        en: 'It is asked again when it is heard, or by hand from its page.',
        zh: '收到它的消息时会再询问，也可以在它的页面上手动重新询问。',
      };
  return new HubError('timed-out', `${node.address} has joined but did not say ${what.en}`, {
    hint: `${wake.en} ${next.en}`,
    zh: { message: `${node.address} 已加入，但没有说明${what.zh}`, hint: `${wake.zh}${next.zh}` },
  });
}
