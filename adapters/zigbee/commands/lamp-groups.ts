// Zigbee groups of lamps that a household commands together: made by themselves once the same lamps were set alike
// twice, each member read back, kept in the library's database, and given up when they are not used any more.
import type { Controller, Models } from 'zigbee-herdsman';
import type { NodeAddress } from '../../../hub/model/identifiers.ts';
import type { AdapterContext } from '../../contract/adapter.ts';
import { type Endpoint, sendWithin } from '../coordinator/herdsman.ts';
import type { Node } from '../node.ts';
import { nodeError } from '../problems.ts';
import { newSending } from './outgoing.ts';

export type Group = Models.Group;

/** Fewer lamps are commanded one by one. */
export const GROUP_LAMPS_MIN = 3;
export const GROUPS_MAX = 32;
/** Lamps have room for 16 groups at least, and remotes and other hubs want some. */
const GROUPS_OF_NODE_MAX = 8;
/** Far from the numbers that people, Zigbee2MQTT and remotes give. */
const FIRST_GROUP_ID = 0xb100;
/** A set of lamps that was commanded alike this often gets a group. */
const ALIKE_BEFORE_MADE = 2;
/** Sets that are counted; the oldest is forgotten. */
const COUNTED_MAX = 64;
const MADE_AFTER_MS = 2_000;
const QUEUE_MAX = 8;
const FRAME_LIMIT_MS = 4_000;
const SUCCESS = 0;
/** What a lamp of a group is to report, where its definition has not seen to it. */
const REPORTED = [
  { cluster: 'genOnOff', attribute: 'onOff', minimumSeconds: 0 },
  { cluster: 'genLevelCtrl', attribute: 'currentLevel', minimumSeconds: 1 },
  { cluster: 'lightingColorCtrl', attribute: 'colorTemperature', minimumSeconds: 1 },
] as const;

interface Meta {
  /** Addresses that are to be in it. */
  readonly wanted: readonly NodeAddress[];
  readonly usedAtMs: number;
}

export interface LampGroupsOptions {
  readonly context: AdapterContext;
  controller(): Controller | null;
  node(address: NodeAddress): Node | undefined;
}

export class LampGroups {
  readonly #options: LampGroupsOptions;
  readonly #counts = new Map<string, number>();
  readonly #queue: (readonly NodeAddress[])[] = [];
  #timer: NodeJS.Timeout | undefined;
  #isMaking = false;
  #isStopped = false;

  constructor(options: LampGroupsOptions) {
    this.#options = options;
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }

