// Scenes and stories by chance, as data: what fast-check shrinks and prints is what a household would have written and
// lived through.
import fc from 'fast-check';

/** A scene as its file has it. JSON is YAML too. */
export type SceneFile = Readonly<Record<string, unknown>>;

/** What happens in a home. */
export type Happening =
  | {
      readonly do: 'report';
      readonly what: string;
      readonly value: boolean | number;
      readonly isReconnect: boolean;
    }
  | { readonly do: 'press'; readonly value: string }
  | { readonly do: 'online'; readonly handle: string; readonly isOnline: boolean }
  | { readonly do: 'run'; readonly scene: number }
  | { readonly do: 'pass'; readonly ms: number };

/** The hub stops before the happening of this number and starts again `downMs` later. */
export interface Stop {
  readonly before: number;
  readonly downMs: number;
  /** The core alone dies, or the machine: then only what is on disk is left, and monotonic time begins anew. */
  readonly isPowerCut: boolean;
}

const BUTTON = 'bedroom-button.button';
const FLAGS = ['hall-motion.occupancy', 'kitchen-motion.occupancy', 'hall-door.open'] as const;
const LAMPS = ['hall-lamp.on', 'living-lamp.on', 'washer.on'] as const;
const WARM = 'kitchen-climate.temperature';
export const HANDLES = ['hall-motion', 'kitchen-motion', 'hall-door', 'kitchen-climate'] as const;
const DEGREES = [20, 27, 27.6, 28, 29, 30] as const;
const TIMES = ['00:30', '12:05', '12:30', '13:00', '14:00', '22:00'] as const;

const flag = fc.constantFrom(...FLAGS);
const lamp = fc.constantFrom(...LAMPS);
/** Mostly what people and doors do; now and then what a scene itself has switched. */
const watched = fc.oneof({ weight: 6, arbitrary: flag }, { weight: 1, arbitrary: lamp });
const time = fc.constantFrom('1s', '5s', '30s', '1min', '3min', '10min');
const level = fc.tuple(watched, fc.boolean()).map(([what, value]) => ({ [what]: value }));
const levels = fc
  .uniqueArray(watched, { minLength: 1, maxLength: 2 })
  .chain((what) => fc.tuple(...what.map((one) => fc.tuple(fc.constant(one), fc.boolean()))))
  .map((pairs) => Object.fromEntries(pairs));
const press = fc
  .subarray(['single', 'double', 'long'], { minLength: 1 })
  .map((values) => ({ [BUTTON]: values }));
const also = fc.constantFrom({}, {}, {}, { also: 'reconnect' });

const trigger = fc.oneof(
  { weight: 3, arbitrary: fc.tuple(level, also).map(([is, more]) => ({ becomes: is, ...more })) },
  { weight: 3, arbitrary: press.map((presses) => ({ presses })) },
  fc
    .tuple(watched, also, fc.constantFrom({}, { to: true }, { 'not-to': true }, { from: false }))
    .map(([changes, more, values]) => ({ changes, ...more, ...values })),
  fc.tuple(levels, time).map(([holds, ms]) => ({ holds, for: ms })),
  fc
    .tuple(
      fc.constantFrom('above', 'below'),
      fc.constantFrom(27.5, 28),
      fc.constantFrom({}, { hysteresis: 1 }),
      also,
    )
    .map(([which, at, hysteresis, more]) => ({
      crosses: { [WARM]: { [which]: at, ...hysteresis } },
      ...more,
    })),
  fc
    .tuple(fc.constantFrom(...TIMES), fc.constantFrom({}, { on: ['wed', 'thu'] }))
    .map(([at, on]) => ({ at, ...on })),
  fc.constantFrom('1min', '7min', '1h').map((every) => ({ every })),
);

const leaf = fc.oneof(
  {
    weight: 3,
    arbitrary: fc
      .tuple(level, fc.constantFrom({}, {}, { 'if-unknown': 'pass' }, { 'if-unknown': 'fail' }))
      .map(([is, more]) => ({ is, ...more })),
  },
  fc.constantFrom('above', 'below').map((which) => ({ [which]: { [WARM]: 28 } })),
  fc
    .tuple(fc.constantFrom(...TIMES), fc.constantFrom(...TIMES))
    .filter(([from, to]) => from !== to)
    .map((between) => ({ between })),
);
const { condition } = fc.letrec<{ condition: unknown }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    leaf,
    fc.record({ not: tie('condition') }),
    ...(['all', 'any', 'one-of'] as const).map((key) =>
      fc.array(tie('condition'), { minLength: 2, maxLength: 3 }).map((of) => ({ [key]: of })),
    ),
    fc
      .array(tie('condition'), { minLength: 3, maxLength: 3 })
      .map((of) => ({ 'at-least': { count: 2, of } })),
  ),
}));

const counted = fc
  .constantFrom('seen < 2', 'n == 1', 'n < 2')
  .map((expression) => ({ expression }));
const asked = fc.oneof({ weight: 3, arbitrary: condition }, { weight: 1, arbitrary: counted });

