// Bindings and groups of a lamp that is replaced, with the real zigbee-herdsman against two emulated lamps, a plug and
// a dial that really sleeps: told first, made again with the new lamp, over a restart, and taken back. One paired home;
// the tests build on one another in order.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type NodeAddress, nodeAddress } from '../../../hub/model/identifiers.ts';
import type {
  InheritedLink,
  NodeBinding,
  NodeLinks,
  WaitingLinks,
} from '../../../hub/model/node-links.ts';
import { openPairedHome, type PairedHome } from '../testing/paired-home.ts';

const place = { room: 'hall', lqi: 150, parent: undefined };
const DEVICES = [
  { model: 'innr-rb-285-c', ieee: '0x00158d0004006001', name: 'Old lamp', ...place },
  { model: 'innr-rb-285-c', ieee: '0x00158d0004006002', name: 'New lamp', ...place },
  { model: 'innr-sp-234', ieee: '0x70ac08fffeef6003', name: 'Plug', ...place },
  { model: 'ikea-ictc-g-1', ieee: '0x000b57fffe2b6004', name: 'Dial', ...place },
];
const [oldLamp, newLamp, plug, dial] = DEVICES.map(({ ieee }) => nodeAddress(ieee)) as [
  NodeAddress,
  NodeAddress,
  NodeAddress,
  NodeAddress,
];
const LEVEL = 'genLevelCtrl';
const GROUPS = 0x0004;
const FOREIGN_GROUP = 7;

let paired: PairedHome;

const waiting = (): readonly WaitingLinks[] =>
  paired.hub.messages.findLast((message) => message.kind === 'care')?.care.links ?? [];

/** What the dial itself says that it commands. */
async function boundByDial(): Promise<NodeAddress[]> {
  const { bindings } = (await paired.hub.call({
    kind: 'links',
    node: dial,
    isAsked: false,
  })) as NodeLinks;
  return bindings.flatMap(({ to }) => (to.kind === 'device' ? [to.id] : []));
}

const inherit = async (to: NodeAddress, isPlan: boolean): Promise<InheritedLink[]> =>
  (await paired.hub.call({ kind: 'inheritLinks', from: oldLamp, to, isPlan })) as InheritedLink[];

/** The dial has been turned, and listens for a moment. */
function wakeDial(): void {
  const [action] = paired.home.control.node(dial).actions;
  paired.home.control.press(dial, action ?? '');
}

beforeAll(async () => {
  const latency = { minMs: 2, maxMs: 8 };
  paired = await openPairedHome({ devices: DEVICES, latency }, { surveyHours: 0 });
  const binding: NodeBinding = {
    ...{ endpoint: 1, cluster: LEVEL },
    to: { kind: 'device', id: oldLamp, endpoint: 1 },
  };
  const bind = { kind: 'changeLinks', node: dial, change: { kind: 'bind', binding } } as const;
  await paired.hub.call(bind, 30_000);
  // A group as another program has made it, such as one that came with a Zigbee2MQTT installation.
  await paired.restart(() => {
    const file = path.join(paired.dataFolder, 'zigbee', 'database.db');
    const group = {
      ...{ id: 900, type: 'Group', groupID: FOREIGN_GROUP, meta: {} },
      members: [{ deviceIeeeAddr: oldLamp, endpointID: 1 }],
    };
    writeFileSync(file, `${readFileSync(file, 'utf8').trimEnd()}\n${JSON.stringify(group)}\n`);
  });
}, 120_000);

afterAll(() => paired?.[Symbol.asyncDispose]());

test('what would be made again is told first, and what the new device cannot take as well', async () => {
  const own = { kind: 'from', other: dial, group: null, cluster: LEVEL } as const;
  const member = {
    kind: 'group',
    other: null,
    group: FOREIGN_GROUP,
    cluster: 'genGroups',
  } as const;
  const plan = await inherit(newLamp, true);
  expect(plan).toHaveLength(2);
  expect(plan).toEqual(
    expect.arrayContaining([
      { ...own, state: 'waiting' },
      { ...member, state: 'waiting' },
    ]),
  );
  expect(await inherit(plug, true)).toContainEqual({ ...own, state: 'impossible' });
  expect(await boundByDial()).toEqual([oldLamp]);
  expect(waiting()).toEqual([]);
});

test('a dial that sleeps commands the new lamp from its next turn on, over a restart in between', async () => {
  paired.home.control.fault({ kind: 'offline', ieee: oldLamp });
  paired.home.control.fault({ kind: 'asleep', ieee: dial });
  const since = paired.home.control.log({ limit: 100_000 }).next;
  await inherit(newLamp, false);
  const forDial = { node: dial, of: newLamp };
  await paired.hub.until('word of the dial', () => waiting().some(({ node }) => node === dial));
  await paired.hub.until('the group', () => {
    const { records } = paired.home.control.log({
      since,
      ieee: newLamp,
      kind: 'received',
      limit: 10_000,
    });
    const isTold = records.some(({ cluster, command }) => cluster === GROUPS && command === 0);
    return isTold && waiting().every(({ node }) => node === dial);
  });
  expect(waiting()).toEqual([{ ...forDial, count: 1, sinceMs: expect.any(Number) }]);
  await paired.restart();
  await paired.hub.until('word of it again', () => waiting().some(({ node }) => node === dial));
  expect((await inherit(newLamp, false)).filter(({ state }) => state === 'made')).toHaveLength(1);
  await expect
    .poll(
      () => {
        wakeDial();
        return waiting();
      },
      { timeout: 40_000, interval: 1_000 },
    )
    .toEqual([]);
  expect(await boundByDial()).toEqual([newLamp]);
}, 90_000);

test('an undo gives the old lamp back what commanded it', async () => {
  paired.home.control.fault({ kind: 'clear' });
  await paired.hub.call({ kind: 'returnLinks', from: oldLamp, to: newLamp });
  await expect
    .poll(
      () => {
        wakeDial();
        return boundByDial();
      },
      { timeout: 40_000, interval: 1_000 },
    )
    .toEqual([oldLamp]);
  await paired.hub.until('nobody to wait', () => waiting().length === 0, 20_000);
}, 60_000);
