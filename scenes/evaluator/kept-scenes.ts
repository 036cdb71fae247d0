// Scenes as they were read at an earlier start of the hub, so that the next one need not read their files anew. What
// was read stands only for the same text in the same home: whatever differs is read as if nothing had been kept.
import type { SceneRecord } from '../../hub/model/home.ts';
import { HOME_SUBJECTS } from '../../hub/model/home-values.ts';
import type { SceneId } from '../../hub/model/identifiers.ts';
import type { SceneWorld } from '../../hub/model/scene-world.ts';
import type { SceneNames } from '../language/names.ts';
import { type ParsedScene, parseScene } from '../language/parse.ts';
import type { Scene } from '../language/scene.ts';
import type { LoadedScene } from './engine.ts';

interface KeptScene {
  readonly source: string;
  readonly scene: Scene;
}

/** What is kept: the scenes that were read without a mistake, and the home in which they were. */
interface Kept {
  /** All devices, as JSON: their handles and properties decide what a scene file means. */
  readonly home: string;
  readonly scenes: readonly (readonly [SceneId, KeptScene])[];
}

/** Reads the scenes of a starting core with what was kept of an earlier start, and tells what the next is to be given. */
export class KeptScenes {
  #before: Map<SceneId, KeptScene>;
  #homeBefore: string | null;
  /** The home as it is while the scenes of the start are read. */
  #home: string | null = null;
  #isRead = false;
  /** Whether what the last start kept is not what the next one needs. */
  #isOther = false;

  /** @param text what `text()` gave at an earlier start, by this very program; null: there is none */
  constructor(text: string | null) {
    const kept = text === null ? null : (JSON.parse(text) as Kept);
    this.#before = new Map(kept?.scenes);
    this.#homeBefore = kept?.home ?? null;
  }

  /** As `parseScene`, for a scene of the start. */
  read({ id, source }: SceneRecord, names: SceneNames, world: SceneWorld): ParsedScene {
    this.#isRead = true;
    this.#home ??= homeText(world);
    const before = this.#home === this.#homeBefore ? this.#before.get(id) : undefined;
    if (before?.source === source) return { scene: before.scene };
    this.#isOther = true;
    return parseScene(source, names);
  }

  /** The devices are others than when the scenes before were read. */
  homeChanged(): void {
    this.#home = null;
    if (this.#isRead) this.#isOther = true;
  }

  /** A scene was read that the start did not know. */
  sceneChanged(): void {
    this.#isOther = true;
  }

  /**
   * What the next start is to be given, of all scenes that were read without a mistake; null where it has that.
   * Lets go of what this start was given: it costs memory, and serves only a start.
   */
  text(scenes: Iterable<LoadedScene>, world: SceneWorld): string | null {
    this.#before = new Map();
    this.#homeBefore = null;
    this.#home = null;
    this.#isRead = true;
    if (!this.#isOther) return null;
    this.#isOther = false;
    const kept: Kept['scenes'][number][] = [];
    for (const { record, compiled } of scenes) {
      if (compiled === null) continue;
      kept.push([record.id, { source: record.source, scene: compiled.scene }]);
    }
    return JSON.stringify({ home: homeText(world), scenes: kept } satisfies Kept);
  }
}

function homeText(world: SceneWorld): string {
  return JSON.stringify(
    [...world.devices(), ...HOME_SUBJECTS].map((device) => world.device(device)),
  );
}
