// Goal: a home without a coordinator is told in the page which one it has, and what cannot be is said and changes
// nothing. Method: real Chromium, the real hub.
import { rmSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type BrowserPage, openOwnersPage } from './browser-page.ts';
import { makeFolder, type RunningHub, startHub } from './running-hub.ts';

let data = '';
let hub: RunningHub;
let browser: BrowserPage;

beforeAll(async () => {
  data = makeFolder();
  hub = await startHub({ data });
  browser = await openOwnersPage(hub);
}, 60_000);

afterAll(async () => {
  await browser?.[Symbol.asyncDispose]();
  await hub?.stop();
  if (data) rmSync(data, { recursive: true, force: true });
});

async function kept() {
  const { body } = await hub.call<{ port: string; driver: string }>('/api/coordinator');
  return { port: body.port, driver: body.driver };
}

it('a home’s first coordinator is named in the page, with its driver or not at all', async () => {
  const { page, at } = browser;
  const before = await kept();
  await browser.open('network');
  await at('setup-port').fill('the stick behind the shelf');
  await at('setup-driver').selectOption('ember');
  await at('setup-save').click();
  await page.getByText('zigbee.port cannot be "the stick behind the shelf"').first().waitFor();
  await page.getByText('tcp://192.168.1.20:6638').first().waitFor();
  expect(await kept()).toEqual(before);
  await browser.expectAccessible('a coordinator that cannot be');

  await at('setup-port').fill(' tcp://192.168.1.20:6638 ');
  await at('setup-save').click();
  await at('setup-saved').waitFor();
  expect(await page.getByRole('alert').count()).toBe(0);
  expect(await kept()).toEqual({ port: 'tcp://192.168.1.20:6638', driver: 'ember' });
  expect(browser.errors).toEqual([]);
}, 60_000);
