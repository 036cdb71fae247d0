// Goal: a person sets something of a sensor that sleeps, sees that it waits, takes one back, and the other is there
// after a power cut and reaches the sensor when it wakes. Method: real Chromium, the real hub, killed, and an emulated
// sensor that really sleeps.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type BrowserPage, openOwnersPage } from './browser-page.ts';
import { type House, nodeOf, openHouse } from './house.ts';
import { waitFor } from './running-hub.ts';

interface Waiting {
  readonly id: string;
  readonly property: string;
  readonly value: unknown;
}

let house: House;
let browser: BrowserPage;

const at = (id: string) => browser.at(id);

async function waiting(): Promise<readonly Waiting[]> {
  const { body } = await house.hub.call<{ items: Waiting[] }>('/api/commands');
  return body.items;
}

beforeAll(async () => {
  house = await openHouse();
  await house.add('Hall motion');
  browser = await openOwnersPage(house.hub);
  const { ieee } = nodeOf(house, 'Hall motion');
  await waitFor('its values', async () => {
    const { properties } = await house.device('hall-motion');
    return properties.sensitivity?.value !== null && properties.temperature?.value !== null;
  });
  house.home.control.fault({ kind: 'asleep', ieee });
  await waitFor('it to sleep', () => {
    const { records } = house.home.control.log({ ieee, limit: 100_000 });
    return Date.now() - (records.at(-1)?.time ?? 0) > 1_800;
  });
}, 120_000);

afterAll(async () => {
  await browser?.[Symbol.asyncDispose]();
  await house?.[Symbol.asyncDispose]();
});

it('a setting is shown as waiting, with its end, and is taken back', async () => {
  await browser.open('');
  await at('open-hall-motion').first().click();
  const setting = at('setting-sensitivity');
  await setting.locator('select').selectOption('high');
  await at('waits-sensitivity').getByText('waits for the device to wake').waitFor();
  await browser.expectAccessible('a setting that waits', '[data-testid="waits-sensitivity"]');
  await at('take-back-sensitivity').click();
  await at('waits-sensitivity').waitFor({ state: 'detached', timeout: 15_000 });
  expect(await waiting()).toEqual([]);
}, 40_000);

it('what it reports and is bound to is shown', async () => {
  await at('device-about').locator('summary').first().click();
  await at('device-links').locator('summary').click();
  await at('device-links').getByText('occupancy').first().waitFor();
  await at('device-links').getByText('the hub').first().waitFor();
  await browser.expectAccessible('reports and bindings', '[data-testid="device-links"]');
  const sheet = browser.page.locator('[data-testid="device-links"]');
  expect(await sheet.evaluate((element) => element.scrollWidth - element.clientWidth)).toBe(0);
});

it('a setting outlives a power cut of the hub, and reaches the sensor when it wakes', async () => {
  const { id } = await house.device('hall-motion');
  await house.hub.call(`/api/devices/${id}/commands`, {
    body: { property: 'occupancyTimeout', value: 35 },
  });
  await waitFor('it to wait', async () => (await waiting()).length === 1);
  await house.hub.kill();
  await house.restart();
  const kept = await waitFor('it to wait again', async () => (await waiting())[0]);
  expect(kept).toMatchObject({ property: 'occupancyTimeout', value: 35 });
  // What was taken back before does not come back.
  expect(await waiting()).toHaveLength(1);
  house.home.control.set(nodeOf(house, 'Hall motion').ieee, { temperature: 24 });
  await waitFor('its word', async () => {
    const { properties } = await house.device('hall-motion');
    return properties.occupancyTimeout?.value === 35;
  });
  await waitFor('nothing to wait', async () => (await waiting()).length === 0);
}, 90_000);
