// Every kind of component of a Shelly, on emulated devices that answer as the vendor's do: what the home sees of it,
// what it can be told, and what it tells by itself.
import { expect, test } from 'vitest';
import type { PropertyValue } from '../../../hub/model/properties.ts';
import type { ShellyModel } from '../../../scripts/virtual-home/lan/model.ts';
import { add, atHome, eventsOf, key, startHub } from './testing/test-home.ts';
import * as profiles from './testing/test-profiles.ts';

type Values = Readonly<Record<string, PropertyValue>>;

const METERED = {
  voltage: 229.8,
  powerFactor: 0.92,
  frequency: 50,
  energy: 12.345678,
  producedEnergy: 0.25,
  deviceTemperature: 47.3,
};
const FINE = { fault: false, x_errors: '' };
const SYS = { x_restart_required: false };

/** Everything that the home knows of each device: nothing of it is missing, nothing is there that is not named. */
const SEEN: readonly (readonly [string, () => ShellyModel, Values])[] = [
  [
    'a relay with a meter, a switch on the wall, a script and firmware that waits',
    profiles.relay,
    {
      ...{ on: false, power: 0, current: 0, ...METERED, ...FINE, x_input: false },
      ...{ x_script_1: true, x_rssi: -58, x_restart_required: true, x_update: '1.7.2' },
    },
  ],
  [
    'a dimmer that was never calibrated',
    profiles.dimmer,
    {
      ...{ on: true, brightness: 40, power: 12, current: 12 / 230, x_calibrated: false },
      ...{ ...METERED, ...FINE, ...SYS },
    },
  ],
  [
    'a strip of colours with a white channel',
    profiles.strip,
    {
      ...{ on: false, brightness: 50, color: { hue: 0, saturation: 100 }, x_white: 20 },
      ...{ power: 0, current: 0, ...METERED, ...FINE, ...SYS },
    },
  ],
  [
    'a strip of colours and one of warm and cold white',
    profiles.twoColours,
    {
      ...{ 'on@1': true, 'brightness@1': 80, color: { hue: 120, saturation: 100 } },
      ...{ 'on@2': true, 'brightness@2': 70, colorTemperature: 3_000, ...FINE, ...SYS },
    },
  ],
  [
    'a bulb that is either coloured or white',
    profiles.bulb,
    {
      ...{
        on: true,
        brightness: 44,
        colorTemperature: 3_349,
        color: { hue: 218.5, saturation: 70.2 },
      },
      ...{ ...FINE, ...SYS },
    },
  ],
  [
    'a blind with slats',
    profiles.slats,
    {
      ...{ position: 30, tilt: 75, moving: 'stopped', x_calibrating: false, x_calibrated: true },
      ...{ power: 0, current: 0, ...METERED, ...FINE, ...SYS },
    },
  ],
  [
    'a blind that was never calibrated',
    profiles.uncalibrated,
    {
      ...{ position: 100, moving: 'stopped', x_calibrating: false, x_calibrated: false, power: 0 },
      ...{ ...FINE, ...SYS },
    },
  ],
  [
    'a meter of three phases',
    profiles.threePhases,
    {
      ...{ 'power@1': 951.2, 'power@2': -951.1, 'power@3': 715.4, 'power@4': 715.5 },
      ...{ 'voltage@1': 236.1, 'voltage@2': 236.2, 'voltage@3': 236.4 },
      ...{ 'current@1': 4.029, 'current@2': 4.027, 'current@3': 3.03 },
      ...{ 'current@4': 11.083, 'current@5': 0.41 },
      ...{ 'powerFactor@1': 1, 'powerFactor@2': -1, 'powerFactor@3': 1 },
      ...{ 'frequency@1': 50, 'frequency@2': 50, 'frequency@3': 50 },
      ...{ 'apparentPower@1': 951.9, 'apparentPower@2': 951.8 },
      ...{ 'apparentPower@3': 716.2, 'apparentPower@4': 2_619.9 },
      ...{ 'energy@1': 723, 'energy@2': 12, 'energy@3': 98, 'energy@4': 833 },
      ...{ 'producedEnergy@1': 1, 'producedEnergy@2': 456 },
      ...{ 'producedEnergy@3': 0, 'producedEnergy@4': 457 },
      ...{ fault: true, x_errors: 'em:0 b out_of_range:voltage', temperature: 46.3, ...SYS },
    },
  ],
  [
    'two meters of one phase beside a contactor',
    profiles.onePhaseMeters,
    {
      ...{ 'power@1': 1_520.3, 'power@2': 250.5, 'voltage@1': 235.9, 'voltage@2': 235.9 },
      ...{ 'current@1': 6.473, 'current@2': 1.1, 'powerFactor@1': 0.99, 'powerFactor@2': 0.96 },
      ...{ 'frequency@1': 50, 'frequency@2': 50 },
      ...{ 'apparentPower@1': 1_527.1, 'apparentPower@2': 259.5 },
      ...{ 'energy@1': 5_200, 'energy@2': 41, 'producedEnergy@1': 0, 'producedEnergy@2': 0.022 },
      ...{ on: true, ...FINE, ...SYS },
    },
  ],
  [
    'a meter alone',
    profiles.meter,
    { power: 31.4, current: 31.4 / 230, apparentPower: 34.1, ...METERED, ...FINE, ...SYS },
  ],
  [
    'analog and counting inputs, a voltmeter, and sensors that hang on it',
    profiles.inputs,
    {
      ...{ x_analog: 41.5, x_analog_value: 12.3, x_pulses: 1_205, x_pulses_value: 12.05 },
      ...{ x_pulse_frequency: 3.5, x_pulse_frequency_value: 0.035 },
      ...{ voltage: 12.31, x_voltage_value: 4.2, humidity: 61.2 },
      ...{ 'temperature@101': 4.5, 'temperature@102': 60.25, ...FINE, ...SYS },
    },
  ],
  [
    'a sensor of the climate on batteries',
    profiles.climate,
    {
      ...{ temperature: 21.7, humidity: 48.3, battery: 64, batteryVoltage: 5.38 },
      ...{ x_external_power: false, ...FINE },
    },
  ],
  [
    'a guard against water and smoke',
    profiles.guard,
    {
      ...{ waterLeak: false, smoke: false, 'muted@1': false, 'muted@2': false },
      ...{ battery: 81, batteryVoltage: 2.9, ...FINE, ...SYS },
    },
  ],
  [
    'people in the room and on the sofa',
    profiles.people,
    {
      ...{ 'presence@1': true, 'x_people@1': 2, 'presence@201': true, 'x_people@201': 2 },
      ...{ illuminance: 412, x_illumination: 'bright', ...FINE, ...SYS },
    },
  ],
  [
    'a thermostat on the wall',
    profiles.wallDisplay,
    {
      ...{ targetTemperature: 21.5, mode: 'heat', runningState: 'heat', on: true },
      ...{ 'temperature@1': 20.4, 'temperature@2': 20.4, humidity: 44 },
      ...{ illuminance: 4, x_illumination: 'dark', ...FINE, ...SYS },
    },
  ],
  [
    'what people have put into it, and a component that nobody knows yet',
    profiles.virtual,
    {
      ...{ on: false, x_boolean_200: false, x_number_200: 21.5, x_text_200: 'hello' },
      ...{ x_enum_200: 'eco', x_cury_0_ambient: 'calm', x_cury_0_level: 3, x_cury_0_isOn: true },
      ...{ ...FINE, ...SYS },
    },
  ],
];

