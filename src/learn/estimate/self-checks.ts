import { rowsForCache } from '../attack/any-rows.ts';
import { attack } from '../attack/attack.ts';
import type { Target } from '../attack/attacker.ts';
import { type AttackSettings, createAttack, declared } from '../attack/attacks.ts';
import type { Dataset } from '../data/dataset.ts';
import { forwardFlops } from '../diagnose/forward-flops.ts';
import { initialise } from '../model/init.ts';
import { createModel } from '../model/models.ts';
import { digestOf, sampleOf, selfCheck } from '../self-check/self-check.ts';
import { metered } from '../train/meter.ts';
import { madeUp, rightlyLabelled } from './made-up.ts';

export interface ChecksToMeasure {
  readonly target: Target;
  readonly settings: AttackSettings;
  /** Images that the network classifies as their labels say. */
  readonly images: Dataset;
  readonly batchSize: number;
  /** Number of images that the checks probe, as the cell asks; undefined: `usualExamples`. */
  readonly selfCheckExamples: number | undefined;
  readonly usualExamples: number;
}

export interface MeasuredChecks {
  /** Passes of the self-checks of the cell. */
  readonly passes: number;
  /** Passes that were made to find out, with those of an attack. */
  readonly taken: number;
  /** Whether they were made on the network itself, and not on a small one in its place. */
  readonly isItself: boolean;
}

/** FLOPs of a forward pass of one image up to which the checks are made on the network itself. */
const cheap = 3e6;
/** Members of a cascade are cut to this, because the checks do not depend on them. */
const short = { targets: 1, queries: 20 };

/** Makes the self-checks once, on a small network if the own one is large, and counts their passes by FLOPs. */
export async function measureChecks(options: ChecksToMeasure): Promise<MeasuredChecks> {
  const { target, images, batchSize, selfCheckExamples, usualExamples, settings } = options;
  const own = await forwardFlops(target.engine, target.model, target.weights);
  const isItself = own <= cheap;
  const used = isItself ? { ...target, images, forward: own } : await small(target);
  const meter = metered(used.engine, used.model);
  const wanted = selfCheckExamples ?? usualExamples;
  const sample = sampleOf(used.images.labels.length, wanted, batchSize);
  const isCascade = declared(settings.name).search === 'cascade';
  const checked: AttackSettings = { ...settings, ...(isCascade && short) };
  const digests = { weights: digestOf(used.weights) };
  const { weights, images: dataset } = used;
  const measured = { engine: meter.engine, model: meter.model, weights };
  const result = await attack({
    ...measured,
    attack: await createAttack(checked),
    dataset,
    batchSize,
    seed: 0,
    keepImages: new Set(sample),
  });
  const forAttack = meter.take()?.flops ?? 0;
  await selfCheck({
    target: measured,
    settings: checked,
    dataset,
    seed: 0,
    result,
    digests: { before: digests, after: digests },
    sample,
    batchSize,
  });
  const forChecks = meter.take()?.flops ?? 0;
  const scale = sample.length > 0 ? Math.min(wanted, batchSize) / sample.length : 1;
  return {
    passes: (forChecks / used.forward) * scale,
    taken: (forAttack + forChecks) / used.forward,
    isItself,
  };
}

/** A small network with the same classes, and images for it. */
async function small({ engine, model }: Target): Promise<Target & { images: Dataset; forward: number }> {
  const shape = [8, 8, model.inputShape[2]] as const;
  const net = createModel('resnet-8-w2', { inputShape: shape, classes: model.classes });
  const weights = initialise([...net.parameters, ...net.state], 0);
  const target = { engine, model: net, weights };
  const images = await rightlyLabelled(target, madeUp(rowsForCache, shape, model.classes));
  return { ...target, images, forward: await forwardFlops(engine, net, weights) };
}
