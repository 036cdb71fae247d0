// The MQTT adapter: the hub's own broker with its accounts, or one that is there already, and the protocols that
// speak over it.
import type { AccountList, AdapterCall, NewAccount } from '../../hub/model/adapter-port.ts';
import { HubError, type Problem, ValidationError } from '../../hub/model/errors.ts';
import type { NodeAddress } from '../../hub/model/identifiers.ts';
import type { AccountRights, ToShare } from '../../hub/model/mqtt.ts';
import type { Adapter, AdapterCommand, AdapterContext } from '../contract/adapter.ts';
import { Accounts } from './accounts.ts';
import { Broker } from './broker.ts';
import type { Bus, BusEvents, OnMessage } from './bus.ts';
import { ClientBus } from './client-bus.ts';
import { Discovery } from './discovery/discovery.ts';
import { FanBus } from './fan-bus.ts';
import { OpenDoor } from './open/door.ts';
import { isDiscovery, isReserved, reaches } from './rights.ts';
import { STATUS_TOPIC } from './share/announce.ts';
import { Share } from './share/share.ts';
import { Tasmota } from './tasmota/tasmota.ts';

/** Longer messages are none that a scene is written for. */
const MESSAGE_BYTES_MAX = 4096;

/** What an adapter's worker starts. */
export function createMqttAdapter(context: AdapterContext, door = new OpenDoor()): Adapter {
  return new MqttAdapter(context, door);
}

class MqttAdapter implements Adapter {
  readonly #context: AdapterContext;
  readonly #door: OpenDoor;
  #accounts: Accounts | null = null;
  #broker: Broker | null = null;
  #bus: Bus | null = null;
  #tasmota: Tasmota | null = null;
  #discovery: Discovery | null = null;
  #share: Share | null = null;
  /** The bus as the home listens on it, and the topics that it listens on. */
  #home: Bus | null = null;
  #topics: readonly string[] = [];
  #heard: readonly string[] = [];
  #detail = '';

  constructor(context: AdapterContext, door: OpenDoor) {
    this.#context = context;
    this.#door = door;
  }

