import { join } from 'node:path';
import type { CellContext } from '../kind/kind.ts';
import { readPart } from '../learn/data/artifact.ts';
import { type TheoryOptions, theory } from '../learn/diagnose/theory.ts';
import { type Checkpoint, readModel } from '../learn/model/artifact.ts';
import { mean } from '../learn/train/averages.ts';
import { writeTensors } from '../learn/weights/host-tensors.ts';
import { batchFiles } from './batch-files.ts';

export interface TheorySettings
  extends Pick<TheoryOptions, 'attack' | 'distance' | 'alpha' | 'seed' | 'batchSize'> {
  readonly checkpoint: Checkpoint;
  readonly teacherCheckpoint: Checkpoint;
}

type Context = Pick<CellContext<unknown>, 'inputs' | 'output' | 'scratch' | 'engine' | 'progress' | 'values'>;

/** Measures both sides of the bound on the test part of the `data` input, and writes what it found of each example. */
export async function theoryCell(context: Context, settings: TheorySettings): Promise<void> {
  const { inputs, output, scratch, engine, progress, values } = context;
  const { data, student, teacher } = inputs;
  if (!data || !student || !teacher) throw new Error('The kind lacks an input: data, student or teacher');
  const test = await readPart(data.file, 'test');
  const examples = await theory({
    ...settings,
    engine: await engine(),
    student: await readModel(student.file, settings.checkpoint),
    teacher: await readModel(teacher.file, settings.teacherCheckpoint),
    dataset: test,
    onProgress: progress,
    checkpoints: batchFiles(scratch),
  });
  await writeTensors(join(output, 'examples.safetensors'), examples);
  values(bound(Object.fromEntries(Object.entries(examples).map(([name, { data }]) => [name, mean(data)]))));
}

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
