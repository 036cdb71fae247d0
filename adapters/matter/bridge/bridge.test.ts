// The Matter bridge in its worker against a real matter.js controller in a network namespace: every kind of device
// both ways, refusals, presses, endpoints that stay with their devices. INGLE_COUNT sets how many lamps there are.
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FabricId } from '../../../hub/model/identifiers.ts';
import type { PropertyKey } from '../../../hub/model/properties.ts';
import { BridgedHome, device, has } from '../testing/bridged-home.ts';
import { TestController } from '../testing/test-controller.ts';
import { TestHouse, whyNoNamespace } from '../testing/test-house.ts';

const LAMPS = Math.min(Number(process.env.INGLE_COUNT ?? 33), 150);

const DEVICES = [
  device('lamp', 'light', ['on', 'brightness', 'colorTemperature', 'color', 'powerOnBehavior']),
  device('plug', 'plug', ['on', 'power', 'energy', 'voltage', 'current']),
  device('climate', 'climate', ['temperature', 'humidity', 'pressure', 'battery', 'linkQuality']),
  device('door', 'contact', ['open', 'batteryLow']),
  device('lock', 'lock', ['locked', 'lockState']),
  device('blind', 'cover', ['position', 'moving']),
  device('radiator', 'thermostat', [
    ...(['targetTemperature', 'temperature', 'runningState'] as const),
    has('mode', { values: ['off', 'heat', 'auto'] }),
  ]),
  device('fan', 'fan', ['on', 'fanSpeed']),
  device('smoke', 'smoke', ['smoke', 'carbonMonoxide']),
  device('motion', 'motion', ['occupancy', 'illuminance']),
  device('leak', 'leak', ['waterLeak']),
  device('valve', 'valve', ['on']),
  device('air', 'sensor', ['airQuality', 'co2', 'pm25']),
  device('button', 'button', [has('button', { values: ['single', 'double', 'long', 'release'] })]),
  device('remote', 'remote', [has('button', { values: ['on', 'off'] })]),
  device('twin', 'switch', [
    has('on', { endpoint: 1 }),
    has('on', { endpoint: 2, label: { en: 'Back garden', zh: 'Back garden' }, isNamed: true }),
  ]),
  device('repeater', 'repeater', ['linkQuality']),
  ...Array.from({ length: LAMPS }, (_, index) =>
    device(`lamp-${index + 1}`, 'light', ['on', 'brightness']),
  ),
];
const KNOWN = DEVICES.filter(({ name }) => name !== 'repeater');

