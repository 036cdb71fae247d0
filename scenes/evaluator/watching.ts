// Watches what devices report and are told for the scenes: each change, report, press and command goes to the triggers
// that it can concern, and what they remember is begun, taken up and ended with the scene.
import type { Cause } from '../../hub/model/cause.ts';
import type { CommandRecord } from '../../hub/model/command.ts';
import type { DeviceId, SceneId } from '../../hub/model/identifiers.ts';
import type { PropertyKey, PropertyValue } from '../../hub/model/properties.ts';
import type { ChangeInput, SceneWorld } from '../../hub/model/scene-world.ts';
import { depthAfter } from './causality.ts';
import type { CompiledScene } from './compile.ts';
import { noteAvailability, takeBaseline } from './crossings.ts';
import type { Decisions } from './decisions.ts';
import type { Engine } from './engine.ts';
import type { IndexEntry } from './entries.ts';
import type { Holds } from './holds.ts';
import { readValue } from './levels.ts';
import { beginPasts, endPasts, lookAtPast, restorePasts } from './pasts.ts';
import type { Schedules } from './schedules.ts';
import { Silences } from './silences.ts';
import type { Hit } from './texts.ts';
import type { Look, Patterns } from './triggers/patterns.ts';
import { type Changed, commandKey, isStateMet } from './triggers/state.ts';

/** What sets scenes off: a value with its device, and who or what brought it about. */
interface Event {
  readonly device: DeviceId;
  readonly property: PropertyKey;
  readonly value: PropertyValue;
  readonly cause: Cause;
  readonly depth: number;
}

/** What watching is done with. */
export interface WatchingParts {
  readonly decisions: Decisions;
  readonly holds: Holds;
  readonly schedules: Schedules;
  readonly patterns: Patterns;
}

const PLAIN: Look = { isReconnect: false, isSave: false };

export class Watching {
  readonly #engine: Engine;
  readonly #parts: WatchingParts;
  readonly #silences: Silences;

  constructor(engine: Engine, parts: WatchingParts) {
    this.#engine = engine;
    this.#parts = parts;
    this.#silences = new Silences(engine);
  }

