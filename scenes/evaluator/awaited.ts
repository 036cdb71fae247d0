// Which runs a change, a press, a message or a call to the outside concerns: worked out from what each waits for.
import type { DeviceId, RunId } from '../../hub/model/identifiers.ts';
import type { PropertyKey } from '../../hub/model/properties.ts';
import type { SceneWorld } from '../../hub/model/scene-world.ts';
import type { Engine } from './engine.ts';
import { stepOfFrame } from './moving-run.ts';
import { isTargetStep } from './steps/effects.ts';
import type { RunEntry } from './tables.ts';

export class Awaited {
  readonly #engine: Engine;
  readonly #waiters = new Map<DeviceId, Map<PropertyKey, Set<RunId>>>();
  /** Runs by the messages and the calls of which they wait to hear. */
  readonly #told = new Map<string, RunId>();

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  clear(): void {
    this.#waiters.clear();
    this.#told.clear();
  }

  /** Whether any run waits for this property. */
  has(device: DeviceId, property: PropertyKey): boolean {
    return this.#waiters.get(device)?.has(property) ?? false;
  }

  /** Runs that wait for the property, in canonical order. */
  by(device: DeviceId, property: PropertyKey): RunId[] {
    return [...(this.#waiters.get(device)?.get(property) ?? [])].sort();
  }

  /** Runs that wait for anything of the device, in canonical order. */
  byDevice(device: DeviceId): RunId[] {
    const properties = this.#waiters.get(device);
    if (properties === undefined) return [];
    return [...new Set([...properties.values()].flatMap((runs) => [...runs]))].sort();
  }

  /** The run that waits to hear of a message or a call. */
  teller(id: string): RunId | undefined {
    return this.#told.get(id);
  }

  /** A run waits as its entry says. */
  follow(entry: RunEntry, world: SceneWorld): void {
    for (const id of toldBy(entry)) this.#told.set(id, entry.id);
    for (const { device, property } of this.#awaited(entry, world)) {
      let properties = this.#waiters.get(device);
      if (properties === undefined) {
        properties = new Map();
        this.#waiters.set(device, properties);
      }
      const runs = properties.get(property);
      if (runs) runs.add(entry.id);
      else properties.set(property, new Set([entry.id]));
    }
  }

  /** It does so no more. */
  unfollow(entry: RunEntry, world: SceneWorld): void {
    for (const id of toldBy(entry)) this.#told.delete(id);
    for (const { device, property } of this.#awaited(entry, world)) {
      const properties = this.#waiters.get(device);
      const runs = properties?.get(property);
      runs?.delete(entry.id);
      if (runs?.size === 0) properties?.delete(property);
      if (properties?.size === 0) this.#waiters.delete(device);
    }
  }

  /** What the run's wait looks at. */
  #awaited(entry: RunEntry, world: SceneWorld): { device: DeviceId; property: PropertyKey }[] {
    const waits = entry.branches.filter(
      ({ waiting }) => waiting?.kind === 'wait' || waiting?.kind === 'expect',
    );
    if (waits.length === 0) return [];
    const program = this.#engine.program(entry.scene, entry.version, world);
    return waits.flatMap(({ frames, waiting }) => {
      const step = stepOfFrame(program, frames.at(-1));
      if (waiting?.kind === 'expect') {
        const of = isTargetStep(step) ? (step.care?.expect?.of ?? []) : [];
        return of.flatMap(({ subject }) => (subject.kind === 'device' ? [subject] : []));
      }
      if (step?.kind !== 'wait') return [];
      if (step.until.kind === 'trigger') return [];
      return step.until.of.flatMap(({ subject }) => (subject.kind === 'device' ? [subject] : []));
    });
  }
}

/** The messages and calls of which a run waits to hear. */
function toldBy({ open, branches }: RunEntry): string[] {
  const acts = open.flatMap((act) => (act.kind === 'command' ? [] : [act.id as string]));
  const asked = branches.flatMap(({ waiting }) => (waiting?.kind === 'answer' ? waiting.ids : []));
  return [...acts, ...asked];
}
