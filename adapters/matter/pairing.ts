// Adding a device by its setup code: looked for on the network for the asked time, taken into the hub's fabric step
// by step, each step told as it happens. One device at a time.
import { setTimeout as delay } from 'node:timers/promises';
import { ConflictError, type Problem, ValidationError } from '../../hub/model/errors.ts';
import type { NodeAddress } from '../../hub/model/identifiers.ts';
import type { AdapterContext } from '../contract/adapter.ts';
import type { Controller, Peer } from './peers.ts';
import type { SetupCode } from './setup-code.ts';

const SECONDS_MAX = 900;
/** The steps before the operational connection take seconds; with it, this much at most. */
const COMMISSION_LIMIT_MS = 120_000;
/** How often a node that was added by the same code is asked whether it is here. */
const LOOK_EVERY_MS = 500;
const PROBE_LIMIT_MS = 2_500;

interface Attempt {
  readonly stop: AbortController;
  readonly timer: NodeJS.Timeout;
  hasFound: boolean;
  isClosed: boolean;
}

export interface PairingHome {
  /** Takes a peer into the home; may be told again of one that is there. */
  adopt(peer: Peer): void;
  /** The peers that were added by this code. */
  addedBy(code: SetupCode): readonly Peer[];
  /** This code is about to add the node. */
  adding(address: NodeAddress, code: SetupCode): void;
  /** The attempt is over, whether the node is a peer now or not. */
  ended(): void;
}

export class Pairing {
  readonly #context: AdapterContext;
  readonly #home: PairingHome;
  #attempt: Attempt | null = null;

  constructor(context: AdapterContext, home: PairingHome) {
    this.#context = context;
    this.#home = home;
  }

  /**
   * Begins; progress is told apart.
   * @throws ValidationError for a bad code or time, ConflictError while another device is being added
   */
  open(controller: Controller, code: string, seconds: number): void {
    if (!(Number.isInteger(seconds) && seconds >= 1 && seconds <= SECONDS_MAX)) {
      throw new ValidationError(`A device cannot be looked for for ${seconds} s`, {
        hint: `Give a whole number of seconds from 1 to ${SECONDS_MAX}.`,
      });
    }
    if (code.trim() === '') {
      const message = 'A Matter device is added by its setup code, and there is none';
      throw new ValidationError(message, {
        hint: 'Type the 11 digits on the device or in its box, or the text of its QR code.',
        zh: {
          message: '添加 Matter 设备需要配对码',
          hint: '请输入设备上或包装盒里的 11 位数字，或二维码的内容。',
        },
        errors: [{ path: '/code', message }],
      });
    }
    const setupCode = controller.readCode(code);
    if (this.#attempt !== null) {
      throw new ConflictError('Another Matter device is being added', {
        hint: 'Wait until it is done, or stop it.',
        zh: { message: '正在添加另一个 Matter 设备', hint: '请等它完成，或先停止它。' },
      });
    }
    void this.#run(controller, setupCode, seconds);
  }

  /** Ends the search; what is being taken in already goes on. May be called twice. */
  close(): void {
    const attempt = this.#attempt;
    if (attempt === null) return;
    attempt.stop.abort();
    this.#closed(attempt);
  }

  async #run(controller: Controller, code: SetupCode, seconds: number): Promise<void> {
    const context = this.#context;
    const address = controller.newAddress();
    const endsAtMs = performance.now() + seconds * 1_000;
    const attempt: Attempt = {
      stop: new AbortController(),
      hasFound: false,
      isClosed: false,
      timer: setInterval(() => {
        const secondsLeft = Math.max(0, Math.ceil((endsAtMs - performance.now()) / 1_000));
        if (!attempt.hasFound) context.pairProgress({ kind: 'open', secondsLeft });
      }, 1_000),
    };
    this.#attempt = attempt;
    context.pairProgress({ kind: 'open', secondsLeft: seconds });
    const limit = setTimeout(() => attempt.stop.abort(), seconds * 1_000 + COMMISSION_LIMIT_MS);
    try {
      this.#home.adding(address, code);
      const commissioning = controller.commission(
        code,
        seconds * 1_000,
        {
          address,
          step: (index, of, name) => this.#step(attempt, address, { index, of, name }),
          attestation: (findings) => this.#attestation(address, findings),
        },
        attempt.stop.signal,
      );
      const here = this.#home.addedBy(code).map((known) => this.#untilHere(known, attempt));
      const peer = await Promise.race([commissioning, ...here]);
      if (peer.address === address) context.pairProgress({ kind: 'configuring', node: address });
      else {
        attempt.hasFound = true;
        attempt.stop.abort();
        commissioning.catch(() => {});
        context.pairProgress({ kind: 'found', node: peer.address });
        const text = { en: 'It is in this home already.', zh: '它已经在这个家里了。' };
        context.pairProgress({ kind: 'note', node: peer.address, text });
      }
      this.#home.adopt(peer);
    } catch (error) {
      const isWanted = attempt.isClosed && !attempt.hasFound;
      if (!isWanted) {
        const problem = problemOf(error, attempt.hasFound, seconds);
        context.pairProgress({ kind: 'failed', node: attempt.hasFound ? address : null, problem });
        context.log('warn', `A Matter device was not added: ${String(error)}`);
      }
    } finally {
      clearTimeout(limit);
      this.#closed(attempt);
      if (this.#attempt === attempt) this.#attempt = null;
      this.#home.ended();
    }
  }

