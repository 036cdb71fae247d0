// The Matter adapter in its worker against real matter.js devices in a network namespace: adding, every kind of
// property both ways, silence and return, a restart, removal.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { HubError } from '../../hub/model/errors.ts';
import type { NodeAddress } from '../../hub/model/identifiers.ts';
import type { PropertyKey, PropertyValue } from '../../hub/model/properties.ts';
import type { MatterPlacement } from '../../scripts/virtual-home/matter/model.ts';
import { ScriptedHub } from '../contract/scripted-hub.ts';
import { type TestDevices, TestHouse, whyNoNamespace } from './testing/test-house.ts';

let last = 0;
function placement(key: string, endpoints: MatterPlacement['endpoints']): MatterPlacement {
  last += 1;
  return {
    key,
    name: key,
    room: 'hall',
    product: `Product ${key}`,
    passcode: 20202040 + last,
    discriminator: (last << 8) | last,
    endpoints,
  };
}

const PLACEMENTS: readonly MatterPlacement[] = [
  placement('lamp', [{ type: 'extended-color-light' }]),
  placement('sockets', [
    { type: 'on-off-plug' },
    { type: 'on-off-plug' },
    { type: 'electrical-sensor' },
  ]),
  placement('sensors', [
    { type: 'contact-sensor', state: { booleanState: { stateValue: true } } },
    { type: 'temperature-sensor', state: { temperatureMeasurement: { measuredValue: 2150 } } },
    { type: 'humidity-sensor', state: { relativeHumidityMeasurement: { measuredValue: 4550 } } },
    { type: 'occupancy-sensor' },
    { type: 'light-sensor', state: { illuminanceMeasurement: { measuredValue: 20_001 } } },
    { type: 'pressure-sensor', state: { pressureMeasurement: { measuredValue: 1013 } } },
  ]),
  placement('lock', [{ type: 'door-lock' }]),
  placement('blind', [{ type: 'window-covering' }]),
  placement('thermostat', [{ type: 'thermostat' }]),
  placement('button', [{ type: 'generic-switch' }, { type: 'mode-select' }]),
];

const REACHED_MS = 20_000;
const key = (text: string) => text as PropertyKey;

