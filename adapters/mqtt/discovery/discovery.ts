// Home Assistant discovery in: hears the announcements, proposes what they describe, and keeps the devices that the
// household has accepted. Nothing is taken by itself; what is announced again is not a change.
import path from 'node:path';
import { HubError, NotFoundError, type Problem, toProblem } from '../../../hub/model/errors.ts';
import type { NodeAddress } from '../../../hub/model/identifiers.ts';
import type { FoundDevice } from '../../../hub/model/mqtt.ts';
import type { AdapterContext } from '../../contract/adapter.ts';
import { readPrivateList, writePrivateJson } from '../../contract/private-file.ts';
import type { Bus } from '../bus.ts';
import {
  ANNOUNCEMENT_BYTES_MAX,
  type DeviceInfo,
  type Entity,
  isFields,
  parseAnnouncement,
  parseDiscoveryTopic,
} from './announcement.ts';
import { convert } from './convert.ts';
import { DiscoveredDevice, discoveredNode, type KeptDevice } from './device.ts';
import { staleNotices } from './stale-notices.ts';
import type { Value } from './template-value.ts';

const FILE = 'discovered.json';
export const DISCOVERY_PREFIX = 'homeassistant';
const DEVICES_MAX = 1_000;
const PROPOSALS_MAX = 500;
const ENTITIES_MAX = 300;
/** All proposals together, since nobody has asked for them. */
const PROPOSED_CHARACTERS_MAX = 16 * 1024 * 1024;
const LEFT_OUT_MAX = 100;
/** The entities of a device come one after the other. */
const SETTLE_MS = 300;
const BIRTH_AFTER_MS = 3_000;

interface Proposal {
  info: DeviceInfo;
  readonly account: string | null;
  readonly entities: Map<string, Entity>;
}

export interface DiscoveryOptions {
  /** A view of the bus for one device: several devices listen on the topic of their bridge. */
  view(): Bus;
  /** Whether this announcement is the hub's own. */
  isOwn(objectId: string): boolean;
  /** Something was found, accepted or taken away. */
  changed(): void;
}

export class Discovery {
  readonly #context: AdapterContext;
  readonly #bus: Bus;
  readonly #options: DiscoveryOptions;
  readonly #devices = new Map<string, DiscoveredDevice>();
  /** All that is announced, by address: also of accepted devices, whose announcement may grow. */
  readonly #announced = new Map<string, Proposal>();
  readonly #addressByTopic = new Map<string, string>();
  readonly #owners = new Map<string, string>();
  readonly #settling = new Set<string>();
  /** Topics of accepted devices that were emptied, until they announce something again. */
  readonly #takenAway = new Set<string>();
  #characters = 0;
  #settleTimer: NodeJS.Timeout | undefined;
  #birthTimer: NodeJS.Timeout | undefined;
  #isFullLogged = false;

  constructor(context: AdapterContext, bus: Bus, options: DiscoveryOptions) {
    this.#context = context;
    this.#bus = bus;
    this.#options = options;
  }

  get count(): number {
    return this.#devices.size;
  }

  get devices(): Iterable<DiscoveredDevice> {
    return this.#devices.values();
  }

  /** @throws HubError `storage` when its file is damaged */
  start(): void {
    for (const kept of this.#load()) {
      const device = this.#make(kept);
      this.#devices.set(kept.info.address, device);
      device.describe();
      device.start();
    }
    this.#bus.subscribe(`${DISCOVERY_PREFIX}/#`, (topic, payload) => this.#heard(topic, payload));
  }