const act = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.tuple(lamp, fc.boolean()).map(([what, value]) => {
      const [handle = '', property = ''] = what.split('.');
      return { set: { [handle]: { [property]: value } } };
    }),
  },
  fc.constantFrom(10, 50, 100).map((brightness) => ({ set: { 'hall-lamp': { brightness } } })),
  lamp.map((toggle) => ({ toggle })),
  fc
    .tuple(fc.constantFrom('A', 'B', 'C'), fc.constantFrom({}, { 'on-error': 'stop' }))
    .map(([text, more]) => ({ notify: { text }, ...more })),
  { weight: 3, arbitrary: time.map((delay) => ({ delay })) },
  fc.constantFrom({ let: { n: 'n + 1' } }, { let: { n: '0' } }, { remember: { seen: 'seen + 1' } }),
);

const { steps } = fc.letrec<{ steps: unknown[]; step: unknown }>((tie) => {
  const list = tie('steps');
  const until = fc.oneof(
    fc.tuple(levels, time).map(([holds, ms]) => ({ holds, for: ms })),
    levels.map((holds) => ({ holds })),
    level.map((becomes) => ({ becomes })),
    press.map((presses) => ({ presses })),
  );
  const wait = fc.oneof(
    until.map((wait) => ({ wait })),
    fc.tuple(until, time).map(([wait, timeout]) => ({ wait, timeout })),
    fc.tuple(until, time, list).map(([wait, timeout, other]) => ({ wait, timeout, else: other })),
  );
  const lists = fc.array(list, { minLength: 2, maxLength: 3 });
  const step = fc.oneof(
    { maxDepth: 3, withCrossShrink: true, depthIdentifier: 'steps' },
    { weight: 6, arbitrary: act },
    { weight: 2, arbitrary: wait },
    fc.tuple(asked, list, list).map(([is, yes, no]) => {
      // biome-ignore lint/suspicious/noThenProperty: it is the file's own word
      return { if: is, then: yes, else: no };
    }),
    fc.tuple(asked, list, asked, list).map(([a, first, b, second]) => ({
      choose: [
        { when: a, do: first },
        { when: b, do: second },
      ],
    })),
    fc.tuple(fc.integer({ min: 1, max: 3 }), list).map(([times, inner]) => ({
      repeat: { times, do: inner },
    })),
    fc
      .tuple(
        fc.constantFrom('while', 'until'),
        condition,
        list,
        fc.constantFrom({}, { 'on-error': 'stop' }),
      )
      .map(([key, is, inner, more]) => ({ repeat: { [key]: is, do: inner, max: 2 }, ...more })),
    fc
      .tuple(lists, fc.constantFrom('all', 'first', 'none'))
      .map(([parallel, join]) => ({ parallel, join })),
    lists.map((race) => ({ race })),
    fc.constantFrom('done', 'failed').map((stop) => ({ stop })),
  );
  return { step, steps: fc.array(tie('step'), { minLength: 1, maxLength: 3 }) };
});

/** A scene without its name. */
export const sceneFile: fc.Arbitrary<SceneFile> = fc
  .record({
    when: fc.array(trigger, { minLength: 1, maxLength: 3 }),
    while: fc.option(condition, { nil: undefined, freq: 2 }),
    do: steps,
    again: fc.constantFrom(
      ...['single', 'single per device', 'restart', 'queue 1', 'queue 2', 'queue 1 drop-oldest'],
      ...['queue 1 per device', 'parallel 2', 'parallel 3', 'per device'],
    ),
    'after-outage': fc.constantFrom(
      ...[undefined, undefined, { waits: 'drop' }, { waits: 'restart' }],
      ...[{ holds: 'restart' }, { holds: 'drop' }, { late: 'run' }, { late: 'skip over 5min' }],
    ),
    priority: fc.constantFrom(undefined, undefined, 5, -5),
    recheck: fc.constantFrom(undefined, undefined, false),
  })
  .map((file) => ({
    // Every run knows both variables.
    ...{ ...file, vars: { seen: 0 }, do: [{ let: { n: '0' } }, ...file.do] },
  }));

const passing = fc.constantFrom(
  ...[1, 999, 1_000, 5_000, 29_999, 30_000, 59_999, 60_000, 60_001],
  ...[180_000, 600_000, 3_600_000],
);

/** One thing after another. */
export const happening: fc.Arbitrary<Happening> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('report' as const),
      what: flag,
      value: fc.boolean(),
      isReconnect: fc.constantFrom(false, false, false, true),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('report' as const),
      what: fc.constant(WARM),
      value: fc.constantFrom(...DEGREES),
      isReconnect: fc.constantFrom(false, false, false, true),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('press' as const),
      value: fc.constantFrom('single', 'double', 'long'),
    }),
  },
  fc.record({
    do: fc.constant('online' as const),
    handle: fc.constantFrom(...HANDLES),
    isOnline: fc.boolean(),
  }),
  fc.record({ do: fc.constant('run' as const), scene: fc.nat(3) }),
  { weight: 6, arbitrary: fc.record({ do: fc.constant('pass' as const), ms: passing }) },
);

/** A restart at any instant: of the core alone, or of a machine whose power was cut, for a moment or for minutes. */
export const stop: fc.Arbitrary<Stop> = fc
  .record({
    before: fc.nat(40),
    isPowerCut: fc.boolean(),
    downMs: fc.constantFrom(0, 0, 700, 9_999, 10_000, 60_000, 299_000, 301_000, 900_000),
  })
  .map((one) => (one.isPowerCut ? one : { ...one, downMs: Math.min(one.downMs, 700) }));
