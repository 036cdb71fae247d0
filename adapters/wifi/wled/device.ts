// One WLED of the home: keeps its socket open, tells what it says, sends what it is told, and says why it is out of
// reach when it is.
import type { ReportReason } from '../../../hub/model/adapter-port.ts';
import type { NodeDescription } from '../../../hub/model/device.ts';
import { HubError, toProblem, UnreachableError } from '../../../hub/model/errors.ts';
import { type NodeAddress, nodeAddress } from '../../../hub/model/identifiers.ts';
import type { AdapterCommand } from '../../contract/adapter.ts';
import { CommandLane, TryAgain } from '../command-lane.ts';
import type { LanPeer, LanTools } from '../family.ts';
import type { Json } from '../known-devices.ts';
import { parseLanAddress } from '../lan-address.ts';
import { notOne, otherDevice } from '../lan-problems.ts';
import { RECONNECT_MAX_MS, Reconnect } from '../reconnect.ts';
import { type Bindings, bind, bodyOf, describe, mergeBodies, valuesOf } from './convert.ts';
import { WLED, WledLink } from './link.ts';
import {
  isJson,
  NO_PRESETS,
  type Presets,
  readInfo,
  readNames,
  readPresets,
  readState,
  shapeOf,
  type View,
} from './messages.ts';

/** What is kept of a WLED. */
export interface KnownWled {
  /** 12 small hexadecimal digits. */
  readonly mac: string;
  readonly address: string;
  /** What it last was: it stays described while it is off. */
  readonly description: NodeDescription;
}

/** How long things may take; a test has less patience. */
export interface WledTimings {
  readonly answerWithinMs: number;
  readonly pulseEveryMs: number;
  /** Of builds that do not push. */
  readonly pollEveryMs: number;
  /** The longest pause before it is tried to be reached again. */
  readonly reconnectMaxMs: number;
}

export const WLED_TIMINGS: WledTimings = {
  answerWithinMs: 5_000,
  pulseEveryMs: 15_000,
  pollEveryMs: 5_000,
  reconnectMaxMs: RECONNECT_MAX_MS,
};

export const PORT_DEFAULT = 80;
const WAITING_MAX = 64;
const SPACING_MS = 20;
/** Messages in a row that make no sense. */
const NONSENSE_MAX = 50;

