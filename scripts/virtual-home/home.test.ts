// Goal: the real zigbee-herdsman and its converters find in the virtual home what they find in a house: every
// device under its true definition, configured without an error, and doing what it is told.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startVirtualHome, type VirtualHome } from './home.ts';
import { TestHub, temporaryFolder, until } from './test-hub.ts';

const DEVICES = 19;

let home: VirtualHome;
let hub: TestHub;
const folder = temporaryFolder();

function ieeeOf(name: string): string {
  return home.control.node(name).ieee;
}

beforeAll(async () => {
  home = await startVirtualHome({ residents: false, seed: 11 });
  hub = new TestHub(home.zigbeePort, folder.path);
  expect(await hub.start()).toBe('reset');
  await hub.pair(DEVICES);
}, 90_000);

afterAll(async () => {
  await hub.stop();
  await home.stop();
  folder.remove();
});

describe('pairing', () => {
  it('finds every device of the home by its true definition and configures it', () => {
    const found = home.control.nodes().map(({ ieee, vendor, model }) => {
      const paired = hub.paired.get(ieee);
      expect(paired?.configured, `${vendor} ${model}`).toBe('done');
      expect(paired?.definition, `${vendor} ${model}`).toMatchObject({ vendor, model });
      expect(paired?.definition.generated, `${vendor} ${model}`).toBeFalsy();
      return `${vendor} ${model}`;
    });
    expect(found).toHaveLength(DEVICES);
    expect(new Set(found).size).toBeGreaterThanOrEqual(12);
  });

  it('gives each device the strings and the kind that it has in reality', () => {
    const lamp = hub.paired.get(ieeeOf('Living room lamp'))?.device;
    expect(lamp).toMatchObject({
      manufacturerName: 'Signify Netherlands B.V.',
      modelID: 'LCA005',
      manufacturerID: 4107,
      type: 'Router',
      softwareBuildID: '1.104.2',
    });
    expect(hub.paired.get(ieeeOf('Hall motion'))?.device.type).toBe('EndDevice');
  });

  it('sends a first value of what each sensor measures soon after pairing', async () => {
    const expected: [string, string[]][] = [
      ['Hall motion', ['occupancy', 'illuminance', 'temperature', 'battery']],
      ['Kitchen motion', ['occupancy', 'illuminance', 'battery']],
      ['Living room climate', ['temperature', 'humidity', 'pressure', 'battery']],
      ['Outdoor climate', ['temperature', 'humidity', 'battery']],
      ['Front door', ['contact', 'battery']],
      ['Bedroom window', ['contact', 'temperature', 'battery']],
      ['Washing machine leak', ['water_leak', 'battery']],
      ['Smoke alarm', ['smoke', 'battery']],
      ['Washing machine plug', ['state', 'power', 'energy', 'voltage', 'current']],
      ['Living room radiator', ['local_temperature', 'occupied_heating_setpoint', 'battery']],
      ['Front door lock', ['lock_state', 'battery']],
      ['Bedroom blind', ['position', 'battery']],
    ];
    for (const [name, keys] of expected) {
      const state = () => Object.keys(hub.states.get(ieeeOf(name)) ?? {});
      await until(`${keys} of ${name}, not only ${state()}`, () =>
        keys.every((key) => state().includes(key)),
      );
    }
  });
});

describe('commands', () => {
  it('switches a lamp, and the lamp is on', async () => {
    const lamp = ieeeOf('Hall lamp');
    await hub.set(lamp, 'state', 'ON');
    expect(home.control.node(lamp).state.on).toBe(true);
    await hub.get(lamp, 'state');
    await hub.sees(lamp, 'state', 'ON');
    await hub.set(lamp, 'state', 'OFF');
    expect(home.control.node(lamp).state.on).toBe(false);
  });

  it('dims a lamp', async () => {
    const lamp = ieeeOf('Kitchen lamp');
    await hub.set(lamp, 'brightness', 90);
    await until('the level', () => home.control.node(lamp).state.level === 90);
    expect(home.control.node(lamp).state.on).toBe(true);
  });

  it('colours a lamp by temperature and by xy', async () => {
    const lamp = ieeeOf('Living room lamp');
    await hub.set(lamp, 'state', 'ON');
    await hub.set(lamp, 'color_temp', 300);
    await until('the temperature', () => home.control.node(lamp).state.colorTemperature === 300);
    await hub.set(lamp, 'color', { x: 0.6, y: 0.3 });
    await until(
      'the colour',
      () => Number(home.control.node(lamp).state.colorX).toFixed(2) === '0.60',
    );
  });

  it('drives the blind through its travel and reports where it is', async () => {
    const blind = ieeeOf('Bedroom blind');
    await hub.set(blind, 'position', 60);
    await until('movement', () => home.control.node(blind).state.moving === true);
    await until('arrival', () => home.control.node(blind).state.moving === false, 15_000);
    const { closedPercent } = home.control.node(blind).state;
    expect([40, 60]).toContain(closedPercent);
    await until('the report', () => hub.states.get(blind)?.position === 60);
  });

  it('locks the door after the motor has run, and says that it was the radio', async () => {
    const lock = ieeeOf('Front door lock');
    await hub.set(lock, 'state', 'UNLOCK');
    await hub.sees(lock, 'lock_state', 'unlocked');
    await hub.set(lock, 'state', 'LOCK');
    await hub.sees(lock, 'lock_state', 'locked');
    await hub.sees(lock, 'action_source_name', 'rf');
  });

  it('heats when the wanted temperature is raised', async () => {
    const radiator = ieeeOf('Living room radiator');
    home.control.set(radiator, { temperature: 19 });
    await hub.set(radiator, 'occupied_heating_setpoint', 23);
    await until('heat', () => home.control.node(radiator).state.heating === true);
    await hub.get(radiator, 'running_state');
    await hub.sees(radiator, 'running_state', 'heat');
    await hub.sees(radiator, 'local_temperature', 19);
  });

  it('measures what the plug draws, and nothing when it is switched off', async () => {
    const plug = ieeeOf('Washing machine plug');
    home.control.set(plug, { on: true, load: 500 });
    await hub.sees(plug, 'power', 500);
    await hub.set(plug, 'state', 'OFF');
    await hub.sees(plug, 'power', 0, 15_000);
  });
});

