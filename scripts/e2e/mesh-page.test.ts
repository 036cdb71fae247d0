// Goal: a household sees on its phone how its Zigbee network hangs together, is told once why several devices are gone,
// keeps a backup of its coordinator, and moves to another stick without pairing anything again. Method: real Chromium,
// the real hub, the virtual home with a second, blank coordinator.
import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startVirtualHome, type VirtualHome } from '../virtual-home/home.ts';
import type { SpareCoordinator } from '../virtual-home/spare-coordinator.ts';
import { type BrowserPage, OWNER, openOwnersPage } from './browser-page.ts';
import type { DeviceJson } from './house.ts';
import { makeFolder, type RunningHub, startHub, waitFor } from './running-hub.ts';

const NAMES = ['Hall lamp', 'Bathroom lamp', 'Kitchen lamp', 'Hall motion'];

interface SeenDevice extends DeviceJson {
  readonly address: string;
  readonly availability: {
    readonly online: boolean;
    readonly reason: string | null;
    readonly cause?: { readonly en: string; readonly zh: string };
  };
}

let home: VirtualHome;
let data = '';
let hub: RunningHub;
let browser: BrowserPage;
let spare: SpareCoordinator | undefined;

const at = (id: string) => browser.at(id);
const ieeeOf = (name: string): string => {
  const node = home.control.nodes().find((one) => one.name === name);
  if (!node) throw new Error(`the virtual home has no ${name}`);
  return node.ieee;
};

async function devices(): Promise<SeenDevice[]> {
  return (await hub.call<{ items: SeenDevice[] }>('/api/devices?limit=200')).body.items;
}

async function device(name: string): Promise<SeenDevice> {
  const found = (await devices()).find((one) => one.name === name);
  if (!found) throw new Error(`there is no device ${name}`);
  return found;
}

/** The hub with what the page has set, as at a household. */
async function start(): Promise<void> {
  hub = await startHub({ data });
  await waitFor('zigbee to be connected', async () => {
    const { body } = await hub.call<{ adapters: { id: string; state: string }[] }>('/readyz');
    return body.adapters.some(({ id, state }) => id === 'zigbee' && state === 'connected');
  });
}

beforeAll(async () => {
  home = await startVirtualHome({
    autoJoin: false,
    residents: false,
    latency: { minMs: 0, maxMs: 2 },
    joinStaggerMs: 10,
  });
  data = makeFolder();
  hub = await startHub({ data });
  const use = ['coordinator', 'use', `tcp://127.0.0.1:${home.zigbeePort}`, '--driver', 'zstack'];
  const main = path.join(import.meta.dirname, '..', '..', 'hub', 'cli', 'main.ts');
  const named = await promisify(execFile)(process.execPath, [
    ...[main, '--hub', hub.url, '--data', data],
    ...use,
  ]);
  expect(named.stdout).toContain('from the next start of the hub');
  await hub.stop();
  await start();
  await hub.call('/api/jobs', {
    body: { kind: 'pair', protocol: 'zigbee', seconds: 120, via: null, installCode: null },
  });
  for (const name of NAMES) home.control.join(ieeeOf(name));
  await waitFor('the devices', async () => (await devices()).length === NAMES.length);
  for (const { id, address } of await devices()) {
    const name = home.control.node(address).name;
    await hub.call(`/api/devices/${id}`, { method: 'PATCH', body: { name } });
  }
  browser = await openOwnersPage(hub);
}, 90_000);

afterAll(async () => {
  await browser?.[Symbol.asyncDispose]();
  await hub?.[Symbol.asyncDispose]();
  await spare?.stop();
  await home?.stop();
  rmSync(data, { recursive: true, force: true });
});

it('shows the map after a survey, still from then on, and the same in a list', async () => {
  await browser.open('house');
  await at('network-link').click();
  await at('survey').click();
  await at('mesh-map').waitFor();
  for (const name of NAMES) {
    await at(`mesh-row-${ieeeOf(name)}`)
      .getByText(name)
      .waitFor();
    await at(`mesh-node-${ieeeOf(name)}`).waitFor();
  }
  const facts = at(`mesh-row-${ieeeOf('Bathroom lamp')}`);
  await facts.getByText(/quality \d+ · through Hall lamp/).waitFor();
  const drawn = await at('mesh-map').innerHTML();
  await at('coordinator-state').getByText('channel 15').waitFor();
  expect(await at('mesh-map').innerHTML()).toBe(drawn);
  await at(`mesh-node-${ieeeOf('Hall lamp')}`).click();
  await at('mesh-list').getByRole('heading', { name: 'Hears' }).waitFor();
  const [wide, window] = await browser.page.evaluate<[number, number]>(
    '[document.documentElement.scrollWidth, document.documentElement.clientWidth]',
  );
  expect(wide).toBe(window);
  await browser.expectAccessible('the network');
}, 60_000);

