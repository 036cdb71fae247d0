// Adding a device by its setup code: looked for on the network for the asked time, taken into the hub's fabric step
// by step, each step told as it happens. One device at a time.
import { setTimeout as delay } from 'node:timers/promises';
import { ConflictError, ValidationError } from '../../hub/model/errors.ts';
import type { NodeAddress } from '../../hub/model/identifiers.ts';
import type { AttestationPolicy } from '../../hub/model/matter-node.ts';
import type { AdapterContext } from '../contract/adapter.ts';
import { type Attestation, DOUBTED, isTakenIn, VERDICTS } from './attestation.ts';
import { commissioningProblem } from './commissioning-problem.ts';
import type { Peer } from './peer.ts';
import type { Controller } from './peers.ts';
import type { SetupCode } from './setup-code.ts';

const SECONDS_MAX = 900;
/** The steps before the operational connection take seconds; with it, this much at most. */
const COMMISSION_LIMIT_MS = 120_000;
/** How often a node that was added by the same code is asked whether it is here. */
const LOOK_EVERY_MS = 500;
const PROBE_LIMIT_MS = 2_500;

const HERE_ALREADY = { en: 'It is in this home already.', zh: '它已经在这个家里了。' };
const FINISHED = {
  en: 'An earlier attempt to add it was cut off; it is finished now.',
  zh: '之前添加它时中断了，现在已完成。',
};
const SILENT = {
  en: 'It is there, but does not answer yet: an attempt that was broken off may still hold it, for a minute or two. The hub goes on trying.',
  zh: '找到了它，但它还没有应答：可能还被之前中断的添加占用，要等一两分钟。中枢会继续尝试。',
};

interface Attempt {
  readonly stop: AbortController;
  readonly timer: NodeJS.Timeout;
  hasFound: boolean;
  isClosed: boolean;
  /** The step of commissioning under way, by its name in the library. */
  step: string;
  attestation: Attestation | null;
  /** It was said that a device is there and does not answer. */
  isToldSilent: boolean;
}

export interface PairingHome {
  /** What is done with a device whose certificates are not proved to be its maker's own. */
  readonly policy: AttestationPolicy;
  /** Takes a peer, which was found as that address, into the home; may be told again of one that is there. */
  adopt(peer: Peer, pairedAs: NodeAddress): Promise<void>;
  /** The peers that were added by this code. */
  addedBy(code: SetupCode): readonly Peer[];
  /** This code is about to add the node. */
  adding(address: NodeAddress, code: SetupCode): void;
  /** The node is given its place in the fabric now. */
  certified(address: NodeAddress): void;
  /** What the certificates of the node are worth. */
  attested(address: NodeAddress, attestation: Attestation): void;
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
      step: '',
      attestation: null,
      isToldSilent: false,
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
          attestation: (found) => this.#attestation(attempt, address, found),
          certified: () => this.#home.certified(address),
          silent: () => this.#silent(attempt, address),
        },
        attempt.stop.signal,
      );
      const peer = await Promise.race([commissioning, this.#untilHere(code, attempt)]);
      const isNew = peer.fabricAddress === address;
      if (isNew) context.pairProgress({ kind: 'configuring', node: address });
      else {
        attempt.hasFound = true;
        attempt.stop.abort();
        commissioning.catch(() => {});
        context.pairProgress({ kind: 'found', node: peer.address });
        const isNamed = context.nameOf(peer.address) !== undefined;
        const text = isNamed ? HERE_ALREADY : FINISHED;
        context.pairProgress({ kind: 'note', node: peer.address, text });
      }
      await this.#home.adopt(peer, isNew ? address : peer.address);
    } catch (error) {
      const isWanted = attempt.isClosed && !attempt.hasFound;
      if (!isWanted) {
        const { hasFound, step, attestation } = attempt;
        const problem = commissioningProblem(error, { hasFound, seconds, step, attestation });
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

  /**
   * Settles once a peer that was added by the code has answered, while nothing else was found and nobody stopped the
   * search. Such a peer may come to light on the way: what an earlier attempt left unfinished.
   */
  async #untilHere(code: SetupCode, attempt: Attempt): Promise<Peer> {
    for (;;) {
      const isOver = attempt.hasFound || attempt.isClosed || attempt.stop.signal.aborted;
      if (isOver) return new Promise(() => {});
      const known = this.#home.addedBy(code).filter(({ isSubscribed }) => isSubscribed);
      const answers = known.map((peer) =>
        peer.probe(AbortSignal.timeout(PROBE_LIMIT_MS)).catch(() => false),
      );
      const here = known[(await Promise.all(answers)).indexOf(true)];
      if (here !== undefined && !attempt.hasFound && !attempt.isClosed) return here;
      await delay(LOOK_EVERY_MS);
    }
  }

  #silent(attempt: Attempt, node: NodeAddress): void {
    if (attempt.isToldSilent) return;
    attempt.isToldSilent = true;
    this.#context.pairProgress({ kind: 'note', node, text: SILENT });
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
    attempt.step = name;
    this.#context.log('debug', `Commissioning ${node}: ${name}`);
    this.#context.pairProgress({ kind: 'interviewing', node, index, of });
  }

  /**
   * The household owns the device and has typed its code: a doubtful certificate is told and not refused, unless the
   * household has asked for that.
   */
  #attestation(attempt: Attempt, node: NodeAddress, attestation: Attestation): boolean {
    attempt.attestation = attestation;
    this.#home.attested(node, attestation);
    const { verdict, findings } = attestation;
    const isWanted = isTakenIn(verdict, this.#home.policy);
    const { en, zh } = VERDICTS[verdict];
    this.#context.log('debug', `Certificates of ${node}: ${verdict}. ${findings.join('; ')}`);
    const text =
      verdict === 'official'
        ? { en: `${en}.`, zh: `${zh}。` }
        : isWanted
          ? { en: `${en}. It is added all the same.`, zh: `${zh}。仍然添加了它。` }
          : { en: `${en}. It is not added.`, zh: `${zh}。因此没有添加。` };
    const doubt = isWanted && DOUBTED.includes(verdict) ? { isWarning: true as const } : {};
    this.#context.pairProgress({ kind: 'note', node, text, ...doubt });
    return isWanted;
  }
}