describe('things that happen in the house', () => {
  it.each([
    ['Bedside button', 'single', 'single'],
    ['Bedside button', 'double', 'double'],
    ['Bedside button', 'long', 'long'],
    ['Living room dial', 'right', 'brightness_move_up'],
    ['Living room dial', 'left', 'brightness_move_down'],
    ['Living room dial', 'spin-right', 'brightness_move_to_level'],
  ])('%s, %s: the action %s', async (name, gesture, action) => {
    const from = hub.published.length;
    home.control.press(name, gesture);
    await until(action, () =>
      hub.published.slice(from).some(({ payload }) => payload.action === action),
    );
  });

  it('says motion, and then that it has ended', async () => {
    const sensor = ieeeOf('Hall motion');
    home.control.move('Hall motion', 200);
    await hub.sees(sensor, 'occupancy', true);
    await hub.sees(sensor, 'occupancy', false);
  });

  it.each([
    ['Front door', { open: true }, 'contact', false],
    ['Bedroom window', { open: true }, 'contact', false],
    ['Washing machine leak', { leak: true }, 'water_leak', true],
    ['Smoke alarm', { smoke: true }, 'smoke', true],
    ['Living room climate', { temperature: 24.5 }, 'temperature', 24.5],
    ['Living room climate', { pressure: 998 }, 'pressure', 998],
    ['Outdoor climate', { humidity: 83.2 }, 'humidity', 83.2],
    ['Front door lock', { locked: false }, 'lock_state', 'unlocked'],
  ])('%s: %o is heard as %s = %s', async (name, values, key, value) => {
    home.control.set(name, values);
    await hub.sees(ieeeOf(name), key, value);
  });

  it('refuses an unknown node, gesture or quantity with the names that there are', () => {
    expect(() => home.control.press('0x0000000000000000')).toThrow('no node');
    expect(() => home.control.press('Hall lamp')).toThrow('it has: none');
    expect(() => home.control.set('Hall lamp', { wetness: 3 })).toThrow('level');
    expect(() => home.control.set('Hall lamp', { level: 'bright' })).toThrow('a number');
    expect(() => home.control.move('Hall lamp')).toThrow('senses no motion');
  });
});

describe('the network', () => {
  it('answers the map of neighbours and routes', async () => {
    const [coordinator] = hub.controller.getDevicesByType('Coordinator');
    const table = await coordinator?.lqi();
    expect(table?.length).toBeGreaterThan(5);
    const lamp = hub.paired.get(ieeeOf('Hall lamp'))?.device;
    const neighbours = await lamp?.lqi();
    expect(neighbours?.some(({ nwkAddress }) => nwkAddress === 0)).toBe(true);
    expect((await coordinator?.routingTable())?.length).toBeGreaterThan(3);
  });

  it('carries a group command to its members only', async () => {
    const group = hub.controller.createGroup(7);
    for (const name of ['Hall lamp', 'Bathroom lamp']) {
      await hub.paired.get(ieeeOf(name))?.device.endpoints[0]?.addToGroup(group);
    }
    home.control.set('Bedroom lamp', { on: false });
    await group.command('genOnOff', 'on', {});
    await until('both lamps', () =>
      ['Hall lamp', 'Bathroom lamp'].every((name) => home.control.node(name).state.on === true),
    );
    expect(home.control.node('Bedroom lamp').state.on).toBe(false);
  });

  it('records every command that a node received, for an outside check', async () => {
    const since = home.control.log({ limit: 100_000 }).next;
    const lamp = ieeeOf('Hall lamp');
    await hub.set(lamp, 'state', 'OFF');
    const { records } = home.control.log({ since, ieee: lamp, kind: 'received' });
    const command = records.find(({ scope }) => scope === 'specific');
    expect(command).toMatchObject({ cluster: 6, command: 0, endpoint: 1 });
  });

  it('hears a firmware query that nobody has asked it for', async () => {
    const heard = until('the query', () =>
      home.control
        .log({ limit: 100_000 })
        .records.some(
          ({ cluster, command, kind }) => cluster === 0x19 && command === 1 && kind === 'sent',
        ),
    );
    home.control.queryImage('Hall lamp', { imageType: 0x2101, fileVersion: 0x10 });
    await heard;
    expect(() =>
      home.control.queryImage('Smoke alarm', { imageType: 1, fileVersion: 1 }),
    ).not.toThrow();
  });

  it('lets a node go when it is removed, and come back when the network is open', async () => {
    const button = ieeeOf('Bedside button');
    await hub.paired.get(button)?.device.removeFromNetwork();
    await until('the leaving', () => !home.control.node(button).joined);
    expect(home.control.join(button)).toBe(1);
    await until('the return', () => home.control.node(button).joined);
  });
});
