// Properties that are not reported for so long. Nothing is done at a report: when the time is over, the time of the
// last report says how long it has been silent.
import { deadlineAfter } from '../../hub/model/clock.ts';
import type { DeviceId, SceneId } from '../../hub/model/identifiers.ts';
import type { PropertyKey } from '../../hub/model/properties.ts';
import type { SceneWorld } from '../../hub/model/scene-world.ts';
import type { CompiledScene } from './compile.ts';
import type { Engine } from './engine.ts';
import { OUTAGE_MIN_MS } from './hold.ts';

/** A property whose silence is waited for. */
export interface SilenceState {
  /** Wall time from which it counts. */
  readonly fromMs: number;
  /** The silence that was told already began here; null: none was. */
  readonly toldMs: number | null;
}

const KEY = 'silent/';

type Fires = (
  program: CompiledScene,
  trigger: number,
  item: number,
  of: { readonly device: DeviceId; readonly property: PropertyKey },
) => void;

export class Silences {
  readonly #engine: Engine;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** Begins to count from now. */
  begin(program: CompiledScene, world: SceneWorld): void {
    for (const [trigger, item, forMs] of silencesOf(program)) {
      const key = `${program.id}/${trigger}/${item}`;
      this.#engine.tables.silences.set(key, { fromMs: world.now.wallMs, toldMs: null });
      world.arm(KEY + key, deadlineAfter(world.now, world.bootId, forMs));
    }
  }

  /** Takes them up after the hub was off for `gapMs`: nobody heard what was reported then. */
  restored(program: CompiledScene, gapMs: number, world: SceneWorld): void {
    const { silences } = this.#engine.tables;
    for (const [trigger, item, forMs] of silencesOf(program)) {
      const key = `${program.id}/${trigger}/${item}`;
      const kept = silences.get(key);
      if (kept === undefined || gapMs >= OUTAGE_MIN_MS) {
        silences.set(key, { fromMs: world.now.wallMs, toldMs: kept?.toldMs ?? null });
      }
      world.arm(KEY + key, deadlineAfter(world.now, world.bootId, Math.min(forMs, LOOK_MS)));
    }
  }

  /** The wall clock was set, so times of reports say nothing any more: all count from now. */
  restart(program: CompiledScene, world: SceneWorld): void {
    this.begin(program, world);
  }

  due(program: CompiledScene, rest: string, world: SceneWorld, fires: Fires): void {
    const [trigger = 0, item = 0] = rest.split('/').map(Number);
    const found = program.scene.when[trigger];
    const of = found?.kind === 'silent' ? found.of[item] : undefined;
    const key = `${program.id}/${trigger}/${item}`;
    const state = this.#engine.tables.silences.get(key);
    if (found?.kind !== 'silent' || of === undefined || state === undefined) return;
    const { forMs } = found;
    const heardMs = world.live(of.device)?.properties[of.property]?.atMs ?? 0;
    const sinceMs = Math.max(state.fromMs, heardMs);
    const leftMs = sinceMs + forMs - world.now.wallMs;
    const isTold = state.toldMs !== null && sinceMs <= state.toldMs;
    const nextMs = leftMs > 0 && leftMs <= forMs ? leftMs : forMs;
    world.arm(KEY + key, deadlineAfter(world.now, world.bootId, nextMs));
    if (leftMs > 0 || isTold) return;
    this.#engine.tables.silences.set(key, { ...state, toldMs: sinceMs });
    fires(program, trigger, item, of);
  }

  end(scene: SceneId, world: SceneWorld): void {
    const { silences } = this.#engine.tables;
    if (silences.size === 0) return;
    for (const key of silences.keys()) {
      if (!key.startsWith(`${scene}/`)) continue;
      silences.delete(key);
      world.disarm(KEY + key);
    }
  }
}

/** After a start it is looked again soon, since much may have come due. */
const LOOK_MS = 60_000;

function* silencesOf({ scene }: CompiledScene): Generator<[number, number, number]> {
  for (const [trigger, found] of scene.when.entries()) {
    if (found.kind !== 'silent') continue;
    for (const item of found.of.keys()) yield [trigger, item, found.forMs];
  }
}
