import type { HostTensor } from '../../engine/engine.ts';
import { softmaxCrossEntropy } from '../../engine/ops/softmax.ts';
import { predictions } from '../loss/accuracy.ts';
import { margin } from '../loss/margin.ts';
import { rank2, rank4 } from '../model/rank.ts';
import { anyRows } from './any-rows.ts';
import type { Target } from './attacker.ts';
import { notFinite } from './audit.ts';
import { floats, output } from './gradient-step.ts';

export interface Classified {
  readonly logits: HostTensor;
  readonly predicted: Int32Array;
  /** Cross entropy of each example. */
  readonly loss: Float32Array;
  /** For each example, the logit of the true class minus the largest other one. */
  readonly margin: Float32Array;
}

export interface Classifier {
  /** @throws Failure `not-finite` if the model gives NaN or infinity */
  run(images: HostTensor, labels: HostTensor): Promise<Classified>;
  dispose(): Promise<void>;
}

/** Compiles the target's forward pass, for any number of rows. See `anyRows`. */
export function classifier({ engine, model, weights }: Target): Classifier {
  const compiled = anyRows(
    engine,
    'attack/classify',
    ({ images, labels, ...weights }) => {
      if (!images || !labels) throw new Error('An input was not given');
      const { logits } = model.forward(weights, rank4(images), 'eval');
      const oneHot = rank2(labels);
      return { logits, loss: softmaxCrossEntropy(logits, oneHot), margin: margin(logits, oneHot) };
    },
    { fixed: weights },
  );
  return {
    async run(images, labels) {
      const outputs = await compiled.run({ images, labels });
      const logits = output(outputs, 'logits');
      const loss = floats(output(outputs, 'loss'));
      if (!logits.data.every(Number.isFinite) || !loss.every(Number.isFinite)) throw notFinite('logits');
      return { logits, loss, margin: floats(output(outputs, 'margin')), predicted: predictions(logits) };
    },
    dispose: () => compiled.dispose(),
  };
}
