import * as tf from '@tensorflow/tfjs';
import type { HostTensor, Tensors } from '../../engine/engine.ts';
import { rowsForCache } from '../attack/any-rows.ts';
import type { AttackBatch, Target } from '../attack/attacker.ts';
import { rowsIn, someOf } from '../attack/batch-rows.ts';
import type { Classifier } from '../attack/classify.ts';
import { floats } from '../attack/gradient-step.ts';
import { passesOf } from '../attack/passes.ts';
import { randomPoint } from '../attack/random-point.ts';
import { predictions } from '../loss/accuracy.ts';
import type { Model } from '../model/model.ts';
import { rank2 } from '../model/rank.ts';
import { atMost, skip, spread, within } from './check.ts';
import { rowsOf } from './outputs.ts';
import { probing } from './probing.ts';

// An active test after Zimmermann et al. (2022): the model is changed so that it certainly has an adversarial
// example, which an attack that works must find. The construction is ours. For an image x and a random corner x* of
// its ball, let d = z(x*) - z(x) and u(x') = <z(x') - z(x), d> / <d, d>, which is 0 at x and 1 at x*. The planted
// model subtracts gain · u from the logit of the true class, with twice the gain that is needed to misclassify x*. At
// x it is unchanged. Its gradient leads to x* only through the gradients of the model's own logits: if these are
// hidden, the attack misses x*.

const prefix = 'planted/';
/** Share of the examples with a planted adversarial example. */
const mostMissed = 0.05;

export const plantedAdversarial = probing(
  'planted-adversarial-missed',
  async (sample, { target, settings }) => {
    if (!sample.iterative) return skip('the attack does not follow gradients in several steps');
    const { probe } = sample;
    const { attack, settings: own } = sample.iterative;
    // The planted model treats each row differently, so the batch must be a single piece. See `anyRows`.
    const right = probe.right.length;
    const rows = rowsIn(probe.right, spread(right, Math.min(right, rowsForCache)));
    const batch = someOf(probe.batch, rows);
    const passes = rows.length * passesOf(own, target.model.classes).robust;
    probe.allowance.require(passes + 3 * rows.length);
    const plant = rows.length > 0 ? await plantIn(probe.classify, batch, settings.epsilon) : undefined;
    const all = plant?.possible.filter(Boolean).length ?? 0;
    if (!plant || all === 0)
      return skip(
        'nothing can be planted: no correctly classified example of the sample has logits that change',
      );
    const attacker = attack(plantedTarget(target, plant.tensors));
    try {
      probe.allowance.take(passes);
      const { images } = await attacker.perturb({ ...batch, whole: true });
      const { logits } = await probe.classify.run(images, batch.labels);
      const predicted = predictions(plantedLogits(logits, plant.tensors));
      const expected = predictions(batch.labels);
      const missed = plant.possible.filter((is, row) => is && predicted[row] === expected[row]).length;
      const limit = atMost(mostMissed, all);
      return within(
        missed,
        limit,
        `Of ${all} planted adversarial examples the attack misses ${missed}.`,
        'They certainly exist, so the attack is broken or the gradients of the model are hidden.',
      );
    } finally {
      await attacker.dispose();
    }
  },
);

type Planted = {
  readonly anchor: HostTensor;
  readonly direction: HostTensor;
  readonly gain: HostTensor;
};

async function plantIn(
  classify: Classifier,
  batch: AttackBatch,
  epsilon: number,
): Promise<{ tensors: Planted; possible: boolean[] }> {
  const corner = randomPoint(batch, { name: 'planted', counter: 0 }, (stream, size) =>
    Float32Array.from({ length: size }, () => (stream.int(2) === 0 ? -epsilon : epsilon)),
  );
  const logitsOf = async (images: HostTensor) => (await classify.run(images, batch.labels)).logits;
  const [here, there] = [await logitsOf(batch.images), await logitsOf(corner)];
  const labels = predictions(batch.labels);
  const tensors: Planted = { anchor: here, direction: emptyLike(here), gain: emptyLike(here) };
  const ends = rowsOf(there);
  const possible = rowsOf(here).map((start, row) => {
    const end = ends[row] ?? [];
    const change = end.map((value, k) => value - (start[k] ?? 0));
    const square = change.reduce((sum, value) => sum + value * value, 0);
    if (!(square > 0)) return false;
    const label = labels[row] ?? 0;
    const own = end[label] ?? 0;
    const other = Math.max(...end.filter((_, k) => k !== label));
    floats(tensors.direction).set(
      change.map((value) => value / square),
      row * start.length,
    );
    floats(tensors.gain)[row * start.length + label] = -2 * Math.max(own - other, 0);
    return true;
  });
  return { tensors, possible };
}

function emptyLike({ shape, data }: HostTensor): HostTensor {
  return { shape, data: new Float32Array(data.length) };
}

function plantedTarget({ engine, model, weights }: Target, planted: Planted): Target {
  const named = Object.fromEntries(Object.entries(planted).map(([name, tensor]) => [prefix + name, tensor]));
  const own: Model = {
    ...model,
    forward(tensors, images, mode) {
      const found = model.forward(tensors, images, mode);
      const [anchor, direction, gain] = ['anchor', 'direction', 'gain'].map((name) => tensors[prefix + name]);
      if (!anchor || !direction || !gain) throw new Error('Nothing was planted');
      const along = tf.sum(tf.mul(tf.sub(found.logits, anchor), direction), 1, true);
      return { ...found, logits: rank2(tf.add(found.logits, tf.mul(gain, along))) };
    },
  };
  return { engine, model: own, weights: { ...weights, ...named } as Tensors };
}

/** The same as `plantedTarget`, computed on the host. */
function plantedLogits(logits: HostTensor, { anchor, direction, gain }: Planted): HostTensor {
  const data = Float32Array.from(logits.data);
  const columns = logits.shape[1] ?? 1;
  for (let first = 0; first < data.length; first += columns) {
    let along = 0;
    for (let i = first; i < first + columns; i += 1) {
      along += ((logits.data[i] ?? 0) - (anchor.data[i] ?? 0)) * (direction.data[i] ?? 0);
    }
    for (let i = first; i < first + columns; i += 1) data[i] = (data[i] ?? 0) + (gain.data[i] ?? 0) * along;
  }
  return { shape: logits.shape, data };
}
