// The Matter adapter: puts its parts together and hands what is heard of a node to the part that it concerns.
import type { AdapterCall } from '../../hub/model/adapter-port.ts';
import {
  HubError,
  NotFoundError,
  type Problem,
  toProblem,
  UnreachableError,
} from '../../hub/model/errors.ts';
import type { NodeAddress } from '../../hub/model/identifiers.ts';
import type { ToBridge } from '../../hub/model/matter-bridge.ts';
import type { PropertyKey, PropertyValue } from '../../hub/model/properties.ts';
import type { Adapter, AdapterCommand, AdapterContext } from '../contract/adapter.ts';
import { within } from '../contract/host.ts';
import { Bridge } from './bridge/bridge.ts';
import { buttonPress } from './buttons.ts';
import { CodeBook } from './code-book.ts';
import { Commands } from './commands.ts';
import { FirmwareUpdates } from './firmware.ts';
import { Node } from './node.ts';
import { Pairing } from './pairing.ts';
import { Controller, type Peer } from './peers.ts';
import { Reach } from './reach.ts';
import { bridgePortOf, type MatterSettings, readSettings } from './settings.ts';

/** Loading matter.js takes a second, and many on a busy small board. */
const OPEN_LIMIT_MS = 60_000;
const CLOSE_LIMIT_MS = 3_500;
const REMOVE_LIMIT_MS = 10_000;
const REFRESH_LIMIT_MS = 10_000;
/** An interface that is not there yet is looked for this often. */
const LOOK_AGAIN_MS = 5_000;

/** Matter by matter.js. One per process or worker: the library keeps its storage and network in static places. */
export function createMatterAdapter(context: AdapterContext): Adapter {
  return new MatterAdapter(context);
}

class MatterAdapter implements Adapter {
  readonly #context: AdapterContext;
  readonly #nodes = new Map<NodeAddress, Node>();
  readonly #reach: Reach;
  readonly #commands: Commands;
  readonly #pairing: Pairing;
  readonly #firmware: FirmwareUpdates;
  readonly #codes: CodeBook;
  readonly #bridge: Bridge;
  /** Resolves once matter.js is loaded and set up. */
  readonly #library = Promise.withResolvers<void>();
  #controller: Controller | null = null;
  #opening: Promise<void> = Promise.resolve();
  #retry: NodeJS.Timeout | undefined;
  #networkInterface = '';
  #isStopped = false;

