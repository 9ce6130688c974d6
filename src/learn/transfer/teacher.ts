import type { Tensors } from '../../engine/engine.ts';
import { Failure } from '../../failure.ts';
import { checkClasses } from '../model/fit.ts';
import type { Model } from '../model/model.ts';

/** A trained model that does not change, in `eval` mode. */
export interface Teacher {
  readonly model: Model;
  readonly weights: Tensors;
}

/**
 * `Method.initScope` of all students. A student with the same initial weights as its teacher, because both have the
 * same seed, would seem to learn much more from it: 12 to 26 points of robust accuracy on the digits.
 */
export const studentScope = 'init/student';

/**
 * @param comparesLogits whether both must have the same classes
 * @throws Failure `teacher-mismatch`, `class-mismatch` if this student cannot learn from this teacher
 */
export function checkTeacher({ model: teacher }: Teacher, student: Model, comparesLogits: boolean): void {
  if (teacher.inputShape.join() !== student.inputShape.join()) {
    throw new Failure(
      'teacher-mismatch',
      `The teacher takes images [${teacher.inputShape}], the student [${student.inputShape}].`,
      { hint: 'Both must see the same images.' },
    );
  }
  if (!comparesLogits) return;
  if (teacher.classes !== student.classes) {
    throw new Failure(
      'teacher-mismatch',
      `The teacher has ${teacher.classes} classes, the student ${student.classes}: soft labels cannot be compared.`,
      { hint: 'Set the weight of the soft labels to 0; channel maps can still be compared.' },
    );
  }
  checkClasses(teacher, student.classNames, 'teacher');
}
