// The Zigbee adapter: puts its parts together and hands each event of the network to the part that it concerns.
import path from 'node:path';
import type { Controller } from 'zigbee-herdsman';
import type { AdapterCall } from '../../hub/model/adapter-port.ts';
import {
  HubError,
  NotFoundError,
  type Problem,
  TimeoutError,
  toProblem,
  UnreachableError,
} from '../../hub/model/errors.ts';
import type { CommandId, NodeAddress } from '../../hub/model/identifiers.ts';
import { isMeshCall } from '../../hub/model/mesh.ts';
import { problemInChinese } from '../../hub/model/problem-words.ts';
import type { Adapter, AdapterCommand, AdapterContext } from '../contract/adapter.ts';
import { within } from '../contract/host.ts';
import { Availability } from './availability.ts';
import { Commands } from './commands/commands.ts';
import { LampGroups } from './commands/lamp-groups.ts';
import { Sleepers } from './commands/sleepers.ts';
import { WakeQueue } from './commands/wake-queue.ts';
import { type Device, listenToLogs, onZdoAnswer, takeInAnnounced } from './coordinator/herdsman.ts';
import { filteredLog } from './coordinator/log-filter.ts';
import { loadNetwork, zigbeeFiles } from './coordinator/network-file.ts';
import { Radio } from './coordinator/radio.ts';
import { Definitions } from './definitions/definitions.ts';
import { FirmwareUpdates } from './firmware/firmware.ts';
import { Incoming } from './incoming.ts';
import { chosenRouter } from './joining/chosen-router.ts';
import { Joining } from './joining/joining.ts';
import { Setup } from './joining/setup.ts';
import { Care } from './mesh/care.ts';
import { InheritedLinks } from './mesh/inherited-links.ts';
import { Links } from './mesh/links.ts';
import { Node, type WireState } from './node.ts';
import { nodeError, silent } from './problems.ts';
import { readSettings, type ZigbeeSettings } from './settings.ts';

/** How long a node may take to say that it leaves. */
const LEAVE_LIMIT_MS = 6_000;

/** Zigbee by zigbee-herdsman. One per process: the library keeps its devices in static places. */
export function createZigbeeAdapter(context: AdapterContext): Adapter {
  return new ZigbeeAdapter(context);
}

class ZigbeeAdapter implements Adapter {
  readonly #context: AdapterContext;
  readonly #nodes = new Map<NodeAddress, Node>();
  /** What converters remember outlives a reconnection; the library's devices do not. */
  readonly #states = new Map<NodeAddress, WireState>();
  readonly #definitions = new Definitions();
  readonly #incoming: Incoming;
  readonly #joining: Joining;
  readonly #setup: Setup;
  readonly #links: Links;
  readonly #inherited: InheritedLinks;
  readonly #groups: LampGroups;
  readonly #commands: Commands;
  readonly #sleepers: Sleepers;
  readonly #firmware: FirmwareUpdates;
  #availability: Availability | null = null;
  #radio: Radio | null = null;
  #care: Care | null = null;

