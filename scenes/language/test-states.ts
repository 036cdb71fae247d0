// Triggers and conditions of states for property tests: few values of each part, so that many differ in a single one.
import fc from 'fast-check';
import { roomId } from '../../hub/model/identifiers.ts';
import type { Condition } from './conditions.ts';
import type { Expression } from './expression.ts';
import type { PartTrigger, PatternTrigger, StateCondition, StateTrigger } from './state.ts';
import { TEST_NAMES } from './test-home.ts';
import type { LevelMatch, Matcher, PropertyRef, Subject } from './values.ts';

const some = <Item>(item: fc.Arbitrary<Item>) => fc.array(item, { minLength: 1, maxLength: 2 });

function ref(handle: string, key: string): PropertyRef & { readonly kind: 'device' } {
  const device = TEST_NAMES.device(handle);
  const found = device?.description.properties.find((one) => one.key === key);
  if (!device || !found) throw new Error(`${handle}.${key}`);
  return { kind: 'device', device: device.id, property: found.key };
}

const temperatures = () =>
  fc.constantFrom(ref('kitchen-climate', 'temperature'), ref('thermostat', 'temperature'));
const ms = () => fc.constantFrom(1000, 60_000, 90_000);

/** Levels of devices, and of any device. */
export function levels(): fc.Arbitrary<LevelMatch> {
  return fc.oneof(
    fc.record({
      subject: fc.constantFrom(
        ref('hall-lamp', 'on'),
        ref('washer', 'on'),
        ref('hall-door', 'open'),
        ref('hall-motion', 'occupancy'),
        ref('front-lock', 'locked'),
        ref('double-switch', 'on@1'),
        ref('double-switch', 'on@2'),
        { kind: 'any' as const, property: 'waterLeak' },
      ),
      matcher: fc.record({
        kind: fc.constant('oneOf' as const),
        values: fc.constantFrom<readonly boolean[]>([true], [false], [true, false]),
      }),
    }),
    fc.record({
      subject: fc.constantFrom(
        ref('kitchen-climate', 'temperature'),
        ref('thermostat', 'temperature'),
        ref('washer', 'power'),
      ),
      matcher: fc.oneof(
        fc.record({
          kind: fc.constant('oneOf' as const),
          values: fc.constantFrom<readonly number[]>([20], [20.04], [20, 21]),
        }),
        fc.constantFrom(
          { kind: 'range' as const, above: 20, below: null },
          { kind: 'range' as const, above: null, below: 20 },
          { kind: 'range' as const, above: 20, below: 20.5 },
        ),
      ),
    }),
    fc.record({
      subject: fc.constant(ref('thermostat', 'mode')),
      matcher: fc.record({
        kind: fc.constant('oneOf' as const),
        values: fc.constantFrom<readonly string[]>(['off'], ['heat'], ['heat', 'auto']),
      }),
    }),
  );
}

/** Levels of devices alone. */
function ownLevels(): fc.Arbitrary<PropertyRef & { readonly matcher: Matcher }> {
  return levels().map(({ subject, matcher }) => {
    const { device, property } = subject.kind === 'device' ? subject : ref('hall-lamp', 'on');
    return { device, property, matcher };
  });
}

/** Presses of buttons. */
export const presses = () =>
  fc.record({
    subject: fc.constantFrom(ref('bedroom-button', 'button'), ref('living-remote', 'button'), {
      kind: 'any' as const,
      property: 'button',
    }),
    values: fc.constantFrom<readonly string[]>(
      ['single'],
      ['double'],
      ['single', 'double'],
      ['on'],
    ),
  });

function parts(): fc.Arbitrary<PartTrigger> {
  const alsoReconnect = fc.boolean();
  const matcher = fc.option(ownLevels().map((level) => level.matcher));
  const of = some(levels().map(({ subject }): Subject => subject));
  return fc.oneof(
    fc.record({
      kind: fc.constant('becomes' as const),
      of: some(levels()),
      from: matcher,
      alsoReconnect,
      alsoSave: fc.boolean(),
    }),
    fc.record({
      kind: fc.constant('changes' as const),
      of,
      from: matcher,
      to: matcher,
      notTo: matcher,
      alsoReconnect,
    }),
    fc.record({ kind: fc.constant('reports' as const), of }),
    fc.record({
      kind: fc.constant('commanded' as const),
      of: some(
        fc.oneof(
          levels().map((level: LevelMatch) => ({ kind: 'set' as const, ...level })),
          fc.record({
            kind: fc.constant('invoke' as const),
            device: fc.constant(ref('bedroom-blind', 'position').device),
            name: fc.constantFrom('stop', 'identify'),
          }),
        ),
      ),
    }),
    fc.record({
      kind: fc.constant('crosses' as const),
      of: some(
        fc
          .record({
            subject: temperatures(),
            direction: fc.constantFrom('above' as const, 'below' as const),
            threshold: fc.constantFrom(20, 20.04),
            other: fc.option(fc.constant(ref('thermostat', 'targetTemperature'))),
            hysteresis: fc.constantFrom(0, 0.5),
          })
          .map((crossing) =>
            crossing.other === null
              ? crossing
              : { ...crossing, threshold: 0, other: refOf(crossing.other) },
          ),
      ),
      alsoReconnect,
    }),
    fc.record({ kind: fc.constant('presses' as const), of: some(presses()) }),
  );
}

