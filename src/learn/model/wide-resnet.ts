import { fanOutNormal, zeros } from './init.ts';
import type { Model } from './model.ts';
import type { NetworkSettings } from './network.ts';
import { preActivationNet } from './pre-activation.ts';

export interface WideResNetSettings extends NetworkSettings {
  /** Blocks of each stage: n of the depth 6n + 4. */
  readonly blocks: number;
  /** k: the stages have 16k, 32k and 64k channels. */
  readonly widening: number;
}

/**
 * A wide residual network (Zagoruyko and Komodakis 2016) without dropout: a 3×3 stem with 16 channels and three
 * stages of pre-activation blocks. Names and initialisation of tensors are those of the usual PyTorch code (that of
 * TRADES).
 */
export function wideResnet({ blocks, widening, ...settings }: WideResNetSettings): Model {
  return preActivationNet({
    ...settings,
    stem: 16,
    widths: [16, 32, 64].map((width) => width * widening),
    blocks: [blocks, blocks, blocks],
    names: {
      block: (stage, block) => `block${stage + 1}.layer.${block}`,
      shortcut: 'convShortcut',
      norm: 'bn1',
      linear: 'fc',
    },
    filterInit: (kernel, to) => fanOutNormal(kernel * kernel * to),
    biasInit: zeros,
  });
}
