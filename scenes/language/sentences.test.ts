import fs from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Role } from '../../hub/model/home.ts';
import { deviceId, roomId, type SceneId } from '../../hub/model/identifiers.ts';
import { describeProperty, parsePropertyKey } from '../../hub/model/properties.ts';
import type { Condition } from './conditions.ts';
import { EACH } from './each.ts';
import type { Expression, ExpressionInput } from './expression.ts';
import { homeNames } from './names.ts';
import { parseScene } from './parse.ts';
import { DEFAULT_AFTER_OUTAGE, type Scene } from './scene.ts';
import { sceneSentence } from './sentences.ts';
import type { RepeatBy, Step, TextPart } from './steps.ts';
import { effectSteps } from './test-effect-steps.ts';
import { TEST_DEVICES, TEST_NAMES, TEST_ROOMS } from './test-home.ts';
import { paced, sourceConditions, sourceTriggers } from './test-sources.ts';
import { levels, patternTriggers, presses, stateConditions, stateTriggers } from './test-states.ts';
import { timeConditions, timeTriggers } from './test-times.ts';
import type { Trigger } from './triggers.ts';
import type { Subject } from './values.ts';
import type { Assignment } from './variables.ts';

function sentence(text: string): { en: string; zh: string } {
  const { scene, errors } = parseScene(text, TEST_NAMES);
  if (!scene) throw new Error(JSON.stringify(errors));
  return sceneSentence(scene, TEST_NAMES);
}