test.each(SEEN)('the home sees all of %s', async (_, profile, expected) => {
  await using home = await atHome(profile());
  await home.hub.until('its values', () => Object.keys(home.hub.values(home.node)).length > 0);
  expect(home.hub.values(home.node)).toEqual(expected);
  const described = home.hub.description(home.node)?.properties ?? [];
  const told = described.filter(({ access }) => /^rw?$/.test(access)).map((one) => `${one.key}`);
  const silent = told.filter((one) => !(one in expected));
  // Firmware that waits is told only by a device that has looked for some.
  expect(silent.filter((one) => one !== 'x_update')).toEqual([]);
});

/** What is set, and the request that the device gets for it. */
const SET: readonly (readonly [
  string,
  () => ShellyModel,
  string,
  PropertyValue,
  string,
  object,
])[] = [
  ['a relay', profiles.relay, 'on', true, 'Switch.Set', { id: 0, on: true }],
  ['a dimmer', profiles.dimmer, 'brightness', 70, 'Light.Set', { id: 0, on: true, brightness: 70 }],
  [
    ...(['a strip', profiles.strip, 'color', { hue: 120, saturation: 100 }, 'RGBW.Set'] as const),
    { id: 0, on: true, rgb: [0, 255, 0] },
  ],
  ['a white channel', profiles.strip, 'x_white', 60, 'RGBW.Set', { id: 0, on: true, white: 153 }],
  ['one of two lamps', profiles.twoColours, 'on@1', false, 'RGB.Set', { id: 0, on: false }],
  [
    ...(['warm white', profiles.twoColours, 'colorTemperature', 4_000, 'CCT.Set'] as const),
    { id: 0, on: true, ct: 4_000 },
  ],
  [
    ...(['a bulb’s white', profiles.bulb, 'colorTemperature', 5_000, 'RGBCCT.Set'] as const),
    { id: 0, on: true, mode: 'cct', ct: 5_000 },
  ],
  [
    ...([
      'a bulb’s colour',
      profiles.bulb,
      'color',
      { hue: 0, saturation: 0 },
      'RGBCCT.Set',
    ] as const),
    { id: 0, on: true, mode: 'rgb', rgb: [255, 255, 255] },
  ],
  ['a blind', profiles.slats, 'position', 55, 'Cover.GoToPosition', { id: 0, pos: 55 }],
  ['slats', profiles.slats, 'tilt', 20, 'Cover.GoToPosition', { id: 0, slat_pos: 20 }],
  ['a blind without positions', profiles.uncalibrated, 'position', 0, 'Cover.Close', { id: 0 }],
  [
    ...([
      'a thermostat',
      profiles.wallDisplay,
      'targetTemperature',
      19.5,
      'Thermostat.SetConfig',
    ] as const),
    { id: 0, config: { id: 0, target_C: 19.5 } },
  ],
  [
    ...([
      'a thermostat’s mode',
      profiles.wallDisplay,
      'mode',
      'off',
      'Thermostat.SetConfig',
    ] as const),
    { id: 0, config: { id: 0, enable: false } },
  ],
  ['a script', profiles.relay, 'x_script_1', false, 'Script.Stop', { id: 1 }],
  [
    'a switch of its page',
    profiles.virtual,
    'x_boolean_200',
    true,
    'Boolean.Set',
    { id: 200, value: true },
  ],
  [
    'a number of its page',
    profiles.virtual,
    'x_number_200',
    33.5,
    'Number.Set',
    { id: 200, value: 33.5 },
  ],
  [
    'a text of its page',
    profiles.virtual,
    'x_text_200',
    'good day',
    'Text.Set',
    { id: 200, value: 'good day' },
  ],
  [
    'a choice of its page',
    profiles.virtual,
    'x_enum_200',
    'off',
    'Enum.Set',
    { id: 200, value: 'off' },
  ],
];

