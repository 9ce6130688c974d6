import * as tf from '@tensorflow/tfjs';
import { createCpuEngine } from '../eager.ts';
import type { Engine, TensorFunction, Tensors } from '../engine.ts';
import { differing, wave } from '../first-test.ts';

/**
 * Runs a convolution with its gradients and a matrix product on an engine and in plain JavaScript, and compares them.
 * @throws an Error if the results differ
 */
export async function firstTest(engine: Engine): Promise<void> {
  const inputs = { x: wave([2, 8, 8, 3]), filter: wave([3, 3, 3, 4]), dense: wave([4, 5]) };
  const [results, expected] = [await run(engine, inputs), await run(createCpuEngine(), inputs)];
  const wrong = differing(results, expected);
  if (wrong.length > 0) throw new Error(`it computes these wrong: ${wrong.join(', ')}`);
}

async function run(engine: Engine, inputs: Tensors): Promise<Tensors> {
  const compiled = engine.compile('first-test', network);
  const results = await compiled.run(inputs);
  await compiled.dispose();
  return results;
}

const network: TensorFunction = ({ x, filter, dense }) => {
  if (!x || !filter || !dense) throw new Error('inputs are missing');
  const logits = (x: tf.Tensor, filter: tf.Tensor, dense: tf.Tensor) =>
    tf
      .relu(tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, 1, 'same'))
      .mean([1, 2])
      .dot(dense);
  const [images, filters, weights] = tf.grads((x, filter, dense) => logits(x, filter, dense).square().sum())([
    x,
    filter,
    dense,
  ]);
  if (!images || !filters || !weights) throw new Error('there are three gradients');
  return { logits: logits(x, filter, dense), images, filters, weights };
};
