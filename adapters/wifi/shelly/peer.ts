// One Shelly that belongs to the home, with the Bluetooth devices that it hears: keeps a connection to it, tells what
// it says, sends what it is told, and says why it is out of reach when it is.
import type { WebSocket } from 'ws';
import type { NodeDescription } from '../../../hub/model/device.ts';
import { HubError, type Problem, toProblem, UnreachableError } from '../../../hub/model/errors.ts';
import { type NodeAddress, nodeAddress } from '../../../hub/model/identifiers.ts';
import type { PropertyKey, PropertyValue } from '../../../hub/model/properties.ts';
import type { AdapterCommand, AdapterContext } from '../../contract/adapter.ts';
import { notShownOf } from '../../contract/not-shown.ts';
import type { LanPeer, LanTools } from '../family.ts';
import { type LanAddress, parseLanAddress } from '../lan-address.ts';
import { otherDevice } from '../lan-problems.ts';
import { RECONNECT_MAX_MS, Reconnect } from '../reconnect.ts';
import { heardAt } from './components/bthome.ts';
import {
  type Conversion,
  changesOf,
  convert,
  describe,
  eventsOf,
  type Happening,
  requestOf,
  valuesOf,
} from './convert.ts';
import type { KnownShelly } from './known-shelly.ts';
import type { NodeConversion } from './node-conversion.ts';
import { noticesOf } from './notices.ts';
import { type Connection, connect, Listener } from './opening.ts';
import { type Credential, isJson, type Json, Rpc } from './rpc.ts';
import { Sleeper, wakePeriodOf } from './sleeper.ts';
import { overlay, readStatus, readWhole } from './whole.ts';

export const PORT = 80;

const COMMAND_WITHIN_MS = 4_000;
/** What is passed on by Bluetooth to a device that sleeps for seconds. */
const BLUETOOTH_WITHIN_MS = 30_000;
/** What no notification tells: the signal, a newer firmware, and what got lost on the way. */
const ASK_AGAIN_EVERY_MS = 300_000;
const READ_ANEW_AFTER_MS = 500;
/** Components that a device speaks of and does not list: it is asked once for each. */
const STRANGERS_MAX = 64;
/** Presses in one notification. */
const EVENTS_MAX = 32;
/** A Bluetooth sensor tells something of itself within hours, whatever it measures. */
const BLU_SILENT_HOURS_MAX = 72;
const NODES_MAX = 256;
/** After these the device is made of other components, or its settings are others. */
const MADE_ANEW = new Set(['config_changed', 'component_added', 'component_removed']);

export class ShellyPeer implements LanPeer {
  readonly id: string;
  readonly #tools: LanTools;
  readonly #context: AdapterContext;
  readonly #address: LanAddress;
  #known: KnownShelly;
  #conversion: Conversion;
  #connection: Connection | null;
  #rpc: Rpc | null = null;
  #isStopped = false;
  readonly #told = new Map<NodeAddress, string | null>();
  readonly #strangers = new Set<string>();
  #reason = '';
  /** Only of a device that sleeps. */
  #sleeper: Sleeper | null = null;
  readonly #reconnect = new Reconnect(() => void this.#connect(), RECONNECT_MAX_MS);
  #askTimer: NodeJS.Timeout | undefined;
  #anewTimer: NodeJS.Timeout | undefined;

  /** @param connection the one that it was opened with; null after a start of the hub */
  constructor(tools: LanTools, known: KnownShelly, connection: Connection | null) {
    this.#tools = tools;
    this.#context = tools.context;
    this.#known = known;
    this.#connection = connection;
    this.#address = parseLanAddress(known.address, PORT);
    this.id = nodeAddress(known.info.id);
    this.#conversion = converted(known);
    this.#known = knownAs(known, this.#conversion);
  }

  get address(): string {
    return this.#known.address;
  }

  get isOnline(): boolean {
    return this.#rpc !== null;
  }

  get nodes(): readonly NodeAddress[] {
    return this.#known.nodes.map((suffix) => this.#addressOf({ suffix }));
  }

