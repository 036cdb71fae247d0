// Conditions on what devices report.
import type { StateCondition } from '../../language/conditions.ts';
import type { Truth } from '../hold.ts';
import { readValue } from '../levels.ts';
import { deviceTest } from '../value-tests.ts';
import { type Asking, note } from './asking.ts';

/** Evaluates a condition on states. */
export function evaluateState(asking: Asking, condition: StateCondition, path: string): Truth {
  switch (condition.kind) {
    case 'is': {
      const { device, property, matcher, ifUnknown } = condition;
      const value = readValue(asking.world, device, property);
      const test = deviceTest(asking.names, device, property, matcher);
      const truth: Truth =
        value !== null ? (test(value) ? 'true' : 'false') : UNKNOWN_AS[ifUnknown];
      note(asking, condition, path, truth, [{ device, property, value }]);
      return truth;
    }
    default:
      return condition.kind satisfies never;
  }
}

const UNKNOWN_AS = { unknown: 'unknown', pass: 'true', fail: 'false' } as const;
