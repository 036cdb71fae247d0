// What devices report and are bound to, with the real zigbee-herdsman against an emulated lamp, a thermometer that
// sleeps and a dimmer: told, asked of the device itself, and set. The tests build on one another in order.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type NodeAddress, nodeAddress } from '../../../hub/model/identifiers.ts';
import type { LinkChange, NodeLinks, Reporting } from '../../../hub/model/node-links.ts';
import { openPairedHome, type PairedHome } from '../testing/paired-home.ts';

const place = { room: 'hall', lqi: 150, parent: undefined };
const DEVICES = [
  { model: 'innr-sp-234', ieee: '0x70ac08fffeef5001', name: 'Plug', ...place },
  { model: 'sonoff-snzb-02p', ieee: '0x9035eafffe0d8002', name: 'Thermometer', ...place },
  { model: 'ikea-ictc-g-1', ieee: '0x000b57fffe2bb001', name: 'Dial', ...place },
];
const [plug, thermometer, dial] = DEVICES.map(({ ieee }) => nodeAddress(ieee)) as [
  NodeAddress,
  NodeAddress,
  NodeAddress,
];

let paired: PairedHome;

async function links(node: NodeAddress, isAsked = false): Promise<NodeLinks> {
  return (await paired.hub.call({ kind: 'links', node, isAsked }, 30_000)) as NodeLinks;
}

async function change(node: NodeAddress, wanted: LinkChange): Promise<NodeLinks> {
  return (await paired.hub.call(
    { kind: 'changeLinks', node, change: wanted },
    30_000,
  )) as NodeLinks;
}

const temperature = (minimumSeconds: number, maximumSeconds: number): LinkChange => ({
  kind: 'report',
  reporting: {
    endpoint: 1,
    cluster: 'msTemperatureMeasurement',
    attribute: 'measuredValue',
    ...{ minimumSeconds, maximumSeconds, change: 20 },
  },
});

const reportOf = ({ reporting }: NodeLinks, cluster: string): Reporting | undefined =>
  reporting.find((each) => each.cluster === cluster);

beforeAll(async () => {
  paired = await openPairedHome({ devices: DEVICES, latency: { minMs: 2, maxMs: 8 } });
}, 100_000);

afterAll(() => paired?.[Symbol.asyncDispose]());

test('a device tells what its definition set up: what it reports, how often, and to whom', async () => {
  const told = await links(thermometer);
  expect(told.setUp).toEqual({ kind: 'done' });
  const report = reportOf(told, 'msTemperatureMeasurement');
  expect(report).toMatchObject({ endpoint: 1, attribute: 'measuredValue' });
  expect(told.bindings).toContainEqual({
    endpoint: 1,
    cluster: 'msTemperatureMeasurement',
    to: { kind: 'hub' },
  });
  expect(told.endpoints[0]?.inputs).toContain('msTemperatureMeasurement');
});

test('how often is set, and the device itself says so when it is asked', async () => {
  const set = await change(thermometer, temperature(30, 900));
  expect(reportOf(set, 'msTemperatureMeasurement')).toMatchObject({
    ...{ minimumSeconds: 30, maximumSeconds: 900, change: 20 },
  });
  const asked = await links(thermometer, true);
  expect(asked).toMatchObject({ isAsked: true, problem: null });
  expect(reportOf(asked, 'msTemperatureMeasurement')).toMatchObject({
    ...{ minimumSeconds: 30, maximumSeconds: 900 },
  });
}, 60_000);

test.each([
  ['an endpoint that it lacks', { endpoint: 9 }, 'endpoint 9'],
  ['a cluster that it lacks', { cluster: 'genOnOff' }, 'genOnOff'],
  ['an attribute that its cluster has not', { attribute: 'humour' }, 'no attribute "humour"'],
  ['a word of every object', { attribute: 'constructor' }, 'no attribute "constructor"'],
  ['a least time above the longest', { minimumSeconds: 901 }, '901'],
  ['what would empty its battery', { minimumSeconds: 1 }, 'battery'],
])('%s is refused with what is right', async (_, wrong, word) => {
  const right = temperature(30, 900);
  if (right.kind !== 'report') throw new Error('It is a report');
  const reporting = { ...right.reporting, ...wrong };
  await expect(change(thermometer, { kind: 'report', reporting })).rejects.toMatchObject({
    ...{ code: 'invalid-input', message: expect.stringContaining(word) },
    zh: expect.anything(),
  });
});

test('a dial is bound to a plug and unbound again, by the dial’s own table', async () => {
  const outputs = (await links(dial)).endpoints[0]?.outputs ?? [];
  const cluster = outputs.includes('genLevelCtrl') ? 'genLevelCtrl' : (outputs[0] ?? '');
  const binding = {
    ...{ endpoint: 1, cluster },
    to: { kind: 'device', id: plug, endpoint: 1 },
  } as const;
  const bound = await change(dial, { kind: 'bind', binding });
  expect(bound.bindings).toContainEqual(binding);
  expect((await links(dial, true)).bindings).toContainEqual(binding);
  const unbound = await change(dial, { kind: 'unbind', binding });
  expect(unbound.bindings).not.toContainEqual(binding);
}, 90_000);

test('a device that refuses says so, and what was set before stays', async () => {
  paired.home.control.fault({ kind: 'reject', ieee: plug });
  const reporting = {
    ...{ endpoint: 1, cluster: 'genOnOff', attribute: 'onOff' },
    ...{ minimumSeconds: 0, maximumSeconds: 600, change: null },
  };
  await expect(change(plug, { kind: 'report', reporting })).rejects.toMatchObject({
    code: 'rejected-by-device',
  });
  paired.home.control.fault({ kind: 'clear' });
  await change(plug, { kind: 'report', reporting });
  const told = await change(plug, { kind: 'configure' });
  expect(told.setUp).toEqual({ kind: 'done' });
});

test('a device without power is shown as it was told, with why it did not answer', async () => {
  paired.home.control.fault({ kind: 'offline', ieee: plug });
  const told = await links(plug, true);
  expect(told.isAsked).toBe(false);
  expect(told.problem?.code).toMatch(/unreachable|timed-out/);
  expect(told.reporting.length).toBeGreaterThan(0);
  paired.home.control.fault({ kind: 'clear' });
}, 40_000);
