import { Type } from '@sinclair/typebox';

// Loaded by every plan: import nothing heavy here.

const block = Type.Integer({ minimum: 1 });

/** @param all what an empty list means, in words */
export function blockParameters(all: string) {
  return {
    blocks: Type.Array(Type.Union([block, Type.Tuple([block, block])]), {
      default: [],
      description: `Blocks to compare; 1 is the output of the first layer. A pair gives the block of the student and that of the teacher. An empty list means ${all}.`,
    }),
    'tap-before-relu': Type.Boolean({
      default: false,
      description: 'Take activations before the last ReLU of each block instead of after it. Ours.',
    }),
  };
}
