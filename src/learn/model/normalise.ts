import * as tf from '@tensorflow/tfjs';
import { Failure } from '../../failure.ts';

/** Per channel, for pixels in [0, 1]: (pixel - mean) / std. */
export interface Normalise {
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

/** One level of an 8-bit pixel. */
const level = 1 / 255;

/**
 * The normalisation with the statistics of a data set. A channel that varies by less than one level of 8 bits is not
 * scaled (std 1): otherwise an error of one level would become larger than any signal.
 *
 * @returns the normalisation, and the indices of those channels
 */
export function normaliseBy({ mean, std }: Normalise) {
  return {
    normalise: { mean: [...mean], std: std.map((value) => (value < level ? 1 : value)) },
    flat: std.flatMap((value, channel) => (value < level ? [channel] : [])),
  };
}

/**
 * The first layer of a model. Normalisation is part of the model, so that attacks and epsilon use pixels in [0, 1].
 * @throws Failure `bad-normalisation`
 */
export function normaliser(
  normalise: Normalise | undefined,
  channels: number,
): (images: tf.Tensor4D) => tf.Tensor4D {
  if (normalise === undefined) return (images) => images;
  const { mean, std } = normalise;
  if (mean.length !== channels || std.length !== channels || std.some((value) => !(value > 0))) {
    throw new Failure(
      'bad-normalisation',
      `Images of ${channels} channels need ${channels} means and ${channels} positive standard deviations.`,
      { hint: `Given: mean [${mean.join(', ')}], std [${std.join(', ')}].` },
    );
  }
  const scale = std.map((value) => 1 / value);
  return (images) => tf.mul(tf.sub(images, tf.tensor1d([...mean])), tf.tensor1d(scale));
}
