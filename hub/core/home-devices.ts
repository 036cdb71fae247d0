// The home's devices as they are: takes what adapters tell of them, keeps their values and their reach, and tells the
// scenes.
import type { Evaluator } from '../../scenes/evaluator/evaluator.ts';
import type { AdapterItem } from '../model/adapter-port.ts';
import type { Cause } from '../model/cause.ts';
import type { DeviceRecord } from '../model/device.ts';
import type { AdapterId, DeviceId, NodeAddress } from '../model/identifiers.ts';
import { type PropertyKey, type PropertyValue, specOf } from '../model/properties.ts';
import { valuesEqual } from '../model/property-value.ts';
import type { SceneWorld } from '../model/scene-world.ts';
import type { CommandPath } from './commands.ts';
import { type CoreState, nodeKey } from './core-state.ts';
import type { DecidedValues } from './decided-values.ts';
import type { Sources } from './sources.ts';

/** A press that is older than this must not act any more. */
export const STALE_EVENT_MS = 10_000;
/** Nodes whose reports come before their device is known; the oldest gives way. */
const EARLY_NODES_MAX = 64;
const LOW_BATTERY_PERCENT = 15;

export interface HomeDevices {
  /** Sorted. */
  readonly ids: readonly DeviceId[];
  /** Whether what was open is taken up: from then on a device that comes or goes is news. */
  isResumed: boolean;
  /** What an adapter tells. */
  take(adapter: AdapterId, item: AdapterItem): void;
  set(device: DeviceRecord): void;
  remove(id: DeviceId): void;
  /** Whatever comes by this adapter is out of reach. */
  adapterDown(adapter: AdapterId, reason: string): void;
}

/** What the devices tell; asked for once the core is made. */
interface Parts {
  readonly evaluator: Evaluator;
  readonly world: SceneWorld;
  readonly commands: CommandPath;
  readonly sources: Sources;
}

/** What is known of a node that is no device, or not yet: values, and whether it can be reached. */
interface EarlyNode {
  readonly values: Map<PropertyKey, PropertyValue>;
  availability: { readonly online: boolean; readonly reason: string | null } | null;
}

