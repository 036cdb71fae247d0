// Holds of scenes: levels that must last before a scene starts. Kept in a table with their deadlines, so that they go
// on over restarts; any device of a kind is held by itself.

import { deadlineAfter } from '../../hub/model/clock.ts';
import type { DeviceId, SceneId } from '../../hub/model/identifiers.ts';
import type { PropertyKey } from '../../hub/model/properties.ts';
import type { SceneWorld } from '../../hub/model/scene-world.ts';
import type { Condition } from '../language/conditions.ts';
import type { CompiledScene } from './compile.ts';
import { truthOf } from './conditions.ts';
import type { Engine } from './engine.ts';
import { type HoldState, holdAfterGap, holdWakesAt, stepHold, type Truth } from './hold.ts';
import { levelsHold } from './levels.ts';
import type { Patterns } from './triggers/patterns.ts';

const KEY = 'hold/';

/** The device whose value is held, where any device is meant. */
export interface HeldDevice {
  readonly id: DeviceId;
  readonly property: PropertyKey;
}

export interface HoldHooks {
  fires(program: CompiledScene, trigger: number, device: HeldDevice | null, hold: HoldState): void;
}

export class Holds {
  readonly #engine: Engine;

  readonly #patterns: Patterns;

  constructor(engine: Engine, patterns: Patterns) {
    this.#engine = engine;
    this.#patterns = patterns;
  }

  /** Looks at one hold, after a change, a due deadline or a device's coming and going. */
  look(
    program: CompiledScene,
    trigger: number,
    device: HeldDevice | null,
    world: SceneWorld,
    hooks: HoldHooks,
  ): void {
    const compiled = program.holds.get(trigger);
    if (compiled === undefined) return;
    const held = isOfAny(program, trigger) ? device : null;
    const key = keyOf(program.id, trigger, held);
    const before = this.#engine.tables.holds.get(key) ?? null;
    const level =
      compiled.condition === null
        ? levelsHold(world, compiled.levels, held)
        : this.#conditionHolds(program, trigger, compiled.condition, world);
    const { hold, fires } = stepHold(before, level, compiled.forMs, world, compiled.away);
    this.#keep(key, before, hold, world);
    if (fires && hold) hooks.fires(program, trigger, held, hold);
  }

