// Every kind of Tasmota device, on emulated ones that speak real MQTT: what the home sees of it, what it can be told,
// and what it tells by itself. INGLE_SEED repeats the run of odd messages, INGLE_COUNT lengthens it.
import { expect, test } from 'vitest';
import type { PropertyValue } from '../../../hub/model/properties.ts';
import type { TasmotaModel } from '../../../scripts/virtual-home/lan/model.ts';
import { oddJson, oddText } from '../../../scripts/virtual-home/odd-json.ts';
import { createRandom } from '../../../scripts/virtual-home/random.ts';
import { convert, happeningsOf, valuesOf } from './convert.ts';
import { isFields, parseDiscovery, parseSensors } from './discovery.ts';
import { acquaint, atHome, key, startHub } from './testing/test-home.ts';
import * as profiles from './testing/test-profiles.ts';

const SEED = Number(process.env.INGLE_SEED ?? 20_261_122);
const COUNT = Number(process.env.INGLE_COUNT ?? 1_300);

type Values = Readonly<Record<string, PropertyValue>>;

/** What every device tells of itself. */
const SELF = { x_rssi: -62, x_uptime: 36_729, x_restart_reason: 'Software/System restart' };
const DARK = { x_fade: false, x_speed: 1 };

/** Everything that the home knows of each device: nothing of it is missing, nothing is there that is not named. */
const SEEN: readonly (readonly [string, () => TasmotaModel, Values])[] = [
  ['four relays', profiles.relays, { 'on@1': false, 'on@2': true, 'on@3': false, 'on@4': false }],
  ['a dimmer', profiles.dimmer, { on: true, brightness: 40, x_fade: false, x_speed: 10 }],
  [
    'a lamp of cold and warm white',
    profiles.white,
    { on: false, brightness: 40, colorTemperature: 4_000, x_fade: true, x_speed: 4 },
  ],
  [
    'a strip of colours with a white channel',
    profiles.strip,
    {
      ...{ on: true, brightness: 50, color: { hue: 0, saturation: 100 }, x_white: 0 },
      ...{ effect: 'stop_effect', ...DARK },
    },
  ],
  [
    'a strip whose colours and whites are two lights',
    profiles.split,
    {
      ...{ 'on@1': true, 'brightness@1': 60, color: { hue: 0, saturation: 100 } },
      ...{ 'on@2': false, 'brightness@2': 30, colorTemperature: 3_333 },
      ...{ effect: 'stop_effect', ...DARK },
    },
  ],
  [
    'a light for each channel',
    profiles.channels,
    {
      ...{ 'on@1': true, 'brightness@1': 20, 'on@2': false, 'brightness@2': 0 },
      ...{ 'on@3': true, 'brightness@3': 100 },
    },
  ],
  [
    'a shutter, and a blind with slats that counts the other way round',
    profiles.shutters,
    {
      ...{ 'position@1': 30, 'moving@1': 'stopped' },
      ...{ 'position@2': 70, 'moving@2': 'stopped', tilt: 0 },
    },
  ],
  ['a fan with a lamp', profiles.fan, { on: true, fanMode: 'medium', fanSpeed: 67 }],
  ['buttons and switches', profiles.panel, { x_switch: false }],
  [
    'a meter of three phases',
    profiles.meter,
    {
      ...{ on: true, 'power@1': 120, 'power@2': 60, 'power@3': 0 },
      ...{ 'energy@1': 12.5, 'energy@2': 3.25, 'energy@3': 0, x_energy_today: 0.75 },
      ...{ x_energy_yesterday: 1.5, 'producedEnergy@1': 0.5, 'producedEnergy@2': 0 },
      ...{ 'producedEnergy@3': 0, 'apparentPower@1': 130, 'apparentPower@2': 65 },
      ...{ 'apparentPower@3': 0, 'reactivePower@1': 40, 'reactivePower@2': 20 },
      ...{ 'reactivePower@3': 0, 'powerFactor@1': 0.92, 'powerFactor@2': 0.92 },
      ...{ 'powerFactor@3': 0, frequency: 50, 'voltage@1': 230, 'voltage@2': 231 },
      ...{ 'voltage@3': 229, 'current@1': 0.56, 'current@2': 0.28, 'current@3': 0 },
      x_phase_angle: 290.5,
    },
  ],
  [
    'a weather station in units of its own',
    profiles.station,
    {
      ...{ 'temperature@1': 20, 'temperature@2': 5, 'temperature@3': 22, 'temperature@4': 22.5 },
      ...{ humidity: 48.2, x_dew_point: 10, pressure: 1_013.3, x_sea_pressure: 1_019.9 },
      ...{ illuminance: 312, co2: 640, x_eco2: 410, voc: 12, x_pm1: 3, pm25: 5, pm10: 7 },
      ...{ x_cf1: 3, x_cf2_5: 5, x_cf10: 6, x_pb0_3: 1_300, x_distance: 167.4 },
      ...{ windSpeed: 10, windDirection: 247.5, x_TX23_Speed_Avg: 18, x_analog: 512 },
      ...{ soilMoisture: 41, 'x_counter@1': 7, 'x_counter@2': 9, deviceTemperature: 50 },
    },
  ],
  ['a reader of cards', profiles.reader, { x_GM861_Barcode: '', x_IBEACON_isNear: true }],
];

