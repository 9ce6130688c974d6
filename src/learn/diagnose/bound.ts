/**
 * Both sides of the bound, in numbers. The abstract of the paper names two terms that bound the student's adversarial
 * loss: its natural loss, and its distance to the robust teacher on mixed examples. We do not know the constants and the
 * exact form, so the terms are simply added. If the teacher is its own student, this sum lacks the teacher's loss under
 * attack; so the second slack adds it as a third term. Both are our interpretation. A negative slack means that the
 * student's adversarial loss is larger than the sum.
 * @param means means of the values that `theory` returns
 */
export function bound(means: Readonly<Record<string, number>>) {
  const of = (name: string) => means[name] ?? Number.NaN;
  const slack = of('student-natural') + of('mix') - of('student-adversarial');
  return {
    'student-natural-loss': of('student-natural'),
    'student-adversarial-loss': of('student-adversarial'),
    'teacher-natural-loss': of('teacher-natural'),
    'teacher-adversarial-loss': of('teacher-adversarial'),
    'distance-clean': of('clean'),
    'distance-mix': of('mix'),
    'distance-adversarial': of('adversarial'),
    slack,
    'slack-with-teacher': slack + of('teacher-adversarial') - of('teacher-natural'),
  };
}
