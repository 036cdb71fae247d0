// A small home for the tests of scenes: the evaluator over real tables, a clock that only moves when told, devices
// that do what they are asked. It can be stopped and started again from what its tables held.
import type { Cause } from '../../hub/model/cause.ts';
import {
  type ClockState,
  type Deadline,
  type Instant,
  remainingMs,
} from '../../hub/model/clock.ts';
import type { CommandBody, CommandRecord, CommandState } from '../../hub/model/command.ts';
import type { DeviceLive, DeviceRecord, PropertyState } from '../../hub/model/device.ts';
import type { Problem } from '../../hub/model/errors.ts';
import type { HomeRecord, NotificationRecord, SceneRecord } from '../../hub/model/home.ts';
import {
  type HomeValueKey,
  type HomeValueRecord,
  homeSubjects,
  homeValueProblem,
  parseHomeValueKey,
  splitHomeValueKey,
} from '../../hub/model/home-values.ts';
import {
  type CommandId,
  commandId,
  type DeviceId,
  type MemberId,
  type NotificationId,
  notificationId,
  outboundId,
  type RunId,
  type SceneId,
  sceneId,
} from '../../hub/model/identifiers.ts';
import type { OutboundRequest } from '../../hub/model/outbound.ts';
import {
  type PropertyKey,
  type PropertyValue,
  parsePropertyKey,
} from '../../hub/model/properties.ts';
import type { RunTrace } from '../../hub/model/run.ts';
import type { SceneSwitch, SceneWorld } from '../../hub/model/scene-world.ts';
import { homeNames } from '../language/names.ts';
import { toStored } from '../language/stored.ts';
import { TEST_DEVICES, TEST_ROOMS } from '../language/test-home.ts';
import { createEvaluator, type Evaluator, type SceneTables, sceneTables } from './evaluator.ts';
import { TestDisk } from './testing/test-disk.ts';

/** A command that a scene asked for. */
export interface AskedCommand {
  readonly id: CommandId;
  readonly atMs: number;
  readonly device: DeviceId;
  readonly body: CommandBody;
  readonly cause: Cause;
  readonly author: MemberId | null;
}

export interface TestWorldOptions {
  readonly zone?: string;
  /** Wall time at the start, RFC 3339. */
  readonly at?: string;
  readonly clock?: ClockState;
  /** What becomes of commands by themselves; `none`: the test tells. */
  readonly outcomes?: 'observed' | 'none';
  readonly devices?: readonly DeviceRecord[];
}

const LOCAL: Cause = { kind: 'local' };

/** A home that lives only when told to. */
export class TestWorld {
  tables: SceneTables = sceneTables();
  evaluator: Evaluator = createEvaluator(this.tables);
  readonly traces: RunTrace[] = [];
  readonly commands: AskedCommand[] = [];
  readonly notifications: (Omit<NotificationRecord, 'id' | 'atMs' | 'readAtMs'> & {
    readonly id: NotificationId;
  })[] = [];
  /** Calls to the outside that scenes asked for; the test tells what became of them. */
  readonly calls: OutboundRequest[] = [];
  clock: ClockState;
  home: HomeRecord;
  now: Instant;
  bootId = 'boot-1';
  seq = 0;
  /** When each of `notifications` was asked for. */
  readonly toldAtMs: number[] = [];
  /** Whether the household lets the scenes that want others switched wait. */
  isHouseholdSlow = false;
  readonly devices: Map<DeviceId, DeviceRecord>;
  readonly live = new Map<DeviceId, DeviceLive>();
  /** What the household has declared beside its devices. */
  values: readonly HomeValueRecord[] = [];
  readonly #outcomes: 'observed' | 'none';
  readonly #armed = new Map<string, number>();
  readonly #scenes = new Map<SceneId, SceneRecord>();
  readonly #open: AskedCommand[] = [];
  readonly #wishes: SceneSwitch[] = [];
  readonly #unread: NotificationId[] = [];
  #disk = new TestDisk();
  #count = 0;

  constructor(options: TestWorldOptions = {}) {
    this.clock = options.clock ?? 'synced';
    this.#outcomes = options.outcomes ?? 'observed';
    this.now = { wallMs: Date.parse(options.at ?? '2026-03-04T12:00:00Z'), monoMs: 1_000_000 };
    this.home = {
      name: 'Test',
      language: 'en',
      zone: options.zone ?? 'Europe/Berlin',
      place: null,
      mode: 'home',
      version: 1,
    };
    this.devices = new Map((options.devices ?? TEST_DEVICES).map((device) => [device.id, device]));
    for (const id of this.devices.keys()) this.live.set(id, ONLINE);
    for (const { id } of this.subjects()) this.live.set(id, ONLINE);
    this.evaluator.restored(this.world, this.now.wallMs);
  }

