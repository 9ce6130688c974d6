import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { loadPageAssets } from '../../src/cli/page-assets.ts';
import { curvesOf, thinned } from '../../src/page/curves.ts';
import { pageHtml } from '../../src/page/html.ts';
import { shortened } from '../../src/page/logs.ts';
import type { PageCell, PageData } from '../../src/page/page-data.ts';
import { CHROMIUM, launch, open, started } from './chromium.ts';

const METHODS = ['standard', 'pgd-at', 'trades', 'mixacm', 'kd'];

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** A grid of 5,000 cells as it might come from real trainings: what no two cells share, at its real length. */
function largePage(): PageData {
  const records = Array.from({ length: 30 }, (_, epoch) => ({
    epoch,
    loss: 1 / (epoch + 3),
    accuracy: 1 - 1 / (epoch + 7),
    'learning-rate': Math.cos(epoch),
  }));
  const curves = thinned(
    Array.from({ length: 5000 }, () =>
      curvesOf({ records, measurements: records.map((_, k) => ({ seconds: 1 + k / 7 })) }),
    ),
  );
  const logs = shortened(Array.from({ length: 5000 }, (_, k) => `epoch ${k}: loss 0.123\n`.repeat(20)));
  const cells = Array.from({ length: 5000 }, (_, k): PageCell => {
    const method = METHODS[k % 5] ?? '';
    const axes = { model: 'student', method, width: 8 * (1 + (k % 25)), seed: k };
    const names = Object.entries(axes).map(([axis, value]) => `${axis}=${value}`);
    return {
      id: `robustness[${names.join(',')}]`,
      stage: 0,
      axes,
      parameters: { 'step-size': k / 255, steps: k % 40 },
      needs: k < 5 ? {} : { data: 0, model: k - 5 },
      state: 'done',
      fingerprint: digest(`fingerprint ${k}`),
      artifact: digest(`artifact ${k}`),
      values: { accuracy: Math.sin(k) ** 2, 'clean-accuracy': Math.cos(k) ** 2, examples: 10000 },
      code: 0,
      attempt: {
        number: k,
        started: '2026-12-01T00:03:26.143Z',
        host: 'node17.cluster.example.org',
        seconds: Math.round(k / 7),
        peakMemory: 65982464 + k,
        ...(logs[k] !== undefined && { log: logs[k] }),
      },
      ...(curves[k] && { curves: curves[k] }),
    };
  });
  const rows = Array.from({ length: 250 }, (_, row) => ({
    words: [METHODS[row % 5] ?? '', String(row)],
    entries: [0, 1].map((column) => ({
      text: '61.3 ± 4.2 (10)',
      mean: 0.6130123456789 + row,
      std: 0.0420123456789,
      members: Array.from({ length: 10 }, (_, n): [number, number] => [
        row * 20 + column * 10 + n,
        Math.sin(n),
      ]),
    })),
  }));
  return {
    version: '0.1.0',
    pipeline: 'large',
    description: undefined,
    profile: undefined,
    set: {},
    params: {},
    stages: [{ name: 'robustness', kind: 'attack', parameters: {}, shown: ['accuracy'] }],
    graph: { width: 140, height: 60, boxes: [{ x: 70, y: 30, width: 132, height: 56 }], edges: [] },
    cells,
    tables: [
      {
        name: 'main',
        title: 'Main',
        headline: 'accuracy',
        keys: ['method', 'row'],
        columns: ['none', 'pgd'],
        rows,
        notes: [],
        sources: [],
        warnings: [],
      },
    ],
    figures: [],
    warnings: [],
    codes: [{ files: { 'stages/attack.ts': digest('code') }, packages: {} }],
    engines: [],
    problems: [],
  };
}

test('a report of 5,000 cells is no larger than 5 MB, and its list has only the rows that are seen', async (context) => {
  const html = pageHtml(largePage(), await loadPageAssets(), { isLive: false });
  expect(Buffer.byteLength(html)).toBeLessThan(5_000_000);
  if (CHROMIUM === undefined) return context.skip('Chromium is not installed');
  const folder = mkdtempSync(join(tmpdir(), 'retable-page-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'large.html'), html);
  const browser = await launch();
  onTestFinished(() => browser.close());
  const opened = await open(browser, join(folder, 'large.html'));
  await started(opened);
  const { page, complaints } = opened;
  expect(await page.locator('.row').count()).toBeLessThan(60);
  await page.evaluate('document.querySelector(".rows").scrollTop = 1e9');
  await page.locator('.row', { hasText: 'seed=4999' }).waitFor();
  expect(await page.locator('.row').count()).toBeLessThan(60);
  await page.locator('.filters input').fill('mixacm seed=123 width=');
  await page.locator('.row', { hasText: 'seed=1238]' }).waitFor();
  expect(await page.locator('[role=status]').last().textContent()).toMatch(/^\d+ of 5000 cells$/);
  expect(complaints).toEqual([]);
});
