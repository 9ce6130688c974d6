import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CHROMIUM, launch } from './chromium.ts';
import { Live } from './live-client.ts';
import { reportingProject } from './reporting-project.ts';

describe.skipIf(CHROMIUM === undefined)('the live page in a browser', () => {
  let browser: Browser;

  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(async () => {
    await browser?.close();
  });

  test('shows how a run goes on, also when it is opened in the middle, and the table when it has ended', async () => {
    const project = reportingProject();
    const live = await Live.start(project, 'p');
    const open = async () => {
      const page = await (await browser.newContext({ reducedMotion: 'reduce' })).newPage();
      const complaints: string[] = [];
      page.on('console', (message) => {
        if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
      });
      page.on('pageerror', (error) => complaints.push(String(error)));
      await page.goto(live.url.href);
      // The token is no longer in the address, nor in the history.
      expect(page.url()).toBe(`${live.url.origin}/`);
      return {
        page,
        complaints,
        row: (cell: string) => page.locator('.rows a').filter({ has: page.getByText(cell, { exact: true }) }),
      };
    };
    const early = await open();
    await early.row('b').getByText('waiting').waitFor();
    const { finished } = project.start(['run', 'p']);
    await early.row('a').getByText('running').waitFor();
    await early.page.getByText('A run is going on.').waitFor();
    await early.page.getByText('a: It is <odd>.').waitFor();
    for (const step of [1, 2, 3]) project.write(`step-${step}`, '');
    await early.row('a').getByText('train 3').waitFor();
    // One who comes later sees the same: the run, the progress, and the curve of all records.
    const late = await open();
    await late.page.getByText('A run is going on.').waitFor();
    await late.row('a').getByText('train 3').waitFor();
    await late.row('a').click();
    await late.page.getByText('Over 3 records').waitFor();
    project.write('step-4', '');
    await late.page.getByText('Over 4 records').waitFor();
    project.write('end', '');
    for (const { page, row, complaints } of [early, late]) {
      await row('b').getByText('done').waitFor();
      await page.getByText('The run has finished. 2 executed, 0 cached').waitFor();
      await page.locator('table', { hasText: '1.0' }).first().waitFor();
      expect(complaints).toEqual([]);
    }
    expect((await finished).code).toBe(0);
  });
});
