// Letting nodes in: the network is open for the asked time and closes by itself; each step is told as it happens.
import type { Controller } from 'zigbee-herdsman';
import { HubError, type Problem, toProblem, ValidationError } from '../../hub/model/errors.ts';
import type { NodeAddress } from '../../hub/model/identifiers.ts';
import type { AdapterContext } from '../contract/adapter.ts';
import type { Device } from './herdsman.ts';

/** The radio's own limit for one request; longer openings are renewed. */
const CHUNK_SECONDS = 254;
const SECONDS_MAX = 3_600;
/** Renewed this long before the radio would close. */
const RENEW_BEFORE_SECONDS = 10;
/** Steps of an interview besides one for each endpoint: node, list of endpoints, attributes. */
const OTHER_STEPS = 3;
/** Assumed until the node has told its endpoints. */
const ENDPOINTS_ASSUMED = 1;

interface Opening {
  readonly controller: Controller;
  readonly via: Device | undefined;
  readonly closesAtMs: number;
  renewAtMs: number;
  readonly timer: NodeJS.Timeout;
}

interface Interview {
  step: number;
  endpoints: number;
}

export class Pairing {
  readonly #context: AdapterContext;
  #opening: Opening | null = null;
  #isOpening = false;
  readonly #interviews = new Map<NodeAddress, Interview>();

  constructor(context: AdapterContext) {
    this.#context = context;
  }

  get isOpen(): boolean {
    return this.#opening !== null || this.#isOpening;
  }

  /**
   * Opens the network; opening an open one begins the time anew.
   * @throws ValidationError for a bad time or install code, HubError when the coordinator refuses
   */
  async open(
    controller: Controller,
    options: {
      readonly seconds: number;
      readonly via: Device | undefined;
      readonly installCode: string | null;
    },
  ): Promise<void> {
    const { seconds, via, installCode } = options;
    if (!(Number.isInteger(seconds) && seconds >= 1 && seconds <= SECONDS_MAX)) {
      throw new ValidationError(`The network cannot be open for ${seconds} s`, {
        hint: `Give a whole number of seconds from 1 to ${SECONDS_MAX}.`,
      });
    }
    if (installCode !== null) await this.#addInstallCode(controller, installCode);
    this.#clear();
    // Nodes may join before the coordinator has said that the network is open.
    this.#isOpening = true;
    try {
      await this.#permit(controller, seconds, via);
    } finally {
      this.#isOpening = false;
    }
    const closesAtMs = Date.now() + seconds * 1_000;
    const timer = setInterval(() => void this.#tick(), 1_000);
    this.#opening = { controller, via, closesAtMs, renewAtMs: renewal(seconds), timer };
    this.#context.pairProgress({ kind: 'open', secondsLeft: seconds });
  }

  /** Closes the network. May be called twice. */
  async close(): Promise<void> {
    const opening = this.#opening;
    if (opening === null) return;
    this.#clear();
    this.#context.pairProgress({ kind: 'closed' });
    try {
      await opening.controller.permitJoin(0);
    } catch (error) {
      throw new HubError('unreachable', 'The coordinator did not close the network', {
        hint: 'It closes by itself within 254 s.',
        zh: { message: '网关（协调器）没有关闭网络', hint: '它会在 254 秒内自动关闭。' },
        cause: error,
      });
    }
  }

  /** The coordinator is gone: nothing can join any more. */
  lost(problem: Problem): void {
    this.#interviews.clear();
    if (this.#opening === null) return;
    this.#clear();
    this.#context.pairProgress({ kind: 'failed', node: null, problem });
    this.#context.pairProgress({ kind: 'closed' });
  }

  found(node: NodeAddress): void {
    this.#context.pairProgress({ kind: 'found', node });
  }

  interviewStarted(node: NodeAddress): void {
    this.#interviews.set(node, { step: 0, endpoints: ENDPOINTS_ASSUMED });
    this.#tellStep(node);
  }

  /** A node has answered one question of its interview. */
  interviewStep(node: NodeAddress, endpoints: number | null): void {
    const interview = this.#interviews.get(node);
    if (interview === undefined) return;
    if (endpoints !== null) interview.endpoints = Math.max(1, endpoints);
    interview.step = Math.min(interview.step + 1, this.#stepsOf(interview) - 1);
    this.#tellStep(node);
  }

  interviewEnded(node: NodeAddress): void {
    this.#interviews.delete(node);
  }

  #stepsOf({ endpoints }: Interview): number {
    return OTHER_STEPS + endpoints;
  }

  #tellStep(node: NodeAddress): void {
    const interview = this.#interviews.get(node);
    if (interview === undefined) return;
    const of = this.#stepsOf(interview);
    this.#context.pairProgress({ kind: 'interviewing', node, index: interview.step + 1, of });
  }

  async #tick(): Promise<void> {
    const opening = this.#opening;
    if (opening === null) return;
    const leftMs = opening.closesAtMs - Date.now();
    try {
      if (leftMs <= 0) {
        await this.close();
        return;
      }
      const secondsLeft = Math.ceil(leftMs / 1_000);
      this.#context.pairProgress({ kind: 'open', secondsLeft });
      if (Date.now() < opening.renewAtMs) return;
      opening.renewAtMs = renewal(secondsLeft);
      await this.#permit(opening.controller, secondsLeft, opening.via);
    } catch (error) {
      this.#context.pairProgress({ kind: 'failed', node: null, problem: toProblem(error) });
    }
  }

  async #permit(controller: Controller, seconds: number, via: Device | undefined): Promise<void> {
    try {
      await controller.permitJoin(Math.min(seconds, CHUNK_SECONDS), via);
    } catch (error) {
      throw new HubError('unreachable', 'The coordinator did not open the network', {
        hint: via === undefined ? 'Try again.' : 'Try again without choosing a router.',
        zh: {
          message: '网关（协调器）没有开放网络',
          hint: via === undefined ? '请重试。' : '请不选路由器再试一次。',
        },
        cause: error,
      });
    }
  }

  async #addInstallCode(controller: Controller, installCode: string): Promise<void> {
    try {
      await controller.addInstallCode(installCode.trim());
    } catch (error) {
      // The code is a secret: neither the message nor the cause may repeat it.
      const isUnsupported = error instanceof Error && /not supported/.test(error.message);
      if (isUnsupported) {
        throw new HubError('unsupported', 'This coordinator takes no install codes');
      }
      throw new ValidationError('The install code is not right', {
        hint: 'Copy it from the label of the device or scan its code; its last four digits check the others.',
        zh: {
          message: '安装码不对',
          hint: '请照设备标签抄写或扫描；它的最后四位用来校验其余各位。',
        },
      });
    }
  }

  #clear(): void {
    clearInterval(this.#opening?.timer);
    this.#opening = null;
  }
}

function renewal(seconds: number): number {
  if (seconds <= CHUNK_SECONDS) return Number.POSITIVE_INFINITY;
  return Date.now() + (CHUNK_SECONDS - RENEW_BEFORE_SECONDS) * 1_000;
}
