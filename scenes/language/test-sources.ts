// Random triggers and conditions on what is told to the home, and random paces, for the property test of sentences.
import fc from 'fast-check';
import { CALENDAR, HOME, PERSON, VARIABLE } from '../../hub/model/home-values.ts';
import { sceneId } from '../../hub/model/identifiers.ts';
import type { PropertyKey } from '../../hub/model/properties.ts';
import type { CauseMatch, Condition } from './conditions.ts';
import type { Scene } from './scene.ts';
import { TEST_DEVICES } from './test-home.ts';
import type { SourceTrigger, Trigger } from './triggers.ts';
import type { LevelMatch } from './values.ts';

const SCENES = [sceneId('scene_a'), sceneId('scene_b')] as const;
const [LAMP, OTHER] = TEST_DEVICES.map(({ id }) => id);
if (LAMP === undefined || OTHER === undefined) throw new Error('the test home has no devices');

const level = (
  device: LevelMatch['subject'] & { kind: 'device' },
  value: string | number | boolean,
): LevelMatch => ({ subject: device, matcher: { kind: 'oneOf', values: [value] } });
const own = (device: typeof HOME, property: string) =>
  ({ kind: 'device', device, property: property as PropertyKey }) as const;

const LEVELS: readonly LevelMatch[] = [
  level(own(HOME, 'mode'), 'night'),
  level(own(HOME, 'mode'), 'away'),
  level(own(HOME, 'people'), 2),
  level(own(PERSON, 'anna'), 'home'),
  level(own(PERSON, 'anna'), 'away'),
  level(own(PERSON, 'anna'), 'work'),
  level(own(VARIABLE, 'anna'), 'home'),
  level(own(CALENDAR, 'school'), true),
];

type PersonEdge = Extract<SourceTrigger, { kind: 'person' }>['of'][number];
const EDGES: readonly PersonEdge[] = [
  { does: 'arrives', who: 'anna', zone: null },
  { does: 'arrives', who: 'anyone', zone: null },
  { does: 'arrives', who: 'first', zone: null },
  { does: 'leaves', who: 'anna', zone: null },
  { does: 'leaves', who: 'last', zone: null },
  { does: 'enters', who: 'anna', zone: 'work' },
  { does: 'enters', who: 'anyone', zone: 'school' },
  { does: 'exits', who: 'anna', zone: 'work' },
];

const some = <Item>(...items: readonly Item[]) =>
  fc.array(fc.constantFrom(...items), { minLength: 1, maxLength: 2 });

/** Triggers on people, scenes, devices as a whole, the hub, calls, tags, calendars, messages and own values. */
export function sourceTriggers(): fc.Arbitrary<Trigger> {
  return fc.oneof(
    fc.record({ kind: fc.constant('person' as const), of: some(...EDGES) }),
    fc.record({
      kind: fc.constant('becomes' as const),
      of: some(...LEVELS),
      from: fc.constant(null),
      alsoReconnect: fc.boolean(),
      alsoSave: fc.constant(false),
    }),
    fc.record({
      kind: fc.constant('sceneEvent' as const),
      of: some(
        { scene: SCENES[0], event: 'started' as const },
        { scene: SCENES[0], event: 'ended' as const },
        { scene: SCENES[1], event: 'failed' as const },
      ),
    }),
    fc.record({
      kind: fc.constant('deviceEvent' as const),
      of: some(
        { device: LAMP ?? null, event: 'offline' as const },
        { device: OTHER ?? null, event: 'online' as const },
        { device: null, event: 'low-battery' as const },
        { device: null, event: 'joined' as const },
      ),
    }),
    fc.record({
      kind: fc.constant('hub' as const),
      of: some('started' as const, 'restarted' as const, 'power-returned' as const),
    }),
    fc.record({ kind: fc.constant('webhook' as const), name: fc.constantFrom('bell', 'gate') }),
    fc.record({ kind: fc.constant('tag' as const), tag: fc.constantFrom('red', 'blue') }),
    fc.record({
      kind: fc.constant('calendar' as const),
      of: some(
        { calendar: 'school', event: 'starts' as const },
        { calendar: 'school', event: 'ends' as const },
      ),
    }),
    fc.record({
      kind: fc.constant('mqtt' as const),
      topic: fc.constantFrom('tele/bell/ring', 'tele/+/ring'),
      payload: fc.constantFrom(null, 'ON', 'OFF'),
    }),
  );
}

/** Conditions on causes, last runs and scenes under way. */
export function sourceConditions(): fc.Arbitrary<Condition> {
  return fc.oneof(
    fc.record({
      kind: fc.constant('causedBy' as const),
      of: some<CauseMatch>(
        { kind: 'member' },
        { kind: 'scene' },
        { kind: 'schedule' },
        { kind: 'webhook' },
        { kind: 'person', person: 'anna' },
        { kind: 'thisScene', scene: SCENES[0] },
      ),
    }),
    fc.record({
      kind: fc.constant('lastRun' as const),
      scene: fc.constantFrom(null, SCENES[0]),
      is: fc.constantFrom('ago' as const, 'within' as const),
      ms: fc.constantFrom(60_000, 600_000),
    }),
    fc.record({ kind: fc.constant('active' as const), scene: fc.constantFrom(...SCENES) }),
  );
}

/** The scene with a pace of its own, or none. */
export function paced(scene: Scene): fc.Arbitrary<Scene> {
  return fc
    .constantFrom<Partial<Scene>>(
      {},
      {},
      { debounceMs: 1000 },
      { throttleMs: 1000 },
      { cooldownMs: 1000 },
      { throttleMs: 60_000, cooldownMs: 1000 },
      { priority: 5 },
      { priority: -5 },
      { group: { name: 'lights', wins: 'highest' } },
      { group: { name: 'lights', wins: 'first' } },
      { recheck: false },
    )
    .map((pace) => ({ ...scene, ...pace }));
}
