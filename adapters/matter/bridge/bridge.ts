// The Matter bridge: takes what main tells of the devices that the household offers, keeps them on the bridge's node as
// they are, and hands what controllers ask to main. Structure changes one after another, each device's state likewise.
import { setImmediate as breath } from 'node:timers/promises';
import {
  HubError,
  NotFoundError,
  type Problem,
  TimeoutError,
  toProblem,
} from '../../../hub/model/errors.ts';
import type { DeviceId, FabricId } from '../../../hub/model/identifiers.ts';
import {
  BRIDGE_OFF,
  type BridgeAsk,
  type BridgedDevice,
  type BridgedNews,
  type BridgeStatus,
  type FabricRights,
  type FromBridge,
  FULL_RIGHTS,
  maySee,
  type ToBridge,
} from '../../../hub/model/matter-bridge.ts';
import type { AdapterContext } from '../../contract/adapter.ts';
import type { Asked, BridgeNode } from './bridge-node.ts';
import { BridgedThing } from './bridged-thing.ts';
import { Identities } from './identity.ts';
import { bridgeShape } from './parts.ts';
import { Refusal } from './refusal.ts';

/** What a controller asked is answered within this time; the library's own peers wait longer. */
const DONE_WITHIN_MS = 10_000;
const REQUESTS_MAX = 256;
/** A bridge that could not be opened, as when its port is taken, is tried again this often. */
const AGAIN_MS = 30_000;
/** Changes of the status within this time are told as one. */
const TELL_WITHIN_MS = 50;

type Home = Extract<ToBridge, { readonly kind: 'home' }>;
type Command = Extract<FromBridge, { readonly kind: 'command' }>;

export interface BridgeOptions {
  readonly context: AdapterContext;
  readonly port: number;
  /** Resolves once matter.js is there and set up; rejects never. */
  readonly library: Promise<unknown>;
}

interface Waiting {
  readonly timer: NodeJS.Timeout;
  readonly resolve: () => void;
  readonly reject: (problem: Problem) => void;
}

export class Bridge {
  readonly #options: BridgeOptions;
  readonly #things = new Map<DeviceId, BridgedThing>();
  readonly #byEndpoint = new Map<number, BridgedThing>();
  readonly #waiting = new Map<number, Waiting>();
  #identities: Identities | null = null;
  #node: BridgeNode | null = null;
  #rights: Home['rights'] = {};
  #unknown: readonly DeviceId[] = [];
  #problem: Problem | null = null;
  #isOpening = false;
  #isStopped = false;
  #tail: Promise<void> = Promise.resolve();
  #wanted: Home | null = null;
  #lastRequest = 0;
  #tellTimer: NodeJS.Timeout | undefined;
  #againTimer: NodeJS.Timeout | undefined;

  constructor(options: BridgeOptions) {
    this.#options = options;
  }

  /** What main tells; may be called before the library is there. */
  take(update: ToBridge): void {
    switch (update.kind) {
      case 'home':
        this.#wanted = update;
        this.#inTurn(() => this.#settle());
        return;
      case 'news':
        for (const news of update.news) this.#news(news);
        return;
      case 'done':
        this.#done(update.request, update.problem);
    }
  }

  /** Does what main asks and answers with how the bridge is then. @throws HubError */
  async ask(ask: BridgeAsk): Promise<BridgeStatus> {
    const node = this.#node;
    if (node === null) {
      throw new HubError('unsupported', 'The Matter bridge is off', {
        hint: 'Switch it on first: ingle matter bridge on, or House › Share with home apps.',
        zh: {
          message: 'Matter 桥接没有打开',
          hint: '请先打开：ingle matter bridge on，或“全屋 › 共享给家庭应用”。',
        },
      });
    }
    switch (ask.kind) {
      case 'openWindow':
        await node.openWindow(ask.seconds);
        break;
      case 'closeWindow':
        await node.closeWindow();
        break;
      case 'removeFabric':
        if (!(await node.removeFabric(ask.fabric))) throw new NotFoundError('fabric', ask.fabric);
        break;
      case 'reset':
        await this.#reset(node);
    }
    return this.#status();
  }