describe('the sentences of scenes', () => {
  it('call a channel as its owner has named it, told apart where two have one name', () => {
    const channel = (endpoint: number, name: string) =>
      describeProperty('on', { endpoint, label: { en: name, zh: name }, isNamed: true });
    const power = describeProperty('power', {
      endpoint: 1,
      label: { en: 'Kitchen power', zh: 'Kitchen 功率' },
      isNamed: true,
    });
    const [lamp] = TEST_DEVICES;
    if (lamp === undefined) throw new Error('the home of the tests is empty');
    const said = (...properties: ReturnType<typeof describeProperty>[]) => {
      const relay = { ...lamp, handle: 'relay', name: 'Relay' };
      const description = { ...lamp.description, properties };
      const names = homeNames([{ ...relay, description }], TEST_ROOMS, []);
      const text =
        'scene: S\nwhen:\n  - becomes: {relay.on@2: true}\nwhile: {above: {relay.power@1: 5}}\ndo:\n  - set: {relay: {on@1: false}}\n';
      const { scene, errors } = parseScene(text, names);
      if (!scene) throw new Error(JSON.stringify(errors));
      return sceneSentence(scene, names);
    };
    expect(said(channel(1, 'Kitchen'), channel(2, 'Garden'), power)).toEqual({
      en: "When Relay's Garden becomes on, while Relay's Kitchen power is above 5 W: set Relay's Kitchen to off.",
      zh: '当 Relay 的 Garden 变为开时，且 Relay 的 Kitchen 功率高于 5 W，就把 Relay 的 Kitchen 设为关。',
    });
    expect(said(channel(1, 'Lamp'), channel(2, 'Lamp'), power).en).toBe(
      "When Relay's Lamp (on@2) becomes on, while Relay's Kitchen power is above 5 W: set Relay's Lamp (on@1) to off.",
    );
  });

  it('read as a person would say them, in both languages', () => {
    const examples = path.join(import.meta.dirname, '..', 'examples');
    const said = fs
      .readdirSync(examples)
      .map((file) => sentence(fs.readFileSync(path.join(examples, file), 'utf8')));
    expect(said).toMatchInlineSnapshot(`
      [
        {
          "en": "When Bedroom button is pressed: toggle Living room lamp.",
          "zh": "当 Bedroom button 被单击时，就切换 Living room lamp。",
        },
        {
          "en": "When it is 18:30 on Mondays to Fridays, while Living room lamp is off: turn Living room lamp on, set its brightness to 40 % and set its colour temperature to 2700 K over 5 seconds; wait 4 hours; turn Living room lamp off.",
          "zh": "当到 18:30（周一到周五）时，且 Living room lamp 关着，就用 5 秒打开 Living room lamp、把亮度设为 40 % 并把色温设为 2700 K；等待 4 小时；关闭 Living room lamp。",
        },
        {
          "en": "When Kitchen climate's temperature rises above 28 °C (and again once it was back by 0.5 °C): tell adults: “The kitchen has {{Kitchen climate's temperature}}.”",
          "zh": "当 Kitchen climate 的温度升到 28 °C 以上（回落 0.5 °C 后重新计）时，就通知大人：“The kitchen has {{Kitchen climate 的温度}}.”",
        },
        {
          "en": "When Hall motion detects motion, while it is between 18:00 and 07:00 or Hall motion's light level is below 30 lx: turn Hall lamp on and set its brightness to 60 % over 1 second; wait until Hall motion sees no motion for 2 minutes (at most 1 hour); turn Hall lamp off. Triggered again meanwhile, it starts anew. What came due meanwhile is done late.",
          "zh": "当 Hall motion 检测到有人移动时，且在 18:00 到次日 07:00 之间或 Hall motion 的光照度低于 30 lx，就用 1 秒打开 Hall lamp 并把亮度设为 60 %；等到 Hall motion 无人移动满 2 分钟（最长 1 小时）；关闭 Hall lamp。期间再次触发则重新开始。错过的会补做。",
        },
        {
          "en": "When Hall motion detects motion, while it is between 22:00 and 07:00: turn Hall lamp on and set its brightness to 25 % over 2 seconds; wait until Hall motion sees no motion for 3 minutes (at most 30 minutes); put Hall lamp back as it was, except what somebody else has changed. Triggered again meanwhile, it starts anew.",
          "zh": "当 Hall motion 检测到有人移动时，且在 22:00 到次日 07:00 之间，就用 2 秒打开 Hall lamp 并把亮度设为 25 %；等到 Hall motion 无人移动满 3 分钟（最长 30 分钟）；把 Hall lamp 恢复原状（他人更改过的除外）。期间再次触发则重新开始。",
        },
        {
          "en": "When any device detects water: do side by side [turn Washing machine off, and see within 30 seconds that Washing machine is off, or else [tell adults urgently: “The washing machine is still on.” (in Chinese “洗衣机还没有关。”)]] and [tell adults urgently: “Water at {{the device}}.” (in Chinese “{{the device}}检测到漏水。”), again every 5 minutes until somebody has seen it, 6 times at most]. Each device that triggers it has a run of its own.",
          "zh": "当任一设备检测到漏水时，就同时进行[关闭 Washing machine，并在 30 秒内看到 Washing machine 关着，不成则[紧急通知大人：“洗衣机还没有关。”（英文“The washing machine is still on.”）]]与[紧急通知大人：“{{设备}}检测到漏水。”（英文“Water at {{设备}}.”），每隔 5 分钟重复，直到有人确认，最多 6 次]。每个触发的设备各自进行。",
        },
      ]
    `);
  });

  it('name conditions, holds and what happens in vain', () => {
    expect(
      sentence(`scene: S
when:
  - holds: {hall-door.open: true, hall-motion.occupancy: false}
    for: 10min
  - changes: front-lock.locked
while:
  all:
    - not: {is: {hall-lamp.on: true}}
    - any:
        - is: {thermostat.mode: [heat, auto]}
        - above: {kitchen-climate.temperature: 21.5}
do:
  - command: {bedroom-blind: stop}
    on-error: stop
  - wait: {presses: {bedroom-button.button: [single, long]}}
    timeout: 90s
    else: [{stop: failed}]
after-outage: {waits: drop, holds: restart, late: skip over 5min}
`),
    ).toMatchInlineSnapshot(`
      {
        "en": "When Hall door is open and Hall motion sees no motion for 10 minutes, or when Front lock's lock changes, while Hall lamp's power is not on and (Thermostat's mode is heat or auto or Kitchen climate's temperature is above 21.5 °C): stop Bedroom blind (or else end); wait until Bedroom button is pressed or is held (at most 1 minute 30 seconds), or else [end here as failed]. After an outage what was waiting is ended. After an outage its holds start anew. What came due more than 5 minutes before is left out.",
        "zh": "当 Hall door 处于打开状态且 Hall motion 无人移动满 10 分钟，或当 Front lock 的门锁变化时，且 Hall lamp 的开关不是开且（Thermostat 的工作模式为制热或自动或 Kitchen climate 的温度高于 21.5 °C），就停住 Bedroom blind（不成则结束）；等到 Bedroom button 被单击或被长按（最长 1 分钟 30 秒），超时则[以失败结束]。停电后结束正在等待的执行。停电后持续时间重新计。错过 5 分钟以上的不补做。",
      }
    `);
  });

  it('tell two devices of one name apart', () => {
    const [lamp, other] = TEST_DEVICES;
    if (!lamp || !other) throw new Error('no devices');
    const names = homeNames([lamp, { ...other, name: lamp.name }], TEST_ROOMS);
    const { scene } = parseScene('scene: S\ndo: [{toggle: hall-lamp}]\n', names);
    expect(scene && sceneSentence(scene, names)).toEqual({
      en: 'When it is started by hand: toggle Hall lamp (hall-lamp).',
      zh: '手动启动时\uff0c就切换 Hall lamp(hall-lamp)。',
    });
  });

  it('say of a device that is gone that it is', () => {
    const { scene } = parseScene('scene: S\ndo: [{toggle: hall-lamp}]\n', TEST_NAMES);
    const empty = homeNames([], []);
    expect(scene && sceneSentence(scene, empty).en).toBe(
      'When it is started by hand: toggle a device that is gone (dev_hall_lamp).',
    );
  });

  it('differ for scenes that do different things', () => {
    // A few devices and values, so that among many scenes most have one that differs in a single part.
    fc.assert(
      fc.property(fc.array(scenes(), { minLength: 150, maxLength: 150 }), (many) => {
        const en = new Map<string, string>();
        const zh = new Map<string, string>();
        for (const scene of many) {
          const said = sceneSentence(scene, TEST_NAMES);
          const key = JSON.stringify(scene);
          expect(en.get(said.en) ?? key).toBe(key);
          expect(zh.get(said.zh) ?? key).toBe(key);
          en.set(said.en, key);
          zh.set(said.zh, key);
        }
      }),
      { numRuns: 60 },
    );
  });
});

