import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import type { Tensor4D } from '@tensorflow/tfjs';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { expect, test } from 'vitest';
import { openCache } from '../../src/cache/cache.ts';
import { readModel, writeModel } from '../../src/learn/model/artifact.ts';
import { checkModelFile } from '../../src/learn/model/check-export.ts';
import { modelToOnnx } from '../../src/learn/model/export.ts';
import { initialise } from '../../src/learn/model/init.ts';
import { createModel } from '../../src/learn/model/models.ts';
import { rank4 } from '../../src/learn/model/rank.ts';
import { stream } from '../../src/learn/random/stream.ts';
import type { SafeTensor } from '../../src/learn/weights/format.ts';
import { readSafetensors, writeSafetensors } from '../../src/learn/weights/safetensors.ts';
import { cpu } from '../engine/agree.ts';
import { Project } from '../support/project.ts';

const pipeline = `pipeline: tiny
stages:
  data: {uses: dataset, with: {name: digits, train: 64, validation: 16, test: 10}}
  model:
    uses: train
    needs: {data: data}
    matrix: {seed: [1, 2]}
    with: {net: resnet-8-w2, epochs: 1, batch-size: 32}
  plain: {uses: train, needs: {data: data}, with: {net: resnet-8-w2, epochs: 1, batch-size: 32}}
`;

/** [batch, height, width, channels] to [batch, channels, height, width], for one channel: the same bytes. */
const images = { shape: [3, 8, 8, 1], data: stream(1, 'images').uniform(3 * 64, 0, 1) };

test('a trained model is written as an ONNX file that gives its logits; mistakes are told', async () => {
  const project = new Project({ 'pipelines/tiny.yaml': pipeline });
  const cell = 'model[seed=1]';
  const file = project.path('model.onnx');

  const before = await project.retable('export', cell, 'tiny', '--to', 'model.onnx');
  expect(before).toMatchObject({ code: 2, stdout: '' });
  expect(before.stderr).toContain(`${cell} has no result in the cache`);
  expect(before.stderr).toContain(`retable run tiny --only '${cell}'`);

  expect((await project.retable('run', 'tiny', '--only', cell)).code).toBe(0);
  for (const checkpoint of ['last', 'best'] as const) {
    const { code, stdout, stderr } = await project.retable(
      'export',
      cell,
      '--to',
      'model.onnx',
      '--checkpoint',
      checkpoint,
    );
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(stdout).toMatch(
      new RegExp(`^model.onnx: resnet-8-w2 of model\\[seed=1\\], checkpoint ${checkpoint}, .* kB; .*\n$`),
    );

    const session = await InferenceSession.create(file);
    expect(session.inputMetadata).toMatchObject([
      { name: 'images', type: 'float32', shape: ['batch', 1, 8, 8] },
    ]);
    expect(session.outputMetadata).toMatchObject([{ name: 'logits', type: 'float32', shape: ['batch', 10] }]);
    const { logits } = await session.run({ images: new Tensor('float32', images.data, [3, 1, 8, 8]) });
    expect(
      await largestDifference(Array.from(logits?.data as Float32Array), project, cell, checkpoint),
    ).toBeLessThan(1e-5);
  }

  // What a pipeline's last run was is what `export` is about, as for `why` and `logs`; what is there is replaced.
  const told = await project.json<{ bytes: number; artifact: string; error: number }>(
    'export',
    cell,
    '--to',
    'model.onnx',
  );
  expect(told).toMatchObject({ cell, net: 'resnet-8-w2', checkpoint: 'last', bytes: statSync(file).size });
  expect(told.error).toBeLessThan(1e-5);

  const refused: [string[], string][] = [
    [['model[seed=3]', '--to', 'm.onnx'], "did you mean 'model[seed=1]'?"],
    [['data', '--to', 'm.onnx'], 'data is not a model: its kind, dataset, makes dataset.'],
    [[cell], "required option '--to <file>' not specified"],
    [[cell, '--to', 'nowhere/m.onnx'], 'There is no folder'],
    [[cell, '--to', '.'], 'is a folder'],
    [[cell, '--to', 'm.onnx', '--checkpoint', 'first'], 'Allowed choices are last, best'],
    [['plain', '--to', 'm.onnx'], 'plain has no result'],
  ];
  for (const [args, words] of refused) {
    const { code, stderr } = await project.retable('export', ...args);
    expect(stderr, args.join(' ')).toContain(words);
    expect(code, args.join(' ')).toBe(2);
  }
  expect(readdirSync(project.folder).filter((name) => name.includes('.onnx'))).toEqual(['model.onnx']);
});