  /**
   * Forgets all controllers. The devices are off the node meanwhile and come back one after another: matter.js would
   * build fifty of them anew in one go, ten seconds on a busy board in which the adapter says nothing.
   */
  #reset(node: BridgeNode): Promise<void> {
    const reset = async (): Promise<void> => {
      const things = [...this.#things.values()];
      try {
        for (const thing of things) {
          await node.remove(thing.number);
          await breath();
        }
        await node.reset();
      } finally {
        for (const thing of things) if (!this.#isStopped) await this.#putOn(thing, thing.device);
      }
    };
    return new Promise((resolve, reject) => this.#inTurn(() => reset().then(resolve, reject)));
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#tellTimer);
    clearTimeout(this.#againTimer);
    for (const request of [...this.#waiting.keys()]) {
      this.#done(request, { code: 'cancelled', message: 'The bridge stops', hint: null });
    }
    const node = this.#node;
    this.#node = null;
    this.#dropThings();
    await node?.close();
  }

  #inTurn(work: () => Promise<void>): void {
    this.#tail = this.#tail.then(work).catch((error: unknown) => {
      this.#options.context.log('error', `The Matter bridge: ${textOf(error)}`);
    });
  }

  /** Makes the node be as the newest word of the home wants it. */
  async #settle(): Promise<void> {
    const home = this.#wanted;
    if (home === null || this.#isStopped) return;
    this.#wanted = null;
    clearTimeout(this.#againTimer);
    if (!home.isOn) {
      await this.#close();
      this.#tell();
      return;
    }
    try {
      await this.#open(home);
    } catch (error) {
      this.#problem = openProblem(error, this.#options.port);
      this.#options.context.log('error', `The Matter bridge did not start: ${textOf(error)}`);
      await this.#close();
      this.#wanted ??= home;
      this.#againTimer = setTimeout(() => this.#inTurn(() => this.#settle()), AGAIN_MS);
    }
    this.#isOpening = false;
    this.#tell();
  }

  async #open(home: Home): Promise<void> {
    this.#isOpening = this.#node === null;
    this.#tell();
    await this.#options.library;
    if (this.#isStopped) return;
    this.#identities ??= new Identities(this.#options.context.dataFolder);
    const isNew = this.#node === null;
    const node = this.#node ?? (await this.#build(home, this.#identities));
    this.#problem = null;
    const before = this.#rights;
    this.#rights = home.rights;
    await this.#arrange(node, home, this.#identities);
    // The first devices stand on it before anybody can ask for them.
    if (isNew) await node.start();
    else if (seenDiffers(before, home.rights)) node.showAnew();
  }

  async #build(home: Home, { serial }: Identities): Promise<BridgeNode> {
    const { BridgeNode } = await import('./bridge-node.ts');
    const node = await BridgeNode.create({
      port: this.#options.port,
      name: home.name,
      serial,
      forward: (asked) => this.#forward(asked),
      changed: () => this.#tell(),
      wasReset: () => {
        for (const thing of this.#things.values()) thing.showAgain();
      },
      maySee: (fabric, endpoint) => this.#maySee(fabric, endpoint),
    });
    this.#node = node;
    return node;
  }

  async #close(): Promise<void> {
    const node = this.#node;
    this.#node = null;
    this.#dropThings();
    await node?.close();
  }

  #dropThings(): void {
    for (const thing of this.#things.values()) thing.stop();
    this.#things.clear();
    this.#byEndpoint.clear();
    this.#unknown = [];
  }

  /** Puts on, takes off and renews devices. */
  async #arrange(node: BridgeNode, home: Home, identities: Identities): Promise<void> {
    const shaped = home.devices.map((device) => ({ device, shape: bridgeShape(device) }));
    const known = shaped.filter(({ shape }) => shape.parts.length > 0);
    this.#unknown = shaped
      .filter(({ shape }) => shape.parts.length === 0)
      .map(({ device }) => device.id);
    const found = identities.of(
      known.map(({ device, shape }) => ({
        device: device.id,
        parts: shape.parts.length === 1 ? [] : shape.parts.map(({ key }) => key),
      })),
    );
    const wanted = new Set(known.map(({ device }) => device.id));
    for (const thing of [...this.#things.values()]) {
      if (!wanted.has(thing.id)) await this.#takeOff(node, thing);
    }
    const news = new Map(home.news.map((each) => [each.device, each]));
    for (const [index, { device, shape }] of known.entries()) {
      const identity = found[index];
      if (identity === undefined) continue;
      const fresh = news.get(device.id);
      const before = this.#things.get(device.id);
      if (before?.isMadeOf(device) === true) {
        before.rename(device);
        if (fresh !== undefined) before.take(fresh);
        continue;
      }
      if (before !== undefined) await this.#takeOff(node, before);
      const thing = new BridgedThing({
        device,
        shape,
        identity,
        node,
        log: this.#options.context.log,
      });
      if (fresh !== undefined) thing.learn(fresh);
      await this.#putOn(thing, device);
    }
  }

  /** A device that matter.js does not take is left out and told; the others stand. */
  async #putOn(thing: BridgedThing, device: BridgedDevice): Promise<void> {
    // A hundred of them take seconds: the hub's questions are answered in between.
    await breath();
    try {
      await thing.putOn();
    } catch (error) {
      this.#things.delete(thing.id);
      this.#unknown = [...this.#unknown, device.id];
      this.#options.context.log('error', `${device.name} is not on the bridge: ${textOf(error)}`);
      return;
    }
    this.#things.set(thing.id, thing);
    for (const number of thing.endpoints) this.#byEndpoint.set(number, thing);
  }

