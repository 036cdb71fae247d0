// A broker that is there already, as one of its clients: it connects again by itself and takes its subscriptions up.
import type { Socket } from 'node:net';
import type { MqttClient } from 'mqtt';
import { type Problem, UnreachableError, ValidationError } from '../../hub/model/errors.ts';
import { matchesTopic } from '../../hub/model/home-values.ts';
import { problemInChinese } from '../../hub/model/problem-words.ts';
import type { Bus, BusEvents, OnMessage } from './bus.ts';

const CONNECT_WITHIN_MS = 5_000;
const RETRY_MS = 5_000;
const PAYLOAD_BYTES_MAX = 256 * 1024;

export class ClientBus implements Bus {
  readonly #url: URL;
  readonly #events: BusEvents;
  readonly #handlers = new Map<string, OnMessage>();
  #client: MqttClient | null = null;
  #will: NonNullable<MqttClient['options']['will']> | null = null;
  #lastProblem: Problem | null = null;

  /** @throws ValidationError for an address that is none */
  constructor(url: string, events: BusEvents) {
    const parsed = URL.parse(url);
    if (parsed === null || !/^mqtts?:$/.test(parsed.protocol) || parsed.hostname === '') {
      throw new ValidationError('The address of the MQTT broker is not right', {
        hint: 'Set INGLE_MQTT_URL to mqtt://user:password@host:1883, or mqtts://… for TLS (port 8883).',
        zh: {
          message: 'MQTT 服务器的地址不对',
          hint: '请把 INGLE_MQTT_URL 设为 mqtt://user:password@host:1883；用 TLS 时设为 mqtts://…（端口 8883）。',
        },
      });
    }
    this.#url = parsed;
    this.#events = events;
  }

  get isConnected(): boolean {
    return this.#client?.connected === true;
  }

  async start(): Promise<void> {
    const { connect } = await import('mqtt');
    const { username, password, hostname, port } = this.#url;
    const client = connect({
      protocol: this.#url.protocol === 'mqtts:' ? 'mqtts' : 'mqtt',
      hostname,
      port: port !== '' ? Number(port) : this.#url.protocol === 'mqtts:' ? 8_883 : 1_883,
      ...(username === '' ? {} : { username: decodeURIComponent(username) }),
      ...(password === '' ? {} : { password: decodeURIComponent(password) }),
      clientId: `ingle-${process.pid}-${Math.random().toString(36).slice(2, 8)}`,
      clean: true,
      connectTimeout: CONNECT_WITHIN_MS,
      reconnectPeriod: RETRY_MS / 2 + Math.random() * (RETRY_MS / 2),
      queueQoSZero: false,
      ...(this.#will === null ? {} : { will: this.#will }),
    });
    this.#client = client;
    client.on('connect', () => {
      // Without this a message to a broker on the same machine waits for the last one's acknowledgement.
      const { stream } = client;
      if ('setNoDelay' in stream) (stream as unknown as Socket).setNoDelay(true);
      for (const filter of this.#handlers.keys()) client.subscribe(filter);
      this.#lastProblem = null;
      this.#events.connected(`is connected to ${this.#url.host}`);
    });
    client.on('message', (topic, payload, packet) => {
      if (payload.length > PAYLOAD_BYTES_MAX) return;
      for (const [filter, onMessage] of this.#handlers) {
        if (matchesTopic(filter, topic)) onMessage(topic, payload, packet.retain);
      }
    });
    client.on('error', (error) => {
      const isRefused = /not authorized|bad user name|refused/i.test(error.message);
      const isLogin = isRefused && !/ECONNREFUSED/.test(error.message);
      this.#lost({
        code: isLogin ? 'forbidden' : 'unreachable',
        message: isLogin
          ? `The MQTT broker at ${this.#url.host} does not take user and password`
          : `The MQTT broker at ${this.#url.host} cannot be reached`,
        hint: isLogin
          ? 'Check user and password in INGLE_MQTT_URL.'
          : 'Check that it runs; the hub connects again by itself.',
        zh: {
          message: isLogin
            ? `MQTT 服务器 ${this.#url.host} 不接受用户名和密码`
            : `连不上 MQTT 服务器 ${this.#url.host}`,
          hint: isLogin
            ? '请检查 INGLE_MQTT_URL 里的用户名和密码。'
            : '请检查它是否在运行；中枢会自动重新连接。',
        },
      });
    });
    client.on('close', () =>
      this.#lost({
        code: 'unreachable',
        message: `The connection to the MQTT broker at ${this.#url.host} was lost`,
        hint: 'Check that it runs; the hub connects again by itself.',
        zh: {
          message: `与 MQTT 服务器 ${this.#url.host} 的连接断开了`,
          hint: '请检查它是否在运行；中枢会自动重新连接。',
        },
      }),
    );
  }

  async stop(): Promise<void> {
    const client = this.#client;
    this.#client = null;
    if (client === null) return;
    client.removeAllListeners();
    client.on('error', () => {});
    await client.endAsync(true);
  }

  publish(topic: string, payload: string, retain = false): void {
    if (!this.isConnected || this.#client === null) {
      const problem = this.#lastProblem;
      throw new UnreachableError(problem?.message ?? 'The MQTT broker is not connected', {
        hint: 'Check that it runs; the hub connects again by itself.',
        zh: {
          message: problem === null ? '没有连接 MQTT 服务器' : problemInChinese(problem).message,
          hint: '请检查它是否在运行；中枢会自动重新连接。',
        },
      });
    }
    this.#client.publish(topic, payload, { retain });
  }

  subscribe(filter: string, onMessage: OnMessage): void {
    this.#handlers.set(filter, onMessage);
    if (this.isConnected) this.#client?.subscribe(filter);
  }

  unsubscribe(filter: string): void {
    this.#handlers.delete(filter);
    if (this.isConnected) this.#client?.unsubscribe(filter);
  }

  /** A will stands in the connection's first packet: one that is made already is made anew. */
  tellEnd(topic: string, payload: string): void {
    if (this.#will?.topic === topic) return;
    this.#will = { topic, payload: Buffer.from(payload), qos: 0, retain: true };
    const client = this.#client;
    if (client === null) return;
    client.options.will = this.#will;
    if (client.connected) client.stream.end();
  }

  /** A subscription that is renewed brings what is kept; the others of the filter hear it once more. */
  replay(filter: string): void {
    if (this.isConnected) this.#client?.subscribe(filter);
  }

  #lost(problem: Problem): void {
    // A refused connection closes as well; the first word says why.
    if (this.#client === null || this.#lastProblem !== null) return;
    this.#lastProblem = problem;
    this.#events.lost(problem, Date.now() + RETRY_MS);
  }
}
