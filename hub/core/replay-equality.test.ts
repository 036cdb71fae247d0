// Goal: a replay of what a core was told decides the same, byte for byte: commands, traces, journal, answers.
// Method: random scenes and random inputs with random pauses on a core whose inputs are written down as text; a fresh
// core is told that text.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { homeNames } from '../../scenes/language/names.ts';
import { toStored } from '../../scenes/language/stored.ts';
import { TEST_DEVICES, TEST_ROOMS } from '../../scenes/language/test-home.ts';
import type { Instant } from '../model/clock.ts';
import type { CoreInput } from '../model/core-port.ts';
import type { SceneRecord } from '../model/home.ts';
import { homeSubjects } from '../model/home-values.ts';
import { sceneId } from '../model/identifiers.ts';
import type { CoreStart } from './core.ts';
import { NO_HOME } from './core-state.ts';
import { member, OWNER, set, ZIGBEE } from './test-core.ts';
import { RecordedCore, replayInputs } from './test-input-log.ts';

const NOW: Instant = { wallMs: Date.UTC(2026, 2, 4, 20), monoMs: 5_000 };
const START: CoreStart = {
  ...{ now: NOW, bootId: 'boot', clock: 'synced', lastSeq: 0, lastRecord: 0 },
  ...{ entries: [], lastValues: [] },
};

const NAMES = homeNames([...TEST_DEVICES, ...homeSubjects(NO_HOME, [])], TEST_ROOMS);

const trigger = fc.constantFrom<string[]>(
  'becomes: {hall-motion.occupancy: true}',
  'becomes: {hall-door.open: true}',
  'changes: hall-lamp.on',
  'crosses: {kitchen-climate.temperature: {above: 24}}',
  'holds: {hall-motion.occupancy: false}\n    for: 2min',
  'at: "20:07"',
  'every: 3min',
  'presses: {bedroom-button.button: single}',
);
const condition = fc.constantFrom<string[]>(
  '',
  'while: {is: {hall-door.open: false}}\n',
  'while: {any: [{above: {kitchen-climate.temperature: 22}}, {is: {hall-lamp.on: true}}]}\n',
);
const step = fc.constantFrom<string[]>(
  'set: {hall-lamp: {on: true, brightness: 40}}',
  'set: {living-lamp: {on: false}}',
  'toggle: washer',
  'delay: 90s',
  'wait: {becomes: {hall-motion.occupancy: false}}\n    timeout: 2min',
  'notify: {to: adults, text: "It happened"}',
  'command: {bedroom-blind: stop}',
  'restore: hall-lamp',
  'mode: night',
);
const again = fc.constantFrom<string[]>('single', 'restart', 'queue 3', 'parallel 3', 'per device');
const scene = fc.record({
  ...{ when: fc.array(trigger, { minLength: 1, maxLength: 3 }), condition, again },
  steps: fc.array(step, { minLength: 1, maxLength: 5 }),
});

const happening = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(fc.constant('report' as const), reported()) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('online' as const), fc.boolean()) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('run' as const), fc.nat(3)) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('set' as const), fc.boolean()) },
);
const pause = fc.constantFrom(0, 5, 1_000, 61_000, 130_000, 600_000);
const life = fc.array(fc.tuple(happening, pause), { minLength: 5, maxLength: 60 });

function reported() {
  return fc.oneof(
    fc.tuple(
      fc.constantFrom('hall-motion', 'kitchen-motion'),
      fc.constant('occupancy'),
      fc.boolean(),
    ),
    fc.tuple(fc.constant('hall-door'), fc.constant('open'), fc.boolean()),
    fc.tuple(fc.constantFrom('hall-lamp', 'living-lamp'), fc.constant('on'), fc.boolean()),
    fc.tuple(
      fc.constant('kitchen-climate'),
      fc.constant('temperature'),
      fc.integer({ min: 18, max: 28 }),
    ),
  );
}

it('item 110: what a core was told, told again, gives the same commands, traces and journal byte for byte', () => {
  fc.assert(
    fc.property(fc.array(scene, { minLength: 1, maxLength: 4 }), life, (scenes, lived) => {
      const { inputs, decisions } = live(scenes, lived);
      expect(replayInputs(START, inputs) === decisions).toBe(true);
    }),
    { numRuns: 150 },
  );
});

it('item 71: a life with commands, runs and messages is not empty in its decisions', () => {
  const one = { when: ['becomes: {hall-door.open: true}'], condition: '', again: 'single' };
  const steps = ['set: {hall-lamp: {on: true}}', 'notify: {to: adults, text: "Open"}'];
  const lived: Life = [
    [['report', ['hall-door', 'open', false]], 1_000],
    [['report', ['hall-door', 'open', true]], 1_000],
  ];
  const { decisions, inputs } = live([{ ...one, steps }], lived);
  expect(decisions).toContain('"kind":"run"');
  expect(decisions).toContain('ntf_');
  expect(replayInputs(START, inputs)).toBe(decisions);
});

