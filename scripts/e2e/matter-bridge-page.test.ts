// Goal: an owner switches Matter on in the page, without a restart, shares the home with a home app by the code that
// the page shows, narrows what it may do and takes it away again, all of it in a browser. Method: real Chromium, the
// real hub on an emulated Zigbee network, a real matter.js controller in a network of its own (root on Linux).
// INGLE_SHOTS=FOLDER keeps a picture of each look.
import { rmSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestController } from '../../adapters/matter/testing/test-controller.ts';
import type { AdapterJson } from '../../hub/api/adapters-shapes.ts';
import type { BridgeJson } from '../../hub/api/matter-bridge-shapes.ts';
import { freePort } from '../virtual-home/lan/demo-lan.ts';
import { createDemoNamespace, type DemoNamespace } from '../virtual-home/matter/namespace.ts';
import { type BrowserPage, openOwnersPage } from './browser-page.ts';
import { type House, nodeOf, openHouse } from './house.ts';
import { whyNoMatter } from './matter-devices.ts';
import { makeFolder, waitFor } from './running-hub.ts';

const why = whyNoMatter();
const LAMPS = ['Hall lamp', 'Bedroom lamp', 'Living room lamp'];
const SHOTS = process.env.INGLE_SHOTS ?? null;
const LOOKS = (['light', 'dark'] as const)
  .flatMap((colorScheme) => [360, 1280].map((width) => ({ width, colorScheme })))
  // One of each tells most; with pictures there is time for all.
  .filter(
    ({ width, colorScheme }) => SHOTS !== null || (width === 360) === (colorScheme === 'light'),
  );

let network: DemoNamespace;
let house: House;
let browser: BrowserPage;
let controller: TestController | undefined;
const data = makeFolder();

const at = (testId: string) => browser.at(testId);

async function matter(): Promise<AdapterJson> {
  const { body } = await house.hub.call<{ items: AdapterJson[] }>('/api/adapters?limit=100');
  const found = body.items.find(({ id }) => id === 'matter');
  if (found === undefined) throw new Error('Matter is not among the adapters');
  return found;
}

const bridge = async () => (await house.hub.call<BridgeJson>('/api/matter/bridge')).body;

/** On a phone and a wide screen, light and dark: nothing is out of the screen, and nothing against WCAG 2.2 AA. */
async function looksRight(where: string): Promise<void> {
  const { page } = browser;
  for (const { width, colorScheme } of LOOKS) {
    await page.setViewportSize({ width, height: 800 });
    await page.emulateMedia({ colorScheme });
    const wide = await page
      .locator('.screen *')
      .evaluateAll(
        (all, edge) => all.filter((each) => each.getBoundingClientRect().right > edge).map(String),
        width + 1,
      );
    expect(wide, `${where} at ${width} px`).toEqual([]);
    await browser.expectAccessible(`${where}, ${width} px, ${colorScheme}`);
    if (SHOTS === null) continue;
    const file = `${where.replaceAll(/[^\p{L}]+/gu, '-')}-${width}-${colorScheme}.png`;
    await page.screenshot({ path: path.join(SHOTS, file), fullPage: true });
  }
  await page.setViewportSize({ width: 360, height: 760 });
}

