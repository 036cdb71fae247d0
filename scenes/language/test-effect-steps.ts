// Steps that act, made at random: what the sentences' property test makes scenes of.
import fc from 'fast-check';
import type { Role } from '../../hub/model/home.ts';
import { deviceId, roomId } from '../../hub/model/identifiers.ts';
import { parsePropertyKey } from '../../hub/model/properties.ts';
import type { Care, EffectStep, Selection, Texts } from './effect-steps.ts';
import type { Step } from './steps.ts';
import type { LevelMatch } from './values.ts';

const LAMP = deviceId('dev_hall_lamp');
const OTHER = deviceId('dev_living_lamp');
const key = (name: string) => parsePropertyKey(name).key;
const some = <Item>(item: fc.Arbitrary<Item>) => fc.array(item, { minLength: 1, maxLength: 2 });
const ms = fc.constantFrom(1_000, 60_000, 90_000, 3_600_000);
const onError = fc.constantFrom('continue' as const, 'stop' as const);
const text = fc
  .constantFrom('Hi', 'Ho', '”', '{{')
  .map((one) => [{ kind: 'text', text: one }] as const);
const texts: fc.Arbitrary<Texts> = fc.record({ en: text, zh: text });
const to = fc.constantFrom<readonly Role[]>([], ['owner'], ['owner', 'adult']);

const select: fc.Arbitrary<Selection> = fc
  .record(
    {
      room: fc.constantFrom(roomId('room_hall'), roomId('room_bath')),
      label: fc.constantFrom('night', 'day'),
      kind: fc.constantFrom('light' as const, 'cover' as const, 'other' as const),
      except: fc.constantFrom([], [LAMP], [LAMP, OTHER]),
    },
    { requiredKeys: ['except'] },
  )
  .filter(({ room, label, kind }) => (room ?? label ?? kind) !== undefined);

const level: fc.Arbitrary<LevelMatch> = fc.constantFrom(true, false).map((value) => ({
  subject: { kind: 'device', device: LAMP, property: key('on') },
  matcher: { kind: 'oneOf', values: [value] },
}));

function care(inner: fc.Arbitrary<readonly Step[]> | null): fc.Arbitrary<Care> {
  return fc
    .record(
      {
        okIf: fc.constantFrom<'any' | number>('any', 1, 2),
        retry: fc.record({ times: fc.constantFrom(1, 3), everyMs: ms, withinMs: ms }),
        expect: fc.record({ of: some(level), withinMs: ms }),
        ...(inner === null ? {} : { otherwise: inner }),
      },
      { requiredKeys: [] },
    )
    .filter((made) => Object.keys(made).length > 0) as fc.Arbitrary<Care>;
}

