// The adapter of any family of Wi-Fi devices: adding them by address, proposing what mDNS finds, keeping them, and the
// devices of the home.
import type { AdapterCall } from '../../hub/model/adapter-port.ts';
import { HubError, NotFoundError, toProblem, ValidationError } from '../../hub/model/errors.ts';
import type { CommandId, NodeAddress } from '../../hub/model/identifiers.ts';
import type { RemovedNodes } from '../../hub/model/matter-node.ts';
import type { Adapter, AdapterCommand, AdapterContext } from '../contract/adapter.ts';
import { TAKEN_BACK } from '../contract/waiting-problems.ts';
import type { LanFamily, LanPeer, LanTools } from './family.ts';
import type { Finder, FoundService } from './finder.ts';
import { loadKnown, saveKnown } from './known-devices.ts';
import { parseLanAddress } from './lan-address.ts';
import { MOVED_TIMINGS, MovedPeers, type MovedTimings } from './moved-peers.ts';

/**
 * What an adapter's worker starts.
 * @param timings of the search for devices that have another address; for tests
 */
export function createLanAdapter(
  context: AdapterContext,
  family: LanFamily,
  timings: MovedTimings = MOVED_TIMINGS,
): Adapter {
  return new LanAdapter(context, family, timings);
}

/** After the time to add something is over. */
const LAST_WORDS_WITHIN_MS = 1_000;

/** What somebody began to look for or to add. */
interface Pairing {
  readonly abort: AbortController;
  finder: Finder | null;
  timer: NodeJS.Timeout | undefined;
}

class LanAdapter implements Adapter {
  readonly #context: AdapterContext;
  readonly #family: LanFamily;
  readonly #tools: LanTools;
  readonly #peers = new Map<string, LanPeer>();
  readonly #moved: MovedPeers;
  #pairing: Pairing | null = null;
  #isStopped = false;

