// Goal: a person sees in the page what leaves the house, allows it, reads what went, and takes it back. Method: real
// Chromium, the real hub, a receiver in the test's own process.
import { rmSync } from 'node:fs';
import path from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Receiver, startReceiver } from '../../sync/receiver/receiver.ts';
import type { ReceiverStore } from '../../sync/receiver/receiver-store.ts';
import { openReceiverStore } from '../../sync/receiver/store-sqlite.ts';
import { makeFolder, type RunningHub, startHub, waitFor } from './running-hub.ts';

const PASSWORD = 'lanterns over quiet water';

let folder: string;
let store: ReceiverStore;
let receiver: Receiver;
let hub: RunningHub;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  folder = makeFolder();
  store = openReceiverStore(path.join(folder, 'receiver'));
  receiver = await startReceiver({
    ...{ store, host: '127.0.0.1', port: 0, operatorToken: 'x', provisioningToken: null },
    nowMs: () => Date.now(),
    log: () => {},
  });
  hub = await startHub({
    data: path.join(folder, 'hub'),
    environment: { INGLE_SYNC_URL: receiver.url },
  });
  const { body } = await hub.call<{ code: string }>('/api/claim/code', { body: {} });
  await hub.call('/api/claim', { body: { code: body.code, name: 'Anna', password: PASSWORD } });
  browser = await chromium.launch({
    executablePath: process.env.INGLE_CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
  });
  const context = await browser.newContext({
    viewport: { width: 360, height: 760 },
    locale: 'en-GB',
  });
  page = await context.newPage();
  page.setDefaultTimeout(15_000);
  const login = await context.request.post(`${hub.url}/api/session`, {
    data: { name: 'Anna', password: PASSWORD },
    headers: { Origin: hub.url },
  });
  expect(login.status()).toBe(201);
}, 90_000);

afterAll(async () => {
  await browser?.close();
  await hub?.[Symbol.asyncDispose]();
  await receiver?.stop();
  store?.close();
  rmSync(folder, { recursive: true, force: true });
});

const at = (id: string) => page.getByTestId(id);

describe('what leaves the house, in the page', () => {
  it('is nothing at first, then what a switch allows, listed with whose word it was', async () => {
    await page.goto(`${hub.url}/#/house`);
    await at('leaving-house').getByText('Nothing leaves', { exact: true }).waitFor();
    expect(await at('consent-telemetry').getAttribute('aria-checked')).toBe('false');
    expect(store.counts().hubs).toBe(0);
    await at('consent-telemetry').click();
    await at('leaving-house').getByText('Allowed by Anna').first().waitFor();
    await waitFor('the receiver to know of it', () => store.counts().rows.control === 1);
    await at('sent-records').locator('summary').click();
    await at('sent-records').getByText('What you allow', { exact: true }).waitFor();
    const { violations } = await new AxeBuilder({ page })
      .include('[data-testid="leaving-house"]')
      .withTags(['wcag2a', 'wcag2aa', 'wcag22aa'])
      .analyze();
    expect(violations.map(({ id, nodes }) => `${id} ${nodes[0]?.html}`)).toEqual([]);
  }, 60_000);

  it('is taken back with the same switch, and speaks Chinese', async () => {
    await at('consent-telemetry').click();
    await at('leaving-house').getByText('Taken back by Anna').waitFor();
    await waitFor('the receiver to be told', () => store.counts().rows.control === 2);
    await at('language-zh').click();
    await at('leaving-house').getByText('没有数据离开').waitFor();
    await at('leaving-house').getByText('由 Anna 撤回').waitFor();
  }, 60_000);
});
