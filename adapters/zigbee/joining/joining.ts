// How nodes come in: the opening of the network, who may enter, with which key, the interview with its tries, and
// what a person is told of all that.
import path from 'node:path';
import type { Controller } from 'zigbee-herdsman';
import type { AdapterNotice } from '../../../hub/model/adapter-port.ts';
import { toProblem } from '../../../hub/model/errors.ts';
import type { AdapterContext } from '../../contract/adapter.ts';
import { within } from '../../contract/host.ts';
import type { InterviewStep } from '../coordinator/herdsman.ts';
import {
  EXTERNAL_CONVERTERS_FOLDER,
  loadExternalConverters,
  noticesOfBroken,
} from '../definitions/external-converters.ts';
import type { Node } from '../node.ts';
import { interviewFailed, nodeError } from '../problems.ts';
import { InstallCodes } from './install-codes.ts';
import { Interviews } from './interviews.ts';
import { JoinGate } from './join-gate.ts';
import { Pairing } from './pairing.ts';

const INTERVIEW_LIMIT_MS = 170_000;

export interface JoiningOptions {
  readonly context: AdapterContext;
  controller(): Controller | null;
  /** The node as the adapter knows it now; undefined once it is gone. */
  node(address: Node['address']): Node | undefined;
  nodes(): number;
  /** Tells the hub what the node is. */
  describe(node: Node): void;
  /** A node has said what it is, all or in part: its definition is read and its hooks are called. */
  known(node: Node, status: 'successful' | 'failed'): Promise<void>;
  /** Sets up a node that has said all, before people are told of it. */
  configure(node: Node, controller: Controller): Promise<void>;
  /** The node is in the home now. */
  settled(node: Node): Promise<void>;
}

export class Joining {
  readonly pairing: Pairing;
  readonly #options: JoiningOptions;
  readonly #gate: JoinGate;
  readonly #interviews: Interviews;
  readonly #installCodes: InstallCodes;
  #converterNotices: readonly AdapterNotice[] = [];

