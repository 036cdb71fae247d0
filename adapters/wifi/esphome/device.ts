// One ESPHome device that belongs to the home, with the parts that it presents: keeps a connection to it, tells what it
// says, sends what it is told, and says why it is out of reach when it is.

import type { ReportReason } from '../../../hub/model/adapter-port.ts';
import type { NodeDescription } from '../../../hub/model/device.ts';
import {
  HubError,
  NotFoundError,
  type Problem,
  toProblem,
  UnreachableError,
} from '../../../hub/model/errors.ts';
import { type CommandId, type NodeAddress, nodeAddress } from '../../../hub/model/identifiers.ts';
import type { PropertyKey, PropertyValue } from '../../../hub/model/properties.ts';
import type { Words } from '../../../hub/model/words.ts';
import type { AdapterCommand } from '../../contract/adapter.ts';
import { type LeftOut, notShownOf } from '../../contract/not-shown.ts';
import type { LanPeer, LanTools } from '../family.ts';
import type { Json } from '../known-devices.ts';
import { type LanAddress, parseLanAddress } from '../lan-address.ts';
import { otherDevice } from '../lan-problems.ts';
import { RECONNECT_MAX_MS, Reconnect } from '../reconnect.ts';
import { type Conversion, convert, requestsOf, statesOf } from './convert.ts';
import { describe } from './describe.ts';
import { type KnownDevice, PORT } from './known-device.ts';
import type { Received } from './library.ts';
import type { Link } from './link.ts';
import { ASLEEP } from './problems.ts';
import { openSession, type Session } from './session.ts';
import { Waiting, type Wish } from './waiting.ts';

const COMMAND_WITHIN_MS = 5_000;
const COMMANDS_MAX = 32;
/** A device that sleeps is awake for some seconds, so it is looked for often, and no packet disturbs its sleep. */
const ASLEEP_RETRY_MS = 4_000;
/** What only the household can mend. */
const REFUSALS: ReadonlySet<string> = new Set(['forbidden', 'conflict', 'unsupported']);
/** Reasons that a sleeping device gives by being asleep. */
const SILENCES: ReadonlySet<string> = new Set(['unreachable', 'timed-out']);
/** Told at the adding; all of them stand with the device. */
const NOTES_MAX = 10;

/** A part of the device: 0 is the device itself. */
interface DevicePart {
  readonly number: number;
  readonly node: NodeAddress;
  readonly title: string;
  readonly conversion: Conversion;
}

export class EsphomeDevice implements LanPeer {
  readonly #tools: LanTools;
  readonly #address: LanAddress;
  readonly #reconnect: Reconnect;
  readonly #waiting: Waiting;
  #known: KnownDevice;
  #parts: readonly DevicePart[] = [];
  #session: Session | null;
  #link: Link | null = null;
  readonly #values = new Map<string, PropertyValue>();
  /** What was told since it was connected, or asked last. */
  readonly #heard = new Set<string>();
  #firstReason: ReportReason = 'reconnect';
  #underWay = 0;
  #isOnline: boolean | null = null;
  #reason: Words = { en: '', zh: '' };
  #abort = new AbortController();
  #wakeTimer: NodeJS.Timeout | undefined;

  /** @param session what it was opened with; null after a start of the hub */
  constructor(known: KnownDevice, session: Session | null, tools: LanTools) {
    this.#tools = tools;
    this.#known = known;
    this.#session = session;
    this.#address = parseLanAddress(known.address, PORT);
    this.#reconnect = new Reconnect(() => void this.#connect(), RECONNECT_MAX_MS);
    this.#waiting = new Waiting(tools, known.waiting);
    this.#convert();
  }

  get id(): string {
    return this.#known.info.mac;
  }

  get address(): string {
    return this.#known.address;
  }

  get isOnline(): boolean {
    return this.#isOnline === true;
  }

  get nodes(): readonly NodeAddress[] {
    return this.#parts.map(({ node }) => node);
  }

  kept(): Json {
    return { ...this.#known, waiting: this.#waiting.all };
  }

  descriptions(): readonly NodeDescription[] {
    const { info } = this.#known;
    return this.#parts.map((part) => ({
      ...describe(this.#tools.context.id, info, part),
      ...notShownOf(this.#leftOutOf(part)),
    }));
  }

