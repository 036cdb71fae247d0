// Which entries a change or a press concerns: device, then property. Looking up what nobody asked for allocates
// nothing, since that is what most reports are.
import type { DeviceId, SceneId } from '../../hub/model/identifiers.ts';
import type { PropertyKey } from '../../hub/model/properties.ts';
import type { IndexEntry } from './entries.ts';

const NONE: readonly IndexEntry[] = [];

export class TriggerIndex {
  readonly #byDevice = new Map<DeviceId, Map<PropertyKey, IndexEntry[]>>();
  readonly #byProperty = new Map<string, IndexEntry[]>();

  /** Entries for the property of the device, its own before those of any device, each in order of scene and trigger. */
  lookup(device: DeviceId, property: PropertyKey): readonly IndexEntry[] {
    const own = this.#byDevice.get(device)?.get(property);
    if (this.#byProperty.size === 0) return own ?? NONE;
    const at = property.indexOf('@');
    const any = this.#byProperty.get(at < 0 ? property : property.slice(0, at));
    if (any === undefined) return own ?? NONE;
    return own === undefined ? any : [...own, ...any].sort(inOrder);
  }

  /** The properties of the device that some scene's own entries look at. */
  propertiesOf(device: DeviceId): readonly PropertyKey[] {
    return [...(this.#byDevice.get(device)?.keys() ?? [])].sort();
  }

  add(entries: readonly IndexEntry[]): void {
    for (const entry of entries) {
      const { subject } = entry;
      if (subject.kind === 'any') {
        insert(this.#byProperty, subject.property, entry);
        continue;
      }
      let properties = this.#byDevice.get(subject.device);
      if (properties === undefined) {
        properties = new Map();
        this.#byDevice.set(subject.device, properties);
      }
      insert(properties, subject.property, entry);
    }
  }

  remove(entries: readonly IndexEntry[]): void {
    for (const { scene, subject } of entries) {
      if (subject.kind === 'any') {
        removeScene(this.#byProperty, subject.property, scene);
        continue;
      }
      const properties = this.#byDevice.get(subject.device);
      if (properties === undefined) continue;
      removeScene(properties, subject.property, scene);
      if (properties.size === 0) this.#byDevice.delete(subject.device);
    }
  }
}

function insert<Key>(map: Map<Key, IndexEntry[]>, key: Key, entry: IndexEntry): void {
  const entries = map.get(key);
  if (entries === undefined) {
    map.set(key, [entry]);
    return;
  }
  // Scenes mostly come in order, so the place is looked for from the end.
  let at = entries.length;
  for (
    let before = entries[at - 1];
    before && inOrder(before, entry) > 0;
    before = entries[at - 1]
  ) {
    at -= 1;
  }
  entries.splice(at, 0, entry);
}

function removeScene<Key>(map: Map<Key, IndexEntry[]>, key: Key, scene: SceneId): void {
  const left = (map.get(key) ?? []).filter((entry) => entry.scene !== scene);
  if (left.length === 0) map.delete(key);
  else map.set(key, left);
}

function inOrder(a: IndexEntry, b: IndexEntry): number {
  if (a.scene !== b.scene) return a.scene < b.scene ? -1 : 1;
  return a.trigger - b.trigger || a.item - b.item;
}
