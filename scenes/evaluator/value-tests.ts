// Tests of values as closures: each compares with its property's own tolerance, as the device is now.
import type { DeviceId } from '../../hub/model/identifiers.ts';
import {
  findProperty,
  type PropertyKey,
  type PropertyValue,
  specOf,
} from '../../hub/model/properties.ts';
import type { PropertySpec } from '../../hub/model/property-row.ts';
import { valuesEqual } from '../../hub/model/property-value.ts';
import type { SceneNames } from '../language/names.ts';
import type { LevelMatch, Matcher, Subject } from '../language/values.ts';

/** Whether a known value is meant. */
export type ValueTest = (value: PropertyValue) => boolean;

/** A level with its test. */
export interface CompiledLevel {
  readonly subject: Subject;
  readonly test: ValueTest;
}

/** A level with its test. */
export function compileLevel(
  names: Pick<SceneNames, 'device'>,
  { subject, matcher }: LevelMatch,
): CompiledLevel {
  return { subject, test: valueTest(subjectSpec(names, subject), matcher) };
}

/** The test of a matcher for values of the subject. */
export function subjectTest(
  names: Pick<SceneNames, 'device'>,
  subject: Subject,
  matcher: Matcher,
): ValueTest {
  return valueTest(subjectSpec(names, subject), matcher);
}

/** The only values that are meant; null where numbers or colours are, since those may lie a little apart. */
export function exactValues(matcher: Matcher): readonly PropertyValue[] | null {
  if (matcher.kind === 'range') return null;
  const { values } = matcher;
  const isExact = values.every((value) => typeof value === 'boolean' || typeof value === 'string');
  return isExact ? values : null;
}

function subjectSpec(
  names: Pick<SceneNames, 'device'>,
  subject: Subject,
): PropertySpec | undefined {
  if (subject.kind === 'any') return findProperty(subject.property);
  return deviceSpec(names, subject.device, subject.property);
}

function deviceSpec(
  names: Pick<SceneNames, 'device'>,
  device: DeviceId,
  property: PropertyKey,
): PropertySpec | undefined {
  const descriptor = names
    .device(device)
    ?.description.properties.find((one) => one.key === property);
  return descriptor && specOf(descriptor);
}

/** The test of a matcher for one device's property, as the device is now. */
export function deviceTest(
  names: Pick<SceneNames, 'device'>,
  device: DeviceId,
  property: PropertyKey,
  matcher: Matcher,
): ValueTest {
  return valueTest(deviceSpec(names, device, property), matcher);
}

/** The test of a matcher for values of the property. */
function valueTest(spec: PropertySpec | undefined, matcher: Matcher): ValueTest {
  if (matcher.kind === 'range') {
    const above = matcher.above ?? Number.NEGATIVE_INFINITY;
    const below = matcher.below ?? Number.POSITIVE_INFINITY;
    return (value) => typeof value === 'number' && value > above && value < below;
  }
  const { values } = matcher;
  const only = values[0];
  if (values.length === 1 && (typeof only === 'boolean' || typeof only === 'string')) {
    return (value) => value === only;
  }
  return (value) =>
    values.some((one) => (spec === undefined ? one === value : valuesEqual(spec, one, value)));
}