/** Asks a WLED what it is and what it shows. @throws HubError */
export async function readView(
  link: WledLink,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<View> {
  const all = await link.get('/json', timeoutMs, signal);
  const { state, info, effects, palettes } = isJson(all) ? all : {};
  const read = { state: readState(state), info: readInfo(info) };
  if (read.state === null || read.info === null) {
    throw notOne(link.address.text, WLED.en, WLED.zh);
  }
  const lists = { effects: readNames(effects), palettes: readNames(palettes) };
  const presets = await readPresetsOf(link, timeoutMs);
  return { state: read.state, info: read.info, ...lists, presets };
}

/** A device without any has no such file; a damaged one does not keep it from being used. */
async function readPresetsOf(link: WledLink, timeoutMs: number): Promise<Presets> {
  try {
    return readPresets(await link.get('/presets.json', timeoutMs));
  } catch (error) {
    const { code } = toProblem(error);
    if (code === 'not-found' || code === 'rejected-by-device') return NO_PRESETS;
    throw error;
  }
}

export class WledDevice implements LanPeer {
  readonly id: string;
  readonly #node: NodeAddress;
  readonly #address: string;
  readonly #tools: LanTools;
  readonly #timings: WledTimings;
  readonly #reconnect: Reconnect;
  readonly #lane: CommandLane<Json>;
  #description: NodeDescription | null;
  #view: View | null = null;
  #bindings: Bindings = new Map();
  #link: WledLink | null = null;
  /** Which lists are older than what it says of them. */
  #outdated: 'all' | 'presets' | null = null;
  #isReadingLists = false;
  #nonsense = 0;
  #problem: HubError | null = null;
  #toldReason: string | null | undefined;
  #isStarted = false;
  #isStopped = false;
  #poll: NodeJS.Timeout | undefined;

  constructor(
    { mac, address, description }: Omit<KnownWled, 'description'> & Partial<KnownWled>,
    tools: LanTools,
    timings: WledTimings,
  ) {
    this.id = mac;
    this.#node = nodeAddress(`wled-${mac}`);
    this.#address = address;
    this.#description = description ?? null;
    this.#tools = tools;
    this.#timings = timings;
    this.#reconnect = new Reconnect(() => void this.#connect(), timings.reconnectMaxMs);
    this.#lane = new CommandLane<Json>({
      ...{ spacingMs: SPACING_MS, inFlightMax: 1, waitingMax: WAITING_MAX, merge: mergeBodies },
      act: (_, body, limitMs) => this.#post(body, limitMs),
      outcome: (...told) => tools.context.outcome(...told),
    });
  }

  get address(): string {
    return this.#address;
  }

  get isOnline(): boolean {
    return this.#link !== null && this.#toldReason === null;
  }

  get nodes(): readonly NodeAddress[] {
    return [this.#node];
  }

  kept(): Json {
    return { mac: this.id, address: this.#address, description: this.#description };
  }

  descriptions(): readonly NodeDescription[] {
    return this.#description === null ? [] : [this.#description];
  }

  /** Takes what was read of it before it is started. */
  learn(view: View): void {
    this.#see(view);
  }

  start(): void {
    this.#isStarted = true;
    void this.#connect();
  }

  stop(): void {
    this.#isStopped = true;
    this.#reconnect.stop();
    this.#disconnect();
    this.#lane.drop(this.#unreachable());
  }

  /** @throws HubError for what cannot be sent at all */
  async send(command: AdapterCommand): Promise<void> {
    const view = this.#view;
    if (view === null) throw this.#unreachable();
    const body = bodyOf(this.#bindings, view, command.body);
    if (!this.isOnline) throw this.#unreachable();
    // A preset brings a state of its own, which nothing must be mixed into.
    this.#lane.send(command, 'ps' in body ? 'preset' : 'state', body);
  }

  /** @throws HubError */
  async refresh(): Promise<void> {
    const link = this.#link;
    if (link === null || !this.isOnline) throw this.#unreachable();
    const said = await link.get('/json/si', this.#timings.answerWithinMs);
    if (isJson(said)) this.#heard(link, said.state, said.info, 'read');
  }

  remove(): boolean {
    return false;
  }

  async #connect(): Promise<void> {
    let link: WledLink | null = null;
    try {
      const { answerWithinMs, pulseEveryMs, pollEveryMs } = this.#timings;
      link = await WledLink.to(parseLanAddress(this.#address, PORT_DEFAULT), pulseEveryMs);
      if (this.#isStopped) {
        link.close();
        return;
      }
      this.#link = link;
      const own = link;
      const view = await readView(link, answerWithinMs);
      if (this.#link !== link) return;
      if (view.info.mac !== this.id) throw otherDevice(this.#address);
      this.#see(view);
      const pushes =
        view.info.hasSocket &&
        (await link.listen({
          heard: (state, info) => this.#heard(own, state, info, 'report'),
          ended: (error) => this.#lost(own, error),
        }));
      if (this.#link !== link) return;
      if (!pushes) this.#poll = setInterval(() => void this.#ask(own), pollEveryMs);
      this.#reconnect.succeeded();
      this.#problem = null;
      this.#nonsense = 0;
      this.#tell(null);
      this.#report('reconnect');
    } catch (error) {
      if (link === null) this.#failed(error);
      else this.#lost(link, error);
    }
  }

  /** Of a build that does not push. */
  async #ask(link: WledLink): Promise<void> {
    try {
      const said = await link.get('/json/si', this.#timings.answerWithinMs);
      if (isJson(said)) this.#heard(link, said.state, said.info, 'report');
    } catch (error) {
      if (toProblem(error).code !== 'busy') this.#lost(link, error);
    }
  }

  #heard(link: WledLink, ownState: unknown, ownInfo: unknown, reason: ReportReason): void {
    const before = this.#view;
    if (this.#link !== link || before === null) return;
    const state = readState(ownState);
    const info = ownInfo === undefined ? before.info : readInfo(ownInfo);
    // The connection is to the right one, so what says otherwise is as little worth as what cannot be read.
    if (state === null || info === null || info.mac !== this.id) {
      this.#nonsense += 1;
      if (this.#nonsense > NONSENSE_MAX) this.#lost(link, notOne(this.#address, WLED.en, WLED.zh));
      return;
    }
    this.#nonsense = 0;
    this.#see({ ...before, state, info });
    this.#report(reason);
    if (info.listsMark !== before.info.listsMark) this.#outdated = 'all';
    else if (info.presetsMark !== before.info.presetsMark) this.#outdated ??= 'presets';
    if (this.#outdated !== null) void this.#readLists(link);
  }

  /** Its effects, palettes or presets are others now. What fails is tried again with its next word. */
  async #readLists(link: WledLink): Promise<void> {
    if (this.#isReadingLists) return;
    this.#isReadingLists = true;
    const { answerWithinMs } = this.#timings;
    let wanted = this.#outdated;
    try {
      while (wanted !== null) {
        this.#outdated = null;
        const read =
          wanted === 'all'
            ? await readView(link, answerWithinMs)
            : { presets: await readPresetsOf(link, answerWithinMs) };
        const now = this.#view;
        if (this.#link !== link || now === null) return;
        // What it shows was pushed meanwhile.
        this.#see({ ...now, ...read, state: now.state, info: now.info });
        this.#report('report');
        wanted = this.#outdated;
      }
    } catch (error) {
      this.#outdated ??= wanted;
      this.#tools.context.log('debug', `${this.#node}: ${toProblem(error).message}`);
    } finally {
      this.#isReadingLists = false;
    }
  }

  /** Takes a view in place of the one before, and describes the device anew where it has another shape. */
  #see(view: View): void {
    const before = this.#view;
    this.#view = view;
    const isSame =
      before !== null &&
      before.effects === view.effects &&
      before.palettes === view.palettes &&
      before.presets === view.presets &&
      shapeOf(before) === shapeOf(view);
    if (isSame) return;
    const { context } = this.#tools;
    this.#bindings = bind(view);
    const description = describe(context.id, this.#node, view, this.#bindings);
    const isNew = JSON.stringify(description) !== JSON.stringify(this.#description);
    this.#description = description;
    if (!isNew || !this.#isStarted) return;
    context.described(description);
    this.#tools.changed();
  }

  #report(reason: ReportReason): void {
    const view = this.#view;
    if (view === null || !this.#isStarted) return;
    const values = valuesOf(this.#bindings, view);
    if (Object.keys(values).length > 0) this.#tools.context.report(this.#node, values, reason);
  }

  async #post(body: Json, limitMs: number): Promise<void> {
    const link = this.#link;
    if (link === null) throw this.#unreachable();
    try {
      const state = await link.post(body, Math.min(limitMs, this.#timings.answerWithinMs));
      // Older software answers `{"success":true}`, and pushes what it shows then.
      if (isJson(state) && state.seg !== undefined) this.#heard(link, state, undefined, 'report');
    } catch (error) {
      const { code } = toProblem(error);
      if (code === 'busy' && error instanceof HubError) throw new TryAgain(error);
      if (code === 'timed-out') void this.#ask(link);
      throw error;
    }
  }

  #disconnect(): void {
    clearInterval(this.#poll);
    this.#link?.close();
    this.#link = null;
  }

  #lost(link: WledLink, error: unknown): void {
    if (this.#link !== link) {
      link.close();
      return;
    }
    this.#disconnect();
    this.#failed(error);
  }

  #failed(error: unknown): void {
    if (this.#isStopped) return;
    const { code, message, hint } = toProblem(error);
    this.#problem = error instanceof HubError ? error : new HubError(code, message);
    this.#lane.drop(this.#problem);
    this.#tell(hint === null ? message : `${message}. ${hint}`);
    this.#reconnect.failed(false);
  }

  /** @param reason why it is out of reach; null: it is not */
  #tell(reason: string | null): void {
    if (this.#toldReason === reason) return;
    this.#toldReason = reason;
    const { context } = this.#tools;
    context.availability(this.#node, reason === null, reason);
    if (reason !== null) context.log('warn', `${this.#node} is offline: ${reason}`);
  }

  #unreachable(): HubError {
    if (this.#problem !== null) return this.#problem;
    const name = this.#tools.context.nameOf(this.#node) ?? this.#node;
    return new UnreachableError(`${name} is not connected`, {
      hint: 'Check that it has power and is in reach of the Wi-Fi.',
      zh: { message: `${name} 没有连接`, hint: '请检查它是否通电、是否在 Wi-Fi 覆盖范围内。' },
    });
  }
}
