// Levels and conditions against the world as it is, in three-valued logic: what is out of reach or never reported is
// unknown, and unknown is neither true nor false, also under `not`.
import type { DeviceId } from '../../hub/model/identifiers.ts';
import type { PropertyKey, PropertyValue } from '../../hub/model/properties.ts';
import type { ReadValue, TraceStep } from '../../hub/model/run.ts';
import type { SceneWorld } from '../../hub/model/scene-world.ts';
import { formatTime } from '../language/literals.ts';
import type { Condition } from '../language/scene.ts';
import { conditionWords } from '../language/sentences.ts';
import type { WordNames } from '../language/words.ts';
import type { CivilTime } from './civil-time.ts';
import { type CompiledLevel, deviceTest } from './compile.ts';
import type { Truth } from './hold.ts';

/** The value that the device has; null while it is out of reach or has not said. */
export function readValue(
  world: SceneWorld,
  device: DeviceId,
  property: PropertyKey,
): PropertyValue | null {
  const live = world.live(device);
  if (live === undefined || !live.availability.online) return null;
  return live.properties[property]?.value ?? null;
}

/** Whether all levels hold. `device` stands for any device, where that is meant. */
export function levelsHold(
  world: SceneWorld,
  levels: readonly CompiledLevel[],
  device: { readonly id: DeviceId; readonly property: PropertyKey } | null,
): Truth {
  let result: Truth = 'true';
  for (const { subject, test } of levels) {
    const value =
      subject.kind === 'device'
        ? readValue(world, subject.device, subject.property)
        : device && readValue(world, device.id, device.property);
    if (value === null) result = 'unknown';
    else if (!test(value)) return 'false';
  }
  return result;
}

/** What a condition came to, with the values that it read. */
export interface ConditionResult {
  readonly truth: Truth;
  readonly steps: readonly TraceStep[];
}

interface Asking {
  readonly world: SceneWorld;
  readonly names: WordNames;
  readonly civil: CivilTime;
  readonly steps: TraceStep[];
}

/** Evaluates a condition and notes each part of it that decided. */
export function evaluateCondition(
  condition: Condition,
  world: SceneWorld,
  names: WordNames,
  civil: CivilTime,
): ConditionResult {
  const asking: Asking = { world, names, civil, steps: [] };
  const truth = evaluate(asking, condition, 'while');
  return { truth, steps: asking.steps };
}

function evaluate(asking: Asking, condition: Condition, path: string): Truth {
  switch (condition.kind) {
    case 'all': {
      let result: Truth = 'true';
      for (const [index, inner] of condition.of.entries()) {
        const truth = evaluate(asking, inner, `${path}.all[${index}]`);
        if (truth === 'false') return 'false';
        if (truth === 'unknown') result = 'unknown';
      }
      return result;
    }
    case 'any': {
      let result: Truth = 'false';
      for (const [index, inner] of condition.of.entries()) {
        const truth = evaluate(asking, inner, `${path}.any[${index}]`);
        if (truth === 'true') return 'true';
        if (truth === 'unknown') result = 'unknown';
      }
      return result;
    }
    case 'not': {
      const truth = evaluate(asking, condition.of, `${path}.not`);
      return truth === 'unknown' ? truth : truth === 'true' ? 'false' : 'true';
    }
    case 'is': {
      const { device, property, matcher, ifUnknown } = condition;
      const value = readValue(asking.world, device, property);
      const test = deviceTest(asking.names, device, property, matcher);
      const truth: Truth =
        value !== null ? (test(value) ? 'true' : 'false') : UNKNOWN_AS[ifUnknown];
      note(asking, condition, path, truth, [{ device, property, value }]);
      return truth;
    }
    case 'between': {
      const { world, civil } = asking;
      const truth: Truth =
        world.clock === 'unset'
          ? 'unknown'
          : civil.isWithin(world.now.wallMs, condition)
            ? 'true'
            : 'false';
      const value = world.clock === 'unset' ? null : formatTime(civil.minuteOf(world.now.wallMs));
      note(asking, condition, path, truth, [{ device: null, property: 'time', value }]);
      return truth;
    }
    default:
      return condition satisfies never;
  }
}

const UNKNOWN_AS = { unknown: 'unknown', pass: 'true', fail: 'false' } as const;

function note(
  { world, names, steps }: Asking,
  condition: Condition,
  path: string,
  state: Truth,
  read: readonly ReadValue[],
): void {
  const text = conditionWords(names, condition);
  steps.push({ atMs: world.now.wallMs, path, kind: 'condition', state, read, text });
}