  /** A reported value has changed. */
  changed(change: ChangeInput, world: SceneWorld): void {
    const { device, property, value, previous, cause } = change;
    const { tables, index } = this.#engine;
    const isReconnect = cause.kind === 'reconnect' || cause.kind === 'restore';
    const isBaseline = takeBaseline(tables, device, property);
    const changed: Changed = { change, isReconnect, isBaseline, world };
    // Where the number stood before says nothing, all thresholds are looked at.
    const from = isReconnect || isBaseline ? null : previous;
    const depth = depthAfter(cause, world.now.wallMs);
    const event: Event = { device, property, value, cause, depth };
    this.#each(index.concerned(device, property, value, from), event, world, (entry, program) => {
      switch (entry.kind) {
        case 'holds':
          this.#lookAtHold(program, entry.trigger, { id: device, property }, world);
          return false;
        case 'plan':
          this.#parts.schedules.retime(
            program,
            entry.trigger,
            world,
            this.#parts.decisions.scheduleHooks(world),
          );
          return false;
        case 'past':
          lookAtPast(this.#engine, program.id, program.pasts, entry.past, value, world);
          return false;
        case 'so':
          return this.#lookAtSo(program, entry.trigger, { isReconnect, isSave: false }, world);
        default:
          return isStateMet(tables, entry, changed);
      }
    });
  }

  /** A button was pressed. */
  pressed(
    { device, property, value }: Pick<Event, 'device' | 'property' | 'value'>,
    world: SceneWorld,
  ): void {
    const event: Event = { device, property, value, cause: { kind: 'device', device }, depth: 0 };
    const entries = this.#engine.index.concerned(device, property, value, null);
    this.#each(entries, event, world, (entry) => entry.kind === 'presses');
  }

  /** A value was reported, changed or not. */
  reported(
    device: DeviceId,
    property: PropertyKey,
    value: PropertyValue,
    cause: Cause,
    world: SceneWorld,
  ): void {
    if (cause.kind === 'reconnect' || cause.kind === 'restore') return;
    const depth = depthAfter(cause, world.now.wallMs);
    const entries = this.#engine.reports.lookup(device, property);
    this.#each(entries, { device, property, value, cause, depth }, world, () => true);
  }

  /** A command to a device was asked for. */
  commanded({ device, body, cause }: CommandRecord, world: SceneWorld): void {
    const property = body.kind === 'set' ? body.property : commandKey(body.name);
    const value = body.kind === 'set' ? body.value : body.name;
    const depth = depthAfter(cause, world.now.wallMs);
    const entries = this.#engine.commands.lookup(device, property);
    this.#each(
      entries,
      { device, property, value, cause, depth },
      world,
      (entry) => entry.kind === 'commanded' && (entry.test?.(value) ?? true),
    );
  }

  /**
   * Looks at entries one by one. Several triggers of a scene that one event meets are one occasion; each is looked at,
   * since some remember.
   */
  #each(
    entries: readonly IndexEntry[],
    event: Event,
    world: SceneWorld,
    isMet: (entry: IndexEntry, program: CompiledScene) => boolean,
  ): void {
    let last: SceneId | null = null;
    let lastPart = '';
    let completed = '';
    for (const entry of entries) {
      const program = this.#engine.activeProgram(entry.scene);
      if (program === null || !isMet(entry, program)) continue;
      if (entry.part !== undefined) {
        // One event is one occasion of a part, however many of its subjects it meets.
        const whole = `${entry.scene}/${entry.trigger}`;
        const part = `${whole}/${entry.part}`;
        if (part === lastPart || whole === completed) continue;
        lastPart = part;
        const { patterns } = this.#parts;
        if (!patterns.happened(program, entry.trigger, entry.part, world)) continue;
        // What completes it does not begin it anew.
        completed = whole;
      }
      if (entry.scene === last) continue;
      last = entry.scene;
      const { device, property, value, cause, depth } = event;
      const hit: Hit = { trigger: entry.trigger, item: entry.item, device, property, value };
      this.#parts.decisions.occur({ program, hit, cause, depth }, world);
    }
  }

  #lookAtHold(
    program: CompiledScene,
    trigger: number,
    held: { readonly id: DeviceId; readonly property: PropertyKey } | null,
    world: SceneWorld,
  ): void {
    const { holds, decisions } = this.#parts;
    holds.look(program, trigger, held, world, decisions.holdHooks(world));
  }

  /** Whether a condition has just become true; one that must last goes on as a hold. */
  #lookAtSo(program: CompiledScene, trigger: number, look: Look, world: SceneWorld): boolean {
    if (!program.holds.has(trigger)) {
      return this.#parts.patterns.look(program, trigger, look, world);
    }
    this.#lookAtHold(program, trigger, null, world);
    return false;
  }

  #becameSo(program: CompiledScene, trigger: number, look: Look, world: SceneWorld): void {
    if (!this.#lookAtSo(program, trigger, look, world)) return;
    const hit: Hit = { trigger, item: 0, device: null, property: null, value: null };
    this.#parts.decisions.occur({ program, hit, cause: { kind: 'local' }, depth: 0 }, world);
  }

  /** A device has come within reach or gone out of it. */
  availabilityChanged(device: DeviceId, world: SceneWorld): void {
    const numbers: PropertyKey[] = [];
    const soes = new Map<string, IndexEntry>();
    for (const property of this.#propertiesLookedAt(device, world)) {
      const entries = [...this.#engine.index.lookup(device, property)];
      if (entries.some(({ kind }) => kind === 'crosses' || kind === 'moves'))
        numbers.push(property);
      for (const entry of entries) {
        const program = this.#engine.activeProgram(entry.scene);
        if (program === null) continue;
        if (entry.kind === 'holds') {
          this.#lookAtHold(program, entry.trigger, { id: device, property }, world);
        } else if (entry.kind === 'so') {
          soes.set(`${entry.scene}/${entry.trigger}`, entry);
        }
      }
    }
    for (const { scene, trigger } of soes.values()) {
      const program = this.#engine.activeProgram(scene);
      if (program) this.#becameSo(program, trigger, PLAIN, world);
    }
    noteAvailability(this.#engine.tables, device, numbers, world);
  }

  #propertiesLookedAt(device: DeviceId, world: SceneWorld): readonly PropertyKey[] {
    const described = world.device(device)?.description.properties ?? [];
    const own = this.#engine.index.propertiesOf(device);
    return [...new Set([...own, ...described.map(({ key }) => key)])].sort();
  }

  /** A deadline of a condition or of a silence has come. */
  due(
    kind: 'so' | 'silent',
    program: CompiledScene,
    rest: readonly string[],
    world: SceneWorld,
  ): void {
    if (kind === 'so') {
      this.#becameSo(program, Number(rest[0]), PLAIN, world);
      return;
    }
    this.#silences.due(
      program,
      rest.join('/'),
      world,
      (of, trigger, item, { device, property }) => {
        const value = world.live(device)?.properties[property]?.value ?? null;
        const hit: Hit = { trigger, item, device, property, value };
        this.#parts.decisions.occur(
          { program: of, hit, cause: { kind: 'device', device }, depth: 0 },
          world,
        );
      },
    );
  }

  /** A scene was saved or switched on: it is watched from now. */
  begin(program: CompiledScene, world: SceneWorld): void {
    beginPasts(this.#engine, program.id, program.pasts, world);
    this.#silences.begin(program, world);
    const look: Look = { isReconnect: false, isSave: true };
    for (const [number, trigger] of program.scene.when.entries()) {
      if (trigger.kind === 'so') this.#becameSo(program, number, look, world);
      else if (trigger.kind === 'becomes' && trigger.alsoSave) {
        this.#foundSo(program, number, world);
      }
    }
  }

  /** Sets off a trigger whose level is there already as the scene is saved. */
  #foundSo(program: CompiledScene, trigger: number, world: SceneWorld): void {
    for (const entry of program.entries) {
      if (entry.trigger !== trigger || entry.kind !== 'becomes') continue;
      const { subject, item } = entry;
      if (subject.kind !== 'device') continue;
      const { device, property } = subject;
      const value = readValue(world, device, property);
      if (value === null || !entry.test(value)) continue;
      const hit: Hit = { trigger, item, device, property, value };
      this.#parts.decisions.occur(
        { program, hit, cause: { kind: 'device', device }, depth: 0 },
        world,
      );
      return;
    }
  }

  /** Takes a scene up after the hub was off for `gapMs`. */
  restored(program: CompiledScene, gapMs: number, world: SceneWorld): void {
    restorePasts(this.#engine, program.id, program.pasts, gapMs, world);
    this.#silences.restored(program, gapMs, world);
    this.#lookAtAll(program, { isReconnect: true, isSave: false }, world);
  }

  /** The wall clock was set, or the home's time is another. */
  rearm(program: CompiledScene, world: SceneWorld): void {
    this.#silences.restart(program, world);
    this.#lookAtAll(program, PLAIN, world);
  }

  #lookAtAll(program: CompiledScene, look: Look, world: SceneWorld): void {
    for (const [number, { kind }] of program.scene.when.entries()) {
      if (kind === 'so') this.#becameSo(program, number, look, world);
    }
  }

  /** Forgets what was watched for a scene. */
  end(scene: SceneId, world: SceneWorld): void {
    this.#parts.patterns.end(scene, world);
    this.#silences.end(scene, world);
    endPasts(this.#engine, scene);
    for (const table of [this.#engine.tables.crossed, this.#engine.tables.moves]) {
      if (table.size === 0) continue;
      for (const key of table.keys()) if (key.startsWith(`${scene}/`)) table.delete(key);
    }
  }
}