  constructor(options: JoiningOptions) {
    const { context } = options;
    this.#options = options;
    this.#installCodes = new InstallCodes(context.dataFolder);
    this.pairing = new Pairing(context, (address) => this.#installCodes.given(address));
    this.#interviews = new Interviews({ context, ask: (node) => this.#askAgain(node) });
    this.#gate = new JoinGate({
      context,
      isOpen: () => this.pairing.isOpen,
      joining: () => this.#interviews.size,
      nodes: () => options.nodes(),
      changed: () => this.#tellNotices(),
    });
  }

  /** Reads the household's own definitions; before any node is looked at. */
  async loadConverters(): Promise<void> {
    const { context } = this.#options;
    const folder = path.join(context.dataFolder, EXTERNAL_CONVERTERS_FOLDER);
    const converters = await loadExternalConverters(folder);
    for (const { file, models, leftOut } of converters.loaded) {
      context.log('info', `The external converter ${file} defines ${models} models`);
      if (leftOut === 0) continue;
      const which = `${leftOut} converters that the library has no more`;
      context.log('warn', `The external converter ${file} works without ${which}`);
    }
    for (const { file, error } of converters.broken) {
      context.log('error', `The external converter ${file} cannot be used: ${error}`);
    }
    this.#converterNotices = noticesOfBroken(converters);
    if (this.#converterNotices.length > 0) this.#tellNotices();
  }

  #tellNotices(): void {
    this.#options.context.notices([...this.#gate.notices(), ...this.#converterNotices]);
  }

  async open(controller: Controller, options: Parameters<Pairing['open']>[1]): Promise<void> {
    await this.pairing.open(controller, options);
    this.#gate.forgive();
  }

  /** Whether a node that is not of the network may come in now. */
  accepts(ieeeAddress: string): boolean {
    return this.#gate.accepts(ieeeAddress);
  }

  /** A node has come in that was not of the network before. */
  joined(node: Node): void {
    const { context } = this.#options;
    delete node.device.meta.configured;
    if (node.device.type !== 'GreenPower') node.joinKey = this.#installCodes.joined(node.address);
    node.isJoining = true;
    context.pairProgress({ kind: 'found', node: node.address });
  }

  started(node: Node): void {
    node.isJoining = true;
    this.#interviews.started(node.address);
  }

  answered(node: Node, step: InterviewStep): void {
    this.#interviews.answered(node.address, step, node.device.endpoints.length);
  }

  /** The interview that follows a join has ended. */
  async ended(node: Node, controller: Controller, status: 'successful' | 'failed'): Promise<void> {
    const { context } = this.#options;
    if (status === 'failed') this.#tellFailed(node, false);
    else this.#interviews.succeeded(node);
    await this.#options.known(node, status);
    node.isJoining = false;
    if (status === 'failed') return;
    context.pairProgress({ kind: 'configuring', node: node.address });
    await this.#options.configure(node, controller);
    // It may have left meanwhile.
    if (node.device.isDeleted) return;
    const description = node.describe(context.id);
    context.pairProgress({ kind: 'described', node: node.address, description });
    await this.#options.settled(node);
  }

  /** A node that was there at the start, or that has said something. */
  heard(node: Node): void {
    this.#interviews.heard(node);
  }

  /** A node from before the start: one that has never said all is asked again. */
  resumed(node: Node): void {
    if (!node.isWhole) this.#interviews.resume(node);
  }

  /**
   * A person asks again, from the first question on.
   * @throws HubError that says why it did not say all
   */
  async ask(node: Node, controller: Controller): Promise<void> {
    const { context, describe } = this.#options;
    this.#interviews.started(node.address);
    try {
      const interviewing = node.device.interview(true);
      await within(interviewing, INTERVIEW_LIMIT_MS, `The interview of ${node.address}`);
    } catch (error) {
      const cause = nodeError(error, context.nameOf(node.address) ?? node.address);
      // One that had said all before stays as it was.
      if (node.conversion === null || node.failedInterview !== null) {
        this.#tellFailed(node, true);
        describe(node);
      } else {
        this.#interviews.forget(node.address);
      }
      throw interviewFailed(node.address, cause);
    }
    await node.load(true);
    await this.ended(node, controller, 'successful');
  }

  /** One of the tries that come by themselves: what the node has answered before it is not asked again. */
  async #askAgain(node: Node): Promise<void> {
    const { context, describe } = this.#options;
    const controller = this.#options.controller();
    const isStale = (): boolean =>
      this.#options.controller() !== controller || this.#options.node(node.address) !== node;
    if (controller === null || isStale()) return;
    this.#interviews.started(node.address);
    try {
      const interviewing = node.device.interview();
      await within(interviewing, INTERVIEW_LIMIT_MS, `The interview of ${node.address}`);
      if (isStale()) return;
      await node.load(true);
      await this.ended(node, controller, 'successful');
    } catch (error) {
      if (isStale()) return;
      const { message } = toProblem(error);
      context.log('info', `${node.address} was asked again in vain: ${message}`);
      this.#tellFailed(node, false);
      describe(node);
    }
  }

  #tellFailed(node: Node, isByHand: boolean): void {
    const { problem, retryAtMs } = this.#interviews.failed(node, isByHand);
    const { context } = this.#options;
    const retryInSeconds = retryAtMs === null ? null : Math.round((retryAtMs - Date.now()) / 1_000);
    context.pairProgress({ kind: 'failed', node: node.address, problem, retryInSeconds });
  }

  /** The node has left. */
  left(node: Node): void {
    this.#interviews.forget(node.address);
    this.#installCodes.left(node.address);
  }

  /** The coordinator is gone, and nothing can be asked. */
  lost(): void {
    this.#interviews.clear();
  }

  stop(): void {
    this.#interviews.clear();
    this.#gate.stop();
  }
}
