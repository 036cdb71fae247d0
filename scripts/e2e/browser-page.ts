// A household's phone for one test: real Chromium on the hub's page, and what every test of the page asks of it.
import AxeBuilder from '@axe-core/playwright';
import { chromium, type Locator, type Page } from 'playwright-core';
import { afterEach, expect } from 'vitest';
import type { RunningHub } from './running-hub.ts';

/** Whom the tests' homes belong to. */
export const OWNER = { name: 'Anna', password: 'lanterns over quiet water' };

const ARGUMENTS = [
  ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
];
/** Of what went wrong in a page, so many lines are kept; later ones are not. */
const WRONG_MAX = 50;
const TEXT_SHOWN_MAX = 3_000;
/** A page that is still moving is looked at again this often, this much later. */
const LOOKS_AGAIN = 5;
const LOOK_AGAIN_MS = 200;
/** Higher than any screen of the page: what is scrolled half under a bar is no fault of the page. */
const WHOLE_PAGE_HEIGHT = 6_000;
const PHONE = { width: 360, height: 760 };

export interface BrowserPage extends AsyncDisposable {
  readonly page: Page;
  /** What the page's own code threw so far. */
  readonly errors: readonly string[];
  at(testId: string): Locator;
  /** Goes to a place of the hub's page, such as `add`. */
  open(place: string): Promise<void>;
  /** Nothing against WCAG 2.2 AA is found; `part` is a selector, absent: the whole page. */
  expectAccessible(where: string, part?: string): Promise<void>;
}

/** What is told of the pages that are open when a test fails. */
const openPages = new Map<Page, readonly string[]>();

afterEach(async ({ task }) => {
  if (task.result?.state !== 'fail') return;
  for (const [page, wrong] of openPages) {
    const text = await page
      .locator('body')
      .innerText({ timeout: 2_000 })
      .catch((error: Error) => error.message);
    const shown = text.slice(0, TEXT_SHOWN_MAX);
    const lines = [`Failed beside the page ${page.url()}, which shows:`, shown, ...wrong];
    process.stderr.write(`${lines.join('\n')}\n`);
  }
});

/** Keeps what goes wrong in the page, for the words of a failing test. */
function watch(page: Page): void {
  const wrong: string[] = [];
  const keep = (line: string) => {
    if (wrong.length < WRONG_MAX) wrong.push(`${new Date().toISOString()} ${line}`);
  };
  page.on('pageerror', (error) => keep(`thrown: ${error.stack ?? error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error') keep(`console: ${message.text()}`);
  });
  page.on('crash', () => keep('the page crashed'));
  page.on('requestfailed', (request) =>
    keep(`${request.method()} ${request.url()}: ${request.failure()?.errorText}`),
  );
  page.on('response', (answer) => {
    if (answer.status() >= 400)
      keep(`${answer.request().method()} ${answer.url()}: ${answer.status()}`);
  });
  openPages.set(page, wrong);
}

/**
 * Opens a browser as large as a phone, in English; nothing is loaded yet and nobody is signed in.
 * @param more arguments of Chromium, such as those of a camera
 */
export async function openBrowserPage(
  hub: Pick<RunningHub, 'url'>,
  more: readonly string[] = [],
): Promise<BrowserPage> {
  const browser = await chromium.launch({
    executablePath: process.env.INGLE_CHROMIUM ?? '/usr/bin/chromium',
    args: [...ARGUMENTS, ...more],
  });
  const context = await browser.newContext({
    viewport: PHONE,
    locale: 'en-GB',
    // Colours are looked at as they are in the end.
    reducedMotion: 'reduce',
  });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  watch(page);
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  return {
    page,
    errors,
    at: (testId) => page.getByTestId(testId),
    async open(place) {
      await page.goto(`${hub.url}/#/${place}`);
    },
    async expectAccessible(where, part) {
      const builder = new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag22aa']);
      if (part !== undefined) builder.include(part);
      const found = async () => {
        const { violations } = await builder.analyze();
        return violations.map(({ id, nodes: [node] }) =>
          [`${where}: ${id}`, node?.html, node?.failureSummary].join('\n'),
        );
      };
      const seen = page.viewportSize() ?? PHONE;
      await page.setViewportSize({ ...seen, height: WHOLE_PAGE_HEIGHT });
      // What still moves into its place is looked at again: nobody can press it yet.
      let violations = await found();
      for (let again = 0; again < LOOKS_AGAIN && violations.length > 0; again++) {
        await page.waitForTimeout(LOOK_AGAIN_MS);
        violations = await found();
      }
      await page.setViewportSize(seen);
      expect(violations).toEqual([]);
    },
    async [Symbol.asyncDispose]() {
      openPages.delete(page);
      await browser.close();
    },
  };
}

/** Takes a hub that belongs to nobody for its owner, and opens a browser in which she is signed in. */
export async function openOwnersPage(hub: RunningHub): Promise<BrowserPage> {
  const { body } = await hub.call<{ code: string }>('/api/claim/code', { body: {} });
  const claimed = await hub.call('/api/claim', { body: { code: body.code, ...OWNER } });
  expect(claimed.status).toBe(201);
  return openSignedInPage(hub);
}

/** Opens a browser in which the owner is signed in. */
export async function openSignedInPage(
  hub: RunningHub,
  more: readonly string[] = [],
): Promise<BrowserPage> {
  const opened = await openBrowserPage(hub, more);
  const login = await opened.page
    .context()
    .request.post(`${hub.url}/api/session`, { data: OWNER, headers: { Origin: hub.url } });
  expect(login.status()).toBe(201);
  return opened;
}
