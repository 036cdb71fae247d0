// What a home would miss if another node took a dead one's place, and who: over the real language of scenes, the real
// templates and the real home.db.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSceneLanguage } from '../../scenes/language/scene-language.ts';
import { createSceneTemplates } from '../../scenes/templates/scene-templates.ts';
import type { AdapterCall } from '../model/adapter-port.ts';
import type { NodeDescription } from '../model/device.ts';
import type { Actor, Async } from '../model/hub-port.ts';
import { adapterId, type DeviceId, type FabricId, nodeAddress } from '../model/identifiers.ts';
import type { InheritedLink } from '../model/node-links.ts';
import { type DeviceKind, describeProperty, type PropertyName } from '../model/properties.ts';
import type { Replacement } from '../model/replacement.ts';
import type { StoreCalls } from '../model/store-port.ts';
import { HOME_FILE } from '../store/files.ts';
import { HomeStore } from '../store/home-store.ts';
import { openDatabase } from '../store/open.ts';
import { createHousehold, type HouseholdHost } from './household.ts';
import { createSceneShelf } from './scene-shelf.ts';

const ACTOR: Actor = { member: null, cause: { kind: 'local' } };
const ZIGBEE = adapterId('zigbee');

function described(node: string, kind: DeviceKind, names: PropertyName[]): NodeDescription {
  return {
    ...{ adapter: ZIGBEE, node: nodeAddress(node), manufacturer: 'Innr', model: node },
    ...{ title: kind, kind, power: 'mains', tier: 'preferred', support: 'exact', firmware: null },
    properties: names.map((name) => describeProperty(name)),
    commands: ['identify'],
  };
}
const LAMP = described('0x01', 'light', ['on', 'brightness', 'colorTemperature']);
const PLAIN_LAMP = described('0x02', 'light', ['on']);
const PLUG = described('0x03', 'plug', ['on', 'power']);
const DIAL = described('0x04', 'remote', ['button']);

let folder = '';
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ingle-'));
});
afterEach(() => {
  fs.rmSync(folder, { recursive: true, force: true });
});

interface House {
  readonly household: HouseholdHost;
  readonly calls: AdapterCall[];
  readonly id: DeviceId;
  /** What would be missed if a node of such a description took the lamp's place. */
  instead(description: NodeDescription): Promise<Replacement>;
  /** The hub stops and starts again over the same files. */
  restart(): HouseholdHost;
}

/** A home with a labelled lamp in its library, and what its Zigbee adapter answers about links. */
async function house(
  scenes: readonly string[],
  links: (
    call: Extract<AdapterCall, { kind: 'inheritLinks' }>,
  ) => readonly InheritedLink[] = () => [],
): Promise<House> {
  const home = new HomeStore(openDatabase(folder, HOME_FILE));
  const calls: AdapterCall[] = [];
  // Every edit goes to the real file; only what this test does not use is left out.
  const store = new Proxy({} as Async<StoreCalls>, {
    get:
      (_, name: keyof HomeStore) =>
      async (...args: never[]) =>
        (home[name] as (...all: never[]) => unknown)(...args),
  });
  const restart = (): HouseholdHost =>
    createHousehold({
      ...{ contents: home.load(), store, nowMs: () => 1_000, tellCore: () => {} },
      callAdapter: async (_adapter, call) => {
        calls.push(call);
        return call.kind === 'inheritLinks' ? links(call) : null;
      },
      ...{ checkSetting: () => {}, syncConsentChanged: async () => {}, changed: () => {} },
      templates: createSceneTemplates(),
      shelf: createSceneShelf({
        ...{ language: createSceneLanguage(), store, nowMs: () => 1_000, tellCore: () => {} },
        ...{ lastRun: () => null, nextAtMs: () => null, changed: () => {} },
      }),
    });
  const household = restart();
  const id = (await household.nodeDescribed(LAMP))?.id as DeviceId;
  const room = await household.addRoom({ name: 'Library', icon: null }, ACTOR);
  const change = { name: 'Reading lamp', handle: 'reading-lamp', room: room.id, labels: ['cosy'] };
  await household.setDevice(id, change, null, ACTOR);
  for (const text of scenes) await household.saveScene(null, text, { version: null }, ACTOR);
  return {
    ...{ household, calls, id, restart },
    async instead(description) {
      const fresh = (await household.nodeDescribed(description))?.id as DeviceId;
      return household.replacement(id, fresh);
    },
  };
}

describe('a scene that means the lamp without naming it', () => {
  const DIM = 'do:\n  - set: { brightness: 20 }\n    all: ';
  it.each([
    ['by its room', `scene: Dim\n${DIM}{ room: library }\n`],
    ['by its label', `scene: Dim\n${DIM}{ label: cosy }\n`],
    ['by its kind', `scene: Dim\n${DIM}{ kind: light }\n`],
    [
      'in rounds',
      'scene: Dim\ndo:\n  - repeat: { for-each: { room: library }, do: [{ set: { each: { brightness: 20 } } }] }\n',
    ],
  ])('%s passes by a lamp that cannot be dimmed', async (_, text) => {
    const { gaps } = await (await house([text])).instead(PLAIN_LAMP);
    expect(gaps).toMatchObject([
      { what: 'brightness', scenes: [{ name: 'Dim', how: 'reached' }], others: [] },
    ]);
    expect(gaps[0]?.zh).toContain('跳过');
  });

  it('by a condition on what the lamps are like misses what is not told any more', async () => {
    const text = [
      'scene: Bright enough',
      'while: { some: { kind: light, brightness: { above: 50 } } }',
      'do:\n  - notify: { to: [owner], text: Bright }\n',
    ].join('\n');
    const { gaps } = await (await house([text])).instead(PLAIN_LAMP);
    expect(gaps).toMatchObject([{ what: 'brightness', scenes: [{ how: 'reached' }] }]);
  });

  it('by its kind passes by a plug, and scenes that mean plugs begin to mean it', async () => {
    const scenes = [
      'scene: Lamps out\ndo:\n  - set: { on: false }\n    all: { kind: light }\n',
      'scene: Plugs out\ndo:\n  - set: { on: false }\n    all: { kind: plug }\n',
      'scene: Other room\ndo:\n  - set: { on: false }\n    all: { kind: light, label: bare }\n',
    ];
    const { gaps, reached } = await (await house(scenes)).instead(PLUG);
    expect(gaps).toMatchObject([
      { what: null, why: expect.stringContaining('"plug"'), scenes: [{ name: 'Lamps out' }] },
    ]);
    expect(reached).toMatchObject([{ name: 'Plugs out' }]);
  });

  it('is no gap where the new one has all that it asks for', async () => {
    const text = 'scene: Out\ndo:\n  - set: { on: false }\n    all: { room: library }\n';
    const { gaps, lost } = await (await house([text])).instead(PLAIN_LAMP);
    expect({ gaps, lost }).toEqual({ gaps: [], lost: ['brightness', 'colorTemperature'] });
  });
});

