import type { Engine, HostTensor, Tensors } from '../../engine/engine.ts';
import { perturbAudited, toAttackBatch } from '../attack/attack-batch.ts';
import { type PgdSettings, pgd } from '../attack/pgd.ts';
import { channelMap } from '../loss/acm.ts';
import { checkDataset, weightsFor } from '../model/fit.ts';
import type { Model } from '../model/model.ts';
import { rank4 } from '../model/rank.ts';
import { withPrefix } from '../train/names.ts';
import { type MeasureOptions, measureExamples } from './measure-examples.ts';

export interface ChannelOptions extends MeasureOptions {
  readonly engine: Engine;
  readonly model: Model;
  readonly weights: Tensors;
  readonly attack: PgdSettings;
  readonly seed: number;
}

/**
 * How strongly each image activates each channel of each tapped block, in `eval` mode: the mean of |A| over height
 * and width. Returns `clean/block-<b>` and `adversarial/block-<b>`, float32 [examples, channels], blocks from 1. The
 * adversarial images are made by PGD against the model.
 * @throws Failure `empty-dataset`, `shape-mismatch`, `not-finite`, `bad-attack`
 */
export async function channelActivation(options: ChannelOptions): Promise<Tensors> {
  const { engine, model, dataset, attack, seed } = options;
  checkDataset(model, dataset);
  const weights = weightsFor(model, options.weights);
  const attacker = pgd(attack)({ engine, model, weights });
  const compiled = engine.compile(
    'diagnose/channel-maps',
    ({ images, ...tensors }) => {
      if (!images) throw new Error('No images were given');
      const { taps } = model.forward(tensors, rank4(images), 'eval');
      return Object.fromEntries(taps.map((tap, index) => [blockName(index), channelMap(tap, 1)]));
    },
    { fixed: weights },
  );
  const mapsOf = (images: HostTensor) => compiled.run({ images });
  try {
    return await measureExamples(options, async (indices) => {
      const batch = await toAttackBatch(dataset, indices, seed);
      const { images } = await perturbAudited(attacker, batch);
      return {
        ...withPrefix('clean', await mapsOf(batch.images)),
        ...withPrefix('adversarial', await mapsOf(images)),
      };
    });
  } finally {
    await compiled.dispose();
    await attacker.dispose();
  }
}

/**
 * Numbered like `blocks` of transfer methods: 1 is the output of the first layer.
 * @param index from 0
 */
export function blockName(index: number): string {
  return `block-${index + 1}`;
}