describe.skipIf(whyNoNamespace() !== null)('Matter devices', () => {
  let house: TestHouse;
  let devices: TestDevices;
  let hub: ScriptedHub;
  const nodes = new Map<string, NodeAddress>();
  const node = (name: string): NodeAddress => nodes.get(name) ?? ('' as NodeAddress);

  const pairCall = (code: string, seconds = 30) =>
    hub.call({ kind: 'pair', seconds, via: null, installCode: null, code });

  async function start(): Promise<ScriptedHub> {
    const started = new ScriptedHub(house.open);
    started.start({ dataFolder: house.folder, settings: { mdnsInterface: 'lo' } });
    await started.connectCore();
    await started.until('Matter', () => started.state()?.kind === 'connected', 30_000);
    return started;
  }

  async function add(name: string, code: string): Promise<void> {
    const from = hub.messages.length;
    const since = () => hub.messages.slice(from);
    await pairCall(code);
    await hub.until(
      `${name} to be closed`,
      () => since().some((each) => each.kind === 'pair' && each.progress.kind === 'closed'),
      REACHED_MS,
    );
    for (const message of since()) {
      if (message.kind === 'pair' && message.progress.kind === 'described') {
        nodes.set(name, message.progress.node);
      }
    }
    await hub.until(`${name} online`, () => hub.isOnline(node(name)) === true, REACHED_MS);
  }

  async function becomes(name: string, property: string, value: PropertyValue): Promise<void> {
    await hub.until(
      `${name}.${property} to be ${JSON.stringify(value)}, not ${JSON.stringify(hub.values(node(name))[key(property)])}`,
      () => JSON.stringify(hub.values(node(name))[key(property)]) === JSON.stringify(value),
    );
  }

  async function set(name: string, property: string, value: PropertyValue): Promise<void> {
    const body = { kind: 'set', property: key(property), value } as const;
    const outcome = await hub.settle(node(name), body);
    expect([outcome.state, outcome.problem]).toEqual(['acknowledged', null]);
  }

  beforeAll(async () => {
    house = await TestHouse.open();
    devices = await house.devices(PLACEMENTS);
    hub = await start();
    for (const [index, { manualCode, qrCode }] of devices.list.entries()) {
      await add(PLACEMENTS[index]?.key ?? '', index % 2 === 0 ? manualCode : qrCode);
    }
  }, 90_000);

  afterAll(async () => {
    await hub?.[Symbol.asyncDispose]();
    await house?.[Symbol.asyncDispose]();
  });

  test('adding tells each step, and what its certificate is worth', () => {
    const steps = hub.messages
      .filter((message) => message.kind === 'pair')
      .map(({ progress }) => progress)
      .filter((progress) => 'node' in progress && progress.node === node('lamp'));
    const kinds = steps.map(({ kind }) => kind);
    expect(kinds[0]).toBe('found');
    expect(kinds.filter((kind) => kind === 'interviewing').length).toBeGreaterThan(5);
    expect(kinds.at(-1)).toBe('described');
    const note = steps.find((step) => step.kind === 'note');
    expect(note).toMatchObject({
      text: {
        en: expect.stringMatching(/certificate is one for development/),
        zh: expect.stringMatching(/^它的证书是开发用的/),
      },
    });
  });

  test('a device is described by its kind, maker and properties', () => {
    const lamp = hub.description(node('lamp'));
    expect(lamp).toMatchObject({
      adapter: 'matter',
      kind: 'light',
      model: 'Product lamp',
      manufacturer: 'Ingle Virtual',
      firmware: '1.0',
      support: 'exact',
    });
    const properties = Object.fromEntries((lamp?.properties ?? []).map((each) => [each.key, each]));
    expect(properties.colorTemperature).toMatchObject({ access: 'rw', min: 2203, max: 6535 });
    expect(Object.keys(properties)).toEqual(
      expect.arrayContaining(['on', 'brightness', 'colorTemperature', 'color']),
    );
    expect(lamp?.commands).toEqual(['identify', 'step', 'stop']);
    const kinds = [...nodes].map(([name, address]) => [name, hub.description(address)?.kind]);
    expect(Object.fromEntries(kinds)).toEqual({
      lamp: 'light',
      sockets: 'plug',
      sensors: 'contact',
      lock: 'lock',
      blind: 'cover',
      thermostat: 'thermostat',
      button: 'button',
    });
  });

  test('what the table has no property for stands in the log', () => {
    const lines = hub.messages.filter((message) => message.kind === 'log').map(({ text }) => text);
    expect(lines.join('\n')).toMatch(/has more than the hub takes: .*ModeSelect \(0x0050\) @2/);
  });

  test('a lamp takes on, brightness, white and colour, and its reports say so', async () => {
    await set('lamp', 'on', true);
    await becomes('lamp', 'on', true);
    await set('lamp', 'brightness', 40);
    await becomes('lamp', 'brightness', 40);
    expect(await devices.get('lamp', 1, 'levelControl', 'currentLevel')).toBe(102);
    await set('lamp', 'colorTemperature', 4000);
    await becomes('lamp', 'colorTemperature', 4000);
    await set('lamp', 'color', { hue: 120, saturation: 80 });
    await becomes('lamp', 'color', { hue: 120, saturation: 80 });
    expect(await devices.get('lamp', 1, 'colorControl', 'currentHue')).toBe(85);
  });

  test('a value that it has already is told all the same, so that the command is closed', async () => {
    await set('lamp', 'on', true);
    await becomes('lamp', 'on', true);
    const from = hub.items.length;
    await set('lamp', 'on', true);
    await hub.until('the value again', () =>
      hub.items
        .slice(from)
        .some((item) => item.kind === 'report' && item.values[key('on')] === true),
    );
  });

  test('what is done at the device itself is reported', async () => {
    await devices.set('lamp', 1, { onOff: { onOff: false } });
    await becomes('lamp', 'on', false);
  });

  test('two sockets of one device are told apart, and its meter is in watts and kilowatt hours', async () => {
    await set('sockets', 'on@1', true);
    await becomes('sockets', 'on@1', true);
    await set('sockets', 'on@2', true);
    await set('sockets', 'on@1', false);
    await becomes('sockets', 'on@1', false);
    await becomes('sockets', 'on@2', true);
    expect(await devices.get('sockets', 2, 'onOff', 'onOff')).toBe(true);
    await devices.set('sockets', 3, {
      electricalPowerMeasurement: { activePower: 1_234_500, rmsCurrent: 5_367 },
    });
    await becomes('sockets', 'power', 1234.5);
    await becomes('sockets', 'current', 5.367);
    await becomes('sockets', 'voltage', 230);
    await devices.set('sockets', 3, {
      electricalEnergyMeasurement: { cumulativeEnergyImported: { energy: 2_500_000 } },
    });
    await becomes('sockets', 'energy', 2.5);
  });

  test('sensors tell contact, climate, presence and light', async () => {
    await becomes('sensors', 'open', false);
    await becomes('sensors', 'temperature', 21.5);
    await becomes('sensors', 'humidity', 45.5);
    await becomes('sensors', 'occupancy', false);
    await becomes('sensors', 'illuminance', 100);
    await becomes('sensors', 'pressure', 1013);
    await devices.set('sensors', 1, { booleanState: { stateValue: false } });
    await becomes('sensors', 'open', true);
    await devices.set('sensors', 4, { occupancySensing: { occupancy: { occupied: true } } });
    await becomes('sensors', 'occupancy', true);
    const body = { kind: 'set', property: key('open'), value: true } as const;
    const { state, problem } = await hub.settle(node('sensors'), body);
    expect([state, problem?.code]).toEqual(['failed', 'unsupported']);
  });

  test('a lock unlocks and locks', async () => {
    await becomes('lock', 'locked', true);
    await set('lock', 'locked', false);
    await becomes('lock', 'locked', false);
    await becomes('lock', 'lockState', 'unlocked');
    await set('lock', 'locked', true);
    await becomes('lock', 'locked', true);
  });

  test('a blind is 100 when open, goes where it is sent and stops', async () => {
    await becomes('blind', 'position', 100);
    await set('blind', 'position', 30);
    await becomes('blind', 'position', 30);
    expect(
      await devices.get('blind', 1, 'windowCovering', 'currentPositionLiftPercent100ths'),
    ).toBe(7_000);
    const stop = await hub.settle(node('blind'), { kind: 'invoke', name: 'stop', args: {} });
    expect(stop.state).toBe('acknowledged');
  });

  test('a thermostat tells the room and takes a target by a written attribute', async () => {
    await becomes('thermostat', 'temperature', 20.1);
    await becomes('thermostat', 'targetTemperature', 21);
    await set('thermostat', 'targetTemperature', 22.5);
    await becomes('thermostat', 'targetTemperature', 22.5);
    expect(await devices.get('thermostat', 1, 'thermostat', 'occupiedHeatingSetpoint')).toBe(2_250);
  });

  test('a press of a button is an event', async () => {
    await devices.set('button', 1, { switch: { rawPosition: 1 } });
    await devices.set('button', 1, { switch: { rawPosition: 0 } });
    const press = await hub.until('the press', () =>
      hub.items.find((item) => item.kind === 'event' && item.node === node('button')),
    );
    expect(press).toMatchObject({ property: 'button', value: 'single' });
  });

  test('identify and step are invoked', async () => {
    const identify = await hub.settle(node('lamp'), { kind: 'invoke', name: 'identify', args: {} });
    expect(identify.state).toBe('acknowledged');
    expect(await devices.get('lamp', 1, 'identify', 'identifyTime')).toBeGreaterThan(5);
    const wrong = await hub.settle(node('lamp'), {
      kind: 'invoke',
      name: 'step',
      args: { by: 500 },
    });
    expect(wrong.problem?.code).toBe('invalid-input');
  });

  test('a code with a wrong digit is refused at once, a code of nobody after the time', async () => {
    await expect(pairCall('34970112333')).rejects.toMatchObject({
      code: 'invalid-input',
      message: expect.stringMatching(/wrong digit/),
    });
    await expect(pairCall('')).rejects.toBeInstanceOf(HubError);
    const from = hub.messages.length;
    await pairCall('34970112332', 2);
    await expect(pairCall('34970112332')).rejects.toMatchObject({ code: 'conflict' });
    const failed = await hub.until('the failure', () =>
      hub.messages
        .slice(from)
        .find((each) => each.kind === 'pair' && each.progress.kind === 'failed'),
    );
    expect(failed).toMatchObject({
      progress: {
        problem: {
          code: 'timed-out',
          message: expect.stringMatching(/within 2 s/),
          zh: { message: '2 秒内没有找到使用这个配对码的设备' },
        },
      },
    });
  });

  test('a device that falls silent fails its commands in time, is told, and comes back', async () => {
    devices.freeze(true);
    const body = { kind: 'set', property: key('on'), value: true } as const;
    const outcome = await hub.settle(node('lamp'), body, 4_000);
    expect([outcome.state, outcome.problem?.code]).toEqual(['timedOut', 'timed-out']);
    await hub.until('word of it', () => hub.isOnline(node('lamp')) === false, 10_000);
    const again = await hub.settle(node('lamp'), body, 4_000);
    expect(again.problem?.code).toBe('unreachable');
    devices.freeze(false);
    await hub.until('its return', () => hub.isOnline(node('lamp')) === true, 20_000);
  });

  test('after a restart nodes are known, and old values are told only once they are live', async () => {
    await hub.stop();
    devices.freeze(true);
    hub = await start();
    await hub.until('the lamp', () => hub.description(node('lamp')));
    expect(hub.isOnline(node('lamp'))).toBe(null);
    expect(hub.values(node('lamp'))).toEqual({});
    await hub.until('offline', () => hub.isOnline(node('lamp')) === false, 15_000);
    devices.freeze(false);
    await hub.until('online', () => hub.isOnline(node('lamp')) === true, 40_000);
    const first = hub.items.find((item) => item.kind === 'report' && item.node === node('lamp'));
    expect(first).toMatchObject({ reason: 'reconnect' });
  }, 90_000);

  test('a device whose code comes again, as text of its QR code, is the one that is here', async () => {
    await hub.until('the lock', () => hub.isOnline(node('lock')) === true, 30_000);
    const before = node('lock');
    await add('lock', devices.of('lock').qrCode);
    expect(node('lock')).toBe(before);
  }, 60_000);

  test('a device that was removed forgets the home and can be added anew', async () => {
    await hub.until('the lock', () => hub.isOnline(node('lock')) === true, 30_000);
    const old = node('lock');
    await hub.call({ kind: 'remove', node: old, force: false });
    expect(hub.messages.some((each) => each.kind === 'left' && each.node === old)).toBe(true);
    await expect(hub.call({ kind: 'refresh', node: old })).rejects.toMatchObject({
      code: 'not-found',
    });
    await add('lock', devices.of('lock').manualCode);
    expect(node('lock')).not.toBe(old);
    await becomes('lock', 'locked', true);
  }, 60_000);
});
