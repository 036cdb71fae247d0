// Who keeps which value: runs under way and last runs that can be undone, by device and property, so that a change
// finds whom it concerns without looking at anybody else. And when a person last had a hand on a device.
import type { DeviceId, RunId, SceneId } from '../../hub/model/identifiers.ts';
import { type PropertyKey, specOf } from '../../hub/model/properties.ts';
import type { SceneWorld } from '../../hub/model/scene-world.ts';
import type { Engine } from './engine.ts';
import { afterTouch, type Kept, type Touch } from './keeping.ts';

/** What holds values: a run by its id, or a scene's last run by the scene's. */
export type Keeper = string;

const NOBODY: readonly Keeper[] = [];
/** A change by a device itself this soon after a scene's act is the end of that act. */
const ECHO_MS = 10_000;

/** The keepers of all values. It is worked out from the tables. */
export class Keepers {
  readonly #engine: Engine;
  readonly #by = new Map<DeviceId, Map<PropertyKey, Set<Keeper>>>();

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  clear(): void {
    this.#by.clear();
  }

  /** Whether anybody keeps this value. Costs two look-ups. */
  has(device: DeviceId, property: PropertyKey): boolean {
    return this.#by.get(device)?.has(property) ?? false;
  }

  /** Who keeps it, sorted. */
  of(device: DeviceId, property: PropertyKey): readonly Keeper[] {
    const found = this.#by.get(device)?.get(property);
    return found === undefined ? NOBODY : [...found].sort();
  }

  follow(keeper: Keeper, kept: readonly Kept[]): void {
    for (const { device, property } of kept) {
      let properties = this.#by.get(device);
      if (properties === undefined) {
        properties = new Map();
        this.#by.set(device, properties);
      }
      const keepers = properties.get(property);
      if (keepers) keepers.add(keeper);
      else properties.set(property, new Set([keeper]));
    }
  }

  unfollow(keeper: Keeper, kept: readonly Kept[]): void {
    for (const { device, property } of kept) {
      const properties = this.#by.get(device);
      const keepers = properties?.get(property);
      keepers?.delete(keeper);
      if (keepers?.size === 0) properties?.delete(property);
      if (properties?.size === 0) this.#by.delete(device);
    }
  }

  /** Keeps what a scene's run that has ended can be undone by; null: nothing. */
  setUndo(
    scene: SceneId,
    entry: { run: RunId; version: number; kept: readonly Kept[]; undone?: RunId } | null,
    world: SceneWorld,
  ): void {
    const { undos } = this.#engine.tables;
    const before = undos.get(scene);
    if (before) this.unfollow(scene, before.kept);
    if (entry === null) {
      if (before) undos.delete(scene);
      return;
    }
    undos.set(scene, { ...entry, atMs: world.now.wallMs });
    this.follow(scene, entry.kept);
  }

  /** A touch of a value that the last run of a scene has changed. */
  touchUndo(scene: SceneId, touch: Touch, world: SceneWorld): void {
    const { undos } = this.#engine.tables;
    const entry = undos.get(scene);
    if (entry === undefined) return;
    const kept = afterTouch(entry.kept, touch, entry.run, world.now.wallMs);
    if (kept !== entry.kept) undos.set(scene, { ...entry, kept });
  }

  /** Notes that a person had a hand on the device, where some scene gives way to people. */
  noteHand({ device, property, value, cause }: Touch, world: SceneWorld): void {
    if (this.#engine.yielding.size === 0) return;
    const isPerson = ['member', 'local', 'fabric'].includes(cause.kind);
    if (!isPerson && !(cause.kind === 'device' && this.#isByHand(device, property, value, world))) {
      return;
    }
    this.#engine.tables.hands.set(device, { atMs: world.now.wallMs, by: cause });
  }

  /** A switch or a choice of the device itself, long enough after the last act of a scene. Numbers drift. */
  #isByHand(
    device: DeviceId,
    property: PropertyKey,
    value: Touch['value'],
    world: SceneWorld,
  ): boolean {
    if (typeof value === 'number' || typeof value === 'object') return false;
    const found = world.device(device)?.description.properties.find(({ key }) => key === property);
    if (found === undefined || found.access !== 'rw') return false;
    if (specOf(found).type === 'number') return false;
    const { runs, undos } = this.#engine.tables;
    return this.of(device, property).every((keeper) => {
      const kept = runs.get(keeper)?.kept ?? undos.get(keeper)?.kept ?? [];
      return kept.every(
        (one) =>
          one.device !== device ||
          one.property !== property ||
          Math.abs(world.now.wallMs - one.atMs) > ECHO_MS,
      );
    });
  }
}