it('tells one notice for a router that is unplugged and the lamp behind it, and the reason at that lamp', async () => {
  home.control.fault({ kind: 'unplugRouter', ieee: ieeeOf('Hall lamp') });
  for (const name of ['Hall lamp', 'Bathroom lamp']) {
    const { id } = await device(name);
    await hub.call(`/api/devices/${id}/commands?timeoutMs=3000`, {
      body: { property: 'on', value: true },
    });
  }
  const cause = await waitFor(
    'the cause',
    async () => (await device('Bathroom lamp')).availability.cause,
  );
  expect(cause.en).toMatch(
    /^It reached the home through Hall lamp, .* not answered since \d\d:\d\d\.$/,
  );
  expect(cause.zh).toMatch(/通过 Hall lamp 连接/);
  const { body } = await hub.call<{ notices: { text: { en: string; zh: string } }[] }>(
    '/api/health',
  );
  expect(body.notices).toHaveLength(1);
  expect(body.notices[0]?.text.en).toContain('One device reached the home through it');
  expect(body.notices[0]?.text.zh).toContain('有 1 个设备通过它连接');
  await browser.open('');
  await at('notice').getByText('Hall lamp has not answered since').waitFor();
  await at('offline-devices').getByText('Hall lamp').first().waitFor();
  expect(await at('offline-devices').getByText('Bathroom lamp').count()).toBe(0);
  home.control.fault({ kind: 'clear' });
  for (const name of ['Hall lamp', 'Bathroom lamp']) home.control.announce(ieeeOf(name));
  await at('notice').waitFor({ state: 'detached', timeout: 30_000 });
}, 60_000);

it('gives a backup of the coordinator to an owner who gives the password again, and to nobody else', async () => {
  await browser.open('network');
  await at('coordinator-backups').locator('summary').click();
  await at('backup-now').click();
  await at('backup-download').first().click();
  await at('backup-password').fill('not this one');
  await at('confirm-yes').click();
  await browser.page.getByText('This needs your password again').waitFor();
  await at('backup-password').fill(OWNER.password);
  const [download] = await Promise.all([
    browser.page.waitForEvent('download'),
    at('confirm-yes').click(),
  ]);
  expect(download.suggestedFilename()).toMatch(/^coordinator-.*\.json$/);
}, 60_000);

it('asks what becomes of another network on a stick, and writes nothing before that is said', async () => {
  const other = await home.plugInSpare('another network');
  try {
    const before = other.network();
    await at('coordinator-move').locator('summary').click();
    await at('move-port').fill(`tcp://127.0.0.1:${other.port}`);
    await at('move-look').click();
    await at('move-found').getByText('It carries another Zigbee network').waitFor();
    expect(await at('move-go').isDisabled()).toBe(true);
    await browser.expectAccessible('a stick with a network', '[data-testid="coordinator"]');
    await at('move-keep').check();
    await at('move-go').click();
    await at('move-password').fill(OWNER.password);
    await at('confirm-yes').click();
    // This home has devices on a network of its own.
    await at('coordinator').getByText('of its own with').waitFor({ timeout: 20_000 });
    expect(other.network()).toEqual(before);
    await at('coordinator-move').locator('summary').click();
  } finally {
    await other.stop();
  }
}, 60_000);

it('moves to another stick, after a look at it, and every device answers without joining again', async () => {
  spare = await home.plugInSpare('nothing');
  const port = `tcp://127.0.0.1:${spare.port}`;
  await at('coordinator-move').locator('summary').click();
  await at('move-port').fill(port);
  await at('move-look').click();
  await at('move-found').getByText('A blank stick').waitFor();
  await browser.expectAccessible('another stick', '[data-testid="coordinator"]');
  await at('move-go').click();
  await at('move-password').fill(OWNER.password);
  await at('confirm-yes').click();
  const line = at('coordinator-job').getByText('All 3 listening devices answer');
  await line.waitFor({ timeout: 40_000 });
  expect(spare.network()?.channel).toBe(15);
  const { body } = await hub.call<{ items: { name: string; value: string }[] }>('/api/settings');
  expect(body.items.find(({ name }) => name === 'zigbee.port')?.value).toBe(port);
  await hub.stop();
  await start();
  const { id } = await device('Kitchen lamp');
  const answer = await hub.call<{ state: string }>(
    `/api/devices/${id}/commands?wait=acknowledged&timeoutMs=5000`,
    { body: { property: 'on', value: true } },
  );
  expect(answer.status).toBe(200);
  expect(browser.errors).toEqual([]);
}, 90_000);
