// Goal: what the hub refuses of a form is told at that form, what was typed stays, and nothing lies over its button.
// Method: real Chromium as large as a phone, the real hub.
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

/** As much of an element of the page as is looked at. */
interface PageElement {
  readonly ownerDocument: { elementFromPoint(x: number, y: number): unknown };
  getBoundingClientRect(): Record<'x' | 'y' | 'width' | 'height', number>;
  contains(other: unknown): boolean;
}

/** Whether the middle of an element is seen: it is on the screen, and nothing lies over it. Runs in the page. */
function isSeen(element: PageElement): boolean {
  const { x, y, width, height } = element.getBoundingClientRect();
  return element.contains(element.ownerDocument.elementFromPoint(x + width / 2, y + height / 2));
}

it('a mode that cannot be is refused below its field, and the next one is taken', async () => {
  const { at } = browser;
  await browser.open('values');
  await at('mode-name').fill('guests & friends');
  await at('mode-add').click();
  const refusal = at('own-modes').getByRole('alert');
  await refusal.getByText('The home cannot have these modes').waitFor();
  await refusal.getByText('letters, digits and hyphens').waitFor();
  await expect.poll(() => refusal.evaluate(isSeen)).toBe(true);
  expect(await at('mode-name').inputValue()).toBe('guests & friends');
  await browser.expectAccessible('a mode that cannot be');

  await at('mode-name').fill('guests');
  await at('mode-add').click();
  await at('own-modes').getByText('guests', { exact: true }).waitFor();
  await expect.poll(() => at('mode-name').inputValue()).toBe('');
  expect(await refusal.count()).toBe(0);
}, 60_000);

it('a room that is there already is refused in its own sheet, whose button can be pressed again', async () => {
  const { page, at } = browser;
  await hub.call('/api/rooms', { body: { name: 'Kitchen', icon: null } });
  await browser.open('');
  await at('add-room').click();
  await at('room-name').fill('kitchen');
  await at('room-save').click();
  const refusal = at('room-form').getByRole('alert');
  await refusal.getByText('There is a room called "Kitchen" already').waitFor();
  await expect.poll(() => refusal.evaluate(isSeen)).toBe(true);
  expect(await at('room-save').evaluate(isSeen)).toBe(true);
  await at('room-name').fill('Kitchen by the garden');
  await at('room-save').click();
  await at('room-form').waitFor({ state: 'detached' });
  await page.getByText('Kitchen by the garden').first().waitFor();
  expect(browser.errors).toEqual([]);
}, 60_000);