/** Steps of the effects' family; `inner`: lists of steps inside them, never empty; null: none. */
export function effectSteps(inner: fc.Arbitrary<readonly Step[]> | null): fc.Arbitrary<EffectStep> {
  const cared = { care: care(inner), onError };
  const none = fc.constant([]);
  const value = fc.constantFrom(
    { property: key('on'), value: true },
    { property: key('on'), value: false },
    { property: key('brightness'), value: 5 },
  );
  const by = fc.record({ property: fc.constant(key('brightness')), by: fc.constantFrom(10, -10) });
  const device = fc.constantFrom(LAMP, OTHER);
  const made: fc.Arbitrary<unknown> = fc.oneof(
    fc.record(
      {
        kind: fc.constant('set'),
        targets: none,
        group: fc.record({ select, values: some(value) }),
        overMs: fc.option(ms),
        forMs: ms,
        ...cared,
      },
      { requiredKeys: ['kind', 'targets', 'group', 'overMs', 'onError'] },
    ),
    fc.record(
      {
        kind: fc.constant('set'),
        targets: some(fc.tuple(device, value).map(([one, set]) => ({ device: one, ...set }))),
        overMs: fc.option(ms),
        forMs: ms,
        ...cared,
      },
      { requiredKeys: ['kind', 'targets', 'overMs', 'onError'] },
    ),
    fc.record(
      {
        kind: fc.constant('toggle'),
        targets: none,
        group: fc.record({ select, property: fc.constantFrom(key('on'), key('locked')) }),
        ...cared,
      },
      { requiredKeys: ['kind', 'targets', 'group', 'onError'] },
    ),
    fc.record(
      {
        kind: fc.constant('adjust'),
        targets: some(fc.tuple(device, by).map(([one, how]) => ({ device: one, ...how }))),
        overMs: fc.option(ms),
        ...cared,
      },
      { requiredKeys: ['kind', 'targets', 'overMs', 'onError'] },
    ),
    fc.record(
      {
        kind: fc.constant('adjust'),
        targets: none,
        group: fc.record({ select, by: some(by) }),
        overMs: fc.option(ms),
        ...cared,
      },
      { requiredKeys: ['kind', 'targets', 'group', 'overMs', 'onError'] },
    ),
    fc.record(
      {
        kind: fc.constant('command'),
        targets: none,
        group: fc.record({
          select,
          command: fc.record({ name: fc.constantFrom('stop', 'step'), args: fc.constant({}) }),
        }),
        ...cared,
      },
      { requiredKeys: ['kind', 'targets', 'group', 'onError'] },
    ),
    fc.record({ kind: fc.constant('snapshot'), devices: some(device) }),
    fc.record({ kind: fc.constant('snapshot'), devices: none, select }),
    fc.record({ kind: fc.constant('restore'), devices: none, overMs: fc.option(ms), onError }),
    fc.record({
      kind: fc.constant('restore'),
      devices: some(device),
      overMs: fc.option(ms),
      onError,
    }),
    fc.record({
      kind: fc.constant('restore'),
      devices: none,
      select,
      overMs: fc.option(ms),
      onError,
    }),
    fc.record({
      kind: fc.constant('ramp'),
      targets: some(
        fc.record({
          device,
          property: fc.constant(key('brightness')),
          from: fc.option(fc.constantFrom(1, 2)),
          to: fc.constantFrom(1, 80),
        }),
      ),
      overMs: ms,
      onError,
    }),
    fc.record(
      {
        ...{ kind: fc.constant('notify'), to, text: texts, urgent: fc.boolean(), onError },
        actions: fc.uniqueArray(
          fc.record({ id: fc.constantFrom('a', 'b'), text: texts, steps: inner ?? none }),
          { minLength: 1, maxLength: 2, selector: ({ id }) => id },
        ),
        waitMs: ms,
        ...(inner === null ? {} : { otherwise: inner }),
      },
      { requiredKeys: ['kind', 'to', 'text', 'urgent', 'onError', 'actions', 'waitMs'] },
    ),
    fc.record({
      ...{ kind: fc.constant('notify'), to, text: texts, urgent: fc.boolean(), onError },
      repeat: fc.record({ everyMs: ms, times: fc.constantFrom(2, 3) }),
    }),
    fc.record({
      ...{ kind: fc.constant('confirm'), to, text: texts, timeoutMs: ms, otherwise: inner ?? none },
    }),
    fc.record(
      {
        kind: fc.constant('http'),
        method: fc.constantFrom('GET', 'POST'),
        url: fc.constantFrom('https://a.example/', 'https://a.example/b'),
        headers: fc.constantFrom({}, { A: '1' }, { A: '1; B: 2' }),
        body: fc.option(text),
        timeoutMs: ms,
        ...cared,
      },
      { requiredKeys: ['kind', 'method', 'url', 'headers', 'body', 'timeoutMs', 'onError'] },
    ),
    fc.record(
      {
        kind: fc.constant('mqtt'),
        topic: fc.constantFrom('a', 'a/b'),
        payload: text,
        retain: fc.boolean(),
        ...cared,
      },
      { requiredKeys: ['kind', 'topic', 'payload', 'retain', 'onError'] },
    ),
  );
  // Made of the parts of the union's members above.
  return made as fc.Arbitrary<EffectStep>;
}
