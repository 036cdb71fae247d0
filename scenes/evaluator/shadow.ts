// Runs in the shadow: all that such a run asks for is said to be done, and nothing of it is. Its trace shows what a run
// that acts would have done.
import type { CommandRecord } from '../../hub/model/command.ts';
import type { Problem } from '../../hub/model/errors.ts';
import {
  commandId,
  type NotificationId,
  notificationId,
  type OutboundId,
  outboundId,
  type SceneId,
} from '../../hub/model/identifiers.ts';
import type { OutboundResult } from '../../hub/model/outbound.ts';
import type { SceneWorld } from '../../hub/model/scene-world.ts';
import type { Engine } from './engine.ts';
import type { RunEntry } from './tables.ts';

/** Who is told what became of what a run asked for. */
interface Told {
  commandEnded(record: CommandRecord, world: SceneWorld): void;
  notified(id: NotificationId, problem: Problem | null, world: SceneWorld): void;
  delivered(id: OutboundId, result: OutboundResult, world: SceneWorld): void;
  switched(scene: SceneId, problem: Problem | null, world: SceneWorld): void;
}

/** Gives each run the world in which it lives. */
export class Shadows {
  readonly #engine: Engine;
  readonly #told: Told;
  readonly #worlds = new WeakMap<SceneWorld, SceneWorld>();
  #seq = -1;
  #count = 0;

  constructor(engine: Engine, told: Told) {
    this.#engine = engine;
    this.#told = told;
  }

  /** The world itself, or one in which nothing acts. */
  worldOf({ isShadow }: Pick<RunEntry, 'isShadow'>, world: SceneWorld): SceneWorld {
    if (!isShadow) return world;
    const known = this.#worlds.get(world) ?? this.#muted(world);
    this.#worlds.set(world, known);
    return known;
  }

  #muted(world: SceneWorld): SceneWorld {
    const engine = this.#engine;
    const told = this.#told;
    const acts: Pick<
      SceneWorld,
      'command' | 'notify' | 'outbound' | 'setValue' | 'switchScene' | 'delicate'
    > = {
      command: (device, body, cause) => {
        const id = commandId(this.#freshId('cmd', world));
        const atMs = world.now.wallMs;
        const record: CommandRecord = {
          ...{ id, device, body, cause, state: 'observed', problem: null },
          ...{ requestedAtMs: atMs, sentAtMs: atMs, acknowledgedAtMs: atMs },
          ...{ observedAtMs: atMs, endedAtMs: atMs },
        };
        engine.later.push(() => told.commandEnded(record, world));
        return id;
      },
      notify: () => {
        const id = notificationId(this.#freshId('ntf', world));
        engine.later.push(() => told.notified(id, null, world));
        return id;
      },
      outbound: () => {
        const id = outboundId(this.#freshId('out', world));
        const result = { status: null, problem: null };
        engine.later.push(() => told.delivered(id, result, world));
        return id;
      },
      setValue: () => null,
      switchScene: ({ scene }) => {
        engine.later.push(() => {
          engine.tables.switches.delete(scene);
          told.switched(scene, null, world);
        });
      },
      delicate() {},
    };
    // What is read is read of the world itself, as it is at that moment.
    return Object.assign(Object.create(world), acts);
  }

  #freshId(prefix: string, { seq }: SceneWorld): string {
    if (this.#seq !== seq) {
      this.#seq = seq;
      this.#count = 0;
    }
    this.#count += 1;
    return `${prefix}_shadow_${seq.toString(36)}_${this.#count.toString(36)}`;
  }
}
