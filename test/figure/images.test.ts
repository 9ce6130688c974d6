import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { Tensors } from '../../src/engine/engine.ts';
import { buildFigure } from '../../src/figure/build-figure.ts';
import type { ImagePanel } from '../../src/figure/figure.ts';
import { writeDataset } from '../../src/learn/data/artifact.ts';
import { writeTensors } from '../../src/learn/weights/host-tensors.ts';
import type { ImagesSpec } from '../../src/pipeline/pipeline.ts';
import { cell, pipelineOf, spec } from '../report/grid.ts';
import { sourcesOf } from './sources.ts';

const figure: ImagesSpec = {
  name: 'attacked',
  title: undefined,
  notes: [],
  labels: {},
  plot: 'images',
  table: spec({ values: ['images'], rows: ['robustness.attack'], columns: [], over: [] }),
  examples: 3,
  amplify: 2,
};

/** Three gray images of 1 × 2 pixels: the first withstands, the second falls, the third is wrong without an attack. */
const labels = Int32Array.of(0, 1, 0);
const clean = Uint8Array.of(0, 255, 51, 102, 7, 8);
const adversarial = Float32Array.from([0, 1, 61 / 255, 92 / 255, 7 / 255, 8 / 255]);
const results: Tensors = {
  cleanCorrect: { shape: [3], data: Int32Array.of(1, 1, 0) },
  predicted: { shape: [3], data: Int32Array.of(0, 0, 1) },
};

async function attacked(examples: Tensors) {
  const folder = mkdtempSync(join(tmpdir(), 'retable-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const data = { shape: [1, 2, 1], classes: ['cat', '<b>dog</b>'], images: clean, labels } as const;
  await writeDataset(folder, 'tiny', { train: data, test: data });
  await writeTensors(join(folder, 'examples.safetensors'), examples);
  const dataset = cell('data', {});
  const robustness = cell('robustness', { attack: 'pgd' }, { data: dataset.id });
  const sources = sourcesOf({ values: () => ({ accuracy: 0.5 }), file: (_, name) => join(folder, name) });
  return { pipeline: pipelineOf([dataset, robustness]), sources };
}

test('images that are stored in shards are not shown, and the message says how to store them', async () => {
  const { pipeline, sources } = await attacked({
    ...results,
    adversarial: { shape: [3, 1, 2, 1], data: adversarial },
  });
  const file: typeof sources.file = (id, name) =>
    name === 'test.safetensors' ? undefined : sources.file(id, name);
  await expect(buildFigure(figure, pipeline, { ...sources, file })).rejects.toMatchObject({
    reason: 'no-images',
    hint: expect.stringContaining('store: decoded'),
  });
});

test('images of an attack have the pixels of both artifacts, the difference, and the answers of the model', async () => {
  const { pipeline, sources } = await attacked({
    ...results,
    adversarial: { shape: [3, 1, 2, 1], data: adversarial },
  });
  const { panels, notes } = await buildFigure(figure, pipeline, sources);
  const [panel] = panels as ImagePanel[];
  expect(panel?.columns).toEqual(['clean', 'under attack', 'change × 2']);
  const gray = (...values: number[]) => Uint8Array.from(values.flatMap((value) => [value, value, value]));
  const picture = (words: string, ...values: number[]) => ({
    width: 2,
    height: 1,
    rgb: gray(...values),
    words,
  });
  expect(panel?.rows).toEqual([
    {
      words: 'pgd / image 0',
      images: [picture('cat (right)', 0, 255), picture('cat (right)', 0, 255), picture('', 128, 128)],
    },
    {
      words: 'pgd / image 1',
      images: [
        picture('<b>dog</b> (right)', 51, 102),
        picture('cat (wrong)', 61, 92),
        picture('', 128 + 2 * 10, 128 - 2 * 10),
      ],
    },
    {
      words: 'pgd / image 2',
      images: [
        picture('<b>dog</b> (wrong)', 7, 8),
        picture('<b>dog</b> (wrong)', 7, 8),
        picture('', 128, 128),
      ],
    },
  ]);
  expect(notes.join(' ')).toContain('Changes are shown 2 times as large as they are; gray is no change.');
});

test('examples can be chosen, and one that does not exist is named', async () => {
  const { pipeline, sources } = await attacked({
    ...results,
    adversarial: { shape: [3, 1, 2, 1], data: adversarial },
  });
  const { panels } = await buildFigure({ ...figure, examples: [2, 0] }, pipeline, sources);
  expect((panels as ImagePanel[])[0]?.rows.map(({ words }) => words)).toEqual([
    'pgd / image 2',
    'pgd / image 0',
  ]);
  await expect(buildFigure({ ...figure, examples: [3] }, pipeline, sources)).rejects.toMatchObject({
    reason: 'no-images',
    message: 'robustness[attack=pgd] has no image 3.',
  });
});

test('an attack that kept no images says what to set', async () => {
  const { pipeline, sources } = await attacked(results);
  await expect(buildFigure(figure, pipeline, sources)).rejects.toMatchObject({
    reason: 'no-images',
    hint: 'Add `keep-images: true` to `with` of the stage robustness, of the kind attack.',
  });
});