test.each(SEEN)('the home sees all of %s', async (_, profile, expected) => {
  await using home = await atHome(profile());
  const { hub, node } = home;
  const all = { ...SELF, ...expected };
  await hub.until('its values', () => Object.keys(all).every((one) => one in hub.values(node)));
  expect(hub.values(node)).toEqual(all);
  const told = hub.description(node)?.properties.filter(({ access }) => /^rw?$/.test(access));
  expect(told?.map((one) => `${one.key}`).filter((one) => !(one in all))).toEqual([]);
});

/** What is set, what the device is told, and what is so then. */
const SET: readonly (readonly [string, () => TasmotaModel, string, PropertyValue, string])[] = [
  ['a relay', profiles.relays, 'on@2', false, 'POWER2 OFF'],
  ['a dimmer', profiles.dimmer, 'brightness', 35, 'Dimmer 35'],
  ['a white', profiles.white, 'colorTemperature', 3_000, 'CT 333'],
  ['a narrow white', profiles.white, 'colorTemperature', 2_650, 'CT 377'],
  ['a colour', profiles.strip, 'color', { hue: 200, saturation: 80 }, 'HSBColor 200,80,50'],
  ['a white channel', profiles.strip, 'x_white', 25, 'White 25'],
  ['a scheme', profiles.strip, 'effect', 'cycle_up', 'Scheme 2'],
  ['fading', profiles.strip, 'x_fade', true, 'Fade 1'],
  ['its time', profiles.strip, 'x_speed', 12, 'Speed 12'],
  ['the colours of two', profiles.split, 'color', { hue: 90, saturation: 50 }, 'HSBColor 90,50,60'],
  ['the whites of two', profiles.split, 'brightness@2', 80, 'Dimmer2 80'],
  ['one channel', profiles.channels, 'brightness@2', 15, 'Channel2 15'],
  ['a shutter', profiles.shutters, 'position@1', 75, 'ShutterPosition1 75'],
  ['a shutter the other way round', profiles.shutters, 'position@2', 90, 'ShutterPosition2 10'],
  ['slats', profiles.shutters, 'tilt', 75, 'ShutterTilt2 45'],
  ['a fan', profiles.fan, 'fanMode', 'high', 'FanSpeed 3'],
  ['a fan by its speed', profiles.fan, 'fanSpeed', 33, 'FanSpeed 1'],
];

test.each(SET)(
  '%s is set, and says what it is then',
  async (_, profile, property, value, command) => {
    await using home = await atHome(profile());
    const { hub, node, device } = home;
    expect((await home.set(property, value)).state).toBe('acknowledged');
    expect(device.commands.map((one) => `${one.name} ${one.payload}`)).toContain(command);
    const isSo = () => {
      const now = hub.values(node)[key(property)];
      // Mireds are whole, and a kelvin is not.
      if (typeof now === 'number' && typeof value === 'number') return Math.abs(now - value) < 10;
      return JSON.stringify(now) === JSON.stringify(value);
    };
    await hub.until('its new value', isSo);
  },
);

