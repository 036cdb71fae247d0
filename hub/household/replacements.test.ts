// A dead lamp whose place a new one takes: over the real home.db and the real language of scenes.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { createSceneLanguage } from '../../scenes/language/scene-language.ts';
import { createSceneTemplates } from '../../scenes/templates/scene-templates.ts';
import type { AdapterCall } from '../model/adapter-port.ts';
import type { NodeDescription } from '../model/device.ts';
import { UnreachableError } from '../model/errors.ts';
import type { Actor, Async } from '../model/hub-port.ts';
import { adapterId, type DeviceId, nodeAddress } from '../model/identifiers.ts';
import { describeProperty, type PropertyName } from '../model/properties.ts';
import { UNDO_REPLACEMENT_MS } from '../model/replacement.ts';
import type { StoreCalls } from '../model/store-port.ts';
import { HOME_FILE } from '../store/files.ts';
import { HomeStore } from '../store/home-store.ts';
import { openDatabase } from '../store/open.ts';
import { createHousehold, type HouseholdHost } from './household.ts';
import { createSceneShelf } from './scene-shelf.ts';

const ACTOR: Actor = { member: null, cause: { kind: 'local' } };
const ZIGBEE = adapterId('zigbee');

function lamp(node: string, names: PropertyName[], commands: string[] = []): NodeDescription {
  return {
    adapter: ZIGBEE,
    node: nodeAddress(`0x00124b000000000${node}`),
    manufacturer: node === '1' ? 'IKEA' : 'Innr',
    model: `L${node}`,
    title: 'Lamp',
    kind: 'light',
    power: 'mains',
    tier: 'preferred',
    support: 'exact',
    firmware: null,
    properties: names.map((name) => describeProperty(name)),
    commands,
  };
}
const OLD = lamp('1', ['on', 'brightness', 'colorTemperature'], ['identify', 'step']);
const PLAIN = lamp('2', ['on', 'power']);
const EQUAL = lamp('3', ['on', 'brightness', 'colorTemperature', 'color'], ['identify', 'step']);

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) fs.rmSync(folder, { recursive: true, force: true });
});

function house() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ingle-'));
  folders.push(folder);
  const home = new HomeStore(openDatabase(folder, HOME_FILE));
  const clock = { nowMs: 1_000 };
  const calls: AdapterCall[] = [];
  /** The adapter takes no calls for the moment. */
  const away = { isAway: false };
  // Every edit goes to the real file; only what this test does not use is left out.
  const store = new Proxy({} as Async<StoreCalls>, {
    get:
      (_, name: keyof HomeStore) =>
      async (...args: never[]) =>
        (home[name] as (...all: never[]) => unknown)(...args),
  });
  const start = (): HouseholdHost =>
    createHousehold({
      ...{ contents: home.load(), store, nowMs: () => clock.nowMs, tellCore: () => {} },
      callAdapter: async (_adapter, call) => {
        if (away.isAway) throw new UnreachableError('The adapter is not running');
        calls.push(call);
        return null;
      },
      ...{ checkSetting: () => {}, syncConsentChanged: async () => {}, changed: () => {} },
      templates: createSceneTemplates(),
      shelf: createSceneShelf({
        ...{ language: createSceneLanguage(), store, nowMs: () => clock.nowMs, tellCore: () => {} },
        ...{ lastRun: () => null, nextAtMs: () => null, changed: () => {} },
      }),
    });
  return { start, clock, calls, away };
}

const SCENES = [
  'scene: Reading\ndo:\n  - set: { reading-lamp: { colorTemperature: 2700, brightness: 60 } }\n',
  'scene: Evening\ndo:\n  - set: { reading-lamp: { brightness: 20 } }\n',
  'scene: Off\ndo:\n  - set: { reading-lamp: { on: false } }\n',
];

async function withDeadLamp(fresh: NodeDescription) {
  const { start, clock, calls, away } = house();
  const household = start();
  const added = await household.nodeDescribed(OLD);
  const id = added?.id as DeviceId;
  const room = await household.addRoom({ name: 'Library', icon: null }, ACTOR);
  const change = { name: 'Reading lamp', handle: 'reading-lamp', room: room.id, labels: ['warm'] };
  await household.setDevice(id, change, null, ACTOR);
  for (const text of SCENES) await household.saveScene(null, text, { version: null }, ACTOR);
  const from = (await household.nodeDescribed(fresh))?.id as DeviceId;
  return { start, clock, calls, away, household, id, from, room };
}

it('says first what scenes would miss, with their names, and replaces nothing until that is accepted', async () => {
  const { household, id, from } = await withDeadLamp(PLAIN);
  const { gaps, lost, gained } = await household.replacement(id, from);
  expect(gaps).toEqual([
    {
      what: 'brightness',
      why: expect.any(String),
      zh: expect.any(String),
      scenes: [
        { id: expect.any(String), name: 'Reading', how: 'named' },
        { id: expect.any(String), name: 'Evening', how: 'named' },
      ],
      others: [],
    },
    {
      what: 'colorTemperature',
      why: expect.any(String),
      zh: expect.any(String),
      scenes: [{ id: expect.any(String), name: 'Reading', how: 'named' }],
      others: [],
    },
  ]);
  expect({ lost, gained }).toEqual({ lost: [], gained: ['power'] });
  const before = JSON.stringify(household.contents());
  await expect(household.replaceDevice(id, from, false, ACTOR)).rejects.toMatchObject({
    code: 'conflict',
    message: expect.stringContaining('colorTemperature ("Reading")'),
    zh: { message: expect.stringContaining('colorTemperature') },
  });
  expect(JSON.stringify(household.contents())).toBe(before);
  await household.replaceDevice(id, from, true, ACTOR);
  const problems = household.scenes().map(({ record, problem }) => [record.name, problem === null]);
  expect(problems).toEqual([
    ['Reading', false],
    ['Evening', false],
    ['Off', true],
  ]);
});