  constructor(context: AdapterContext, family: LanFamily, timings: MovedTimings) {
    this.#context = context;
    this.#family = family;
    this.#tools = {
      context,
      changed: () => this.#save(),
      former: (id) => this.#peers.get(id)?.kept(),
    };
    this.#moved = new MovedPeers({
      timings,
      look: (found, failed) => this.#find(found, failed),
      missing: () => this.#missing(),
      met: (id, service) => this.#follow(id, service),
      log: (text) => context.log('debug', text),
    });
  }

  async start(): Promise<void> {
    const restore = (kept: unknown) => this.#family.restore(kept, this.#tools);
    for (const peer of loadKnown(this.#context.dataFolder, this.#family.title, restore)) {
      this.#peers.set(peer.id, peer);
    }
    this.#describe();
    for (const peer of this.#peers.values()) peer.start();
    this.#tellState();
    if (this.#interface !== null) this.#moved.start();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#moved.stop();
    this.#endPairing();
    for (const peer of this.#peers.values()) peer.stop();
    this.#peers.clear();
  }

  async send(command: AdapterCommand): Promise<void> {
    await this.#peerOf(command.node).send(command);
  }

  cancel(command: CommandId): void {
    for (const peer of this.#peers.values()) if (peer.cancel?.(command) === true) return;
    this.#context.outcome(command, 'failed', TAKEN_BACK);
  }

  async call(body: AdapterCall): Promise<unknown> {
    switch (body.kind) {
      case 'pair':
        await this.#pair(body);
        return null;
      case 'pairStop':
        this.#endPairing();
        return null;
      case 'remove': {
        const peer = this.#peerOf(body.node);
        const { nodes } = peer;
        const isPeerLeft = peer.remove(body.node);
        if (!isPeerLeft) {
          peer.stop();
          this.#peers.delete(peer.id);
        }
        this.#save();
        // What a bridge spoke for goes with it.
        const removed = isPeerLeft ? [body.node] : nodes;
        for (const node of removed) this.#context.left(node);
        this.#tellState();
        return { removed: removed.filter((node) => node !== body.node) } satisfies RemovedNodes;
      }
      case 'rename':
        return null;
      case 'interview':
      case 'refresh': {
        const peer = this.#peerOf(body.node);
        await peer.refresh(body.node);
        const described = peer.descriptions().find(({ node }) => node === body.node);
        if (body.kind === 'interview' && described) this.#context.described(described);
        return null;
      }
      case 'describe':
        this.#describe();
        return null;
      case 'statistics':
        return {
          nodes: [...this.#peers.values()].flatMap(({ nodes, address, isOnline }) =>
            nodes.map((node) => ({ node, address, isOnline })),
          ),
        };
      default:
        throw new HubError('unsupported', `${this.#family.title} devices know no "${body.kind}"`);
    }
  }

  #describe(): void {
    for (const peer of this.#peers.values()) {
      for (const description of peer.descriptions()) this.#context.described(description);
    }
  }

  #peerOf(node: NodeAddress): LanPeer {
    for (const peer of this.#peers.values()) if (peer.nodes.includes(node)) return peer;
    throw new NotFoundError(`${this.#family.title} device`, node);
  }

  #save(): void {
    try {
      saveKnown(
        this.#context.dataFolder,
        [...this.#peers.values()].map((peer) => peer.kept()),
      );
    } catch (error) {
      const { message } = toProblem(error);
      this.#context.log('error', `The ${this.#family.title} devices were not kept: ${message}`);
    }
  }

  #tellState(): void {
    const count = [...this.#peers.values()].flatMap(({ nodes }) => nodes).length;
    this.#context.state({ kind: 'connected', detail: `${count} device${count === 1 ? '' : 's'}` });
  }

  async #pair(body: Extract<AdapterCall, { kind: 'pair' }>): Promise<void> {
    const { address, password, seconds } = body;
    const given = address?.trim() ?? '';
    if (given === '') {
      await this.#search(seconds);
      return;
    }
    const lan = parseLanAddress(given, this.#family.portDefault);
    const pairing = this.#beginPairing(seconds);
    const request = {
      address: lan,
      secret: password === undefined || password === '' ? null : password,
      signal: pairing.abort.signal,
      ask: (text: { en: string; zh: string }) =>
        this.#context.pairProgress({ kind: 'asked', text }),
    };
    // The answer to the call must not wait for a device that does not answer.
    void this.#family
      .open(request, this.#tools)
      .then((peer) => this.#adopt(peer, pairing))
      .catch((error: unknown) => {
        const isCalledOff = error instanceof HubError && error.code === 'cancelled';
        if (this.#pairing === pairing && !isCalledOff) this.#failed(error);
      })
      .finally(() => {
        if (this.#pairing === pairing) this.#endPairing();
      });
  }

  #adopt(peer: LanPeer, pairing: Pairing): void {
    if (this.#pairing !== pairing || this.#isStopped) {
      peer.stop();
      return;
    }
    const former = this.#peers.get(peer.id);
    if (former === undefined && this.#peers.size >= this.#family.peersMax) {
      peer.stop();
      const { title, peersMax } = this.#family;
      throw new HubError('busy', `A hub has room for ${peersMax} ${title} devices`, {
        hint: 'Remove one that is not used any more.',
        zh: {
          message: `一个中枢最多容纳 ${peersMax} 个 ${title} 设备`,
          hint: '请移除不再使用的。',
        },
      });
    }
    former?.stop();
    this.#peers.set(peer.id, peer);
    const descriptions = peer.descriptions();
    for (const { node } of descriptions) this.#context.pairProgress({ kind: 'found', node });
    this.#save();
    for (const description of descriptions) {
      const { node } = description;
      this.#context.described(description);
      this.#context.pairProgress({ kind: 'described', node, description });
    }
    peer.start();
    this.#tellState();
  }

  /** The interface that devices are looked for on; null: none was named. */
  get #interface(): string | null {
    const { mdnsInterface } = this.#context.settings;
    return typeof mdnsInterface === 'string' ? mdnsInterface : null;
  }

  async #find(found: (service: FoundService) => void, failed: (error: unknown) => void) {
    const { findServices } = await import('./finder.ts');
    return findServices(this.#interface ?? '', this.#family.services, found, failed);
  }

  #missing(): ReadonlySet<string> {
    const isMissing = ([, peer]: [string, LanPeer]) => !peer.isOnline;
    return new Set([...this.#peers].filter(isMissing).map(([id]) => id));
  }

  /** What is out of reach answers at another address: it is gone on with there. */
  #follow(id: string, service: FoundService): void {
    const peer = this.#peers.get(id);
    const address = this.#addressOf(service);
    if (peer === undefined || this.#isAt(peer, service)) return;
    const moved = this.#family.restore({ ...peer.kept(), address }, this.#tools);
    if (moved === undefined) return;
    peer.stop();
    this.#peers.set(id, moved);
    this.#context.log('info', `${id} answers at ${address} now, and no longer at ${peer.address}`);
    this.#save();
    moved.start();
  }

  #addressOf({ host, port }: FoundService): string {
    return port === this.#family.portDefault ? host : `${host}:${port}`;
  }

  #isAt(peer: LanPeer, { host, port }: FoundService): boolean {
    const lan = parseLanAddress(peer.address, this.#family.portDefault);
    return lan.host === host && lan.port === port;
  }

  async #search(seconds: number): Promise<void> {
    const { title } = this.#family;
    if (this.#interface === null) {
      throw new ValidationError(`The address of the ${title} device is needed`, {
        hint: 'The router or the device’s own app shows it, such as 192.168.1.20. To have devices found by themselves, set mdns.interface (INGLE_MDNS_INTERFACE).',
        zh: {
          message: `需要填写 ${title} 设备的地址`,
          hint: '路由器或设备自己的应用会显示它，例如 192.168.1.20。如要自动查找设备，请设置 mdns.interface（INGLE_MDNS_INTERFACE）。',
        },
        errors: [{ path: '/address', message: 'is needed' }],
      });
    }
    // A search that goes on already would be heard twice, and its socket stay open.
    this.#endPairing();
    const finder = await this.#find(
      (service) => this.#propose(service),
      (error) => this.#failed(error),
    );
    if (this.#isStopped) {
      finder.stop();
      return;
    }
    this.#beginPairing(seconds).finder = finder;
  }

  /** Tells what was found; whether it is added, a person says. What is at home already and answers is not told. */
  #propose(service: FoundService): void {
    const isAtHome = [...this.#peers.values()].some(
      (peer) => peer.isOnline && this.#isAt(peer, service),
    );
    if (isAtHome || this.#pairing === null) return;
    const { name, model } = service;
    const address = this.#addressOf(service);
    this.#context.pairProgress({ kind: 'proposed', address, name, model });
  }

  #beginPairing(seconds: number): Pairing {
    this.#endPairing();
    const pairing: Pairing = { abort: new AbortController(), finder: null, timer: undefined };
    pairing.timer = setTimeout(() => this.#timeIsOver(pairing), seconds * 1_000);
    this.#pairing = pairing;
    this.#context.pairProgress({ kind: 'open', secondsLeft: seconds });
    return pairing;
  }

  /** What is being added may say what it still waited for, such as a button that nobody pressed. */
  #timeIsOver(pairing: Pairing): void {
    if (this.#pairing !== pairing) return;
    pairing.abort.abort();
    if (pairing.finder !== null) this.#endPairing();
    else pairing.timer = setTimeout(() => this.#endPairing(), LAST_WORDS_WITHIN_MS);
  }

  #endPairing(): void {
    const pairing = this.#pairing;
    if (pairing === null) return;
    this.#pairing = null;
    clearTimeout(pairing.timer);
    pairing.finder?.stop();
    pairing.abort.abort();
    this.#context.pairProgress({ kind: 'closed' });
  }

  #failed(error: unknown): void {
    this.#context.pairProgress({ kind: 'failed', node: null, problem: toProblem(error) });
  }
}