it('a scene of a template whose slot the new device does not fit is told with the slot’s words', async () => {
  const { household, instead } = await house([]);
  const fits = household.templates().flatMap(({ id }) => household.template(id));
  const slotOf = (template: (typeof fits)[number]) =>
    template.slots.find(
      ({ kind, wants }) => kind.startsWith('device') && /\ba light\b/.test(wants?.en ?? ''),
    );
  const template = fits.find((one) => {
    const others = one.slots.filter(({ initial, isOptional, name }) => {
      return initial === null && !isOptional && name !== slotOf(one)?.name;
    });
    return slotOf(one) !== undefined && others.length === 0;
  });
  if (template === undefined) throw new Error('No template of the library is for a light alone');
  const slot = slotOf(template)?.name ?? '';
  const bindings = { devices: { [slot]: ['reading-lamp'] }, rooms: {}, values: {} };
  const wish = { name: 'Of a template', bindings, scene: null, version: null, enabled: null };
  await household.makeScene(template.id, wish, ACTOR);
  const { gaps } = await instead(PLUG);
  expect(gaps).toMatchObject([{ scenes: [{ name: 'Of a template' }] }]);
});

describe('beside scenes', () => {
  it('home apps miss what Matter had of it, and one that sees lamps alone loses it', async () => {
    const { household, instead } = await house([]);
    await household.setBridge({ isOn: true }, ACTOR);
    const fabric = 'fabric_1' as FabricId;
    await household.fabricsAre([fabric]);
    const { gaps } = await instead(PLAIN_LAMP);
    expect(gaps).toMatchObject([
      { what: 'brightness', others: ['matter'] },
      { what: 'colorTemperature', others: ['matter'] },
    ]);
    await household.setFabric(fabric, { rights: { kinds: ['light'] } }, ACTOR);
    const asPlug = await instead(PLUG);
    expect(asPlug.gaps[0]).toMatchObject({ what: null, others: ['matter'], scenes: [] });
    await household.setBridge({ kinds: ['light'] }, ACTOR);
    const [gap] = (await instead(PLUG)).gaps;
    expect(gap?.why).toContain('not offered');
  });

  it('whoever listens over MQTT misses what is not told any more', async () => {
    const { household, instead } = await house([]);
    await household.setSharing({ isOn: true }, ACTOR);
    const { gaps } = await instead(PLAIN_LAMP);
    expect(gaps.map(({ what, others }) => [what, others])).toEqual([
      ['brightness', ['mqtt']],
      ['colorTemperature', ['mqtt']],
    ]);
    await household.setSharing({ isOn: false }, ACTOR);
    expect((await instead(PLAIN_LAMP)).gaps).toEqual([]);
  });

  it('what children may do changes with a lock, and that is said', async () => {
    const { instead } = await house([]);
    const { gaps } = await instead(described('0x05', 'lock', ['on', 'brightness', 'locked']));
    expect(gaps).toMatchObject([{ what: null, others: ['rights'] }]);
    expect(gaps[0]?.why).toContain('children');
  });
});

it('bindings are made again once, over a restart, and given back with an undo', async () => {
  let isDown = true;
  const link = { kind: 'from', other: DIAL.node, group: null, cluster: 'genOnOff' } as const;
  const { household, calls, id, instead, restart } = await house([], ({ to, isPlan }) => {
    if (isDown && !isPlan) throw new Error('The adapter is not there');
    return [{ ...link, state: to === PLUG.node ? 'impossible' : 'waiting' }];
  });
  await household.nodeDescribed(DIAL);
  const dial = household
    .contents()
    .devices.find(({ description }) => description.kind === 'remote');
  expect((await instead(PLUG)).gaps).toMatchObject([{ what: null, others: ['links'] }]);
  const { links, from, gaps } = await instead(PLAIN_LAMP);
  expect({ links, gaps }).toEqual({
    links: [{ ...link, other: dial?.id, state: 'waiting' }],
    gaps: [],
  });
  await household.replaceDevice(id, from, false, ACTOR);
  const told = () => calls.filter((call) => call.kind === 'inheritLinks' && !call.isPlan);
  await expect.poll(told).toHaveLength(1);
  // The adapter came back with the hub: what was not taken then is told again as the node is described.
  isDown = false;
  const later = restart();
  await later.nodeDescribed(PLAIN_LAMP);
  await expect.poll(told).toHaveLength(2);
  await later.undoReplacement(id, ACTOR);
  expect(calls).toContainEqual({ kind: 'returnLinks', from: LAMP.node, to: PLAIN_LAMP.node });
});