function refOf({ device, property }: PropertyRef): PropertyRef {
  return { device, property };
}

/** Triggers on what devices report. */
export function stateTriggers(): fc.Arbitrary<StateTrigger> {
  return fc.oneof(
    parts(),
    fc.record({
      kind: fc.constant('moves' as const),
      of: some(
        fc.record({
          subject: temperatures(),
          direction: fc.constantFrom('up' as const, 'down' as const, 'either' as const),
          by: fc.constantFrom(1, 2),
          withinMs: ms(),
        }),
      ),
    }),
    fc.record({
      kind: fc.constant('holds' as const),
      of: some(levels()),
      forMs: ms(),
      away: fc.constantFrom('ignore' as const, 'pause' as const, 'reset' as const),
      already: fc.constantFrom('now' as const, 'since' as const, 'next' as const),
    }),
    fc.record({
      kind: fc.constant('silent' as const),
      of: some(temperatures().map(refOf)),
      forMs: ms(),
    }),
  );
}

/** Triggers made of conditions and of other triggers. */
export function patternTriggers(condition: fc.Arbitrary<Condition>): fc.Arbitrary<PatternTrigger> {
  return fc.oneof(
    fc.record({
      kind: fc.constant('so' as const),
      condition,
      forMs: fc.option(ms()),
      alsoReconnect: fc.boolean(),
      alsoSave: fc.boolean(),
    }),
    fc.record({
      kind: fc.constant('sequence' as const),
      of: fc.array(parts(), { minLength: 2, maxLength: 2 }),
      withinMs: ms(),
    }),
    fc.record({
      kind: fc.constant('count' as const),
      of: parts(),
      times: fc.constantFrom(2, 3),
      withinMs: ms(),
    }),
  );
}

/** Conditions on what devices report, and have reported. */
export function stateConditions(): fc.Arbitrary<StateCondition> {
  const ifUnknown = fc.constantFrom('unknown' as const, 'pass' as const, 'fail' as const);
  return fc.oneof(
    fc
      .tuple(ownLevels(), ifUnknown)
      .map(([level, unknown]) => ({ kind: 'is' as const, ...level, ifUnknown: unknown })),
    fc.record({
      kind: fc.constant('compares' as const),
      left: temperatures().map(refOf),
      direction: fc.constantFrom('above' as const, 'below' as const),
      right: fc.constant(refOf(ref('thermostat', 'targetTemperature'))),
      ifUnknown,
    }),
    fc
      .tuple(fc.constantFrom('held' as const, 'was' as const), ownLevels(), ms())
      .map(([kind, level, lastedMs]) => ({ kind, ...level, ms: lastedMs })),
    fc.record({
      kind: fc.constant('quantity' as const),
      quantity: fc.constantFrom(
        { kind: 'some' as const },
        { kind: 'every' as const },
        { kind: 'none' as const },
        { kind: 'atLeast' as const, count: 2 },
        { kind: 'atLeast' as const, count: 3 },
      ),
      of: fc.record({
        room: fc.constantFrom(null, roomId('room_hall'), roomId('room_bath')),
        label: fc.constantFrom(null, 'christmas', 'windows'),
        deviceKind: fc.constantFrom(null, 'light', 'other'),
      }),
      property: fc.constantFrom('on', 'open'),
      matcher: fc.constantFrom(
        { kind: 'oneOf' as const, values: [true] },
        { kind: 'oneOf' as const, values: [false] },
      ),
    }),
    fc.record({
      kind: fc.constant('reachable' as const),
      of: some(temperatures().map(({ device }) => ({ device }))),
    }),
    fc.record({
      kind: fc.constant('triggeredBy' as const),
      ids: fc.constantFrom(['door'], ['window'], ['door', 'window']),
    }),
    fc.record({
      kind: fc.constant('expression' as const),
      expression: fc.constantFrom<Expression>(expression(' > 20'), expression(' > 21')),
    }),
  );
}

function expression(rest: string): Expression {
  const { device, property } = ref('kitchen-climate', 'temperature');
  return {
    parts: ['', 0, rest],
    inputs: [{ kind: 'device', device, property, type: 'number', values: null }],
    type: 'boolean',
  };
}
