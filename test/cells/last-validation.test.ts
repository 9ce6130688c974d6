import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { expect, test } from 'vitest';
import { writeDataset } from '../../src/learn/data/artifact.ts';
import { toBatch } from '../../src/learn/data/batch.ts';
import { readModel } from '../../src/learn/model/artifact.ts';
import { rank4 } from '../../src/learn/model/rank.ts';
import { cpu } from '../learn/calculate.ts';
import { temporaryFolder } from '../learn/data/folder.ts';
import { toyData } from '../learn/train/toy-training.ts';
import { artifactIn } from './artifact-in.ts';
import { trainingCell } from './training-cell.ts';

const root = temporaryFolder();
const freshFolder = () => mkdtempSync(join(root, 'cells'));
const { train, test: validation } = toyData();

async function trained(hasValidation: boolean) {
  const data = freshFolder();
  await writeDataset(data, 'toy', { train, ...(hasValidation && { validation }), test: validation });
  // At so high a rate, the last of these epochs is worse than the best one.
  const given = { method: 'standard', epochs: 7, lr: 0.5, schedule: 'constant' };
  return trainingCell('train', given, { data: artifactIn(data) }, freshFolder());
}

test('a training reports accuracy and loss on the validation part after its last epoch, besides those of the best', async () => {
  const { result, output } = await trained(true);
  const { values, records } = result;
  const { model, weights } = await readModel((name) => join(output, name), 'last');
  const { images, labels } = toBatch(validation, Int32Array.from(validation.labels.keys()));
  // Losses of TensorFlow.js, which are not ours.
  const measure = cpu.compile('test', ({ images, labels, ...tensors }) => {
    if (!images || !labels) throw new Error('An input was not given');
    const { logits } = model.forward(tensors, rank4(images), 'eval');
    const correct = tf.equal(tf.argMax(logits, 1), tf.argMax(labels, 1));
    return {
      loss: tf.losses.softmaxCrossEntropy(labels, logits),
      accuracy: tf.mean(tf.cast(correct, 'float32')),
    };
  });
  const expected = await measure.run({ ...weights, images, labels });
  const [loss, accuracy] = [expected.loss?.data[0] ?? Number.NaN, expected.accuracy?.data[0] ?? Number.NaN];
  expect(values['last-validation-accuracy']).toBeCloseTo(accuracy, 6);
  expect(values['last-validation-loss']).toBeCloseTo(loss, 5);
  expect(records.at(-1)).toMatchObject({
    validation: values['last-validation-accuracy'],
    'validation-loss': values['last-validation-loss'],
  });
  expect(values['best-epoch']).toBe(6);
  expect(values['last-validation-accuracy']).toBeLessThan(values['validation-accuracy'] ?? 0);
});

test('a training without a validation part reports neither', async () => {
  const { result } = await trained(false);
  expect(Object.keys(result.values).filter((name) => name.includes('validation'))).toEqual([]);
});
