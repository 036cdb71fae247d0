// Bindings and groups of a node whose place another one takes: made again with the new node, told to sleeping nodes at
// their next sign of life, and taken back with an undo. What is still to be done is kept over a restart.
import { existsSync, readFileSync } from 'node:fs';
import type { Controller } from 'zigbee-herdsman';
import { HubError } from '../../../hub/model/errors.ts';
import type { NodeAddress } from '../../../hub/model/identifiers.ts';
import type {
  BindingTarget,
  InheritedLink,
  NodeBinding,
  WaitingLinks,
} from '../../../hub/model/node-links.ts';
import { writePrivateText } from '../../contract/private-file.ts';
import type { Endpoint } from '../coordinator/herdsman.ts';
import type { Node } from '../node.ts';

const VERSION = 1;
/** Replacings that are remembered, so that they can be taken back: the newest. */
const REPLACINGS_MAX = 50;
/** Links of one node; a binding table holds some tens. */
const LINKS_MAX = 200;
/** A node that did not take its link is told again when it is heard, but not more often. */
const AGAIN_MS = 10_000;
const REFUSALS_MAX = 3;

/** One thing to tell one node. `undo` is what an undo tells it, where it had been told. */
interface Errand {
  /** Who is to be told. */
  readonly node: NodeAddress;
  readonly does:
    | { readonly kind: 'bind' | 'unbind'; readonly binding: NodeBinding }
    | { readonly kind: 'join' | 'leave'; readonly endpoint: number; readonly group: number };
}

interface Link {
  told: InheritedLink;
  /** Done in this order; the first `done` of them are. */
  readonly errands: readonly Errand[];
  readonly back: readonly Errand[];
  done: number;
  /** Times that a node has said no. */
  refusals: number;
}

interface Replacing {
  readonly from: NodeAddress;
  readonly to: NodeAddress;
  readonly atMs: number;
  isReturned: boolean;
  readonly links: Link[];
}

export interface InheritedLinksOptions {
  readonly file: string;
  controller(): Controller | null;
  node(address: NodeAddress): Node | undefined;
  nodes(): Iterable<Node>;
  /** Tells a node of a binding; resolves once it has agreed. */
  bind(node: Node, kind: 'bind' | 'unbind', binding: NodeBinding): Promise<void>;
  /** Runs a message to a node within its limits. */
  send(node: Node, act: () => Promise<void>): Promise<void>;
  /** Groups that are the hub's own are made by whoever keeps them. */
  isOwnGroup(group: number): boolean;
  inheritOwnGroups(from: NodeAddress, to: NodeAddress): void;
  waiting(links: readonly WaitingLinks[]): void;
  log(level: 'debug' | 'warn', text: string): void;
}

export class InheritedLinks {
  readonly #options: InheritedLinksOptions;
  readonly #busy = new Set<NodeAddress>();
  readonly #againAtMs = new Map<NodeAddress, number>();
  #replacings: Replacing[];
  #isStopped = false;

  constructor(options: InheritedLinksOptions) {
    this.#options = options;
    this.#replacings = this.#load();
  }