  stop(): void {
    clearTimeout(this.#birthTimer);
    if (this.#settleTimer !== undefined) this.#settle();
    for (const device of this.#devices.values()) device.stop();
  }

  connected(): void {
    for (const device of this.#devices.values()) device.connected();
    if (this.#devices.size > 0) this.#birthSoon();
  }

  lost(problem: Problem): void {
    for (const device of this.#devices.values()) device.lost(problem);
  }

  find(node: NodeAddress): DiscoveredDevice | null {
    return [...this.#devices.values()].find((device) => device.node === node) ?? null;
  }

  remove(node: NodeAddress): void {
    const device = this.find(node);
    if (device === null) throw new NotFoundError('MQTT device', node);
    device.stop();
    const { address } = device.kept.info;
    this.#devices.delete(address);
    if (this.#announced.get(address)?.entities.size === 0) this.#announced.delete(address);
    this.#save();
    if (device.stale.length > 0) this.#tellStale();
    this.#context.left(node);
    this.#options.changed();
  }

  /**
   * Whether an account may announce this: each topic in it must be one that the account reaches, and nobody announces
   * in another's place. Gives what is wrong, or null.
   */
  mayAnnounce(
    account: string,
    topic: string,
    payload: Buffer,
    reaches: (topic: string) => boolean,
  ): string | null {
    const owner = this.#owners.get(topic);
    if (owner !== undefined && owner !== account) return `"${owner}" announces there`;
    const parsed = parseDiscoveryTopic(DISCOVERY_PREFIX, topic);
    if (parsed === null || this.#options.isOwn(parsed.objectId)) return 'it is no announcement';
    if (payload.length > 0) {
      const found = parseAnnouncement(topic, parsed, parseJson(payload));
      if (found === null) return 'it is no announcement';
      const known = this.#devices.get(found.device.address)?.account ?? null;
      if (known !== null && known !== account) return `the device is of "${known}"`;
      const foreign = found.entities
        .flatMap(({ fields }) => topicsIn(fields))
        .find((one) => !reaches(one));
      if (foreign !== undefined) return `its topic ${foreign.slice(0, 80)} is not the account's`;
    }
    if (payload.length === 0) this.#owners.delete(topic);
    else if (this.#owners.size < PROPOSALS_MAX * ENTITIES_MAX) this.#owners.set(topic, account);
    return null;
  }

  /** An account is gone, and what it announced may be announced by another. */
  forget(account: string): void {
    for (const [topic, owner] of this.#owners) if (owner === account) this.#owners.delete(topic);
  }

  /** What is announced and what was accepted, by bridge and name. */
  found(): FoundDevice[] {
    const addresses = new Set([...this.#announced.keys(), ...this.#devices.keys()]);
    const list = [...addresses].flatMap((address) => this.#view(address) ?? []);
    const order = ({ bridge, name }: FoundDevice) => `${bridge ?? '~'} ${name}`;
    return list.sort((a, b) => order(a).localeCompare(order(b)));
  }

  /**
   * Takes devices into the home.
   * @param nodes their addresses; null: all that the bridge announces
   * @throws NotFoundError for one that is not announced
   */
  accept(nodes: readonly NodeAddress[] | null, bridge: string | null): readonly NodeAddress[] {
    const open = [...this.#announced].filter(
      ([address, { entities }]) => !this.#devices.has(address) && entities.size > 0,
    );
    const chosen =
      nodes === null
        ? open.filter(([, { info }]) => info.bridge === bridge)
        : nodes.map((node) => {
            const found = open.find(([address]) => discoveredNode(address) === node);
            if (found === undefined) throw new NotFoundError('found device', node);
            return found;
          });
    if (chosen.length === 0) {
      throw new NotFoundError('announced device of', bridge ?? '');
    }
    if (this.#devices.size + chosen.length > DEVICES_MAX) {
      throw new HubError('busy', `A hub has room for ${DEVICES_MAX} devices found over MQTT`, {
        hint: 'Take in fewer at once, or remove some.',
        zh: {
          message: `一个中枢最多接纳 ${DEVICES_MAX} 个 MQTT 发现的设备`,
          hint: '请一次少添加一些，或移除一些。',
        },
      });
    }
    const taken: NodeAddress[] = [];
    for (const [address, { info, account, entities }] of chosen) {
      const kept = { info, account, entities: [...entities.values()], places: {} };
      const device = this.#make(kept);
      this.#devices.set(address, device);
      device.describe();
      device.start();
      taken.push(device.node);
    }
    this.#save();
    this.#birthSoon();
    this.#options.changed();
    return taken;
  }

  #make(kept: KeptDevice): DiscoveredDevice {
    return new DiscoveredDevice(this.#context, this.#options.view(), kept, () => this.#tellStale());
  }

  #tellStale(): void {
    this.#context.notices(staleNotices(this.#devices.values()));
  }

  #view(address: string): FoundDevice | null {
    const device = this.#devices.get(address);
    const proposal = this.#announced.get(address);
    const info = device?.kept.info ?? proposal?.info;
    if (info === undefined) return null;
    const entities = [...(proposal?.entities.values() ?? [])];
    const conversion = device?.conversion ?? convert(entities, {});
    const { bindings, commands, leftOut, kind } = conversion;
    return {
      node: discoveredNode(address),
      name: info.name,
      manufacturer: info.manufacturer,
      model: info.model,
      kind,
      bridge: info.bridge,
      account: device?.account ?? proposal?.account ?? null,
      isAccepted: device !== undefined,
      properties: [...bindings.keys()],
      commands: [...commands.keys()],
      leftOut: leftOut.slice(0, LEFT_OUT_MAX),
      unneeded: [...conversion.unneeded, ...(info.unneeded ?? [])].slice(0, LEFT_OUT_MAX),
    };
  }

  #heard(topic: string, payload: Buffer): void {
    const parsed = parseDiscoveryTopic(DISCOVERY_PREFIX, topic);
    if (parsed === null || this.#options.isOwn(parsed.objectId)) return;
    if (payload.length === 0) {
      this.#takeAway(topic);
      return;
    }
    if (payload.length > ANNOUNCEMENT_BYTES_MAX) return;
    this.#takenAway.delete(topic);
    const found = parseAnnouncement(topic, parsed, parseJson(payload));
    if (found === null) return;
    const { device, entities } = found;
    const before = this.#addressByTopic.get(topic);
    if (before !== undefined && before !== device.address) this.#removeTopic(topic, new Set());
    const proposal = this.#proposalFor(device, topic, payload.length);
    if (proposal === null) return;
    proposal.info = device;
    for (const entity of entities) {
      if (proposal.entities.size >= ENTITIES_MAX && !proposal.entities.has(entity.id)) break;
      proposal.entities.set(entity.id, entity);
    }
    this.#addressByTopic.set(topic, device.address);
    this.#removeTopic(topic, new Set(entities.map(({ id }) => id)));
    this.#settleSoon(device.address);
  }

  #proposalFor(info: DeviceInfo, topic: string, characters: number): Proposal | null {
    const known = this.#announced.get(info.address);
    if (known !== undefined) return known;
    const isFull =
      this.#announced.size >= PROPOSALS_MAX + this.#devices.size ||
      this.#characters + characters > PROPOSED_CHARACTERS_MAX;
    if (isFull && !this.#devices.has(info.address)) {
      if (!this.#isFullLogged) {
        this.#context.log('warn', `${PROPOSALS_MAX} devices are announced: no more are listed`);
      }
      this.#isFullLogged = true;
      return null;
    }
    this.#characters += characters;
    const account = this.#owners.get(topic) ?? null;
    const proposal: Proposal = { info, account, entities: new Map() };
    this.#announced.set(info.address, proposal);
    return proposal;
  }

  /** Takes away what a topic announced before, but for what it still does. */
  #removeTopic(topic: string, but: ReadonlySet<string>): void {
    const address = this.#addressByTopic.get(topic);
    const proposal = address === undefined ? undefined : this.#announced.get(address);
    if (address === undefined || proposal === undefined) return;
    for (const id of [...proposal.entities.keys()]) {
      const isOfTopic = id === topic || id.startsWith(`${topic}#`);
      if (isOfTopic && !but.has(id)) proposal.entities.delete(id);
    }
    if (but.size > 0) return;
    this.#addressByTopic.delete(topic);
    this.#settleSoon(address);
  }

  /** An empty announcement: also of a device that has not been announced again since the hub started. */
  #takeAway(topic: string): void {
    this.#removeTopic(topic, new Set());
    const device = [...this.#devices.values()].find(({ kept }) =>
      kept.entities.some(({ id }) => id === topic || id.startsWith(`${topic}#`)),
    );
    if (device === undefined) return;
    this.#takenAway.add(topic);
    this.#settleSoon(device.kept.info.address);
  }

  #settleSoon(address: string): void {
    this.#settling.add(address);
    this.#settleTimer ??= setTimeout(() => this.#settle(), SETTLE_MS);
  }

  /** What was announced in the last moments: accepted devices take it over, empty proposals go. */
  #settle(): void {
    clearTimeout(this.#settleTimer);
    this.#settleTimer = undefined;
    let isChanged = false;
    for (const address of this.#settling) {
      const proposal = this.#announced.get(address);
      const device = this.#devices.get(address);
      if (device === undefined) {
        if (proposal?.entities.size === 0) this.#announced.delete(address);
        continue;
      }
      const info = proposal?.info ?? device.kept.info;
      const entities = this.#known(device, proposal?.entities ?? new Map());
      if (entities.length === 0) {
        device.takenAway();
        continue;
      }
      if (!device.announced(info, entities)) continue;
      device.describe();
      isChanged = true;
    }
    this.#settling.clear();
    if (this.#announced.size === 0) this.#characters = 0;
    if (isChanged) this.#save();
    this.#options.changed();
  }

  /** After a restart announcements come one by one: what is not said again yet is as it was. */
  #known(device: DiscoveredDevice, said: ReadonlyMap<string, Entity>): readonly Entity[] {
    const { entities } = device.kept;
    const before = entities.filter(({ id }) => {
      const [topic = ''] = id.split('#');
      return !this.#addressByTopic.has(topic) && !this.#takenAway.has(topic) && !said.has(id);
    });
    const order = new Map(entities.map(({ id }, index) => [id, index]));
    const place = ({ id }: Entity) => order.get(id) ?? order.size;
    return [...before, ...said.values()].sort((a, b) => place(a) - place(b));
  }

  /** Bridges tell their devices' states once Home Assistant has come up; so they do for us. */
  #birthSoon(): void {
    clearTimeout(this.#birthTimer);
    this.#birthTimer = setTimeout(() => {
      if (this.#bus.isConnected) this.#bus.publish(`${DISCOVERY_PREFIX}/status`, 'online');
    }, BIRTH_AFTER_MS);
  }

  #save(): void {
    const devices = [...this.#devices.values()].map(({ kept }) => kept);
    try {
      writePrivateJson(path.join(this.#context.dataFolder, FILE), { version: 1, devices });
    } catch (error) {
      this.#context.log('error', `The found devices were not kept: ${toProblem(error).message}`);
    }
  }

  #load(): KeptDevice[] {
    const file = path.join(this.#context.dataFolder, FILE);
    return readPrivateList(file, 'devices', (entry) => (isKept(entry) ? entry : undefined), {
      en: 'accept the devices again',
      zh: '重新接受这些设备',
    });
  }
}

function isKept(entry: unknown): entry is KeptDevice {
  const value = entry as Value;
  if (!isFields(value) || !isFields(value.info) || !isFields(value.places)) return false;
  return typeof value.info.address === 'string' && Array.isArray(value.entities);
}

function parseJson(payload: Buffer): unknown {
  try {
    return JSON.parse(payload.toString('utf8')) as unknown;
  } catch {
    return null;
  }
}

/** All topics that an entity names. */
export function topicsIn(fields: Readonly<Record<string, Value>>): string[] {
  const topics: string[] = [];
  for (const [name, value] of Object.entries(fields)) {
    if (typeof value === 'string' && /(^|_)topic$/.test(name)) topics.push(value);
    if (name !== 'availability' || !Array.isArray(value)) continue;
    for (const item of value) {
      if (isFields(item) && typeof item.topic === 'string') topics.push(item.topic);
    }
  }
  return topics;
}