export function createHomeDevices(
  state: CoreState,
  decided: DecidedValues,
  parts: () => Parts,
): HomeDevices {
  const early = new Map<string, EarlyNode>();
  let ids: readonly DeviceId[] = [];

  /** A battery has gone low: told once on the way down. */
  function lookAtBattery(
    id: DeviceId,
    key: PropertyKey,
    value: PropertyValue,
    previous: PropertyValue | null,
  ): void {
    const isLow =
      key === 'batteryLow'
        ? value === true && previous === false
        : Number(value) <= LOW_BATTERY_PERCENT && Number(previous) > LOW_BATTERY_PERCENT;
    if (isLow && previous !== null) parts().evaluator.deviceEvent(id, 'low-battery', parts().world);
  }

  function setValue(id: DeviceId, key: PropertyKey, value: PropertyValue, cause: Cause): void {
    const known = state.properties.get(id)?.get(key);
    if (!known) return;
    const commandCause = parts().commands.reported(id, key, value);
    const before = state.live.value(id, key);
    const previous = before?.value ?? null;
    const atMs = state.now.wallMs;
    if (before && previous !== null && valuesEqual(known.spec, previous, value)) {
      // Of a value from before the start the time of its last change is what is known.
      const changedAtMs = before.changedAtMs ?? before.atMs ?? atMs;
      state.live.setValue(id, key, { ...before, atMs, changedAtMs });
      tellReport(id, key, value, commandCause ?? cause, true);
      return;
    }
    state.live.setValue(id, key, { ...before, value, atMs, changedAtMs: atMs, seq: state.seq });
    decided.changed(id, key, { value, atMs });
    const by = commandCause ?? cause;
    const change = { device: id, property: key, value, previous, cause: by };
    state.effects.out.push({ kind: 'change', seq: state.seq, atMs, ...change });
    state.effects.log.push({
      kind: 'change',
      seq: state.seq,
      atMs,
      device: id,
      property: key,
      value,
      cause: by,
    });
    parts().evaluator.changed(change, parts().world);
    tellReport(id, key, value, by, false);
    if (key === 'battery' || key === 'batteryLow') lookAtBattery(id, key, value, previous);
  }

  /**
   * Scenes that look at each report are told of it, of the same value too. Such a repeat is logged for them alone, as
   * an event of the property and no change, so that history can be played to them again.
   */
  function tellReport(
    device: DeviceId,
    property: PropertyKey,
    value: PropertyValue,
    cause: Cause,
    isRepeat: boolean,
  ): void {
    if (!parts().evaluator.watchesReports(device, property)) return;
    if (isRepeat) {
      const { seq, now } = state;
      state.effects.log.push({ kind: 'event', seq, atMs: now.wallMs, device, property, value });
    }
    parts().evaluator.reported({ device, property, value, cause }, parts().world);
  }

  function setOnline(id: DeviceId, online: boolean, reason: string | null): void {
    const before = state.live.get(id)?.availability;
    if (!before || (before.online === online && before.reason === reason)) return;
    const atMs = state.now.wallMs;
    const sinceMs = before.online === online ? before.sinceMs : atMs;
    state.live.setAvailability(id, { online, sinceMs, reason });
    const entry = {
      kind: 'availability' as const,
      seq: state.seq,
      atMs,
      device: id,
      online,
      reason,
    };
    state.effects.out.push(entry);
    if (before.online !== online) state.effects.log.push(entry);
    parts().evaluator.availabilityChanged(id, parts().world);
    if (online && before.sinceMs === 0) parts().commands.heard(id);
    if (before.online !== online && before.sinceMs > 0) {
      parts().evaluator.deviceEvent(id, online ? 'online' : 'offline', parts().world);
    }
  }

  function earlyNode(key: string): EarlyNode {
    const kept = early.get(key) ?? { values: new Map(), availability: null };
    early.delete(key);
    early.set(key, kept);
    const oldest = early.keys().next().value;
    if (early.size > EARLY_NODES_MAX && oldest !== undefined) early.delete(oldest);
    return kept;
  }

  function keepEarly(
    adapter: AdapterId,
    node: NodeAddress,
    values: Record<string, PropertyValue>,
  ): void {
    const kept = earlyNode(nodeKey(adapter, node));
    for (const [property, value] of Object.entries(values))
      kept.values.set(property as PropertyKey, value);
  }

  /** What a device's node said last is kept for whoever gets the node next. */
  function keepOf(id: DeviceId, key: string): void {
    const live = state.live.get(id);
    if (!live) return;
    const kept = earlyNode(key);
    const { online, sinceMs, reason } = live.availability;
    kept.availability = sinceMs === 0 && reason === null ? null : { online, reason };
    for (const [property, { value }] of Object.entries(live.properties)) {
      if (value !== null) kept.values.set(property as PropertyKey, value);
    }
  }

  function take(adapter: AdapterId, item: AdapterItem): void {
    if (item.kind === 'outcome') {
      parts().commands.outcome(item);
      return;
    }
    if (item.kind === 'message') {
      // One that waited too long must not set anything off; what it says of a value still holds.
      const isStale = state.now.monoMs - item.monoMs > STALE_EVENT_MS;
      parts().sources.message(adapter, item.topic, item.payload, item.isRetained || isStale);
      return;
    }
    const device = state.byNode.get(nodeKey(adapter, item.node));
    if (item.kind === 'report') {
      if (!device) {
        keepEarly(adapter, item.node, item.values);
        return;
      }
      const cause: Cause =
        item.reason === 'reconnect' ? { kind: 'reconnect', adapter } : { kind: 'device', device };
      for (const [key, value] of Object.entries(item.values)) {
        setValue(device, key as PropertyKey, value, cause);
      }
      // It speaks, whatever its adapter says of its reach later. What comes at a reconnect may be of before.
      const isNews = item.reason !== 'reconnect';
      if (isNews && state.live.get(device)?.availability.sinceMs === 0) {
        parts().commands.heard(device);
      }
      return;
    }
    if (!device) {
      // Of a node that a device had before, or will have: it is told only when it changes.
      if (item.kind === 'availability') {
        const { online, reason } = item;
        earlyNode(nodeKey(adapter, item.node)).availability = { online, reason };
      }
      return;
    }
    if (item.kind === 'waiting') {
      parts().commands.waits(device, item);
      return;
    }
    if (item.kind === 'availability') {
      setOnline(device, item.online, item.reason);
      return;
    }
    const atMs = state.now.wallMs;
    if (state.now.monoMs - item.monoMs > STALE_EVENT_MS) {
      state.effects.log.push({
        kind: 'gap',
        seq: state.seq,
        atMs,
        lost: 1,
        why: `A press of ${state.devices.get(device)?.name ?? device} came over 10 s late and did not act.`,
      });
      return;
    }
    const event = {
      kind: 'event' as const,
      seq: state.seq,
      atMs,
      device,
      property: item.property,
      value: item.value,
    };
    state.effects.out.push(event);
    state.effects.log.push(event);
    state.live.setValue(device, item.property, { value: item.value, atMs, seq: state.seq });
    parts().evaluator.pressed(
      { device, property: item.property, value: item.value },
      parts().world,
    );
  }

  function set(device: DeviceRecord): void {
    const before = state.devices.get(device.id);
    const key = nodeKey(device.description.adapter, device.description.node);
    const keyBefore = before && nodeKey(before.description.adapter, before.description.node);
    const holder = state.byNode.get(key);
    if (holder !== undefined && holder !== device.id) keepOf(holder, key);
    const isOtherNode = keyBefore !== undefined && keyBefore !== key;
    if (isOtherNode) {
      keepOf(device.id, keyBefore);
      if (state.byNode.get(keyBefore) === device.id) state.byNode.delete(keyBefore);
      parts().commands.deviceRemoved(device.id, `${device.name} was replaced`);
    }
    state.devices.set(device.id, device);
    state.byNode.set(key, device.id);
    state.live.add(device.id);
    const properties = new Map(
      device.description.properties.map((descriptor) => [
        descriptor.key,
        { descriptor, spec: specOf(descriptor) },
      ]),
    );
    state.properties.set(device.id, properties);
    for (const kept of Object.keys(state.live.get(device.id)?.properties ?? {})) {
      const property = kept as PropertyKey;
      if (!properties.has(property)) state.live.removeValue(device.id, property);
    }
    ids = [...state.devices.keys()].sort();
    parts().evaluator.homeChanged(parts().world);
    if (!before && devices.isResumed)
      parts().evaluator.deviceEvent(device.id, 'joined', parts().world);
    const waiting = early.get(key);
    if (!waiting) {
      if (isOtherNode) setOnline(device.id, false, 'Not heard from yet.');
      return;
    }
    early.delete(key);
    const { online, reason } = waiting.availability ?? { online: true, reason: null };
    setOnline(device.id, online, reason);
    const cause: Cause = { kind: 'reconnect', adapter: device.description.adapter };
    for (const [property, value] of waiting.values) setValue(device.id, property, value, cause);
  }

  function remove(id: DeviceId): void {
    const device = state.devices.get(id);
    if (!device) return;
    if (devices.isResumed) parts().evaluator.deviceEvent(id, 'left', parts().world);
    parts().commands.deviceRemoved(id, `${device.name} was removed`);
    state.devices.delete(id);
    const key = nodeKey(device.description.adapter, device.description.node);
    // Another device may have taken the node over.
    if (state.byNode.get(key) === id) state.byNode.delete(key);
    state.properties.delete(id);
    state.live.remove(id);
    decided.forget(id);
    ids = [...state.devices.keys()].sort();
    parts().evaluator.homeChanged(parts().world);
  }

  function adapterDown(adapter: AdapterId, reason: string): void {
    for (const id of ids) {
      if (state.devices.get(id)?.description.adapter !== adapter) continue;
      setOnline(id, false, reason);
      parts().commands.adapterDown(id, reason);
    }
  }

  const devices: HomeDevices = {
    get ids() {
      return ids;
    },
    isResumed: false,
    take,
    set,
    remove,
    adapterDown,
  };
  return devices;
}
