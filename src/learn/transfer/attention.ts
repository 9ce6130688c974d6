import * as tf from '@tensorflow/tfjs';
import { Failure } from '../../failure.ts';
import { attentionLoss } from '../loss/attention.ts';
import { crossEntropy } from '../loss/cross-entropy.ts';
import { distillation } from '../loss/kl.ts';
import { weightsFor } from '../model/fit.ts';
import type { Output } from '../model/model.ts';
import type { MethodBuilder } from '../train/method.ts';
import { type BlockChoice, pairTaps, type TapPair } from './blocks.ts';
import type { KdSettings } from './kd.ts';
import { checkTeacher, studentScope, type Teacher } from './teacher.ts';

export interface AttentionSettings extends KdSettings {
  /** Weight of the sum of the attention losses. */
  readonly attentionWeight: number;
  /** Blocks to compare. Empty: all but the first, which is the stem. */
  readonly blocks: readonly BlockChoice[];
}

/**
 * Attention transfer (Zagoruyko and Komodakis 2017) on clean images: labelWeight · cross entropy + attentionWeight ·
 * sum over blocks of the distance of attention maps, plus soft labels if kdWeight is not 0. The loss throws
 * Failure `bad-blocks` if two blocks have different image sizes.
 */
export function attention(teacher: Teacher, settings: AttentionSettings): MethodBuilder {
  const { attentionWeight, kdWeight, labelWeight } = settings;
  return ({ model }) => {
    checkTeacher(teacher, model, kdWeight !== 0);
    const pairs = attentionWeight === 0 ? [] : pairTaps(model, teacher.model, settings.blocks, 2);
    return {
      name: 'attention',
      initScope: studentScope,
      fixed: weightsFor(teacher.model, teacher.weights),
      loss({ weights, fixed, images, labels }) {
        const student = model.forward(weights, images, 'train');
        const target = teacher.model.forward(fixed, images, 'eval');
        let loss: tf.Scalar = tf.mul(crossEntropy(student.logits, labels), labelWeight);
        if (kdWeight !== 0) {
          loss = tf.add(loss, tf.mul(distillation(student.logits, target.logits, settings), kdWeight));
        }
        for (const pair of pairs) {
          loss = tf.add(loss, tf.mul(pairLoss(pair, student, target), attentionWeight));
        }
        return { loss, logits: student.logits, state: student.state };
      },
    };
  };
}

function pairLoss({ student, teacher, from, to }: TapPair, own: Output, others: Output): tf.Scalar {
  const [ofStudent, ofTeacher] = [own.taps[student], others.taps[teacher]];
  if (!ofStudent || !ofTeacher) throw new Error('A model has fewer taps than it declares');
  const [size, target] = [ofStudent, ofTeacher].map(({ shape: [, height, width] }) => `${height} × ${width}`);
  if (size !== target) {
    throw new Failure(
      'bad-blocks',
      `Block ${student + 1} of the student (${from.name}) is ${size}, block ${teacher + 1} of the teacher (${to.name}) ${target}: their attention maps cannot be compared.`,
      {
        hint: 'Choose the blocks to compare, as pairs of student and teacher: blocks: [[2, 2], [3, 3], [4, 4]].',
      },
    );
  }
  return attentionLoss(ofStudent, ofTeacher);
}
