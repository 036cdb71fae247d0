// Scenes as they were read at an earlier start of the hub, so that the next one need not read their files anew. What
// was read stands only for the same text in the same home: whatever differs is read as if nothing had been kept.
import type { SceneRecord } from '../../hub/model/home.ts';
import { HOME_SUBJECTS } from '../../hub/model/home-values.ts';
import type { SceneId } from '../../hub/model/identifiers.ts';
import type { SceneWorld } from '../../hub/model/scene-world.ts';
import type { SceneNames } from '../language/names.ts';
import { type ParsedScene, parseScene } from '../language/parse.ts';
import type { Scene } from '../language/scene.ts';

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

/** Reads the scenes of a starting core, with what was kept of an earlier start. */
export class KeptScenes {
  #before: Map<SceneId, KeptScene>;
  #homeBefore: string | null;
  readonly #now = new Map<SceneId, KeptScene>();
  #home: string | null = null;
  #parses = 0;

  /** @param text what `text()` gave at an earlier start, by this very program; null: there is none */
  constructor(text: string | null) {
    const kept = text === null ? null : (JSON.parse(text) as Kept);
    this.#before = new Map(kept?.scenes);
    this.#homeBefore = kept?.home ?? null;
  }

  /** As `parseScene`. */
  read({ id, source }: SceneRecord, names: SceneNames, world: SceneWorld): ParsedScene {
    this.#home ??= JSON.stringify(
      [...world.devices(), ...HOME_SUBJECTS].map((device) => world.device(device)),
    );
    const before = this.#home === this.#homeBefore ? this.#before.get(id) : undefined;
    if (before?.source === source) {
      this.#now.set(id, before);
      return { scene: before.scene };
    }
    this.#parses += 1;
    const parsed = parseScene(source, names);
    if (parsed.scene) this.#now.set(id, { source, scene: parsed.scene });
    else this.#now.delete(id);
    return parsed;
  }

  /** The devices are others now: what was read before holds no more. */
  homeChanged(): void {
    this.#home = null;
    this.#now.clear();
  }

  /** What the next start is to be given; null where that is what this one was given. */
  text(): string | null {
    const isSame =
      this.#now.size === this.#before.size &&
      [...this.#now].every(([id, one]) => this.#before.get(id) === one);
    if (this.#home === null || this.#parses === 0 || isSame) return null;
    return JSON.stringify({ home: this.#home, scenes: [...this.#now] } satisfies Kept);
  }

  /** Lets go of all that is kept: it costs memory, and serves only a start. */
  forget(): void {
    this.#before = new Map();
    this.#homeBefore = null;
    this.homeChanged();
  }
}