  kept(): Json {
    return { ...this.#known };
  }

  descriptions(): readonly NodeDescription[] {
    const { info } = this.#known;
    const { nodes, leftOut } = this.#conversion;
    return nodes.map((node) => ({
      ...describe(this.#context.id, this.#addressOf(node), info, node),
      ...(node.suffix === '' ? notShownOf(leftOut) : {}),
    }));
  }

  start(): void {
    const connection = this.#connection;
    this.#connection = null;
    this.#watchSleep();
    if (connection === null) void this.#connect();
    else this.#opened(connection);
  }

  stop(): void {
    this.#isStopped = true;
    this.#sleeper?.stop();
    noticesOf(this.#tools).forget(this.id);
    this.#reconnect.stop();
    this.#endAsking();
    this.#connection?.rpc.close();
    this.#connection = null;
    this.#rpc?.close();
    this.#rpc = null;
  }

  /** @throws HubError for what cannot be sent at all */
  async send({ id, node, body, timeoutMs }: AdapterCommand): Promise<void> {
    const { method, params } = requestOf(this.#nodeOf(node), body);
    const rpc = this.#online();
    const isBluetooth = method === 'BluTRV.Call';
    this.#context.outcome(id, 'sent', null);
    try {
      const limitMs = isBluetooth ? BLUETOOTH_WITHIN_MS : COMMAND_WITHIN_MS;
      await rpc.request(method, params, Math.min(timeoutMs, limitMs));
      this.#context.outcome(id, 'acknowledged', null);
    } catch (error) {
      const problem = this.#named(toProblem(error));
      const isSilent = problem.code === 'timed-out';
      this.#context.outcome(id, isSilent ? 'timedOut' : 'failed', problem);
      const isOver = (isSilent && !isBluetooth) || problem.code === 'forbidden';
      if (!isOver || this.#rpc !== rpc) return;
      rpc.close();
      this.#lost(rpc, toProblem(error));
    }
  }

  async refresh(): Promise<void> {
    const status = await readStatus(this.#online());
    this.#heard(status, true, 'read');
  }

  /** A Bluetooth device that was removed stays away until the Shelly that hears it is added anew. */
  remove(node: NodeAddress): boolean {
    if (node === this.id) return false;
    const suffix = node.slice(this.id.length);
    const { nodes, removed } = this.#known;
    const left = nodes.filter((one) => one !== suffix);
    this.#known = { ...this.#known, nodes: left, removed: [...removed, suffix] };
    this.#conversion = converted(this.#known);
    this.#told.delete(node);
    return true;
  }

  #addressOf({ suffix }: Pick<NodeConversion, 'suffix'>): NodeAddress {
    return nodeAddress(`${this.id}${suffix}`);
  }

  #nodeOf(node: NodeAddress): NodeConversion {
    const found = this.#conversion.nodes.find((each) => this.#addressOf(each) === node);
    if (found !== undefined) return found;
    throw new HubError('not-found', `${this.#name} does not hear ${node} any more`, {
      hint: 'Add it again to the Shelly that hears it.',
      zh: { message: `${this.#name} 不再接收到 ${node}`, hint: '请在接收它的 Shelly 上重新添加。' },
    });
  }

  #online(): Rpc {
    if (this.#rpc !== null) return this.#rpc;
    if (this.#sleeper !== null && this.#reason === '') throw asleep(this.#name);
    throw new UnreachableError(this.#reason || `${this.#name} is not connected`, {
      hint: 'Check that it has power and is in reach of the Wi-Fi.',
      zh: {
        message: `${this.#name} 没有连接`,
        hint: '请检查它是否通电、是否在 Wi-Fi 覆盖范围内。',
      },
    });
  }

  get #name(): string {
    return this.#context.nameOf(nodeAddress(this.id)) ?? this.id;
  }

  #named(problem: Problem): Problem {
    const named = (text: string): string => text.replaceAll(this.#address.text, () => this.#name);
    const { message, zh } = problem;
    return {
      ...problem,
      message: named(message),
      ...(zh === undefined ? {} : { zh: { ...zh, message: named(zh.message) } }),
    };
  }

  get #credential(): Credential {
    const { passwordDigest } = this.#known;
    return passwordDigest === null ? { kind: 'none' } : { kind: 'digest', digest: passwordDigest };
  }

  /** A device that sleeps, or that was set up to do so meanwhile, calls by itself. */
  #watchSleep(): void {
    const period = wakePeriodOf(this.#known.status);
    if (period === null) {
      this.#sleeper?.stop();
      this.#sleeper = null;
    } else if (this.#sleeper === null) {
      this.#sleeper = new Sleeper(this.#tools, this.id, period, {
        called: (socket, first) => this.#called(socket, first),
        missed: (reason) => {
          this.#reason = reason;
          for (const node of this.nodes) this.#tell(node, reason);
        },
      });
      this.#sleeper.start();
      for (const node of this.nodes) this.#tell(node, null);
    } else {
      this.#sleeper.heard(period);
    }
  }

