// A home that is only thought of: the same evaluator over tables of its own, a clock that is moved by whoever tells it
// what happens, and devices that do as they are asked. Replay and the tests of scenes live in it.
import TinyQueue from 'tinyqueue';
import type { Cause } from '../../hub/model/cause.ts';
import { type Deadline, type Instant, remainingMs } from '../../hub/model/clock.ts';
import { type CommandBody, type CommandRecord, observedAt } from '../../hub/model/command.ts';
import type {
  Availability,
  DeviceLive,
  DeviceRecord,
  PropertyState,
} from '../../hub/model/device.ts';
import type { KnownHome } from '../../hub/model/explain.ts';
import type { HomeRecord, SceneRecord } from '../../hub/model/home.ts';
import {
  AT_HOME,
  HOME,
  HOME_PEOPLE,
  handleOfValue,
  homeSubjects,
  homeValueProblem,
  PERSON,
  splitHomeValueKey,
} from '../../hub/model/home-values.ts';
import {
  type CommandId,
  commandId,
  type DeviceId,
  notificationId,
  outboundId,
  type SceneId,
} from '../../hub/model/identifiers.ts';
import type { PropertyKey, PropertyValue } from '../../hub/model/properties.ts';
import type { RunTrace } from '../../hub/model/run.ts';
import type { ChangeInput, SceneWorld } from '../../hub/model/scene-world.ts';
import { createEvaluator, type Evaluator, sceneTables } from '../evaluator/evaluator.ts';
import { happeningsOfValue } from '../evaluator/movements.ts';

/** The clock is looked at this often, as in a home that lives. */
const TICK_MS = 60_000;
/** What one thing that happens can lead to at the most; what goes on without end is cut off. */
const OUTCOMES_MAX = 10_000;
const BOOT = 'simulated';
/** Properties whose changes of value come by name too. */
const MODE = 'mode' as PropertyKey;

/** What a home that is thought of tells. */
export interface SimulatedOutlet {
  /** A run began, went on or ended; or a near miss. */
  run(trace: RunTrace): void;
  command?(record: Pick<CommandRecord, 'device' | 'body' | 'cause'>): void;
  message?(text: string): void;
  call?(url: string): void;
}

interface MutableLive {
  availability: Availability;
  readonly properties: Record<PropertyKey, PropertyState>;
}

interface Armed {
  readonly key: string;
  readonly monoMs: number;
}

