// Conditions on the clock on the wall.

import type { TimeCondition } from '../../language/conditions.ts';
import { formatTime } from '../../language/literals.ts';
import type { Truth } from '../hold.ts';
import { type Asking, note } from './asking.ts';

/** Evaluates a condition on the time. Unknown while the clock is not set. */
export function evaluateTime(asking: Asking, condition: TimeCondition, path: string): Truth {
  switch (condition.kind) {
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
      return condition.kind satisfies never;
  }
}
