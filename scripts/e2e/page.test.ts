// Goal: a household can take the hub, add a lamp and switch it, with nothing but a browser. Method: real Chromium, the
// real hub, a real network with emulated devices; what the lamp does is read from the emulated lamp.
import AxeBuilder from '@axe-core/playwright';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connected, type House, nodeOf, openHouse } from './house.ts';
import { waitFor } from './running-hub.ts';

const PASSWORD = 'lanterns over quiet water';
const ARGUMENTS = [
  ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
];

let house: House;
let browser: Browser;
let context: BrowserContext;
let page: Page;
const consoleErrors: string[] = [];

beforeAll(async () => {
  house = await openHouse();
  await connected(house);
  browser = await chromium.launch({
    executablePath: process.env.INGLE_CHROMIUM ?? '/usr/bin/chromium',
    args: ARGUMENTS,
  });
  context = await browser.newContext({ viewport: { width: 360, height: 760 }, locale: 'en-GB' });
  page = await context.newPage();
  page.setDefaultTimeout(15_000);
  page.on('pageerror', (error) => consoleErrors.push(error.message));
}, 120_000);

afterAll(async () => {
  await browser?.close();
  await house?.[Symbol.asyncDispose]();
});

const at = (id: string) => page.getByTestId(id);
const lamp = () => nodeOf(house, 'Hall lamp').state;

/** Waits until the lamp's tile says that it is on, or that it is off. */
async function shown(handle: string | undefined, isOn: boolean): Promise<void> {
  await page.locator(`[data-testid="toggle-${handle}"][aria-pressed="${isOn}"]`).waitFor();
}

async function expectAccessible(where: string): Promise<void> {
  const { violations } = await new AxeBuilder({ page })
    .withTags(['wcag2a', 'wcag2aa', 'wcag22aa'])
    .analyze();
  expect(violations.map(({ id, nodes }) => `${where}: ${id} ${nodes[0]?.html}`)).toEqual([]);
}

describe('the page in a browser', () => {
  it('asks for the language first, then takes the hub with the code and an owner', async () => {
    await page.goto(`${house.hub.url}/`);
    await at('language-en').waitFor();
    await expectAccessible('language');
    await at('language-en').click();
    const code = /Claim code: ([0-9A-Z-]+)/.exec(house.hub.output())?.[1] ?? '';
    await at('claim-code').fill('AAAA-AAAA');
    await at('claim-next').click();
    await at('claim-name').fill('Anna');
    await at('claim-password').fill(PASSWORD);
    await at('claim-submit').click();
    await page.getByRole('alert').first().waitFor();
    await at('claim-code').fill(code);
    await at('claim-next').click();
    await at('claim-submit').click();
    await at('setup-home-name').fill('Lantern house');
    await expectAccessible('home');
    await at('setup-home-next').click();
    await at('setup-rooms-next').waitFor();
    await expectAccessible('rooms');
    await at('setup-rooms-next').click();
    await at('setup-add-device').waitFor();
    await expectAccessible('first device');
  });

  it('adds a lamp with live steps and a name of its own', async () => {
    await at('setup-add-device').click();
    await at('pair-start').click();
    await at('pair-progress').waitFor();
    house.home.control.join(nodeOf(house, 'Hall lamp').ieee);
    await at('pair-name').first().fill('Hall lamp');
    await at('pair-save').first().click();
    await expectAccessible('add a device');
    await at('pair-stop').or(at('pair-finish')).or(at('pair-end')).first().click();
    await waitFor('the name to be kept', async () =>
      (await house.devices()).some((device) => device.name === 'Hall lamp'),
    );
  });

  it('switches the lamp and sees it come back; what is wanted is shown apart until then', async () => {
    await page.goto(`${house.hub.url}/#/`);
    const device = await waitFor('the lamp', async () =>
      (await house.devices()).find((one) => one.name === 'Hall lamp'),
    );
    const toggle = at(`toggle-${device.handle}`);
    await toggle.waitFor();
    const before = lamp().on === true;
    await toggle.click();
    await waitFor('the lamp itself to change', () => (lamp().on === true) !== before);
    await shown(device.handle, !before);
    await expectAccessible('home');
  });

  it('shows without being asked what was done elsewhere', async () => {
    const device = (await house.devices()).find((one) => one.name === 'Hall lamp');
    const wanted = lamp().on !== true;
    await house.hub.call(`/api/devices/${device?.id}/commands?wait=observed`, {
      body: { property: 'on', value: wanted },
    });
    await shown(device?.handle, wanted);
  });

  it('never shows a lamp as switched that did not answer, and says what happened', async () => {
    const { handle } = (await house.devices()).find((one) => one.name === 'Hall lamp') ?? {
      handle: '',
    };
    const { ieee } = nodeOf(house, 'Hall lamp');
    const before = lamp().on === true;
    house.home.control.fault({ kind: 'offline', ieee });
    await at(`toggle-${handle}`).click();
    const told = at('offline-devices');
    await told.waitFor();
    expect(await told.innerText()).toMatch(/Hall lamp[\s\S]*does not answer[\s\S]*What to try/);
    expect(await at(`toggle-${handle}`).getAttribute('aria-pressed')).toBe(String(before));
    house.home.control.fault({ kind: 'clear' });
  });

  it('reads in Chinese as well, on a wide screen, light and dark', async () => {
    await page.setViewportSize({ width: 1280, height: 900 });
    await page.goto(`${house.hub.url}/#/house`);
    await at('language-zh').click();
    await page.getByText('房间').or(page.getByText('设备')).first().waitFor();
    expect(await page.locator('html').getAttribute('lang')).toMatch(/^zh/);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      for (const place of ['', 'scenes', 'activity', 'house']) {
        await page.goto(`${house.hub.url}/#/${place}`);
        await at('nav-home').waitFor();
        await expectAccessible(`${place} ${colorScheme}`);
      }
    }
  }, 60_000);

  it('threw no error on the way', () => {
    expect(consoleErrors).toEqual([]);
  });
});
