// A device that is removed stays removed, whatever its adapter still knows of it and whenever the hub is killed: over
// the real home.db.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createSceneLanguage } from '../../scenes/language/scene-language.ts';
import { createSceneTemplates } from '../../scenes/templates/scene-templates.ts';
import type { AdapterCall } from '../model/adapter-port.ts';
import type { NodeDescription } from '../model/device.ts';
import { UnreachableError } from '../model/errors.ts';
import type { Actor, Async } from '../model/hub-port.ts';
import { adapterId, nodeAddress } from '../model/identifiers.ts';
import type { StoreCalls } from '../model/store-port.ts';
import { HOME_FILE } from '../store/files.ts';
import { HomeStore } from '../store/home-store.ts';
import { openDatabase } from '../store/open.ts';
import { createHousehold, type HouseholdHost } from './household.ts';
import { createSceneShelf } from './scene-shelf.ts';

const ACTOR: Actor = { member: null, cause: { kind: 'local' } };
const ZIGBEE = adapterId('zigbee');
const LAMP: NodeDescription = {
  adapter: ZIGBEE,
  node: nodeAddress('0x00124b0000000001'),
  manufacturer: 'IKEA',
  model: 'LED1545G12',
  title: 'Lamp',
  kind: 'light',
  power: 'mains',
  tier: 'preferred',
  support: 'exact',
  firmware: null,
  properties: [],
  commands: [],
};
const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) fs.rmSync(folder, { recursive: true, force: true });
});

interface EmulatedAdapter {
  isThere: boolean;
  /** It goes on for ever: the hub is killed meanwhile. */
  hangs: boolean;
  removed: string[];
}

/** A hub's household on one home.db; `adapter.isThere` says whether the adapter answers. */
function house(): { start(): HouseholdHost; adapter: EmulatedAdapter } {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ingle-'));
  folders.push(folder);
  const home = new HomeStore(openDatabase(folder, HOME_FILE));
  const adapter: EmulatedAdapter = { isThere: false, hangs: false, removed: [] };
  // Only the calls that edits of devices make.
  const store = {
    putDevice: async (...args: Parameters<StoreCalls['putDevice']>) => home.putDevice(...args),
    removeDevice: async (...args: Parameters<StoreCalls['removeDevice']>) =>
      home.removeDevice(...args),
    putSetting: async (...args: Parameters<StoreCalls['putSetting']>) => home.putSetting(...args),
    audit: async (...args: Parameters<StoreCalls['audit']>) => home.audit(...args),
  } as unknown as Async<StoreCalls>;
  const callAdapter = async (_adapter: unknown, call: AdapterCall): Promise<unknown> => {
    if (!adapter.isThere) throw new UnreachableError('The zigbee adapter is not there');
    if (call.kind === 'remove') adapter.removed.push(call.node);
    if (adapter.hangs) await new Promise(() => {});
    return null;
  };
  const start = () =>
    createHousehold({
      contents: home.load(),
      store,
      nowMs: () => 1_000,
      tellCore: () => {},
      callAdapter,
      checkSetting: () => {},
      syncConsentChanged: async () => {},
      changed: () => {},
      templates: createSceneTemplates(),
      shelf: createSceneShelf({
        language: createSceneLanguage(),
        store,
        nowMs: () => 1_000,
        tellCore: () => {},
        lastRun: () => null,
        nextAtMs: () => null,
        changed: () => {},
      }),
    });
  return { start, adapter };
}

const devicesOf = (household: HouseholdHost) =>
  household.contents().devices.map(({ description }) => description.node);

/** A household that removed its lamp by force while the adapter was away, after a start of the hub. */
async function afterForcedRemoval(): Promise<{
  household: HouseholdHost;
  adapter: EmulatedAdapter;
}> {
  const { start, adapter } = house();
  const before = start();
  const lamp = await before.nodeDescribed(LAMP);
  if (lamp === null) throw new Error('the lamp did not become a device');
  await before.removeDevice(lamp.id, true, ACTOR);
  return { household: start(), adapter };
}

describe('a device removed by force while its adapter is away', () => {
  it('does not come back when the adapter describes its node, and is removed there too', async () => {
    const { household, adapter } = await afterForcedRemoval();
    adapter.isThere = true;
    expect(await household.nodeDescribed(LAMP)).toBeNull();
    expect(devicesOf(household)).toEqual([]);
    expect(adapter.removed).toEqual([LAMP.node]);
  });

  it('is tried again at the next description, where the adapter fails once more', async () => {
    const { household, adapter } = await afterForcedRemoval();
    expect(await household.nodeDescribed(LAMP)).toBeNull();
    adapter.isThere = true;
    expect(await household.nodeDescribed(LAMP)).toBeNull();
    expect(adapter.removed).toEqual([LAMP.node]);
  });

  it('becomes a device again once it has joined anew', async () => {
    const { household, adapter } = await afterForcedRemoval();
    adapter.isThere = true;
    await household.nodeFound(ZIGBEE, LAMP.node);
    expect(await household.nodeDescribed(LAMP)).not.toBeNull();
    expect(devicesOf(household)).toEqual([LAMP.node]);
    expect(adapter.removed).toEqual([]);
  });
});

describe('the removal of a device', () => {
  it('is finished at the next start, where the hub was killed while the adapter was at it', async () => {
    const { start, adapter } = house();
    adapter.isThere = true;
    const before = start();
    const lamp = await before.nodeDescribed(LAMP);
    if (lamp === null) throw new Error('the lamp did not become a device');
    adapter.hangs = true;
    void before.removeDevice(lamp.id, false, ACTOR);
    await expect.poll(() => adapter.removed).toEqual([LAMP.node]);

    adapter.hangs = false;
    const after = start();
    expect(devicesOf(after)).toEqual([]);
    // Whether the adapter had forgotten it by then or not.
    expect(await after.nodeDescribed(LAMP)).toBeNull();
    expect(adapter.removed).toEqual([LAMP.node, LAMP.node]);
    expect(devicesOf(start())).toEqual([]);
  });

  it('that its adapter refuses leaves it where it is, after a start as well', async () => {
    const { start } = house();
    const before = start();
    const lamp = await before.nodeDescribed(LAMP);
    if (lamp === null) throw new Error('the lamp did not become a device');
    await expect(before.removeDevice(lamp.id, false, ACTOR)).rejects.toThrow('is not there');
    expect(devicesOf(before)).toEqual([LAMP.node]);
    expect(devicesOf(start())).toEqual([LAMP.node]);
  });
});
