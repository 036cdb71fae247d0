// One Hue bridge of the home: keeps its stream of events open, holds what its resources say, tells the hub of the
// changes, sends commands within the bridge's limits, and says why it is out of reach when it is.

import type { NodeDescription } from '../../../hub/model/device.ts';
import { HubError, NotFoundError, type Problem, toProblem } from '../../../hub/model/errors.ts';
import type { NodeAddress } from '../../../hub/model/identifiers.ts';
import type { AdapterCommand } from '../../contract/adapter.ts';
import { CommandLane, TryAgain } from '../command-lane.ts';
import type { LanPeer, LanTools } from '../family.ts';
import type { Json } from '../known-devices.ts';
import { parseLanAddress } from '../lan-address.ts';
import { notOne } from '../lan-problems.ts';
import { RECONNECT_MAX_MS, Reconnect } from '../reconnect.ts';
import { commandProblem, HUE, HueConnection, isBusy } from './connection.ts';
import { EventStream, type HueMessage } from './event-stream.ts';
import { type KnownBridge, PORT_DEFAULT } from './known-bridge.ts';
import { mergePuts, putOf } from './nodes.ts';
import { CommandRefusal, notConnectedYet, refused } from './problems.ts';
import { isJson } from './resources.ts';
import { HueState } from './state.ts';

/** How long things may take; a test has less patience. */
export interface HueTimings {
  readonly listWithinMs: number;
  readonly commandWithinMs: number;
  /** The stream says nothing while nothing happens, so the bridge is asked now and then whether it is there. */
  readonly pulseEveryMs: number;
  /** All is read anew, in case the bridge has left something out. */
  readonly readAnewEveryMs: number;
  /** Between the readings that a gap asks for. */
  readonly readAnewSpacingMs: number;
  readonly pressEveryMs: number;
  /** The longest pause before it is tried to be reached again. */
  readonly reconnectMaxMs: number;
}

export const HUE_TIMINGS: HueTimings = {
  listWithinMs: 15_000,
  commandWithinMs: 5_000,
  pulseEveryMs: 30_000,
  readAnewEveryMs: 900_000,
  readAnewSpacingMs: 5_000,
  pressEveryMs: 1_000,
  reconnectMaxMs: RECONNECT_MAX_MS,
};

const LIGHTS_SPACING_MS = 100;
const GROUPS_SPACING_MS = 1_000;
const LIGHTS_WAITING_MAX = 512;
const GROUPS_WAITING_MAX = 64;
/** Messages that come while all is being read. */
const HELD_MESSAGES_MAX = 2_000;
/** A press of before must not act now. */
const PRESS_AGE_MS_MAX = 10_000;

export class HueBridge implements LanPeer {
  readonly id: string;
  readonly #known: KnownBridge;
  readonly #tools: LanTools;
  readonly #timings: HueTimings;
  readonly #state: HueState;
  readonly #reconnect: Reconnect;
  readonly #lights: CommandLane<Json>;
  readonly #groups: CommandLane<Json>;
  #connection: HueConnection | null = null;
  #stream: EventStream | null = null;
  #lastEventId: string | null = null;
  #reading: Promise<void> | null = null;
  /** Messages that wait for the reading that goes on, or is about to begin; null: none does. */
  #held: HueMessage[] | null = null;
  #hasGap = false;
  #problem: HubError | null = null;
  #isOnline = false;
  #isStopped = false;
  #pulse: NodeJS.Timeout | undefined;
  #readAnew: NodeJS.Timeout | undefined;
  #lastReadMs = -Infinity;

  constructor(known: KnownBridge, tools: LanTools, timings: HueTimings) {
    this.id = known.id;
    this.#known = known;
    this.#tools = tools;
    this.#timings = timings;
    this.#state = new HueState(known, tools);
    this.#reconnect = new Reconnect(() => void this.#connect(), timings.reconnectMaxMs);
    const lane = (spacingMs: number, inFlightMax: number, waitingMax: number) =>
      new CommandLane<Json>({
        ...{ spacingMs, inFlightMax, waitingMax, merge: mergePuts },
        act: (path, body, limitMs) => this.#put(path, body, limitMs),
        outcome: (...told) => tools.context.outcome(...told),
      });
    this.#lights = lane(LIGHTS_SPACING_MS, 3, LIGHTS_WAITING_MAX);
    this.#groups = lane(GROUPS_SPACING_MS, 1, GROUPS_WAITING_MAX);
  }

