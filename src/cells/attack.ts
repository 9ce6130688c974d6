import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CellContext } from '../kind/kind.ts';
import { attack } from '../learn/attack/attack.ts';
import { type AttackName, type AttackSettings, createAttack, declared } from '../learn/attack/attacks.ts';
import { rowsAt } from '../learn/attack/batch-rows.ts';
import type { EvaluatedPart } from '../learn/data/evaluated-part.ts';
import { type Checkpoint, readModel } from '../learn/model/artifact.ts';
import { usualShare } from '../learn/self-check/allowance.ts';
import { digestOf, failedOf, refuseErrors, sampleOf, selfCheck } from '../learn/self-check/self-check.ts';
import { writeTensors } from '../learn/weights/host-tensors.ts';
import { batchFiles } from './batch-files.ts';
import { readEvaluated } from './read-evaluated.ts';

/** Number of examples that the self-checks probe by default. */
const usualExamples = 64;

export interface AttackCellSettings {
  readonly attack: AttackSettings;
  /** The images that are attacked. */
  readonly part: EvaluatedPart;
  readonly batchSize: number;
  readonly seed: number;
  readonly checkpoint: Checkpoint;
  /** Checkpoint of the `surrogate` input, if there is one. */
  readonly surrogateCheckpoint: Checkpoint;
  readonly keepImages: boolean;
  /**
   * Number of images that the self-checks probe; 0 for none. Default: `usualExamples`, with no more than
   * `usualShare` of the passes of the attack.
   */
  readonly selfCheckExamples?: number | undefined;
}

type Context = Pick<
  CellContext<unknown>,
  'inputs' | 'cores' | 'output' | 'scratch' | 'engine' | 'progress' | 'values' | 'warn'
>;

/**
 * Attacks the `model` input on a part of the `data` input; the images are made on the `surrogate` input if
 * there is one. Resumes after the last complete batch. Writes the results of each example, and those of the
 * self-checks (`self-checks.json`).
 * @throws Failure `self-check-failed`; those of `attack` and `readEvaluated`
 */
export async function attackCell(context: Context, settings: AttackCellSettings): Promise<void> {
  const { inputs, output, scratch, progress, values, warn } = context;
  if (!inputs.model) throw new Error('The kind declares no input named model');
  const dataset = await readEvaluated(context, settings.part);
  const { model, weights } = await readModel(inputs.model.file, settings.checkpoint);
  const target = { model, weights, engine: await context.engine() };
  const { batchSize, seed, keepImages } = settings;
  const sample = sampleOf(dataset.labels.length, settings.selfCheckExamples ?? usualExamples, batchSize);
  const surrogate =
    inputs.surrogate && (await readModel(inputs.surrogate.file, settings.surrogateCheckpoint));
  const digestsNow = () => ({
    weights: digestOf(weights),
    ...(surrogate && { surrogate: digestOf(surrogate.weights) }),
  });
  const before = digestsNow();
  const result = await attack({
    ...target,
    surrogate,
    attack: await createAttack(settings.attack),
    dataset,
    batchSize,
    seed,
    keepImages: keepImages || new Set(sample),
    onProgress: progress,
    snapshots: batchFiles(scratch),
  });
  const { cleanAccuracy, robustAccuracy, surrogateAccuracy, zeroGradients, after } = result;
  const { adversarial, ...examples } = result.examples;
  await writeTensors(join(output, 'examples.safetensors'), keepImages ? result.examples : examples);
  const checks = await selfCheck({
    target,
    settings: settings.attack,
    dataset,
    seed,
    result:
      keepImages && adversarial
        ? { ...result, examples: { ...examples, adversarial: rowsAt(adversarial, sample) } }
        : result,
    digests: { before, after: digestsNow() },
    sample,
    batchSize,
    share: settings.selfCheckExamples === undefined ? usualShare : undefined,
    onProgress: progress,
  });
  const file = { ...before, examples: sample.length, checks };
  await writeFile(join(output, 'self-checks.json'), `${JSON.stringify(file, null, 2)}\n`);
  refuseErrors(checks);
  const warnings = failedOf(checks, 'warning');
  for (const { name, message } of warnings) warn(name, message);
  const instead = fewClasses(settings.attack.name, model.classes);
  if (instead) warn('few-classes', instead);
  values({
    accuracy: robustAccuracy,
    'clean-accuracy': cleanAccuracy,
    ...(surrogateAccuracy !== undefined && { 'surrogate-accuracy': surrogateAccuracy }),
    'zero-gradients': zeroGradients,
    examples: dataset.labels.length,
    'self-check-warnings': warnings.length,
    ...Object.fromEntries((after ?? []).map((one) => [`after-${one.name}`, one.robustAccuracy])),
  });
}

/** What an attack does instead if there are too few classes, for readers of its numbers. */
function fewClasses(name: AttackName, classes: number): string | undefined {
  const { classes: least = 2, withFewerClasses: instead } = declared(name);
  if (classes >= least || instead === undefined) return undefined;
  return `With ${classes} classes ${name} is not the published attack, which needs ${least}: ${instead}.`;
}
