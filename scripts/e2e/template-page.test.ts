// Goal: a household makes a scene of a template without writing a line, sees it work, and binds it anew. Method: real
// Chromium, the real hub, a real network with emulated lamps and a motion sensor.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BrowserPage, openOwnersPage } from './browser-page.ts';
import { type House, nodeOf, openHouse } from './house.ts';
import { waitFor } from './running-hub.ts';

let house: House;
let browser: BrowserPage;

beforeAll(async () => {
  house = await openHouse();
  browser = await openOwnersPage(house.hub);
  await house.add('Hall lamp');
  await house.add('Bedroom lamp');
  await house.add('Hall motion');
}, 120_000);

afterAll(async () => {
  await browser?.[Symbol.asyncDispose]();
  await house?.[Symbol.asyncDispose]();
});

const at = (id: string) => browser.at(id);

async function picture(name: string): Promise<void> {
  const folder = process.env.INGLE_PICTURES;
  if (folder) await browser.page.screenshot({ path: `${folder}/${name}.png`, fullPage: true });
}

describe('scenes from templates, in the page', () => {
  it('item 75: lists the templates and says what the home lacks for them', async () => {
    await browser.page.setViewportSize({ width: 1280, height: 900 });
    await browser.open('scenes');
    await at('scene-from-template').click();
    await at('template-night-path').waitFor();
    await at('template-smoke').getByText('This home has nothing for: Smoke alarms').waitFor();
    await browser.expectAccessible('the templates');
    await picture('templates-wide');
    await browser.page.setViewportSize({ width: 360, height: 740 });
    await picture('templates-narrow');
    const width = await browser.page.evaluate<number>('document.documentElement.scrollWidth');
    expect(width).toBeLessThanOrEqual(360);
  });

  it('item 75: fills the slots, reads the sentence out while one chooses, and says what is wrong where it is', async () => {
    await browser.open('scenes/templates/film-evening');
    await at('template-sentence').getByText('brightness to 10 %').waitFor();
    await at('slot-level-input').fill('900');
    await at('slot-level').getByText('A number from 1 to 60 % is wanted').waitFor();
    expect(await at('template-save').isDisabled()).toBe(true);
    await browser.expectAccessible('a template with a mistake');
    await picture('template-mistake-narrow');
    await at('slot-level-input').fill('15');
    await at('template-sentence').getByText('brightness to 15 %').waitFor();
    await browser.page.setViewportSize({ width: 1280, height: 900 });
    await picture('template-wide');
  });

  it('item 75: takes a template from a file, says what is wrong with it, and lets go of it again', async () => {
    const text = [
      'template: one-lamp',
      'name: {en: One lamp, zh: 一盏灯}',
      'description: {en: Just a lamp., zh: 只有一盏灯。}',
      'slots:',
      '  lamp: {kind: device, is: light, sets: on, label: {en: Lamp, zh: 灯}}',
      'scene:',
      '  do: [{toggle: "{{lamp}}"}]',
      '',
    ].join('\n');
    const file = (content: string) => ({
      ...{ name: 'one-lamp.yaml', mimeType: 'text/yaml', buffer: Buffer.from(content) },
    });
    await browser.open('scenes/templates');
    await at('template-file').setInputFiles(file(text.replace('is: light', 'is: lights')));
    await at('template-file-answer').getByText('"lights" is not a kind of device').waitFor();
    await browser.expectAccessible('a template with mistakes', '[data-testid="template-import"]');
    await at('template-file').setInputFiles(file('#'.repeat(70_000)));
    await at('template-file-answer').getByText('too large').waitFor();
    await at('template-file').setInputFiles(file(text));
    await at('template-sentence')
      .getByText(/toggle/)
      .waitFor();
    await browser.open('scenes/templates');
    await at('template-one-lamp').click();
    await at('template-remove').click();
    await at('confirm-yes').click();
    await at('template-night-path').waitFor();
    expect(await at('template-one-lamp').count()).toBe(0);
    await browser.open('scenes/templates/film-evening');
    await at('slot-level-input').fill('15');
    await at('template-sentence').getByText('brightness to 15 %').waitFor();
  }, 30_000);

  it('item 75: makes a scene that runs, and binds it anew', async () => {
    await at('slot-lamps')
      .getByRole('checkbox', { name: /Bedroom lamp/ })
      .setChecked(false);
    await at('slot-lamps')
      .getByRole('checkbox', { name: /Hall lamp/ })
      .setChecked(true);
    await at('template-name').fill('Cinema');
    await at('template-save').click();
    await at('scene-run').waitFor();
    await at('scene-run').click();
    await waitFor('the hall lamp to be on', () => nodeOf(house, 'Hall lamp').state.on === true);
    expect(nodeOf(house, 'Bedroom lamp').state.on).not.toBe(true);
    await picture('scene-made');
    await at('scene-rebind').click();
    const bedroom = at('slot-lamps').getByRole('checkbox', { name: /Bedroom lamp/ });
    await bedroom.waitFor();
    expect(await bedroom.isChecked()).toBe(false);
    expect(await at('slot-level-input').inputValue()).toBe('15');
    await bedroom.setChecked(true);
    await at('template-sentence').getByText('Bedroom lamp').waitFor();
    await at('template-save').click();
    await at('scene-sentence').getByText('Bedroom lamp').waitFor();
    await at('scene-run').click();
    await waitFor(
      'the bedroom lamp to be on',
      () => nodeOf(house, 'Bedroom lamp').state.on === true,
    );
  }, 30_000);
});