test.each(SET)(
  '%s is set, and says what it is then',
  async (_, profile, property, value, method, params) => {
    await using home = await atHome(profile());
    const { hub, node, device } = home;
    const before = hub.items.length;
    const outcome = await hub.settle(node, { kind: 'set', property: key(property), value });
    expect(outcome).toMatchObject({ state: 'acknowledged' });
    expect(device.requests.at(-1)).toEqual({ method, params });
    await hub.until('its new value', () =>
      hub.items.slice(before).some((item) => {
        return (
          item.kind === 'report' &&
          JSON.stringify(item.values[key(property)]) === JSON.stringify(value)
        );
      }),
    );
  },
);

test('what a device cannot be is refused with the reason, and what it refuses itself is told', async () => {
  await using home = await atHome(profiles.virtual());
  const { hub, node, device } = home;
  const set = (property: string, value: PropertyValue) =>
    hub.settle(node, { kind: 'set', property: key(property), value });
  expect(await set('x_enum_200', 'turbo')).toMatchObject({
    state: 'failed',
    problem: { code: 'invalid-input', zh: { message: expect.stringContaining('不能是') } },
  });
  expect(await set('x_number_200', 101)).toMatchObject({ problem: { code: 'invalid-input' } });
  expect(await set('x_cury_0_level', 4)).toMatchObject({ problem: { code: 'unsupported' } });
  device.config['enum:200'] = { options: ['eco'] };
  expect(await set('x_enum_200', 'off')).toMatchObject({
    state: 'failed',
    problem: { code: 'rejected-by-device', message: expect.stringContaining('Enum.Set') },
  });
});

