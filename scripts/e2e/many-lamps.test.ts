// Goal: a tap that sets many lamps alike reaches them by one frame of the radio. Method: the real hub over HTTP, and
// the outside record of what the emulated lamps have heard.
import { expect, it } from 'vitest';
import { openHouse } from './house.ts';
import { waitFor } from './running-hub.ts';

const NAMES = ['Hall lamp', 'Bathroom lamp', 'Kitchen lamp'];
const ON_OFF = 0x0006;
const GROUPS = 0x0004;
const VIEW = 1;

it('of three lamps that were switched together twice the third time is one group frame', async () => {
  await using house = await openHouse();
  await house.add(...NAMES);
  const all = await house.devices();
  const lamps = all.filter(({ name }) => NAMES.includes(name));
  const heard = (since: number) =>
    house.home.control
      .log({ since, kind: 'received', limit: 100_000 })
      .records.filter(({ scope }) => scope === 'specific');
  const tap = async (on: boolean) => {
    const since = house.home.control.log({ limit: 100_000 }).next;
    const body = { devices: lamps.map(({ id }) => id), property: 'on', value: on };
    expect((await house.hub.call('/api/commands', { body })).status).toBe(202);
    await waitFor('all to say so', async () => {
      const now = await house.devices();
      return lamps.every(({ id }) => now.find((one) => one.id === id)?.properties.on?.value === on);
    });
    return heard(since).filter(({ cluster }) => cluster === ON_OFF);
  };
  for (const on of [true, false]) {
    expect((await tap(on)).map(({ group }) => group)).toEqual(lamps.map(() => undefined));
  }
  await waitFor('the group to be read back', () => {
    const views = heard(0).filter(({ cluster, command }) => cluster === GROUPS && command === VIEW);
    return new Set(views.map(({ ieee }) => ieee)).size === lamps.length;
  });
  // A lamp whose word does not come within a second is told once more, alone.
  const together = (await tap(true)).filter(({ group }) => group !== undefined);
  expect(together).toHaveLength(lamps.length);
  expect(new Set(together.map(({ group, transaction }) => `${group} ${transaction}`)).size).toBe(1);
}, 90_000);
