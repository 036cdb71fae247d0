import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { parse as parseYaml } from 'yaml';
import { homeNames } from './names.ts';
import { parseScene } from './parse.ts';
import { SCENE_FILE_SCHEMA } from './schema.ts';
import { sceneSentence } from './sentences.ts';
import { toShown, toStored } from './stored.ts';
import { TEST_DEVICES, TEST_NAMES, TEST_ROOMS } from './test-home.ts';

const TEXT = `scene: All of it
when:
  - becomes: {thermostat.mode: heat}
    from: [off]
    also: [save, reconnect]
    id: heating
  - changes: [hall-door.open, front-lock.locked]
    to: true
  - reports: kitchen-climate.temperature
  - commanded: {hall-lamp.on: true, bedroom-blind: stop}
  - crosses: {kitchen-climate.temperature: {above: thermostat.temperature, hysteresis: 1}}
  - moves: {kitchen-climate.temperature: {up: 2, within: 10min}}
  - holds: {hall-door.open: true}
    for: 10min
    away: pause
    already: since
  - silent: kitchen-climate.temperature
    for: 2h
  - so: {some: {room: hall, open: true}}
    for: 1min
  - together: {hall-door.open: true, hall-lamp.on: true, washer.on: true}
    at-least: 2
  - expression: "kitchen-climate.temperature - thermostat.temperature > 2" # warmer
  - sequence:
      - becomes: {hall-door.open: true}
      - presses: {bedroom-button.button: single}
    within: 30s
  - count: {of: {becomes: {hall-motion.occupancy: true}}, times: 3, within: 1min}
while:
  all:
    - above: {kitchen-climate.temperature: thermostat.temperature}
    - held: {hall-door.open: true}
      for: 1min
    - was: {hall-motion.occupancy: true}
      within: 5min
    - every: {label: windows, open: false}
    - at-least: {count: 2, kind: light, on: true}
    - reachable: hall-lamp
    - triggered-by: heating
    - expression: >-
        hall-lamp.on ||
        kitchen-climate.humidity > 60
    - one-of: [{is: {hall-lamp.on: true}}, {is: {washer.on: true}}]
    - at-least: {count: 1, of: [{is: {hall-lamp.on: true}}, {is: {washer.on: true}}]}
do: [{toggle: hall-lamp}]
`;

function problems(text: string): string[] {
  const { errors } = parseScene(text, TEST_NAMES);
  return (errors ?? []).map(({ line, column, message }) => `${line}:${column} ${message}`);
}

