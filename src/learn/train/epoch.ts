import type { CompiledStep } from '../../engine/engine.ts';
import { Failure } from '../../failure.ts';
import type { Progress } from '../../kind/kind.ts';
import type { Augment } from '../data/augment.ts';
import { batchesOf, type Examples } from '../data/examples.ts';
import { countCorrect } from '../loss/accuracy.ts';
import { learningRate, type Schedule } from '../optimise/schedule.ts';
import { stream } from '../random/stream.ts';
import { type Current, isWeight, weightsOf } from './current.ts';
import { type Metered, noWork, sum, type Work } from './meter.ts';
import type { Method, StepContext } from './method.ts';
import type { EpochRecord, EpochSoFar } from './snapshot.ts';
import { batchInputs } from './step.ts';
import type { Validation } from './validation.ts';

/** What the epochs of a training have in common. */
export interface EpochOptions {
  readonly dataset: Examples;
  readonly epochs: number;
  readonly batchSize: number;
  readonly schedule: Schedule;
  readonly seed: number;
  readonly augment?: Augment | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  /** Called after each epoch with the seconds that its steps took, without validation. */
  readonly onEpoch?: ((seconds: number) => void) | undefined;
}

/** What is compiled once for a training. */
export interface Machinery {
  readonly method: Method;
  readonly step: CompiledStep;
  readonly validator: Validation | undefined;
  /** Counts what the method and the step compute. */
  readonly meter: Metered;
}

/** Number of images in each batch: all images, if there are too few for one batch. */
export function batchSizeOf({ dataset, batchSize }: Pick<EpochOptions, 'dataset' | 'batchSize'>): number {
  return Math.min(batchSize, dataset.labels.length);
}

/**
 * One epoch: all records in random order, in full batches, each repeated as often as the method says. A last,
 * incomplete batch is skipped.
 * @param current a training between epochs, or within this one
 * @param epoch from 0
 * @param afterStep called after each step but the last one; it may ask for the training as it then is
 * @throws Failure `diverged`
 */
export async function trainEpoch(
  options: EpochOptions,
  machinery: Machinery,
  current: Current,
  epoch: number,
  afterStep?: (current: () => Promise<Current>) => Promise<void>,
): Promise<Current> {
  const { method, step: compiled, meter } = machinery;
  const { dataset, seed, epochs, augment, onProgress, onEpoch } = options;
  const { within } = current;
  let began = performance.now();
  meter.take();
  const order = stream(seed, 'train/shuffle', epoch).permutation(dataset.labels.length);
  const size = batchSizeOf(options);
  const { replays = 1 } = method;
  const batches = Math.floor(order.length / size);
  const stepsPerEpoch = batches * replays;
  const between = Math.ceil(stepsPerEpoch / 10);
  const read = batchesOf(dataset, batches, (batch) => ({
    indices: order.subarray(batch * size, (batch + 1) * size),
    augment,
    random: stream(seed, 'train/augment', epoch, batch),
  }));
  await compiled.set(current.tensors);
  const weightNames = Object.keys(current.tensors).filter(isWeight);
  let { lossSum, correct }: Pick<EpochSoFar, 'lossSum' | 'correct'> = within ?? { lossSum: 0, correct: 0 };
  let work = within ? within.work : noWork;
  let rate = 0;
  const seconds = () => (within?.seconds ?? 0) + (performance.now() - began) / 1000;
  for (let index = within?.steps ?? 0; index < stepsPerEpoch; index += 1) {
    const clean = await read(Math.floor(index / replays));
    const step = epoch * stepsPerEpoch + index;
    const context = {
      ...stepContext(async () => weightsOf(await compiled.get(weightNames)), seed, 'train', [epoch, index]),
      step,
      steps: epochs * stepsPerEpoch,
    };
    const prepared = (await method.prepare?.(clean, context)) ?? clean;
    rate = learningRate(options.schedule, { step, stepsPerEpoch, epochs });
    const rateTensor = { shape: [], data: Float32Array.of(rate) };
    const { loss, logits } = await compiled.run({ ...batchInputs(prepared), learningRate: rateTensor });
    const value = loss?.data[0];
    if (value === undefined || logits === undefined) throw new Error('The step gave no loss or no logits');
    if (!Number.isFinite(value)) throw diverged(`The loss became ${value}`, epoch + 1, index + 1, rate);
    lossSum += value;
    correct += countCorrect(logits, prepared.labels);
    const steps = index + 1;
    if (steps % between === 0 || steps === stepsPerEpoch) {
      // Tenths of an epoch.
      const done = Math.floor((epoch + steps / stepsPerEpoch) * 10) / 10;
      const [meanLoss, accuracy] = [lossSum / steps, correct / (steps * size)];
      onProgress?.({ phase: 'train', done, total: epochs, unit: 'epoch', loss: meanLoss, accuracy });
    }
    if (steps === stepsPerEpoch) continue;
    const stepped = performance.now();
    await afterStep?.(async () => {
      work = sum(work, meter.take());
      const soFar = { steps, lossSum, correct, work, seconds: seconds() };
      return { ...current, tensors: await compiled.get(), within: soFar };
    });
    began += performance.now() - stepped;
  }
  const tensors = await compiled.get();
  work = sum(work, meter.take());
  onEpoch?.(seconds());
  const means = { loss: lossSum / stepsPerEpoch, accuracy: correct / (stepsPerEpoch * size) };
  return ended(
    options,
    machinery,
    { ...current, tensors },
    {
      steps: stepsPerEpoch,
      record: { epoch: epoch + 1, ...means, learningRate: rate },
      work,
    },
  );
}

/** Checks and validates the weights at the end of an epoch, and adds its record. */
async function ended(
  { seed }: EpochOptions,
  { validator }: Machinery,
  { tensors, ...current }: Current,
  { steps, record, work }: { steps: number; record: EpochRecord; work: Work | undefined },
): Promise<Current> {
  const { epoch, learningRate: rate } = record;
  for (const [name, { data }] of Object.entries(tensors)) {
    // The loss of the last step was computed before its update, and comparing NaN would still choose a class.
    if (!data.every(Number.isFinite)) throw diverged(`${name} became NaN or infinite`, epoch, steps, rate);
  }
  const weights = weightsOf(tensors);
  const measured = await validator?.measure(weights, (batch) =>
    stepContext(async () => weights, seed, 'validate', [epoch - 1, batch]),
  );
  if (measured && !Number.isFinite(measured.loss))
    throw diverged(`The loss on the validation part became ${measured.loss}`, epoch, steps, rate);
  const whole = {
    ...record,
    ...(measured && { validation: measured.accuracy, validationLoss: measured.loss }),
    ...(work && { work }),
  };
  const history = [...current.history, whole];
  const isBest = measured && measured.accuracy > (current.best?.accuracy ?? Number.NEGATIVE_INFINITY);
  if (!isBest) return { tensors, history, best: current.best, bestWeights: current.bestWeights };
  return { tensors, history, best: { epoch, accuracy: measured.accuracy }, bestWeights: weights };
}

function stepContext(
  weights: StepContext['weights'],
  seed: number,
  part: string,
  counters: readonly number[],
): StepContext {
  return { weights, random: (name) => stream(seed, `${part}/${name}`, ...counters) };
}

function diverged(what: string, epoch: number, step: number, rate: number): Failure {
  return new Failure('diverged', `${what} in epoch ${epoch}, step ${step}.`, {
    hint: `The learning rate was ${rate.toPrecision(3)}: try a lower one.`,
    details: { epoch, step },
  });
}
