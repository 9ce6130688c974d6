import type { Engine, HostTensor, Tensors } from '../../engine/engine.ts';
import { runModelFile } from '../../engine/onnx/run-file.ts';
import { Failure } from '../../failure.ts';
import { stream } from '../random/stream.ts';
import { permute } from '../weights/permute.ts';
import { weightsFor } from './fit.ts';
import type { Model } from './model.ts';
import { rank4 } from './rank.ts';

/** Relative to the largest logit. */
const TOLERANCE = 1e-5;
/** Not the sizes with which the graph is traced. */
const CHECKED_BATCHES = [1, 5];

/**
 * Compares the results of a model file with those of an engine, for random images.
 * @returns the largest difference, relative to the largest logit
 * @throws Failure `export-differs`
 */
export async function checkModelFile(
  path: string,
  engine: Engine,
  model: Model,
  weights: Tensors,
): Promise<number> {
  const forward = engine.compile(
    'export/check',
    ({ images, ...weights }) => {
      if (!images) throw new Error('The images were not given');
      return { logits: model.forward(weights, rank4(images), 'eval').logits };
    },
    { fixed: weightsFor(model, weights) },
  );
  const errors: number[] = [];
  for (const batch of CHECKED_BATCHES) {
    const images = randomImages(model, batch);
    const [expected, actual] = [
      await forward.run({ images }),
      await runModelFile(path, { images: permute(images, [0, 3, 1, 2]) }),
    ];
    errors.push(relativeError(actual.logits, expected.logits));
  }
  await forward.dispose();
  const error = Math.max(...errors);
  // NaN counts as a difference.
  if (error <= TOLERANCE) return error;
  throw new Failure(
    'export-differs',
    `The file's logits differ from the engine's by ${error.toExponential(1)} of the largest, more than ${TOLERANCE}.`,
    { hint: 'This happens if weights are not finite. Otherwise, please report it.' },
  );
}

function randomImages({ inputShape }: Model, batch: number): HostTensor {
  const [height, width, channels] = inputShape;
  const data = stream(0, 'export/check', batch).uniform(batch * height * width * channels, 0, 1);
  return { shape: [batch, height, width, channels], data };
}

function relativeError(actual: HostTensor | undefined, expected: HostTensor | undefined): number {
  if (!actual || !expected || actual.shape.join() !== expected.shape.join()) return Number.NaN;
  const values = Array.from(expected.data);
  const largest = Math.max(...values.map(Math.abs)) || 1;
  return (
    Math.max(...values.map((value, index) => Math.abs(value - (actual.data[index] ?? Number.NaN)))) / largest
  );
}
