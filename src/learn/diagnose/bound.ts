/**
 * The bound in numbers. The abstract names two terms for the student's adversarial loss: its natural loss and its
 * distance to the robust teacher on mixed examples; constants and the exact form are not known to us, so they are added
 * up as they are. A teacher that is itself its student shows that this leaves out what the teacher loses under attack:
 * the second slack counts that too, as a third term. Both are our reading. Negative: the student's adversarial loss is
 * greater than the terms.
 * @param means of what `theory` gives
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