  start(): void {
    this.#waiting.start();
    const session = this.#session;
    this.#session = null;
    if (session === null) {
      void this.#connect();
      return;
    }
    this.#opened(session);
    this.#tellLeftOut();
  }

  stop(): void {
    this.#abort.abort();
    this.#reconnect.stop();
    clearTimeout(this.#wakeTimer);
    this.#waiting.stop();
    this.#session?.link.close();
    this.#session = null;
    this.#link?.close();
    this.#link = null;
  }

  /** @throws HubError for what cannot be sent at all */
  async send(command: AdapterCommand): Promise<void> {
    const { id, node, body, timeoutMs } = command;
    const part = this.#partOf(node);
    const requests = requestsOf(
      part.conversion,
      body,
      (key) => this.#values.get(`${node} ${key}`) ?? null,
    );
    const link = this.#link;
    if (link === null) {
      const binding = body.kind === 'set' ? part.conversion.bindings.get(body.property) : undefined;
      const maySleep = this.#known.info.hasDeepSleep && binding !== undefined;
      if (maySleep && this.#waiting.take(command, binding.descriptor)) return;
      throw this.#unreachable();
    }
    if (this.#underWay >= COMMANDS_MAX) {
      throw new HubError('busy', `${this.#nameOf(node)} has ${COMMANDS_MAX} commands under way`, {
        hint: 'Wait a moment and try again.',
        zh: {
          message: `${this.#nameOf(node)} 已有 ${COMMANDS_MAX} 个命令在执行`,
          hint: '请稍等再试。',
        },
      });
    }
    this.#waiting.supersede(command);
    this.#underWay += 1;
    try {
      for (const { type, fields } of requests) link.send(type, fields);
      this.#tools.context.outcome(id, 'sent', null);
      await link.settled(Math.min(timeoutMs, COMMAND_WITHIN_MS));
      this.#tools.context.outcome(id, 'acknowledged', null);
    } catch (error) {
      const problem = this.#named(toProblem(error), node);
      const isSilent = problem.code === 'timed-out';
      this.#tools.context.outcome(id, isSilent ? 'timedOut' : 'failed', problem);
      // It may have had little time; one that is asked again and says nothing is gone.
      if (isSilent) void link.settled(COMMAND_WITHIN_MS).catch(() => link.giveUp());
    } finally {
      this.#underWay -= 1;
    }
  }

  /** Nobody wants any more what waits for it. @returns whether it waited here */
  cancel(command: CommandId): boolean {
    return this.#waiting.cancel(command);
  }

  /** Has it tell all its states again. @throws HubError */
  async refresh(node: NodeAddress): Promise<void> {
    this.#partOf(node);
    const link = this.#link;
    if (link === null) throw this.#unreachable();
    this.#heard.clear();
    this.#firstReason = 'read';
    link.send('SubscribeStatesRequest');
    await link.settled(COMMAND_WITHIN_MS);
  }

  remove(node: NodeAddress): boolean {
    const { number } = this.#partOf(node);
    this.#known = { ...this.#known, hidden: [...this.#known.hidden, number] };
    this.#parts = this.#parts.filter((part) => part.number !== number);
    if (this.#parts.length === 0) this.#waiting.clear();
    return this.#parts.length > 0;
  }

  /** What of a part no property is made of; what was not even listed belongs to the device itself. */
  #leftOutOf({ number, conversion }: DevicePart): readonly LeftOut[] {
    const { untaken } = this.#known;
    const rest = number === 0 && untaken > 0 ? [untakenOf(untaken)] : [];
    return [...rest, ...conversion.leftOut];
  }

  #partOf(node: NodeAddress): DevicePart {
    const part = this.#parts.find((one) => one.node === node);
    if (part === undefined) throw new NotFoundError('ESPHome device', node);
    return part;
  }

  /** Works out its parts from what is known of it. */
  #convert(): void {
    const { info, entities, places, hidden } = this.#known;
    const titles = [{ number: 0, title: info.title }, ...info.parts];
    const known = new Set(titles.map(({ number }) => number));
    const byPart = Map.groupBy(entities, ({ fields }) => {
      const { deviceId } = fields;
      // What belongs to no part that it names belongs to the device itself.
      return typeof deviceId === 'number' && known.has(deviceId) ? deviceId : 0;
    });
    const parts = titles.map(({ number, title }) => ({
      number,
      title,
      node: nodeAddress(number === 0 ? info.mac : `${info.mac}/${number}`),
      conversion: convert(byPart.get(number) ?? [], places[number] ?? {}),
    }));
    this.#known = {
      ...this.#known,
      places: Object.fromEntries(
        parts.map(({ number, conversion }) => [number, conversion.places]),
      ),
    };
    this.#parts = parts.filter(({ number }) => !hidden.includes(number));
  }

  async #connect(): Promise<void> {
    const { signal } = this.#abort;
    const { credential, info } = this.#known;
    try {
      const session = await openSession(
        { address: this.#address, mac: info.mac, signal },
        credential,
      );
      if (session.info.mac !== info.mac) {
        session.link.close();
        throw otherDevice(this.#address.text);
      }
      if (signal.aborted) session.link.close();
      else this.#opened(session);
    } catch (error) {
      this.#failed(toProblem(error));
    }
  }

  #opened({ link, info, entities, untaken }: Session): void {
    const { info: oldInfo, entities: oldEntities, untaken: oldUntaken } = this.#known;
    const before = JSON.stringify([oldInfo, oldEntities, oldUntaken]);
    const isSame = JSON.stringify([info, entities, untaken]) === before;
    if (!isSame) this.#describeAnew({ ...this.#known, info, entities, untaken });
    this.#link = link;
    this.#heard.clear();
    this.#firstReason = 'reconnect';
    link.listen(
      (message) => this.#told(message),
      (error) => this.#lost(link, error),
    );
    try {
      link.send('SubscribeStatesRequest');
    } catch {
      // It was lost again, which is told.
      return;
    }
    this.#reconnect.succeeded();
    this.#setOnline();
    void this.#deliver(link);
  }

  /** It was flashed with other entities, or renamed. */
  #describeAnew(known: KnownDevice): void {
    const before = new Set(this.nodes);
    const described = JSON.stringify(this.descriptions());
    this.#known = known;
    this.#convert();
    this.#tools.changed();
    if (JSON.stringify(this.descriptions()) === described) return;
    for (const description of this.descriptions()) this.#tools.context.described(description);
    this.#isOnline = null;
    for (const node of before) {
      if (this.nodes.includes(node)) continue;
      this.#tools.context.availability(node, false, 'Its bridge has taken it away');
    }
  }

  #told({ type, fields }: Received): void {
    if (type === null || !/^\w+?(State)?Response$/.test(type)) return;
    const { deviceId } = fields;
    const part =
      this.#parts.find(({ number }) => number === (deviceId ?? 0)) ??
      this.#parts.find(({ number }) => number === 0);
    if (part === undefined) return;
    const { node, conversion } = part;
    const { values, events } = statesOf(conversion, type, fields);
    for (const [key, value] of events) this.#tools.context.event(node, key, value);
    const keys = Object.keys(values) as PropertyKey[];
    if (keys.length === 0) return;
    const isFirst = keys.every((key) => !this.#heard.has(`${node} ${key}`));
    for (const key of keys) {
      const value = values[key];
      this.#heard.add(`${node} ${key}`);
      if (value !== undefined) this.#values.set(`${node} ${key}`, value);
    }
    this.#tools.context.report(node, values, isFirst ? this.#firstReason : 'report');
  }

  /** Sends what waited for it to wake, oldest first; what it does not take now waits on. */
  async #deliver(link: Link): Promise<void> {
    for (const wish of this.#waiting.all) {
      if (this.#link !== link) return;
      if (this.#waiting.has(wish.command) && !(await this.#give(link, wish))) return;
    }
  }

  /** @returns whether it is settled, for better or worse */
  async #give(link: Link, wish: Wish): Promise<boolean> {
    const { command: id, node, property, value } = wish;
    const { context } = this.#tools;
    try {
      const body = { kind: 'set', property, value } as const;
      const { conversion } = this.#partOf(node);
      const lastOf = (key: PropertyKey) => this.#values.get(`${node} ${key}`) ?? null;
      for (const { type, fields } of requestsOf(conversion, body, lastOf)) link.send(type, fields);
      await link.settled(COMMAND_WITHIN_MS);
      this.#waiting.sent(wish);
      context.outcome(id, 'sent', null);
      context.outcome(id, 'acknowledged', null);
      return true;
    } catch (error) {
      const problem = toProblem(error);
      if (SILENCES.has(problem.code)) return false;
      this.#waiting.sent(wish);
      context.outcome(id, 'failed', problem);
      return true;
    }
  }

  #setOnline(): void {
    if (this.#isOnline === true) return;
    this.#isOnline = true;
    for (const { node } of this.#parts) this.#tools.context.availability(node, true, null);
  }

  #lost(link: Link, error: HubError): void {
    if (this.#link !== link) return;
    this.#link = null;
    this.#failed(toProblem(error));
  }

  #failed(problem: Problem): void {
    if (this.#abort.signal.aborted) return;
    const isAsleep = this.#known.info.hasDeepSleep && SILENCES.has(problem.code);
    const reason = isAsleep ? ASLEEP : wordsOf(this.#named(problem));
    if (this.#isOnline !== false || reason.en !== this.#reason.en) {
      this.#isOnline = false;
      this.#reason = reason;
      for (const { node } of this.#parts) {
        this.#tools.context.availability(node, false, reason.en);
      }
      this.#tools.context.log(isAsleep ? 'debug' : 'warn', `${this.id} is offline: ${reason.en}`);
    }
    clearTimeout(this.#wakeTimer);
    if (!isAsleep) {
      this.#reconnect.failed(REFUSALS.has(problem.code));
      return;
    }
    const pauseMs = ASLEEP_RETRY_MS / 2 + Math.random() * (ASLEEP_RETRY_MS / 2);
    this.#wakeTimer = setTimeout(() => void this.#connect(), pauseMs);
  }

  #unreachable(): HubError {
    const { en, zh } = this.#reason;
    const name = this.#nameOf(this.nodes[0]);
    return new UnreachableError(en === '' ? `${name} is not connected` : en, {
      hint: 'Check that it has power and is in reach of the Wi-Fi.',
      zh: {
        message: zh === '' ? `${name} 没有连接` : zh,
        hint: '请检查它是否通电、是否在 Wi-Fi 范围内。',
      },
    });
  }

  #nameOf(node: NodeAddress | undefined): string {
    const named = node === undefined ? undefined : this.#tools.context.nameOf(node);
    return named ?? this.#known.info.title;
  }

  /** The problem with the household's name of the device in the place of its address. */
  #named(problem: Problem, node = this.nodes[0]): Problem {
    const named = (text: string): string =>
      text.replaceAll(this.#address.text, () => this.#nameOf(node));
    const { message, zh } = problem;
    return {
      ...problem,
      message: named(message),
      ...(zh === undefined ? {} : { zh: { ...zh, message: named(zh.message) } }),
    };
  }

  /** Says at the adding what of it is not taken. */
  #tellLeftOut(): void {
    const [first] = this.#parts;
    if (first === undefined) return;
    const leftOut = this.#parts.flatMap((part) => this.#leftOutOf(part));
    for (const { what, why } of leftOut.slice(0, NOTES_MAX)) {
      this.#tools.context.pairProgress({
        kind: 'note',
        node: first.node,
        text: { en: `${what} is left out: ${why.en}.`, zh: `${what} 没有采用：${why.zh}。` },
      });
    }
  }
}

/** Entities that were listed and could not be taken. */
function untakenOf(count: number): LeftOut {
  return {
    what: `A rest of ${count} entities`,
    why: {
      en: 'of a kind that is newer than this hub, or too many',
      zh: '类型比这个中枢新，或者数量太多',
    },
  };
}

function wordsOf({ message, hint, zh }: Problem): Words {
  const joined = (text: string, more: string | null, end: string) =>
    more === null ? text : `${text}${end}${more}`;
  return {
    en: joined(message, hint, '. '),
    zh: zh === undefined ? message : joined(zh.message, zh.hint, '。'),
  };
}