  /** The largest group whose members are all among the nodes; null where none has enough. */
  find(nodes: ReadonlySet<Node>): Group | null {
    let best: Group | null = null;
    for (const group of this.#own()) {
      const { members } = group;
      if (members.length < Math.max(GROUP_LAMPS_MIN, (best?.members.length ?? 0) + 1)) continue;
      if (members.every((endpoint) => this.#isAmong(endpoint, nodes))) best = group;
    }
    return best;
  }

  #isAmong(endpoint: Endpoint, nodes: ReadonlySet<Node>): boolean {
    const node = this.#options.node(endpoint.deviceIeeeAddress as NodeAddress);
    return node !== undefined && nodes.has(node);
  }

  /** These were commanded alike; `group` served some of them. A set that is often commanded so gets its own group. */
  commanded(nodes: readonly Node[], group: Group | null): void {
    const now = Date.now();
    if (group !== null && now - metaOf(group).usedAtMs > 3_600_000) {
      setMeta(group, { ...metaOf(group), usedAtMs: now });
    }
    const addresses = nodes.map(({ address }) => address).toSorted();
    const key = addresses.join(' ');
    const isWhole = group !== null && group.members.length === nodes.length;
    if (isWhole) return;
    const count = (this.#counts.get(key) ?? 0) + 1;
    this.#counts.delete(key);
    this.#counts.set(key, count);
    const oldest = this.#counts.keys().next().value;
    if (this.#counts.size > COUNTED_MAX && oldest !== undefined) this.#counts.delete(oldest);
    if (count < ALIKE_BEFORE_MADE || this.#queue.length >= QUEUE_MAX) return;
    this.#counts.delete(key);
    this.#queue.push(addresses);
    this.#plan();
  }

  /** The node has joined anew or is gone: it has forgotten its groups. */
  forgotten(address: NodeAddress): void {
    for (const group of this.#own()) {
      const member = group.members.find((each) => each.deviceIeeeAddress === address);
      if (member !== undefined) group.removeMember(member);
    }
  }

  isOwn(group: number): boolean {
    for (const own of this.#own()) if (own.groupID === group) return true;
    return false;
  }

  /** One node takes the place of another: it is taken into its groups. */
  inherit(from: NodeAddress, to: NodeAddress): void {
    this.forgotten(from);
    for (const group of this.#own()) {
      const { wanted, usedAtMs } = metaOf(group);
      if (!wanted.includes(from)) continue;
      const now = [...new Set(wanted.map((one) => (one === from ? to : one)))].toSorted();
      setMeta(group, { wanted: now, usedAtMs });
      this.#queue.push(now);
    }
    this.#plan();
  }

  /** It did not do what its group was told, and then did it alone: whether it is a member is asked again. */
  doubted(group: Group, node: Node): void {
    void this.#lookAt(group, node).catch((error: unknown) => this.#failed(node, error));
  }

  *#own(): Generator<Group> {
    const controller = this.#options.controller();
    if (controller === null) return;
    yield* controller.getGroupsIterator(({ meta }) => isMeta(meta.ingle));
  }

  #plan(): void {
    if (this.#isMaking || this.#isStopped || this.#queue.length === 0) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#work(), MADE_AFTER_MS);
  }

  async #work(): Promise<void> {
    const wanted = this.#queue.shift();
    if (wanted === undefined || this.#isMaking) return;
    this.#isMaking = true;
    try {
      await this.#make(wanted);
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      this.#options.context.log('debug', `A group of lamps could not be made: ${text}`);
    } finally {
      this.#isMaking = false;
      this.#plan();
    }
  }

  async #make(wanted: readonly NodeAddress[]): Promise<void> {
    const group = this.#of(wanted) ?? (await this.#create(wanted));
    if (group === null) return;
    for (const address of wanted) {
      const node = this.#options.node(address);
      if (node === undefined || this.#isStopped) continue;
      const isMember = group.members.some((each) => each.deviceIeeeAddress === address);
      if (!isMember) await this.#join(group, node).catch((error) => this.#failed(node, error));
    }
    if (group.members.length < GROUP_LAMPS_MIN) await this.#remove(group);
    else
      this.#options.context.log('info', `Group ${group.groupID} has ${group.members.length} lamps`);
  }

  #of(wanted: readonly NodeAddress[]): Group | undefined {
    const key = wanted.join(' ');
    return [...this.#own()].find((group) => metaOf(group).wanted.join(' ') === key);
  }

  async #create(wanted: readonly NodeAddress[]): Promise<Group | null> {
    await this.#makeRoom(wanted);
    const controller = this.#options.controller();
    if (controller === null) return null;
    for (let id = FIRST_GROUP_ID; id < FIRST_GROUP_ID + 2 * GROUPS_MAX; id++) {
      if (controller.getGroupByID(id) !== undefined) continue;
      const group = controller.createGroup(id);
      setMeta(group, { wanted, usedAtMs: Date.now() });
      return group;
    }
    return null;
  }

  /** The groups that were not used for longest give way, all of them or those of a node that has too many. */
  async #makeRoom(wanted: readonly NodeAddress[]): Promise<void> {
    const oldestFirst = (groups: Group[]): Group[] =>
      groups.toSorted((a, b) => metaOf(a).usedAtMs - metaOf(b).usedAtMs);
    const all = oldestFirst([...this.#own()]);
    const surplus = new Set(all.slice(0, Math.max(0, all.length + 1 - GROUPS_MAX)));
    for (const address of wanted) {
      const own = all.filter((group) => metaOf(group).wanted.includes(address));
      for (const group of own.slice(0, Math.max(0, own.length + 1 - GROUPS_OF_NODE_MAX))) {
        surplus.add(group);
      }
    }
    for (const group of surplus) await this.#remove(group);
  }

  async #remove(group: Group): Promise<void> {
    for (const endpoint of [...group.members]) {
      const node = this.#options.node(endpoint.deviceIeeeAddress as NodeAddress);
      const payload = { groupid: group.groupID };
      if (node === undefined) continue;
      await this.#ask(node, endpoint, 'remove', payload).catch((error) =>
        this.#failed(node, error),
      );
    }
    group.removeFromDatabase();
  }

  async #join(group: Group, node: Node): Promise<void> {
    const endpoint = node.endpoint(undefined);
    if (endpoint === undefined) return;
    await this.#ask(node, endpoint, 'add', { groupid: group.groupID, groupname: '' });
    await this.#lookAt(group, node);
    if (group.hasMember(endpoint)) await this.#haveReport(node, endpoint);
  }

  /** Nobody acknowledges a group frame: a lamp that reports need not be asked. One that cannot is told alone. */
  async #haveReport(node: Node, endpoint: Endpoint): Promise<void> {
    const controller = this.#options.controller();
    const [target] = controller?.getDevicesByType('Coordinator')[0]?.endpoints ?? [];
    if (controller === null || target === undefined) return;
    for (const { cluster, attribute, minimumSeconds } of REPORTED) {
      const isKnown = endpoint.configuredReportings.some(
        (each) => each.cluster.name === cluster && each.attribute.name === attribute,
      );
      if (isKnown || !endpoint.supportsInputCluster(cluster)) continue;
      const sending = newSending(node, { controller, deadlineMs: Date.now() + FRAME_LIMIT_MS });
      await sendWithin(sending, async () => {
        await endpoint.bind(cluster, target);
        await endpoint.configureReporting(cluster, [
          {
            attribute: attribute as 'onOff',
            minimumReportInterval: minimumSeconds,
            maximumReportInterval: 3_600,
            reportableChange: 1,
          },
        ]);
      });
    }
  }

