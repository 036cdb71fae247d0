// Goal: a household adds a bridge that names rooms and finds each device behind it proposed for its room, makes the
// room with the first of them, and has the next one there; what has no place is listed in the page. Method: real
// Chromium, the real hub, a bridge of plain matter.js that nobody made for Ingle, in a network of its own (root on
// Linux).
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BrowserPage, openOwnersPage } from './browser-page.ts';
import { connected, type DeviceJson } from './house.ts';
import { type MatterDevices, startMatterDevices, whyNoMatter } from './matter-devices.ts';
import { type RunningHub, startHub, waitFor } from './running-hub.ts';

const why = whyNoMatter();
const STRANGE = new URL('../../adapters/matter/testing/strange-nodes.ts', import.meta.url);
const TWINS = { key: 'twins', name: 'Twins', room: '', product: '', passcode: 0, discriminator: 0 };

interface RoomJson {
  readonly id: string;
  readonly name: string;
}

let matter: MatterDevices;
let hub: RunningHub;
let browser: BrowserPage;

const title = `a bridge that names rooms${why ? ` (skipped: ${why})` : ''}`;
describe.skipIf(why !== null)(title, () => {
  beforeAll(async () => {
    matter = await startMatterDevices([{ ...TWINS, endpoints: [] }], STRANGE);
    hub = await startHub({ environment: matter.environment });
    browser = await openOwnersPage(hub);
    await connected({ hub }, 'matter');
    // A room of one of the names is there already.
    expect((await hub.call('/api/rooms', { body: { name: 'hall', icon: null } })).status).toBe(201);
  }, 90_000);

  afterAll(async () => {
    await browser?.[Symbol.asyncDispose]();
    await hub?.[Symbol.asyncDispose]();
    await matter?.[Symbol.asyncDispose]();
  });

  const devices = async () =>
    (await hub.call<{ items: (DeviceJson & { saysRoom?: string })[] }>('/api/devices')).body.items;
  const called = async (name: string) => {
    const found = (await devices()).find((device) => device.name === name);
    if (found === undefined) throw new Error(`there is no ${name}`);
    return found;
  };
  const rooms = async () => (await hub.call<{ items: RoomJson[] }>('/api/rooms')).body.items;
  const roomOf = async (name: string) => {
    const { room } = await called(name);
    return (await rooms()).find(({ id }) => id === room)?.name ?? null;
  };

  it('brings its devices, proposed for the rooms that it names, and into those that are there', async () => {
    const { at } = browser;
    await browser.open('add');
    await at('pair-protocol').selectOption('matter');
    await at('pair-code').fill(matter.named('Twins').qrCode);
    await at('pair-start').click();
    await waitFor('its devices', async () => (await devices()).length === 4);
    expect(await roomOf('Key')).toBe('hall');
    expect(await called('Worktop')).toMatchObject({ room: null, saysRoom: 'Kitchen' });
    for (const name of ['Worktop', 'Fridge']) {
      const form = at(`new-device-${(await called(name)).id}`);
      await form.waitFor();
      const chosen = form.getByTestId('pair-room').locator('option:checked');
      expect(await chosen.textContent()).toMatch(
        name === 'Worktop' ? /^Kitchen \(new/ : /^Kitchen$/,
      );
      if (name === 'Worktop') await browser.expectAccessible('devices of a bridge');
      await form.getByTestId('pair-save').click();
      await waitFor(`${name} in its room`, async () => (await roomOf(name)) === 'Kitchen');
    }
    expect((await rooms()).map(({ name }) => name).sort()).toEqual(['Kitchen', 'hall']);
    expect(browser.errors).toEqual([]);
  }, 60_000);

  it('lists in the page what the home has no place for', async () => {
    const { at } = browser;
    const { handle } = await called('Hub of twins');
    await browser.open('');
    await at(`open-${handle}`).first().click();
    await at('device-about').locator('summary').first().click();
    await at('device-not-shown').locator('summary').click();
    await at('device-not-shown').getByText('Actions (0x0025)').waitFor();
    expect(browser.errors).toEqual([]);
  }, 60_000);
});