const id = (handle: string) => {
  const device = TEST_NAMES.device(handle);
  if (!device) throw new Error(handle);
  return device.id;
};
const subject = (handle: string, key: string): Subject => {
  const found = TEST_NAMES.device(handle)?.description.properties.find((one) => one.key === key);
  if (!found) throw new Error(`${handle}.${key}`);
  return { kind: 'device', device: id(handle), property: found.key };
};

const some = <Item>(item: fc.Arbitrary<Item>) => fc.array(item, { minLength: 1, maxLength: 2 });
const duration = () => fc.constantFrom(0, 1, 1000, 1500, 60_000, 90_000, 3_600_000, 86_400_000);
function triggers(): fc.Arbitrary<Trigger> {
  return fc.oneof(
    stateTriggers(),
    patternTriggers(conditions(0)),
    timeTriggers(),
    sourceTriggers(),
  );
}

function conditions(depth = 2): fc.Arbitrary<Condition> {
  const timed = fc.oneof(timeConditions(), sourceConditions());
  if (depth === 0) return fc.oneof(stateConditions(), timed);
  const inner = conditions(depth - 1);
  const of = fc.array(inner, { minLength: 2, maxLength: 2 });
  return fc.oneof(
    stateConditions(),
    timed,
    fc.record({ kind: fc.constant('oneOf' as const), of }),
    fc.record({ kind: fc.constant('atLeast' as const), count: fc.constantFrom(1, 2), of }),
    fc.record({ kind: fc.constant('all' as const), of }),
    fc.record({ kind: fc.constant('any' as const), of }),
    fc.record({ kind: fc.constant('not' as const), of: inner }),
  );
}

function texts(): fc.Arbitrary<readonly TextPart[]> {
  const value = subject('hall-lamp', 'on');
  return fc.constantFrom<readonly TextPart[]>(
    [{ kind: 'text', text: 'Hi' }],
    [{ kind: 'text', text: 'Hi” (in Chinese “Hi' }],
    [{ kind: 'text', text: '你好 a' }],
    [{ kind: 'text', text: '你好a' }],
    [{ kind: 'cause', what: 'device' }],
    [{ kind: 'cause', what: 'value' }],
    [{ kind: 'scene' }, { kind: 'text', text: '!' }],
    [{ kind: 'time' }],
    value.kind === 'device'
      ? [{ kind: 'value', device: value.device, property: value.property }]
      : [],
  );
}