  /** Reads back whether the node is in the group. */
  async #lookAt(group: Group, node: Node): Promise<void> {
    const endpoint = node.endpoint(undefined);
    if (endpoint === undefined) return;
    const status = await this.#ask(node, endpoint, 'view', { groupid: group.groupID });
    if (status === SUCCESS) group.addMember(endpoint);
    else group.removeMember(endpoint);
  }

  /** The status of the node's answer. */
  async #ask(
    node: Node,
    endpoint: Endpoint,
    command: 'add' | 'view' | 'remove',
    payload: object,
  ): Promise<number> {
    const controller = this.#options.controller();
    if (controller === null) throw new Error('The coordinator is not connected');
    const deadlineMs = Date.now() + FRAME_LIMIT_MS;
    const sending = newSending(node, { controller, deadlineMs });
    const answer: unknown = await sendWithin(sending, () =>
      endpoint.command('genGroups', command, payload as { groupid: number; groupname: string }),
    );
    const { status } = (answer ?? {}) as { status?: unknown };
    return typeof status === 'number' ? status : Number.NaN;
  }

  #failed(node: Node, error: unknown): void {
    const text = nodeError(error, node.address).message;
    this.#options.context.log('debug', `${node.address} could not be grouped: ${text}`);
  }
}

function isMeta(value: unknown): value is Meta {
  const { wanted, usedAtMs } = (value ?? {}) as Partial<Meta>;
  return Array.isArray(wanted) && typeof usedAtMs === 'number';
}

/** Only for groups of our own. */
function metaOf(group: Group): Meta {
  const meta: unknown = group.meta.ingle;
  return isMeta(meta) ? meta : { wanted: [], usedAtMs: 0 };
}

function setMeta(group: Group, meta: Meta): void {
  group.meta.ingle = meta;
  group.save();
}
