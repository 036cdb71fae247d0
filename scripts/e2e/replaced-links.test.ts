// Goal: a dial that dimmed a dead lamp dims the one that takes its place, though it sleeps and the hub is killed in
// between; until then a notice names it. Method: the real hub (ended by SIGKILL) and library, emulated lamps and a dial
// that really sleeps. The same at the adapter is in every run; this is the way through the whole hub, for `npm run soak`.
import { expect, it } from 'vitest';
import { nodeOf, openHouse } from './house.ts';
import { waitFor } from './running-hub.ts';

const place = { room: 'hall', lqi: 150, parent: undefined };
const DEVICES = [
  { model: 'innr-rb-285-c', ieee: '0x00158d0004006101', name: 'Old lamp', ...place },
  { model: 'innr-rb-285-c', ieee: '0x00158d0004006102', name: 'New lamp', ...place },
  { model: 'ikea-ictc-g-1', ieee: '0x000b57fffe2b6103', name: 'Dial', ...place },
];

it.runIf(process.env.INGLE_COUNT !== undefined)(
  'a sleeping dial is told of the new lamp at its next turn, over a kill of the hub, and named until then',
  async () => {
    await using house = await openHouse({ home: { devices: DEVICES } });
    await house.add(...DEVICES.map(({ name }) => name));
    const [old, fresh, dial] = await Promise.all(
      ['old-lamp', 'new-lamp', 'dial'].map(async (handle) => (await house.device(handle)).id),
    );
    const binding = {
      ...{ endpoint: 1, cluster: 'genLevelCtrl' },
      to: { kind: 'device', id: old, endpoint: 1 },
    };
    const bound = await house.hub.call(`/api/devices/${dial}/links`, {
      body: { kind: 'bind', binding },
    });
    expect(bound.status, JSON.stringify(bound.body)).toBe(200);
    const { body: plan } = await house.hub.call(`/api/devices/${old}/replacement?from=${fresh}`);
    expect(plan).toMatchObject({ gaps: [], links: [{ kind: 'from', other: dial }] });
    const { ieee, actions } = nodeOf(house, 'Dial');
    house.home.control.fault({ kind: 'asleep', ieee });
    house.home.control.fault({ kind: 'offline', ieee: nodeOf(house, 'Old lamp').ieee });
    const done = await house.hub.call(`/api/devices/${old}/replace`, { body: { from: fresh } });
    expect(done.status).toBe(200);
    const isNamed = async () =>
      JSON.stringify((await house.hub.call('/api/health')).body).includes(
        'Dial still has to be told a direct link to the device that Old lamp is now',
      );
    await waitFor('the dial to be named', isNamed);
    await house.hub.kill();
    await house.restart();
    await waitFor('the dial to be named again', isNamed);
    await waitFor('the dial to have been told', async () => {
      house.home.control.press(ieee, actions[0] ?? '');
      await new Promise((resolve) => setTimeout(resolve, 900));
      return !(await isNamed());
    });
    const { body: links } = await house.hub.call(`/api/devices/${dial}/links`);
    // The device is the same, and its node another one.
    expect(links.bindings).toContainEqual(binding);
  },
  120_000,
);