test('a file named .safetensors has the weights as PyTorch has them; imported, they give the same file again', async () => {
  const project = new Project({
    'pipelines/tiny.yaml': pipeline,
    'pipelines/taken.yaml': `pipeline: taken
stages:
  data: {uses: dataset, with: {name: digits, train: 64, validation: 16, test: 10}}
  model: {uses: import-weights, with: {file: model.safetensors, net: resnet-8-w2, input-shape: [8, 8, 1], classes: 10}}
  clean: {uses: attack, needs: {data: data, model: model}, with: {attack: none}}
`,
  });
  expect((await project.retable('run', 'tiny', '--only', 'plain')).code).toBe(0);
  const { stdout, stderr } = await project.retable('export', 'plain', '--to', 'model.safetensors');
  expect(stderr).toBe('');
  expect(stdout).toMatch(
    /^model.safetensors: resnet-8-w2 of plain, checkpoint last, .* kB; weights as PyTorch has them, for images in \[0, 1\]\n$/,
  );
  const { tensors } = await readSafetensors(project.path('model.safetensors'));
  expect(tensors['layer2.0.conv1.weight']?.shape).toEqual([4, 2, 3, 3]);
  expect(tensors['linear.weight']?.shape).toEqual([10, 8]);

  // The data are those of the other pipeline.
  expect(await project.run('taken')).toMatchObject({ executed: 2, cached: 1, failed: 0 });
  const again = await project.json('export', 'model', 'taken', '--to', 'again.safetensors');
  expect(again).toMatchObject({ net: 'resnet-8-w2', cell: 'model' });
  expect(readFileSync(project.path('again.safetensors'))).toEqual(
    readFileSync(project.path('model.safetensors')),
  );

  // The file is part of the key: another one is taken anew, and one that does not fit is told.
  await writeSafetensors(project.path('model.safetensors'), {
    'conv1.weight': tensors['linear.weight'] as SafeTensor,
  });
  const { code, list } = await project.events('taken');
  expect(code).toBe(1);
  expect(list.find(({ event, cell }) => event === 'cell-failed' && cell === 'model')).toMatchObject({
    reason: 'weights-do-not-fit',
  });
  expect(
    readdirSync(project.folder)
      .filter((name) => name.includes('.safetensors'))
      .sort(),
  ).toEqual(['again.safetensors', 'model.safetensors']);
});

/** A model of a project's own kind, whose one bias is no number: no file gives the same. */
const given = `import { cpSync } from 'node:fs';
import { join } from 'node:path';
export default {
  description: 'A model that lies in the project.',
  parameters: { type: 'object', properties: {} },
  inputs: {},
  output: 'model',
  run: async ({ output, places }) => cpSync(join(places.project, 'given'), output, { recursive: true }),
};
`;

test('where the file does not give the logits of the engine, that is said and the file before stays', async () => {
  const project = new Project({
    'pipelines/own.yaml': 'pipeline: own\nstages: {model: {uses: given}}\n',
    'stages/given.ts': given,
    'given/note.txt': 'beside the model',
    'model.onnx': 'the file before',
  });
  const description = { net: 'resnet-8-w1', inputShape: [4, 4, 1] as [number, number, number], classes: 2 };
  const model = createModel(description.net, description);
  const bias = { shape: [2], data: Float32Array.of(Number.NaN, 0) };
  const weights = { ...initialise(model.parameters, 1), ...initialise(model.state, 1), 'linear.bias': bias };
  await writeModel(project.path('given'), description, { last: weights });
  expect((await project.retable('run', 'own')).code).toBe(0);
  const { code, stderr } = await project.retable('export', 'model', '--to', 'model.onnx');
  expect(stderr).toContain("The file's logits differ from the engine's");
  expect(code).toBe(2);
  expect(project.read('model.onnx')).toBe('the file before');
  expect(readdirSync(project.folder).filter((name) => name.includes('.onnx'))).toEqual(['model.onnx']);
  const best = await project.retable('export', 'model', '--to', 'model.onnx', '--checkpoint', 'best');
  expect(best.stderr).toContain('it has no best checkpoint');
});

test('a file that does not give the logits of the engine is found out', async () => {
  const model = createModel('resnet-8-w2', { inputShape: [4, 6, 3], classes: 2 });
  const weights = { ...initialise(model.parameters, 1), ...initialise(model.state, 1) };
  const others = { ...weights, ...initialise(model.parameters, 2) };
  const project = new Project({});
  const file = project.path('model.onnx');
  const facts = { cell: 'm', checkpoint: 'last' };
  writeFileSync(file, await modelToOnnx(model, weights, { version: '1.0.0', facts }));
  expect(await checkModelFile(file, cpu, model, weights)).toBeLessThan(1e-5);
  await expect(checkModelFile(file, cpu, model, others)).rejects.toMatchObject({ reason: 'export-differs' });
});

async function largestDifference(
  actual: readonly number[],
  project: Project,
  cell: string,
  checkpoint: 'last' | 'best',
) {
  const cache = openCache(project.path('cache'));
  const artifact = cache.ls().find((one) => one.cell === cell)?.artifact;
  if (!artifact) throw new Error('the cell was not published');
  const { model, weights } = await readModel((name) => cache.path(artifact, name), checkpoint);
  cache.close();
  const forward = cpu.compile(
    'test',
    ({ images, ...weights }) => ({
      logits: model.forward(weights, rank4(images as Tensor4D), 'eval').logits,
    }),
    { fixed: weights },
  );
  const { logits } = await forward.run({ images });
  const expected = Array.from(logits?.data ?? []);
  expect(actual.length).toBe(30);
  return (
    Math.max(...expected.map((value, index) => Math.abs(value - (actual[index] ?? Number.NaN)))) /
    Math.max(...expected.map(Math.abs))
  );
}
