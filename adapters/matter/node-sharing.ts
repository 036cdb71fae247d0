// Sharing a node with other homes: the window through which another controller takes it, the fabrics that it is in,
// and its leaving one of them.
import {
  ConflictError,
  HubError,
  NotFoundError,
  toProblem,
  UnreachableError,
  ValidationError,
} from '../../hub/model/errors.ts';
import type { NodeAddress } from '../../hub/model/identifiers.ts';
import {
  type MatterNodeReport,
  type NodeFabric,
  type NodeWindow,
  WINDOW_SECONDS,
} from '../../hub/model/matter-node.ts';
import type { AdapterContext } from '../contract/adapter.ts';
import type { Node } from './node.ts';
import { type Peer, StatusError } from './peer.ts';
import type { Controller } from './peers.ts';

// Spec: Matter 1.4 Core § 11.1, 11.18, 11.19.
const BASIC_INFORMATION = { clusterId: 0x0028, vendorId: 2, productId: 4 };
const CREDENTIALS = { clusterId: 0x003e, fabrics: 1, supportedFabrics: 2, currentFabricIndex: 5 };
const WINDOW = { clusterId: 0x003c, status: 0 };
const STATUS_BUSY = 2;
const STATUS_NOT_OPEN = 4;
const ANSWER_LIMIT_MS = 8_000;

interface OpenedWindow extends NodeWindow {
  readonly closesAtMs: number;
}

export class NodeSharing {
  readonly #context: AdapterContext;
  readonly #controller: () => Controller;
  /** Those that the hub opened itself: nobody else knows their codes. */
  readonly #windows = new Map<NodeAddress, OpenedWindow>();

  constructor(options: { readonly context: AdapterContext; controller(): Controller }) {
    this.#context = options.context;
    this.#controller = options.controller;
  }

