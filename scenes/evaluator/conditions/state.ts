// Conditions on what devices report and have reported, on what set the scene off by name, and expressions.
import type { DeviceRecord } from '../../../hub/model/device.ts';
import type { PropertyKey, PropertyValue } from '../../../hub/model/properties.ts';
import type { ReadValue } from '../../../hub/model/run.ts';
import type { SceneWorld } from '../../../hub/model/scene-world.ts';
import { DAY_MS } from '../../language/calendar.ts';
import {
  type ExpressionInput,
  type ExpressionResult,
  evaluateExpression,
  type TimePart,
} from '../../language/expression.ts';
import type { Selection, StateCondition } from '../../language/state.ts';
import { WEEKDAYS } from '../../language/values.ts';
import type { Truth } from '../hold.ts';
import type { HomeTime } from '../home-time.ts';
import { readValue } from '../levels.ts';
import { deviceTest, subjectTest } from '../value-tests.ts';
import { type Asking, note } from './asking.ts';
import { atLeast } from './logic.ts';

/** Evaluates a condition on states. */
export function evaluateState(asking: Asking, condition: StateCondition, path: string): Truth {
  const { world, names, asked } = asking;
  switch (condition.kind) {
    case 'is': {
      const { device, property, matcher, ifUnknown } = condition;
      const value = readValue(world, device, property);
      const test = deviceTest(names, device, property, matcher);
      const truth = value !== null ? truthOf(test(value)) : UNKNOWN_AS[ifUnknown];
      note(asking, condition, path, truth, [{ device, property, value }]);
      return truth;
    }
    case 'compares': {
      const { left, right, direction, ifUnknown } = condition;
      const [a, b] = [left, right].map((one) => readValue(world, one.device, one.property));
      const truth =
        typeof a === 'number' && typeof b === 'number'
          ? truthOf(direction === 'above' ? a > b : a < b)
          : UNKNOWN_AS[ifUnknown];
      note(asking, condition, path, truth, [
        { ...left, value: a ?? null },
        { ...right, value: b ?? null },
      ]);
      return truth;
    }
    case 'held':
    case 'was': {
      const { device, property } = condition;
      const { truth, changesInMs } = asked.past(condition);
      if (changesInMs !== null) asking.changesInMs = Math.min(changesInMs, asking.changesInMs);
      const value = readValue(world, device, property);
      note(asking, condition, path, truth, [{ device, property, value }]);
      return truth;
    }
    case 'quantity':
      return evaluateQuantity(asking, condition, path);
    case 'reachable': {
      const online = condition.of.map(({ device }) => world.live(device)?.availability.online);
      const truth = truthOf(online.every((one) => one === true));
      const read = condition.of.map(
        ({ device }, index): ReadValue => ({
          ...{ device, property: 'availability', value: online[index] ?? false },
        }),
      );
      note(asking, condition, path, truth, read);
      return truth;
    }
    case 'triggeredBy': {
      const id = asked.triggerId;
      const truth = truthOf(id !== null && condition.ids.includes(id));
      note(asking, condition, path, truth, [{ device: null, property: 'trigger', value: id }]);
      return truth;
    }
    case 'expression': {
      const { expression } = condition;
      const result = workOut(asking, condition);
      const truth = result.value === null ? 'unknown' : truthOf(result.value === true);
      const read = expression.inputs.map((input) => readInput(asking, input));
      const why: ReadValue[] =
        result.unknown === null
          ? []
          : [{ device: null, property: 'unknown', value: result.unknown }];
      note(asking, condition, path, truth, [...read, ...why]);
      return truth;
    }
    default:
      return condition satisfies never;
  }
}

const UNKNOWN_AS = { unknown: 'unknown', pass: 'true', fail: 'false' } as const;

function truthOf(is: boolean): Truth {
  return is ? 'true' : 'false';
}

function workOut(
  asking: Asking,
  { expression }: Extract<StateCondition, { kind: 'expression' }>,
): ExpressionResult {
  return evaluateExpression(expression, (input) => valueFor(asking, input));
}

function valueFor({ asked, world, civil }: Asking, input: ExpressionInput): PropertyValue | null {
  if (input.kind === 'local') return asked.local?.(input.name) ?? null;
  return inputValue(world, civil, input);
}

/** What an expression reads, as it is now; null where it is not known, and for what only its place knows. */
export function inputValue(
  world: SceneWorld,
  civil: HomeTime,
  input: ExpressionInput,
): PropertyValue | null {
  if (input.kind === 'device') return readValue(world, input.device, input.property);
  if (input.kind === 'local' || world.clock === 'unset') return null;
  return timeValue(world.now.wallMs, civil, input.what);
}

function timeValue(wallMs: number, civil: HomeTime, what: TimePart): PropertyValue {
  const minute = civil.minuteOf(wallMs);
  const date = new Date(civil.dayOf(wallMs) * DAY_MS);
  switch (what) {
    case 'hour':
      return Math.floor(minute / 60);
    case 'minute':
      return minute % 60;
    case 'weekday':
      return WEEKDAYS[(date.getUTCDay() + 6) % 7] ?? 'mon';
    case 'day':
      return date.getUTCDate();
    case 'month':
      return date.getUTCMonth() + 1;
    default:
      return what satisfies never;
  }
}

function readInput(asking: Asking, input: ExpressionInput): ReadValue {
  const value = valueFor(asking, input);
  if (input.kind === 'device') return { device: input.device, property: input.property, value };
  const property = input.kind === 'time' ? `time.${input.what}` : input.name;
  return { device: null, property, value };
}

/** A trace names at most so many of the devices that were looked at. */
const READ_MAX = 20;

function evaluateQuantity(
  asking: Asking,
  condition: Extract<StateCondition, { kind: 'quantity' }>,
  path: string,
): Truth {
  const { world, names } = asking;
  const { of, property, matcher, quantity } = condition;
  const test = subjectTest(names, { kind: 'any', property }, matcher);
  const read: ReadValue[] = [];
  const truths: Truth[] = [];
  for (const id of world.devices()) {
    const device = world.device(id);
    if (device === undefined || !isChosen(device, of)) continue;
    for (const key of keysOf(device, property)) {
      const value = readValue(world, id, key);
      truths.push(value === null ? 'unknown' : truthOf(test(value)));
      if (read.length < READ_MAX) read.push({ device: id, property: key, value });
    }
  }
  const truth = quantified(truths, quantity);
  note(asking, condition, path, truth, read);
  return truth;
}

function keysOf({ description }: DeviceRecord, property: string): PropertyKey[] {
  return description.properties.flatMap(({ name, key }) => (name === property ? [key] : []));
}

function quantified(
  truths: readonly Truth[],
  quantity: Extract<StateCondition, { kind: 'quantity' }>['quantity'],
): Truth {
  switch (quantity.kind) {
    case 'some':
      return atLeast(truths, 1);
    case 'every':
      return truths.includes('false') ? 'false' : truths.includes('unknown') ? 'unknown' : 'true';
    case 'none': {
      const some = atLeast(truths, 1);
      return some === 'unknown' ? some : some === 'true' ? 'false' : 'true';
    }
    case 'atLeast':
      return atLeast(truths, quantity.count);
    default:
      return quantity satisfies never;
  }
}

/** Whether a device is of those that are meant. */
export function isChosen({ room, labels, description }: DeviceRecord, of: Selection): boolean {
  return (
    (of.room === null || room === of.room) &&
    (of.label === null || (labels ?? []).includes(of.label)) &&
    (of.deviceKind === null || description.kind === of.deviceKind)
  );
}
