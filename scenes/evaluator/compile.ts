// Makes a scene ready to run: its steps by path, and one entry for each thing that can set it off, with the test
// as a closure. The scene itself stays the tree that everything reads.
import type { DeviceId, SceneId } from '../../hub/model/identifiers.ts';
import {
  findProperty,
  type PropertyKey,
  type PropertyValue,
  specOf,
} from '../../hub/model/properties.ts';
import type { PropertySpec } from '../../hub/model/property-row.ts';
import { valuesEqual } from '../../hub/model/property-value.ts';
import type { SceneNames } from '../language/names.ts';
import type {
  Crossing,
  LevelMatch,
  Matcher,
  Scene,
  Step,
  Subject,
  Trigger,
} from '../language/scene.ts';

/** Whether a known value is meant. */
export type ValueTest = (value: PropertyValue) => boolean;

/** One thing that can set a scene off. Entries of one subject are kept in order of scene and trigger. */
export type IndexEntry = {
  readonly scene: SceneId;
  readonly trigger: number;
  readonly item: number;
  readonly subject: Subject;
} & (
  | { readonly kind: 'becomes'; readonly test: ValueTest; readonly alsoReconnect: boolean }
  | { readonly kind: 'changes'; readonly alsoReconnect: boolean }
  | { readonly kind: 'crosses'; readonly crossing: Crossing; readonly alsoReconnect: boolean }
  | { readonly kind: 'holds' }
  | { readonly kind: 'presses'; readonly values: ReadonlySet<PropertyValue> }
);

/** A level with its test. */
export interface CompiledLevel {
  readonly subject: Subject;
  readonly test: ValueTest;
}

export interface CompiledScene {
  readonly id: SceneId;
  readonly scene: Scene;
  readonly entries: readonly IndexEntry[];
  /** The levels of each hold, by the number of its trigger. */
  readonly holds: ReadonlyMap<
    number,
    { readonly levels: readonly CompiledLevel[]; readonly forMs: number }
  >;
  /** The numbers of the time-of-day triggers. */
  readonly times: readonly number[];
  /** Lists of steps by path: `do`, `do[1].else`. */
  readonly lists: ReadonlyMap<string, readonly Step[]>;
}

/** Compiles a scene. Values are compared with each property's own tolerance, as the devices are now. */
export function compileScene(
  id: SceneId,
  scene: Scene,
  names: Pick<SceneNames, 'device'>,
): CompiledScene {
  const entries: IndexEntry[] = [];
  const holds = new Map<number, { levels: CompiledLevel[]; forMs: number }>();
  const times: number[] = [];
  scene.when.forEach((trigger, number) => {
    if (trigger.kind === 'at') times.push(number);
    if (trigger.kind === 'holds') {
      holds.set(number, {
        levels: trigger.of.map((level) => compileLevel(names, level)),
        forMs: trigger.forMs,
      });
    }
    entries.push(...triggerEntries(id, trigger, number, names));
  });
  const lists = new Map<string, readonly Step[]>();
  addLists(lists, 'do', scene.do);
  return { id, scene, entries, holds, times, lists };
}

function triggerEntries(
  scene: SceneId,
  trigger: Trigger,
  number: number,
  names: Pick<SceneNames, 'device'>,
): IndexEntry[] {
  switch (trigger.kind) {
    case 'becomes':
      return trigger.of.map((level, item) => ({
        ...{ scene, trigger: number, item, subject: level.subject, kind: trigger.kind },
        test: compileLevel(names, level).test,
        alsoReconnect: trigger.alsoReconnect,
      }));
    case 'changes':
      return trigger.of.map((subject, item) => ({
        ...{ scene, trigger: number, item, subject, kind: trigger.kind },
        alsoReconnect: trigger.alsoReconnect,
      }));
    case 'crosses':
      return trigger.of.map((crossing, item) => ({
        ...{
          scene,
          trigger: number,
          item,
          subject: crossing.subject,
          kind: trigger.kind,
          crossing,
        },
        alsoReconnect: trigger.alsoReconnect,
      }));
    case 'holds':
      return trigger.of.map(({ subject }, item) => ({
        ...{ scene, trigger: number, item, subject, kind: trigger.kind },
      }));
    case 'presses':
      return trigger.of.map(({ subject, values }, item) => ({
        ...{ scene, trigger: number, item, subject, kind: trigger.kind },
        values: new Set<PropertyValue>(values),
      }));
    case 'at':
      return [];
    default:
      return trigger satisfies never;
  }
}

function addLists(lists: Map<string, readonly Step[]>, path: string, steps: readonly Step[]): void {
  lists.set(path, steps);
  steps.forEach((step, index) => {
    if (step.kind === 'wait' && step.otherwise.length > 0) {
      addLists(lists, elsePath(path, index), step.otherwise);
    }
  });
}

/** The path of the steps that are done when a wait's time is over. */
export function elsePath(list: string, at: number): string {
  return `${list}[${at}].else`;
}

/** A level with its test. */
export function compileLevel(
  names: Pick<SceneNames, 'device'>,
  { subject, matcher }: LevelMatch,
): CompiledLevel {
  return { subject, test: valueTest(subjectSpec(names, subject), matcher) };
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
