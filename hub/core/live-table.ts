// The live state of all devices: reported and wanted values, availability. It is read whole by scenes and patched
// value by value, because a busy home changes thousands of values a second.
import type { Availability, DeviceLive, PropertyState } from '../model/device.ts';
import type { DeviceId } from '../model/identifiers.ts';
import type { PropertyKey } from '../model/properties.ts';
import type { Patch } from '../model/state-table.ts';

interface LiveDevice {
  availability: Availability;
  readonly properties: Record<string, PropertyState>;
}

/** The table names under which live state is patched into main's mirror. */
export const VALUES = 'values';
export const AVAILABILITY = 'availability';

const SEPARATOR = '/';

/** The key of one value in the `values` table. */
export function valueKey(device: DeviceId, property: PropertyKey): string {
  return device + SEPARATOR + property;
}

/** The device and property of a key of the `values` table. */
export function splitValueKey(key: string): { device: DeviceId; property: PropertyKey } {
  const at = key.indexOf(SEPARATOR);
  return { device: key.slice(0, at) as DeviceId, property: key.slice(at + 1) as PropertyKey };
}

const NEVER_HEARD: Availability = { online: false, sinceMs: 0, reason: 'Not heard from yet.' };

export class LiveTable {
  readonly #devices = new Map<DeviceId, LiveDevice>();
  readonly #touchedValues = new Set<string>();
  readonly #touchedAvailability = new Set<DeviceId>();

  get(id: DeviceId): DeviceLive | undefined {
    return this.#devices.get(id);
  }

  /** Device ids in canonical order. */
  ids(): DeviceId[] {
    return [...this.#devices.keys()].sort();
  }

  /** Begins to keep a device; one that is kept stays as it is. */
  add(id: DeviceId): void {
    if (this.#devices.has(id)) return;
    this.#devices.set(id, { availability: NEVER_HEARD, properties: {} });
    this.#touchedAvailability.add(id);
  }

  remove(id: DeviceId): void {
    const device = this.#devices.get(id);
    if (!device) return;
    for (const property of Object.keys(device.properties)) {
      this.#touchedValues.add(id + SEPARATOR + property);
    }
    this.#devices.delete(id);
    this.#touchedAvailability.add(id);
  }

  value(id: DeviceId, property: PropertyKey): PropertyState | undefined {
    return this.#devices.get(id)?.properties[property];
  }

  setValue(id: DeviceId, property: PropertyKey, state: PropertyState): void {
    const device = this.#devices.get(id);
    if (!device) return;
    device.properties[property] = state;
    this.#touchedValues.add(valueKey(id, property));
  }

  /** Forgets a value that the device no longer has. */
  removeValue(id: DeviceId, property: PropertyKey): void {
    const device = this.#devices.get(id);
    if (!device || !(property in device.properties)) return;
    delete device.properties[property];
    this.#touchedValues.add(valueKey(id, property));
  }

  setAvailability(id: DeviceId, availability: Availability): void {
    const device = this.#devices.get(id);
    if (!device) return;
    device.availability = availability;
    this.#touchedAvailability.add(id);
  }

  /** Puts state back at start-up without marking it as touched. */
  restoreValue(id: DeviceId, property: PropertyKey, state: PropertyState): void {
    this.add(id);
    const device = this.#devices.get(id);
    if (device) device.properties[property] = state;
  }

  restoreAvailability(id: DeviceId, availability: Availability): void {
    this.add(id);
    const device = this.#devices.get(id);
    if (device) device.availability = availability;
    this.#touchedAvailability.delete(id);
  }

  drain(patches: Patch[]): void {
    for (const key of this.#touchedValues) {
      const { device, property } = splitValueKey(key);
      patches.push({ table: VALUES, key, value: this.#devices.get(device)?.properties[property] });
    }
    this.#touchedValues.clear();
    for (const id of this.#touchedAvailability) {
      patches.push({ table: AVAILABILITY, key: id, value: this.#devices.get(id)?.availability });
    }
    this.#touchedAvailability.clear();
  }
}
