// Goal: a person adds an ESPHome device by its key, a WLED strip and a Hue bridge by its button, in the page; a scene
// acts on all of them, and they are back after a start of the hub. Method: real Chromium, the real hub, and devices
// that speak what their makers have published.
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FakeEsphome } from '../../adapters/wifi/esphome/testing/fake-esphome.ts';
import { ENTITIES, KEY, OTHER_KEY } from '../../adapters/wifi/esphome/testing/test-esphome.ts';
import type { HueBridgeServer } from '../../adapters/wifi/hue/testing/hue-bridge-server.ts';
import { furnished } from '../../adapters/wifi/hue/testing/hue-home.ts';
import { idOf } from '../../adapters/wifi/hue/testing/hue-things.ts';
import { WledServer } from '../../adapters/wifi/wled/testing/wled-server.ts';
import { type BrowserPage, openOwnersPage } from './browser-page.ts';
import type { DeviceJson } from './house.ts';
import { type RunningHub, startHub, waitFor } from './running-hub.ts';

const data = mkdtempSync(path.join(os.tmpdir(), 'ingle-e2e-'));
let esphome: FakeEsphome;
let wled: WledServer;
let hue: HueBridgeServer;
let hub: RunningHub;
let browser: BrowserPage;

beforeAll(async () => {
  const camera = { kind: 'Camera', fields: { objectId: 'cam', name: 'Door camera' } };
  const entities = [...ENTITIES, camera];
  esphome = await FakeEsphome.start({ entities, key: KEY, friendlyName: 'Porch' });
  wled = new WledServer();
  await wled.start();
  hue = furnished();
  await hue.start();
  hub = await startHub({ data });
  browser = await openOwnersPage(hub);
}, 90_000);

afterAll(async () => {
  await browser?.[Symbol.asyncDispose]();
  await hub?.[Symbol.asyncDispose]();
  await esphome?.[Symbol.asyncDispose]();
  await wled?.unplug();
  await hue?.unplug();
  rmSync(data, { recursive: true, force: true });
});

const at = (id: string) => browser.at(id);
const devices = async () =>
  (await hub.call<{ items: DeviceJson[] }>('/api/devices?limit=200')).body.items;
const lampIsOn = () => {
  const lamp = hue.resources.get(idOf('light', 'Desk')) as { on: { on: boolean } };
  return lamp.on.on;
};

async function add(protocol: string, address: string, key?: string): Promise<void> {
  await browser.open('');
  await browser.open('add');
  await at('pair-protocol').selectOption(protocol);
  await at('pair-address').fill(address);
  if (key !== undefined) await at('pair-password').fill(key);
  await at('pair-start').click();
}

async function added(name: string): Promise<DeviceJson> {
  return waitFor(name, async () => (await devices()).find((one) => one.name === name));
}

describe('Wi-Fi devices of other makers, in the page', () => {
  it('adds an ESPHome device with its key, and says that another one is wrong', async () => {
    await add('esphome', esphome.address, OTHER_KEY);
    await at('pair-end').getByText('does not take the encryption key').waitFor();
    // Its address stays, and the key is asked for again.
    await at('pair-again').click();
    expect(await at('pair-address').inputValue()).toBe(esphome.address);
    await at('pair-password').fill(KEY);
    await at('pair-start').click();
    const { handle } = await added('Porch');
    await browser.open('');
    await at(`toggle-${handle}`).click();
    await waitFor('its relay', () => esphome.stateOf('relay')?.state === true);
  }, 60_000);

  it('calls what it has as its owner does, and lists what of it the home has no place for', async () => {
    const { handle, properties, notShown } = await added('Porch');
    expect(properties.on).toMatchObject({ label: { en: 'Relay', zh: 'Relay 开关' }, named: true });
    expect(notShown).toMatchObject([{ what: 'Camera "Door camera"', parts: [] }]);
    await browser.open('');
    await at(`open-${handle}`).first().click();
    const sheet = at('device-sheet');
    await sheet.getByText('Relay', { exact: true }).first().waitFor();
    await at('device-about').locator('summary').first().click();
    await at('device-not-shown').locator('summary').click();
    const list = at('device-not-shown');
    await list.getByText('Camera "Door camera"').waitFor();
    await list.getByText('the table of properties has no place for it').waitFor();
    await browser.expectAccessible('what is not shown of a device');
    const width = await browser.page.evaluate('document.documentElement.scrollWidth');
    expect(width).toBeLessThanOrEqual(360);
  }, 60_000);

  it('adds a WLED strip by its address alone', async () => {
    await add('wled', wled.address);
    await added('Shelf');
    await at('pair-name').first().waitFor();
    await browser.expectAccessible('a strip was added');
  }, 60_000);

  it('asks for the button of a Hue bridge, and takes in all that hangs on it', async () => {
    const before = (await devices()).length;
    await add('hue', hue.address);
    await browser.page
      .getByText('Press the button on top of the Hue bridge now.')
      .first()
      .waitFor();
    await browser.expectAccessible('a bridge wants its button pressed');
    hue.pressButton();
    const { handle } = await added('Desk');
    await waitFor('the others', async () => (await devices()).length > before + 5);
    const wasOn = lampIsOn();
    await browser.open('');
    await at(`toggle-${handle}`).click();
    await waitFor('the lamp itself', () => lampIsOn() !== wasOn);
  }, 60_000);

  it('runs a scene over all of them, and has them back after a start of the hub', async () => {
    const handles = await Promise.all(['Porch', 'Shelf', 'Desk'].map(added));
    const [porch, shelf, desk] = handles.map(({ handle }) => handle);
    const text = `scene: Dark\ndo:\n  - set: {${porch}: {on: false}, ${shelf}: {on: false}, ${desk}: {on: false}}\n`;
    const { status, body } = await hub.call<{ id: string }>('/api/scenes', { body: { text } });
    expect(status, JSON.stringify(body)).toBe(201);
    const run = async () => hub.call(`/api/scenes/${body.id}/run`, { body: {} });
    const isDark = () =>
      esphome.stateOf('relay')?.state === false && wled.state.on === false && !lampIsOn();
    await run();
    await waitFor('all of them to be off', isDark);

    await hub.stop();
    hub = await startHub({ data });
    await waitFor('all of them to be back', async () => {
      const online = (await devices()).filter(({ availability }) => availability.online);
      return handles.every(({ id }) => online.some((one) => one.id === id));
    });
    esphome.change('relay', { state: true });
    wled.set({ on: true });
    hue.change(idOf('light', 'Desk'), { on: { on: true } });
    await waitFor('what was done at each', async () => {
      const shown = await devices();
      return handles.every(
        ({ id }) => shown.find((one) => one.id === id)?.properties.on?.value === true,
      );
    });
    await run();
    await waitFor('all of them to be off', isDark);
  }, 60_000);
});
