import * as tf from '@tensorflow/tfjs';
import { type AcmSettings, acmLoss } from '../loss/acm.ts';
import { crossEntropy } from '../loss/cross-entropy.ts';
import { distillation, type KlSettings } from '../loss/kl.ts';
import { weightsFor } from '../model/fit.ts';
import type { NamedTensors, Output } from '../model/model.ts';
import { rank2 } from '../model/rank.ts';
import type { MethodBuilder } from '../train/method.ts';
import { mixBatch } from '../train/mixup.ts';
import { type BlockChoice, type BlockPair, pairBlocks } from './blocks.ts';
import { checkTeacher, studentScope, type Teacher } from './teacher.ts';

export interface MixAcmSettings extends AcmSettings, KlSettings {
  /** Mixup with λ ~ Beta(alpha, alpha), drawn for each batch. 0: no mixup. */
  readonly alpha: number;
  /** Weight of the soft-label loss τ² · KL(teacher ‖ student). 0: none. */
  readonly kdWeight: number;
  /** Weight of the cross entropy on the mixed labels. 0: none. */
  readonly labelWeight: number;
  /** Weight of the sum of the channel map losses. 0: none. */
  readonly acmWeight: number;
  /** Blocks to compare. Empty: all. */
  readonly blocks: readonly BlockChoice[];
  readonly transformation: 'where-needed' | 'always';
}

/**
 * MixACM (Awais et al. 2021, arXiv 2111.05073): on mixed images, labelWeight · cross entropy + kdWeight · τ² ·
 * KL(teacher ‖ student) + acmWeight · sum over blocks of the distance of activated channel maps. It uses no
 * adversarial images. Each of the three terms can be switched off, which gives the rows of the paper's ablation.
 */
export function mixacm(teacher: Teacher, settings: MixAcmSettings): MethodBuilder {
  const { alpha, kdWeight, labelWeight, acmWeight } = settings;
  return ({ model }) => {
    checkTeacher(teacher, model, kdWeight !== 0);
    const pairs =
      acmWeight === 0 ? [] : pairBlocks(model, teacher.model, settings.blocks, settings.transformation);
    return {
      name: 'mixacm',
      initScope: studentScope,
      parameters: pairs.flatMap(({ transformation }) => transformation ?? []),
      fixed: weightsFor(teacher.model, teacher.weights),
      prepare: (batch, { random }) => mixBatch(batch, alpha, random('mixup')),
      loss({ weights, own, fixed, images, labels }) {
        const student = model.forward(weights, images, 'train');
        let loss: tf.Scalar = tf.mul(crossEntropy(student.logits, labels), labelWeight);
        if (kdWeight !== 0 || acmWeight !== 0) {
          const target = teacher.model.forward(fixed, images, 'eval');
          if (kdWeight !== 0) {
            loss = tf.add(loss, tf.mul(distillation(student.logits, target.logits, settings), kdWeight));
          }
          for (const pair of pairs) {
            loss = tf.add(loss, tf.mul(blockLoss(pair, student, target, own, settings), acmWeight));
          }
        }
        return { loss, logits: student.logits, state: student.state };
      },
    };
  };
}

function blockLoss(
  pair: BlockPair,
  student: Output,
  teacher: Output,
  own: NamedTensors,
  settings: AcmSettings,
): tf.Scalar {
  const [ofStudent, ofTeacher] = [student.taps[pair.student], teacher.taps[pair.teacher]];
  if (!ofStudent || !ofTeacher) throw new Error('A model has fewer taps than it declares');
  const matrix = pair.transformation && own[pair.transformation.name];
  const transformation = matrix && rank2(matrix);
  return acmLoss({ student: ofStudent, teacher: ofTeacher, transformation }, settings);
}
