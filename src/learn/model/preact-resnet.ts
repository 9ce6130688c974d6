import type { Model } from './model.ts';
import type { NetworkSettings } from './network.ts';
import { preActivationNet } from './pre-activation.ts';

export interface PreActResNetSettings extends NetworkSettings {
  /** Channels of each stage; the stem has as many as the first stage. */
  readonly widths: readonly number[];
  /** Blocks of each stage. */
  readonly blocks: readonly number[];
}

/**
 * A pre-activation residual network for small images (He et al. 2016, "Identity mappings"), as in the code of Rice et
 * al. 2020 and Wong et al. 2020: the stem has no batch norm, and there are batch norm and ReLU before the global
 * mean, which other code often lacks. Names and initialisation of tensors are the same as there.
 */
export function preactResnet(settings: PreActResNetSettings): Model {
  return preActivationNet({
    ...settings,
    stem: settings.widths[0] ?? 0,
    names: {
      block: (stage, block) => `layer${stage + 1}.${block}`,
      shortcut: 'shortcut.0',
      norm: 'bn',
      linear: 'linear',
    },
  });
}
