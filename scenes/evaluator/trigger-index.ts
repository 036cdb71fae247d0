// Which entries a change, a report, a press or a command concerns: device, then property. Looking up what nobody asked
// for allocates nothing, since that is what most reports are.
import { isHomeSubject } from '../../hub/model/home-values.ts';
import type { DeviceId, SceneId } from '../../hub/model/identifiers.ts';
import type { PropertyKey, PropertyValue } from '../../hub/model/properties.ts';
import type { IndexEntry } from './entries.ts';
import { inOrder, PropertyEntries } from './property-entries.ts';

const NONE: readonly IndexEntry[] = [];

export class TriggerIndex {
  readonly #byDevice = new Map<DeviceId, Map<PropertyKey, PropertyEntries>>();
  readonly #byProperty = new Map<string, PropertyEntries>();

  /** Whether anybody looks at the property of the device. */
  has(device: DeviceId, property: PropertyKey): boolean {
    return (
      (this.#byDevice.get(device)?.has(property) ?? false) ||
      this.#any(device, property) !== undefined
    );
  }

  /** Entries for the property of the device, its own and those of any device, in order of scene and trigger. */
  lookup(device: DeviceId, property: PropertyKey): readonly IndexEntry[] {
    return both(this.#byDevice.get(device)?.get(property)?.all, this.#any(device, property)?.all);
  }

  /** Entries that a change to the value can concern, in order; `previous` is null where all crossings are to be seen. */
  concerned(
    device: DeviceId,
    property: PropertyKey,
    value: PropertyValue,
    previous: PropertyValue | null,
  ): readonly IndexEntry[] {
    return both(
      this.#byDevice.get(device)?.get(property)?.concerned(value, previous),
      this.#any(device, property)?.concerned(value, previous),
    );
  }

  #any(device: DeviceId, property: PropertyKey): PropertyEntries | undefined {
    if (this.#byProperty.size === 0 || isHomeSubject(device)) return undefined;
    const at = property.indexOf('@');
    return this.#byProperty.get(at < 0 ? property : property.slice(0, at));
  }

  /** The properties of the device that some scene's own entries look at. */
  propertiesOf(device: DeviceId): readonly PropertyKey[] {
    return [...(this.#byDevice.get(device)?.keys() ?? [])].sort();
  }

  add(entries: readonly IndexEntry[]): void {
    for (const entry of entries) {
      const { subject } = entry;
      if (subject.kind === 'any') {
        entriesOf(this.#byProperty, subject.property).add(entry);
        continue;
      }
      let properties = this.#byDevice.get(subject.device);
      if (properties === undefined) {
        properties = new Map();
        this.#byDevice.set(subject.device, properties);
      }
      entriesOf(properties, subject.property).add(entry);
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

function both(
  own: readonly IndexEntry[] | undefined,
  any: readonly IndexEntry[] | undefined,
): readonly IndexEntry[] {
  if (any === undefined || any.length === 0) return own ?? NONE;
  return own === undefined || own.length === 0 ? any : [...own, ...any].sort(inOrder);
}

function entriesOf<Key>(map: Map<Key, PropertyEntries>, key: Key): PropertyEntries {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = new PropertyEntries();
  map.set(key, made);
  return made;
}

function removeScene<Key>(map: Map<Key, PropertyEntries>, key: Key, scene: SceneId): void {
  const entries = map.get(key);
  entries?.remove(scene);
  if (entries?.all.length === 0) map.delete(key);
}
