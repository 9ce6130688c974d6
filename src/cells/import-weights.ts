import { join } from 'node:path';
import type { CellContext } from '../kind/kind.ts';
import { writeModel } from '../learn/model/artifact.ts';
import { createModel, parameterCount } from '../learn/model/models.ts';
import { fromPytorch, type Renaming } from '../learn/model/pytorch.ts';
import { readSafetensors } from '../learn/weights/safetensors.ts';

export interface ImportSettings extends Renaming {
  /** Path in the project. */
  readonly file: string;
  readonly net: string;
  readonly inputShape: [height: number, width: number, channels: number];
  readonly classes: number;
  /** `mean` and `std` are empty for a model without normalisation. */
  readonly mean: number[];
  readonly std: number[];
}

type Context = Pick<CellContext<unknown>, 'places' | 'output' | 'values'>;

/**
 * Writes a model artifact with weights from a safetensors file with the names and layouts of PyTorch.
 * @throws Failure `weights-do-not-fit`, `bad-safetensors`, `unknown-model`, `bad-normalisation`
 */
export async function importCell(
  { places, output, values }: Context,
  { file, net, inputShape, classes, mean, std, ...renaming }: ImportSettings,
): Promise<void> {
  const normalise = mean.length + std.length > 0 ? { normalise: { mean, std } } : {};
  const description = { net, inputShape, classes, ...normalise };
  const model = createModel(net, description);
  const read = await readSafetensors(join(places.project, file));
  await writeModel(output, description, { last: fromPytorch(file, read, model, renaming) });
  values({ parameters: parameterCount(model) });
}
