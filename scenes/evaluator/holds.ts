// Holds of scenes: levels that must last before a scene starts. Kept in a table with their deadlines, so that they go
// on over restarts; any device of a kind is held by itself.
import type { DeviceId, SceneId } from '../../hub/model/identifiers.ts';
import type { PropertyKey } from '../../hub/model/properties.ts';
import type { SceneWorld } from '../../hub/model/scene-world.ts';
import type { CompiledScene } from './compile.ts';
import type { Engine } from './engine.ts';
import { type HoldState, holdAfterGap, holdWakesAt, stepHold } from './hold.ts';
import { levelsHold } from './levels.ts';

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

  constructor(engine: Engine) {
    this.#engine = engine;
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
    const level = levelsHold(world, compiled.levels, held);
    const { hold, fires } = stepHold(before, level, compiled.forMs, world);
    this.#keep(key, before, hold, world);
    if (fires && hold) hooks.fires(program, trigger, held, hold);
  }

  /** Looks at all holds of a scene: it was saved or switched on. Levels that hold already count from now. */
  begin(program: CompiledScene, world: SceneWorld, hooks: HoldHooks): void {
    for (const trigger of program.holds.keys()) {
      for (const device of this.#held(program, trigger, world)) {
        this.look(program, trigger, device, world, hooks);
      }
    }
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

  /** Forgets a scene's holds. */
  end(scene: SceneId, world: SceneWorld): void {
    const { holds } = this.#engine.tables;
    if (holds.size === 0) return;
    for (const key of holds.keys()) {
      if (!key.startsWith(`${scene}/`)) continue;
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