  get address(): string {
    return this.#known.address;
  }

  get isOnline(): boolean {
    return this.#isOnline;
  }

  get nodes(): readonly NodeAddress[] {
    return this.#state.descriptions.map(({ node }) => node);
  }

  kept(): Json {
    const { removed, descriptions, places } = this.#state;
    return { ...this.#known, descriptions, places, removed: [...removed] };
  }

  descriptions(): readonly NodeDescription[] {
    return this.#state.descriptions;
  }

  /** Reads what the bridge has, before it is started for the first time. @throws HubError */
  async learn(): Promise<void> {
    const connection = await this.#open();
    try {
      this.#state.replace(await this.#list(connection));
    } finally {
      connection.close();
    }
  }

  start(): void {
    this.#state.begin();
    void this.#connect();
  }

  stop(): void {
    this.#isStopped = true;
    this.#reconnect.stop();
    this.#disconnect();
    this.#state.stop();
    const gone = notConnectedYet(this.#known.name);
    this.#lights.drop(gone);
    this.#groups.drop(gone);
  }

  /** @throws HubError for what cannot be sent at all */
  async send(command: AdapterCommand): Promise<void> {
    const { node, body } = command;
    const found = this.#state.node(node);
    if (found === undefined) {
      if (!this.nodes.includes(node)) throw new NotFoundError('Hue device', node);
      throw this.#problem ?? notConnectedYet(this.#known.name);
    }
    const { path, body: put, lane, asked } = putOf(found, body, this.#state.resources);
    if (!this.#isOnline) throw this.#problem ?? notConnectedYet(this.#known.name);
    if (asked !== undefined) this.#state.asked(asked.light, asked.color);
    (lane === 'light' ? this.#lights : this.#groups).send(command, path, put);
  }

  /** @throws HubError */
  async refresh(node: NodeAddress): Promise<void> {
    if (!this.nodes.includes(node)) throw new NotFoundError('Hue device', node);
    const connection = this.#connection;
    if (connection === null || !this.#isOnline) {
      throw this.#problem ?? notConnectedYet(this.#known.name);
    }
    await this.#read(connection);
    this.#state.report(node, 'read');
  }

  remove(node: NodeAddress): boolean {
    this.#state.remove(node);
    return this.nodes.length > 0;
  }

  #open(): Promise<HueConnection> {
    const { address, fingerprint, key } = this.#known;
    return HueConnection.to({
      address: parseLanAddress(address, PORT_DEFAULT),
      pin: fingerprint,
      key,
    });
  }

  async #connect(): Promise<void> {
    let connection: HueConnection | null = null;
    try {
      connection = await this.#open();
      if (this.#isStopped) {
        connection.close();
        return;
      }
      this.#connection = connection;
      const own = connection;
      this.#held = [];
      // The stream first: what happens while all is read is not missed.
      const stream = await EventStream.open(connection, this.#lastEventId, {
        heard: (messages) => this.#heard(messages),
        garbled: () => this.#gap('garbled'),
        ended: (error) => this.#lost(own, error),
      });
      if (this.#connection !== connection) {
        stream.close();
        return;
      }
      this.#stream = stream;
      await this.#read(connection);
      if (this.#connection !== connection) return;
      this.#reconnect.succeeded();
      this.#isOnline = true;
      this.#problem = null;
      this.#state.connected();
      this.#pulse = setInterval(() => void this.#ask(own), this.#timings.pulseEveryMs);
    } catch (error) {
      if (connection === null) this.#failed(error);
      else this.#lost(connection, error);
    }
  }

  /** Reads all, and then what came meanwhile. Who asks while it goes on waits for the same. */
  #read(connection: HueConnection): Promise<void> {
    this.#reading ??= this.#readAll(connection).finally(() => {
      this.#reading = null;
    });
    return this.#reading;
  }

