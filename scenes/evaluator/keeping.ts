// Who holds a value: what a run has found before it changed it, and whether somebody else has changed it since. Only
// what nobody else took over is put back.
import type { Cause } from '../../hub/model/cause.ts';
import type { DeviceId } from '../../hub/model/identifiers.ts';
import type { PropertyKey, PropertyValue } from '../../hub/model/properties.ts';
import type { Label } from '../../hub/model/property-row.ts';
import type { SceneWorld } from '../../hub/model/scene-world.ts';
import { both, deviceWords } from '../language/words.ts';
import type { Engine } from './engine.ts';
import type { Draft } from './moving-run.ts';

/** A run knows of so many values; what comes beyond is not put back. */
export const KEPT_MAX = 500;
/** A device may still report the end of a movement this long after it was asked: that is nobody's doing. */
const ECHO_MS = 10_000;

/** A value as a run found it. */
export interface Kept {
  readonly device: DeviceId;
  readonly property: PropertyKey;
  /** As it was; null: it was not known. */
  readonly before: PropertyValue | null;
  /** What the run wants it to be; null: it only remembers it. */
  readonly wanted: PropertyValue | null;
  /** When the run last asked for it, or looked at it; wall milliseconds. */
  readonly atMs: number;
  /** Who has changed it since. */
  readonly takenBy: Cause | null;
}

/** The value that the device has or is about to have. */
export function presentValue(
  world: SceneWorld,
  device: DeviceId,
  property: PropertyKey,
): PropertyValue | null {
  const known = world.live(device)?.properties[property];
  return known?.wanted ?? known?.value ?? null;
}

/** Keeps how a value is before the run changes it to `wanted`; with null it is only remembered. */
export function keep(
  draft: Draft,
  world: SceneWorld,
  { device, property }: Pick<Kept, 'device' | 'property'>,
  wanted: PropertyValue | null,
): void {
  const known = draft.kept.find((one) => one.device === device && one.property === property);
  const atMs = world.now.wallMs;
  if (known !== undefined && known.takenBy === null && wanted !== null) {
    draft.kept = draft.kept.map((one) => (one === known ? { ...one, wanted, atMs } : one));
    return;
  }
  const before = presentValue(world, device, property);
  const kept: Kept = { device, property, before, wanted, atMs, takenBy: null };
  const others = known === undefined ? draft.kept : draft.kept.filter((one) => one !== known);
  if (others.length < KEPT_MAX) draft.kept = [...others, kept];
}

/** What was done to a value, and by whom. */
export interface Touch {
  readonly device: DeviceId;
  readonly property: PropertyKey;
  /** Null: it is not known yet what it will be. */
  readonly value: PropertyValue | null;
  readonly cause: Cause;
}

/** Whether this takes the value over from who keeps it: another's act, or a hand at the device. */
export function isTakeover(kept: Kept, touch: Touch, run: string, nowMs: number): boolean {
  const { cause, value } = touch;
  switch (cause.kind) {
    case 'member':
    case 'local':
    case 'fabric':
      return true;
    case 'scene':
      return cause.run !== run;
    case 'device': {
      if (kept.wanted === null) return true;
      if (value !== null && JSON.stringify(value) === JSON.stringify(kept.wanted)) return false;
      // A switch is switched or not; a number may still be on its way.
      return typeof value === 'boolean' || Math.abs(nowMs - kept.atMs) > ECHO_MS;
    }
    default:
      return false;
  }
}

/** The kept values after somebody has touched one; the same list where that changes nothing. */
export function afterTouch(
  kept: readonly Kept[],
  touch: Touch,
  run: string,
  nowMs: number,
): readonly Kept[] {
  const taken = kept.find(
    (one) => one.device === touch.device && one.property === touch.property && one.takenBy === null,
  );
  if (taken === undefined || !isTakeover(taken, touch, run, nowMs)) return kept;
  return kept.map((one) => (one === taken ? { ...one, takenBy: touch.cause } : one));
}

/** What is to be done to put values back. */
export interface Restoring {
  readonly back: readonly (Kept & { readonly before: PropertyValue })[];
  readonly taken: readonly Kept[];
  readonly unknown: readonly Kept[];
}

/** Sorts values by what can be done with them. Of a device that was off only that it was off is put back. */
export function restoring(world: SceneWorld, kept: readonly Kept[]): Restoring {
  const isOn = (one: Kept) => one.property === 'on';
  const wasOff = new Set(
    kept
      .filter((one) => isOn(one) && one.before === false && one.takenBy === null)
      .map(({ device }) => device),
  );
  // Whoever has switched a device has it as a whole: what it shines like is theirs too.
  const isTheirs = new Set(
    kept.filter((one) => isOn(one) && one.takenBy !== null).map(({ device }) => device),
  );
  const ordered = [...kept]
    .filter((one) => isOn(one) || !(wasOff.has(one.device) || isTheirs.has(one.device)))
    .sort((a, b) => order(a) - order(b));
  const back: (Kept & { before: PropertyValue })[] = [];
  const taken: Kept[] = [];
  const unknown: Kept[] = [];
  for (const one of ordered) {
    const { before } = one;
    if (one.takenBy !== null) taken.push(one);
    else if (before === null) unknown.push(one);
    else if (
      JSON.stringify(presentValue(world, one.device, one.property)) !== JSON.stringify(before)
    ) {
      back.push({ ...one, before });
    }
  }
  return { back, taken, unknown };

  /** What it shines like before whether it shines: setting the one can switch on the other. */
  function order(one: Kept): number {
    return isOn(one) ? 1 : 0;
  }
}

/** Who did something, in words. Members are not named: what is told goes to the whole household. */
export function causeWords(engine: Engine, world: SceneWorld, cause: Cause): Label {
  switch (cause.kind) {
    case 'member':
    case 'local':
      return both('somebody', '有人');
    case 'fabric':
      return both(`somebody in ${cause.name}`, `有人通过${cause.name}`);
    case 'scene': {
      const name = engine.scenes.get(cause.scene)?.record.name ?? cause.scene;
      return both(`the scene “${name}”`, `场景“${name}”`);
    }
    case 'device': {
      const name = deviceWords(engine.names(world), cause.device);
      return both(`somebody at ${name.en} itself`, `有人在${name.zh}上`);
    }
    default:
      return both('something else', '其他原因');
  }
}
