// Goal: a person adds a Shelly by its address and password, and a Tasmota device with the line that the page gives, and
// switches both. Method: real Chromium, the real hub, devices that speak their vendors' protocols.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Cable, layCable, whyNoCable } from '../virtual-home/lan/cable.ts';
import { freePort } from '../virtual-home/lan/demo-lan.ts';
import { LanHome } from '../virtual-home/lan/lan-home.ts';
import { type BrowserPage, openOwnersPage } from './browser-page.ts';
import type { DeviceJson } from './house.ts';
import { type RunningHub, startHub, waitFor } from './running-hub.ts';

let lan: LanHome;
let cable: Cable | null;
let hub: RunningHub;
let browser: BrowserPage;

beforeAll(async () => {
  lan = await LanHome.start({ seed: 1, speed: 1, residents: false });
  cable = whyNoCable() === null ? await layCable() : null;
  const mdns = cable === null ? {} : { INGLE_MDNS_INTERFACE: cable.interfaceName };
  hub = await startHub({ environment: { INGLE_MQTT_PORT: String(await freePort()), ...mdns } });
  browser = await openOwnersPage(hub);
}, 90_000);

afterAll(async () => {
  await browser?.[Symbol.asyncDispose]();
  await hub?.[Symbol.asyncDispose]();
  await cable?.[Symbol.asyncDispose]();
  await lan?.stop();
});

const at = (id: string) => browser.at(id);

async function deviceNamed(name: string): Promise<DeviceJson> {
  return waitFor(name, async () => {
    const { body } = await hub.call<{ items: DeviceJson[] }>('/api/devices');
    return body.items.find((device) => device.name === name);
  });
}

/** Names what was found, goes to the home, and switches it there. */
async function nameAndSwitch(name: string, isOn: () => boolean): Promise<void> {
  await at('pair-name').first().fill(name);
  await at('pair-save').first().click();
  const { handle } = await deviceNamed(name);
  const before = isOn();
  await browser.open('');
  await at(`toggle-${handle}`).click();
  await waitFor(`${name} itself to change`, () => isOn() !== before);
  await browser.page
    .locator(`[data-testid="toggle-${handle}"][aria-pressed="${!before}"]`)
    .waitFor();
}

describe('devices of the home’s network, in the page', () => {
  it('adds a Shelly by its address, after saying that its password is missing', async () => {
    const dimmer = lan.shelly('Dining light');
    await browser.open('add');
    await at('pair-protocol').selectOption('shelly');
    await at('pair-address').fill(`127.0.0.1:${dimmer.port}`);
    await at('pair-start').click();
    await at('pair-end').getByText('asks for a password').waitFor();
    await browser.open('add');
    await at('pair-protocol').selectOption('shelly');
    await at('pair-address').fill(`127.0.0.1:${dimmer.port}`);
    await at('pair-password').fill(dimmer.password ?? '');
    await at('pair-start').click();
    await nameAndSwitch('Table light', () => dimmer.status['light:0']?.output === true);
  }, 60_000);

  it('lists what answers on the network and adds none of it, until somebody says so for one', async (context) => {
    if (cable === null) return context.skip(whyNoCable() ?? '');
    await browser.open('add');
    await at('pair-protocol').selectOption('shelly');
    await at('pair-start').click();
    const plug = at('pair-proposals').getByRole('button', { name: /shellyplusplugs/ });
    await plug.waitFor();
    await at('pair-proposals')
      .getByRole('button', { name: /shellyplus2pm/ })
      .waitFor();
    await browser.expectAccessible('what answers');
    const before = (await hub.call<{ items: DeviceJson[] }>('/api/devices')).body.items;
    expect(before).toHaveLength(1);
    await plug.click();
    await at('pair-name').first().fill('Coffee plug');
    await at('pair-save').first().click();
    expect((await deviceNamed('Coffee plug')).kind).toBe('plug');
    // The other one still stands there to be added, this one does not.
    await plug.waitFor({ state: 'detached' });
    await at('pair-proposals')
      .getByRole('button', { name: /shellyplus2pm/ })
      .waitFor();
  }, 60_000);

  it('makes an account for a Tasmota device, which then is found', async () => {
    const fridge = lan.tasmota('Fridge plug');
    await browser.open('add');
    await at('pair-protocol').selectOption('tasmota');
    await at('mqtt-name').fill('fridge-plug');
    await at('mqtt-make').click();
    const line = await at('mqtt-command').innerText();
    await browser.expectAccessible('an account was made');
    const word = (name: string) => new RegExp(`${name} ([^;]+)`).exec(line)?.[1] ?? '';
    expect(word('Topic')).toBe('fridge-plug');
    await fridge.setBroker({
      host: word('MqttHost'),
      port: Number(word('MqttPort')),
      user: word('MqttUser'),
      password: word('MqttPassword'),
    });
    await at('pair-start').click();
    await nameAndSwitch('Fridge', () => fridge.state.POWER === 'ON');
  }, 60_000);
});
