import { toPytorch } from '../learn/model/pytorch.ts';
import { writeTensors } from '../learn/weights/host-tensors.ts';
import type { Exported, WrittenFile } from './exported.ts';

/** Writes the weights of a model as a safetensors file with the names and layouts of PyTorch. */
export async function writeWeights(
  file: string,
  { model, weights, description }: Exported,
): Promise<WrittenFile> {
  // The file does not say where the weights come from, so that equal weights give equal bytes.
  await writeTensors(file, toPytorch(model, weights));
  const { normalise } = description;
  const images = normalise
    ? `normalised by mean [${normalise.mean.join(', ')}] and std [${normalise.std.join(', ')}]`
    : 'in [0, 1]';
  return { words: `weights as PyTorch has them, for images ${images}`, fields: { normalise } };
}