type SceneParts = typeof scene extends fc.Arbitrary<infer Parts> ? Parts : never;
type Life = typeof life extends fc.Arbitrary<infer Deeds> ? Deeds : never;

/** Lives through it; devices do what they are told, and the disk keeps what it is given. */
function live(scenes: readonly SceneParts[], lived: Life) {
  const recorded = new RecordedCore(START);
  let now = NOW;
  let batch = 0;
  const batchOf = (items: Extract<CoreInput, { kind: 'batch' }>['items']): CoreInput => {
    batch += 1;
    return { kind: 'batch', adapter: ZIGBEE, host: 'host', number: batch, items };
  };
  const node = (handle: string) => {
    const found = TEST_DEVICES.find((one) => one.handle === handle);
    if (found === undefined) throw new Error(`No device ${handle}`);
    return found.description.node;
  };
  const settle = (): void => {
    const { effects, journal } = recorded.drain();
    recorded.apply({ kind: 'durable', upTo: journal }, now);
    const reports = effects.send.flatMap(({ message }) =>
      message.kind === 'command' && message.body.kind === 'set'
        ? [{ node: message.node, values: { [message.body.property]: message.body.value } }]
        : [],
    );
    const items = reports.map((one) => ({
      kind: 'report' as const,
      ...one,
      reason: 'report' as const,
    }));
    if (items.length > 0) recorded.apply(batchOf(items), now);
    recorded.drain();
  };
  recorded.apply({ kind: 'home', home: { ...NO_HOME, zone: 'Europe/Berlin', version: 1 } }, now);
  recorded.apply({ kind: 'rooms', rooms: TEST_ROOMS }, now);
  recorded.apply({ kind: 'members', members: [member(OWNER, 'owner')] }, now);
  for (const device of TEST_DEVICES) recorded.apply({ kind: 'device', device }, now);
  for (const [index, parts] of scenes.entries()) {
    recorded.apply({ kind: 'scene', scene: recordOf(index, parts) }, now);
  }
  recorded.resume(now);
  const awake = TEST_DEVICES.map(({ description }) => ({
    ...{ kind: 'availability' as const, node: description.node, online: true, reason: null },
  }));
  recorded.apply(batchOf(awake), now);
  settle();
  for (const [[kind, what], ms] of lived) {
    now = { wallMs: now.wallMs + ms, monoMs: now.monoMs + ms };
    recorded.apply({ kind: 'due' }, now);
    recorded.apply({ kind: 'tick' }, now);
    if (kind === 'report') {
      const [handle, property, value] = what;
      const values = { [property]: value };
      recorded.apply(
        batchOf([{ kind: 'report', node: node(handle), values, reason: 'report' }]),
        now,
      );
    } else if (kind === 'online') {
      const reason = what ? null : 'Not heard';
      const item = { node: node('hall-motion'), online: what, reason };
      recorded.apply(batchOf([{ kind: 'availability', ...item }]), now);
    } else if (kind === 'run') {
      const id = sceneId(`scene_s${what}`);
      const ask = { kind: 'runScene', request: 1, scene: id, checkWhile: true } as const;
      recorded.apply({ ...ask, cause: { kind: 'member', id: OWNER, via: 'api' } }, now);
    } else {
      const device = TEST_DEVICES.find((one) => one.handle === 'hall-lamp');
      if (device === undefined) throw new Error('No hall lamp');
      const ask = { kind: 'command', request: 2, device: device.id, timeoutMs: 0 } as const;
      recorded.apply({ ...ask, body: set('on', what), cause: { kind: 'local' } }, now);
    }
    settle();
  }
  return recorded.written();
}

function recordOf(
  index: number,
  { when, condition: only, again: mode, steps }: SceneParts,
): SceneRecord {
  const list = (items: readonly string[]) => items.map((item) => `  - ${item}\n`).join('');
  const text = `scene: S${index}\nwhen:\n${list(when)}${only}do:\n${list(steps)}again: ${mode}\n`;
  const read = toStored(text, NAMES);
  if (read.errors) throw new Error(`${text}\n${JSON.stringify(read.errors)}`);
  return {
    ...{ id: sceneId(`scene_s${index}`), name: `S${index}`, enabled: true, source: read.stored },
    ...{ author: null, version: 1, updatedAtMs: NOW.wallMs },
  };
}