it('keeps id, name, handle, room, labels and scenes, and the spare record is gone', async () => {
  const { household, id, from, room, start } = await withDeadLamp(EQUAL);
  expect((await household.replacement(id, from)).gaps).toEqual([]);
  await household.replaceDevice(id, from, false, ACTOR);
  for (const house of [household, start()]) {
    expect(house.contents().devices).toHaveLength(1);
    expect(house.contents().devices[0]).toMatchObject({
      ...{ id, name: 'Reading lamp', handle: 'reading-lamp', room: room.id, labels: ['warm'] },
      description: { node: EQUAL.node, model: 'L3' },
      replaced: { description: { node: OLD.node } },
    });
    expect(house.scenes().every(({ problem }) => problem === null)).toBe(true);
  }
});

it('the old node stays away over a restart, and an undo puts it back and gives the new one its own record', async () => {
  const { household, id, from, start } = await withDeadLamp(EQUAL);
  await household.setDevice(from, { name: 'Spare lamp' }, null, ACTOR);
  await household.replaceDevice(id, from, false, ACTOR);
  const later = start();
  expect(await later.nodeDescribed(OLD)).toBeNull();
  expect((await later.nodeDescribed(EQUAL))?.id).toBe(id);
  expect(later.contents().devices).toHaveLength(1);
  await later.undoReplacement(id, ACTOR);
  for (const house of [later, start()]) {
    expect(
      house.contents().devices.map((each) => [each.id, each.name, each.description.node]),
    ).toEqual([
      [id, 'Reading lamp', OLD.node],
      [from, 'Spare lamp', EQUAL.node],
    ]);
    expect(house.contents().devices[0]?.replaced).toBeUndefined();
  }
  await expect(later.undoReplacement(id, ACTOR)).rejects.toMatchObject({ code: 'conflict' });
});

it('bindings and groups that an undo gives back are told once more where the adapter was away, over a restart too', async () => {
  const { household, id, from, calls, away, start } = await withDeadLamp(EQUAL);
  await household.replaceDevice(id, from, false, ACTOR);
  const links = { from: OLD.node, to: EQUAL.node };
  const told = () => calls.filter(({ kind }) => kind === 'returnLinks');
  away.isAway = true;
  await household.undoReplacement(id, ACTOR);
  away.isAway = false;
  const later = start();
  expect(told()).toEqual([]);
  await later.nodeDescribed(OLD);
  await vi.waitFor(() => expect(told()).toEqual([{ kind: 'returnLinks', ...links }]));
  // Once it is told, that is the end of it.
  await later.setDevice(id, { name: 'Reading lamp again' }, null, ACTOR);
  await start().nodeDescribed(OLD);
  expect(told()).toHaveLength(1);
});

it('after a week the old node is forgotten by its adapter, and the undo says why it cannot be', async () => {
  const { household, id, from, clock, calls, start } = await withDeadLamp(EQUAL);
  await household.replaceDevice(id, from, false, ACTOR);
  expect(calls).not.toContainEqual(expect.objectContaining({ kind: 'remove' }));
  clock.nowMs += UNDO_REPLACEMENT_MS;
  const later = start();
  expect(await later.nodeDescribed(OLD)).toBeNull();
  expect(calls).toContainEqual({ kind: 'remove', node: OLD.node, force: true });
  await expect(later.undoReplacement(id, ACTOR)).rejects.toMatchObject({
    hint: expect.stringContaining('7 days'),
    zh: { hint: expect.stringContaining('7 天') },
  });
});

it('an old node that joins again is a device of its own, and no undo takes it away', async () => {
  const { household, id, from } = await withDeadLamp(EQUAL);
  await household.replaceDevice(id, from, false, ACTOR);
  await household.nodeFound(ZIGBEE, OLD.node);
  expect((await household.nodeDescribed(OLD))?.id).not.toBe(id);
  expect(household.contents().devices).toHaveLength(2);
  await expect(household.undoReplacement(id, ACTOR)).rejects.toMatchObject({ code: 'conflict' });
});

it('a write that fails in the middle leaves both devices as they were', async () => {
  const { household, id, from } = await withDeadLamp(EQUAL);
  const before = JSON.stringify(household.contents().devices);
  await expect(household.replaceDevice(id, id, false, ACTOR)).rejects.toMatchObject({
    code: 'invalid-input',
  });
  // Somebody else has taken the spare device away meanwhile.
  const gone = household.replaceDevice(id, 'dev_none' as DeviceId, false, ACTOR);
  await expect(gone).rejects.toMatchObject({ code: 'not-found' });
  expect(JSON.stringify(household.contents().devices)).toBe(before);
  expect(from).toBeDefined();
});
