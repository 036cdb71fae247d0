// Goal: a person sees in the page for which lamps there is new firmware, updates two, sees the second wait and takes
// it back. Method: real Chromium, the real hub, emulated lamps that take images over the air.
import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { writeImage } from '../../firmware-images/zigbee-ota.ts';
import { type BrowserPage, openOwnersPage } from './browser-page.ts';
import { type House, nodeOf, openHouse } from './house.ts';
import { makeFolder, waitFor } from './running-hub.ts';

const OLD = 0x23087631;
const TEXT = 'TRADFRI bulb 2.3.093';

let house: House;
let browser: BrowserPage;

beforeAll(async () => {
  house = await openHouse({ environment: { INGLE_FIRMWARE_QUIET_HOURS: 'off' } });
  await house.add('Hall lamp', 'Bathroom lamp');
  browser = await openOwnersPage(house.hub);
}, 90_000);

async function stockBoth(): Promise<void> {
  const folder = makeFolder();
  for (const imageType of [8705, 8706]) {
    const image = writeImage({
      ...{ manufacturerCode: 0x117c, imageType, fileVersion: 0x23093000, text: TEXT },
      elements: [{ tag: 0, data: new Uint8Array(4_000) }],
    });
    writeFileSync(path.join(folder, `${imageType}.ota`), image);
  }
  const body = { path: folder, unsigned: path.basename(folder) };
  const taken = await house.hub.call('/api/firmware', { body });
  expect(taken.status).toBe(201);
  rmSync(folder, { recursive: true, force: true });
}

afterAll(async () => {
  await browser?.[Symbol.asyncDispose]();
  await house?.[Symbol.asyncDispose]();
});

const at = (id: string) => browser.at(id);

/** Opens what the page says of the device itself. */
async function about(handle: string): Promise<void> {
  await browser.open('');
  await at(`open-${handle}`).first().click();
  await at('device-about').locator('summary').first().click();
}

it('says where images come from while there are none', async () => {
  await browser.open('house');
  await at('firmware-open').click();
  await at('firmware')
    .getByText('The hub has no images yet')
    .waitFor()
    .catch(async (error: unknown) => {
      const shown = await browser.page.locator('body').innerText();
      throw new Error(`${String(error)}; ${browser.page.url()} shows: ${shown}`);
    });
  await browser.expectAccessible('a hub without images', '[data-testid="firmware"]');
  await stockBoth();
});

it('shows what is newer without being asked, and lets the second update wait for the first', async () => {
  await waitFor('the hub to know of both', async () => {
    const { body } = await house.hub.call<{ items: { firmware: { available: unknown } }[] }>(
      '/api/devices',
    );
    return body.items.every(({ firmware }) => firmware.available === TEXT);
  });
  await about('hall-lamp');
  await at('device-firmware').getByText(TEXT).waitFor();
  await at('firmware-update').click();
  await at('device-firmware').getByText('Sending new firmware').waitFor();
  await browser.expectAccessible('an update under way', '[data-testid="device-firmware"]');

  await about('bathroom-lamp');
  await at('device-firmware').getByText(TEXT).waitFor();
  await at('firmware-update').click();
  await at('firmware-waiting').getByText('it is next').waitFor();
  await browser.expectAccessible('an update that waits', '[data-testid="device-firmware"]');
  await at('device-firmware').getByRole('button').click();
  await at('firmware-update').waitFor();

  await about('hall-lamp');
  await at('device-firmware').getByRole('button').click();
  await at('firmware-update').waitFor();
  expect(nodeOf(house, 'Hall lamp').fileVersion).toBe(OLD);
  expect(nodeOf(house, 'Bathroom lamp').fileVersion).toBe(OLD);
  expect(browser.errors).toEqual([]);
}, 60_000);

it('updates all that are older from one place, and stops where somebody says so', async () => {
  await browser.open('firmware');
  await at('firmware-image').nth(1).waitFor();
  expect(await at('firmware-image').first().innerText()).toMatch(
    /Zigbee · 0x23093000 · for (Hall|Bathroom) lamp/,
  );
  expect(await at('firmware-image').first().innerText()).toContain('unsigned, taken by root');
  await at('rollout-start').click();
  await at('confirm-yes').click();
  const parts = at('rollout-part');
  await parts.filter({ hasText: 'is updated' }).waitFor();
  expect(await parts.count()).toBe(2);
  expect(await parts.first().innerText()).toContain('first of its kind');
  for (const [width, scheme] of [
    [360, 'light'],
    [1280, 'dark'],
  ] as const) {
    await browser.page.setViewportSize({ width, height: 800 });
    await browser.page.emulateMedia({ colorScheme: scheme });
    await browser.expectAccessible(
      `a roll-out, ${width} px, ${scheme}`,
      '[data-testid="firmware"]',
    );
    const wider = await browser.page.evaluate('document.documentElement.scrollWidth');
    expect(wider).toBeLessThanOrEqual(width);
  }
  await at('rollout-stop').click();
  await at('rollout').getByText('The last updates').waitFor();
  await parts.filter({ hasText: 'left alone' }).first().waitFor();
  expect(nodeOf(house, 'Hall lamp').fileVersion).toBe(OLD);
  expect(browser.errors).toEqual([]);
}, 60_000);