  constructor(context: AdapterContext) {
    this.#context = context;
    this.#codes = new CodeBook(context.dataFolder);
    const port = bridgePortOf(context.settings);
    this.#bridge = new Bridge({ context, port, library: this.#library.promise });
    this.#reach = new Reach(context);
    this.#commands = new Commands({
      context,
      node: (address) => this.#nodes.get(address),
      suspect: (node) => this.#reach.suspect(node),
    });
    this.#firmware = new FirmwareUpdates(
      async () => this.#live().firmware(),
      (node) => context.nameOf(node),
    );
    this.#pairing = new Pairing(context, {
      adopt: (peer) => this.#commissioned(peer),
      addedBy: (code) =>
        this.#codes.nodesOf(code).flatMap((address) => this.#nodes.get(address)?.peer ?? []),
      adding: (address, code) => this.#codes.add(address, code),
      ended: () => this.#codes.keep(new Set(this.#nodes.keys())),
    });
  }

  async start(): Promise<void> {
    const settings = this.#settings();
    if (settings !== null) this.#opening = this.#open(settings);
  }

  /** Null while the interface is not there, which is told and looked for again. */
  #settings(): MatterSettings | null {
    try {
      return readSettings(this.#context.settings);
    } catch (error) {
      if (!(error instanceof UnreachableError)) throw error;
      const retryAtMs = Date.now() + LOOK_AGAIN_MS;
      this.#context.state({ kind: 'fault', problem: toProblem(error), retryAtMs });
      this.#retry = setTimeout(() => {
        const settings = this.#settings();
        if (settings !== null) this.#opening = this.#open(settings);
      }, LOOK_AGAIN_MS);
      return null;
    }
  }

  async #open({ networkInterface }: MatterSettings): Promise<void> {
    const context = this.#context;
    this.#networkInterface = networkInterface;
    context.state({ kind: 'connecting' });
    try {
      const opening = Controller.open(
        {
          storage: context.dataFolder,
          networkInterface,
          log: (level, text) => context.log(level, text),
        },
        {
          changed: (peer, ...change) => this.#changed(peer, ...change),
          happened: (peer, ...event) => this.#happened(peer, ...event),
          subscribed: (peer, isActive) => this.#subscribed(peer, isActive),
          left: (peer) => this.#left(peer),
        },
      );
      const controller = await within(opening, OPEN_LIMIT_MS, 'Starting matter.js');
      this.#controller = controller;
      if (this.#isStopped) return;
      this.#library.resolve();
      for (const peer of controller.peers()) this.#reach.expect(this.#nodeOf(peer));
      this.#connected();
    } catch (error) {
      const problem = openProblem(error);
      context.state({ kind: 'fault', problem, retryAtMs: null });
      // matter.js cannot be started twice in one worker.
      context.abandon(problem.message);
    }
  }

  /** Tells that it is connected, and with how many nodes. */
  #connected(): void {
    if (this.#isStopped) return;
    const count = this.#nodes.size;
    const nodes = count === 1 ? '1 node' : `${count} nodes`;
    this.#context.state({ kind: 'connected', detail: `${nodes}, on ${this.#networkInterface}` });
  }

  async stop(): Promise<void> {
    if (this.#isStopped) return;
    this.#isStopped = true;
    clearTimeout(this.#retry);
    this.#pairing.close();
    this.#commands.stop();
    this.#reach.stop();
    await within(this.#opening, 1_000, 'starting').catch(() => {});
    const closing = [
      Promise.resolve(this.#bridge.stop()),
      Promise.resolve(this.#controller?.close()),
    ];
    await within(Promise.all(closing), CLOSE_LIMIT_MS, 'closing matter.js').catch((error: Error) =>
      this.#context.log('warn', error.message),
    );
  }

  send(command: AdapterCommand): void {
    this.#live();
    this.#commands.send(command);
  }

  bridge(update: ToBridge): void {
    this.#bridge.take(update);
  }

  async call(body: AdapterCall): Promise<unknown> {
    switch (body.kind) {
      case 'bridge':
        return this.#bridge.ask(body.ask);
      case 'pair':
        this.#pairing.open(this.#live(), body.code ?? '', body.seconds);
        return null;
      case 'pairStop':
        this.#pairing.close();
        return null;
      case 'remove':
        await this.#remove(this.#known(body.node), body.force);
        return null;
      case 'rename':
        return null;
      case 'interview':
      case 'refresh':
        await this.#refresh(this.#known(body.node), body.kind === 'interview');
        return null;
      case 'firmwareHeard':
        return this.#firmware.heardOf(this.#nodes.values());
      case 'firmwareCheck':
        return this.#firmware.check(this.#known(body.node));
      case 'firmwareUpdate':
        await this.#firmware.start(this.#known(body.node), body.image);
        return null;
      case 'firmwareState':
        return this.#firmware.state(this.#known(body.node));
      case 'firmwareAbort':
        await this.#firmware.abort(this.#known(body.node));
        return null;
      case 'describe':
        for (const node of this.#nodes.values()) this.#describe(node);
        return null;
      case 'statistics':
        return {
          nodes: [...this.#nodes.values()].map((node) => ({
            node: node.address,
            isOnline: node.isOnline,
            leftOut: node.shape.leftOut,
          })),
        };
      default:
        throw new HubError('unsupported', `The Matter adapter cannot do "${body.kind}"`);
    }
  }

  #live(): Controller {
    if (this.#controller !== null) return this.#controller;
    throw new UnreachableError('Matter is not ready yet', {
      hint: 'The health of the home shows what is wrong. Try again in a moment.',
      zh: { message: 'Matter 还没有准备好', hint: '家的状态里会显示原因。请稍后再试。' },
    });
  }

  #known(address: NodeAddress): Node {
    this.#live();
    const node = this.#nodes.get(address);
    if (node === undefined) throw new NotFoundError('Matter node', address);
    return node;
  }

  #nodeOf(peer: Peer): Node {
    const known = this.#nodes.get(peer.address);
    if (known !== undefined) return known;
    const node = new Node(peer);
    this.#nodes.set(peer.address, node);
    this.#describe(node);
    this.#tellLeftOut(node);
    return node;
  }

  #tellLeftOut({ address, shape }: Node): void {
    if (shape.leftOut.length === 0) return;
    this.#context.log(
      'info',
      `${address} has more than the hub takes: ${shape.leftOut.join(', ')}`,
    );
  }

  #describe(node: Node): void {
    this.#context.described(node.describe(this.#context.id));
  }

  #commissioned(peer: Peer): void {
    const node = this.#nodeOf(peer);
    const description = node.describe(this.#context.id);
    this.#context.pairProgress({ kind: 'described', node: peer.address, description });
    this.#reach.expect(node);
    this.#connected();
  }

  #subscribed(peer: Peer, isActive: boolean): void {
    const node = this.#nodes.get(peer.address);
    if (node === undefined) return;
    if (isActive) this.#reshape(node);
    this.#reach.subscribed(node, isActive);
  }

  /** An update of the node may have brought or taken properties. */
  #reshape(node: Node): void {
    const before = JSON.stringify(node.describe(this.#context.id));
    node.reshape();
    if (JSON.stringify(node.describe(this.#context.id)) === before) return;
    this.#describe(node);
    this.#tellLeftOut(node);
  }

  #changed(peer: Peer, endpoint: number, clusterId: number, attributeIds: readonly number[]): void {
    const node = this.#nodes.get(peer.address);
    if (node === undefined || node.isOnline !== true || node.isSuspect) return;
    const values = node.values({ endpoint, clusterId, attributeIds });
    const keys = Object.keys(values) as PropertyKey[];
    if (keys.length === 0) return;
    for (const key of keys) node.toldAtMs.set(key, performance.now());
    this.#context.report(node.address, values, 'report');
  }

  #happened(
    peer: Peer,
    endpoint: number,
    clusterId: number,
    event: string,
    payload: unknown,
  ): void {
    const node = this.#nodes.get(peer.address);
    // What is told while a subscription begins happened before it.
    if (node?.isOnline !== true) return;
    const key = node.shape.buttons.get(endpoint);
    const cluster = peer.cluster(endpoint, clusterId);
    if (key === undefined || cluster === undefined) return;
    const press: PropertyValue | null = buttonPress(cluster, event, payload);
    if (press !== null) this.#context.event(node.address, key, press);
  }

  #left(peer: Peer): void {
    const node = this.#nodes.get(peer.address);
    if (node === undefined) return;
    this.#nodes.delete(peer.address);
    this.#reach.forget(node);
    this.#context.left(peer.address);
    this.#connected();
  }

  async #refresh(node: Node, isInterview: boolean): Promise<void> {
    const name = this.#context.nameOf(node.address) ?? node.address;
    try {
      const reading = node.peer.read(AbortSignal.timeout(REFRESH_LIMIT_MS));
      await within(reading, REFRESH_LIMIT_MS, `Reading ${name}`);
    } catch (error) {
      this.#reach.suspect(node);
      throw new UnreachableError(`${name} did not answer`, {
        hint: 'Is it powered and on the network?',
        zh: { message: `${name} 没有应答`, hint: '它是否通电并在网络上？' },
        cause: error,
      });
    }
    if (isInterview) this.#reshape(node);
    if (node.isOnline === true) this.#context.report(node.address, node.values(), 'read');
  }

  async #remove(node: Node, isForced: boolean): Promise<void> {
    const name = this.#context.nameOf(node.address) ?? node.address;
    node.isLeaving = true;
    try {
      await within(node.peer.decommission(), REMOVE_LIMIT_MS, `Removing ${name}`);
    } catch (error) {
      if (!isForced) {
        node.isLeaving = false;
        throw new HubError('unreachable', `${name} did not answer, so it was not removed`, {
          hint: 'Switch it on and try again, or remove it by force; then reset it before it is added anew.',
          zh: {
            message: `${name} 没有应答，因此没有移除`,
            hint: '请打开它再试，或强制移除；重新添加前要先重置它。',
          },
          cause: error,
        });
      }
      await node.peer.delete();
    }
    this.#left(node.peer);
  }
}

function openProblem(error: unknown): Problem {
  const text = error instanceof Error ? error.message : String(error);
  if (/storage-lock|locked/i.test(text)) {
    return {
      code: 'conflict',
      message: "Another process uses Matter's files",
      hint: 'Stop the other hub that runs on this data folder.',
      zh: {
        message: '另一个程序正在使用 Matter 的文件',
        hint: '请停止在这个数据文件夹上运行的另一个中枢。',
      },
    };
  }
  return { code: 'internal', message: `matter.js did not start: ${text}`, hint: null };
}