  async #takeOff(node: BridgeNode, thing: BridgedThing): Promise<void> {
    this.#things.delete(thing.id);
    for (const number of thing.endpoints) this.#byEndpoint.delete(number);
    thing.stop();
    await node.remove(thing.number);
  }

  #news(news: BridgedNews): void {
    this.#things.get(news.device)?.take(news);
  }

  #maySee(fabric: FabricId, endpoint: number): boolean {
    const device = this.#byEndpoint.get(endpoint)?.device;
    return device === undefined || maySee(this.#rights[fabric] ?? FULL_RIGHTS, device);
  }

  /** Asks main for what a controller asked. @throws Refusal */
  async #forward(asked: Asked): Promise<void> {
    const thing = this.#byEndpoint.get(asked.endpoint);
    try {
      if (thing === undefined || !this.#maySee(asked.fabric, asked.endpoint)) {
        throw new NotFoundError('endpoint', String(asked.endpoint));
      }
      for (const body of thing.bodiesOf(asked)) {
        await this.#request({ fabric: asked.fabric, device: thing.id, body });
      }
      thing.asked(asked);
    } catch (error) {
      throw new Refusal(isProblem(error) ? error : toProblem(error));
    }
  }

  #request(command: Omit<Command, 'kind' | 'request'>): Promise<void> {
    if (this.#waiting.size >= REQUESTS_MAX) {
      throw new HubError('busy', `${REQUESTS_MAX} requests of controllers are waiting already`);
    }
    this.#lastRequest += 1;
    const request = this.#lastRequest;
    return new Promise((resolve, reject) => {
      const late = () =>
        this.#done(request, toProblem(new TimeoutError('The device did not answer')));
      this.#waiting.set(request, { timer: setTimeout(late, DONE_WITHIN_MS), resolve, reject });
      this.#options.context.bridge({ kind: 'command', request, ...command });
    });
  }

  #done(request: number, problem: Problem | null): void {
    const waiting = this.#waiting.get(request);
    if (waiting === undefined) return;
    this.#waiting.delete(request);
    clearTimeout(waiting.timer);
    if (problem === null) waiting.resolve();
    else waiting.reject(problem);
  }

  #tell(): void {
    if (this.#isStopped) return;
    this.#tellTimer ??= setTimeout(() => {
      this.#tellTimer = undefined;
      this.#options.context.bridge({ kind: 'status', status: this.#status() });
    }, TELL_WITHIN_MS);
  }

  #status(): BridgeStatus {
    const node = this.#node;
    if (this.#problem !== null) return { ...BRIDGE_OFF, state: 'fault', problem: this.#problem };
    if (node === null) return this.#isOpening ? { ...BRIDGE_OFF, state: 'starting' } : BRIDGE_OFF;
    return {
      state: this.#isOpening ? 'starting' : 'on',
      problem: null,
      port: this.#options.port,
      devices: [...this.#things.values()].map((thing) => thing.onBridge),
      unknown: this.#unknown,
      fabrics: node.fabrics(),
      window: node.window,
    };
  }
}

/** Whether some fabric sees other devices than before. */
function seenDiffers(before: Home['rights'], after: Home['rights']): boolean {
  const seen = ({ rooms, kinds }: FabricRights) => JSON.stringify([rooms, kinds]);
  const ids = Object.keys({ ...before, ...after }) as FabricId[];
  return ids.some((id) => seen(before[id] ?? FULL_RIGHTS) !== seen(after[id] ?? FULL_RIGHTS));
}

function isProblem(error: unknown): error is Problem {
  return (
    !(error instanceof Error) && typeof error === 'object' && error !== null && 'code' in error
  );
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function openProblem(error: unknown, port: number): Problem {
  const text = textOf(error);
  if (/EADDRINUSE|in use/i.test(text)) {
    return {
      code: 'conflict',
      message: `Another program of this machine uses UDP port ${port}`,
      hint: 'End that program, or give the bridge another port (INGLE_MATTER_BRIDGE_PORT).',
      zh: {
        message: `本机的另一个程序正在使用 UDP 端口 ${port}`,
        hint: '请结束那个程序，或为桥接设置另一个端口（INGLE_MATTER_BRIDGE_PORT）。',
      },
    };
  }
  return { code: 'internal', message: `The Matter bridge did not start: ${text}`, hint: null };
}
