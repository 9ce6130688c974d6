import { distance } from 'fastest-levenshtein';
import { Failure } from '../../failure.ts';
import { cifarMobilenet, mobilenetV2 } from './mobilenet.ts';
import type { Model } from './model.ts';
import type { NetworkSettings } from './network.ts';
import { preactResnet } from './preact-resnet.ts';
import { resnet } from './resnet.ts';
import { wideResnet } from './wide-resnet.ts';

export type ModelSettings = Omit<NetworkSettings, 'name'>;

/** Networks without a size in their name. */
const single: Readonly<Record<string, (settings: NetworkSettings) => Model>> = {
  'resnet-18': (settings) => resnet({ ...settings, ...fourStages([2, 2, 2, 2]) }),
  'resnet-34': (settings) => resnet({ ...settings, ...fourStages([3, 4, 6, 3]) }),
  'resnet-50': (settings) => resnet({ ...settings, ...fourStages([3, 4, 6, 3]), block: 'bottleneck' }),
  'resnet-18-imagenet': (settings) =>
    resnet({ ...settings, ...fourStages([2, 2, 2, 2]), layout: 'imagenet' }),
  'resnet-34-imagenet': (settings) =>
    resnet({ ...settings, ...fourStages([3, 4, 6, 3]), layout: 'imagenet' }),
  'resnet-50-imagenet': (settings) =>
    resnet({ ...settings, ...fourStages([3, 4, 6, 3]), block: 'bottleneck', layout: 'imagenet' }),
  'preact-resnet-18': (settings) => preactResnet({ ...settings, ...fourStages([2, 2, 2, 2]) }),
  'mobilenet-v2': (settings) => mobilenetV2({ ...settings, ...cifarMobilenet }),
};

/** The names that `createModel` accepts; if a name contains a number, with usual values of it. */
export function modelNames(): string[] {
  const small = [8, 14, 20, 32, 44, 56].flatMap((depth) =>
    [8, 16, 32].map((width) => `resnet-${depth}-w${width}`),
  );
  const wide = ['16-4', '28-4', '28-10', '34-10', '34-20', '40-2', '70-16'].map((size) => `wrn-${size}`);
  return [...small, ...Object.keys(single), ...wide];
}

/**
 * Creates a model by name.
 * `resnet-<depth>-w<width>`: three stages of widths w, 2w, 4w and depth 6n + 2.
 * `resnet-18`, `resnet-34`, `resnet-50` and, with pre-activation, `preact-resnet-18`: four stages of widths 64 … 512,
 * with the CIFAR stem; `resnet-18-imagenet` and so on: with the ImageNet stem.
 * `wrn-<depth>-<k>`: a wide residual network of depth 6n + 4 with three stages of widths 16k, 32k, 64k.
 * `mobilenet-v2`: the version for small images.
 * @throws Failure `unknown-model`, `bad-normalisation`
 */
export function createModel(name: string, settings: ModelSettings): Model {
  const make = Object.hasOwn(single, name) ? single[name] : undefined;
  if (make) return make({ name, ...settings });
  const small = sizes(name, /^resnet-(\d{1,4})-w(\d{1,4})$/, 2);
  if (small) {
    const { blocks: n, width } = small;
    return resnet({ name, ...settings, widths: [width, 2 * width, 4 * width], blocks: [n, n, n] });
  }
  const wide = sizes(name, /^wrn-(\d{1,4})-(\d{1,4})$/, 4);
  if (wide) return wideResnet({ name, ...settings, blocks: wide.blocks, widening: wide.width });
  throw unknownModel(name);
}

function fourStages(blocks: readonly number[]) {
  return { widths: [64, 128, 256, 512], blocks };
}

/**
 * The blocks per stage and the width in the name of a network with three stages; the depth is 6 · blocks + `others`.
 * @returns undefined if the name has another form
 */
function sizes(name: string, form: RegExp, others: number): { blocks: number; width: number } | undefined {
  const [, depth, width] = (form.exec(name) ?? []).map(Number);
  if (depth === undefined || width === undefined) return undefined;
  const blocks = (depth - others) / 6;
  if (Number.isInteger(blocks) && blocks >= 1 && width >= 1) return { blocks, width };
  const depths = [1, 2, 3].map((n) => 6 * n + others).join(', ');
  throw new Failure(
    'unknown-model',
    `There is no model '${name}': its depth must be ${depths}, … (6n + ${others}), and its width at least 1.`,
  );
}

/** Number of trained values. */
export function parameterCount(model: Model): number {
  return model.parameters.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
}

function unknownModel(name: string): Failure {
  const near = modelNames().sort((a, b) => distance(name, a) - distance(name, b));
  return new Failure('unknown-model', `There is no model '${name}'.`, {
    hint: `Similar: ${near.slice(0, 3).join(', ')}. Any resnet-<6n+2>-w<width> or wrn-<6n+4>-<k> is a model too.`,
  });
}
