// What a household does all at once while its hub is about to be killed: it edits, starts scenes, walks past sensors,
// sends commands, pairs devices. Each act goes into the outside record before it is asked and after it is answered.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { RunJson } from '../../hub/api/shapes.ts';
import { type House, nodeOf } from '../e2e/house.ts';
import type { RunningHub } from '../e2e/running-hub.ts';
import type { Random } from '../virtual-home/random.ts';
import { type LiveMessage, openLiveStream } from './live-stream.ts';
import type { OutsideRecord } from './outside-record.ts';
import { HELD, HOLD_MS, SCENES, type SceneUnderTest, STEPPED } from './scenes-under-test.ts';

/** Mains devices first: those are asked whether they answer. */
const PAIRED = ['Bathroom lamp', 'Washing machine plug', 'Outdoor climate', 'Front door'] as const;
const CLUSTER_LEVEL = 0x0008;
const COMMAND_STEP = 0x02;
const CLUSTER_ON_OFF = 0x0006;
const COMMAND_TOGGLE = 0x02;

interface Ids {
  readonly rooms: ReadonlyMap<string, string>;
  readonly scenes: ReadonlyMap<string, string>;
  readonly devices: ReadonlyMap<string, string>;
}

/** One life of the hub, from its start to its kill. */
class Life {
  readonly hub: RunningHub;
  readonly #ears = new Set<(message: LiveMessage) => void>();
  isOver = false;

  constructor(hub: RunningHub) {
    this.hub = hub;
  }

  hear(message: LiveMessage): void {
    for (const ear of this.#ears) ear(message);
  }

  /** Resolves with the first event that fits, or null when the time or the life is over. */
  heard(fits: (message: LiveMessage) => boolean, withinMs: number): Promise<LiveMessage | null> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => done(null), withinMs);
      const done = (message: LiveMessage | null): void => {
        clearTimeout(timer);
        this.#ears.delete(ear);
        resolve(message);
      };
      const ear = (message: LiveMessage): void => {
        if (fits(message)) done(message);
      };
      this.#ears.add(ear);
    });
  }
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

export class Driver {
  readonly #house: House;
  readonly #record: OutsideRecord;
  readonly #random: Random;
  #life: Life | null = null;
  #ids: Ids = { rooms: new Map(), scenes: new Map(), devices: new Map() };
  #count = 0;
  #logFrom = 0;
  /** Steps of a lamp's brightness: those asked for, those the hub said were done, those the lamp heard. */
  readonly steps = { asked: 0, done: 0, heard: 0 };
  /** Those that a scene asked for. */
  readonly sceneSteps = { asked: 0, heard: 0 };
  /** What the end of the story came to, for whoever reads the test's output. */
  readonly told: { steps: object } = { steps: {} };
  readonly done = { edits: 0, runs: 0, holds: 0, commands: 0, pairings: 0, removals: 0 };

  constructor(house: House, record: OutsideRecord, random: Random) {
    this.#house = house;
    this.#record = record;
    this.#random = random;
  }

