import { join } from 'node:path';
import { Type } from '@sinclair/typebox';
import { defineKind } from '../src/kind/kind.ts';
import { netParameter } from '../src/learn/train/parameters.ts';

const hint = 'pixels are in [0, 1]: divide statistics of 0 … 255 by 255';

const perChannel = (what: string, limits: { minimum?: number; exclusiveMinimum?: number }) =>
  Type.Array(Type.Number({ ...limits, maximum: 1, hint }), {
    default: [],
    description: `${what} of each channel, for pixels in [0, 1], for normalisation in the first layer of the model. Empty: no normalisation.`,
  });

export default defineKind({
  description: 'Makes a model from a safetensors file with the names and layouts of PyTorch.',
  parameters: Type.Object({
    file: Type.String({
      format: 'project-path',
      description:
        'Path of the file in the project. `retable export CELL --to FILE.safetensors` writes such files. Weights in F16, BF16 or F64 are converted to float32.',
    }),
    ...netParameter,
    'input-shape': Type.Array(Type.Integer({ minimum: 1 }), {
      minItems: 3,
      maxItems: 3,
      default: [32, 32, 3],
      description: 'Height, width and channels of an image.',
    }),
    classes: Type.Integer({ minimum: 1, description: 'Number of classes.' }),
    mean: perChannel('Mean', { minimum: 0 }),
    std: perChannel('Standard deviation', { exclusiveMinimum: 0 }),
    prefix: Type.String({
      default: '',
      description: 'Prefix of all names in the file, such as the `module.` of DataParallel.',
    }),
    ignore: Type.Array(Type.String({ minLength: 1 }), {
      default: [],
      description:
        'Prefixes of names to ignore, such as the `sub_block1.` of TRADES. PyTorch’s batch counters (num_batches_tracked) are always ignored.',
    }),
  }),
  inputs: {},
  output: 'model',
  values: { parameters: { part: 'none', description: 'Number of trainable parameters of the model.' } },
  sources: ({ file }, { project }) => [{ name: file, path: join(project, file) }],
  async run(context) {
    const { importCell } = await import('../src/cells/import-weights.ts');
    const { 'input-shape': shape, ...parameters } = context.parameters;
    const [height = 1, width = 1, channels = 1] = shape; // the schema says there are three
    await importCell(context, { ...parameters, inputShape: [height, width, channels] });
  },
});