test('outputs are called as people have called them on the device, and as the table calls them where nobody has', async () => {
  await using home = await atHome(profiles.relays());
  const { hub, node, device } = home;
  const labels = () =>
    hub.description(node)?.properties.flatMap(({ name, label }) => (name === 'on' ? [label] : []));
  const both = (name: string) => ({ en: name, zh: name });
  expect(labels()).toEqual(['Pump', 'Fan', 'Up', 'Down'].map(both));
  // As it comes from its maker, and two that are called alike.
  const fn = ['Tasmota', 'Tasmota2', '灯', '灯'];
  Object.assign(device.model.config, { fn });
  device.announce();
  await hub.until('the new names', () => labels()?.[0] === undefined);
  expect(labels()).toEqual([undefined, undefined, both('灯 3'), both('灯 4')]);
});

test('of two relays that must not both be on, the one that went off by itself is told', async () => {
  await using home = await atHome(profiles.relays());
  const { hub, node } = home;
  await home.set('on@3', true);
  await home.set('on@4', true);
  await hub.until('the other', () => hub.values(node)[key('on@3')] === false);
  expect(hub.values(node)[key('on@4')]).toBe(true);
});

test('a light takes its time where it is asked to, this once alone', async () => {
  await using home = await atHome(profiles.dimmer());
  const { device } = home;
  expect((await home.set('brightness', 80, 3_000)).state).toBe('acknowledged');
  expect(device.commands.at(-1)).toEqual({
    name: 'Backlog',
    payload: 'NoDelay;Fade2 1;NoDelay;Speed2 6;NoDelay;Dimmer 80',
  });
  expect(device.state).toMatchObject({ Dimmer: 80, Fade: 'OFF', Speed: 10 });
});

test('a moving shutter is told as it moves, and stopped where it is', async () => {
  await using home = await atHome(profiles.shutters());
  const { hub, node } = home;
  await home.set('position@1', 90);
  await hub.until('it to rest', () => {
    const { 'position@1': position, 'moving@1': moving } = hub.values(node) as Values;
    return position === 90 && moving === 'stopped';
  });
  const moved = hub.items.flatMap((item) =>
    item.kind === 'report' ? [item.values[key('moving@1')]] : [],
  );
  expect(moved).toContain('opening');
  await home.set('position@2', 0);
  const stop = await hub.settle(node, { kind: 'invoke', name: 'stop', args: { endpoint: 2 } });
  expect(stop.state).toBe('acknowledged');
  expect(home.device.commands.at(-1)).toEqual({ name: 'ShutterStop2', payload: '' });
  await hub.until('it to stand', () => hub.values(node)[key('moving@2')] === 'stopped');
});

test('what happens at buttons, switches and readers is told in the home’s words', async () => {
  await using home = await atHome(profiles.panel());
  const { hub, device } = home;
  device.press('PENTA', 1);
  device.press('HALT', 2);
  device.turn('Switch1', 'AN');
  device.turn('Switch2', 'INC_DEC');
  device.turn('Switch2', 'NONSENSE');
  device.turn('Switch9', 'AN');
  const happened = (of = hub) =>
    of.items.flatMap((item) => (item.kind === 'event' ? [`${item.property} ${item.value}`] : []));
  await hub.until('all of it', () => happened().length === 4);
  expect(happened()).toEqual([
    ...['button@1 quintuple', 'button@2 long', 'button@3 on', 'button@4 brightness_move'],
  ]);
  await hub.until('the door', () => hub.values(home.node)[key('x_switch')] === true);

  await using gate = await atHome(profiles.reader());
  gate.device.sense({ PN532: { UID: '04A1B2C3', Data: '' } });
  await gate.hub.until('the card', () => happened(gate.hub).includes('x_tag 04A1B2C3'));
});

