// Goal: whoever adds a Matter device whose certificate was withdrawn by its maker, or was given out of its time, reads
// so in the page, in words, at once and in their language. Method: real Chromium on the real hub; real matter.js
// devices in a network of their own (root on Linux), with real certificates that this test signs.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeAuthority } from '../virtual-home/matter/certificates.ts';
import type { MatterPlacement } from '../virtual-home/matter/model.ts';
import { type BrowserPage, openOwnersPage } from './browser-page.ts';
import { connected } from './house.ts';
import { type MatterDevices, startMatterDevices, whyNoMatter } from './matter-devices.ts';
import { makeFolder, type RunningHub, startHub, waitFor } from './running-hub.ts';

const why = whyNoMatter();
const OF = { vendorId: 0xfff1, productId: 0x8000 };
const NOW = { from: -1, to: 10 };
/** Of the intermediate certificate that the maker withdrew. */
const WITHDRAWN = '0c';

let matter: MatterDevices;
let hub: RunningHub;
let browser: BrowserPage;
let data = '';

const title = `Matter devices with a doubtful certificate, in the page${why ? ` (skipped: ${why})` : ''}`;
describe.skipIf(why !== null)(title, () => {
  beforeAll(async () => {
    data = makeFolder();
    const maker = await makeAuthority('Maker', OF);
    const certificates = {
      Proved: await maker.issue({ serial: '0b', intermediate: NOW, device: NOW }),
      Withdrawn: await maker.issue({ serial: WITHDRAWN, intermediate: NOW, device: NOW }),
      Late: await maker.issue({
        ...{ serial: '0d', intermediate: { from: -9, to: -4 }, device: { from: -1, to: 5 } },
      }),
    };
    const trusted = path.join(data, 'matter', 'paa');
    mkdirSync(trusted, { recursive: true });
    writeFileSync(path.join(trusted, 'maker.der'), maker.root);
    writeFileSync(path.join(trusted, 'revoked.txt'), `${maker.rootKeyId} ${WITHDRAWN}\n`);
    matter = await startMatterDevices(
      Object.entries(certificates).map(
        ([name, own], index): MatterPlacement => ({
          ...{ key: name.toLowerCase(), name, room: 'hall', product: name, certificates: own },
          ...{ passcode: 20_402_011 + index, discriminator: (index + 3) << 8 },
          endpoints: [{ type: 'on-off-light' }],
        }),
      ),
    );
    hub = await startHub({ data, environment: matter.environment });
    [browser] = await Promise.all([openOwnersPage(hub), connected({ hub }, 'matter')]);
  }, 90_000);

  afterAll(async () => {
    await browser?.[Symbol.asyncDispose]();
    await hub?.[Symbol.asyncDispose]();
    await matter?.[Symbol.asyncDispose]();
    if (data !== '') rmSync(data, { recursive: true, force: true });
  });

  const at = (id: string) => browser.at(id);

  /** Types the code of a device as a person would, and waits until it has joined. */
  async function add(name: string): Promise<void> {
    await browser.open('add');
    await at('pair-protocol').selectOption('matter');
    await at('pair-code').fill(matter.named(name).manualCode);
    await at('pair-start').click();
    await at('pair-end').waitFor();
    await at('pair-name').first().waitFor();
  }

  async function speak(language: 'en' | 'zh'): Promise<void> {
    await browser.open('house');
    await at(`language-${language}`).click();
  }

  it('one that its maker withdrew is added with a warning that says so, in both languages', async () => {
    await add('Withdrawn');
    const english = 'Its certificate was withdrawn by its maker. It is added all the same.';
    expect(await at('pair-warning').allTextContents()).toEqual([expect.stringContaining(english)]);
    expect(await at('pair-warning').isVisible()).toBe(true);
    await browser.expectAccessible('a certificate that was withdrawn');
    const width = await browser.page.evaluate('document.documentElement.scrollWidth');
    expect(width).toBeLessThanOrEqual(360);
    const shown = new URL(browser.page.url()).hash;
    await speak('zh');
    await browser.open(shown.slice(2));
    await at('pair-warning').getByText('它的证书已被厂商吊销。仍然添加了它。').waitFor();
    await browser.expectAccessible('a certificate that was withdrawn, in Chinese');
  }, 60_000);

  it('one that was given out of its time likewise, and stays so in the sheet of the device', async () => {
    await add('Late');
    await at('pair-warning')
      .getByText(/^它的证书不在有效期内签发：.*仍然添加了它。$/)
      .waitFor();
    await speak('en');
    const late = await waitFor('the device', async () => {
      const { body } = await hub.call<{ items: { id: string; handle: string }[] }>('/api/devices');
      return body.items.find(({ handle }) => handle === 'late');
    });
    await browser.open('');
    await at(`open-${late.handle}`).first().click();
    await at('device-about').locator('summary').first().click();
    await at('device-homes').locator('summary').click();
    await at('homes-certificate')
      .getByText(/out of its time/)
      .waitFor();
  }, 60_000);

  it('one that is proved is added without a word of warning', async () => {
    await add('Proved');
    expect(await at('pair-warning').count()).toBe(0);
    expect(browser.errors).toEqual([]);
  }, 60_000);
});