  /** It is awake for a few seconds, and says all that it knows. */
  #called(socket: WebSocket, { method, params }: Json): void {
    this.#rpc?.close();
    const listener = new Listener();
    const rpc = Rpc.over(socket, this.#address.text, this.#credential, listener);
    this.#rpc = rpc;
    this.#reason = '';
    this.#reconnect.stop();
    listener.take({
      notified: (name, said) => this.#notified(name, said),
      lost: (error) => this.#lost(rpc, toProblem(error)),
    });
    this.#watchSleep();
    this.#tellAvailability();
    if (typeof method === 'string' && isJson(params)) this.#notified(method, params);
    this.#tools.changed();
  }

  async #connect(): Promise<void> {
    try {
      const connection = await connect(this.#address, this.#credential);
      if (connection.info.id !== this.#known.info.id) {
        connection.rpc.close();
        throw otherDevice(this.#address.text);
      }
      if (this.#isStopped) connection.rpc.close();
      else this.#opened(connection);
    } catch (error) {
      this.#failed(toProblem(error));
    }
  }

  #opened({ rpc, info, whole, listener }: Connection): void {
    // It may have called meanwhile.
    this.#rpc?.close();
    this.#rpc = rpc;
    this.#reconnect.succeeded();
    this.#reason = '';
    this.#strangers.clear();
    listener.take({
      notified: (method, params) => this.#notified(method, params),
      lost: (error) => this.#lost(rpc, toProblem(error)),
    });
    const passwordDigest = rpc.passwordDigest ?? this.#known.passwordDigest;
    this.#take({ ...this.#known, ...whole, info, passwordDigest });
    this.#tellAvailability();
    this.#report(null, 'reconnect');
    this.#endAsking();
    this.#watchSleep();
    // A question would keep it awake.
    if (this.#sleeper !== null) void this.#sleeper.teach(rpc, this.#known.config);
    else this.#askTimer = setInterval(() => this.#askAgain(rpc), ASK_AGAIN_EVERY_MS);
  }

  /** Takes what it is made of now, and describes what is another than before. */
  #take(known: KnownShelly): void {
    const before = new Map(this.descriptions().map((one) => [one.node, JSON.stringify(one)]));
    this.#conversion = converted(known);
    this.#known = knownAs(known, this.#conversion);
    const fresh = this.descriptions().filter((one) => before.get(one.node) !== JSON.stringify(one));
    for (const description of fresh) this.#context.described(description);
    if (fresh.length > 0 || this.#conversion.nodes.length !== before.size) this.#tools.changed();
  }

  #notified(method: string, params: Json): void {
    if (method === 'NotifyEvent') {
      const events: readonly unknown[] = Array.isArray(params.events) ? params.events : [];
      for (const event of events.slice(0, EVENTS_MAX)) {
        if (!isJson(event)) continue;
        if (typeof event.event === 'string' && MADE_ANEW.has(event.event)) this.#readAnewSoon();
        this.#happened((node) => eventsOf(node, event));
      }
    } else if (method === 'NotifyStatus') {
      this.#heard(params, false, 'report');
      this.#happened((node) => changesOf(node, params));
    } else if (method === 'NotifyFullStatus') {
      this.#heard(params, true, 'report');
    }
  }

  #happened(of: (node: NodeConversion) => readonly Happening[]): void {
    for (const node of this.#conversion.nodes) {
      for (const { key, value } of of(node)) this.#context.event(this.#addressOf(node), key, value);
    }
  }

  #heard(said: Json, isWhole: boolean, reason: 'report' | 'read'): void {
    const { status, keys, strangers } = overlay(this.#known.status, said, isWhole);
    this.#known = { ...this.#known, status };
    for (const key of strangers) this.#met(key);
    this.#tellAvailability();
    this.#report(keys, reason);
  }

  #met(key: string): void {
    if (this.#strangers.has(key) || this.#strangers.size >= STRANGERS_MAX) return;
    this.#strangers.add(key);
    this.#readAnewSoon();
  }

