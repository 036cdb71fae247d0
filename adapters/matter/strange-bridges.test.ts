// Goal: bridges that nobody here has seen come into the home whole: each device once, with what it can do, a name, a
// kind and its room; and what has no place is listed. Method: bridges of plain matter.js in a network of their own,
// with the mistakes that makers make.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { NodeDescription } from '../../hub/model/device.ts';
import type { NodeAddress } from '../../hub/model/identifiers.ts';
import { MatterHome } from './testing/matter-home.ts';
import { type TestDevices, TestHouse, whyNoNamespace } from './testing/test-house.ts';

const STRANGE = new URL('./testing/strange-nodes.ts', import.meta.url);

describe.skipIf(whyNoNamespace() !== null)('bridges with the mistakes that makers make', () => {
  let house: TestHouse;
  let devices: TestDevices;
  let home: MatterHome;
  let attic: NodeAddress;
  let twins: NodeAddress;
  let loft: NodeAddress;
  let shed: NodeAddress;

  /** What stands on a bridge now, the newest word of each. */
  function behind(bridge: NodeAddress): NodeDescription[] {
    const found = new Map<string, NodeDescription>();
    for (const message of home.hub.messages) {
      if (message.kind === 'left') found.delete(message.node);
      if (message.kind !== 'described' || !message.description.node.startsWith(bridge)) continue;
      found.set(message.description.node, message.description);
    }
    return [...found.values()].filter(({ node }) => node !== bridge);
  }

  function called(bridge: NodeAddress, title: string): NodeDescription {
    const found = behind(bridge).filter((each) => each.title === title);
    const [one] = found;
    if (one === undefined || found.length > 1) {
      throw new Error(`${title} is there ${found.length} times: ${titles(bridge).join(', ')}`);
    }
    return one;
  }

  const everything = () => [attic, twins, loft, shed].flatMap(behind);
  const titles = (bridge: NodeAddress): string[] =>
    behind(bridge)
      .map(({ title }) => title)
      .sort();
  const keys = ({ properties }: NodeDescription) => properties.map(({ key }) => String(key)).sort();
  const lists = ({ notShown = [] }: NodeDescription, what: string) =>
    notShown.find((each) => each.what.startsWith(what))?.parts;

  beforeAll(async () => {
    house = await TestHouse.open();
    devices = await house.devices(STRANGE, 'strange');
    home = await MatterHome.start(house);
    attic = await home.add(devices.of('attic').qrCode);
    twins = await home.add(devices.of('twins').qrCode);
    loft = await home.add(devices.of('loft').qrCode);
    shed = await home.add(devices.of('shed').qrCode);
    for (const { node, title } of everything()) {
      await home.online(node, title !== 'Hatch');
    }
  }, 90_000);

  afterAll(async () => {
    await home?.[Symbol.asyncDispose]();
    await house?.[Symbol.asyncDispose]();
  });

  test('every device is there once, by its name, or by what it is where nobody named it', () => {
    expect(titles(attic)).toEqual([
      'Attic climate',
      'Hatch',
      'Lamp',
      'Lamp',
      'Mystery',
      'On/off light',
      'On/off light',
      'Riddle',
      'Stray plug',
    ]);
    expect(titles(twins)).toEqual(['Fridge', 'Key', 'Worktop']);
    expect(titles(loft)).toEqual(['Loft climate', 'Loft lamp']);
    expect(titles(shed)).toEqual(['Plug 2', 'Plug 3']);
    expect(new Set(behind(attic).map(({ node }) => node)).size).toBe(9);
    expect(home.hub.description(attic)).toMatchObject({ model: 'Hub of attic', kind: 'other' });
  });

  test('two devices of the same name and number are told apart, and each obeys for itself', async () => {
    const [one, two] = behind(attic).filter(({ title }) => title === 'Lamp');
    expect([one?.model, two?.model]).toEqual(['Glow 2', 'Glow 2']);
    const [first, second] = [one?.node ?? attic, two?.node ?? attic];
    await home.set(first, 'brightness', 30);
    await home.becomes(first, 'brightness', 30);
    await home.set(second, 'on', true);
    await home.becomes(second, 'on', true);
    expect(home.value(first, 'on')).not.toBe(home.value(second, 'brightness'));
  });

  test('what a device is composed of over two levels is one device, with its battery', async () => {
    const climate = called(attic, 'Attic climate');
    expect(climate).toMatchObject({ kind: 'climate', power: 'battery' });
    expect(keys(climate)).toEqual(expect.arrayContaining(['battery', 'humidity', 'temperature']));
    await home.becomes(climate.node, 'temperature', 21.5);
    await home.becomes(climate.node, 'battery', 50);
    expect(called(attic, 'Hatch')).toMatchObject({ kind: 'contact', power: 'battery' });
    const fridge = called(twins, 'Fridge');
    expect(fridge.kind).toBe('appliance');
    await home.becomes(fridge.node, 'targetTemperature', 4);
    await home.becomes(fridge.node, 'temperature', 4.3);
  });

  test('the room that a label or a list of the bridge tells is known, whichever of its parts has it', () => {
    const room = (bridge: NodeAddress, title: string) => called(bridge, title).room;
    expect(room(attic, 'Hatch')).toBe('Cellar');
    expect(room(twins, 'Worktop')).toBe('Kitchen');
    expect(room(twins, 'Fridge')).toBe('Kitchen');
    expect(room(twins, 'Key')).toBe('Hall');
    expect(room(attic, 'Mystery')).toBe(undefined);
  });

  test('a device of a type that nobody knows does what its clusters can, and its own cluster is listed by number', async () => {
    const mystery = called(attic, 'Mystery');
    expect(mystery).toMatchObject({ support: 'exact' });
    await home.set(mystery.node, 'on', true);
    await home.becomes(mystery.node, 'on', true);
    expect(lists(mystery, "Maker's own (0xfff1fc01)")).toEqual(['0xfff10000', '0xfff10001']);
    const riddle = called(attic, 'Riddle');
    expect(riddle.support).toBe('unsupported');
    expect(lists(riddle, "Maker's own (0xfff1fc01)")?.length).toBe(2);
  });

  test('one that the bridge cannot reach from the start is there and says so', () => {
    const { node } = called(attic, 'Hatch');
    expect(home.reason(node)).toBe('Hub of attic cannot reach it. Is it powered and near enough?');
  });

  test('the light of the bridge itself is of the bridge, and its buttons are events', async () => {
    await home.set(twins, 'on', true);
    await home.becomes(twins, 'on', true);
    const key = called(twins, 'Key');
    expect(keys(key)).toEqual(['button']);
    await devices.set('twins', 21, { switch: { rawPosition: 1 } });
    await home.hub.until('the press', () =>
      home.hub.items.some((item) => item.kind === 'event' && item.node === key.node),
    );
  });

  test('what comes and goes while it runs is followed, also at the second aggregator', async () => {
    const bridged = { label: 'Late' };
    const number = await devices.add('twins', 20, { type: 'on-off-plug', bridged });
    await home.hub.until('the newcomer', () => titles(twins).includes('Late'), 10_000);
    const { node } = called(twins, 'Late');
    await home.online(node, true);
    await home.set(node, 'on', true);
    await devices.remove('twins', number);
    await home.online(node, false);
    expect(titles(twins)).toEqual(['Fridge', 'Key', 'Worktop']);
    // A label that is changed moves it, without a new device.
    const labelList = [{ label: 'room', value: 'Study' }];
    await devices.set('twins', 21, { userLabel: { labelList } });
    await home.hub.until('the new room', () => called(twins, 'Key').room === 'Study', 10_000);
  });

  test('after a restart each of them is the same as before', async () => {
    const before = everything();
    await home.stop();
    home = await MatterHome.start(house);
    for (const { node, title } of before) await home.online(node, title !== 'Hatch', 60_000);
    await home.hub.until('all of them', () => everything().length === before.length);
    const after = everything();
    const names = (all: readonly NodeDescription[]) =>
      all.map(({ node, title }) => `${node} ${title}`).sort();
    expect(names(after)).toEqual(names(before));
  }, 90_000);

  test('a device that gains a part after a restart stays one device, though the aggregator names its parts too', async () => {
    const climate = called(loft, 'Loft climate');
    expect(keys(climate)).toEqual(['humidity', 'temperature']);
    await devices.add('loft', 12, { type: 'on-off-light', bridged: { label: 'Display' } });
    await home.hub.until(
      'the part',
      () => called(loft, 'Loft climate').properties.some(({ key }) => key === 'on'),
      15_000,
    );
    await devices.set('loft', 11, { temperatureMeasurement: { measuredValue: 1_990 } });
    await home.becomes(climate.node, 'temperature', 19.9);
    await home.set(called(loft, 'Loft lamp').node, 'on', true);
  });

  test('devices on an endpoint that the root leaves out of its list are there all the same', async () => {
    for (const title of ['Plug 2', 'Plug 3']) {
      const { node } = called(shed, title);
      await home.set(node, 'on', true);
      await home.becomes(node, 'on', true);
    }
    await home.hub.call({ kind: 'interview', node: shed });
    await home.set(called(shed, 'Plug 2').node, 'on', false);
    await devices.remove('shed', 3);
    await devices.set('shed', 0, { descriptor: { partsList: [2] } });
    await home.hub.until('the other to be gone', () => !titles(shed).includes('Plug 3'), 10_000);
    await home.set(called(shed, 'Plug 2').node, 'on', true);
  });
});
