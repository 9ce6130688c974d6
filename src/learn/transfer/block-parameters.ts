import { Type } from '@sinclair/typebox';

// Loaded by every plan: nothing heavy may be imported here.

const block = Type.Integer({ minimum: 1 });

/** @param all the blocks that an empty list stands for, in words */
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

/** The blocks that a method is given: none named means its own choice. */
export function namedBlocks<B>(blocks: readonly B[]): readonly B[] | undefined {
  return blocks.length > 0 ? blocks : undefined;
}
