// Goal: in House a person switches MQTT on, makes an account for a bridge, takes in all that it announces with one tap,
// lets a Home Assistant see the home, and grants a vendor's program its token. Method: real Chromium, the real hub, a
// real MQTT client.
import { connectAsync } from 'mqtt';
import { expect, test } from 'vitest';
import type { MqttSharingJson } from '../../hub/api/mqtt-shapes.ts';
import { freePort } from '../bench/process.ts';
import { openOwnersPage } from './browser-page.ts';
import { startHub, waitFor } from './running-hub.ts';

test('House shows what announced itself, takes it in, shares the home, and grants accounts', async () => {
  const port = await freePort();
  await using hub = await startHub();
  await waitFor('readiness', async () => (await hub.call('/readyz')).status === 200);
  await using browser = await openOwnersPage(hub);
  const { page, at } = browser;
  await browser.open('adapters');
  await at('adapter-mqtt')
    .getByText(/takes about \d+ MB/)
    .waitFor();
  await at('adapter-mqtt-port').fill(String(port));
  await at('adapter-switch-mqtt').click();
  await at('adapter-mqtt').getByText('Connected', { exact: true }).waitFor();
  await browser.open('house');
  const card = at('house-mqtt');
  await card.locator('summary').first().click();
  await at('house-mqtt-name').fill('zigbee2mqtt');
  await at('house-mqtt-announces').check();
  await at('house-mqtt-make').click();
  const password = await at('house-mqtt-password').innerText();

  const bridge = await connectAsync(`mqtt://127.0.0.1:${port}`, {
    ...{ username: 'zigbee2mqtt', password, reconnectPeriod: 0 },
  });
  for (const name of ['Hall', 'Loft']) {
    const topic = `zigbee2mqtt/${name}`;
    const config = {
      ...{ schema: 'json', state_topic: topic, command_topic: `${topic}/set`, brightness: true },
      device: { identifiers: [name], name, manufacturer: 'IKEA', model: 'LED1' },
      origin: { name: 'Zigbee2MQTT' },
    };
    const text = JSON.stringify(config);
    bridge.publish(`homeassistant/light/${name}/light/config`, text, { retain: true });
  }
  await at('mqtt-accept').nth(1).waitFor();
  for (const width of [360, 1280]) {
    await page.setViewportSize({ width, height: 800 });
    const overflow = await card.evaluate((element) => element.scrollWidth - element.clientWidth);
    expect(overflow, `${width} px`).toBeLessThanOrEqual(0);
    await browser.expectAccessible(`MQTT at ${width} px`, '[data-testid="house-mqtt"]');
  }
  await at('mqtt-accept-all').click();
  await waitFor('the lamps', async () => {
    const { body } = await hub.call<{ items: unknown[] }>('/api/devices');
    return body.items.length === 2;
  });
  await at('mqtt-share').click();
  await waitFor('the sharing', async () => {
    const { body } = await hub.call<{ isOn: boolean }>('/api/mqtt/sharing');
    return body.isOn;
  });

  await at('house-vendors').locator('summary').click();
  await at('vendor-name').fill('Acme!');
  await at('vendor-grant').click();
  await at('house-vendors').getByText('small letters').waitFor();
  await at('vendor-name').fill('acme');
  await at('vendor-grant').click();
  const token = await at('vendor-token').innerText();
  expect(token).toMatch(/^vnd_/);

  // A device that did not come over MQTT is shared or left out by itself; what came so is told there already.
  const described = { name: 'Acme lamp', manufacturer: 'Acme', model: 'L1' };
  await hub.call('/api/open/devices/lamp-1', {
    ...{ method: 'PUT', headers: { Authorization: `Bearer ${token}` } },
    body: { ...described, properties: [{ property: 'on' }] },
  });
  const sharing = async () => (await hub.call<MqttSharingJson>('/api/mqtt/sharing')).body.devices;
  const lamp = await waitFor('the lamp', async () =>
    (await sharing()).find(({ name, shared }) => name === 'Acme lamp' && shared),
  );
  await browser.page.reload();
  await card.locator('summary').first().click();
  await at('mqtt-share-what').locator('summary').click();
  await at('mqtt-share-what').getByText('1 of 3 devices shared').waitFor();
  await at(`offer-${lamp.id}`).click();
  await at('mqtt-share-what').getByText('left out by choice').waitFor();
  expect((await sharing()).map(({ why }) => why).sort()).toEqual([
    ...['chosen', 'discovered', 'discovered'],
  ]);
  expect(await at('mqtt-share-what').getByRole('switch').count()).toBe(1);
  for (const width of [360, 1280]) {
    await page.setViewportSize({ width, height: 800 });
    await browser.expectAccessible(`sharing at ${width} px`, '[data-testid="house-mqtt"]');
    const folder = process.env.INGLE_SHOTS;
    if (folder) await page.screenshot({ path: `${folder}/mqtt-${width}.png`, fullPage: true });
  }
  await at('house-vendors').locator('summary').click();
  await browser.expectAccessible('vendors', '[data-testid="house-vendors"]');
  await at('vendor-revoke-acme').click();
  await page.getByText('1 device stays in the home, out of reach.').waitFor();
  await at('confirm-yes').click();
  await at('vendor-revoke-acme').waitFor({ state: 'detached' });

  // Off again, after what is lost by it was said.
  await browser.open('adapters');
  await at('adapter-switch-mqtt').click();
  await page.getByText('2 devices are out of reach until it is on again.').waitFor();
  await at('confirm-yes').click();
  await at('adapter-mqtt').getByText('Off', { exact: true }).waitFor();
  const reasons = async () => {
    const { body } = await hub.call<{
      items: { adapter: string; availability: { reason: string | null } }[];
    }>('/api/devices');
    const bridged = body.items.filter(({ adapter }) => adapter === 'mqtt');
    return bridged.map(({ availability }) => availability.reason);
  };
  await waitFor('its devices to be out of reach', async () =>
    (await reasons()).every((reason) => reason === 'MQTT is switched off'),
  );
  expect(browser.errors).toEqual([]);
  await bridge.endAsync(true);
}, 90_000);