  #report(only: ReadonlySet<string> | null, reason: 'report' | 'read' | 'reconnect'): void {
    noticesOf(this.#tools).heard(this.id, this.#known.status);
    for (const node of this.#conversion.nodes) {
      const values: Record<PropertyKey, PropertyValue> = valuesOf(node, this.#known.status, only);
      const isSaid = Object.keys(values).length > 0;
      if (isSaid) this.#context.report(this.#addressOf(node), values, reason);
    }
  }

  #askAgain(rpc: Rpc): void {
    readStatus(rpc).then(
      (status) => {
        if (this.#rpc === rpc) this.#heard(status, true, 'read');
      },
      (error: unknown) => this.#context.log('debug', `${this.id}: ${toProblem(error).message}`),
    );
  }

  /** Several settings are mostly changed at once. */
  #readAnewSoon(): void {
    const rpc = this.#rpc;
    if (rpc === null) return;
    this.#anewTimer ??= setTimeout(() => {
      this.#anewTimer = undefined;
      readWhole(rpc).then(
        (whole) => {
          if (this.#rpc !== rpc) return;
          this.#take({ ...this.#known, ...whole });
          this.#tools.changed();
          this.#tellAvailability();
          this.#report(null, 'read');
        },
        (error: unknown) => this.#context.log('debug', `${this.id}: ${toProblem(error).message}`),
      );
    }, READ_ANEW_AFTER_MS);
  }

  #endAsking(): void {
    clearInterval(this.#askTimer);
    clearTimeout(this.#anewTimer);
    this.#anewTimer = undefined;
  }

  #tellAvailability(): void {
    if (this.#rpc === null) return;
    const present = new Map(this.#conversion.nodes.map((node) => [node.suffix, node.blu]));
    for (const suffix of this.#known.nodes) {
      const blu = present.get(suffix);
      const away = 'Its bridge has taken it away';
      const reason = blu === undefined ? away : blu === null ? null : this.#silenceOf(blu.key);
      this.#tell(this.#addressOf({ suffix }), reason);
    }
  }

  /** Why a Bluetooth device counts as gone though its Shelly is there; null: it does not. */
  #silenceOf(key: string): string | null {
    const { status } = this.#known;
    const own = status[key];
    const at = isJson(own) ? heardAt(own) : undefined;
    if (at === undefined || at <= 0) return 'Nothing was heard of it ever';
    const now = isJson(status.sys) ? status.sys.unixtime : undefined;
    const hours = typeof now === 'number' ? Math.floor((now - at) / 3_600) : 0;
    if (hours < BLU_SILENT_HOURS_MAX) return null;
    return `Nothing was heard of it for ${Math.floor(hours / 24)} days`;
  }

  /** @param reason why it is offline; null: it is there */
  #tell(node: NodeAddress, reason: string | null): void {
    if (this.#told.has(node) && this.#told.get(node) === reason) return;
    this.#told.set(node, reason);
    this.#context.availability(node, reason === null, reason);
  }

  #lost(rpc: Rpc, problem: Problem): void {
    if (this.#rpc !== rpc) return;
    this.#rpc = null;
    this.#endAsking();
    this.#failed(problem);
  }

  #tellOffline({ message, hint }: Problem): void {
    const reason = hint === null ? message : `${message}. ${hint}`;
    if (reason !== this.#reason) {
      this.#reason = reason;
      this.#context.log('warn', `${this.id} is offline: ${message}`);
    }
    for (const node of this.nodes) this.#tell(node, reason);
  }

  #failed(problem: Problem): void {
    if (this.#isStopped) return;
    const isAsleep = this.#sleeper !== null && /^(unreachable|timed-out)$/.test(problem.code);
    if (!isAsleep) this.#tellOffline(this.#named(problem));
    this.#reconnect.failed(problem.code === 'forbidden');
  }
}

function asleep(name: string): UnreachableError {
  return new UnreachableError(`${name} is asleep`, {
    hint: 'Press its button to wake it, and try again at once.',
    zh: { message: `${name} 正在休眠`, hint: '请按它的按键唤醒它，然后马上再试。' },
  });
}

function converted(known: KnownShelly): Conversion {
  const conversion = convert(known, known.places);
  const nodes = conversion.nodes.filter(({ suffix }) => !known.removed.includes(suffix));
  return { ...conversion, nodes };
}

/** With the places and the nodes that there are now, and the nodes that there once were. */
function knownAs(known: KnownShelly, { nodes, places }: Conversion): KnownShelly {
  const all = new Set([...nodes.map(({ suffix }) => suffix), ...known.nodes]);
  return { ...known, places, nodes: [...all].slice(0, NODES_MAX) };
}
