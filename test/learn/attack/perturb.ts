import type { Engine } from '../../../src/engine/engine.ts';
import type { AttackBatch, AttackBuilder } from '../../../src/learn/attack/attacker.ts';
import { gradientStep } from '../../../src/learn/attack/gradient-step.ts';
import type { Objective } from '../../../src/learn/attack/objective.ts';
import { stream } from '../../../src/learn/random/stream.ts';
import { cpu, float32 } from '../calculate.ts';
import { type linear, oneHot, tanhNet } from '../toys.ts';

export type Toy = ReturnType<typeof linear>;

/** Examples as `attack` hands them to an attacker, with the streams of a seed. */
export function batchOf(
  { model }: Toy,
  pixels: readonly number[],
  labels: readonly number[],
  seed = 0,
): AttackBatch {
  return {
    images: float32([labels.length, ...model.inputShape], pixels),
    labels: oneHot(labels, model.classes),
    random: (name, row, ...counters) => stream(seed, name, row, ...counters),
  };
}

/** What an attack makes of some examples of a toy. */
export async function attacked(
  attack: AttackBuilder,
  toy: Toy,
  pixels: readonly number[],
  labels: readonly number[],
  { engine = cpu, seed = 0 }: { engine?: Engine; seed?: number } = {},
) {
  const attacker = attack({ engine, ...toy });
  const { images, ...rest } = await attacker.perturb(batchOf(toy, pixels, labels, seed));
  await attacker.dispose();
  return { ...rest, pixels: [...images.data] };
}

/** An objective of each example at some pixels. */
export async function objectivesAt(
  engine: Engine,
  toy: Toy,
  pixels: readonly number[],
  labels: readonly number[],
  objective: Objective,
): Promise<number[]> {
  const step = gradientStep({ engine, ...toy }, 0, objective);
  const batch = batchOf(toy, pixels, labels);
  const values = (await step.run(batch.images, batch, 0)).objective;
  await step.dispose();
  return [...values];
}

/** Which examples of the tanh net an attack breaks at an epsilon `beyond` each one's true distance. */
export async function brokenAt(
  attack: (epsilon: number) => AttackBuilder,
  beyond: number,
  settings: { engine: Engine },
): Promise<boolean[]> {
  const broken: boolean[] = [];
  for (const [row, distance] of tanhNet.minDistance.entries()) {
    const [x, labels] = [tanhNet.x.slice(2 * row, 2 * row + 2), tanhNet.labels.slice(row, row + 1)];
    const { pixels } = await attacked(attack(distance + beyond), tanhNet, x, labels, settings);
    const [margin = Number.NaN] = await objectivesAt(settings.engine, tanhNet, pixels, labels, 'margin');
    broken.push(margin > 0);
  }
  return broken;
}
