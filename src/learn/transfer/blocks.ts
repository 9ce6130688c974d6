import { Failure } from '../../failure.ts';
import { fanInUniform } from '../model/init.ts';
import type { Model, TapSpec, TensorSpec } from '../model/model.ts';

/** Taps to compare, from 1 (the stem): one number for both models, or [student's, teacher's]. */
export type BlockChoice = number | readonly [student: number, teacher: number];

/** A pair of taps whose channel maps are compared. */
export interface BlockPair {
  /** Indices of `Output.taps`. */
  readonly student: number;
  readonly teacher: number;
  /** The learned linear map of the student's vector, if needed: [student's channels, teacher's channels]. */
  readonly transformation: TensorSpec | undefined;
}

/**
 * The pairs of taps whose channels are compared.
 * @param choices empty: each tap with its counterpart, if both models have the same number of taps
 * @param transformation `where-needed`: only if the numbers of channels differ
 * @throws Failure `bad-blocks`
 */
export function pairBlocks(
  student: Model,
  teacher: Model,
  choices: readonly BlockChoice[],
  transformation: 'where-needed' | 'always',
): BlockPair[] {
  return pairTaps(student, teacher, choices).map(({ from, to, ...pair }) => {
    const needed = transformation === 'always' || from.channels !== to.channels;
    return { ...pair, transformation: needed ? transformationOf(from, to) : undefined };
  });
}

/** Two taps, one of each model. */
export interface TapPair {
  /** Indices of `Output.taps`. */
  readonly student: number;
  readonly teacher: number;
  readonly from: TapSpec;
  readonly to: TapSpec;
}

/**
 * The pairs of taps to compare.
 * @param choices empty: each tap from `first` on with its counterpart, if both models have the same number of taps
 * @param first from 1
 * @throws Failure `bad-blocks`
 */
export function pairTaps(
  student: Model,
  teacher: Model,
  choices: readonly BlockChoice[],
  first = 1,
): TapPair[] {
  const [own, others] = [student.taps.length, teacher.taps.length];
  if (choices.length === 0 && own !== others) {
    throw new Failure('bad-blocks', `The student has ${own} blocks and the teacher ${others}.`, {
      hint: 'Choose the blocks to compare, as pairs of student and teacher: blocks: [[1, 1], [2, 2], [4, 5]].',
    });
  }
  const all = student.taps.map((_, index) => index + 1).slice(first - 1);
  return (choices.length === 0 ? all : choices).map((choice) => {
    const [ofStudent, ofTeacher] = typeof choice === 'number' ? [choice, choice] : choice;
    const from = tapAt(student, ofStudent, 'student');
    const to = tapAt(teacher, ofTeacher, 'teacher');
    return { student: ofStudent - 1, teacher: ofTeacher - 1, from, to };
  });
}

function transformationOf(from: TapSpec, to: TapSpec): TensorSpec {
  return {
    name: `transformation.${from.name}-${to.name}.weight`,
    shape: [from.channels, to.channels],
    init: fanInUniform(from.channels),
  };
}

function tapAt(model: Model, block: number, role: string): TapSpec {
  const tap = model.taps[block - 1];
  if (tap !== undefined) return tap;
  throw new Failure('bad-blocks', `The ${role} (${model.name}) has no block ${block}.`, {
    hint: `It has ${model.taps.map(({ name }, index) => `${index + 1} (${name})`).join(', ')}.`,
  });
}