  #conditionHolds(
    program: CompiledScene,
    trigger: number,
    condition: Condition,
    world: SceneWorld,
  ): Truth {
    const { truth, changesInMs } = truthOf(this.#engine, program, condition, world);
    this.#patterns.wake(program, trigger, condition, changesInMs, world);
    return truth;
  }

  /** Looks at all holds of a scene: it was saved or switched on. What holds already counts as each hold says. */
  begin(program: CompiledScene, world: SceneWorld, hooks: HoldHooks): void {
    for (const [trigger, { already, forMs }] of program.holds) {
      for (const device of this.#held(program, trigger, world)) {
        this.look(program, trigger, device, world, hooks);
        const key = keyOf(program.id, trigger, isOfAny(program, trigger) ? device : null);
        const hold = this.#engine.tables.holds.get(key);
        if (hold === undefined || already === 'now') continue;
        if (already === 'next') {
          this.#keep(key, hold, { ...hold, isFired: true }, world);
          continue;
        }
        const goneMs = this.#heldMs(program, trigger, device, world);
        const due = deadlineAfter(world.now, world.bootId, Math.max(0, forMs - goneMs));
        this.#keep(key, hold, { ...hold, due }, world);
      }
    }
  }

  /** How long ago the newest of the levels became so: for as long all of them have held. */
  #heldMs(
    program: CompiledScene,
    trigger: number,
    device: HeldDevice | null,
    world: SceneWorld,
  ): number {
    const times = (program.holds.get(trigger)?.levels ?? []).map(({ subject }) => {
      const own = subject.kind === 'device' ? subject : device && { ...device, device: device.id };
      const known = own ? world.live(own.device)?.properties[own.property] : undefined;
      return known?.changedAtMs ?? known?.atMs ?? null;
    });
    if (times.length === 0 || times.includes(null)) return 0;
    return Math.max(0, world.now.wallMs - Math.max(...times.map((atMs) => atMs ?? 0)));
  }

  due(program: CompiledScene, rest: string, world: SceneWorld, hooks: HoldHooks): void {
    const [trigger = '', id, property] = rest.split('/');
    const device =
      id && property ? { id: id as DeviceId, property: property as PropertyKey } : null;
    this.look(program, Number(trigger), device, world, hooks);
  }

  /** Takes up a scene's holds after the hub was off for `gapMs`. */
  restored(program: CompiledScene, gapMs: number, world: SceneWorld, hooks: HoldHooks): void {
    const { holds } = this.#engine.tables;
    for (const [trigger, { forMs }] of program.holds) {
      for (const device of this.#held(program, trigger, world)) {
        const key = keyOf(program.id, trigger, isOfAny(program, trigger) ? device : null);
        const kept = holds.get(key);
        if (kept !== undefined) {
          const at = { now: world.now, bootId: world.bootId, gapMs };
          const hold = holdAfterGap(kept, program.scene.afterOutage.holds, forMs, at);
          if (hold !== kept) holds.set(key, hold);
          const wakes = holdWakesAt(hold);
          if (wakes) world.arm(KEY + key, wakes);
        }
        this.look(program, trigger, device, world, hooks);
      }
    }
  }

  /** Arms all deadlines again, since the wall clock was set. */
  rearm(world: SceneWorld): void {
    for (const [key, hold] of this.#engine.tables.holds.entries()) {
      const wakes = holdWakesAt(hold);
      if (wakes) world.arm(KEY + key, wakes);
    }
  }

  /** Whether some hold has a deadline that was set before the machine was started. */
  isOfOtherBoot(world: SceneWorld): boolean {
    return this.#engine.tables.holds.entries().some(([, { due }]) => due.bootId !== world.bootId);
  }

  /** Forgets a scene's holds, but for those of the triggers to keep. */
  end(scene: SceneId, keep: ReadonlySet<number>, world: SceneWorld): void {
    const { holds } = this.#engine.tables;
    if (holds.size === 0) return;
    for (const key of holds.keys()) {
      if (!key.startsWith(`${scene}/`) || keep.has(Number(key.split('/')[1]))) continue;
      holds.delete(key);
      world.disarm(KEY + key);
    }
  }

  #keep(key: string, before: HoldState | null, hold: HoldState | null, world: SceneWorld): void {
    if (before === hold) return;
    if (hold === null) {
      this.#engine.tables.holds.delete(key);
      world.disarm(KEY + key);
      return;
    }
    this.#engine.tables.holds.set(key, hold);
    const wakes = holdWakesAt(hold);
    if (wakes) world.arm(KEY + key, wakes);
    else world.disarm(KEY + key);
  }

  /** What a hold is about: one thing, or each device that has the property. */
  #held(program: CompiledScene, trigger: number, world: SceneWorld): (HeldDevice | null)[] {
    const subject = program.holds.get(trigger)?.levels[0]?.subject;
    if (subject?.kind !== 'any') return [null];
    return world
      .devices()
      .flatMap((id) =>
        (world.device(id)?.description.properties ?? []).flatMap(({ name, key }) =>
          name === subject.property ? [{ id, property: key }] : [],
        ),
      );
  }
}

function isOfAny(program: CompiledScene, trigger: number): boolean {
  return program.holds.get(trigger)?.levels[0]?.subject.kind === 'any';
}

function keyOf(scene: SceneId, trigger: number, device: HeldDevice | null): string {
  return device ? `${scene}/${trigger}/${device.id}/${device.property}` : `${scene}/${trigger}`;
}
