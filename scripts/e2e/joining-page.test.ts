// Goal: in the page of a phone, a person reads an install code from a photo or with the camera, is told of a mistyped
// one, of a weak join and of a model without a definition, and replaces a dead device after seeing what scenes would
// miss. Method: real Chromium over plain HTTP, the real hub, the virtual home.
import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startVirtualHome, type VirtualHome } from '../virtual-home/home.ts';
import { type BrowserPage, openOwnersPage, openSignedInPage } from './browser-page.ts';
import { connected } from './house.ts';
import { cameraArguments, filmOf, pictureOf } from './qr-picture.ts';
import { makeFolder, type RunningHub, startHub, waitFor } from './running-hub.ts';

const IEEE = '0x70ac08fffeef7001';
const CODE = '83FED3407A939723A5C639B26916D505C3B5';
const LABEL = `Z:${IEEE.slice(2).toUpperCase()}$I:${CODE}`;

let home: VirtualHome;
let hub: RunningHub;
let browser: BrowserPage;
const data = makeFolder();

beforeAll(async () => {
  home = await startVirtualHome({
    ...{ nodes: 4, residents: false, autoJoin: false, latency: { minMs: 1, maxMs: 5 } },
    guests: [
      {
        placement: {
          ...{ model: 'innr-sp-234', ieee: IEEE, name: 'Coded plug', room: 'hall', lqi: 150 },
          ...{ parent: undefined, installCode: CODE },
        },
      },
    ],
  });
  hub = await startHub({
    data,
    zigbee: `tcp://127.0.0.1:${home.zigbeePort}`,
    environment: { INGLE_ZIGBEE_DRIVER: 'zstack' },
  });
  browser = await openOwnersPage(hub);
  await connected({ hub }, 'zigbee');
}, 90_000);

afterAll(async () => {
  await browser?.[Symbol.asyncDispose]();
  await hub?.[Symbol.asyncDispose]();
  await home?.stop();
  rmSync(data, { recursive: true, force: true });
});

const photo = (text: string) => ({
  name: 'label.png',
  mimeType: 'image/png',
  buffer: pictureOf(text),
});
const noPicture = { name: 'notes.png', mimeType: 'image/png', buffer: Buffer.from('notes') };

async function nameIt(name: string): Promise<void> {
  const { at } = browser;
  await at('pair-name').first().fill(name);
  await at('pair-save').first().click();
  await waitFor(`${name} to be kept`, async () => {
    const { body } = await hub.call<{ items: { name: string }[] }>('/api/devices');
    return body.items.some((each) => each.name === name);
  });
}

it('reads an install code from a photo over plain HTTP, checks it, and joins with it', async () => {
  const { at, page } = browser;
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  await browser.open('add');
  await page.getByText('More options').click();
  expect(asked.some((url) => url.endsWith('.wasm'))).toBe(false);
  await at('pair-install-code').fill(`${IEEE.slice(2)} ${CODE.replace('A939', 'A393')}`);
  await page.getByText('at least one digit is wrong').waitFor();
  expect(await at('pair-start').isDisabled()).toBe(true);
  await browser.expectAccessible('a mistyped install code');
  await at('scan-photo').setInputFiles(noPicture);
  await page.getByText('no picture that the browser can read').waitFor();
  await at('scan-photo').setInputFiles(photo('https://example.com'));
  await page.getByText('This is no install code that is known here').waitFor();
  await at('scan-photo').setInputFiles(photo(LABEL));
  await at('install-code-good').waitFor();
  expect(await at('pair-install-code').inputValue()).toBe(LABEL);
  expect(asked.filter((url) => url.endsWith('.wasm')).length).toBe(1);
  expect(asked.every((url) => new URL(url).origin === hub.url)).toBe(true);
  await browser.expectAccessible('an install code that was read');
  await at('pair-start').click();
  await at('pair-progress').waitFor();
  home.control.join('Coded plug');
  await nameIt('Dryer plug');
  expect(home.control.node(IEEE).joinedWith).toBe('install-code');
  expect(await page.getByText('Weak join').count()).toBe(0);
  // In the same search another one joins as everybody does.
  home.control.join('node 1');
  await page.getByText('Weak join').waitFor();
  await browser.expectAccessible('a weak join');
  await nameIt('Cellar climate');
  home.control.join('node 4');
  await nameIt('Spare plug');
  await at('pair-stop').click();
}, 120_000);

it('reads an install code with the camera, and lets go of the camera then', async () => {
  const film = path.join(data, 'label.y4m');
  writeFileSync(film, filmOf(LABEL));
  await using filming = await openSignedInPage(hub, cameraArguments(film));
  const { at, page } = filming;
  await filming.open('add');
  await page.getByText('More options').click();
  await page.getByRole('button', { name: 'Use the camera' }).click();
  await at('install-code-good').waitFor();
  expect(await at('pair-install-code').inputValue()).toBe(LABEL);
  expect(await page.locator('video').count()).toBe(0);
  expect(filming.errors).toEqual([]);
}, 60_000);

it('shows what scenes would miss, replaces only then, and puts the old device back', async () => {
  const { at, page } = browser;
  const text = 'scene: Dry\ndo:\n  - set: { dryer-plug: { on: true } }\n';
  const { body } = await hub.call<{ items: { id: string; name: string; handle: string }[] }>(
    '/api/devices',
  );
  const dryer = body.items.find(({ name }) => name === 'Dryer plug');
  const scene = text.replace('dryer-plug', dryer?.handle ?? '');
  expect((await hub.call('/api/scenes', { body: { text: scene } })).status).toBe(201);
  await browser.open(`room/none/device/${dryer?.id}`);
  await at('device-about').locator('summary').first().click();
  await page.getByText('With its install code').waitFor();
  await at('device-replace-open').click();
  await at('replace-with').selectOption({ label: 'Cellar climate · SNZB-02P' });
  await at('replace-gaps').getByText('Dry').waitFor();
  expect(await at('replace-do').isDisabled()).toBe(true);
  await browser.expectAccessible('what scenes would miss');
  await at('replace-with').selectOption({ label: 'Spare plug · SP 234' });
  await page.getByText('Nothing is missed.').waitFor();
  await at('replace-do').click();
  await page.getByText('is a Innr SP 234 now').waitFor();
  await at('replace-undo').click();
  await page.getByText('has its old device back').waitFor();
  const after = await hub.call<{ address: string }>(`/api/devices/${dryer?.id}`);
  expect(after.body.address).toBe(IEEE);
  expect(browser.errors).toEqual([]);
}, 60_000);
