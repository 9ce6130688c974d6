import type { Engine } from '../../src/engine/engine.ts';
import { pieceSizes, piecesOf } from '../../src/learn/attack/any-rows.ts';
import { attack } from '../../src/learn/attack/attack.ts';
import { autoAttack } from '../../src/learn/attack/autoattack.ts';
import { none } from '../../src/learn/attack/none.ts';
import type { Dataset } from '../../src/learn/data/dataset.ts';
import { initialise } from '../../src/learn/model/init.ts';
import { createModel } from '../../src/learn/model/models.ts';
import { stream } from '../../src/learn/random/stream.ts';
import { median } from './compare.ts';
import { timedEngine } from './timed-engine.ts';

/** Passes of the standard version on a batch that withstands all: 9 targets of 100 steps, 5000 squares, 10 refinements of FAB. */
const whole = { gradients: 101 + (1 + 9 * 101) + 9 * 100, forwards: 2 * 5 + (1 + 9 * 100 + 10) + 5001 };

/** What one batch takes where everything is done once: seconds of a pass, and those of the whole attack by its passes. */
export interface AutoAttackPasses {
  readonly gradientPass: number;
  readonly forwardPass: number;
  /** An extrapolation. */
  readonly whole: number;
}

/**
 * AutoAttack on one batch, but with one step or query and one target of each attack. Epsilon is so small that every
 * example withstands and the batch stays whole, as it would at worst.
 */
export async function autoAttackPasses(
  given: Engine,
  net: string,
  images: number,
): Promise<AutoAttackPasses> {
  const { engine, times } = timedEngine(given);
  const model = createModel(net, { inputShape: [32, 32, 3], classes: 10 });
  const target = {
    engine,
    model,
    weights: initialise([...model.parameters, ...model.state], 1),
    batchSize: images,
    seed: 0,
  };
  const noise: Dataset = {
    images: Uint8Array.from({ length: images * 3072 }, byteOf()),
    labels: new Int32Array(images),
    shape: [32, 32, 3],
    classes: Array.from({ length: 10 }, (_, label) => String(label)),
  };
  // Labelled by the net itself, which is right about all of them then.
  const { examples } = await attack({ ...target, attack: none, dataset: noise });
  const labels = Int32Array.from(examples.predicted?.data ?? []);
  const small = autoAttack({ epsilon: 1e-6, steps: 1, targets: 1, queries: 1 });
  const { robustAccuracy } = await attack({ ...target, attack: small, dataset: { ...noise, labels } });
  if (robustAccuracy !== 1) throw new Error('Not all examples withstood: later attacks had smaller batches');
  // A pass of the batch is one run for each of its pieces, which are equally large.
  const pieces = piecesOf(images, pieceSizes(engine, images)).length;
  const warm = (start: string) =>
    pieces * median(times.flatMap(({ name, seconds }) => (name.startsWith(start) ? seconds.slice(1) : [])));
  const [gradientPass, forwardPass] = [warm('attack/apgd'), warm('attack/classify')];
  return {
    gradientPass,
    forwardPass,
    whole: whole.gradients * gradientPass + whole.forwards * forwardPass,
  };
}

function byteOf(): () => number {
  const random = stream(0, 'bench/bytes');
  return () => random.int(256);
}