describe('triggers and conditions on states in a file', () => {
  it('are read, stored by id and shown as they were written', () => {
    expect(problems(TEXT)).toEqual([]);
    expect(v.safeParse(SCENE_FILE_SCHEMA, parseYaml(TEXT)).success).toBe(true);
    const kept = toStored(TEXT, TEST_NAMES);
    if (kept.errors) throw new Error(JSON.stringify(kept.errors));
    expect(kept.stored).toContain(
      '"dev_kitchen_climate.temperature - dev_thermostat.temperature > 2"',
    );
    expect(kept.stored).not.toMatch(
      /(?<!dev_)(?:hall|kitchen|bedroom)-(?:door|lamp|climate|blind)/,
    );
    const shown = toShown(kept.stored, TEST_NAMES);
    expect(parseScene(shown, TEST_NAMES).scene).toEqual(kept.scene);
    expect(parseScene(kept.stored, TEST_NAMES).scene).toEqual(kept.scene);
    // A text over several lines is set into one; all else stays as it was written.
    expect(shown.replace('"hall-lamp.on || kitchen-climate.humidity > 60"\n', '')).toBe(
      TEXT.replace(/>-\n.*\n.*\n/, ''),
    );
  });

  it('follow a rename of what an expression names', () => {
    const kept = toStored(TEXT, TEST_NAMES);
    const renamed = homeNames(
      TEST_DEVICES.map((one) => (one.handle === 'thermostat' ? { ...one, handle: '客厅' } : one)),
      TEST_ROOMS,
    );
    const shown = toShown(kept.errors ? '' : kept.stored, renamed);
    expect(shown).toContain('expression: "kitchen-climate.temperature - 客厅.temperature > 2"');
    expect(parseScene(shown, renamed).scene).toEqual(kept.errors ? null : kept.scene);
  });

  it('read as sentences in both languages', () => {
    const { scene } = parseScene(TEXT, TEST_NAMES);
    expect(scene && sceneSentence(scene, TEST_NAMES)).toMatchInlineSnapshot(`
      {
        "en": "When Thermostat's mode becomes heat from off (also found so on reconnecting) (also when it is so already as the scene is saved), or when Hall door's contact changes or Front lock's lock changes to open, or when Kitchen climate's temperature is reported, changed or not, or when Hall lamp's power is commanded to be on or Bedroom blind is told “stop”, or when Kitchen climate's temperature rises above Thermostat's temperature (and again once it was back by 1 °C), or when Kitchen climate's temperature rises by 2 °C or more within 10 minutes, or when Hall door is open for 10 minutes (the time stands still while it is out of reach) (counting what came before the scene was saved), or when Kitchen climate's temperature is not reported for 2 hours, or when it becomes so, and stays so for 1 minute, that some device in Hall tells that contact is open, or when it becomes so that at least 2 of these are so: [Hall door is open; Hall lamp is on; Washing machine is on], or when it becomes so that “{Kitchen climate's temperature} - {Thermostat's temperature} > 2” holds, or when these happen in this order within 30 seconds: [Hall door opens; then Bedroom button is pressed], or when this happens 3 times within 1 minute: [Hall motion detects motion], while Kitchen climate's temperature is above Thermostat's temperature and Hall door is open, and has been for at least 1 minute and Hall motion's motion was motion within the last 5 minutes and every device labelled “windows” tells that contact is closed and at least 2 devices (each a light) tell that power is on and Hall lamp is within reach and “heating” set it off and “{Hall lamp's power} || {Kitchen climate's humidity} > 60” holds and exactly one of these is so: [Hall lamp is on; Washing machine is on] and at least 1 of these are so: [Hall lamp is on; Washing machine is on]: toggle Hall lamp.",
        "zh": "当 Thermostat 的工作模式变为制热（之前为关闭）（重新连接时发现如此也算）（保存时已经如此也算），或当 Hall door 的门窗变化或 Front lock 的门锁变化（变为打开），或当收到 Kitchen climate 的温度的上报（未变化也算），或当收到把 Hall lamp 的开关设为开的命令或 Bedroom blind 收到命令“stop”，或当 Kitchen climate 的温度升到 Thermostat 的温度 以上（回落 1 °C 后重新计），或当 Kitchen climate 的温度在 10 分钟内上升 2 °C 或更多，或当 Hall door 处于打开状态满 10 分钟（失联期间暂停计时）（保存之前的时间也算），或当 Kitchen climate 的温度连续 2 小时没有上报，或当变为如此并持续 1 分钟：Hall 的设备中有门窗为打开的，或当变为如此：以下至少有 2 项成立：[Hall door 处于打开状态；Hall lamp 开着；Washing machine 开着]，或当变为如此：“{Kitchen climate 的温度} - {Thermostat 的温度} > 2”成立，或当 30 秒内依次发生：[Hall door 被打开；然后 Bedroom button 被单击]，或当 1 分钟内发生 3 次：[Hall motion 检测到有人移动]时，且 Kitchen climate 的温度高于 Thermostat 的温度且 Hall door 处于打开状态已至少 1 分钟且 Hall motion 的人体移动在最近 5 分钟内曾为有人且家里带“windows”标签的设备全部门窗为关闭且家里的灯中至少有 2 个开关为开且 Hall lamp 在线且由“heating”触发且“{Hall lamp 的开关} || {Kitchen climate 的湿度} > 60”成立且以下恰有一项成立：[Hall lamp 开着；Washing machine 开着]且以下至少有 1 项成立：[Hall lamp 开着；Washing machine 开着]，就切换 Hall lamp。",
      }
    `);
  });

  it.each([
    ['{becomes: {thermostat.mode: heat}, from: warm}', 'its values are|not "warm"|one of'],
    ['{becomes: {hall-door.open: true}, also: start}', '`also` is reconnect or save'],
    ['{changes: hall-door.open, also: save}', 'never there already'],
    ['{commanded: {hall-motion.occupancy: true}}', 'is never set'],
    ['{commanded: {bedroom-blind: stopp}}', 'did you mean stop?'],
    [
      '{crosses: {kitchen-climate.temperature: {above: kitchen-climate.humidity}}}',
      'One is in °C and the other in %',
    ],
    ['{crosses: {kitchen-climate.temperature: {above: hall-door.open}}}', 'Only numbers'],
    ['{crosses: {any: [kind.temperature, {above: thermostat.temperature}]}}', 'name them'],
    ['{moves: {kitchen-climate.temperature: {within: 1min}}}', 'Say one of `by`, `up` and `down`'],
    ['{moves: {hall-door.open: {by: 1, within: 1min}}}', 'moves nowhere'],
    ['{silent: kind.temperature, for: 1h}', 'Silence is that of a device'],
    ['{together: {hall-door.open: true}, at-least: 2}', 'There are only 1, so never 2'],
    ['{sequence: [{becomes: {hall-door.open: true}}], within: 1min}', '2 to 10 triggers'],
    [
      '{sequence: [{at: "07:00"}, {becomes: {hall-door.open: true}}], within: 1min}',
      'Only becomes, changes',
    ],
    [
      '{count: {of: {presses: {bedroom-button.button: single}}, times: 1, within: 1min}}',
      'from 2 to 100',
    ],
    [
      '{count: {of: {presses: {bedroom-button.button: single}}, times: 2, within: 0s}}',
      'Within what time?',
    ],
    ['{so: {triggered-by: a}, id: a}', 'What set the scene off is not known'],
    ['{expression: hall-lamp.brightness + 1}', 'true or false is wanted here'],
    ['{becomes: {hall-door.open: true}, id: "1 a"}', 'A name is wanted here'],
  ])('are refused where they make no sense: %s', (trigger, message) => {
    const told = problems(`scene: S\nwhen: [${trigger}]\ndo: [{toggle: hall-lamp}]\n`);
    expect(told.join('; ')).toMatch(new RegExp(message.split('|').map(plain).join('|')));
  });

  it.each([
    ['{some: {room: hal, on: true}}', 'There is no room "hal"; did you mean hall?'],
    ['{some: {kind: lihgt, on: true}}', 'is not a kind of device'],
    ['{every: {room: hall}}', 'One property is looked at'],
    ['{every: {room: hall, on: true, open: true}}', 'One property is looked at'],
    ['{none: {opeen: true}}', 'is not a kind of property'],
    ['{none: {on: 3}}', 'on'],
    ['{at-least: {count: 3, of: [{is: {hall-lamp.on: true}}]}}', 'There are only 1, so never 3'],
    [
      '{at-least: {count: 1, of: [{is: {hall-lamp.on: true}}], room: hall}}',
      'does not go with `of`',
    ],
    ['{triggered-by: heatin}', 'they have none'],
    ['{held: {hall-door.open: true}}', '"for" is missing here'],
    ['{reachable: hal-lamp}', 'did you mean hall-lamp?'],
    ['{above: {kitchen-climate.temperature: warm}}', 'a number without its unit'],
  ])('are refused where they mean nothing: %s', (condition, message) => {
    const told = problems(`scene: S\nwhile: ${condition}\ndo: [{toggle: hall-lamp}]\n`);
    expect(told.join('; ').toLowerCase()).toContain(message.toLowerCase());
  });
});

function plain(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}
