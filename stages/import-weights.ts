import { join } from 'node:path';
import { Type } from '@sinclair/typebox';
import { defineKind } from '../src/kind/kind.ts';
import { netParameter } from '../src/learn/train/parameters.ts';

const hint = 'pixels are in [0, 1]: divide statistics of 0 … 255 by 255';

const perChannel = (what: string, limits: { minimum?: number; exclusiveMinimum?: number }) =>
  Type.Array(Type.Number({ ...limits, maximum: 1, hint }), {
    default: [],
    description: `Normalisation as the first layer of the model: ${what} of each channel, for pixels in [0, 1]; none without.`,
  });

export default defineKind({
  description: 'Takes the weights of a model from a safetensors file with the names and layouts of PyTorch.',
  parameters: Type.Object({
    file: Type.String({
      format: 'project-path',
      description:
        'The file, in the project; `retable export CELL --to FILE.safetensors` writes such files. Weights in F16, BF16 or F64 become float32.',
    }),
    ...netParameter,
    'input-shape': Type.Array(Type.Integer({ minimum: 1 }), {
      minItems: 3,
      maxItems: 3,
      default: [32, 32, 3],
      description: 'Height, width and channels of an image.',
    }),
    classes: Type.Integer({ minimum: 1, description: 'Classes that it tells apart.' }),
    mean: perChannel('mean', { minimum: 0 }),
    std: perChannel('standard deviation', { exclusiveMinimum: 0 }),
    prefix: Type.String({
      default: '',
      description: 'What all names in the file begin with, such as the `module.` of DataParallel.',
    }),
    ignore: Type.Array(Type.String({ minLength: 1 }), {
      default: [],
      description:
        'Beginnings of names that are left out, such as the `sub_block1.` of TRADES; PyTorch’s counts of batches are left out anyway.',
    }),
  }),
  inputs: {},
  output: 'model',
  sources: ({ file }, { project }) => [{ name: file, path: join(project, file) }],
  async run(context) {
    const { importCell } = await import('../src/cells/import-weights.ts');
    const { 'input-shape': shape, ...parameters } = context.parameters;
    const [height = 1, width = 1, channels = 1] = shape; // the schema says there are three
    await importCell(context, { ...parameters, inputShape: [height, width, channels] });
  },
});