  /** Lives in the house until `killed` is called. */
  async begin(ids: Ids, code: string | undefined): Promise<void> {
    this.#ids = ids;
    const life = new Life(this.#house.hub);
    this.#life = life;
    const token = readFileSync(path.join(life.hub.data, 'cli.token'), 'utf8').trim();
    await openLiveStream(life.hub.url, token, (message) => {
      if (message.kind === 'run') this.#sawRun(message.data, message.atMs);
      // Its id is made of the number of the input that decided on it.
      if (message.kind === 'notification') {
        this.#record.durable(Number.parseInt(message.data.id.slice('ntf_'.length), 36));
      }
      life.hear(message);
    });
    this.#goOn(life, () => this.#edit(life, code));
    this.#goOn(life, () => this.#run(life));
    void this.#whenConnected(life).then((isConnected) => {
      if (!isConnected) return;
      this.#record.connected(Date.now());
      this.#goOn(life, () => this.#hold(life));
      this.#goOn(life, () => this.#command(life));
      this.#goOn(life, () => this.#pair(life));
    });
  }

  /** To be called at the instant of the kill. */
  killed(): void {
    if (this.#life) this.#life.isOver = true;
    this.#record.killed(Date.now());
  }

  /** Asks for nothing more; what is under way goes on. */
  rest(): void {
    if (this.#life) this.#life.isOver = true;
  }

  /** Reads the air: counts what must not happen twice. */
  listen(): void {
    const { control } = this.#house.home;
    const lamp = nodeOf(this.#house, 'Hall lamp').ieee;
    const dimmed = nodeOf(this.#house, 'Kitchen lamp').ieee;
    for (;;) {
      const { records, next } = control.log({
        since: this.#logFrom,
        limit: 10_000,
        kind: 'received',
      });
      for (const { cluster, scope, command, ieee } of records) {
        if (scope !== 'specific') continue;
        if (cluster === CLUSTER_LEVEL && command === COMMAND_STEP) {
          if (ieee === lamp) this.steps.heard += 1;
          else if (ieee === dimmed) this.sceneSteps.heard += 1;
        } else if (cluster === CLUSTER_ON_OFF && command === COMMAND_TOGGLE) {
          this.#record.faults.push(`${ieee} heard a toggle, which is not idempotent`);
        }
      }
      if (next === this.#logFrom) return;
      this.#logFrom = next;
    }
  }

  /** Repeats an act until the hub is killed; what fails by the kill is no fault. */
  #goOn(life: Life, act: () => Promise<void>): void {
    const loop = async (): Promise<void> => {
      while (!life.isOver) {
        try {
          await act();
        } catch (error) {
          if (life.isOver) return;
          this.#record.faults.push(error instanceof Error ? (error.stack ?? '') : String(error));
          return;
        }
      }
    };
    void loop();
  }

  #sawRun(run: RunJson, atMs: number): void {
    const scene = SCENES.find(({ name }) => this.#ids.scenes.get(name) === run.scene);
    if (scene === undefined || scene.dueMs === null || run.state === 'nearMiss') return;
    const excuse = run.steps.some(({ problem }) => problem?.code === 'not-recorded');
    if (excuse) {
      this.#record.excuse(run.id);
      return;
    }
    if (run.state !== 'running') return;
    this.#record.seen({
      id: run.id,
      seq: run.seq,
      scene: scene.name,
      dueMs: Date.parse(run.startedAt) + scene.dueMs,
      seenMs: atMs,
      afterOutage: scene.afterOutage,
      isQueued: scene.isQueued ?? false,
    });
  }

  async #whenConnected(life: Life): Promise<boolean> {
    while (!life.isOver) {
      try {
        const { body } = await life.hub.call<{ adapters: { state: string }[] }>('/readyz');
        if (body.adapters[0]?.state === 'connected') return true;
      } catch {
        return false;
      }
      await pause(30);
    }
    return false;
  }

  async #run(life: Life): Promise<void> {
    const byHand = SCENES.filter((one) => one.byHand);
    // What must not be done twice is worth more than its share.
    const steps = byHand.filter(({ name }) => name === STEPPED);
    const among = this.#random.next() < 0.25 ? steps : byHand;
    const scene: SceneUnderTest = this.#random.pick(among);
    const id = this.#ids.scenes.get(scene.name);
    if (scene.name === STEPPED) this.sceneSteps.asked += 1;
    const { status, body } = await life.hub.call<RunJson & { code?: string }>(
      `/api/scenes/${id}/run`,
      { body: {} },
    );
    if (status === 202) {
      this.#sawRun(body, Date.now());
      this.done.runs += 1;
    } else if (body.code !== 'busy') {
      this.#record.faults.push(`running ${scene.name}: ${status} ${JSON.stringify(body)}`);
    }
    await pause(this.#random.between(20, 250));
  }

  async #hold(life: Life): Promise<void> {
    const { control } = this.#house.home;
    const motion = nodeOf(this.#house, 'Hall motion');
    const device = this.#ids.devices.get('hall-motion');
    const changed = (value: boolean) =>
      life.heard(
        ({ kind, data }) =>
          kind === 'change' &&
          data.device === device &&
          data.property === 'occupancy' &&
          data.value === value,
        1_000,
      );
    const known = await this.#house.device('hall-motion');
    if (known.properties.occupancy?.value === true) {
      const leftMs = this.#record.holdsUntilMs() - Date.now();
      if (leftMs > 0) return pause(Math.min(leftMs, 500));
      const freed = changed(false);
      control.set(motion.ieee, { occupancy: false });
      await freed;
      return;
    }
    const occupied = changed(true);
    const told = life.heard(
      ({ kind, data }) => kind === 'notification' && data.text === HELD,
      HOLD_MS + 3_000,
    );
    this.#record.beganHold(Date.now());
    control.set(motion.ieee, { occupancy: true });
    const change = await occupied;
    if (change?.kind !== 'change') return;
    const dueMs = Date.parse(change.data.at) + HOLD_MS;
    this.#record.seenHold({ seq: change.data.seq, dueMs, seenMs: change.atMs });
    this.done.holds += 1;
    await told;
  }

  async #command(life: Life): Promise<void> {
    const level = this.#random.integer(1, 100);
    const lamp = this.#ids.devices.get('living-room-lamp');
    const set = await life.hub.call<{ state: string }>(
      `/api/devices/${lamp}/commands?wait=observed`,
      { body: { property: 'brightness', value: level } },
    );
    if (set.body.state === 'observed') {
      const has = Number(nodeOf(this.#house, 'Living room lamp').state.level);
      if (Math.abs(has / 2.54 - level) > 1) {
        this.#record.faults.push(`${level} % was observed, and the lamp is at ${has}`);
      }
      this.done.commands += 1;
    } else {
      this.#record.faults.push(`brightness: ${set.status} ${JSON.stringify(set.body)}`);
    }
    this.steps.asked += 1;
    const hall = this.#ids.devices.get('hall-lamp');
    const step = await life.hub.call<{ state: string }>(
      `/api/devices/${hall}/commands?wait=acknowledged`,
      { body: { command: 'step', args: { by: 5 } } },
    );
    if (step.body.state === 'acknowledged') this.steps.done += 1;
    else this.#record.faults.push(`step: ${step.status} ${JSON.stringify(step.body)}`);
    this.#house.home.control.press(nodeOf(this.#house, 'Bedside button').ieee, 'single');
    await pause(this.#random.between(0, 200));
  }

  async #pair(life: Life): Promise<void> {
    const index = this.#random.integer(0, PAIRED.length - 1);
    const name = PAIRED[index] ?? PAIRED[0];
    const { ieee } = nodeOf(this.#house, name);
    const key = `node/${ieee}`;
    if (this.#record.acknowledged(key) !== null) {
      await (this.#random.next() < 0.5
        ? this.#answers(life, ieee, index)
        : this.#remove(life, ieee));
      return;
    }
    const job = await life.hub.call<{ id: string }>('/api/jobs', {
      body: { kind: 'pair', protocol: 'zigbee', seconds: 60, via: null, installCode: null },
    });
    if (job.status !== 202) {
      throw new Error(`pairing: ${job.status} ${JSON.stringify(job.body)}`);
    }
    this.#record.ask(key, { isThere: true });
    this.#record.joins(key);
    this.#house.home.control.join(ieee, { again: true });
    const stopAtMs = Date.now() + 8_000;
    while (!life.isOver && Date.now() < stopAtMs) {
      const { body } = await life.hub.call<{ items: { address: string }[] }>(
        '/api/devices?limit=200',
      );
      const { body: now } = await life.hub.call<{ log: { text: { en: string } }[] }>(
        `/api/jobs/${job.body.id}`,
      );
      const isAdded = now.log.some(({ text }) => / was added/.test(text.en));
      if (isAdded && body.items.some(({ address }) => address === ieee)) {
        this.#record.acknowledge(key, { isThere: true });
        this.done.pairings += 1;
        break;
      }
      await pause(25);
    }
    await life.hub.call(`/api/jobs/${job.body.id}`, { method: 'DELETE' });
  }

  async #remove(life: Life, ieee: string): Promise<void> {
    const id = await this.#deviceAt(life, ieee);
    this.#record.ask(`node/${ieee}`, null);
    const { status, body } = await life.hub.call(`/api/devices/${id}?force=true`, {
      method: 'DELETE',
    });
    if (status !== 204) throw new Error(`removing ${ieee}: ${status} ${JSON.stringify(body)}`);
    this.#record.acknowledge(`node/${ieee}`, null);
    this.done.removals += 1;
  }

  async #answers(life: Life, ieee: string, index: number): Promise<void> {
    const id = await this.#deviceAt(life, ieee);
    if (index > 1) return pause(50);
    const { status, body } = await life.hub.call(`/api/devices/${id}/commands?wait=acknowledged`, {
      body: { property: 'on', value: this.#random.next() < 0.5 },
    });
    if (status === 200) return;
    const told = `a paired device does not answer: ${status} ${JSON.stringify(body)}`;
    this.#record.faults.push(`${told}\n${this.#seenOf(ieee)}`);
  }

  /** What the virtual home knows of a node: where it is, how it came and went, its last frames. */
  #seenOf(ieee: string): string {
    const { control } = this.#house.home;
    const { joined, networkAddress, parent } = control.node(ieee);
    const { records } = control.log({ since: 0, limit: 100_000, ieee });
    const lines = records
      .filter(({ kind }, index) => ['joined', 'left'].includes(kind) || index > records.length - 8)
      .map(({ time, kind, scope, cluster, command }) =>
        [new Date(time).toISOString(), kind, scope, cluster, command].join(' '),
      );
    const now = `at ${new Date().toISOString()}: joined ${joined}, address ${networkAddress}, by ${parent}`;
    return [now, ...lines].join('\n');
  }

  async #deviceAt(life: Life, ieee: string): Promise<string> {
    const { body } = await life.hub.call<{ items: { id: string; address: string }[] }>(
      '/api/devices?limit=200',
    );
    const found = body.items.find(({ address }) => address === ieee);
    if (found === undefined) throw new Error(`${ieee} was paired and is not among the devices`);
    return found.id;
  }

  /** Asks for an edit and takes it into the record when it is acknowledged. */
  async #ask(
    life: Life,
    edit: {
      key: string;
      to: Readonly<Record<string, unknown>> | null;
      method: string;
      path: string;
    },
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Record<string, unknown>> {
    this.#record.ask(edit.key, edit.to);
    const answer = await life.hub.call(edit.path, { method: edit.method, body, headers });
    if (answer.status >= 300) {
      this.#record.refuse(edit.key);
      this.#record.faults.push(
        `${edit.method} ${edit.path}: ${answer.status} ${JSON.stringify(answer.body)}`,
      );
      return {};
    }
    this.#record.acknowledge(edit.key, edit.to);
    this.done.edits += 1;
    return answer.body;
  }

  async #edit(life: Life, code: string | undefined): Promise<void> {
    this.#count += 1;
    const n = `${this.#record.lives}.${this.#count}`;
    const edits = [
      () => this.#editRoom(life, n),
      () => this.#editDevice(life, n),
      () => this.#editHome(life, n),
      () => this.#editScene(life, n),
      () => this.#read(life),
      () =>
        this.#ask(
          life,
          {
            key: 'setting',
            to: { value: `hub-${n}.lan` },
            method: 'PUT',
            path: '/api/settings/names',
          },
          { value: `hub-${n}.lan` },
        ),
    ];
    if (code !== undefined && this.#record.acknowledged('claim') === null && this.#count > 20) {
      const body = { code, name: 'Ada', password: `a long ${this.#random.integer(1e6, 1e7)} word` };
      // The claim sets the home anew: what was known of it is void.
      this.#record.forget('home');
      const to = { claimed: true };
      await this.#ask(life, { key: 'claim', to, method: 'POST', path: '/api/claim' }, body);
    } else {
      await this.#random.pick(edits)();
    }
    await pause(this.#random.between(0, 30));
  }

  async #editRoom(life: Life, n: string): Promise<unknown> {
    const rooms = this.#record.keys('room/').filter((name) => name.startsWith('Room '));
    const name = rooms.length > 5 ? this.#random.pick(rooms) : `Room ${n}`;
    const key = `room/${name}`;
    const id = this.#ids.rooms.get(name);
    if (rooms.length > 5 && id !== undefined) {
      const path = `/api/rooms/${id}`;
      const version = Number(this.#record.acknowledged(key)?.version);
      if (this.#random.next() < 0.3) {
        return this.#ask(life, { key, to: null, method: 'DELETE', path });
      }
      const change = { icon: 'mdiSofa', order: this.#count };
      const to = { ...change, version: version + 1 };
      return this.#ask(life, { key, to, method: 'PATCH', path }, change, {
        'If-Match': `"${version}"`,
      });
    }
    if (rooms.length > 5) return undefined;
    return this.#ask(
      life,
      { key, to: { icon: null, version: 1 }, method: 'POST', path: '/api/rooms' },
      { name, icon: null },
    );
  }

  async #editDevice(life: Life, n: string): Promise<unknown> {
    const path = `/api/devices/${this.#ids.devices.get('bedroom-lamp')}`;
    const room = this.#ids.rooms.get(this.#random.pick(['Upstairs', 'Downstairs'])) ?? null;
    const change = { name: `Bedroom lamp ${n}`, room };
    return this.#ask(life, { key: 'device', to: change, method: 'PATCH', path }, change);
  }

  async #editHome(life: Life, n: string): Promise<unknown> {
    const version = Number(this.#record.acknowledged('home')?.version);
    if (Number.isNaN(version)) return undefined;
    const change = { name: `Home ${n}`, mode: this.#random.pick(['home', 'away', 'night']) };
    const to = { ...change, version: version + 1 };
    return this.#ask(life, { key: 'home', to, method: 'PATCH', path: '/api/home' }, change, {
      'If-Match': `"${version}"`,
    });
  }

  async #editScene(life: Life, n: string): Promise<unknown> {
    const id = this.#ids.scenes.get('Edited');
    const version = Number(this.#record.acknowledged('scene')?.version);
    const description = `Edited ${n}`;
    const text = `scene: Edited\ndescription: ${description}\ndo:\n  - delay: 1s\n`;
    const to = { description, version: version + 1 };
    const path = `/api/scenes/${id}`;
    return this.#ask(life, { key: 'scene', to, method: 'PUT', path }, text, {
      'Content-Type': 'application/yaml',
      'If-Match': `"${version}"`,
    });
  }

  async #read(life: Life): Promise<unknown> {
    const { body } = await life.hub.call<{ items: { id: string; readAt: string | null }[] }>(
      '/api/notifications?limit=20',
    );
    const unread = body.items.find(({ readAt }) => readAt === null);
    if (unread === undefined) return undefined;
    const path = `/api/notifications/${unread.id}/read`;
    return this.#ask(
      life,
      { key: `read/${unread.id}`, to: { isRead: true }, method: 'POST', path },
      {},
    );
  }
}
