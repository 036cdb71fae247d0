// Conditions on clock, calendar and sun, with what they read. Unknown while the clock is not set.
import type { ReadValue } from '../../../hub/model/run.ts';
import { formatDay } from '../../language/calendar.ts';
import { formatTime } from '../../language/literals.ts';
import type { TimeCondition, TimePoint } from '../../language/times.ts';
import type { Truth } from '../hold.ts';
import { timeTruth } from '../time-conditions.ts';
import { type Asking, note } from './asking.ts';

/** Evaluates a condition on the time. */
export function evaluateTime(asking: Asking, condition: TimeCondition, path: string): Truth {
  const { world, civil } = asking;
  const isUnset = world.clock === 'unset';
  const truth = isUnset ? 'unknown' : timeTruth(condition, world.now.wallMs, civil);
  note(asking, condition, path, truth, readValues(asking, condition, isUnset));
  return truth;
}

function readValues(
  { world, civil }: Asking,
  condition: TimeCondition,
  isUnset: boolean,
): ReadValue[] {
  const { wallMs } = world.now;
  const read = (property: string, value: string | number | null): ReadValue => ({
    device: null,
    property,
    value: isUnset ? null : value,
  });
  switch (condition.kind) {
    case 'between':
      return [
        read('time', formatTime(civil.minuteOf(wallMs))),
        ...[condition.from, condition.to].flatMap((point) => readPoint(civil.value, point)),
      ];
    case 'date':
    case 'season':
      return [read('date', formatDay(civil.dayOf(wallMs)))];
    case 'sun': {
      const degrees = civil.sun?.elevation(wallMs);
      return [read('sunElevation', degrees === undefined ? null : Math.round(degrees * 100) / 100)];
    }
    default:
      return condition satisfies never;
  }
}

function readPoint(value: Asking['civil']['value'], point: TimePoint): ReadValue[] {
  if (point.kind !== 'value') return [];
  const { device, property } = point;
  return [{ device, property, value: value(device, property) }];
}
