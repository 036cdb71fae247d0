// Goal: an owner gets backups of the home with nothing but a browser: the code that opens them, one made now, its file
// taken elsewhere. Method: real Chromium, the real hub; the file that came is opened with the code that was shown.
import { rmSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verifyBackup } from '../../hub/store/backup/read.ts';
import { type BrowserPage, OWNER, openOwnersPage } from './browser-page.ts';
import { makeFolder, type RunningHub, startHub, waitFor } from './running-hub.ts';

const CODE = /^AGE-SECRET-KEY-1[0-9A-Z]+$/;

let folder: string;
let hub: RunningHub;
let browser: BrowserPage;
let code: string;

beforeAll(async () => {
  folder = makeFolder();
  hub = await startHub({ data: path.join(folder, 'hub') });
  browser = await openOwnersPage(hub);
}, 90_000);

afterAll(async () => {
  await browser?.[Symbol.asyncDispose]();
  await hub?.[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

const at = (id: string) => browser.at(id);
const kept = async () => {
  const { body } = await hub.call<{ backups: { name: string }[] }>('/api/backups');
  return body.backups.map(({ name }) => name);
};

/** Has the code made with the password; gives what the dialog shows. */
async function makeCode(): Promise<string> {
  await at('recovery-password').fill(OWNER.password);
  await at('confirm-yes').click();
  return at('recovery-code').innerText();
}

describe('backups in the page', () => {
  it('begin with a code for the password, which stays until it is said to be written down', async () => {
    await browser.open('house/backups');
    await at('recovery-make').click();
    await at('recovery-password').fill('not the password');
    await at('confirm-yes').click();
    await browser.page.getByText('This needs your password again, and it is not right').waitFor();
    code = await makeCode();
    expect(code).toMatch(CODE);
    await browser.expectAccessible('the recovery code', '[data-testid="recovery-sheet"]');
    // Neither the cross nor Escape, however often, takes it away.
    await at('sheet-close').click();
    await browser.page.getByText('Write it down first, then tick the box.').waitFor();
    await browser.page.keyboard.press('Escape');
    await browser.page.keyboard.press('Escape');
    // The browser closes it for a moment whatever the page says.
    await at('recovery-code').waitFor();
    expect(await at('recovery-done').isDisabled()).toBe(true);
    await at('recovery-written').check();
    await at('recovery-done').click();
    await at('recovery-sheet').waitFor({ state: 'detached' });
    await browser.page.getByText('There are no backups yet.').waitFor();
    expect(await browser.page.content()).not.toContain(code);
  }, 60_000);

  it('are made, listed, and downloaded as a file that the code opens', async () => {
    await at('home-backup-now').click();
    await at('home-backup').waitFor();
    const [name = ''] = await kept();
    const file = path.join(folder, name);
    const coming = browser.page.waitForEvent('download');
    await at('home-backup-download').click();
    const download = await coming;
    expect(download.suggestedFilename()).toBe(name);
    await download.saveAs(file);
    expect((await verifyBackup(file, code)).manifest.kind).toBe('ingle-backup');
    await at('home-restore').locator('summary').click();
    expect(await at('restore-line').innerText()).toBe(`ingle restore ${name} --into ./data`);
    await browser.expectAccessible('backups', '[data-testid="house-backups"]');
  }, 60_000);

  it('speak Chinese: a new code in place of the one before, and one that is removed', async () => {
    await at('language-zh').click();
    const part = at('house-backups');
    await part.getByText('每晚自动备份一次').waitFor();
    await at('recovery-more').click();
    await at('recovery-renew').click();
    await at('confirm').getByText('之前的备份请保留旧的恢复码').waitFor();
    expect(await makeCode()).not.toBe(code);
    await at('recovery-sheet').getByText('中枢不保存它').waitFor();
    await at('recovery-written').check();
    await at('recovery-done').click();
    await at('home-backup-remove').click();
    await at('confirm').getByText('删除这个备份？').waitFor();
    await at('confirm-yes').click();
    await part.getByText('还没有备份').waitFor();
    await waitFor('the hub to have none', async () => (await kept()).length === 0);
    expect(browser.errors).toEqual([]);
  }, 60_000);
});