function steps(depth = 1): fc.Arbitrary<Step> {
  const onError = fc.constantFrom('continue' as const, 'stop' as const);
  const target = (handle: string, key: string, value: boolean | number | string) => {
    const found = subject(handle, key);
    if (found.kind !== 'device') throw new Error(handle);
    return { device: found.device, property: found.property, value };
  };
  const lamp = target('hall-lamp', 'on', true);
  const named = levels().filter((level) => level.subject.kind === 'device');
  const until = fc.oneof(
    fc.record({ kind: fc.constant('holds' as const), of: some(named), forMs: duration() }),
    fc.record({ kind: fc.constant('becomes' as const), of: some(named) }),
    fc.record({
      kind: fc.constant('presses' as const),
      of: some(presses().filter((press) => press.subject.kind === 'device')),
    }),
  );
  const modes = fc.record({
    kind: fc.constant('mode' as const),
    mode: fc.constantFrom('home', 'away', 'night', 'guests'),
  });
  return fc.oneof(
    modes,
    fc.record({
      kind: fc.constant('set' as const),
      targets: some(
        fc.constantFrom(
          lamp,
          { ...lamp, value: false },
          target('living-lamp', 'on', true),
          target('hall-lamp', 'brightness', 25),
          target('hall-lamp', 'brightness', 25.5),
          target('living-lamp', 'brightness', 25),
          target('double-switch', 'on@1', true),
          target('double-switch', 'on@2', true),
          target('front-lock', 'locked', true),
          target('thermostat', 'mode', 'heat'),
        ),
      ),
      overMs: fc.option(duration()),
      onError,
    }),
    fc.record({
      kind: fc.constant('toggle' as const),
      targets: some(
        fc
          .constantFrom(target('hall-lamp', 'on', true), target('double-switch', 'on@1', true))
          .map(({ device, property }) => ({ device, property })),
      ),
      onError,
    }),
    fc.record({
      kind: fc.constant('command' as const),
      targets: some(
        fc.record({
          device: fc.constantFrom(id('bedroom-blind'), id('hall-lamp')),
          name: fc.constantFrom('stop', 'identify', 'step'),
          args: fc.constantFrom<Record<string, number | string>>({}, { size: 1 }, { size: '1' }),
        }),
      ),
      onError,
    }),
    fc.record({ kind: fc.constant('delay' as const), ms: duration() }),
    fc.record({
      kind: fc.constant('wait' as const),
      until,
      timeoutMs: fc.option(duration()),
      otherwise: depth === 0 ? fc.constant([]) : fc.array(steps(depth - 1), { maxLength: 2 }),
    }),
    fc.record({
      kind: fc.constant('notify' as const),
      to: fc.constantFrom<readonly Role[]>(
        [],
        ['owner'],
        ['adult'],
        ['owner', 'adult'],
        ['owner', 'child'],
      ),
      text: fc.record({ en: texts(), zh: texts() }),
      urgent: fc.boolean(),
      onError,
    }),
    fc.record({
      kind: fc.constant('stop' as const),
      as: fc.constantFrom('done' as const, 'failed' as const),
      why: fc.option(fc.record({ en: texts(), zh: texts() })),
    }),
    otherSceneSteps(),
    effectSteps(depth === 0 ? null : some(steps(depth - 1))),
    ...(depth === 0 ? [] : [flowSteps(depth)]),
  );
}

const EACH_BY: readonly Extract<RepeatBy, { kind: 'each' }>[] = [
  { kind: 'each', devices: [deviceId('dev_hall_lamp')] },
  { kind: 'each', devices: [deviceId('dev_hall_lamp'), deviceId('dev_living_lamp')] },
  { kind: 'each', devices: [], select: { room: roomId('room_hall'), except: [] } },
  { kind: 'each', devices: [], select: { kind: 'light', except: [] } },
];

/** Steps on the device of the round. */
const EACH_STEPS: readonly Step[][] = [true, false].map((value) => [
  {
    ...{ kind: 'set', overMs: null, onError: 'continue' },
    targets: [{ device: EACH, property: parsePropertyKey('on').key, value }],
  },
]);

