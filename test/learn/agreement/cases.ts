import { fastAt } from '../../../src/learn/train/fast-at.ts';
import { freeAt } from '../../../src/learn/train/free-at.ts';
import { mart } from '../../../src/learn/train/mart.ts';
import type { MethodBuilder } from '../../../src/learn/train/method.ts';
import { mixup } from '../../../src/learn/train/mixup.ts';
import { pgdAt } from '../../../src/learn/train/pgd-at.ts';
import { standard } from '../../../src/learn/train/standard.ts';
import { trades } from '../../../src/learn/train/trades.ts';
import { awp, awpDefaults } from '../../../src/learn/train/weight-perturbation.ts';
import { ard } from '../../../src/learn/transfer/ard.ts';
import { attention } from '../../../src/learn/transfer/attention.ts';
import { igam } from '../../../src/learn/transfer/igam.ts';
import { kd } from '../../../src/learn/transfer/kd.ts';
import { mixacm } from '../../../src/learn/transfer/mixacm.ts';
import { rslad } from '../../../src/learn/transfer/rslad.ts';
import type { Teacher } from '../../../src/learn/transfer/teacher.ts';
import {
  ardDefaults,
  attentionDefaults,
  fastAtDefaults,
  igamDefaults,
  martDefaults,
  mixAcmDefaults,
  mixupDefaults,
  pgdAtDefaults,
  rsladDefaults,
  tradesDefaults,
} from '../defaults.ts';

/** A method as both sides train by it. */
export interface AgreementCase {
  readonly name: string;
  /** Which of the losses of agreement_losses.py it is. */
  readonly loss: string;
  readonly method: (teacher: Teacher) => MethodBuilder;
  /** Handed over as they are. */
  readonly settings: object;
  /** What is random in a step. */
  readonly draws: 'nothing' | 'mix' | 'uniform' | 'normal' | 'input-noise';
  /** Of adversarial weight perturbation. */
  readonly gamma?: number;
  readonly replays?: number;
  /**
   * What comes out depends on how float32 rounds, in PyTorch too: it is told, and not judged. `in large nets`: it is where
   * ReLUs are many, and not in the tiny net of the tests.
   */
  readonly unsteady?: 'everywhere' | 'in large nets';
}

/** That of the usual code: 0.9 · 16 · KL + 0.1 · cross entropy. */
const kdSettings = { temperature: 4, kdWeight: 0.9, labelWeight: 0.1, reduction: 'batchmean' } as const;
// With an epsilon of whole 255ths, pixels come to lie on 0 and 1 exactly or not, as floats are rounded.
const free = { epsilon: 0.03, replays: 2 };
const farther = { ...tradesDefaults, noise: 'uniform', epsilon: 0.1, stepSize: 0.05, steps: 2 } as const;
const matching = { ...igamDefaults, matchAfter: 0 };
// So heavy that the distance counts beside the cross entropy.
const alone = { ...matching, discriminatorWeight: 0, gradientWeight: 1e5 };
// Heavy enough to be seen in the student, and so light that a turned ReLU is not.
const light = { ...matching, discriminatorWeight: 0.05 };
const transformed = { ...mixAcmDefaults, transformation: 'always' } as const;

/** All methods, with the settings that they come with unless something else is said above. */
export const cases: readonly AgreementCase[] = [
  one('standard', {}, () => standard(), 'nothing'),
  one('mixup', mixupDefaults, () => mixup(mixupDefaults), 'mix'),
  one('pgd-at', pgdAtDefaults, () => pgdAt(pgdAtDefaults), 'uniform'),
  {
    ...one('pgd-at', pgdAtDefaults, () => awp(pgdAt(pgdAtDefaults)), 'uniform'),
    name: 'pgd-at, awp',
    ...awpDefaults,
  },
  // The attack begins where the divergence is all but 0: it is a difference of nearly equal numbers, and PyTorch's weights
  // in float32 and in double precision lie apart, if less than ours and PyTorch's.
  { ...one('trades', tradesDefaults, () => trades(tradesDefaults), 'normal'), unsteady: 'everywhere' },
  { ...one('trades', farther, () => trades(farther), 'uniform'), name: 'trades, from farther away' },
  one('mart', martDefaults, () => mart(martDefaults), 'normal'),
  one('fast-at', fastAtDefaults, () => fastAt(fastAtDefaults), 'uniform'),
  { ...one('free-at', free, () => freeAt(free), 'nothing'), replays: free.replays },
  one('kd', kdSettings, (teacher) => kd(teacher, kdSettings), 'nothing'),
  one('ard', ardDefaults, (teacher) => ard(teacher, ardDefaults), 'uniform'),
  one('rslad', rsladDefaults, (teacher) => rslad(teacher, rsladDefaults), 'normal'),
  one('attention', attentionDefaults, (teacher) => attention(teacher, attentionDefaults), 'nothing'),
  { ...one('igam', alone, (teacher) => igam(teacher, alone), 'input-noise'), name: 'igam, no discriminator' },
  // The input gradient jumps where a ReLU turns; of 2,359,296 inputs of ReLUs in a step, two or three lie nearer to 0 than
  // 1e-6 of their deviation. The discriminator makes much of such a jump.
  {
    ...one('igam', matching, (teacher) => igam(teacher, matching), 'input-noise'),
    unsteady: 'in large nets',
  },
  {
    ...one('igam', light, (teacher) => igam(teacher, light), 'input-noise'),
    name: 'igam, light discriminator',
  },
  one('mixacm', mixAcmDefaults, (teacher) => mixacm(teacher, mixAcmDefaults), 'mix'),
  {
    ...one('mixacm', transformed, (teacher) => mixacm(teacher, transformed), 'mix'),
    name: 'mixacm, transformed',
  },
];

function one(
  loss: string,
  settings: object,
  method: AgreementCase['method'],
  draws: AgreementCase['draws'],
): AgreementCase {
  return { name: loss, loss, settings, method, draws };
}