  constructor(context: AdapterContext) {
    this.#context = context;
    const exposesChanged = (node: Node): void => {
      node.readAgain();
      this.#describe(node);
    };
    this.#incoming = new Incoming(context, exposesChanged);
    this.#setup = new Setup(context, exposesChanged);
    this.#joining = new Joining({
      context,
      controller: () => this.#controller,
      node: (address) => this.#nodes.get(address),
      nodes: () => this.#nodes.size,
      describe: (node) => this.#describe(node),
      known: (node, status) => this.#interviewed(node, status),
      configure: async (node, controller) => {
        await this.#setup.configure(node, controller, true);
        // What the household is told to be added is on the disk as it is configured.
        await this.#radio?.saved();
      },
      settled: async (node) => {
        if (node.isListening) await this.#availability?.refresh(node).catch(() => {});
      },
    });
    this.#firmware = new FirmwareUpdates({
      folder: () => path.join(context.dataFolder, 'zigbee'),
      blockDelayMs: () => readSettings(context.settings).otaBlockDelayMs,
      nameOf: (node) => context.nameOf(node.address) ?? node.address,
      restarted: (node) => this.#joining.ask(node, this.#live()),
    });
    this.#links = new Links({
      setup: this.#setup,
      live: () => this.#live(),
      known: (address) => this.#known(address),
      nameOf: (node) => context.nameOf(node.address) ?? node.address,
    });
    this.#groups = new LampGroups({
      context,
      controller: () => this.#controller,
      node: (address) => this.#nodes.get(address),
    });
    this.#inherited = new InheritedLinks({
      file: path.join(context.dataFolder, 'inherited-links.json'),
      controller: () => this.#controller,
      node: (address) => this.#nodes.get(address),
      nodes: () => this.#nodes.values(),
      bind: (node, kind, binding) => this.#links.bind(node, kind, binding),
      send: (node, act) => this.#links.send(node, act),
      isOwnGroup: (group) => this.#groups.isOwn(group),
      inheritOwnGroups: (from, to) => this.#groups.inherit(from, to),
      waiting: (links) => this.#care?.linksWait(links),
      log: (level, text) => context.log(level, text),
    });
    this.#commands = new Commands({
      context,
      incoming: this.#incoming,
      controller: () => this.#controller,
      node: (address) => this.#nodes.get(address),
      suspect: (node) => this.#availability?.suspect(node),
      keep: (node, command) => this.#sleepers.take(node, command),
      groups: this.#groups,
    });
    this.#sleepers = new Sleepers({
      context,
      queue: new WakeQueue(path.join(context.dataFolder, 'waiting.json')),
      node: (address) => this.#nodes.get(address),
      isConnected: () => this.#controller !== null,
      deliver: (command) => this.#commands.deliver(command),
      abort: (command, isSilent) => this.#commands.abort(command, isSilent),
    });
  }

  get #controller(): Controller | null {
    return this.#radio?.controller ?? null;
  }

  async start(): Promise<void> {
    const settings = readSettings(this.#context.settings);
    const log = filteredLog((level, text) => this.#context.log(level, text));
    listenToLogs(log);
    const files = zigbeeFiles(this.#context.dataFolder);
    const network = loadNetwork(files, settings.channel, () =>
      log('warn', "The network's parameters were taken from the coordinator's backup"),
    );
    this.#sleepers.start();
    await this.#joining.loadConverters();
    this.#availability = this.#newAvailability(settings);
    const radio = new Radio({
      settings,
      network,
      files,
      accepts: (ieeeAddress) => this.#joining.accepts(ieeeAddress),
      onConnected: (controller) => this.#connected(controller),
      onLost: (problem) => this.#lost(problem),
      state: (state) => this.#context.state(state),
      log,
      abandon: (reason) => this.#context.abandon(reason),
    });
    this.#radio = radio;
    this.#care = new Care({
      context: this.#context,
      settings,
      files,
      radio: () => radio,
      live: () => this.#live(),
      nodes: () => this.#nodes.values(),
      suspect: (node) => this.#availability?.suspect(node),
    });
    radio.start();
  }

  #newAvailability(settings: ZigbeeSettings): Availability {
    return new Availability({
      context: this.#context,
      settings,
      controller: () => this.#controller,
      nodes: () => this.#nodes.values(),
    });
  }

  async stop(): Promise<void> {
    this.#availability?.stop();
    this.#care?.stop();
    this.#joining.stop();
    this.#commands.stop();
    this.#groups.stop();
    this.#inherited.stop();
    await this.#sleepers.stop();
    await this.#joining.pairing.close().catch(() => {});
    for (const node of this.#nodes.values()) void this.#setup.stop(node);
    await this.#radio?.stop();
  }

  send(command: AdapterCommand): void {
    this.#commands.send(command);
  }

  cancel(command: CommandId): void {
    this.#sleepers.cancel(command);
  }

  async call(body: AdapterCall): Promise<unknown> {
    if (isMeshCall(body)) return this.#care?.call(body);
    switch (body.kind) {
      case 'pair': {
        const { seconds, installCode } = body;
        const controller = this.#live();
        const via = body.via === null ? undefined : this.#router(body.via);
        await this.#joining.open(controller, { seconds, via, installCode });
        return null;
      }
      case 'pairStop':
        await this.#joining.pairing.close();
        return null;
      case 'remove':
        await this.#remove(this.#known(body.node), body.force);
        return null;
      case 'rename':
        return null;
      case 'interview':
        await this.#joining.ask(this.#known(body.node), this.#live());
        return null;
      case 'refresh':
        await this.#refresh(this.#known(body.node));
        return null;
      case 'links':
        return this.#links.show(this.#known(body.node), body.isAsked);
      case 'changeLinks':
        return this.#links.change(this.#known(body.node), body.change);
      case 'inheritLinks': {
        const [from, to] = [this.#known(body.from), this.#known(body.to)];
        return body.isPlan ? this.#inherited.plan(from, to) : this.#inherited.take(from, to);
      }
      case 'returnLinks':
        this.#inherited.giveBack(body.from, body.to);
        return null;
      case 'describe':
        for (const node of this.#nodes.values()) this.#describe(node);
        return null;
      case 'statistics':
        return this.#statistics();
      case 'firmwareCheck':
        return this.#firmware.check(this.#known(body.node));
      case 'firmwareHeard':
        return this.#firmware.heardOf(this.#nodes.values());
      case 'firmwareUpdate':
        this.#firmware.start(this.#known(body.node), body.image);
        return null;
      case 'firmwareState':
        return this.#firmware.state(this.#known(body.node));
      case 'firmwareAbort':
        this.#firmware.abort(this.#known(body.node));
        return null;
      default:
        throw new HubError('unsupported', `Zigbee has no "${body.kind}"`);
    }
  }

  #live(): Controller {
    const controller = this.#controller;
    if (controller !== null) return controller;
    throw new UnreachableError('The Zigbee coordinator is not connected', {
      hint: 'The settings show what is wrong with it. Ingle keeps trying.',
      zh: {
        message: 'Zigbee 网关（协调器）没有连接',
        hint: '设置里会显示原因。Ingle 会继续尝试。',
      },
    });
  }

  /** @throws HubError `unreachable` without a coordinator, since the nodes are then not known */
  #known(address: NodeAddress): Node {
    this.#live();
    const node = this.#nodes.get(address);
    if (node === undefined) throw new NotFoundError('Zigbee node', address);
    return node;
  }

  #router(address: NodeAddress): Device {
    return chosenRouter(this.#known(address), this.#context.nameOf(address) ?? address);
  }

  /** Reads what the node says now. Whether it is there is told again, for one that another device has taken over. */
  async #refresh(node: Node): Promise<void> {
    if (node.isListening) node.isOnline = null;
    await this.#availability?.refresh(node);
    this.#availability?.seen(node);
  }

  async #connected(controller: Controller): Promise<string> {
    this.#listen(controller);
    void this.#joining.pairing.shut(controller);
    for (const device of controller.getDevicesIterator(({ type }) => type !== 'Coordinator')) {
      const node = this.#nodeOf(device);
      await this.#whenLoaded(node, () => this.#describe(node));
      if (this.#controller !== controller) return 'lost';
      void this.#setup.hook(node, 'start');
      this.#joining.resumed(node);
    }
    this.#availability?.start();
    this.#availability?.connected();
    this.#care?.connected();
    this.#inherited.connected();
    void this.#configurePending(controller);
    const { type, meta } = await controller.getCoordinatorVersion();
    const { channel } = await controller.getNetworkParameters();
    return `${type} ${meta.revision ?? ''}, channel ${channel}`;
  }

  async #configurePending(controller: Controller): Promise<void> {
    for (const node of [...this.#nodes.values()]) {
      if (this.#controller !== controller) return;
      if (node.isListening) await this.#setup.configure(node, controller);
    }
  }

  #lost(problem: Problem): void {
    this.#joining.pairing.lost(problem);
    this.#joining.lost();
    this.#firmware.lost();
    this.#commands.failAll({
      code: 'unreachable',
      message: `The Zigbee coordinator is not connected: ${problem.message}`,
      hint: problem.hint,
      zh: {
        message: `Zigbee 网关（协调器）没有连接：${problemInChinese(problem).message}`,
        hint: problem.zh?.hint ?? null,
      },
    });
    this.#availability?.coordinatorLost(problem);
    this.#care?.lost();
    for (const node of this.#nodes.values()) void this.#setup.stop(node);
    this.#nodes.clear();
  }

  #listen(controller: Controller): void {
    controller.on('message', (message) => {
      const { device } = message;
      if (device.type === 'Coordinator') return;
      const node = this.#nodeOf(device);
      if (message.cluster === 'genOta') this.#firmware.heard(node, message);
      this.#care?.hear(node.address, message, () => {
        if (node.isCurrent) this.#incoming.receive(node, message);
        else void this.#whenLoaded(node, () => this.#incoming.receive(node, message));
      });
    });
    controller.on('lastSeenChanged', ({ device }) => {
      if (device.type === 'Coordinator') return;
      const node = this.#nodeOf(device);
      this.#joining.heard(node);
      if (!node.isInterviewed) return;
      this.#availability?.seen(node);
      if (!node.isJoining) this.#sleepers.seen(node);
      this.#inherited.seen(node);
      if (!node.isJoining && this.#setup.isPending(node))
        void this.#setup.configure(node, controller);
    });
    controller.on('deviceJoined', ({ device }) => {
      const node = this.#nodeOf(device);
      this.#joining.joined(node);
      this.#groups.forgotten(node.address);
      void this.#setup.hook(node, 'deviceJoined');
    });
    controller.on('deviceInterview', ({ device, status }) => {
      const node = this.#nodeOf(device);
      if (status === 'started') {
        this.#joining.started(node);
        void this.#setup.interviewed(node, status);
      } else {
        void this.#joining.ended(node, controller, status);
      }
    });
    controller.on('deviceAnnounce', ({ device }) => {
      const node = this.#nodeOf(device);
      this.#firmware.announced(node);
      void this.#setup.hook(node, 'deviceAnnounce');
      if (node.isInterviewed && node.isListening) this.#availability?.read(node);
    });
    controller.on('deviceNetworkAddressChanged', ({ device }) => {
      void this.#setup.hook(this.#nodeOf(device), 'deviceNetworkAddressChanged');
    });
    controller.on('deviceLeave', ({ ieeeAddr }) => {
      const node = this.#nodes.get(ieeeAddr as NodeAddress);
      if (node !== undefined) this.#forget(node);
    });
    takeInAnnounced(controller, () => this.#joining.pairing.isOpen);
    onZdoAnswer(controller, (step, networkAddress) => {
      const device = controller.getDeviceByNetworkAddress(networkAddress);
      if (device === undefined) return;
      const node = this.#nodes.get(device.ieeeAddr as NodeAddress);
      if (node === undefined) return;
      // The library hears of the answer after us.
      setImmediate(() => {
        this.#joining.answered(node, step);
      });
    });
  }

  #nodeOf(device: Device): Node {
    const known = this.#nodes.get(device.ieeeAddr as NodeAddress);
    if (known !== undefined && known.device === device) return known;
    const state = this.#states.get(device.ieeeAddr as NodeAddress) ?? {};
    const node = new Node(device, state, this.#definitions);
    this.#states.set(node.address, node.state);
    this.#nodes.set(node.address, node);
    return node;
  }

  async #whenLoaded(node: Node, act: () => void): Promise<void> {
    try {
      await node.load();
      act();
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      this.#context.log('warn', `${node.address} has no usable definition: ${text}`);
    }
  }

  async #interviewed(node: Node, status: 'successful' | 'failed'): Promise<void> {
    await this.#whenLoaded(node, () => {});
    // What becomes a device is on the disk first: after a power cut it could not be commanded else.
    await this.#radio?.saved();
    this.#describe(node);
    this.#availability?.seen(node);
    this.#care?.added();
    await this.#setup.interviewed(node, status);
  }

  async #remove(node: Node, isForced: boolean): Promise<void> {
    try {
      this.#live();
      await within(node.device.removeFromNetwork(), LEAVE_LIMIT_MS, `Removing ${node.address}`);
    } catch (error) {
      if (!isForced) {
        const name = this.#context.nameOf(node.address) ?? node.address;
        const isLate = error instanceof TimeoutError;
        const wrapped = isLate ? silent(name, error) : nodeError(error, name);
        throw new HubError(wrapped.code, `${wrapped.message}, so it was not removed`, {
          hint: 'Switch it on and try again, or remove it by force; then reset it before it is paired anew.',
          zh: {
            message: `${problemInChinese(toProblem(wrapped)).message}，因此没有移除`,
            hint: '请打开它再试，或强制移除；重新配对前要先重置它。',
          },
          cause: wrapped,
        });
      }
      if (!node.device.isDeleted) node.device.removeFromDatabase();
    }
    this.#forget(node);
    await this.#radio?.saved();
  }

  #forget(node: Node): void {
    if (!this.#nodes.delete(node.address)) return;
    this.#states.delete(node.address);
    this.#sleepers.left(node.address);
    this.#groups.forgotten(node.address);
    this.#joining.left(node);
    void this.#setup.stop(node);
    this.#inherited.left(node.address);
    this.#care?.left(node.address);
    this.#context.left(node.address);
  }

  #describe(node: Node): void {
    // One that has left meanwhile is nobody's any more.
    if (!node.isInterviewed || node.device.isDeleted) return;
    this.#context.described(node.describe(this.#context.id));
  }

  async #statistics(): Promise<unknown> {
    const controller = this.#live();
    const { type, meta } = await controller.getCoordinatorVersion();
    const { panID, channel, extendedPanID } = await controller.getNetworkParameters();
    return {
      coordinator: { type, revision: String(meta.revision ?? '') },
      network: {
        panId: panID,
        extendedPanId: extendedPanID,
        channel,
        isOpen: this.#joining.pairing.isOpen,
      },
      nodes: [...this.#nodes.values()].map((node) => ({
        node: node.address,
        networkAddress: node.device.networkAddress,
        isRouter: node.device.type === 'Router',
        linkQuality: node.device.linkquality ?? null,
        lastSeenAtMs: node.device.lastSeen ?? null,
        isOnline: node.isOnline,
        isConfigured: !this.#setup.isPending(node),
      })),
    };
  }
}
