import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CHROMIUM, launch, type Opened, open, started } from './chromium.ts';
import { dataOf } from './page-in-report.ts';
import { MARKUP, smallProject } from './small-project.ts';

// The report of a real run, opened in a real browser from the disk, without a network.

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const SIZES = { phone: { width: 375, height: 812 }, desk: { width: 1440, height: 900 } };

interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly html: string }[];
}

async function violations(page: Page): Promise<string[]> {
  // In the tool's world: the policy of the page lets no other script run.
  await page.evaluate(`${axe}; undefined`);
  const found = (await page.evaluate('axe.run().then((result) => result.violations)')) as Violation[];
  return found.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`);
}

describe.skipIf(CHROMIUM === undefined)('the report in a browser', () => {
  let browser: Browser;
  let file: string;
  let table: { cells: { mean: number | null; std: number | null; n: number; of: number }[][] };
  let remove: () => void;

  beforeAll(async () => {
    browser = await launch();
    const project = smallProject((atEnd) => {
      remove = atEnd;
    });
    await project.retable('run', 'small');
    file = project.path('results/small/report.html');
    table = JSON.parse(project.read('results/small/main.json')) as typeof table; // written by `toJson`
  });
  afterAll(async () => {
    await browser?.close();
    remove?.();
  });

  const views = Object.entries(SIZES).flatMap(([size, viewport]) =>
    (['light', 'dark'] as const).map((colorScheme) => ({ size, viewport, colorScheme })),
  );

  test.each(views)(
    'opens without a complaint or a request, $size, $colorScheme, and axe finds nothing',
    async ({ viewport, colorScheme }) => {
      const opened = await open(browser, file, { viewport, colorScheme });
      await started(opened);
      const { page, complaints } = opened;
      expect(await violations(page)).toEqual([]);
      for (const link of ['.problems a', 'td a', '.panel .cells a']) {
        if (link !== '.panel .cells a') await page.goto(`file://${file}#`);
        await page.locator(link).first().click();
        await page.locator('.panel h2').waitFor();
        await page.evaluate('for (const one of document.querySelectorAll("details")) one.open = true');
        expect(await violations(page)).toEqual([]);
      }
      expect(await page.locator('figure.card svg').count()).toBe(2);
      // Nothing is wider than the window.
      expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
      expect(complaints).toEqual([]);
      await page.context().close();
    },
  );

  test('keys alone lead from a number to the cell of its input, and back to the number', async () => {
    const opened = await open(browser, file, { viewport: SIZES.desk });
    await started(opened);
    const { page } = opened;
    const number = page.locator('td a').first();
    await tabTo(opened, () => page.evaluate('document.activeElement === document.querySelector("td a")'));
    await page.keyboard.press('Enter');
    const heading = page.locator('.panel h2');
    await expectText(heading, (await number.textContent()) ?? '');
    const headingOf = async () => (await heading.textContent()) ?? '';
    await tabTo(opened, () => focusedText(page, 'test['));
    await page.keyboard.press('Enter');
    await expectText(heading, 'test[');
    await tabTo(opened, () => focusedText(page, 'model['));
    await page.keyboard.press('Enter');
    await expectText(heading, 'model[');
    expect(await page.locator('.panel').textContent()).toContain('fingerprint');
    await page.goBack();
    await expectText(heading, 'test[');
    await page.goBack();
    await expectText(heading, (await number.textContent()) ?? '');
    expect(await headingOf()).not.toContain('[');
    await page.keyboard.press('Escape');
    await heading.waitFor({ state: 'detached' });
    await page.waitForFunction('document.activeElement.closest("td") !== null');
    await page.context().close();
  });

  test('a link names a cell', async () => {
    const { cells } = dataOf(readFileSync(file, 'utf8'));
    const cell = cells.find(({ id }) => id.startsWith('model['));
    const { page, complaints } = await open(browser, `${file}#cell=${encodeURIComponent(cell?.id ?? '')}`);
    await expectText(page.locator('.panel h2'), cell?.id ?? '');
    const text = (await page.locator('.panel').textContent()) ?? '';
    expect(text).toContain(cell?.fingerprint);
    expect(text).toContain(cell?.artifact);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  test('names with markup are text', async () => {
    const opened = await open(browser, file, { viewport: SIZES.desk });
    await started(opened);
    const { page, complaints } = opened;
    await page.locator('.filters input').fill('onerror');
    await page.locator('.row a').first().click();
    await expectText(page.locator('.panel h2'), 'onerror=');
    expect(await page.title()).toBe('small');
    expect(await page.locator('img, main script, b, i').count()).toBe(0);
    const heads = await page.locator('tbody th').allTextContents();
    expect(heads).toEqual(['plain', ...MARKUP]);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  test('without JavaScript, tables and warnings are there', async () => {
    const { page } = await open(browser, file, { javaScriptEnabled: false });
    expect(await page.locator('td').count()).toBe(6);
    expect(await page.locator('.warnings').first().textContent()).toContain('Only 3 <i>images</i>.');
    expect(await page.locator('.graph').textContent()).toContain('model');
    await page.context().close();
  });

  test('each number is that of the JSON of the table', async () => {
    const opened = await open(browser, file);
    await started(opened);
    const { page } = opened;
    const entries = table.cells.flat();
    const printed = await page.locator('td').allTextContents();
    expect(printed).toHaveLength(entries.length);
    for (const [k, { mean, std, n, of }] of entries.entries()) {
      await page.locator('td a').nth(k).click();
      await expectText(page.locator('.panel h2'), printed[k] ?? '');
      const text = (await page.locator('.panel').textContent()) ?? '';
      expect(text).toContain(`mean${mean}`);
      if (std !== null) expect(text).toContain(`standard deviation${std}`);
      expect(printed[k]).toContain(`${((mean ?? 0) * 100).toFixed(1)} ± ${((std ?? 0) * 100).toFixed(1)}`);
      expect(printed[k]).toContain(n === of ? `(${n})` : `(${n} of ${of})`);
      await page.locator('.panel button', { hasText: 'Close' }).click();
    }
    await page.context().close();
  });
});

async function expectText(locator: ReturnType<Page['locator']>, text: string): Promise<void> {
  await locator.filter({ hasText: text }).waitFor();
}

function focusedText(page: Page, start: string): Promise<boolean> {
  return page.evaluate(
    `document.activeElement.tagName === 'A' && document.activeElement.closest('.panel') !== null && document.activeElement.textContent.startsWith(${JSON.stringify(start)})`,
  ) as Promise<boolean>;
}

/** Presses Tab until something has the focus. */
async function tabTo({ page }: Opened, hasFocus: () => Promise<unknown>): Promise<void> {
  for (let presses = 0; presses < 60; presses++) {
    if ((await hasFocus()) === true) return;
    await page.keyboard.press('Tab');
  }
  throw new Error('the focus never came there');
}