test('what happens at a device is told once, as it happened', async () => {
  await using home = await atHome(profiles.dimmer());
  const { hub, node, device } = home;
  for (const event of ['btn_down', 'single_push', 'double_push', 'triple_push', 'long_push']) {
    device.press(1, event);
  }
  await hub.until('the presses', () => eventsOf(hub, node).length === 4);
  const presses = ['single', 'double', 'triple', 'long'].map((press) => `button@2 ${press}`);
  expect(eventsOf(hub, node)).toEqual(presses);

  await using other = await atHome(profiles.relay());
  other.device.press(0);
  await other.hub.until('the turn', () => other.hub.values(other.node)[key('x_input')] === true);
  expect(eventsOf(other.hub, other.node)).toEqual(['button on']);

  await using page = await atHome(profiles.virtual());
  const pressed = { kind: 'set', property: key('x_button_200'), value: true } as const;
  expect((await page.hub.settle(page.node, pressed)).state).toBe('acknowledged');
  await page.hub.until('the press', () => eventsOf(page.hub, page.node).includes('button single'));
});

test('errors are told while they last, and an alarm with them', async () => {
  await using home = await atHome(profiles.relay());
  const { hub, node, device } = home;
  const errors = () => hub.values(node)[key('x_errors')];
  device.change('switch:0', { output: false, errors: ['overtemp', 'overpower'] });
  await hub.until('the errors', () => errors() === 'switch:0 overtemp, overpower');
  expect(hub.values(node)[key('fault')]).toBe(true);
  device.change('switch:0', { errors: [] });
  await hub.until(
    'the end of them',
    () => errors() === '' && hub.values(node)[key('fault')] === false,
  );
  expect(hub.values(node)[key('energy')]).toBe(12.345678);
  device.push('NotifyStatus', { ts: 1, 'switch:0': { id: 0, aenergy: { by_minute: [1, 2, 3] } } });
  device.push('NotifyFullStatus', {
    ts: 1,
    'switch:0': { id: 0, output: true, aenergy: { total: 20_000 } },
  });
  await hub.until('the whole of it', () => hub.values(node)[key('energy')] === 20);

  await using guard = await atHome(profiles.guard());
  guard.device.change('flood:0', { alarm: true });
  guard.device.change('smoke:0', { alarm: true });
  await guard.hub.until('both alarms', () => {
    const { waterLeak, smoke } = guard.hub.values(guard.node) as Record<string, unknown>;
    return waterLeak === true && smoke === true;
  });
  const mute = { kind: 'invoke', name: 'mute', args: {} } as const;
  expect((await guard.hub.settle(guard.node, mute)).state).toBe('acknowledged');
  await guard.hub.until('silence', () => guard.hub.values(guard.node)[key('muted@2')] === true);
});

test('a blind that meets something says so, and one of several is stopped alone', async () => {
  await using home = await atHome(profiles.slats());
  const { hub, node, device } = home;
  device.change('cover:0', { state: 'stopped', errors: ['obstruction'] });
  await hub.until('the obstruction', () => hub.values(node)[key('moving')] === 'blocked');
  const invoke = (name: string, args: Record<string, PropertyValue>) =>
    hub.settle(node, { kind: 'invoke', name, args });
  expect((await invoke('calibrate', {})).state).toBe('acknowledged');
  await hub.until('it to calibrate', () => hub.values(node)[key('x_calibrating')] === true);
  expect((await invoke('stop', { endpoint: 1 })).state).toBe('acknowledged');
  expect(await invoke('stop', { endpoint: 2 })).toMatchObject({ problem: { code: 'unsupported' } });
});