  async #readAll(connection: HueConnection): Promise<void> {
    this.#held ??= [];
    this.#hasGap = false;
    this.#lastReadMs = performance.now();
    let isWhole = true;
    try {
      const list = await this.#list(connection);
      if (this.#connection === connection) isWhole = this.#state.replace(list);
    } finally {
      if (this.#connection === connection) {
        const held = this.#held ?? [];
        this.#held = null;
        // What was garbled meanwhile has planned the next one already.
        if (!this.#hasGap) this.#planReading(this.#timings.readAnewEveryMs);
        this.#apply(held, true);
        if (!isWhole) this.#gap('something was not listed');
      }
    }
  }

  /** All resources; a listing without the bridge itself is none. */
  async #list(connection: HueConnection): Promise<readonly unknown[]> {
    const list = await connection.list('', this.#timings.listWithinMs);
    if (list.some((own) => isJson(own) && own.type === 'bridge')) return list;
    throw notOne(this.#known.address, HUE.en, HUE.zh);
  }

  #heard(messages: readonly HueMessage[]): void {
    this.#lastEventId = this.#stream?.lastEventId ?? this.#lastEventId;
    if (this.#held === null) this.#apply(messages, false);
    else if (this.#held.length + messages.length <= HELD_MESSAGES_MAX) this.#held.push(...messages);
  }

  /** @param isHeld they came while all was read, so some of them may be of long ago */
  #apply(messages: readonly HueMessage[], isHeld: boolean): void {
    for (const { kind, resources, ageMs } of messages) {
      const mayAct = !isHeld || (ageMs !== null && ageMs < PRESS_AGE_MS_MAX);
      if (!this.#state.apply(kind, resources, mayAct)) this.#gap('a resource that was not listed');
    }
  }

  /** Something was not understood, so what the bridge says now is read as a whole. */
  #gap(why: string): void {
    // Planned already; many gaps must not put it off.
    if (this.#hasGap) return;
    this.#hasGap = true;
    this.#tools.context.log('debug', `Hue bridge ${this.id}: read anew after ${why}`);
    const sinceMs = performance.now() - this.#lastReadMs;
    this.#planReading(Math.max(50, this.#timings.readAnewSpacingMs - sinceMs));
  }

  #planReading(afterMs: number): void {
    clearTimeout(this.#readAnew);
    const connection = this.#connection;
    if (connection === null) return;
    this.#readAnew = setTimeout(() => {
      this.#read(connection).catch((error: unknown) => {
        if (isBusy(error)) this.#gap('it was too busy for it');
        else this.#lost(connection, error);
      });
    }, afterMs);
  }

  async #ask(connection: HueConnection): Promise<void> {
    try {
      await connection.list('/bridge', this.#timings.commandWithinMs);
    } catch (error) {
      if (!isBusy(error)) this.#lost(connection, error);
    }
  }

  async #put(path: string, body: Json, limitMs: number): Promise<void> {
    const connection = this.#connection;
    if (connection === null) throw this.#problem ?? notConnectedYet(this.#known.name);
    try {
      await connection.put(path, body, Math.min(limitMs, this.#timings.commandWithinMs));
    } catch (error) {
      if (isBusy(error) && error instanceof CommandRefusal) throw new TryAgain(refused(error));
      const problem = toProblem(error);
      if (problem.code === 'timed-out') void this.#ask(connection);
      if (problem.code === 'forbidden') this.#lost(connection, error);
      if (error instanceof CommandRefusal && error.kind === 'gone') this.#gap('a device was gone');
      throw commandProblem(error);
    }
  }

  #disconnect(): void {
    clearInterval(this.#pulse);
    clearTimeout(this.#readAnew);
    this.#lastEventId = this.#stream?.lastEventId ?? this.#lastEventId;
    this.#stream?.close();
    this.#connection?.close();
    this.#stream = null;
    this.#connection = null;
    this.#held = null;
    this.#hasGap = false;
    this.#isOnline = false;
  }

  #lost(connection: HueConnection, error: unknown): void {
    if (this.#connection !== connection) {
      connection.close();
      return;
    }
    this.#disconnect();
    this.#failed(error);
  }

  #failed(error: unknown): void {
    if (this.#isStopped) return;
    const problem = toProblem(error);
    const shown = error instanceof HubError ? error : new HubError(problem.code, problem.message);
    this.#problem = shown;
    this.#lights.drop(shown);
    this.#groups.drop(shown);
    this.#state.disconnected(reasonOf(problem));
    this.#reconnect.failed(problem.code === 'forbidden');
  }
}

function reasonOf({ message, hint }: Problem): string {
  return hint === null ? message : `${message}. ${hint}`;
}