  #load(): Replacing[] {
    const { file, log } = this.#options;
    if (!existsSync(file)) return [];
    try {
      const kept = JSON.parse(readFileSync(file, 'utf8')) as {
        version: number;
        replacings: Replacing[];
      };
      if (kept.version === VERSION && Array.isArray(kept.replacings)) return kept.replacings;
    } catch {
      // Told below.
    }
    log('warn', `${file} cannot be read: links of replaced devices are not made again by it`);
    return [];
  }

  #save(): void {
    const kept = { version: VERSION, replacings: this.#replacings };
    try {
      writePrivateText(this.#options.file, JSON.stringify(kept));
    } catch (error) {
      this.#options.log('warn', `Links of replaced devices are not kept: ${String(error)}`);
    }
    this.#options.waiting(this.#waiting());
  }

  /** The network is up: what was left to do goes on. */
  connected(): void {
    this.#options.waiting(this.#waiting());
    for (const node of this.#options.nodes()) if (node.isListening) this.seen(node);
  }

  stop(): void {
    this.#isStopped = true;
  }

  /** What would be made again with `to`, or has been; changes nothing. */
  plan(from: Node, to: Node): readonly InheritedLink[] {
    const known = this.#find(from.address, to.address);
    const links = known?.links ?? this.#linksOf(from, to);
    return links.map(stateOf);
  }

  /** Makes the links of `from` again with `to`; telling it twice changes nothing. */
  take(from: Node, to: Node): readonly InheritedLink[] {
    const known = this.#find(from.address, to.address);
    if (known !== undefined) return known.links.map(stateOf);
    const links = this.#linksOf(from, to);
    this.#options.inheritOwnGroups(from.address, to.address);
    const added: Replacing = {
      ...{ from: from.address, to: to.address },
      ...{ atMs: Date.now(), isReturned: false, links },
    };
    this.#replacings = [...this.#replacings, added].slice(-REPLACINGS_MAX);
    this.#save();
    this.#begin(added);
    return links.map(stateOf);
  }

  /** Puts them back as they were before the replacing. */
  giveBack(from: NodeAddress, to: NodeAddress): void {
    const known = this.#find(from, to);
    if (known === undefined) return;
    known.isReturned = true;
    this.#options.inheritOwnGroups(to, from);
    for (const [index, link] of known.links.entries()) {
      const { told, back } = link;
      // What nobody was told needs no taking back.
      const errands = link.done > 0 ? back : [];
      known.links[index] = { told, errands, back: [], done: 0, refusals: 0 };
    }
    this.#save();
    this.#begin(known);
  }

  /** A frame of the node came: it listens for a moment. */
  seen(node: Node): void {
    if (!node.isInterviewed || node.isJoining) return;
    if (this.#nextOf(node.address) === null) return;
    if (Date.now() < (this.#againAtMs.get(node.address) ?? 0)) return;
    void this.#work(node);
  }

  /** The node is gone for good, and all that it was to be told; what is about it at others stays to be unmade. */
  left(address: NodeAddress): void {
    const before = this.#replacings.length;
    this.#replacings = this.#replacings.filter(({ to }) => to !== address);
    let isChanged = this.#replacings.length !== before;
    for (const { links } of this.#replacings) {
      for (const [index, link] of links.entries()) {
        const errands = link.errands.filter(({ node }) => node !== address);
        if (errands.length === link.errands.length) continue;
        links[index] = { ...link, errands, done: Math.min(link.done, errands.length) };
        isChanged = true;
      }
    }
    if (isChanged) this.#save();
  }

  #find(from: NodeAddress, to: NodeAddress): Replacing | undefined {
    return this.#replacings.find((one) => one.from === from && one.to === to && !one.isReturned);
  }

  #begin({ links }: Replacing): void {
    const addresses = new Set(links.flatMap(({ errands }) => errands.map(({ node }) => node)));
    for (const address of addresses) {
      const node = this.#options.node(address);
      // One that sleeps may have just said something; if not, it is told when it does.
      if (node !== undefined) void this.#work(node);
    }
  }

  #nextOf(address: NodeAddress): Link | null {
    for (const { links } of this.#replacings) {
      for (const one of links) {
        const isOpen = one.told.state !== 'impossible';
        if (isOpen && one.errands[one.done]?.node === address) return one;
      }
    }
    return null;
  }

  async #work(node: Node): Promise<void> {
    const { address } = node;
    if (this.#busy.has(address)) return;
    this.#busy.add(address);
    try {
      for (let one = this.#nextOf(address); one !== null; one = this.#nextOf(address)) {
        const errand = one.errands[one.done];
        if (errand === undefined || this.#isStopped || this.#options.controller() === null) return;
        try {
          await this.#do(node, errand);
          one.done += 1;
        } catch (error) {
          this.#refused(one, error);
        }
        this.#againAtMs.delete(address);
        this.#save();
      }
    } catch (error) {
      this.#againAtMs.set(address, Date.now() + AGAIN_MS);
      const text = error instanceof Error ? error.message : String(error);
      this.#options.log('debug', `${address} was not told of a link yet: ${text}`);
    } finally {
      this.#busy.delete(address);
    }
  }

  /** @throws the error where the node may take it another time */
  #refused(one: Link, error: unknown): void {
    const isAway =
      error instanceof HubError && (error.code === 'unreachable' || error.code === 'timed-out');
    one.refusals += isAway ? 0 : 1;
    if (isAway || one.refusals < REFUSALS_MAX) throw error;
    one.told = { ...one.told, state: 'impossible' };
    const { kind, other, group, cluster } = one.told;
    const text = error instanceof Error ? error.message : String(error);
    const what = `${kind} ${other ?? group} by ${cluster}`;
    this.#options.log('warn', `A link of a replaced device is not made again (${what}): ${text}`);
  }

  async #do(node: Node, { does }: Errand): Promise<void> {
    const { bind, send } = this.#options;
    if ('binding' in does) {
      const { to } = does.binding;
      // To a node that has left the network nothing can be bound, and what was bound to it went with it.
      if (to.kind === 'device' && this.#options.node(to.id) === undefined) return;
      await bind(node, does.kind, does.binding);
      return;
    }
    const endpoint = node.device.getEndpoint(does.endpoint);
    const controller = this.#options.controller();
    if (endpoint === undefined || controller === null) return;
    const group = controller.getGroupByID(does.group) ?? controller.createGroup(does.group);
    await send(node, () =>
      does.kind === 'join' ? endpoint.addToGroup(group) : endpoint.removeFromGroup(group),
    );
  }

  #linksOf(from: Node, to: Node): Link[] {
    const links = [...this.#linksTo(from, to), ...this.#linksFrom(from, to)];
    return [...links, ...this.#groups(from, to)].slice(0, LINKS_MAX);
  }

  /** What the dead node commanded, such as a remote its lamps. */
  *#linksTo(from: Node, to: Node): Generator<Link> {
    const hub = this.#options.controller()?.getDevicesByType('Coordinator')[0]?.ieeeAddr;
    for (const endpoint of from.device.endpoints) {
      for (const { cluster, target } of endpoint.binds) {
        const isGroup = 'groupID' in target;
        if (!isGroup && target.deviceIeeeAddress === hub) continue;
        const other = isGroup ? null : (target.deviceIeeeAddress as NodeAddress);
        if (other === to.address) continue;
        const told = {
          ...({ kind: 'to', other, cluster: cluster.name } as const),
          group: isGroup ? target.groupID : null,
        };
        const own = endpointFor(to, endpoint.ID, cluster.name, 'output');
        if (own === undefined) {
          yield impossible(told);
          continue;
        }
        const at: BindingTarget<NodeAddress> = isGroup
          ? { kind: 'group', group: target.groupID }
          : { kind: 'device', id: target.deviceIeeeAddress as NodeAddress, endpoint: target.ID };
        const binding = { endpoint: own.ID, cluster: cluster.name, to: at };
        yield link(
          told,
          [{ node: to.address, does: { kind: 'bind', binding } }],
          [{ node: to.address, does: { kind: 'unbind', binding } }],
        );
      }
    }
  }

  /** Who commanded the dead node, such as the remote of a lamp. */
  *#linksFrom(from: Node, to: Node): Generator<Link> {
    for (const other of this.#options.nodes()) {
      if (other.address === from.address || other.address === to.address) continue;
      for (const endpoint of other.device.endpoints) {
        for (const { cluster, target } of endpoint.binds) {
          if ('groupID' in target || target.deviceIeeeAddress !== from.address) continue;
          const told = {
            ...({ kind: 'from', other: other.address, group: null } as const),
            cluster: cluster.name,
          };
          const own = endpointFor(to, target.ID, cluster.name, 'either');
          if (own === undefined) {
            yield impossible(told);
            continue;
          }
          const bound = (id: NodeAddress, at: number): NodeBinding => ({
            ...{ endpoint: endpoint.ID, cluster: cluster.name },
            to: { kind: 'device', id, endpoint: at },
          });
          const [before, after] = [bound(from.address, target.ID), bound(to.address, own.ID)];
          const tell = (kind: 'bind' | 'unbind', binding: NodeBinding): Errand => ({
            ...{ node: other.address, does: { kind, binding } },
          });
          // The new one first: what a remote commands is never nothing.
          yield link(
            told,
            [tell('bind', after), tell('unbind', before)],
            [tell('bind', before), tell('unbind', after)],
          );
        }
      }
    }
  }

  *#groups(from: Node, to: Node): Generator<Link> {
    const groups = this.#options.controller()?.getGroupsIterator() ?? [];
    for (const group of groups) {
      if (this.#options.isOwnGroup(group.groupID)) continue;
      for (const member of group.members) {
        if (member.deviceIeeeAddress !== from.address) continue;
        const told = {
          ...({ kind: 'group', other: null, group: group.groupID } as const),
          cluster: 'genGroups',
        };
        const own = endpointFor(to, member.ID, 'genGroups', 'input');
        if (own === undefined) {
          yield impossible(told);
          continue;
        }
        const does = { endpoint: own.ID, group: group.groupID };
        yield link(
          told,
          [{ node: to.address, does: { kind: 'join', ...does } }],
          [{ node: to.address, does: { kind: 'leave', ...does } }],
        );
      }
    }
  }

  #waiting(): WaitingLinks[] {
    const found = new Map<string, WaitingLinks>();
    for (const { to, from, atMs, isReturned, links } of this.#replacings) {
      for (const { told, errands, done } of links) {
        const node = errands[done]?.node;
        if (node === undefined || told.state === 'impossible') continue;
        const of = isReturned ? from : to;
        const key = `${node} ${of}`;
        const count = (found.get(key)?.count ?? 0) + 1;
        found.set(key, { node, of, count, sinceMs: atMs });
      }
    }
    return [...found.values()];
  }
}