  /** Asks the node; one that does not answer is no error here. */
  async look(
    node: Node,
  ): Promise<Pick<MatterNodeReport, 'fabrics' | 'fabricsMax' | 'window' | 'problem'>> {
    if (node.isBridged) return { fabrics: null, fabricsMax: null, window: null, problem: null };
    const { peer } = node;
    const max = peer.attribute(0, CREDENTIALS.clusterId, CREDENTIALS.supportedFabrics);
    const fabricsMax = typeof max === 'number' ? max : null;
    try {
      const { fabrics, windowStatus } = await this.#asked(node);
      return { fabrics, fabricsMax, window: this.#windowOf(peer, windowStatus), problem: null };
    } catch (error) {
      const window = this.#windowOf(peer, undefined);
      return { fabrics: null, fabricsMax, window, problem: toProblem(error) };
    }
  }

  /**
   * @throws ValidationError for a time that no window can have, ConflictError where one is open already, HubError where
   *   the node refuses or does not answer
   */
  async open(node: Node, seconds: number): Promise<NodeWindow> {
    const { min, max } = WINDOW_SECONDS;
    if (!(Number.isInteger(seconds) && seconds >= min && seconds <= max)) {
      throw new ValidationError(`A device cannot be shared for ${seconds} s`, {
        hint: `Give a whole number of seconds from ${min} to ${max}.`,
        errors: [{ path: '/seconds', message: `must be ${min} to ${max}` }],
        zh: { message: `不能共享 ${seconds} 秒`, hint: `请给出 ${min} 到 ${max} 的整数秒。` },
      });
    }
    const name = this.#nameOf(node);
    const { peer } = node;
    if ((this.#windows.get(peer.address)?.closesAtMs ?? 0) > Date.now()) {
      // It may have been used, or closed by somebody else.
      const { windowStatus } = await this.#asked(node);
      if (this.#windowOf(peer, windowStatus) !== null) throw alreadyOpen(name);
    }
    const of = (attribute: number) =>
      Number(peer.attribute(0, BASIC_INFORMATION.clusterId, attribute) ?? 0);
    const { fields, manualCode, qrText } = await this.#controller().newWindow({
      vendorId: of(BASIC_INFORMATION.vendorId),
      productId: of(BASIC_INFORMATION.productId),
    });
    await this.#invoke(node, WINDOW.clusterId, 'openCommissioningWindow', {
      commissioningTimeout: seconds,
      ...fields,
    }).catch((error: unknown) => {
      throw error instanceof StatusError && error.clusterStatus === STATUS_BUSY
        ? alreadyOpen(name)
        : error;
    });
    const window = { manualCode, qrText, closesAtMs: Date.now() + seconds * 1_000 };
    this.#windows.set(peer.address, window);
    return window;
  }

  /** Closes the window, whoever opened it; one that is not open is no error. */
  async close(node: Node): Promise<null> {
    this.#windows.delete(node.peer.address);
    try {
      await this.#invoke(node, WINDOW.clusterId, 'revokeCommissioning');
    } catch (error) {
      const { cause } = error as { readonly cause?: unknown };
      // It answers that there is none.
      if (!(cause instanceof StatusError && cause.clusterStatus === STATUS_NOT_OPEN)) throw error;
    }
    return null;
  }

  /** @throws NotFoundError for a fabric that the node is not in, ConflictError for the hub's own */
  async removeFabric(node: Node, index: number): Promise<null> {
    const name = this.#nameOf(node);
    const { fabrics } = await this.#asked(node);
    const fabric = fabrics.find((each) => each.index === index);
    if (fabric === undefined) throw new NotFoundError(`fabric of ${name}`, String(index));
    if (fabric.isOwn) {
      throw new ConflictError(`Fabric ${index} of ${name} is this hub itself`, {
        hint: 'To give the device up here, remove the device.',
        zh: {
          message: `${name} 的第 ${index} 个家就是这个中枢`,
          hint: '如果这里不再用它，请移除设备。',
        },
      });
    }
    await this.#invoke(node, CREDENTIALS.clusterId, 'removeFabric', { fabricIndex: index });
    return null;
  }

  forget(address: NodeAddress): void {
    this.#windows.delete(address);
  }

  stop(): void {
    this.#windows.clear();
  }

  /** Null where none is open. The status is the node's own word; undefined where it did not answer. */
  #windowOf({ address }: Peer, status: unknown): NodeWindow | null {
    const own = this.#windows.get(address);
    if (own === undefined) {
      const isForeign = typeof status === 'number' && status !== 0;
      return isForeign ? { manualCode: null, qrText: null, closesAtMs: null } : null;
    }
    if (status !== 0 && Date.now() < own.closesAtMs) return own;
    this.#windows.delete(address);
    return null;
  }

  async #asked(node: Node): Promise<{ fabrics: NodeFabric[]; windowStatus: unknown }> {
    const { clusterId, fabrics, currentFabricIndex } = CREDENTIALS;
    const at = [
      { clusterId, attributeId: fabrics },
      { clusterId, attributeId: currentFabricIndex },
      { clusterId: WINDOW.clusterId, attributeId: WINDOW.status },
    ];
    const asking = node.peer.ask(at, AbortSignal.timeout(ANSWER_LIMIT_MS));
    const [found, own, windowStatus] = await asking.catch((error: unknown) => {
      throw this.#silent(node, error);
    });
    const structs = Array.isArray(found) ? found : [];
    return {
      fabrics: structs.map((each) => fabricOf(each, own)).sort((a, b) => a.index - b.index),
      windowStatus,
    };
  }

  async #invoke(
    node: Node,
    clusterId: number,
    command: string,
    fields?: Readonly<Record<string, unknown>>,
  ): Promise<void> {
    const request = {
      ...{ endpoint: 0, clusterId, command },
      ...(fields === undefined ? {} : { fields }),
    };
    try {
      const answer = await node.peer.invoke(request, AbortSignal.timeout(ANSWER_LIMIT_MS));
      const status = nocStatusOf(answer);
      if (status !== 0) throw new StatusError(1, status);
    } catch (error) {
      const refused = statusOf(error);
      if (refused === null) throw this.#silent(node, error);
      if (refused.clusterStatus === STATUS_BUSY) throw refused;
      const name = this.#nameOf(node);
      throw new HubError('rejected-by-device', `${name} refused (status ${refused.status})`, {
        hint: 'Try again in a moment; some devices take one such wish at a time.',
        zh: { message: `${name} 拒绝了（状态 ${refused.status}）`, hint: '请稍后再试。' },
        cause: refused,
      });
    }
  }

  #silent(node: Node, cause: unknown): UnreachableError {
    const name = this.#nameOf(node);
    return new UnreachableError(`${name} did not answer`, {
      hint: 'Is it powered and on the network?',
      zh: { message: `${name} 没有应答`, hint: '它是否通电并在网络上？' },
      cause,
    });
  }

  #nameOf({ address, peer }: { readonly address: NodeAddress; readonly peer: Peer }): string {
    return this.#context.nameOf(address) ?? peer.identity.product;
  }
}

function alreadyOpen(name: string): ConflictError {
  return new ConflictError(`${name} is open to another controller already`, {
    hint: 'Use the code that was given out, or close the window first.',
    zh: { message: `${name} 已经开放共享`, hint: '请使用已给出的配对码，或先关闭共享。' },
  });
}

/** What an answer about fabrics says; 0 for any other answer. Spec: Matter 1.4 Core § 11.18.6.10. */
function nocStatusOf(answer: unknown): number {
  if (typeof answer !== 'object' || answer === null || !('statusCode' in answer)) return 0;
  return Number(answer.statusCode);
}

/** Null where the node did not answer at all. */
function statusOf(error: unknown): StatusError | null {
  if (error instanceof StatusError) return error;
  const isStatus =
    error instanceof Error && error.constructor.name.endsWith('Error') && 'code' in error;
  if (!isStatus) return null;
  const { code, clusterCode } = error as {
    readonly code?: unknown;
    readonly clusterCode?: unknown;
  };
  if (typeof code !== 'number') return null;
  return new StatusError(code, typeof clusterCode === 'number' ? clusterCode : undefined);
}

function fabricOf(struct: unknown, own: unknown): NodeFabric {
  const { fabricIndex, label, vendorId, fabricId } = Object(struct) as {
    readonly fabricIndex?: unknown;
    readonly label?: unknown;
    readonly vendorId?: unknown;
    readonly fabricId?: bigint | number;
  };
  return {
    index: Number(fabricIndex),
    isOwn: Number(fabricIndex) === own,
    label: typeof label === 'string' ? label : '',
    vendorId: Number(vendorId ?? 0),
    fabricId: BigInt(fabricId ?? 0)
      .toString(16)
      .padStart(16, '0'),
  };
}
