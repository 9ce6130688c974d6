import { join } from 'node:path';
import type { CellContext } from '../kind/kind.ts';
import type { EvaluatedPart } from '../learn/data/evaluated-part.ts';
import { bound } from '../learn/diagnose/bound.ts';
import { type TheoryOptions, theory } from '../learn/diagnose/theory.ts';
import { type Checkpoint, readModel } from '../learn/model/artifact.ts';
import { mean } from '../learn/train/averages.ts';
import { writeTensors } from '../learn/weights/host-tensors.ts';
import { batchFiles } from './batch-files.ts';
import { readEvaluated } from './read-evaluated.ts';

export interface TheorySettings
  extends Pick<TheoryOptions, 'attack' | 'distance' | 'alpha' | 'seed' | 'batchSize'> {
  readonly part: EvaluatedPart;
  readonly checkpoint: Checkpoint;
  readonly teacherCheckpoint: Checkpoint;
}

type Context = Pick<
  CellContext<unknown>,
  'inputs' | 'cores' | 'output' | 'scratch' | 'engine' | 'progress' | 'values'
>;

/** Measures both sides of the bound on a part of the `data` input, and writes the results of each example. */
export async function theoryCell(context: Context, settings: TheorySettings): Promise<void> {
  const { inputs, output, scratch, engine, progress, values } = context;
  const { student, teacher } = inputs;
  if (!student || !teacher) throw new Error('The kind lacks an input: student or teacher');
  const dataset = await readEvaluated(context, settings.part);
  const examples = await theory({
    ...settings,
    engine: await engine(),
    student: await readModel(student.file, settings.checkpoint),
    teacher: await readModel(teacher.file, settings.teacherCheckpoint),
    dataset,
    onProgress: progress,
    snapshots: batchFiles(scratch),
  });
  await writeTensors(join(output, 'examples.safetensors'), examples);
  values(bound(Object.fromEntries(Object.entries(examples).map(([name, { data }]) => [name, mean(data)]))));
}