  /** The world as the evaluator sees it. */
  readonly world: SceneWorld = ((self: TestWorld): SceneWorld => ({
    get now() {
      return self.now;
    },
    get bootId() {
      return self.bootId;
    },
    get clock() {
      return self.clock;
    },
    get seq() {
      return self.seq;
    },
    get home() {
      return self.home;
    },
    device: (id) => self.devices.get(id) ?? self.subjects().find((one) => one.id === id),
    live: (id) => self.live.get(id),
    devices: () => [...self.devices.keys()].sort(),
    room: (id) => TEST_ROOMS.find((room) => room.id === id),
    command(device, body, cause, author) {
      const id = commandId(`cmd_${self.seq.toString(36)}_${self.#count++}`);
      const asked = { id, atMs: self.now.wallMs, device, body, cause, author };
      self.commands.push(asked);
      self.#open.push(asked);
      self.evaluator.commanded(requested(id, device, body, cause), self.world);
      return id;
    },
    notify(message) {
      const id = notificationId(`ntf_${self.seq.toString(36)}_${self.#count++}`);
      self.notifications.push({ ...message, id });
      self.toldAtMs.push(self.now.wallMs);
      self.#unread.push(id);
      return id;
    },
    personOf: () => null,
    setValue: (key, value, cause) => self.#setHomeValue(key, value, cause),
    outbound(call) {
      const id = outboundId(`out_${self.seq.toString(36)}_${self.#count++}`);
      self.calls.push({ id, call });
      return id;
    },
    switchScene: (wish) => self.#wishes.push(wish),
    arm: (key, deadline) => self.#arm(key, deadline),
    disarm: (key) => self.#armed.delete(key),
    delicate() {},
    publish: (trace) => self.traces.push(trace),
  }))(this);