test('a lamp is told done by its own answer, and not by what it told of before', async () => {
  await using home = await atHome(profiles.strip());
  const { hub, node, device } = home;
  device.fault.delayMs = 300;
  const dimmed = home.set('brightness', 20);
  const coloured = home.set('color', { hue: 120, saturation: 100 });
  // What was on its way when the command was sent still speaks of before.
  const stale = JSON.stringify({ POWER: 'ON', Dimmer: 99, HSBColor: '0,100,99' });
  for (const topic of ['STATE', 'STATUS11']) device.garble('tele', topic, stale);
  device.garble('stat', 'STATUS11', JSON.stringify({ StatusSTS: JSON.parse(stale) }));
  await hub.until('the old state', () => hub.values(node)[key('brightness')] === 99);
  expect(
    hub.items.filter((item) => item.kind === 'outcome' && item.state === 'acknowledged'),
  ).toEqual([]);
  expect((await dimmed).state).toBe('acknowledged');
  expect((await coloured).state).toBe('acknowledged');
  expect(device.commands.slice(-2).map(({ name, payload }) => `${name} ${payload}`)).toEqual([
    ...['Dimmer 20', 'HSBColor 120,100,20'],
  ]);
});

test('a command that a device does not take is told with the command', async () => {
  await using home = await atHome(profiles.white());
  const { device } = home;
  delete device.state.CT;
  expect(await home.set('colorTemperature', 4_000)).toMatchObject({
    state: 'failed',
    problem: {
      code: 'rejected-by-device',
      message: 'white does not take the command "CT 250"',
      zh: { message: 'white 不接受命令“CT 250”' },
    },
  });
  expect(await home.set('colorTemperature', 6_000)).toMatchObject({
    problem: { code: 'invalid-input', zh: expect.anything() },
  });
});

test('an announcement that is withdrawn is told, and taken back with the next', async () => {
  await using home = await atHome(profiles.relays());
  const { hub, node, device } = home;
  device.withdraw();
  await hub.until('word of it', () =>
    hub.items.some(
      (item) => item.kind === 'availability' && item.reason === 'It has withdrawn its announcement',
    ),
  );
  expect(await home.set('on@1', true)).toMatchObject({ state: 'failed' });
  expect(hub.description(node)).not.toBeNull();
  device.announce();
  await hub.until('it again', () => hub.isOnline(node) === true);
  expect((await home.set('on@1', true)).state).toBe('acknowledged');
});

test('a device that sleeps is there while it sleeps, with its last values, and says why it takes no command', async () => {
  const model = profiles.sleeper();
  const config = { ...model.config, rl: [1] };
  await using home = await atHome({ ...model, config, state: { POWER: 'OFF', Battery: 77 } });
  const { hub, node, device } = home;
  await hub.until('its battery', () => hub.values(node)[key('battery')] === 77);
  await hub.until('its warmth', () => hub.values(node)[key('temperature')] === 7.5);
  expect(hub.description(node)?.power).toBe('battery');
  hub.listen([`tele/${device.model.topic}/LWT`]);
  await device.sleep(600);
  await hub.until('the goodbye', () =>
    hub.items.some((item) => item.kind === 'message' && item.payload === 'Offline'),
  );
  expect(hub.isOnline(node)).toBe(true);
  expect(hub.values(node)[key('temperature')]).toBe(7.5);
  expect(await home.set('on', true)).toMatchObject({
    state: 'failed',
    problem: { message: 'sleeper is asleep and hears nothing', zh: expect.anything() },
  });
  device.plugIn();
  device.sensors.SHT3X = { Temperature: 6.25, Humidity: 80 };
  await hub.until('its next values', () => hub.values(node)[key('temperature')] === 6.25);
  await hub.stop();
  await using next = await startHub(home.folder);
  await next.until('it, asleep or not', () => next.isOnline(node) === true);
});

