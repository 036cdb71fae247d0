// Goal: a person sees in the page what leaves the house, allows it, reads what went, and takes it back. Method: real
// Chromium, the real hub, a receiver in the test's own process.
import { rmSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Receiver, startReceiver } from '../../sync/receiver/receiver.ts';
import type { ReceiverStore } from '../../sync/receiver/receiver-store.ts';
import { openReceiverStore } from '../../sync/receiver/store-sqlite.ts';
import { type BrowserPage, openOwnersPage } from './browser-page.ts';
import { makeFolder, type RunningHub, startHub, waitFor } from './running-hub.ts';

let folder: string;
let store: ReceiverStore;
let receiver: Receiver;
let hub: RunningHub;
let browser: BrowserPage;

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
  browser = await openOwnersPage(hub);
}, 90_000);

afterAll(async () => {
  await browser?.[Symbol.asyncDispose]();
  await hub?.[Symbol.asyncDispose]();
  await receiver?.stop();
  store?.close();
  rmSync(folder, { recursive: true, force: true });
});

const at = (id: string) => browser.at(id);

describe('what leaves the house, in the page', () => {
  it('is nothing at first, then what a switch allows, listed with whose word it was', async () => {
    await browser.open('house');
    await at('leaving-house').getByText('Nothing leaves', { exact: true }).waitFor();
    expect(await at('consent-telemetry').getAttribute('aria-checked')).toBe('false');
    expect(store.counts().hubs).toBe(0);
    await at('consent-telemetry').click();
    await at('leaving-house').getByText('Allowed by Anna').first().waitFor();
    await waitFor('the receiver to know of it', () => store.counts().rows.control === 1);
    await at('sent-records').locator('summary').click();
    await at('sent-records').getByText('What you allow', { exact: true }).waitFor();
    await browser.expectAccessible('what leaves', '[data-testid="leaving-house"]');
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