  async start(): Promise<void> {
    const { url, port, host } = this.#context.settings;
    this.#accounts = new Accounts(this.#context.dataFolder);
    const events: BusEvents = {
      connected: (detail) => {
        this.#detail = detail;
        this.#tellState();
        this.#tasmota?.connected();
        this.#discovery?.connected();
        this.#share?.connected();
      },
      lost: (problem, retryAtMs) => {
        this.#context.state({ kind: 'fault', problem, retryAtMs });
        this.#tasmota?.lost(problem);
        this.#discovery?.lost(problem);
      },
      refused: (problem) => this.#refused(problem),
    };
    if (typeof url === 'string') {
      this.#bus = new ClientBus(url, events);
    } else if (typeof port === 'number') {
      this.#broker = new Broker({
        host: typeof host === 'string' ? host : '127.0.0.1',
        port,
        accounts: this.#accounts,
        isVendor: (user, token) => this.#door.accountOf(user, token) !== null,
        refusesAnnouncement: (account, topic, payload) => {
          if (isDiscovery(topic)) {
            const isOwn = this.#tasmota?.mayAnnounce(account.name, topic, payload) === true;
            return isOwn ? null : 'it is another device';
          }
          const mayReach = (one: string) => reaches(account, one);
          const { name } = account;
          return this.#discovery?.mayAnnounce(name, topic, payload, mayReach) ?? null;
        },
        heard: ({ name, rights }, topic, payload, isRetained) =>
          this.#share?.heard({ name, home: rights.home }, topic, payload, isRetained),
        log: (level, text) => this.#context.log(level, text),
        events,
      });
      this.#bus = this.#broker;
    } else {
      throw new ValidationError('MQTT has neither a port to listen on nor a broker to use', {
        hint: 'Set INGLE_MQTT_PORT or INGLE_MQTT_URL.',
        zh: {
          message: 'MQTT 既没有监听端口，也没有可用的代理',
          hint: '请设置 INGLE_MQTT_PORT 或 INGLE_MQTT_URL。',
        },
      });
    }
    this.#context.state({ kind: 'connecting' });
    const fan = new FanBus(this.#bus);
    const shareBus = fan.view();
    const share = new Share(this.#context, shareBus);
    this.#share = share;
    if (share.wasOn) shareBus.tellEnd?.(STATUS_TOPIC, 'offline');
    // At the hub's own broker what comes is judged by who says it, before anybody hears it.
    if (typeof url === 'string') {
      shareBus.subscribe('ingle/home/#', (topic, payload, isRetained) => {
        const asker = { name: 'mqtt', home: share.foreignRight };
        share.heard(asker, topic, payload, isRetained);
      });
    }
    this.#home = fan.view();
    this.#listen();
    this.#tasmota = new Tasmota(this.#context, fan.view(), () => this.#tellState());
    this.#tasmota.start();
    this.#discovery = new Discovery(this.#context, fan.view(), {
      view: () => fan.view(),
      isOwn: (objectId) => this.#share?.isOwn(objectId) === true,
      changed: () => this.#tellState(),
    });
    this.#discovery.start();
    this.#door.use(fan.view(), {
      revoked: (name) => this.#broker?.cutOff(`open.${name}`),
      isHeard: (topic, name) => this.#broker?.isHeard(topic, `open.${name}`) ?? null,
    });
    await this.#bus.start();
  }

  async stop(): Promise<void> {
    this.#tasmota?.stop();
    this.#discovery?.stop();
    this.#share?.stop();
    this.#door.leave();
    await this.#bus?.stop();
  }

  listen(topics: readonly string[]): void {
    this.#topics = topics;
    this.#listen();
  }

  #listen(): void {
    const home = this.#home;
    if (home === null) return;
    for (const filter of this.#heard) if (!this.#topics.includes(filter)) home.unsubscribe(filter);
    for (const filter of this.#topics) home.subscribe(filter, this.#onMessage);
    this.#heard = this.#topics;
  }

  readonly #onMessage: OnMessage = (topic, payload, isRetained) => {
    if (payload.length > MESSAGE_BYTES_MAX) return;
    this.#context.message(topic, payload.toString('utf8'), isRetained);
  };

  share(update: ToShare): void {
    this.#share?.take(update);
  }

  send(command: AdapterCommand): void {
    this.#device(command.node).send(command);
  }

  /** @throws NotFoundError */
  #device(node: NodeAddress) {
    return this.#discovery?.find(node) ?? this.#devices().device(node);
  }

  async call(body: AdapterCall): Promise<unknown> {
    switch (body.kind) {
      case 'pair':
        this.#connected();
        this.#devices().openPairing(body.seconds);
        return null;
      case 'pairStop':
        this.#devices().closePairing();
        return null;
      case 'remove':
        if (this.#discovery?.find(body.node)) this.#discovery.remove(body.node);
        else this.#devices().remove(body.node);
        this.#tellState();
        return null;
      case 'rename':
        return null;
      case 'interview':
      case 'refresh': {
        const found = this.#discovery?.find(body.node);
        const device = found ?? this.#devices().device(body.node);
        if ('refresh' in device) device.refresh();
        if (body.kind === 'interview') device.describe();
        return null;
      }
      case 'describe':
        for (const device of this.#devices().devices) device.describe();
        for (const device of this.#discovery?.devices ?? []) device.describe();
        return null;
      case 'statistics':
        return this.#statistics();
      case 'publish':
        this.#publish(body);
        return null;
      case 'accounts':
        return this.#listAccounts();
      case 'accountAdd':
        return this.#addAccount(body.name, body.rights);
      case 'accountChange':
        this.#accountsOf().change(body.name, body.rights);
        // What it has subscribed to was granted by its rights of before.
        this.#broker?.cutOff(body.name);
        return null;
      case 'accountRemove':
        this.#accountsOf().remove(body.name);
        this.#broker?.cutOff(body.name);
        this.#discovery?.forget(body.name);
        return null;
      case 'found':
        return this.#discovery?.found() ?? [];
      case 'accept':
        return this.#discovery?.accept(body.nodes, body.bridge) ?? [];
      default:
        throw new HubError('unsupported', `MQTT devices know no "${body.kind}"`);
    }
  }

  #devices(): Tasmota {
    if (this.#tasmota === null) {
      throw new HubError('busy', 'The MQTT adapter is starting', {
        hint: 'Try again in a moment.',
        zh: { message: 'MQTT 适配器正在启动', hint: '请稍后再试。' },
      });
    }
    return this.#tasmota;
  }

  /** @throws HubError `unreachable` while nothing can be heard */
  #connected(): void {
    if (this.#bus?.isConnected === true) return;
    throw new HubError('unreachable', 'The MQTT broker is not connected', {
      hint: 'The settings show what is wrong with it. Ingle keeps trying.',
      zh: { message: 'MQTT 服务器没有连接', hint: '设置里会显示原因。Ingle 会继续尝试。' },
    });
  }

  /** Devices take their orders over the same broker; those go through the hub's own commands and nowhere else. */
  #publish({ topic, payload, retain }: Extract<AdapterCall, { kind: 'publish' }>): void {
    this.#connected();
    const isCommand = [...this.#devices().devices].some(({ config }) =>
      topic.startsWith(config.commands),
    );
    if (isCommand || isReserved(topic)) {
      throw new HubError('forbidden', `The topic ${topic.slice(0, 80)} is a device's`, {
        hint: 'Set the device itself in the scene; devices speak on tele/, stat/ and cmnd/ alone.',
        zh: {
          message: `主题 ${topic.slice(0, 80)} 属于一个设备`,
          hint: '请在场景中直接设置这个设备；tele/、stat/ 和 cmnd/ 只供设备使用。',
        },
      });
    }
    this.#bus?.publish(topic, payload, retain);
  }

  #tellState(): void {
    if (this.#bus?.isConnected !== true) return;
    const count = (this.#tasmota?.count ?? 0) + (this.#discovery?.count ?? 0);
    const devices = `${count} device${count === 1 ? '' : 's'}`;
    this.#context.state({ kind: 'connected', detail: `${this.#detail}, ${devices}` });
  }

  #refused(problem: Problem): void {
    if (this.#tasmota?.isPairing !== true) return;
    this.#context.pairProgress({ kind: 'failed', node: null, problem });
  }

  #statistics(): unknown {
    const tasmota = [...this.#devices().devices].map(({ node, isOnline, config }) => ({
      node,
      topic: config.topic,
      isOnline,
    }));
    const found = [...(this.#discovery?.devices ?? [])].map(({ node, isOnline }) => ({
      node,
      topic: null,
      isOnline,
    }));
    return { nodes: [...tasmota, ...found] };
  }

  #accountsOf(): Accounts {
    if (this.#broker !== null && this.#accounts !== null) return this.#accounts;
    throw new HubError(
      'unsupported',
      'The hub uses another MQTT broker, which has its own accounts',
      {
        hint: 'Make the account there. The hub’s own broker is used without INGLE_MQTT_URL.',
        zh: {
          message: '中枢使用另一个 MQTT 服务器，它有自己的账号',
          hint: '请在那里建立账号。不设 INGLE_MQTT_URL 时使用中枢自带的服务器。',
        },
      },
    );
  }

  #listAccounts(): AccountList {
    const accounts = this.#accountsOf()
      .list()
      .map(({ name, createdAtMs, rights }) => ({
        name,
        createdAtMs,
        ...rights,
        isConnected: this.#broker?.isAccountConnected(name) === true,
      }));
    return { port: this.#broker?.port ?? null, accounts };
  }

  async #addAccount(name: string, rights?: AccountRights): Promise<NewAccount> {
    const password = await this.#accountsOf().add(name, Date.now(), rights);
    return { name, password, port: this.#broker?.port ?? null };
  }
}
