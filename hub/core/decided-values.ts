// The values on which scenes decided something, journalled with the decision. The log of values is up to 5 s late on
// disk: without these a hold that is there after a power cut would look at a value from before it, and be broken off,
// and a value that has set a scene off would set it off again when the device repeats it.
import type { DeviceId } from '../model/identifiers.ts';
import type { PropertyKey, PropertyValue } from '../model/properties.ts';
import { StateTable } from '../model/state-table.ts';
import { type LiveTable, splitValueKey, valueKey } from './live-table.ts';

interface DecidedValue {
  readonly value: PropertyValue;
  readonly atMs: number;
}

export interface DecidedValues {
  /** By `device/property`: at most one entry for each property that scenes look at. */
  readonly table: StateTable<DecidedValue>;
  /** A value has changed in the input at hand. */
  changed(device: DeviceId, property: PropertyKey, decided: DecidedValue): void;
  /** The input at hand is done; what changed in it is kept where scenes decided something by it. */
  settle(isDecision: boolean): void;
  /** Puts back what is newer than the last values of the log. */
  restore(live: LiveTable): void;
  /** A device is gone. */
  forget(device: DeviceId): void;
}

export function createDecidedValues(): DecidedValues {
  const table = new StateTable<DecidedValue>('decidedValues', {
    isDurable: true,
    isPatient: true,
  });
  const fresh = new Map<string, DecidedValue>();
  return {
    table,
    changed: (device, property, decided) => fresh.set(valueKey(device, property), decided),
    settle(isDecision) {
      if (isDecision) for (const [key, decided] of fresh) table.set(key, decided);
      fresh.clear();
    },
    restore(live) {
      for (const [key, { value, atMs }] of table.entries()) {
        const { device, property } = splitValueKey(key);
        const known = live.value(device, property);
        if ((known?.atMs ?? 0) >= atMs) continue;
        live.add(device);
        live.setValue(device, property, { value, atMs, seq: 0 });
      }
    },
    forget(device) {
      for (const key of table.keys()) if (splitValueKey(key).device === device) table.delete(key);
    },
  };
}