test('what a device has keeps its names when sensors are added, also over a restart', async () => {
  await using home = await atHome(profiles.sleeper());
  const { hub, node, device, folder } = home;
  Object.assign(device.sensors, { 'DS18B20-1': { Id: '01', Temperature: 3 } });
  device.announce();
  device.sense({});
  await hub.until('the second', () => hub.values(node)[key('temperature@1')] === 3);
  expect(hub.values(node)[key('temperature')]).toBe(7.5);
  await hub.stop();
  await using next = await startHub(folder);
  await acquaint(next, device);
  await next.until('both', () => next.values(node)[key('temperature@1')] === 3);
  expect(next.values(node)[key('temperature')]).toBe(7.5);
});

test('sensors that are more than the hub takes are listed as not shown, and the others are there', async () => {
  const model = profiles.relays();
  const sensors = Object.fromEntries(
    Array.from({ length: 70 }, (_, n) => [`DS18B20-${n + 1}`, { Id: `${n}`, Temperature: n }]),
  );
  await using home = await atHome({ ...model, sensors });
  const { hub, node } = home;
  await hub.until('its sensors', () => hub.description(node)?.notShown !== undefined);
  const { properties = [], notShown = [] } = hub.description(node) ?? {};
  expect(properties.filter(({ name }) => name === 'temperature')).toHaveLength(64);
  expect(notShown.map(({ what }) => what)).toEqual(
    [65, 66, 67, 68, 69, 70].map((n) => `DS18B20-${n}`),
  );
});

test('odd announcements of any device are taken in or left, and never more than the table can hold', () => {
  const random = createRandom(SEED);
  process.stdout.write(`INGLE_SEED=${SEED}\n`);
  for (let n = 0; n < COUNT; n += 1) {
    const { config: whole, sensors: sn, state } = random.pick(profiles.PROFILES)();
    const config = parseDiscovery(oddJson(random, whole)) ?? parseDiscovery(whole);
    if (config === null) throw new Error('a whole announcement was not understood');
    const conversion = convert(config, parseSensors(oddJson(random, { sn, ver: 1 })));
    const keys = [...conversion.bindings.keys()];
    expect(keys.length).toBeLessThanOrEqual(240);
    for (const said of [state, sn, { Button1: { Action: 'SINGLE' }, Switch1: { Action: 'ON' } }]) {
      const message = oddJson(random, said);
      if (!isFields(message)) continue;
      for (const one of Object.keys(valuesOf(conversion, message))) expect(keys).toContain(one);
      happeningsOf(conversion, message);
    }
    const again = convert(config, parseSensors({ sn }), conversion.places);
    for (const [id, place] of Object.entries(again.places)) {
      if (id in conversion.places) expect(conversion.places[id]).toBe(place);
    }
  }
}, 240_000);

test('odd messages of any device neither stop the adapter nor lose the device', async () => {
  const random = createRandom(SEED);
  const perDevice = Math.ceil(COUNT / profiles.PROFILES.length);
  for (const profile of profiles.PROFILES) {
    await using home = await atHome(profile());
    const { hub, node, device } = home;
    const said = [device.state, device.sensors, { Button1: { Action: 'SINGLE' } }];
    const words = ['RESULT', 'STATE', 'SENSOR', 'STATUS10', 'STATUS11', 'DEEPSLEEP', 'INFO3'];
    for (let n = 0; n < perDevice; n += 1) {
      const odd = JSON.stringify(oddJson(random, random.pick(said))) ?? '';
      const text = random.next() < 0.3 ? oddText(random, odd) : odd;
      device.garble(random.pick(['stat', 'tele']), random.pick(words), text);
      if (n % 200 === 199) await hub.call({ kind: 'describe' });
    }
    device.publishAs(`tasmota/discovery/${node}/config`, '{"mac":');
    device.announce();
    device.sense({});
    await hub.call({ kind: 'refresh', node });
    const from = hub.items.length;
    await hub.until('it to speak', () =>
      hub.items.slice(from).some((item) => item.kind === 'report' && item.node === node),
    );
    expect(hub.isOnline(node)).toBe(true);
    expect(hub.exitCode).toBeUndefined();
  }
}, 240_000);