describe.skipIf(why !== null)(
  `the Matter bridge, in the page${why ? ` (skipped: ${why})` : ''}`,
  () => {
    beforeAll(async () => {
      network = await createDemoNamespace();
      house = await openHouse({
        home: { latency: { minMs: 0, maxMs: 1 } },
        environment: { INGLE_MATTER_BRIDGE_PORT: String(await freePort()) },
      });
      await house.add(...LAMPS);
      const { body: room } = await house.hub.call<{ id: string }>('/api/rooms', {
        body: { name: 'Hall' },
      });
      const { id } = await house.device('hall-lamp');
      await house.hub.call(`/api/devices/${id}`, { method: 'PATCH', body: { room: room.id } });
      browser = await openOwnersPage(house.hub);
    }, 90_000);

    afterAll(async () => {
      await controller?.[Symbol.asyncDispose]();
      await browser?.[Symbol.asyncDispose]();
      await house?.[Symbol.asyncDispose]();
      await network?.remove();
      rmSync(data, { recursive: true, force: true });
    });

    it('says that Matter is off and what it takes, and switches it on at the network that is chosen, at once', async () => {
      expect(await matter()).toMatchObject({ enabled: false, state: 'off', canSwitch: true });
      await browser.open('add');
      await at('pair-off').getByText('Matter and Tasmota: switched off.').waitFor();
      await browser.open('house');
      await at('sharing-open').click();
      const card = at('adapter-matter');
      await card.getByText(/it takes about \d+ MB of the hub’s memory/).waitFor();
      await looksRight('Matter is off');
      await at('adapter-matter-interface').selectOption(network.hubInterface);
      await at('adapter-switch-matter').click();
      await waitFor('Matter', async () => (await matter()).state === 'connected');
      // What works needs no card.
      await card.waitFor({ state: 'detached' });
      expect(await matter()).toMatchObject({
        enabled: true,
        settings: [{ name: 'interface', value: network.hubInterface }],
      });
    }, 60_000);

    it('shows the code for a home app in both forms, and the app that has added the bridge', async () => {
      await at('sharing-on').click();
      await at('sharing-add').click();
      await looksRight('the code');
      const digits = (await at('sharing-digits').innerText()).replaceAll('-', '');
      expect(digits).toMatch(/^\d{11}$/);
      controller = await TestController.start({
        ...{ inside: network.inside, data: path.join(data, 'controller') },
        networkInterface: network.deviceInterface,
      });
      await controller.commission(digits);
      const fabric = at('sharing-fabric');
      await fabric.getByText(`sees ${LAMPS.length} devices`).waitFor();
      await fabric.getByText('connected', { exact: true }).waitFor();
      await at('sharing-code').waitFor({ state: 'detached' });
      await fabric.locator('summary').click();
      await looksRight('a home app');
    }, 90_000);

    it('lets it look only, hides a room from it, and takes a device off the offer', async () => {
      const endpoints = (await controller?.endpoints()) ?? [];
      const lamps = endpoints.filter(({ clusters }) => clusters.includes('onOff'));
      expect(lamps.length).toBe(LAMPS.length);
      const { fabrics, devices } = await bridge();
      const hall = devices.find(({ name }) => name === 'Hall lamp');
      const before = nodeOf(house, 'Hall lamp').state.on;
      await at('sharing-control').click();
      await at('sharing-fabric').getByText('looks only').waitFor();
      await expect(
        controller?.invoke(hall?.endpoint ?? -1, 'onOff', 'toggle'),
      ).rejects.toMatchObject({ status: 0x7e });
      expect(nodeOf(house, 'Hall lamp').state.on).toBe(before);
      await at('sharing-control').click();
      await waitFor('its right', async () => (await bridge()).fabrics[0]?.readOnly === false);
      await controller?.invoke(hall?.endpoint ?? -1, 'onOff', before === true ? 'off' : 'on');
      await waitFor('the lamp', () => nodeOf(house, 'Hall lamp').state.on === (before !== true));

      await at('sharing-fabric').getByRole('button', { name: 'Hall' }).click();
      await at('sharing-fabric').getByText('sees 0 devices').waitFor();
      await at('sharing-fabric').getByRole('button', { name: 'Hall' }).click();
      await at(`offer-${hall?.id}`).click();
      await waitFor('it to be off', async () => {
        const now = (await bridge()).devices.find(({ id }) => id === hall?.id);
        return now?.endpoint === null && now.why === 'chosen';
      });
      await browser.page.getByText('left out by choice').waitFor();
      expect(fabrics.length).toBe(1);
    }, 60_000);

    it('reads in Chinese as well', async () => {
      await browser.open('house');
      await at('language-zh').click();
      await browser.open('sharing');
      await at('sharing-fabric').getByText('已连接').waitFor();
      await at('sharing-fabric').locator('summary').click();
      await looksRight('中文');
      await browser.open('adapters');
      await at('adapter-matter')
        .getByText(/大约占用中枢/)
        .waitFor();
      await browser.expectAccessible('the adapters in Chinese');
      await browser.open('house');
      await at('language-en').click();
    }, 60_000);

    it('removes the home app after asking, and switches Matter off, by the command line too, with what was chosen kept', async () => {
      await browser.open('sharing');
      await at('sharing-fabric').locator('summary').click();
      await at('sharing-remove').click();
      await browser.expectAccessible('the question before it is removed');
      await at('confirm-yes').click();
      await browser.page.getByText('No home app has the bridge yet.').waitFor();
      await browser.open('adapters');
      await at('adapter-switch-matter').click();
      await at('adapter-matter').getByText('Off', { exact: true }).waitFor();
      expect((await bridge()).state).toBe('off');
      // The bridge's own switch brings Matter back, at the network of before.
      await browser.open('sharing');
      await at('adapter-matter').waitFor();
      await at('sharing-on').click();
      await waitFor('the bridge', async () => (await bridge()).state === 'on');
      expect(browser.errors).toEqual([]);
    }, 90_000);
  },
);
