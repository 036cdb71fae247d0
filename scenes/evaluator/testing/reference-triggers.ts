// When a trigger of the reference home is met: by a change, or by time.
import type { DeviceId } from '../../../hub/model/identifiers.ts';
import type { PropertyKey, PropertyValue } from '../../../hub/model/properties.ts';
import { allSteps, type Scene } from '../../language/scene.ts';
import type { Trigger } from '../../language/triggers.ts';
import type { By, ReferenceScene, Want } from './reference-run.ts';
import { isDayMeant, matches, wallClock } from './reference-values.ts';

const MINUTE_MS = 60_000;
const CAUGHT_UP_MS = 600_000;

/** A line of steps that waits for something of the house. */
export type Waiting = Extract<Want, { kind: 'wait' }>;

/** A change, and who brought it about. */
export interface Change {
  readonly device: DeviceId;
  readonly property: PropertyKey;
  readonly value: PropertyValue;
  readonly previous: PropertyValue | null;
  readonly by: By;
  readonly isReconnect: boolean;
}

/** Whether a change meets a trigger of a scene. A crossing remembers that it was looked at. */
export function isMet(
  scene: ReferenceScene,
  number: number,
  trigger: Trigger,
  change: Change,
  isBaseline: boolean,
): boolean {
  const { device, property, value, previous, isReconnect } = change;
  switch (trigger.kind) {
    case 'becomes':
      return trigger.of.some(
        ({ subject, matcher }) =>
          isOf(subject, device, property) &&
          (!isReconnect || trigger.alsoReconnect) &&
          matches(matcher, value) &&
          !(previous !== null && matches(matcher, previous)) &&
          (trigger.from === null || (previous !== null && matches(trigger.from, previous))),
      );
    case 'changes':
      return (
        trigger.of.some((subject) => isOf(subject, device, property)) &&
        previous !== null &&
        (!isReconnect || trigger.alsoReconnect) &&
        (trigger.from === null || matches(trigger.from, previous)) &&
        (trigger.to === null || matches(trigger.to, value)) &&
        !(trigger.notTo !== null && matches(trigger.notTo, value))
      );
    case 'crosses': {
      let isMet = false;
      for (const [item, crossing] of trigger.of.entries()) {
        if (!isOf(crossing.subject, device, property)) continue;
        const isFirst =
          previous === null || ((isReconnect || isBaseline) && !trigger.alsoReconnect);
        if (crosses(scene.crossed, `${number}/${item}`, crossing, change, isFirst)) isMet = true;
      }
      return isMet;
    }
    default:
      return false;
  }
}

/** When a trigger of time comes next, after an instant. */
export function nextTime(trigger: Trigger, afterMs: number): number {
  if (trigger.kind === 'every') return afterMs + trigger.ms;
  if (trigger.kind !== 'at' || trigger.time.kind !== 'clock') throw new Error('only clocks');
  // Minute by minute: slow, and surely right.
  let atMs = afterMs - (wallClock(afterMs).ms % MINUTE_MS) + MINUTE_MS;
  for (; ; atMs += MINUTE_MS) {
    const { minute, weekday } = wallClock(atMs);
    if (minute === trigger.time.minute && isDayMeant(trigger.on, weekday)) return atMs;
  }
}

function crosses(
  crossed: Set<string>,
  key: string,
  crossing: Extract<Trigger, { kind: 'crosses' }>['of'][number],
  { value, previous }: Change,
  isFirst: boolean,
): boolean {
  if (typeof value !== 'number') return false;
  const { direction, threshold, hysteresis } = crossing;
  const isUp = direction === 'above';
  const isOver = (number: number): boolean => (isUp ? number > threshold : number < threshold);
  if (crossed.has(key)) {
    const isBack = isUp ? value <= threshold - hysteresis : value >= threshold + hysteresis;
    if (isBack) crossed.delete(key);
    return false;
  }
  if (!isOver(value)) return false;
  const isNew = !isFirst && typeof previous === 'number' && !isOver(previous);
  // A first value that lies over the threshold tells nothing, and must come back before one does.
  if (hysteresis > 0 && (isNew || isFirst)) crossed.add(key);
  return isNew;
}

type Subject = { readonly kind: string; readonly device?: DeviceId; readonly property: string };

/** Whether it is this device, and this property of it. */
export function isOf(
  subject: Subject,
  device: DeviceId,
  property: string = subject.property,
): boolean {
  return subject.device === device && subject.property === property;
}

/** Whether a wait looks at the property. */
export function isAwaited({ until }: Waiting, device: DeviceId, property: PropertyKey): boolean {
  if (until.kind === 'trigger') return false;
  return until.of.some(({ subject }) => isOf(subject, device, property));
}

/** The devices at which a wait looks. */
export function devicesOf({ until }: Waiting): DeviceId[] {
  if (until.kind === 'trigger') return [];
  return until.of.flatMap(({ subject }) => (subject.kind === 'device' ? [subject.device] : []));
}

/** How late a time is still met: a scene that only tells something is silent instead. */
export function caughtUpWithin({ afterOutage, do: steps }: Scene): number {
  const { late } = afterOutage;
  if (late.kind === 'run') return Number.POSITIVE_INFINITY;
  if (late.kind === 'skip') return late.overMs;
  const acts = [...allSteps(steps)].some(({ kind }) =>
    ['set', 'toggle', 'remember'].includes(kind),
  );
  return acts ? CAUGHT_UP_MS : 0;
}
