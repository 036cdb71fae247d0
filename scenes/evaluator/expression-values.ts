// What the inputs of expressions are at the moment: what devices say, the clock on the wall, and what a run knows.
import type { PropertyValue } from '../../hub/model/properties.ts';
import type { SceneWorld } from '../../hub/model/scene-world.ts';
import { dayParts } from '../language/calendar.ts';
import type { ExpressionInput, TimePart } from '../language/expression.ts';
import { WEEKDAYS } from '../language/values.ts';
import type { CivilTime } from './civil-time.ts';
import { readValue } from './levels.ts';

/** Gives the values of an expression's inputs; null where one is not known. */
export function expressionValues(
  world: SceneWorld,
  civil: CivilTime,
  local: (name: string) => PropertyValue | null,
): (input: ExpressionInput) => PropertyValue | null {
  return (input) => {
    switch (input.kind) {
      case 'device':
        return readValue(world, input.device, input.property);
      case 'time':
        return world.clock === 'unset' ? null : timePart(world.now.wallMs, civil, input.what);
      case 'local':
        return local(input.name);
      default:
        return input satisfies never;
    }
  };
}

function timePart(wallMs: number, civil: CivilTime, what: TimePart): PropertyValue {
  const day = civil.dayOf(wallMs);
  switch (what) {
    case 'hour':
      return Math.floor(civil.minuteOf(wallMs) / 60);
    case 'minute':
      return civil.minuteOf(wallMs) % 60;
    case 'weekday':
      // 1970-01-01 was a Thursday.
      return WEEKDAYS[(((day + 3) % 7) + 7) % 7] ?? 'mon';
    case 'day':
      return dayParts(day).day;
    case 'month':
      return dayParts(day).month;
    default:
      return what satisfies never;
  }
}
