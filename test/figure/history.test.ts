import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { buildFigure } from '../../src/figure/build-figure.ts';
import type { PointPanel } from '../../src/figure/figure.ts';
import type { HistorySpec } from '../../src/pipeline/pipeline.ts';
import { cell, pipelineOf, spec } from '../report/grid.ts';
import { sourcesOf } from './sources.ts';

/** Two stages of trainings with two seeds each. */
const pipeline = pipelineOf(
  ['alone', 'student'].flatMap((stage) => [1, 2].map((seed) => cell(stage, { method: 'pgd', seed }))),
);

function history(rows: (stage: string) => string[]): HistorySpec {
  const tables = ['alone', 'student'].map((stage) =>
    spec({ stage, values: ['loss'], rows: rows(stage), columns: [], over: [`${stage}.seed`] }),
  );
  const head = { name: 'training', title: undefined, notes: [], labels: {}, panels: 0 };
  return { ...head, plot: 'history', band: 'sem', log: ['loss'], tables, x: 'epoch', formats: {} };
}

/** Sources in which each cell has these lines in its `records.jsonl`. */
function recording(lines: (cell: string) => string) {
  const folder = mkdtempSync(join(tmpdir(), 'retable-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return sourcesOf({
    file(id) {
      const file = join(folder, `${id}.jsonl`);
      writeFileSync(file, lines(id));
      return file;
    },
  });
}

const byStage = history((stage) => [`${stage}.stage`, `${stage}.method`]);
const losses = (id: string) => `{"epoch":2,"loss":${id.includes('seed=1') ? 1 : 3}}\n{"epoch":1,"loss":8}\n`;

test('curves of several stages are series of one panel, with epochs in order', async () => {
  const { panels, notes } = await buildFigure(byStage, pipeline, recording(losses));
  const [panel] = panels as PointPanel[];
  expect(panel?.y.scale).toBe('log');
  expect(panel?.series.map(({ words }) => words)).toEqual(['alone / pgd', 'student / pgd']);
  expect(panel?.series[1]?.points.map(({ x, y }) => [x.value, y])).toEqual([
    [1, { value: 8, low: 8, high: 8, n: 2 }],
    [2, { value: 2, low: expect.closeTo(1, 12), high: expect.closeTo(3, 12), n: 2 }],
  ]);
  expect(notes).toEqual(['Bands: mean ± standard error (sample standard deviation / √n) over seed; n = 2.']);
});

test('a curve is not the mean of cells of two stages', async () => {
  const mixed = history((stage) => [`${stage}.method`]);
  await expect(buildFigure(mixed, pipeline, recording(losses))).rejects.toMatchObject({
    reason: 'ambiguous-table',
    hint: 'Add "stage" to `series` or `panels` of the figure.',
  });
});

test('the line of a file of records that cannot be read is named', async () => {
  for (const [text, message] of [
    ['{"epoch":1,"loss":1}\n\n{"epoch":2', 'line 3 of records.jsonl is not JSON'],
    ['[1]\n', 'line 1 of records.jsonl is not an object'],
  ] as const)
    await expect(
      buildFigure(
        byStage,
        pipeline,
        recording(() => text),
      ),
    ).rejects.toMatchObject({
      reason: 'bad-records',
      message: expect.stringContaining(message),
    });
});