  #arm(key: string, deadline: Deadline): void {
    this.#armed.set(key, this.now.monoMs + remainingMs(deadline, this.now, this.bootId));
  }

  /** Numbers an input and works it. */
  input<Result>(work: () => Result): Result {
    this.seq += 1;
    this.#count = 0;
    const result = work();
    this.#disk.record(this.tables);
    this.#tellOutcomes();
    return result;
  }

  #tellOutcomes(): void {
    if (!this.isHouseholdSlow) {
      for (let wish = this.#wishes.shift(); wish; wish = this.#wishes.shift())
        this.setEnabled(wish.scene, wish.enabled);
    }
    if (this.#outcomes === 'none') return;
    for (let id = this.#unread.shift(); id; id = this.#unread.shift()) {
      const told = id;
      this.input(() => this.evaluator.notified(told, null, this.world));
    }
    for (let asked = this.#open[0]; asked; asked = this.#open[0]) this.end(asked.id, 'observed');
  }

  /** Tells how a command ended; an observed set changes the value too. */
  end(id: CommandId, state: CommandState, problem: Problem | null = null): void {
    const index = this.#open.findIndex((one) => one.id === id);
    const [asked] = index < 0 ? [] : this.#open.splice(index, 1);
    if (asked === undefined) throw new Error(`No open command ${id}`);
    const { device, body, cause, atMs } = asked;
    this.seq += 1;
    if (state === 'observed' && body.kind === 'set')
      this.#change(device, body.property, body.value, cause);
    const record: CommandRecord = {
      ...{ id, device, body, cause, state, problem, requestedAtMs: atMs },
      ...{ sentAtMs: atMs, acknowledgedAtMs: null, observedAtMs: null, endedAtMs: this.now.wallMs },
    };
    this.evaluator.commandEnded(record, this.world);
    this.#disk.record(this.tables);
    this.#tellOutcomes();
  }

  /** Tells whether a message was recorded. */
  tell(id: NotificationId, problem: Problem | null): void {
    const index = this.#unread.indexOf(id);
    if (index >= 0) this.#unread.splice(index, 1);
    this.input(() => this.evaluator.notified(id, problem, this.world));
  }

  /** Commands whose outcome was not told yet. */
  openCommands(): readonly AskedCommand[] {
    return this.#open;
  }

  /** Messages of which was not told yet whether they were recorded. */
  openMessages(): readonly NotificationId[] {
    return this.#unread;
  }

  /** The device of a handle. */
  id(handle: string): DeviceId {
    const device = [...this.devices.values()].find((one) => one.handle === handle);
    if (device === undefined) throw new Error(`No device ${handle}`);
    return device.id;
  }

  /** A device reports a value: `report('hall-motion.occupancy', true)`. */
  report(reference: string, value: PropertyValue, cause?: Cause): void {
    const [device, property] = this.#place(reference);
    this.input(() => this.#change(device, property, value, cause ?? { kind: 'device', device }));
  }

  /** Sets a value as it was before the test began: nobody hears of it. */
  given(reference: string, value: PropertyValue): void {
    const [device, property] = this.#place(reference);
    this.#setLive(device, property, { value, atMs: this.now.wallMs, seq: this.seq });
  }

  press(reference: string, value: string): void {
    const [device, property] = this.#place(reference);
    this.input(() => this.evaluator.pressed({ device, property, value }, this.world));
  }

  setOnline(handle: string, online: boolean): void {
    const id = this.id(handle);
    const live = this.live.get(id) ?? ONLINE;
    const availability = { online, sinceMs: this.now.wallMs, reason: online ? null : 'Not heard' };
    this.live.set(id, { ...live, availability });
    this.input(() => this.evaluator.availabilityChanged(id, this.world));
  }

  #place(reference: string): [DeviceId, PropertyKey] {
    const [handle = '', key = ''] = reference.split('.');
    return [this.id(handle), parsePropertyKey(key).key];
  }

  #change(device: DeviceId, property: PropertyKey, value: PropertyValue, cause: Cause): void {
    const known = this.live.get(device)?.properties[property];
    const before = known?.value ?? null;
    const isSame = JSON.stringify(before) === JSON.stringify(value);
    const atMs = this.now.wallMs;
    const changedAtMs = isSame ? (known?.changedAtMs ?? known?.atMs ?? atMs) : atMs;
    this.#setLive(device, property, { value, atMs, changedAtMs, seq: this.seq });
    if (!isSame) {
      this.evaluator.changed({ device, property, value, previous: before, cause }, this.world);
    }
    if (!this.evaluator.watchesReports(device, property)) return;
    this.evaluator.reported({ device, property, value, cause }, this.world);
  }

  /** Somebody asks a device for something: `command('hall-lamp.on', true)`, `command('bedroom-blind', 'stop')`. */
  command(reference: string, value: PropertyValue, cause: Cause = LOCAL): void {
    const isSet = reference.includes('.');
    const [device, property] = isSet ? this.#place(reference) : [this.id(reference), null];
    const body: CommandBody =
      property === null
        ? { kind: 'invoke', name: String(value), args: {} }
        : { kind: 'set', property, value };
    this.input(() => {
      const record = requested(
        commandId(`cmd_${this.seq.toString(36)}_by_hand`),
        device,
        body,
        cause,
      );
      this.evaluator.commanded(record, this.world);
    });
  }

  /** The home's own subjects. */
  subjects(): DeviceRecord[] {
    return homeSubjects(this.home, this.values);
  }

  #setHomeValue(key: HomeValueKey, value: PropertyValue | null, cause: Cause): Problem | null {
    const problem = homeValueProblem(key, value, this.subjects());
    const { device, property } = splitHomeValueKey(key);
    if (problem === null && value !== null) this.#change(device, property, value, cause);
    return problem;
  }

  /** Sets a value of the home, as a person does. */
  setHomeValue(key: string, value: PropertyValue): void {
    const problem = this.input(() =>
      this.#setHomeValue(parseHomeValueKey(key), value, { kind: 'local' }),
    );
    if (problem) throw new Error(problem.message);
  }

  #setLive(device: DeviceId, property: PropertyKey, state: PropertyState): void {
    const live = this.live.get(device) ?? ONLINE;
    this.live.set(device, { ...live, properties: { ...live.properties, [property]: state } });
  }

  /** Saves a scene from its text, with handles, and switches it on. Throws with all problems of the text. */
  scene(name: string, text: string, more: Partial<SceneRecord> = {}): SceneId {
    const id = sceneId(`scene_${name}`);
    const result = toStored(
      text,
      homeNames([...this.devices.values(), ...this.subjects()], TEST_ROOMS, this.#scenes.values()),
    );
    if (result.errors) throw new Error(JSON.stringify(result.errors, null, 1));
    const version = (this.#scenes.get(id)?.version ?? 0) + 1;
    const record: SceneRecord = {
      ...{
        id,
        name: result.scene.name,
        enabled: true,
        source: result.stored,
        author: null,
        version,
      },
      updatedAtMs: this.now.wallMs,
      ...more,
    };
    this.#scenes.set(id, record);
    this.input(() => this.evaluator.setScene(record, this.world));
    return id;
  }

  setEnabled(id: SceneId, enabled: boolean): void {
    const before = this.#scenes.get(id);
    if (before === undefined) throw new Error(`No scene ${id}`);
    const record = { ...before, enabled, version: before.version + 1 };
    this.#scenes.set(id, record);
    this.input(() => this.evaluator.setScene(record, this.world));
  }

  /** The scene as the household has it. */
  record(id: SceneId): SceneRecord | undefined {
    return this.#scenes.get(id);
  }

  removeScene(id: SceneId): void {
    this.#scenes.delete(id);
    this.input(() => this.evaluator.removeScene(id, this.world));
  }

  run(id: SceneId, checkWhile = false): RunTrace {
    return this.input(() => this.evaluator.runNow(id, checkWhile, LOCAL, this.world));
  }

  cancel(id: RunId): RunTrace {
    return this.input(() => this.evaluator.cancel(id, LOCAL, this.world));
  }

  /** Lets time pass: deadlines come one after another, each at its own instant. */
  pass(ms: number): void {
    const untilMs = this.now.monoMs + ms;
    for (let next = this.#next(untilMs); next; next = this.#next(untilMs)) {
      const [key, dueMs] = next;
      this.#armed.delete(key);
      this.#step(Math.max(0, dueMs - this.now.monoMs));
      this.input(() => this.evaluator.due(key, this.world));
    }
    this.#step(untilMs - this.now.monoMs);
  }

  #next(untilMs: number): [string, number] | undefined {
    return [...this.#armed]
      .filter(([, dueMs]) => dueMs <= untilMs)
      .sort(([a, aMs], [b, bMs]) => aMs - bMs || (a < b ? -1 : 1))[0];
  }

  #step(ms: number): void {
    this.now = { wallMs: this.now.wallMs + ms, monoMs: this.now.monoMs + ms };
  }

  /** Lets time pass up to a wall time, RFC 3339. */
  passUntil(at: string): void {
    this.pass(Date.parse(at) - this.now.wallMs);
  }

  /** The wall clock is set; monotonic time goes on as it was. */
  setWall(at: string | number): void {
    const wallMs = typeof at === 'number' ? at : Date.parse(at);
    this.now = { ...this.now, wallMs };
    this.tick();
  }

  tick(): void {
    this.input(() => this.evaluator.tick(this.world));
  }

  /**
   * Stops the hub and starts it again from its tables as they went over the wire, `downMs` later. A reboot starts
   * monotonic time anew; devices are as they were, or not heard of yet.
   */
  restart(
    options: {
      downMs?: number;
      reboot?: boolean;
      heard?: boolean;
      lastAliveMs?: number | null;
      /** Only what the journal has is left; else all that the tables hold. */
      fromDisk?: boolean;
    } = {},
  ): void {
    const { downMs = 0, reboot = false, heard = true, fromDisk = false } = options;
    const stoppedAtMs = options.lastAliveMs === undefined ? this.now.wallMs : options.lastAliveMs;
    const kept = this.#disk.cut(this.tables, fromDisk);
    this.#armed.clear();
    this.#wishes.length = 0;
    this.now = {
      wallMs: this.now.wallMs + downMs,
      monoMs: reboot ? 5_000 : this.now.monoMs + downMs,
    };
    if (reboot) this.bootId = `${this.bootId}+`;
    if (!heard) {
      for (const [id, live] of this.live) {
        this.live.set(id, { ...live, availability: { ...live.availability, online: false } });
      }
    }
    this.tables = sceneTables();
    for (const [index, table] of this.tables.all.entries()) {
      for (const [key, value] of kept[index] ?? []) table.restore(key, value as never);
    }
    this.evaluator = createEvaluator(this.tables);
    for (const [, record] of [...this.#scenes].sort()) {
      this.input(() => this.evaluator.setScene(record, this.world));
    }
    this.input(() => this.evaluator.restored(this.world, stoppedAtMs));
  }

  /** Commands as `hall-lamp.on=true`, in the order in which they were asked. */
  asked(): string[] {
    return this.commands.map(({ device, body }) => {
      const handle = this.devices.get(device)?.handle ?? device;
      return body.kind === 'set'
        ? `${handle}.${body.property}=${JSON.stringify(body.value)}`
        : `${handle}!${body.name}`;
    });
  }

  /** The texts of the messages sent. */
  told(): string[] {
    return this.notifications.map(({ text }) => text);
  }

  /** The last trace of each run, ended or not, without near misses. */
  runs(): RunTrace[] {
    return this.#lastTraces().filter(({ state }) => state !== 'nearMiss');
  }

  nearMisses(): RunTrace[] {
    return this.#lastTraces().filter(({ state }) => state === 'nearMiss');
  }

  #lastTraces(): RunTrace[] {
    return [...new Map(this.traces.map((trace) => [trace.id, trace])).values()];
  }
}

const ONLINE: DeviceLive = {
  availability: { online: true, sinceMs: 0, reason: null },
  properties: {},
};

function requested(
  id: CommandId,
  device: DeviceId,
  body: CommandBody,
  cause: Cause,
): CommandRecord {
  const times = { sentAtMs: null, acknowledgedAtMs: null, observedAtMs: null, endedAtMs: null };
  return { id, device, body, cause, state: 'requested', problem: null, requestedAtMs: 0, ...times };
}
