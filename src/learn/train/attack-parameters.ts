import { type Static, Type } from '@sinclair/typebox';
import type { Choices } from './choices.ts';
import type { InnerSettings } from './inner-maximisation.ts';
import { oneOf } from './parameters.ts';

// Loaded by every plan: nothing heavy may be imported here.

/** What methods take where a pipeline does not say, in words. */
interface Defaults {
  readonly epsilon: string;
  readonly stepSize: string;
  readonly steps: string;
  readonly batchNorm: string;
}

/** Settings of the attack inside methods that make adversarial images. Those without a default are the method's own. */
export function attackParameters({ epsilon, stepSize, steps, batchNorm }: Defaults) {
  return {
    epsilon: Type.Optional(
      Type.Number({
        minimum: 0,
        maximum: 1,
        description: `For methods that attack: radius of the l∞ ball, for pixels in [0, 1]. Without it ${epsilon}.`,
      }),
    ),
    'step-size': Type.Optional(
      Type.Number({
        minimum: 0,
        description: `For methods that attack: step of the inner maximisation. Without it ${stepSize}.`,
      }),
    ),
    steps: Type.Optional(
      Type.Integer({
        minimum: 1,
        description: `For methods that attack: steps of the inner maximisation. Without it ${steps}.`,
      }),
    ),
    'random-start': Type.Boolean({
      default: true,
      description: 'For methods that attack: start at a random point, as the method has it.',
    }),
    'batch-norm': Type.Optional(
      oneOf(['eval', 'train'], {
        description: `For methods that attack: mode of batch norm while the batch is attacked. Without it ${batchNorm}.`,
      }),
    ),
  };
}

const schema = Type.Object(attackParameters({ epsilon: '', stepSize: '', steps: '', batchNorm: '' }));

export function attackChoices(parameters: Static<typeof schema>): Choices<InnerSettings> {
  return {
    epsilon: parameters.epsilon,
    stepSize: parameters['step-size'],
    steps: parameters.steps,
    randomStart: parameters['random-start'],
    batchNorm: parameters['batch-norm'],
  };
}