test('a relay that is made a blind is described anew, at the same place in the home', async () => {
  await using home = await atHome(profiles.slats());
  const { hub, node, device } = home;
  expect(hub.description(node)?.kind).toBe('cover');
  const { status, config } = profiles.relay();
  await device.become({ status, config });
  await hub.until('the relay', () => hub.description(node)?.kind === 'switch');
  expect(hub.description(node)?.properties.some(({ key: one }) => one === 'position')).toBe(false);
  await hub.until('it to be there', () => hub.isOnline(node) === true);
  const outcome = await hub.settle(node, { kind: 'set', property: key('on'), value: true });
  expect(outcome.state).toBe('acknowledged');
});

test('what is added to a device later is seen, and keeps all other names as they were', async () => {
  await using home = await atHome(profiles.climate());
  const { hub, node, device } = home;
  device.status['temperature:100'] = { id: 100, tC: 3.25 };
  device.tell('sys', 'config_changed', { restart_required: false, cfg_rev: 13 });
  await hub.until('the second sensor', () => hub.values(node)[key('temperature@101')] === 3.25);
  expect(hub.values(node)[key('temperature')]).toBe(21.7);
  await hub.stop();
  await using next = await startHub(home.folder);
  await next.until('its values', () => next.values(node)[key('temperature@101')] === 3.25);
  expect(next.values(node)[key('temperature')]).toBe(21.7);
  // Added again by a person, as after a change of its address.
  await add(next, device);
  expect(next.description(node)?.properties.map((one) => `${one.key}`)).toEqual(
    expect.arrayContaining(['temperature', 'temperature@101']),
  );
});

test('the device’s own page lists what nothing is made of, and why', async () => {
  await using home = await atHome(profiles.virtual());
  expect(home.hub.description(home.node)?.notShown).toEqual([
    {
      what: 'group:200',
      parts: [],
      why: { en: 'it repeats what its members say', zh: '只重复其成员的内容' },
    },
    {
      what: 'lens:0',
      parts: [],
      why: { en: 'it says nothing that the hub knows', zh: '它没有中枢能识别的内容' },
    },
  ]);
});

test('what people have called a component on the device is what the home calls it, also when they change it', async () => {
  await using home = await atHome(profiles.relay());
  const { hub, node, device } = home;
  const labelOf = (name: string) =>
    hub.description(node)?.properties.find(({ key: one }) => one === name);
  expect(labelOf('on')).not.toHaveProperty('label');
  device.config['switch:0'] = {
    ...(device.config['switch:0'] as object),
    name: ' Boiler  pump\u0007',
  };
  device.tell('sys', 'config_changed', { restart_required: false, cfg_rev: 14 });
  await hub.until('its name', () => labelOf('on')?.isNamed === true);
  expect(labelOf('on')?.label).toEqual({ en: 'Boiler pump', zh: 'Boiler pump' });
  expect(labelOf('power')?.label).toEqual({
    en: 'Boiler pump electric power',
    zh: 'Boiler pump 功率',
  });
  device.config['switch:0'] = { ...(device.config['switch:0'] as object), name: '水泵' };
  device.tell('sys', 'config_changed', { restart_required: false, cfg_rev: 15 });
  await hub.until('the other', () => labelOf('on')?.label?.en === '水泵');
  expect(labelOf('energy')?.label).toEqual({ en: '水泵 energy used', zh: '水泵用电量' });
  const outcome = await hub.settle(node, { kind: 'set', property: key('on'), value: true });
  expect(outcome.state).toBe('acknowledged');
});

test('a device that wants a restart and newer firmware for it are told, by its name, until they are not so', async () => {
  await using home = await atHome(profiles.relay());
  const { hub, device, node } = home;
  const notices = () => {
    const told = hub.messages.filter((one) => one.kind === 'notices').at(-1);
    return told?.notices.map(({ text }) => text.en) ?? null;
  };
  await hub.until('both', () => notices()?.length === 2);
  expect(notices()?.join()).toContain(`${node} (1.7.2)`);
  device.change('sys', { restart_required: false });
  await hub.until('the restart to be done', () => notices()?.length === 1);
  await hub.call({ kind: 'remove', node, force: false });
  await hub.until('none', () => notices()?.length === 0);
});
