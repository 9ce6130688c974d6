import { readFile } from 'node:fs/promises';
import type { CellContext } from '../kind/kind.ts';
import { forwardFlops } from '../learn/diagnose/forward-flops.ts';
import { readModel } from '../learn/model/artifact.ts';
import { parameterCount } from '../learn/model/models.ts';

type Context = Pick<CellContext<unknown>, 'inputs' | 'engine' | 'values'>;

/** The cost of running the `model` input and, if it was trained by retable, of its training; see `meter.ts`. */
export async function costCell({ inputs, engine, values }: Context): Promise<void> {
  if (!inputs.model) throw new Error('The kind declares no input named model');
  const { model, weights } = await readModel(inputs.model.file, 'last');
  // Written by the cell of the model; its values were checked.
  const trained = JSON.parse(await readFile(inputs.model.file('values.json'), 'utf8')) as Partial<
    Record<string, number>
  >;
  const { 'epoch-flops': flops, 'gradient-passes': gradientPasses } = trained;
  values({
    parameters: parameterCount(model),
    'forward-gflops': (await forwardFlops(await engine(), model, weights)) / 1e9,
    ...(flops !== undefined && { 'epoch-gflops': flops / 1e9 }),
    ...(gradientPasses !== undefined && { 'gradient-passes': gradientPasses }),
  });
}
