// Goal: a person adds a Matter lamp by the code on it, after a mistyped one, and switches and dims it. Method: real
// Chromium, the real hub, a real matter.js device in a network of its own (root on Linux).
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startCli } from '../../hub/cli/test-cli.ts';
import { type BrowserPage, openOwnersPage } from './browser-page.ts';
import { connected, type DeviceJson } from './house.ts';
import { type MatterDevices, startMatterDevices, whyNoMatter } from './matter-devices.ts';
import { type RunningHub, startHub, waitFor } from './running-hub.ts';

const why = whyNoMatter();

let matter: MatterDevices;
let hub: RunningHub;
let browser: BrowserPage;

describe.skipIf(why !== null)(
  `a Matter device, in the page${why ? ` (skipped: ${why})` : ''}`,
  () => {
    beforeAll(async () => {
      matter = await startMatterDevices();
      hub = await startHub({ environment: matter.environment });
      browser = await openOwnersPage(hub);
      await connected({ hub }, 'matter');
    }, 90_000);

    afterAll(async () => {
      await browser?.[Symbol.asyncDispose]();
      await hub?.[Symbol.asyncDispose]();
      await matter?.[Symbol.asyncDispose]();
    });

    const isOn = async () => (await matter.get('reading-lamp', 1, 'onOff', 'onOff')) === true;
    const level = () => matter.get('reading-lamp', 1, 'levelControl', 'currentLevel');
    const lamp = async (): Promise<DeviceJson | undefined> =>
      (await hub.call<{ items: DeviceJson[] }>('/api/devices')).body.items[0];

    it('says which digit check failed, and adds it with the right code', async () => {
      const { at } = browser;
      const code = matter.named('Reading lamp').manualCode;
      const mistyped = `${code.slice(0, -1)}${(Number(code.at(-1)) + 1) % 10}`;
      await browser.open('add');
      await at('pair-protocol').selectOption('matter');
      await at('pair-code').fill(mistyped);
      await at('pair-start').click();
      await browser.page.getByText('wrong digit').first().waitFor();
      await browser.expectAccessible('a mistyped code');
      await at('pair-code').fill(code);
      await at('pair-start').click();
      await at('pair-name').first().fill('Corner lamp');
      await browser.expectAccessible('a device that was found');
      await at('pair-save').first().click();
      await waitFor('its name to be kept', async () => (await lamp())?.name === 'Corner lamp');
    }, 60_000);

    it('is not added twice: its code leads to it, in the page and in the command', async () => {
      const { at } = browser;
      const code = matter.named('Reading lamp').manualCode;
      await browser.open('add');
      await at('pair-protocol').selectOption('matter');
      await at('pair-code').fill(code);
      await at('pair-start').click();
      await at('pair-known').waitFor();
      expect(await at('pair-known').textContent()).toContain('Corner lamp is in the home already.');
      expect(await at('pair-name').count()).toBe(0);
      await browser.expectAccessible('a device that is in the home already');
      const env = { INGLE_DATA: hub.data, INGLE_PORT: new URL(hub.url).port };
      const args = ['--lang', 'zh', 'pair', '--protocol', 'matter', '--code', code];
      const told = await startCli(args, { env }, hub.data).ended;
      expect([told.code, told.stdout]).toEqual([
        0,
        expect.stringContaining('Corner lamp 已经在这个家里'),
      ]);
      expect((await hub.call<{ items: DeviceJson[] }>('/api/devices')).body.items.length).toBe(1);
    }, 60_000);

    it('is switched in the page, and what it does by itself is shown', async () => {
      const { at, page } = browser;
      const handle = (await lamp())?.handle;
      const toggle = at(`toggle-${handle}`);
      const shown = (is: boolean) =>
        page.locator(`[data-testid="toggle-${handle}"][aria-pressed="${is}"]`).waitFor();
      await browser.open('');
      await toggle.waitFor();
      const before = await isOn();
      await toggle.click();
      await waitFor('the lamp itself to change', async () => (await isOn()) !== before);
      await shown(!before);
      // A hand at the device's own button.
      await matter.set('reading-lamp', 1, { onOff: { onOff: before } });
      await shown(before);
    }, 60_000);

    it('is dimmed with the keys of its slider', async () => {
      const { at } = browser;
      const handle = (await lamp())?.handle;
      await at(`open-${handle}`).first().click();
      const slider = at('slider-brightness');
      await slider.waitFor();
      const before = await level();
      await slider.press('Home');
      await waitFor('the lamp itself to be dim', async () => (await level()) !== before);
      expect(Number(await level())).toBeLessThan(20);
      expect(browser.errors).toEqual([]);
    }, 60_000);

    it('says which homes it is in, gives a code for another app and takes it back, and what is not shown', async () => {
      const { at, page } = browser;
      await at('device-about').locator('summary').first().click();
      await at('device-homes').locator('summary').click();
      await at('homes-fabric-1').getByText('This hub').waitFor();
      expect(await at('homes-certificate').textContent()).toContain('One for development');
      await at('homes-open').click();
      await at('homes-digits').waitFor();
      expect(await at('homes-digits').textContent()).toMatch(/^\d{4}-\d{3}-\d{4}$/);
      await page.getByRole('img', { name: 'QR code to add the device elsewhere' }).waitFor();
      await page.getByText(/Open for another 1[45]:\d\d/).waitFor();
      await at('device-not-shown').locator('summary').click();
      await at('device-not-shown').getByText('ScenesManagement (0x0062)').waitFor();
      await browser.expectAccessible('a device that is shared');
      const width = await page.evaluate('document.documentElement.scrollWidth');
      expect(width).toBeLessThanOrEqual(360);
      await at('homes-close').click();
      await at('homes-open').waitFor();
      expect(browser.errors).toEqual([]);
    }, 60_000);
  },
);
