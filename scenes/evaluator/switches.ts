// Scenes that others want switched on or off: asked of the household until it has done so, also after a power cut.
import type { SceneRecord } from '../../hub/model/home.ts';
import type { SceneId } from '../../hub/model/identifiers.ts';
import type { SceneWorld } from '../../hub/model/scene-world.ts';
import type { Engine } from './engine.ts';
import type { Runs } from './runs.ts';

/** A scene is as the household has it now: what wanted it so goes on. */
export function noteSwitched(
  engine: Engine,
  runs: Runs,
  { id, enabled }: SceneRecord,
  world: SceneWorld,
): void {
  if (engine.tables.switches.get(id)?.enabled !== enabled) return;
  engine.tables.switches.delete(id);
  runs.switched(id, null, world);
}

/** What the household had not done when the hub stopped is asked for again. */
export function switchAgain(engine: Engine, runs: Runs, world: SceneWorld): void {
  for (const [id, { enabled, by, author }] of engine.tables.switches.entries()) {
    const scene = id as SceneId;
    const loaded = engine.scenes.get(scene);
    if (loaded === undefined) engine.tables.switches.delete(id);
    else if (loaded.record.enabled === enabled) noteSwitched(engine, runs, loaded.record, world);
    else world.switchScene({ scene, enabled, by, author });
  }
}