  /** Settles once the peer has answered, while nothing else was found and nobody stopped the search. */
  #untilHere(peer: Peer, attempt: Attempt): Promise<Peer> {
    return new Promise((resolve) => {
      const isOver = () => attempt.hasFound || attempt.isClosed || attempt.stop.signal.aborted;
      const look = async (): Promise<void> => {
        while (!isOver()) {
          const isHere =
            peer.isSubscribed &&
            (await peer.probe(AbortSignal.timeout(PROBE_LIMIT_MS)).catch(() => false));
          if (isOver()) return;
          if (isHere) return resolve(peer);
          await delay(LOOK_EVERY_MS);
        }
      };
      void look();
    });
  }

  #closed(attempt: Attempt): void {
    if (attempt.isClosed) return;
    attempt.isClosed = true;
    clearInterval(attempt.timer);
    this.#context.pairProgress({ kind: 'closed' });
  }

  #step(
    attempt: Attempt,
    node: NodeAddress,
    { index, of, name }: { readonly index: number; readonly of: number; readonly name: string },
  ): void {
    if (!attempt.hasFound) this.#context.pairProgress({ kind: 'found', node });
    attempt.hasFound = true;
    this.#context.log('debug', `Commissioning ${node}: ${name}`);
    this.#context.pairProgress({ kind: 'interviewing', node, index, of });
  }

  /** The household owns the device and has typed its code: a doubtful certificate is told and not refused. */
  #attestation(node: NodeAddress, findings: readonly string[]): void {
    const why = findings.join('; ');
    const text = {
      en: `Its certificate could not be proved to be a maker's own: ${why}. It is added all the same.`,
      zh: `无法证明它的证书来自正规厂商：${why}。仍然添加了它。`,
    };
    this.#context.pairProgress({ kind: 'note', node, text });
  }
}

/** Why it was not added, in words. */
function problemOf(error: unknown, hasFound: boolean, seconds: number): Problem {
  const text = chainOf(error);
  if (!hasFound && /No commissionable device|timed out|cancell?ed/i.test(text)) {
    return {
      code: 'timed-out',
      message: `No device with this code was found within ${seconds} s`,
      hint: 'Is it powered, on this network and ready to be added? One that is used elsewhere must be opened for adding there, which gives a new code; a new one must first be on the Wi-Fi or by cable.',
      zh: {
        message: `${seconds} 秒内没有找到使用这个配对码的设备`,
        hint: '它是否通电、在同一网络、处于可添加状态？已在别处使用的设备要先在那里开放添加，会得到新的配对码；新设备要先连上 Wi-Fi 或网线。',
      },
    };
  }
  if (/key confirmation|passcode|PASE|Incorrect|confirmation/i.test(text)) {
    return {
      code: 'rejected-by-device',
      message: 'The device did not accept the code',
      hint: 'Compare it with the device and type it again.',
      zh: { message: '设备不接受这个配对码', hint: '请与设备上的对照，重新输入。' },
    };
  }
  if (/already commissioned|AlreadyCommissioned|FabricConflict/i.test(text)) {
    return {
      code: 'conflict',
      message: 'The device belongs to this home already',
      hint: 'Look for it among the devices; to add it anew, remove it first or reset it.',
      zh: {
        message: '这个设备已经属于这个家',
        hint: '请在设备列表里找它；要重新添加，请先移除或重置它。',
      },
    };
  }
  if (/operational|CASE|Reconnect/i.test(text)) {
    return {
      code: 'unreachable',
      message: 'The device took the code and could then not be reached on the network',
      hint: 'Its network must be the one of the hub, with IPv6 and multicast between the two.',
      zh: {
        message: '设备接受了配对码，但之后在网络上连不上它',
        hint: '它必须与中枢在同一网络，两者之间要能用 IPv6 和组播。',
      },
    };
  }
  return {
    code: 'rejected-by-device',
    message: `The device could not be added: ${text}`,
    hint: 'Switch it off and on and try again; a reset helps where an earlier attempt was broken off.',
    zh: {
      message: `无法添加这个设备：${text}`,
      hint: '请关开电源再试；如果之前中断过，重置会有帮助。',
    },
  };
}

/** The messages of an error and of what caused it. */
function chainOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const inner = error instanceof AggregateError ? error.errors.map(chainOf) : [];
  const cause = error.cause === undefined ? [] : [chainOf(error.cause)];
  return [error.message, ...inner, ...cause].join(': ');
}
