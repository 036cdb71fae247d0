// Goal: a household chooses its mode, keeps its dates, tries a scene, changes it and takes that back, asks why, and
// answers what a scene asks, with nothing but a browser. Method: real Chromium, the real hub, a real network with an
// emulated lamp.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BrowserPage, openOwnersPage } from './browser-page.ts';
import { type House, nodeOf, openHouse } from './house.ts';
import { waitFor } from './running-hub.ts';

const NIGHT = `scene: Lamp at night
when:
  - becomes: {home.mode: night}
while: {is: {person.anna: home}}
do:
  - set: {hall-lamp: {on: true}}
`;

const WINDOW = `scene: Ask about the window
do:
  - notify: {text: The window is open., actions: {close: Close it, leave: Leave it}, wait: 10min}
    answers:
      close: [{mode: holiday}]
  - run: lamp-at-night
`;

interface Run {
  readonly id: string;
  readonly state: string;
  readonly summary: { readonly en: string };
}

let house: House;
let browser: BrowserPage;
let night: string;

beforeAll(async () => {
  house = await openHouse();
  browser = await openOwnersPage(house.hub);
  await house.add('Hall lamp');
  night = await house.scene(NIGHT);
}, 120_000);

afterAll(async () => {
  await browser?.[Symbol.asyncDispose]();
  await house?.[Symbol.asyncDispose]();
});

const at = (id: string) => browser.at(id);
const lamp = () => nodeOf(house, 'Hall lamp').state;

async function runsOf(scene: string): Promise<readonly Run[]> {
  const { body } = await house.hub.call<{ items: Run[] }>(`/api/runs?scene=${scene}`);
  return body.items;
}

async function modeIs(mode: string): Promise<void> {
  await waitFor(`the mode ${mode}`, async () => {
    const { body } = await house.hub.call<{ mode: string }>('/api/home');
    return body.mode === mode;
  });
}

async function writeScene(text: string): Promise<void> {
  await at('scene-text').fill(text);
  await at('scene-save').click();
}

