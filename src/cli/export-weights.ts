import { toPytorch } from '../learn/model/pytorch.ts';
import { writeTensors } from '../learn/weights/host-tensors.ts';
import type { Exported, Told } from './exported.ts';

/** Writes a model's weights as a safetensors file with the names and layouts of PyTorch. */
export async function writeWeights(file: string, { model, weights, description }: Exported): Promise<Told> {
  // Nothing of its origin goes in: the same weights are the same bytes, wherever they come from.
  await writeTensors(file, toPytorch(model, weights));
  const { normalise } = description;
  const images = normalise
    ? `normalised by mean [${normalise.mean.join(', ')}] and std [${normalise.std.join(', ')}]`
    : 'in [0, 1]';
  return { words: `weights as PyTorch has them, for images ${images}`, fields: { normalise } };
}