/** Commands are observed at once, messages are recorded, calls succeed. */
export class SimulatedHome {
  readonly evaluator: Evaluator;
  readonly #known: KnownHome;
  readonly #outlet: SimulatedOutlet;
  readonly #devices: ReadonlyMap<DeviceId, DeviceRecord>;
  readonly #ids: readonly DeviceId[];
  readonly #subjects: readonly DeviceRecord[];
  readonly #live = new Map<DeviceId, MutableLive>();
  readonly #armed = new Map<string, number>();
  readonly #queue = new TinyQueue<Armed>([], (a, b) =>
    a.monoMs !== b.monoMs ? a.monoMs - b.monoMs : a.key < b.key ? -1 : a.key > b.key ? 1 : 0,
  );
  readonly #outcomes: (() => void)[] = [];
  #home: HomeRecord;
  #now: Instant;
  #seq = 0;
  #count = 0;
  #tickedMs: number;

  constructor(known: KnownHome, atMs: number, outlet: SimulatedOutlet) {
    this.#known = known;
    this.#outlet = outlet;
    this.#home = known.home;
    this.#now = { wallMs: atMs, monoMs: atMs };
    this.#tickedMs = atMs;
    this.#subjects = homeSubjects(known.home, known.values);
    this.#devices = new Map([...known.devices, ...this.#subjects].map((one) => [one.id, one]));
    this.#ids = known.devices.map(({ id }) => id).sort();
    for (const id of this.#devices.keys()) {
      this.#live.set(id, { availability: ONLINE, properties: {} });
    }
    for (const { id, initial } of known.values) {
      const { device, property } = splitHomeValueKey(id);
      if (initial !== null) this.given(device, property, initial, null);
    }
    this.given(HOME, MODE, known.home.mode, null);
    this.evaluator = createEvaluator(sceneTables());
  }

  /** The world as the evaluator sees it. */
  readonly world: SceneWorld = ((self: SimulatedHome): SceneWorld => ({
    get now() {
      return self.#now;
    },
    bootId: BOOT,
    clock: 'synced',
    get seq() {
      return self.#seq;
    },
    get home() {
      return self.#home;
    },
    device: (id) => self.#devices.get(id),
    live: (id): DeviceLive | undefined => self.#live.get(id),
    devices: () => self.#ids,
    room: (id) => self.#known.rooms.find((room) => room.id === id),
    personOf(member) {
      const found = self.#known.values.find((one) => one.member === member);
      return found === undefined ? null : handleOfValue(found.id);
    },
    command: (device, body, cause) => self.#command(device, body, cause),
    notify(message) {
      const id = notificationId(self.#freshId('ntf'));
      self.#outlet.message?.(message.text);
      self.#outcomes.push(() => self.evaluator.notified(id, null, self.world));
      return id;
    },
    setValue(key, value, cause) {
      const problem = homeValueProblem(key, value, self.#subjects);
      if (problem !== null || value === null) return problem;
      const { device, property } = splitHomeValueKey(key);
      self.#outlet.command?.({ device, body: { kind: 'set', property, value }, cause });
      self.#outcomes.push(() => self.#change(device, property, value, cause));
      return null;
    },
    outbound(call) {
      const id = outboundId(self.#freshId('out'));
      self.#outlet.call?.(call.kind === 'http' ? call.url : call.topic);
      self.#outcomes.push(() =>
        self.evaluator.delivered(id, { status: 200, problem: null }, self.world),
      );
      return id;
    },
    switchScene({ scene, enabled }) {
      self.#outcomes.push(() => {
        const record = self.evaluator.record(scene);
        if (record) self.evaluator.setScene({ ...record, enabled }, self.world);
      });
    },
    arm(key: string, deadline: Deadline) {
      const monoMs = self.#now.monoMs + remainingMs(deadline, self.#now, BOOT);
      self.#armed.set(key, monoMs);
      self.#queue.push({ key, monoMs });
    },
    disarm: (key) => self.#armed.delete(key),
    delicate() {},
    publish: (trace) => self.#outlet.run(trace),
  }))(this);

  get nowMs(): number {
    return this.#now.wallMs;
  }

  /** Puts a value as it was before anything began: nobody hears of it. */
  given(device: DeviceId, property: PropertyKey, value: PropertyValue, atMs: number | null): void {
    const live = this.#live.get(device);
    if (live === undefined) return;
    const since = atMs === null ? {} : { changedAtMs: atMs };
    live.properties[property] = { value, atMs, ...since, seq: 0 };
    this.#follow(device, property, value);
  }

  givenOnline(device: DeviceId, online: boolean): void {
    const live = this.#live.get(device);
    if (live) live.availability = { online, sinceMs: this.#now.wallMs, reason: null };
  }

  setScene(record: SceneRecord): void {
    this.#input(() => this.evaluator.setScene(record, this.world));
  }

  /** Its scenes begin to live; those set before and what was given are how it was found. */
  begin(): void {
    this.#input(() => this.evaluator.restored(this.world, this.#now.wallMs));
  }

  /** Time passes up to there, with all that falls due on the way. The clock never goes back. */
  passTo(atMs: number): void {
    for (let due = this.#due(atMs); due !== null; due = this.#due(atMs)) {
      this.#armed.delete(due.key);
      this.#queue.pop();
      this.#set(Math.max(due.monoMs, this.#now.monoMs));
      const { key } = due;
      this.#input(() => this.evaluator.due(key, this.world));
    }
    if (atMs > this.#now.wallMs) this.#set(atMs);
  }

  /** The next thing that falls due by itself; null where nothing is waited for. */
  nextDueMs(): number | null {
    return this.#due(Number.POSITIVE_INFINITY)?.monoMs ?? null;
  }

  /** A value is reported, changed or not. */
  report(device: DeviceId, property: PropertyKey, value: PropertyValue, cause: Cause): void {
    this.#input(() => this.#change(device, property, value, cause));
  }

  /** A button is pressed. An event of what has a state is a report of the same value again. */
  press(device: DeviceId, property: PropertyKey, value: PropertyValue): void {
    const { properties = [] } = this.#devices.get(device)?.description ?? {};
    if (properties.find(({ key }) => key === property)?.access !== 'event') {
      this.report(device, property, value, { kind: 'device', device });
      return;
    }
    const live = this.#live.get(device);
    if (live) live.properties[property] = { value, atMs: this.#now.wallMs, seq: this.#seq };
    this.#input(() => this.evaluator.pressed({ device, property, value }, this.world));
  }

  online(device: DeviceId, online: boolean): void {
    const live = this.#live.get(device);
    if (live === undefined || live.availability.online === online) return;
    live.availability = { online, sinceMs: this.#now.wallMs, reason: null };
    this.#input(() => {
      this.evaluator.availabilityChanged(device, this.world);
      this.evaluator.deviceEvent(device, online ? 'online' : 'offline', this.world);
    });
  }

  /** A command of somebody else was seen. */
  commanded(record: CommandRecord): void {
    this.#input(() => this.evaluator.commanded(record, this.world));
  }

  happened(name: string, cause: Cause): void {
    this.#input(() => this.evaluator.happened({ names: [name], cause, value: null }, this.world));
  }

  message(topic: string, payload: string): void {
    const cause: Cause = { kind: 'source', via: 'mqtt', name: topic };
    this.#input(() => this.evaluator.message(topic, payload, cause, this.world));
  }

  /** Somebody starts the scene by hand, with its condition looked at. */
  runNow(scene: SceneId): void {
    this.#input(() => this.evaluator.runNow(scene, true, { kind: 'local' }, this.world));
  }

  #input(work: () => unknown): void {
    this.#seq += 1;
    this.#count = 0;
    work();
    for (let told = 0; told < OUTCOMES_MAX; told += 1) {
      const outcome = this.#outcomes.shift();
      if (outcome === undefined) return;
      this.#seq += 1;
      this.#count = 0;
      outcome();
    }
    this.#outcomes.length = 0;
  }

  #set(atMs: number): void {
    this.#now = { wallMs: atMs, monoMs: atMs };
    if (atMs - this.#tickedMs < TICK_MS) return;
    this.#tickedMs = atMs;
    this.evaluator.tick(this.world);
  }

  #due(atMs: number): Armed | null {
    for (let head = this.#queue.peek(); head; head = this.#queue.peek()) {
      if (this.#armed.get(head.key) === head.monoMs) return head.monoMs <= atMs ? head : null;
      this.#queue.pop();
    }
    return null;
  }

  #freshId(prefix: string): string {
    this.#count += 1;
    return `${prefix}_s${this.#seq.toString(36)}_${this.#count.toString(36)}`;
  }

  #command(device: DeviceId, body: CommandBody, cause: Cause): CommandId {
    const id = commandId(this.#freshId('cmd'));
    const record = observedAt({ id, device, body, cause }, this.#now.wallMs);
    this.#outlet.command?.(record);
    this.evaluator.commanded({ ...record, state: 'requested' }, this.world);
    this.#outcomes.push(() => {
      if (body.kind === 'set') this.#change(device, body.property, body.value, cause);
      this.evaluator.commandEnded(record, this.world);
    });
    return id;
  }

  #change(device: DeviceId, property: PropertyKey, value: PropertyValue, cause: Cause): void {
    const live = this.#live.get(device);
    if (live === undefined) return;
    const before = live.properties[property];
    const previous = before?.value ?? null;
    const atMs = this.#now.wallMs;
    const isSame =
      previous === value || (typeof value === 'object' && isSameColour(previous, value));
    if (isSame && before !== undefined) {
      live.properties[property] = { ...before, atMs };
    } else {
      live.properties[property] = { value, atMs, changedAtMs: atMs, seq: this.#seq };
      this.#tellChange({ device, property, value, previous, cause });
    }
    if (!this.evaluator.watchesReports(device, property)) return;
    this.evaluator.reported({ device, property, value, cause }, this.world);
  }

  #tellChange(change: ChangeInput): void {
    const { device, property, value, cause } = change;
    const people = this.#people();
    this.#follow(device, property, value);
    this.evaluator.changed(change, this.world);
    const now = this.#people();
    if (device === PERSON && now !== null && now !== people) {
      const of = { ...splitHomeValueKey(HOME_PEOPLE), value: now, previous: people };
      this.evaluator.changed({ ...of, cause }, this.world);
    }
    const names = happeningsOfValue(change, this.#atHome());
    if (names.length > 0) this.evaluator.happened({ names, cause, value: null }, this.world);
  }

  /** What follows from a value of the home: its mode, and how many people there are. */
  #follow(device: DeviceId, property: PropertyKey, value: PropertyValue): void {
    if (device === HOME && property === MODE) this.#home = { ...this.#home, mode: String(value) };
    if (device !== PERSON) return;
    const people = this.#atHome();
    const { property: key } = splitHomeValueKey(HOME_PEOPLE);
    const home = this.#live.get(HOME);
    if (home && people !== null) home.properties[key] = { value: people, atMs: null, seq: 0 };
  }

  #people(): PropertyValue | null {
    return this.#live.get(HOME)?.properties[splitHomeValueKey(HOME_PEOPLE).property]?.value ?? null;
  }

  #atHome(): number | null {
    const places = Object.values(this.#live.get(PERSON)?.properties ?? {});
    return places.length === 0 ? null : places.filter(({ value }) => value === AT_HOME).length;
  }
}

const ONLINE: Availability = { online: true, sinceMs: 0, reason: null };

function isSameColour(a: PropertyValue | null, b: PropertyValue): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
