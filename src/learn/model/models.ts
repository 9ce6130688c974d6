import { distance } from 'fastest-levenshtein';
import { Failure } from '../../failure.ts';
import type { Model } from './model.ts';
import type { Normalise } from './normalise.ts';
import { resnet } from './resnet.ts';

export interface ModelSettings {
  readonly inputShape: Model['inputShape'];
  readonly classes: number;
  readonly normalise?: Normalise | undefined;
  /** Whether taps give activations after the last ReLU of a stage (the default) or before it. */
  readonly tapBeforeRelu?: boolean | undefined;
}

/** Blocks a stage of the networks with four stages of widths 64 … 512. */
const fourStages: Readonly<Record<string, readonly number[]>> = {
  'resnet-18': [2, 2, 2, 2],
  'resnet-34': [3, 4, 6, 3],
};

/** The names that `createModel` takes; where a number is free, with usual values of it. */
export function modelNames(): string[] {
  const small = [8, 14, 20, 32, 44, 56].flatMap((depth) =>
    [8, 16, 32].map((width) => `resnet-${depth}-w${width}`),
  );
  return [...small, ...Object.keys(fourStages)];
}

/**
 * A model by name. `resnet-<depth>-w<width>`: three stages of widths w, 2w, 4w and depth 6n + 2. `resnet-18`,
 * `resnet-34`: four stages of widths 64 … 512, with the CIFAR stem.
 * @throws Failure `unknown-model`, `bad-normalisation`
 */
export function createModel(name: string, settings: ModelSettings): Model {
  const blocks = Object.hasOwn(fourStages, name) ? fourStages[name] : undefined;
  if (blocks) return resnet({ name, ...settings, widths: [64, 128, 256, 512], blocks });
  const [, depth, width] = (/^resnet-(\d{1,4})-w(\d{1,4})$/.exec(name) ?? []).map(Number);
  if (depth === undefined || width === undefined) throw unknownModel(name);
  if (depth < 8 || depth % 6 !== 2 || width < 1) {
    throw new Failure(
      'unknown-model',
      `There is no model '${name}': its depth must be 8, 14, 20, … (6n + 2).`,
    );
  }
  const n = (depth - 2) / 6;
  return resnet({ name, ...settings, widths: [width, 2 * width, 4 * width], blocks: [n, n, n] });
}

/** The number of values that are trained. */
export function parameterCount(model: Model): number {
  return model.parameters.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
}

function unknownModel(name: string): Failure {
  const near = modelNames().sort((a, b) => distance(name, a) - distance(name, b));
  return new Failure('unknown-model', `There is no model '${name}'.`, {
    hint: `Near it: ${near.slice(0, 3).join(', ')}. Any resnet-<6n+2>-w<width> is one.`,
  });
}
