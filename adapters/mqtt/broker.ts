// The hub's own broker: aedes behind a door that lets in who has an account, cuts off who sends too much, and keeps
// each client to its own topics.
import { createServer, type Server, type Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { Aedes, type Client } from 'aedes';
import { type Problem, toProblem, UnreachableError } from '../../hub/model/errors.ts';
import type { AccountRights } from '../../hub/model/mqtt.ts';
import type { AdapterContext } from '../contract/adapter.ts';
import type { Accounts } from './accounts.ts';
import type { Bus, BusEvents, OnMessage } from './bus.ts';
import { GuardedSocket } from './guarded-socket.ts';
import {
  covers,
  type Holder,
  isAnnouncement,
  isDiscovery,
  mayPublish,
  maySubscribe,
} from './rights.ts';

const CONNECTIONS_MAX = 300;
/** Connections that have not yet said who they are. */
const STRANGERS_MAX = 32;
const CONNECT_WITHIN_MS = 5_000;
const DRAIN_WITHIN_MS = 10_000;
const SUBSCRIPTIONS_MAX = 32;
const RETAINED_MAX = 64;
/** Of an account with rights beyond its own topics: a bridge has many devices, a home many topics. */
const WIDE_SUBSCRIPTIONS_MAX = 5_000;
const WIDE_RETAINED_MAX = 5_000;
const RETAINED_BYTES_MAX = 8 * 1024 * 1024;
const CLIENT_ID_CHARACTERS_MAX = 64;
const RETRY_MS = 3_000;
/** Wrong passwords from one address before it has to wait, and for how long. */
const ATTEMPTS_MAX = 10;
const ATTEMPTS_WITHIN_MS = 60_000;
const ADDRESSES_MAX = 1_000;
const REFUSED_LOG_EVERY_MS = 10_000;
const BAD_PASSWORD = 4;
const IDENTIFIER_REJECTED = 2;

export interface BrokerOptions {
  readonly host: string;
  readonly port: number;
  readonly accounts: Accounts;
  /** Whether user and password are those of a vendor's account. */
  isVendor(user: string, token: Buffer): boolean;
  /** What keeps an account from announcing this, in words; null where nothing does. */
  refusesAnnouncement(account: Holder, topic: string, payload: Buffer): string | null;
  /** A message of an account on a topic of the hub's own, before anybody else hears it. */
  heard(account: Holder, topic: string, payload: Buffer, isRetained: boolean): void;
  readonly log: AdapterContext['log'];
  readonly events: BusEvents;
}

type Published = Parameters<Aedes['authorizePublish']>[1];

/** The library's store of retained messages, which its types leave out. */
interface RetainedStore {
  createRetainedStreamCombi(filters: readonly string[]): Readable;
}

interface Session {
  readonly account: string;
  /** The filters that it listens on. */
  readonly subscriptions: Set<string>;
}

export class Broker implements Bus {
  readonly #options: BrokerOptions;
  readonly #aedes: Aedes;
  readonly #server: Server;
  readonly #sockets = new Set<GuardedSocket>();
  readonly #strangers = new Set<GuardedSocket>();
  readonly #sessions = new Map<Client, Session>();
  readonly #retained = new Map<string, Map<string, number>>();
  readonly #handlers = new Map<string, Parameters<Aedes['subscribe']>[1]>();
  readonly #attempts = new Map<string, { count: number; untilMs: number }>();
  #retryTimer: NodeJS.Timeout | undefined;
  #turn: Promise<void> = Promise.resolve();
  #isListening = false;
  #isStopped = false;
  #refusedLoggedAtMs = 0;

  constructor(options: BrokerOptions) {
    this.#options = options;
    this.#aedes = new Aedes({
      connectTimeout: CONNECT_WITHIN_MS,
      drainTimeout: DRAIN_WITHIN_MS,
      maxTopicLevels: 16,
      maxInflightInbound: 16,
      // Nobody's session outlives its connection: what is kept for an absent client has no bound.
      preConnect: (client, packet, done) => {
        packet.clean = true;
        if (this.#mayConnect(client, packet.clientId)) done(null, true);
        else done(new Error('refused before it was heard'), false);
      },
      authenticate: (client, name, password, done) => {
        void this.#authenticate(client, name, password).then(
          (refusal) => {
            if (refusal === null) done(null, true);
            else done(Object.assign(new Error('refused'), { returnCode: refusal }), null);
          },
          () => done(Object.assign(new Error('refused'), { returnCode: BAD_PASSWORD }), null),
        );
      },
      authorizePublish: (client, packet, done) => {
        const problem = this.#judgePublish(client, packet);
        this.#inTurn(() => done(problem === null ? null : new Error(problem)));
      },
      authorizeSubscribe: (client, subscription, done) => {
        const session = this.#sessions.get(client);
        const isAllowed = session !== undefined && this.#maySubscribe(session, subscription.topic);
        // Without a subscription the client hears that this one was refused, and goes on.
        done(null, isAllowed ? subscription : null);
      },
    });
    this.#aedes.on('clientReady', (client) => guardOf(client)?.admit());
    this.#aedes.on('unsubscribe', (filters, client) => {
      for (const filter of filters) this.#sessions.get(client)?.subscriptions.delete(filter);
    });
    this.#aedes.on('clientDisconnect', (client) => this.#sessions.delete(client));
    for (const event of ['clientError', 'connectionError'] as const) {
      this.#aedes.on(event, (client, error) => this.#failed(client, error));
    }
    this.#server = createServer((socket) => this.#accept(socket));
    this.#server.maxConnections = CONNECTIONS_MAX;
  }

  get isConnected(): boolean {
    return this.#isListening;
  }

  /** The port that it listens on; null while it does not. */
  get port(): number | null {
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : null;
  }

  async start(): Promise<void> {
    await this.#aedes.listen();
    this.#server.on('error', (error: NodeJS.ErrnoException) => this.#lost(error));
    this.#server.on('listening', () => {
      this.#isListening = true;
      this.#options.events.connected(`listens on ${this.#options.host}:${this.port}`);
    });
    this.#listen();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#retryTimer);
    this.#isListening = false;
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    await new Promise<void>((resolve) => {
      if (this.#aedes.closed) resolve();
      else this.#aedes.close(() => resolve());
    });
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  publish(topic: string, payload: string, retain = false): void {
    if (!this.#isListening) {
      throw new UnreachableError('The MQTT broker does not listen', {
        hint: 'The health of the home shows what is wrong.',
        zh: { message: 'MQTT 服务器没有在监听', hint: '家的状态里会显示原因。' },
      });
    }
    const packet = { cmd: 'publish', topic, payload, qos: 0, retain, dup: false } as const;
    this.#inTurn(() => this.#aedes.publish(packet, () => {}));
  }

  /**
   * The library numbers a message, keeps it if it is retained, and then hands it out; a client to which a later number
   * came first does not get the earlier one at all. So the next message is numbered once the last is on its way.
   */
  #inTurn(work: () => void): void {
    this.#turn = this.#turn.then(nothing).then(nothing).then(nothing).then(work);
  }

  subscribe(filter: string, onMessage: OnMessage): void {
    if (this.#handlers.has(filter)) return;
    const handler: Parameters<Aedes['subscribe']>[1] = (packet, done) => {
      onMessage(packet.topic, Buffer.from(packet.payload), packet.retain);
      done();
    };
    this.#handlers.set(filter, handler);
    this.#aedes.subscribe(filter, handler, () => {});
    this.replay(filter, onMessage);
  }

  /** What is kept on the topics of a filter, which a subscription of the hub's own does not bring. */
  replay(filter: string, onMessage: OnMessage): void {
    const { persistence } = this.#aedes as unknown as { readonly persistence?: RetainedStore };
    const kept = persistence?.createRetainedStreamCombi([filter]);
    kept?.on('data', ({ topic, payload }: Published) => {
      if (!this.#isStopped) onMessage(topic, Buffer.from(payload), true);
    });
    kept?.on('error', () => {});
  }

  unsubscribe(filter: string): void {
    const handler = this.#handlers.get(filter);
    if (handler === undefined) return;
    this.#handlers.delete(filter);
    this.#aedes.unsubscribe(filter, handler, () => {});
  }

  isAccountConnected(name: string): boolean {
    return [...this.#sessions.values()].some(({ account }) => account === name);
  }

  /** Whether a client of the account listens on the topic: many connect only to say something. */
  isHeard(topic: string, name: string): boolean {
    return [...this.#sessions.values()].some(
      ({ account, subscriptions }) =>
        account === name && [...subscriptions].some((filter) => covers(filter, topic)),
    );
  }

  /** Cuts off whoever is connected with this account. */
  cutOff(name: string): void {
    for (const [client, { account }] of this.#sessions) if (account === name) client.close();
    this.#retained.delete(name);
  }

  #listen(): void {
    if (!this.#isStopped) this.#server.listen(this.#options.port, this.#options.host);
  }

  #lost(error: NodeJS.ErrnoException): void {
    this.#isListening = false;
    const { host, port } = this.#options;
    const isTaken = error.code === 'EADDRINUSE';
    const problem: Problem = {
      code: isTaken ? 'conflict' : 'unreachable',
      message: isTaken
        ? `Another program listens on ${host}:${port} already`
        : `The MQTT broker cannot listen on ${host}:${port}: ${error.message}`,
      hint: isTaken
        ? 'Stop that program, set another INGLE_MQTT_PORT, or use that broker with INGLE_MQTT_URL.'
        : 'Check INGLE_HOST and INGLE_MQTT_PORT.',
      zh: {
        message: isTaken
          ? `另一个程序已在 ${host}:${port} 监听`
          : `MQTT 服务器无法在 ${host}:${port} 监听：${error.message}`,
        hint: isTaken
          ? '请停止那个程序、换一个 INGLE_MQTT_PORT，或用 INGLE_MQTT_URL 使用那个服务器。'
          : '请检查 INGLE_HOST 和 INGLE_MQTT_PORT。',
      },
    };
    this.#options.events.lost(problem, Date.now() + RETRY_MS);
    this.#retryTimer = setTimeout(() => this.#listen(), RETRY_MS);
  }

  #accept(socket: Socket): void {
    if (this.#strangers.size >= STRANGERS_MAX) {
      socket.destroy();
      return;
    }
    const guarded = new GuardedSocket(socket);
    this.#sockets.add(guarded);
    this.#strangers.add(guarded);
    guarded.once('close', () => {
      this.#sockets.delete(guarded);
      this.#strangers.delete(guarded);
    });
    this.#aedes.handle(guarded);
  }

  #mayConnect(client: Client, clientId: string): boolean {
    const address = addressOf(client);
    const attempts = this.#attempts.get(address);
    const isTooOften =
      attempts !== undefined && attempts.count >= ATTEMPTS_MAX && attempts.untilMs > Date.now();
    return !isTooOften && clientId.length <= CLIENT_ID_CHARACTERS_MAX;
  }

  async #authenticate(
    client: Client,
    name: string | undefined,
    password: Buffer | undefined,
  ): Promise<number | null> {
    const isVendor =
      name !== undefined && password !== undefined && this.#options.isVendor(name, password);
    const isRight = isVendor || (await this.#options.accounts.check(name, password));
    if (!isRight || name === undefined) {
      this.#countAttempt(addressOf(client));
      this.#refuse({
        code: 'forbidden',
        message: `Somebody at ${addressOf(client)} was refused: ${
          name === undefined ? 'no account' : `"${name.slice(0, 32)}" with this password`
        } is known`,
        hint: 'Set user and password on the device as the account was made; a lost password means a new account.',
        zh: {
          message:
            name === undefined
              ? `拒绝了 ${addressOf(client)}：没有给出账号`
              : `拒绝了 ${addressOf(client)}：没有“${name.slice(0, 32)}”配这个密码的账号`,
          hint: '请在设备上按账号设置用户名和密码；忘了密码就要新建账号。',
        },
      });
      return BAD_PASSWORD;
    }
    for (const [other, { account }] of this.#sessions) {
      // A client's id is not a secret: nobody may push another account's client out with it.
      if (other.id === client.id && account !== name) return IDENTIFIER_REJECTED;
    }
    this.#attempts.delete(addressOf(client));
    this.#sessions.set(client, { account: name, subscriptions: new Set() });
    const guard = guardOf(client);
    if (guard !== null) this.#strangers.delete(guard);
    return null;
  }

  #countAttempt(address: string): void {
    const nowMs = Date.now();
    const known = this.#attempts.get(address);
    const count = known !== undefined && known.untilMs > nowMs ? known.count + 1 : 1;
    this.#attempts.delete(address);
    this.#attempts.set(address, { count, untilMs: nowMs + ATTEMPTS_WITHIN_MS });
    for (const oldest of this.#attempts.keys()) {
      if (this.#attempts.size <= ADDRESSES_MAX) break;
      this.#attempts.delete(oldest);
    }
  }

  #judgePublish(client: Client | null, packet: Published): string | null {
    const { topic, payload, retain: isRetained } = packet;
    const session = client === null ? undefined : this.#sessions.get(client);
    if (session === undefined) return 'not let in';
    const { account } = session;
    const holder: Holder = { name: account, rights: this.#options.accounts.rightsOf(account) };
    const isAnnounced = isDiscovery(topic) || isAnnouncement(topic);
    const content = Buffer.from(payload);
    const mayAtAll = mayPublish(holder, topic);
    const refusal =
      mayAtAll && isAnnounced ? this.#options.refusesAnnouncement(holder, topic, content) : null;
    if (refusal !== null && isAnnouncement(topic)) {
      this.#refuse({
        code: 'forbidden',
        message: `The MQTT account "${account}" may not announce ${topic.slice(0, 80)}: ${refusal}`,
        hint: 'Give the account the topics that its devices use, with ingle mqtt accounts change.',
        zh: {
          message: `MQTT 账号“${account}”不能发布 ${topic.slice(0, 80)}：${refusal}`,
          hint: '请用 ingle mqtt accounts change 把它的设备所用的主题交给这个账号。',
        },
      });
      return 'announcement not allowed';
    }
    if (!mayAtAll || refusal !== null) {
      this.#refuse({
        code: 'forbidden',
        message: `The device of the MQTT account "${account}" may not publish to ${topic.slice(0, 80)}`,
        hint: `Set the device's Topic to "${account}", with the usual full topic %prefix%/%topic%/, or give the account that topic.`,
        zh: {
          message: `MQTT 账号“${account}”的设备不能发布到 ${topic.slice(0, 80)}`,
          hint: `请把设备的 Topic 设为“${account}”，完整主题用默认的 %prefix%/%topic%/；或者把这个主题交给该账号。`,
        },
      });
      return 'topic not allowed';
    }
    if (topic.startsWith('ingle/')) this.#options.heard(holder, topic, content, isRetained);
    return isRetained ? this.#countRetained(holder, topic, content.length) : null;
  }

  #countRetained({ name, rights }: Holder, topic: string, bytes: number): string | null {
    const retained = this.#retained.get(name) ?? new Map<string, number>();
    this.#retained.set(name, retained);
    if (bytes === 0) {
      retained.delete(topic);
      return null;
    }
    const others = [...retained].filter(([each]) => each !== topic);
    const sum = others.reduce((total, [, each]) => total + each, bytes);
    const limit = isWide(rights) ? WIDE_RETAINED_MAX : RETAINED_MAX;
    if (others.length >= limit || sum > RETAINED_BYTES_MAX) return 'too much is retained';
    retained.set(topic, bytes);
    return null;
  }

  #maySubscribe({ account, subscriptions }: Session, filter: string): boolean {
    const rights = this.#options.accounts.rightsOf(account);
    if (!maySubscribe({ name: account, rights }, filter)) return false;
    const limit = isWide(rights) ? WIDE_SUBSCRIPTIONS_MAX : SUBSCRIPTIONS_MAX;
    if (subscriptions.size >= limit && !subscriptions.has(filter)) return false;
    subscriptions.add(filter);
    return true;
  }

  #refuse(problem: Problem): void {
    this.#options.events.refused(problem);
    const nowMs = Date.now();
    if (nowMs - this.#refusedLoggedAtMs < REFUSED_LOG_EVERY_MS) return;
    this.#refusedLoggedAtMs = nowMs;
    this.#options.log('warn', problem.message);
  }

  #failed(client: Client, error: Error): void {
    const who = this.#sessions.get(client)?.account ?? addressOf(client);
    this.#options.log('debug', `The connection of ${who} ended: ${toProblem(error).message}`);
  }
}

function nothing(): void {}

function isWide({ topics, announces, home }: AccountRights): boolean {
  return topics.length > 0 || announces || home !== 'none';
}

function guardOf(client: Client): GuardedSocket | null {
  return client.conn instanceof GuardedSocket ? client.conn : null;
}

function addressOf(client: Client): string {
  return guardOf(client)?.socket.remoteAddress ?? 'an unknown address';
}
