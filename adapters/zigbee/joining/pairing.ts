// Letting nodes in: the network is open for the asked time and closes by itself; each step is told as it happens.
import { setTimeout as delay } from 'node:timers/promises';
import type { Controller } from 'zigbee-herdsman';
import { HubError, type Problem, toProblem, ValidationError } from '../../../hub/model/errors.ts';
import { type NodeAddress, nodeAddress } from '../../../hub/model/identifiers.ts';
import { readInstallCode } from '../../../hub/model/install-code.ts';
import type { AdapterContext } from '../../contract/adapter.ts';
import { within } from '../../contract/host.ts';
import type { Device } from '../coordinator/herdsman.ts';
import { silentRouter } from './chosen-router.ts';

/**
 * Longer openings are renewed: should the hub die, the network closes by itself within this time, whatever it was
 * opened for. (The radio's own limit is 254 s.)
 */
const CHUNK_SECONDS = 60;
const SECONDS_MAX = 3_600;
/** Renewed this long before the radio would close. */
const RENEW_BEFORE_SECONDS = 10;
/** The radio may take this long to be told that nodes may join, or may not. */
const RADIO_LIMIT_MS = 20_000;
/** A chosen router answers within this time or not at all; whoever asked still waits for the word then. */
const ROUTER_LIMIT_MS = 7_000;
/** What a hub before this one may have left open is closed; tried this often, so far apart. */
const SHUT_TRIES = 3;
const SHUT_AGAIN_MS = 2_000;

interface Opening {
  readonly controller: Controller;
  readonly via: Device | undefined;
  readonly closesAtMs: number;
  renewAtMs: number;
  readonly timer: NodeJS.Timeout;
}

export class Pairing {
  readonly #context: AdapterContext;
  #opening: Opening | null = null;
  #isOpening = false;
  /** The radio is told one thing after the other: what closes one opening must not close the next. */
  #told: Promise<void> = Promise.resolve();
  readonly #installCodeGiven: (ieeeAddress: string) => void;

  /** @param installCodeGiven told of each node that the coordinator has been given a code for */
  constructor(context: AdapterContext, installCodeGiven: (ieeeAddress: string) => void) {
    this.#context = context;
    this.#installCodeGiven = installCodeGiven;
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
      // Through one router only: what is open elsewhere, from before, is closed.
      if (via !== undefined) await this.#tellRadio(controller, 0);
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
      await this.#tellRadio(opening.controller, 0);
    } catch (error) {
      throw new HubError('unreachable', 'The coordinator did not close the network', {
        hint: 'It closes by itself within 254 s.',
        zh: { message: '网关（协调器）没有关闭网络', hint: '它会在 254 秒内自动关闭。' },
        cause: error,
      });
    }
  }

  /**
   * The coordinator has just been connected: a hub that was killed while the network was open has left it so, at the
   * coordinator and at every router. Tried three times; nobody is let in meanwhile in any case.
   */
  async shut(controller: Controller): Promise<void> {
    for (let attempt = 1; attempt <= SHUT_TRIES && !this.isOpen; attempt++) {
      try {
        await this.#tellRadio(controller, 0);
        return;
      } catch (error) {
        const text = error instanceof Error ? error.message : String(error);
        this.#context.log('warn', `The network could not be closed for joining: ${text}`);
        await delay(SHUT_AGAIN_MS);
      }
    }
  }

  /** The coordinator is gone: nothing can join any more. */
  lost(problem: Problem): void {
    if (this.#opening === null) return;
    this.#clear();
    this.#context.pairProgress({ kind: 'failed', node: null, problem });
    this.#context.pairProgress({ kind: 'closed' });
  }

  found(node: NodeAddress): void {
    this.#context.pairProgress({ kind: 'found', node });
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

  #tellRadio(controller: Controller, seconds: number, via?: Device): Promise<void> {
    const limitMs = via === undefined ? RADIO_LIMIT_MS : ROUTER_LIMIT_MS;
    const telling = this.#told.then(() =>
      within(controller.permitJoin(seconds, via), limitMs, 'The radio'),
    );
    this.#told = telling.catch(() => {
      // Whoever asked for it is told.
    });
    return telling;
  }

  async #permit(controller: Controller, seconds: number, via: Device | undefined): Promise<void> {
    try {
      await this.#tellRadio(controller, Math.min(seconds, CHUNK_SECONDS), via);
    } catch (error) {
      if (via !== undefined) {
        const address = nodeAddress(via.ieeeAddr);
        throw silentRouter(this.#context.nameOf(address) ?? address, error);
      }
      throw new HubError('unreachable', 'The coordinator did not open the network', {
        hint: 'Try again.',
        zh: { message: '网关（协调器）没有开放网络', hint: '请重试。' },
        cause: error,
      });
    }
  }

  async #addInstallCode(controller: Controller, installCode: string): Promise<void> {
    const { ieeeAddress, code, isChecked } = readInstallCode(installCode);
    try {
      await controller.addInstallCode(`${ieeeAddress.slice(2).toUpperCase()}|${code}`);
    } catch (error) {
      // The code is a secret: neither the message nor the cause may repeat it.
      const isUnsupported = error instanceof Error && /not supported/.test(error.message);
      if (isUnsupported) {
        throw new HubError('unsupported', 'This coordinator takes no install codes', {
          hint: 'Add the device without its code; its joining could then be listened to.',
          zh: {
            message: '这个网关（协调器）不支持安装码',
            hint: '可以不用安装码添加设备，但加入过程可能被窃听。',
          },
        });
      }
      throw new HubError('rejected-by-device', 'The coordinator did not take the install code', {
        hint: 'Try again. If it goes on, restart the coordinator.',
        zh: { message: '网关（协调器）没有接受安装码', hint: '请重试；如果仍然不行，请重启网关。' },
      });
    }
    this.#installCodeGiven(ieeeAddress);
    if (isChecked) return;
    const text = {
      en: 'This install code has no checksum: if the device does not join, compare each digit with its label.',
      zh: '这个安装码没有校验位：如果设备没有加入，请与标签逐位核对。',
    };
    this.#context.pairProgress({ kind: 'note', node: nodeAddress(ieeeAddress), text });
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
