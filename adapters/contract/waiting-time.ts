// Which settings of a sleeping node wait for it to wake, and for how long. Settings wait; acts do not: nobody wants a
// door to unlock or a valve to open hours after it was asked for.
import {
  findProperty,
  type PropertyDescriptor,
  type PropertyName,
} from '../../hub/model/properties.ts';

const HOUR_MS = 3_600_000;
/** What a room is to be like: by then it has been asked for anew, or is not wanted any more. */
const SETPOINT_MS = 24 * HOUR_MS;
/** A sensor in a drawer, or one that tells its battery once a week. */
const SETTING_MS = 168 * HOUR_MS;

const SETPOINTS: ReadonlySet<PropertyName> = new Set<PropertyName>([
  'targetTemperature',
  'coolingTarget',
  'mode',
  'preset',
]);

/** Families whose settable properties move, open, sound or feed something, and those in them that do not. */
const ACTING_FAMILIES: ReadonlySet<string> = new Set([
  'light',
  'switch',
  'cover',
  'lock',
  'fan',
  'valve',
  'alarm',
  'appliance',
  'media',
  'button',
]);
const SETTINGS_OF_ACTORS: ReadonlySet<PropertyName> = new Set<PropertyName>([
  'startupColorTemperature',
  'powerOnBehavior',
  'motorReversed',
  'autoRelock',
  'autoRelockTime',
  'soundVolume',
  'alarmVolume',
  'alarmDuration',
  'melody',
]);
/** Of other families. */
const ACTS: ReadonlySet<PropertyName> = new Set<PropertyName>(['boost', 'test', 'muted']);
/** Switches and choices of vendors that act, by the words that stand in their names. */
const ACTING_WORDS =
  /alarm|siren|buzzer|lock|open|valve|water|irrigat|feed|dispens|trigger|start|reset|factory|calibrat/;

/**
 * How long a value of this property waits for its node, in milliseconds; null for what must happen within the
 * command's own time or not at all.
 */
export function waitingTimeMs({ name, access, type }: PropertyDescriptor): number | null {
  const row = findProperty(name);
  if (row === undefined) {
    // A vendor's own property that is never told, such as a reset, acts; one that is told is mostly a setting.
    const mayAct = (type === 'boolean' || type === 'enum') && ACTING_WORDS.test(name);
    return access === 'rw' && !mayAct ? SETTING_MS : null;
  }
  if (SETTINGS_OF_ACTORS.has(row.name)) return SETTING_MS;
  if (ACTS.has(row.name) || ACTING_FAMILIES.has(row.family)) return null;
  return SETPOINTS.has(row.name) ? SETPOINT_MS : SETTING_MS;
}
