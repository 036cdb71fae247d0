// A household that never looks at its map is told all the same who took which devices along: the mesh is surveyed by
// itself, a frame a second at the most. With the real zigbee-herdsman against the virtual home.
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Mesh, SurveyState } from '../../../hub/model/mesh.ts';
import { loadHome } from '../../../scripts/virtual-home/devices/model.ts';
import { openPairedHome, type PairedHome } from '../testing/paired-home.ts';

/** The second one reaches the home through the first. */
const NAMES = ['Hall lamp', 'Bathroom lamp'];

let paired: PairedHome;

beforeAll(async () => {
  const devices = loadHome().filter(({ name }) => NAMES.includes(name));
  const often = { surveyHours: 0.0005, mainsSilenceMinutes: 0.05 };
  paired = await openPairedHome({ devices, latency: { minMs: 0, maxMs: 2 } }, often);
}, 90_000);

afterAll(() => paired?.[Symbol.asyncDispose]());

test('a router that is unplugged is named with the lamp behind it, though nobody asked for a survey', async () => {
  const { home, hub } = paired;
  const [router, behind] = NAMES.map(paired.node);
  await expect
    .poll(
      async () => {
        const { nodes } = (await hub.call({ kind: 'mesh' })) as Mesh;
        return nodes.find(({ node }) => node === behind)?.parent;
      },
      { timeout: 40_000, interval: 500 },
    )
    .toBe(router);
  const times = home.control.tableRequests().map(({ atMs }) => atMs);
  const pauses = times.slice(1).map((time, index) => time - (times[index] ?? 0));
  expect(times.length).toBeGreaterThan(2);
  expect(Math.min(...pauses)).toBeGreaterThan(900);
  home.control.fault({ kind: 'unplugRouter', ieee: paired.node('Hall lamp') });
  const told = await hub.until(
    'who hung on it',
    () => {
      const message = hub.messages.findLast((each) => each.kind === 'care');
      return message?.care.lostRouters[0];
    },
    40_000,
  );
  expect(told).toEqual({ router, nodes: [behind], sinceMs: expect.any(Number) });
}, 120_000);

test.runIf(process.env.INGLE_COUNT !== undefined)(
  'a survey of 200 nodes takes a number of frames that leaves the air to others',
  async () => {
    const latency = { minMs: 0, maxMs: 0 };
    const settings = { surveyHours: 0, surveyPauseMs: 0 };
    await using large = await openPairedHome({ nodes: 200, latency, joinStaggerMs: 20 }, settings);
    const { home, hub } = large;
    await hub.call({ kind: 'meshSurvey' });
    await expect
      .poll(async () => ((await hub.call({ kind: 'meshSurveyState' })) as SurveyState).kind, {
        timeout: 120_000,
        interval: 500,
      })
      .toBe('done');
    const frames = home.control.tableRequests().length;
    const routers = home.control.nodes().filter(({ router }) => router).length;
    process.stdout.write(
      `A survey of 200 nodes, ${routers} of them routers: ${frames} questions\n`,
    );
    // At a question a second that is a twelfth of the six hours from one to the next, at two frames a second.
    expect(frames).toBeLessThan(1_800);
  },
  240_000,
);
