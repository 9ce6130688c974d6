import type { Asked, CellCost } from '../kind/estimate.ts';
import type { CellContext } from '../kind/kind.ts';
import { imageSize } from '../learn/data/dataset.ts';
import { expectedData } from '../learn/data/expected.ts';
import { measureAttack } from '../learn/estimate/attack.ts';
import { expectedModel } from '../learn/estimate/expected-model.ts';
import { modelOf } from '../learn/estimate/model-of.ts';
import type { AttackCellSettings } from './attack.ts';

type Context = Pick<CellContext<unknown>, 'engine' | 'places'>;

/** As in `attack.ts`. It is not imported from there, because an export would change the fingerprints of attacks. */
const usualExamples = 64;

/** Bytes of the results of an example: eight numbers. */
const resultBytes = 32;

/** The cost of a cell that attacks a model, from a few steps on a few images. */
export async function attackCost(
  { needs, assumed }: Omit<Asked, 'parameters'>,
  { engine, places }: Context,
  { attack, part, batchSize, keepImages, selfCheckExamples }: AttackCellSettings,
): Promise<CellCost> {
  const data = expectedData(needs.data, places);
  const images = data[part];
  const { seconds, spent, flops } = await measureAttack({
    engine: await engine(),
    // A transfer attack makes its images on the surrogate.
    model: modelOf(expectedModel(needs.surrogate ?? needs.model, places)),
    settings: attack,
    images,
    batchSize,
    selfCheckExamples,
    usualExamples,
    ...assumed,
  });
  const kept = keepImages ? 4 * imageSize(data) : 0;
  return {
    seconds,
    spent,
    flops,
    memory: images * imageSize(data),
    disk: images * (resultBytes + kept),
  };
}
