import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { inverse, permute } from '../../../src/learn/weights/permute.ts';
import { cpu, float32 } from '../calculate.ts';

const cases = fc.array(fc.nat(4), { maxLength: 4 }).chain((shape) =>
  fc.record({
    shape: fc.constant(shape),
    axes: fc.shuffledSubarray([...shape.keys()], { minLength: shape.length }),
  }),
);

it('axes in another order give what a transposition gives, and in the inverse order the tensor again', async () => {
  await fc.assert(
    fc.asyncProperty(cases, async ({ shape, axes }) => {
      const size = shape.reduce((product, extent) => product * extent, 1);
      const tensor = float32(
        shape,
        Array.from({ length: size }, (_, index) => index),
      );
      const compiled = cpu.compile('test', ({ x }) => ({ y: tf.transpose(x as tf.Tensor, axes) }));
      const { y } = await compiled.run({ x: tensor });
      const moved = permute(tensor, axes);
      expect(moved).toEqual(y);
      expect(permute(moved, inverse(axes))).toEqual(tensor);
    }),
    { numRuns: 60 },
  );
});