/** Steps that have lists of steps in them. */
function flowSteps(depth: number): fc.Arbitrary<Step> {
  const list = fc.array(steps(depth - 1), { minLength: 1, maxLength: 2 });
  const lists = fc.array(list, { minLength: 2, maxLength: 3 });
  const onError = fc.constantFrom('continue' as const, 'stop' as const);
  return fc.oneof(
    fc.record({
      kind: fc.constant('choose' as const),
      form: fc.constantFrom('if' as const, 'choose' as const),
      arms: some(fc.record({ if: conditions(1), steps: list })),
      otherwise: fc.array(steps(depth - 1), { maxLength: 1 }),
    }),
    fc.record({
      kind: fc.constant('repeat' as const),
      by: fc.record({
        kind: fc.constantFrom('while' as const, 'until' as const),
        condition: conditions(1),
      }),
      steps: list,
      max: fc.constantFrom(5, 100),
      onError,
    }),
    fc
      .record({ count: fc.constantFrom(1, 2, 5), steps: list, onError })
      .map(({ count, ...more }) => ({
        ...{ kind: 'repeat' as const, by: { kind: 'times' as const, count }, max: count },
        ...more,
      })),
    fc
      .record({
        by: fc.constantFrom<Extract<RepeatBy, { kind: 'each' }>>(...EACH_BY),
        steps: fc.oneof(list, fc.constantFrom(...EACH_STEPS)),
        max: fc.constantFrom(5, 100),
        onError,
      })
      .map(({ by, max, ...more }) => ({
        ...{ kind: 'repeat' as const, by, max: by.select ? max : by.devices.length },
        ...more,
      })),
    fc.record({
      kind: fc.constant('parallel' as const),
      lists,
      join: fc.constantFrom('all' as const, 'first' as const, 'none' as const),
    }),
    fc.record({ kind: fc.constant('race' as const), lists }),
  );
}

function assignments(): fc.Arbitrary<Assignment> {
  const lamp = subject('hall-lamp', 'brightness');
  const inputs: ExpressionInput[] =
    lamp.kind === 'device' ? [{ ...lamp, type: 'number', values: null }] : [];
  return fc.record({
    name: fc.constantFrom('a', 'b'),
    value: fc.constantFrom<Expression>(
      { parts: ['1'], inputs: [], type: 'number' },
      { parts: ['"a"'], inputs: [], type: 'text' },
      { parts: ['', 0, ' + 1'], inputs, type: 'number' },
      {
        parts: ['', 0, ''],
        inputs: [{ kind: 'local', name: 'a', type: 'number' }],
        type: 'number',
      },
    ),
  });
}

/** Steps about other scenes, and about variables. */
function otherSceneSteps(): fc.Arbitrary<Step> {
  const scene = fc.constantFrom('scene_a' as SceneId, 'scene_b' as SceneId);
  const onError = fc.constantFrom('continue' as const, 'stop' as const);
  const orSelf = fc.option(scene);
  return fc.oneof(
    fc.record({ kind: fc.constant('run' as const), scene, checkWhile: fc.boolean(), onError }),
    fc.record({ kind: fc.constant('cancel' as const), scene: orSelf }),
    fc.record({
      kind: fc.constant('call' as const),
      scene,
      args: fc.array(assignments(), { maxLength: 2 }),
      into: fc.option(fc.constantFrom('a', 'b')),
      onError,
    }),
    fc.record({ kind: fc.constant('undo' as const), scene: orSelf }),
    fc.record({
      kind: fc.constantFrom('let' as const, 'remember' as const),
      of: some(assignments()),
      onError,
    }),
    fc
      .record({ scene: orSelf, how: fc.constantFrom('on', 'finish', 'cancel'), onError })
      .map(({ how, ...more }) => ({
        kind: 'switch' as const,
        enabled: how === 'on',
        running: how === 'cancel' ? ('cancel' as const) : ('finish' as const),
        ...more,
      })),
  );
}

function scenes(): fc.Arbitrary<Scene> {
  return fc
    .record({
      name: fc.constant('S'),
      room: fc.constant(null),
      description: fc.constant(null),
      when: fc.array(triggers(), { maxLength: 2 }),
      while: fc.option(conditions()),
      do: some(steps()),
      again: fc.constantFrom<Scene['again']>(
        { kind: 'single' },
        { kind: 'restart' },
        { kind: 'queue', max: 2 },
        { kind: 'parallel', max: 2 },
        { kind: 'perDevice' },
        { kind: 'single', per: 'device' },
        { kind: 'queue', max: 2, overflow: 'drop-oldest' },
        { kind: 'queue', max: 2, per: 'device' },
      ),
      afterOutage: fc.constantFrom<Scene['afterOutage']>(
        DEFAULT_AFTER_OUTAGE,
        { ...DEFAULT_AFTER_OUTAGE, waits: 'drop' },
        { ...DEFAULT_AFTER_OUTAGE, holds: 'drop', late: { kind: 'run' } },
        { ...DEFAULT_AFTER_OUTAGE, late: { kind: 'skip', overMs: 0 } },
      ),
      tests: fc.constant([]),
    })
    .chain(paced);
}