describe.skipIf(whyNoNamespace() !== null)('the Matter bridge', () => {
  let house: TestHouse;
  let home: BridgedHome;
  let controller: TestController;
  const endpoint = (name: string, child = 0) => home.endpoint(name) + child;

  const startController = (name: string) =>
    TestController.start({
      inside: (command, args) => ['nsenter', [...house.inside, command, ...args]],
      data: path.join(house.folder, name),
      networkInterface: 'lo',
    });

  /** What the last command asked of the home. */
  async function asks(name: string, act: () => Promise<void>): Promise<object[]> {
    home.asked.length = 0;
    await act();
    expect(home.asked.map(({ device: id }) => id)).toEqual(home.asked.map(() => `dev_${name}`));
    return home.asked.map(({ body }) =>
      body.kind === 'set' ? { [body.property]: body.value } : { [body.name]: body.args },
    );
  }

  const offered = () => home.offer(KNOWN);

  beforeAll(async () => {
    house = await TestHouse.open();
    home = await BridgedHome.start(house.open, house.folder, KNOWN);
    controller = await startController('controller');
    await controller.commission(await home.code());
  }, 90_000);

  afterAll(async () => {
    await controller?.[Symbol.asyncDispose]();
    await home?.[Symbol.asyncDispose]();
    await house?.[Symbol.asyncDispose]();
  });

  test(`all of ${KNOWN.length} devices stand on it, each as the Matter devices that it is made of`, async () => {
    const types = Object.fromEntries(
      (home.status?.devices ?? []).map((one) => [one.device.slice(4), one.types.join(' + ')]),
    );
    expect(types).toMatchObject({
      lamp: 'ExtendedColorLight',
      plug: 'OnOffPlugInUnit + ElectricalSensor',
      climate: 'TemperatureSensor + HumiditySensor + PressureSensor',
      door: 'ContactSensor',
      lock: 'DoorLock',
      blind: 'WindowCovering',
      radiator: 'Thermostat',
      fan: 'Fan',
      smoke: 'SmokeCoAlarm',
      motion: 'OccupancySensor + LightSensor',
      leak: 'WaterLeakDetector',
      valve: 'WaterValve',
      air: 'AirQualitySensor',
      button: 'GenericSwitch',
      remote: 'GenericSwitch + GenericSwitch',
      twin: 'OnOffPlugInUnit + OnOffPlugInUnit',
    });
    const heard = await controller.endpoints();
    const [aggregator] = heard.filter(({ number }) => number === 1);
    const numbers = home.status?.devices.map((one) => one.endpoint) ?? [];
    expect(aggregator?.parts).toEqual(expect.arrayContaining(numbers));
    expect(new Set(numbers).size).toBe(KNOWN.length);
    const left = home.status?.devices.find((one) => one.device === 'dev_climate')?.leftOut;
    expect(left).toEqual(['linkQuality']);
  });

  test('a device that Matter has nothing for is told, and the others stand', async () => {
    const { hub } = home;
    const devices = DEVICES;
    const news = devices.map(({ id }) => ({ device: id, isOnline: true }));
    const update = { kind: 'home', isOn: true, name: 'Home', devices, news, rights: {} } as const;
    hub.line.toHost({ kind: 'bridge', update });
    await hub.until('word of it', () => home.status?.unknown.includes(devices[16]?.id as never));
    expect(home.status?.devices.length).toBe(KNOWN.length);
    await offered();
  });

  test('what the home says is what the controller sees', async () => {
    const seen: [string, number, object, string, string, unknown][] = [
      ['lamp', 0, { on: true, brightness: 50 }, 'levelControl', 'currentLevel', 127],
      ['lamp', 0, { colorTemperature: 4000 }, 'colorControl', 'colorTemperatureMireds', 250],
      ['lamp', 0, { color: { hue: 120, saturation: 100 } }, 'colorControl', 'currentHue', 85],
      ['plug', 0, { power: 1234.5 }, 'electricalPowerMeasurement', 'activePower', 1_234_500],
      ['climate', 1, { temperature: 21.56 }, 'temperatureMeasurement', 'measuredValue', 2156],
      ['climate', 2, { humidity: 45.5 }, 'relativeHumidityMeasurement', 'measuredValue', 4550],
      ['climate', 0, { battery: 15 }, 'powerSource', 'batPercentRemaining', 30],
      ['climate', 0, {}, 'powerSource', 'batChargeLevel', 1],
      ['door', 0, { open: true }, 'booleanState', 'stateValue', false],
      ['lock', 0, { locked: true }, 'doorLock', 'lockState', 1],
      ['blind', 0, { position: 30 }, 'windowCovering', 'currentPositionLiftPercent100ths', 7000],
      ['radiator', 0, { temperature: 19.5 }, 'thermostat', 'localTemperature', 1950],
      ['radiator', 0, { targetTemperature: 22 }, 'thermostat', 'occupiedHeatingSetpoint', 2200],
      ['fan', 0, { on: true, fanSpeed: 66 }, 'fanControl', 'percentCurrent', 66],
      ['smoke', 0, { smoke: true }, 'smokeCoAlarm', 'smokeState', 2],
      ['motion', 1, { occupancy: true }, 'occupancySensing', 'occupancy', { occupied: true }],
      ['motion', 2, { illuminance: 100 }, 'illuminanceMeasurement', 'measuredValue', 20_001],
      ['leak', 0, { waterLeak: true }, 'booleanState', 'stateValue', true],
      ['valve', 0, { on: true }, 'valveConfigurationAndControl', 'currentState', 1],
      ['air', 0, { co2: 800 }, 'carbonDioxideConcentrationMeasurement', 'measuredValue', 800],
      ['twin', 2, { 'on@2': true }, 'onOff', 'onOff', true],
    ];
    for (const [name, , values] of seen) home.values(name, values as never);
    for (const [name, child, , cluster, attribute, value] of seen) {
      await controller.becomes(endpoint(name, child), cluster, attribute, value);
    }
    await controller.becomes(endpoint('twin', 1), 'onOff', 'onOff', false);
    await controller.becomes(endpoint('twin', 2), 'fixedLabel', 'labelList', [
      { label: 'Label', value: 'Back garden' },
    ]);
    const information = 'bridgedDeviceBasicInformation';
    home.tell('plug', { isOnline: false });
    await controller.becomes(endpoint('plug'), information, 'reachable', false);
    home.tell('plug', { isOnline: true });
    await controller.becomes(endpoint('plug'), information, 'reachable', true);
  }, 30_000);

  test('what the controller asks reaches the home in its own words', async () => {
    const invoke = (name: string, cluster: string, command: string, fields?: object, child = 0) =>
      asks(name, () => controller.invoke(endpoint(name, child), cluster, command, fields));
    const options = { optionsMask: {}, optionsOverride: {} };
    expect(await invoke('plug', 'onOff', 'on')).toEqual([{ on: true }]);
    expect(await invoke('twin', 'onOff', 'off', undefined, 2)).toEqual([{ 'on@2': false }]);
    const dim = { level: 127, transitionTime: 10, ...options };
    expect(await invoke('lamp', 'levelControl', 'moveToLevelWithOnOff', dim)).toEqual([
      { brightness: 50 },
    ]);
    const white = { colorTemperatureMireds: 250, transitionTime: 0, ...options };
    expect(await invoke('lamp', 'colorControl', 'moveToColorTemperature', white)).toEqual([
      { colorTemperature: 4000 },
    ]);
    const color = { hue: 85, saturation: 254, transitionTime: 0, ...options };
    expect(await invoke('lamp', 'colorControl', 'moveToHueAndSaturation', color)).toEqual([
      { color: { hue: 120, saturation: 100 } },
    ]);
    const xy = { colorX: 45_914, colorY: 19_615, transitionTime: 0, ...options };
    expect(await invoke('lamp', 'colorControl', 'moveToColor', xy)).toEqual([
      { color: { hue: expect.toSatisfy((hue: number) => hue < 8 || hue > 352), saturation: 100 } },
    ]);
    expect(await invoke('lock', 'doorLock', 'unlockDoor', {})).toEqual([{ locked: false }]);
    expect(await invoke('blind', 'windowCovering', 'upOrOpen')).toEqual([{ position: 100 }]);
    const lift = { liftPercent100thsValue: 2500 };
    expect(await invoke('blind', 'windowCovering', 'goToLiftPercentage', lift)).toEqual([
      { position: 75 },
    ]);
    expect(await invoke('blind', 'windowCovering', 'stopMotion')).toEqual([{ stop: {} }]);
    expect(await invoke('valve', 'valveConfigurationAndControl', 'close')).toEqual([{ on: false }]);
    expect(await invoke('door', 'identify', 'identify', { identifyTime: 5 })).toEqual([
      { identify: {} },
    ]);
    const raise = { mode: 0, amount: 15 };
    expect(await invoke('radiator', 'thermostat', 'setpointRaiseLower', raise)).toEqual([
      { targetTemperature: 23.5 },
    ]);
    const write = (name: string, cluster: string, attribute: string, value: unknown) =>
      asks(name, () => controller.write(endpoint(name), cluster, attribute, value));
    expect(await write('radiator', 'thermostat', 'occupiedHeatingSetpoint', 2050)).toEqual([
      { targetTemperature: 20.5 },
    ]);
    expect(await write('radiator', 'thermostat', 'systemMode', 0)).toEqual([{ mode: 'off' }]);
    expect(await write('fan', 'fanControl', 'percentSetting', 40)).toEqual([{ fanSpeed: 40 }]);
  }, 30_000);

  test('a refusal is a status, and what was refused is not shown as done', async () => {
    home.refuses = { code: 'forbidden', message: 'It may not', hint: null };
    await expect(
      controller.invoke(endpoint('lock'), 'doorLock', 'lockDoor', {}),
    ).rejects.toMatchObject({
      status: 0x7e,
    });
    await expect(
      controller.write(endpoint('radiator'), 'thermostat', 'occupiedHeatingSetpoint', 2800),
    ).rejects.toThrow();
    await controller.becomes(endpoint('radiator'), 'thermostat', 'occupiedHeatingSetpoint', 2200);
    home.refuses = { code: 'timed-out', message: 'It did not answer', hint: null };
    await expect(controller.invoke(endpoint('plug'), 'onOff', 'off')).rejects.toMatchObject({
      status: 0x94,
    });
    home.refuses = null;
    await expect(
      controller.invoke(endpoint('lamp'), 'onOff', 'onWithTimedOff', {
        ...{ onOffControl: {}, onTime: 10, offWaitTime: 0 },
      }),
    ).rejects.toMatchObject({ status: 0x81 });
  }, 30_000);

  test('presses are events of the switch that was pressed', async () => {
    const press = (name: string, value: string) =>
      home.tell(name, { events: [['button' as PropertyKey, value]] });
    press('button', 'double');
    press('remote', 'off');
    const pressed = async () =>
      (await controller.events())
        .filter(({ event }) => /multiPressComplete/i.test(event))
        .map(({ endpoint: number, payload }) => [
          number,
          (payload as { totalNumberOfPressesCounted: number }).totalNumberOfPressesCounted,
        ]);
    const deadline = performance.now() + 10_000;
    while ((await pressed()).length < 2 && performance.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect(await pressed()).toEqual(
      expect.arrayContaining([
        [endpoint('button'), 2],
        [endpoint('remote', 2), 1],
      ]),
    );
  }, 20_000);

  test('a fabric that may only see sensors has nothing of the rest', async () => {
    const [fabric] = home.status?.fabrics ?? [];
    const rights = { rooms: null, kinds: ['climate'], isReadOnly: false } as const;
    await home.offer(KNOWN, { [fabric?.id as FabricId]: rights });
    const numbers = async () => (await controller.endpoints()).map(({ number }) => number);
    await expect.poll(numbers, { timeout: 20_000 }).not.toContain(endpoint('plug'));
    expect(await numbers()).toContain(endpoint('climate'));
    await offered();
    await expect.poll(numbers, { timeout: 20_000 }).toContain(endpoint('plug'));
  }, 60_000);

  test('endpoints stay with their devices when others come and go, and over a restart', async () => {
    const before = Object.fromEntries(KNOWN.map(({ name }) => [name, endpoint(name)]));
    await home.offer(KNOWN.filter(({ name }) => name !== 'plug' && name !== 'lamp-1'));
    await home.offer([device('newcomer', 'light', ['on']), ...KNOWN.toReversed()]);
    const after = () => Object.fromEntries(KNOWN.map(({ name }) => [name, endpoint(name)]));
    expect(after()).toEqual(before);
    expect(Object.values(before)).not.toContain(endpoint('newcomer'));
    await home.stop();
    home = await BridgedHome.start(house.open, house.folder, KNOWN.toReversed());
    expect(after()).toEqual(before);
    home.values('plug', { on: true });
    await expect
      .poll(
        () =>
          controller.invoke(endpoint('plug'), 'onOff', 'off').then(
            () => 'done',
            () => 'not yet',
          ),
        { timeout: 40_000, interval: 250 },
      )
      .toBe('done');
    expect(home.asked.at(-1)).toMatchObject({ device: 'dev_plug', body: { value: false } });
  }, 120_000);

  test('all controllers are forgotten without a pause in its answers, and the devices stand where they stood', async () => {
    const places = () => Object.fromEntries(KNOWN.map(({ name }) => [name, endpoint(name)]));
    const before = places();
    let [longestMs, isOver] = [0, false];
    const asking = (async () => {
      while (!isOver) {
        const askedAtMs = performance.now();
        await home.hub.call({ kind: 'statistics' });
        longestMs = Math.max(longestMs, performance.now() - askedAtMs);
      }
    })();
    await home.hub.call({ kind: 'bridge', ask: { kind: 'reset' } });
    isOver = true;
    await asking;
    process.stdout.write(`bridge.test: silent for ${Math.round(longestMs)} ms in a reset\n`);
    expect(longestMs).toBeLessThan(2_500);
    await expect.poll(() => home.status?.fabrics).toEqual([]);
    expect(places()).toEqual(before);
    await using other = await startController('other');
    await other.commission(await home.code());
    home.asked.length = 0;
    await other.invoke(endpoint('plug'), 'onOff', 'on');
    expect(home.asked.map(({ device: id }) => id)).toEqual(['dev_plug']);
  }, 90_000);
});
