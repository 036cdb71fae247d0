// Goal: a household can take the hub, add a lamp and switch it, with nothing but a browser. Method: real Chromium, the
// real hub, a real network with emulated devices; what the lamp does is read from the emulated lamp.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BrowserPage, OWNER, openBrowserPage } from './browser-page.ts';
import { connected, type House, nodeOf, openHouse } from './house.ts';
import { waitFor } from './running-hub.ts';

let house: House;
let browser: BrowserPage;

beforeAll(async () => {
  house = await openHouse();
  await connected(house);
  browser = await openBrowserPage(house.hub);
}, 120_000);

afterAll(async () => {
  await browser?.[Symbol.asyncDispose]();
  await house?.[Symbol.asyncDispose]();
});

const at = (id: string) => browser.at(id);
const lamp = () => nodeOf(house, 'Hall lamp').state;

/** Waits until the lamp's tile says that it is on, or that it is off. */
async function shown(handle: string | undefined, isOn: boolean): Promise<void> {
  await browser.page.locator(`[data-testid="toggle-${handle}"][aria-pressed="${isOn}"]`).waitFor();
}

describe('the page in a browser', () => {
  it('asks for the language first, then takes the hub with the code and an owner', async () => {
    await browser.page.goto(`${house.hub.url}/`);
    await at('language-en').waitFor();
    await browser.expectAccessible('language');
    await at('language-en').click();
    const code = /Claim code: ([0-9A-Z-]+)/.exec(house.hub.output())?.[1] ?? '';
    await at('claim-code').fill('AAAA-AAAA');
    await at('claim-next').click();
    await at('claim-name').fill(OWNER.name);
    await at('claim-password').fill(OWNER.password);
    await at('claim-submit').click();
    await browser.page.getByRole('alert').first().waitFor();
    await at('claim-code').fill(code);
    await at('claim-next').click();
    await at('claim-submit').click();
    await at('setup-home-name').fill('Lantern house');
    await browser.expectAccessible('home');
    await at('setup-home-next').click();
    await at('setup-rooms-next').waitFor();
    await browser.expectAccessible('rooms');
    // Who goes back finds what was said, and keeps it.
    await at('setup-rooms-back').click();
    expect(await at('setup-home-name').inputValue()).toBe('Lantern house');
    await at('setup-home-next').click();
    await at('setup-rooms-next').click();
    await at('setup-add-device').waitFor();
    await browser.expectAccessible('first device');
  });

  it('adds a lamp with live steps and a name of its own', async () => {
    await at('setup-add-device').click();
    await at('pair-start').click();
    await at('pair-progress').waitFor();
    house.home.control.join(nodeOf(house, 'Hall lamp').ieee);
    await at('pair-name').first().fill('Hall lamp');
    await at('pair-save').first().click();
    await browser.expectAccessible('add a device');
    await at('pair-stop').or(at('pair-finish')).or(at('pair-end')).first().click();
    await waitFor('the name to be kept', async () =>
      (await house.devices()).some((device) => device.name === 'Hall lamp'),
    );
  });

  it('switches the lamp and sees it come back; what is wanted is shown apart until then', async () => {
    await browser.open('');
    const device = await waitFor('the lamp', async () =>
      (await house.devices()).find((one) => one.name === 'Hall lamp'),
    );
    const toggle = at(`toggle-${device.handle}`);
    await toggle.waitFor();
    const before = lamp().on === true;
    await toggle.click();
    await waitFor('the lamp itself to change', () => (lamp().on === true) !== before);
    await shown(device.handle, !before);
    await browser.expectAccessible('home');
  });

  it('shows without being asked what was done elsewhere', async () => {
    const device = (await house.devices()).find((one) => one.name === 'Hall lamp');
    const wanted = lamp().on !== true;
    await house.hub.call(`/api/devices/${device?.id}/commands?wait=observed`, {
      body: { property: 'on', value: wanted },
    });
    await shown(device?.handle, wanted);
  });

  it('hears of the home also while the browser draws nothing of it, as when another window covers it', async () => {
    const page = await browser.page.context().newPage();
    await page.addInitScript('globalThis.requestAnimationFrame = () => 0');
    await page.goto(`${house.hub.url}/#/`);
    const handle = await browser.page
      .locator('[data-testid^="toggle-"]')
      .first()
      .getAttribute('data-testid');
    await page.getByTestId(handle ?? '').waitFor();
    await page.close();
  });

  it('shows a screen when what it reads is there, so that nothing moves under a finger, or soon without', async () => {
    const { page } = browser;
    const sync = '**/api/sync';
    const openHouse = async () => {
      await browser.open('');
      await page.evaluate("location.hash = '#/house'");
      await page.getByRole('heading', { level: 1, name: 'House' }).waitFor();
      return await page.getByTestId('leaving-house').count();
    };
    await page.route(sync, (route) => setTimeout(() => void route.continue(), 100));
    expect(await openHouse()).toBe(1);
    await page.unroute(sync);
    await page.route(sync, () => {});
    expect(await openHouse()).toBe(0);
    await page.unroute(sync);
  });

  it('catches up by itself with a change of which it heard while the hub could not be asked', async () => {
    await browser.open('');
    const unasked = '**/api/rooms';
    await browser.page.route(unasked, (route) => route.abort());
    const asked = browser.page.waitForEvent('requestfailed');
    await house.hub.call('/api/rooms', { body: { name: 'Cellar' } });
    await asked;
    await browser.page.unroute(unasked);
    await browser.page.getByRole('heading', { name: 'Cellar' }).waitFor();
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

  it('says that a room of this name is there already, and nothing else', async () => {
    await house.hub.call('/api/rooms', { body: { name: 'Attic' } });
    await browser.open('');
    await at('add-room').click();
    await browser.page.locator('dialog input').first().fill('attic');
    await browser.page.keyboard.press('Enter');
    const told = browser.page.getByText('There is a room called "Attic" already');
    await told.waitFor();
    expect(await browser.page.getByText('Somebody else changed this').count()).toBe(0);
    await browser.page.keyboard.press('Escape');
  });

  it('says that a device is not there, and leads home', async () => {
    await browser.open('room/none/device/dev_0000000000');
    await browser.page.getByRole('heading', { name: 'This device is not in the home' }).waitFor();
    await browser.page.getByRole('link', { name: 'To the home' }).click();
    await at('lights-on').waitFor();
  });

  it('keeps another time zone from House, and takes it back', async () => {
    await browser.open('house');
    const zone = async () => (await house.hub.call<{ zone: string }>('/api/home')).body.zone;
    const before = await zone();
    await at('house-zone').selectOption('Asia/Shanghai');
    await waitFor('the zone to be kept', async () => (await zone()) === 'Asia/Shanghai');
    await at('toast-undo').click();
    await waitFor('the zone to be as before', async () => (await zone()) === before);
    await waitFor('the title', async () => (await browser.page.title()) === 'House · Ingle');
  });

  it('says in Activity what will stand there before a scene has run, and leads to the first one', async () => {
    await browser.open('activity');
    await browser.page.getByRole('heading', { name: 'No scene has run yet' }).waitFor();
    expect(await at('runs').count()).toBe(0);
    await browser.expectAccessible('activity without runs');
    await at('activity-to-templates').click();
    await at('template-night-path').waitFor();
  });

  it('has rooms and the parts of House side by side on a wide screen, and one below the other on a phone', async () => {
    for (const name of ['Shed', 'Porch']) await house.hub.call('/api/rooms', { body: { name } });
    const columns = async (place: string, parts: string) => {
      await browser.open(place);
      await browser.page.locator(parts).nth(1).waitFor();
      const all = await browser.page.locator(parts).all();
      const boxes = await Promise.all(all.map((part) => part.boundingBox()));
      return new Set(boxes.map((box) => Math.round(box?.x ?? 0))).size;
    };
    for (const [width, wanted] of [
      [1280, 2],
      [360, 1],
    ] as const) {
      await browser.page.setViewportSize({ width, height: 760 });
      expect(await columns('', 'section[data-testid^="room-"]')).toBe(wanted);
      expect(await columns('house', '.card')).toBe(wanted);
    }
  });

  it('reads in Chinese as well, on a wide screen, light and dark', async () => {
    await browser.page.setViewportSize({ width: 1280, height: 900 });
    await browser.open('house');
    await at('language-zh').click();
    await browser.page.getByText('房间').or(browser.page.getByText('设备')).first().waitFor();
    expect(await browser.page.locator('html').getAttribute('lang')).toMatch(/^zh/);
    for (const colorScheme of ['light', 'dark'] as const) {
      await browser.page.emulateMedia({ colorScheme });
      for (const place of ['', 'scenes', 'activity', 'house', 'adapters', 'network', 'firmware']) {
        await browser.open(place);
        await at('nav-home').waitFor();
        await browser.expectAccessible(`${place} ${colorScheme}`);
      }
    }
  }, 60_000);

  it('threw no error on the way', () => {
    expect(browser.errors).toEqual([]);
  });
});