function link(
  told: Omit<InheritedLink, 'state'>,
  errands: readonly Errand[],
  back: readonly Errand[],
): Link {
  return { told: { ...told, state: 'waiting' }, errands, back, done: 0, refusals: 0 };
}

function impossible(told: Omit<InheritedLink, 'state'>): Link {
  return { told: { ...told, state: 'impossible' }, errands: [], back: [], done: 0, refusals: 0 };
}

function stateOf({ told, errands, done }: Link): InheritedLink {
  if (told.state === 'impossible') return told;
  return { ...told, state: done < errands.length ? 'waiting' : 'made' };
}

/** The new node's endpoint for a cluster: the one of the same number where it has it, else the first that does. */
function endpointFor(
  node: Node,
  id: number,
  cluster: string,
  side: 'input' | 'output' | 'either',
): Endpoint | undefined {
  const has = (endpoint: Endpoint): boolean => {
    const isInput = endpoint.getInputClusters().some(({ name }) => name === cluster);
    const isOutput = endpoint.getOutputClusters().some(({ name }) => name === cluster);
    return side === 'input' ? isInput : side === 'output' ? isOutput : isInput || isOutput;
  };
  const same = node.device.getEndpoint(id);
  return same !== undefined && has(same) ? same : node.device.endpoints.find(has);
}