describe('scenes and the home’s own values, in the page', () => {
  it('shows where somebody is, and holds a scene back while its condition is not known', async () => {
    await browser.open('');
    await at('modes').waitFor();
    await browser.expectAccessible('home with modes');
    await at('mode-night').click();
    await browser.page.locator('[data-testid="mode-night"][aria-pressed="true"]').waitFor();
    await waitFor('a near miss', async () => (await runsOf(night))[0]?.state === 'nearMiss');
    expect(lamp().on).not.toBe(true);
    await browser.open(`scenes/${night}`);
    await at('near-misses').click();
    await at('near-misses').getByRole('link').first().waitFor();
    await browser.expectAccessible('a scene with a near miss');
  });

  it('runs a scene when somebody sets the mode in the page', async () => {
    await browser.open('');
    await at('fact-person.anna').click();
    await at('set-person.anna').selectOption('home');
    await browser.open('');
    await at('fact-person.anna').getByText('at home').waitFor();
    await at('mode-home').click();
    await modeIs('home');
    await at('mode-night').click();
    await waitFor('the lamp itself to be on', () => lamp().on === true);
  });

  it('keeps a value of the household’s own, a mode and a holiday of every year', async () => {
    await browser.open('values');
    await at('value-new').locator('summary').click();
    await at('value-name').fill('Guests');
    await at('value-add').click();
    await at('set-var.guests').fill('3');
    await at('set-var.guests').press('Enter');
    await at('mode-name').fill('Party');
    await at('mode-add').click();
    await at('holiday-date').fill('2026-12-24');
    await at('holiday-yearly').check();
    await at('holiday-add').click();
    await at('holiday-12-24').waitFor();
    await browser.expectAccessible('values');
    await browser.open('');
    await at('mode-Party').waitFor();
    await at('fact-var.guests').getByText('3').waitFor();
    const { body } = await house.hub.call<{ holidays: string[] }>('/api/home');
    expect(body.holidays).toEqual(['12-24']);
  });

  it('shows what a scene would do, and sends nothing', async () => {
    await browser.open(`scenes/${night}`);
    const before = (await runsOf(night)).length;
    await at('scene-dry').click();
    await at('scene-tried').getByText('Would have turned Hall lamp on').waitFor();
    await browser.expectAccessible('a dry run');
    expect((await runsOf(night)).length).toBe(before);
  });

  it('says why the lamp is on, and why a scene did not run, back to who began it', async () => {
    const { id, room } = await house.device('hall-lamp');
    await browser.open(`room/${room ?? 'none'}/device/${id}`);
    await at('device-why').locator('summary').click();
    await at('why-sentence')
      .getByText(/Lamp at night/)
      .waitFor();
    await browser.expectAccessible('why');
    await at('device-why').getByRole('link').first().click();
    await browser.page.getByRole('heading', { name: 'Lamp at night' }).waitFor();
    await browser.open(`scenes/${night}`);
    await at('scene-why-not').locator('summary').click();
    await at('why-not-at').fill('2026-01-05T22:00:00');
    await at('why-not-ask').click();
    await at('why-not-answer').waitFor();
    await browser.expectAccessible('why not');
  }, 30_000);

  it('takes back what a run did', async () => {
    await at('scene-last-run').first().waitFor();
    await at('run-undo').click();
    await at('run-undone').waitFor();
    await waitFor('the lamp itself to be off', () => lamp().on === false);
  });

  it('tells line and column of what is wrong, the difference of versions in words, and rolls back', async () => {
    await at('scene-text').fill(NIGHT.replace('hall-lamp', 'hall-lamb'));
    const place = at('scene-editor').getByRole('button', { name: /^Line 6, column \d+$/ });
    await place.click();
    const selected = await at('scene-text').evaluate((area) =>
      area.value.slice(area.selectionStart, area.selectionEnd),
    );
    expect(selected).toMatch(/^hall-lamb/);
    await browser.expectAccessible('a scene with a mistake');
    await writeScene(NIGHT.replace('on: true', 'on: false'));
    await at('scene-sentence')
      .getByText(/turn Hall lamp off/i)
      .waitFor();
    await at('scene-versions').locator('summary').click();
    await at('version-what-2').click();
    await at('scene-diff-1-2').getByText(/off/).first().waitFor();
    await browser.expectAccessible('the versions');
    await at('rollback-1').click();
    await at('scene-diff-2-1').waitFor();
    await browser.expectAccessible('rolling back');
    await at('confirm-yes').click();
    await at('scene-sentence')
      .getByText(/turn Hall lamp on/i)
      .waitFor();
    expect(await at('scene-text').inputValue()).toBe(NIGHT);
  }, 30_000);

  it('answers a message’s button, and the run goes on and leads to the run that it began', async () => {
    await browser.open('scenes/new');
    await writeScene(WINDOW);
    await at('scene-run').click();
    await browser.open('activity');
    const close = at('inbox').getByRole('button', { name: 'Close it' });
    await close.waitFor();
    await browser.expectAccessible('a question');
    await close.click();
    await modeIs('holiday');
    await at('inbox').getByText('Answered: Close it').waitFor();
    await at('runs')
      .getByRole('link', { name: /^Ask about the window/ })
      .first()
      .click();
    await at('trace-other-run').click();
    await at('run-summary').waitFor();
    await browser.page.getByRole('heading', { name: 'Lamp at night' }).waitFor();
    await waitFor('the lamp itself to be on', () => lamp().on === true);
    await browser.expectAccessible('a run');
  }, 30_000);

  it('item 111: tells of what stands in the editor when it would have run, and how that differs from what lived', async () => {
    await browser.open(`scenes/${night}`);
    await at('scene-text').fill(NIGHT.replace('on: true', 'brightness: 30'));
    await at('replay-start').click();
    await at('replay-answer')
      .getByText(/would have run/)
      .waitFor();
    await at('replay-runs').getByText('otherwise').waitFor();
    await at('replay-runs')
      .getByText(/brightness to 30 %/)
      .waitFor();
    await browser.expectAccessible('a replay', '[data-testid="scene-rehearsal"]');
    await at('scene-text').fill(NIGHT.replace('hall-lamp', 'hall-lamb'));
    await at('replay-start').click();
    await at('replay-answer').getByText('1 thing to mend').waitFor();
  }, 30_000);

  it('item 71: runs the examples of a scene, and says what happened where one fails', async () => {
    await at('scene-text').fill(NIGHT);
    await at('tests-start').click();
    await at('tests-answer').getByText('This scene has no examples yet.').waitFor();
    const given = '{home.mode: home, person.anna: home}';
    const test = (then: string) =>
      `  - given: ${given}\n    when: [{home.mode: night}]\n    then: [${then}]\n`;
    await at('scene-text').fill(
      `${NIGHT}tests:\n${test('{hall-lamp: {on: true}}')}${test('{nothing: true}')}`,
    );
    await at('tests-start').click();
    await at('tests-answer').getByText('1 of 2 examples failed.').waitFor();
    await at('tests-answer')
      .getByText(/What happened: .*turned Hall lamp on/i)
      .waitFor();
    await browser.expectAccessible('examples', '[data-testid="scene-rehearsal"]');
    await at('scene-text').fill(NIGHT);
  }, 30_000);

  it('item 109: only watches a scene: it shows what it would have done, and the lamp stays as it is', async () => {
    await at('scene-shadow-switch').click();
    await at('scene-shadow').getByText('It has not been set off since.').waitFor();
    await at('scene-run').waitFor();
    await house.hub.call('/api/home', { method: 'PATCH', body: { mode: 'home' } });
    const { id } = await house.device('hall-lamp');
    await house.hub.call(`/api/devices/${id}/commands?wait=observed`, {
      body: { property: 'on', value: false },
    });
    await waitFor('the lamp itself to be off', () => lamp().on === false);
    await house.hub.call('/api/home', { method: 'PATCH', body: { mode: 'night' } });
    await at('shadow-run').getByText('Had it acted:').first().waitFor();
    await at('shadow-run').first().locator('summary').click();
    await at('shadow-run').first().getByText('Would have turned Hall lamp on').waitFor();
    await browser.expectAccessible('the shadow', '[data-testid="scene-shadow"]');
    expect(lamp().on).toBe(false);
    await at('scene-shadow-switch').click();
    await browser.page
      .locator('[data-testid="scene-shadow-switch"][aria-checked="false"]')
      .waitFor();
  }, 30_000);

  it('tells mistakes in Chinese to who reads Chinese', async () => {
    await browser.open('house');
    await at('language-zh').click();
    await browser.page.getByRole('heading', { name: '全屋' }).waitFor();
    await browser.open(`scenes/${night}`);
    await at('scene-text').fill(NIGHT.replace('hall-lamp', 'hall-lamb'));
    await at('scene-editor').getByText('没有设备“hall-lamb”；你是不是想写 hall-lamp？').waitFor();
  });

  it('threw no error on the way', () => {
    expect(browser.errors).toEqual([]);
  });
});
