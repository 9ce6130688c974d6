import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { linearProbeCell } from '../../src/cells/linear-probe.ts';
import { writeDataset } from '../../src/learn/data/artifact.ts';
import { synthetic } from '../../src/learn/data/synthetic.ts';
import { readModel, writeModel } from '../../src/learn/model/artifact.ts';
import { initialise } from '../../src/learn/model/init.ts';
import { createModel } from '../../src/learn/model/models.ts';
import { standard } from '../../src/learn/train/standard.ts';
import { train } from '../../src/learn/train/train.ts';
import { linearProbe } from '../../src/learn/transfer/linear-probe.ts';
import { mixacm } from '../../src/learn/transfer/mixacm.ts';
import { cpu } from '../learn/calculate.ts';
import { temporaryFolder } from '../learn/data/folder.ts';
import { mixAcmDefaults } from '../learn/defaults.ts';
import { shape, toyTraining } from '../learn/train/toy-training.ts';

// A model that knows three classes, and a data set of five others.
const description = {
  net: 'resnet-8-w2',
  inputShape: [...shape] as [6, 6, 1],
  classes: 3,
  normalise: { mean: [0.4], std: [0.2] },
  bestEpoch: 2,
};
const old = createModel(description.net, description);
const { last: weights } = await train(toyTraining(standard(), { model: old }));
const trained = { description, weights };
const untrained = initialise([...old.parameters, ...old.state], 9);
const data = synthetic({ train: 50, test: 20, shape, classes: 5, seed: 8, noise: 25 });
const probe = linearProbe(trained, data.train.classes);
describe('a cell of linear probing', () => {
  const folder = temporaryFolder();
  const { epochs, batchSize, optimiser, schedule, seed } = toyTraining(probe.method);

  async function probed(images = data) {
    const [input, output, trajectory] = ['input', 'output', 'trajectory'].map((name) =>
      mkdtempSync(join(folder, name)),
    );
    if (!input || !output || !trajectory) throw new Error('No folders');
    const scratch = mkdtempSync(join(trajectory, 'own'));
    await writeDataset(input, 'synthetic', images);
    await writeModel(input, description, { last: untrained, best: trained.weights });
    const artifact = { digest: '', files: [], file: (name: string) => join(input, name) };
    const inputs = { data: artifact, model: artifact };
    const numbers: Record<string, number> = {};
    const keep = (given: Readonly<Record<string, number>>) => void Object.assign(numbers, given);
    const told = { progress() {}, record() {}, values: keep, measure: keep };
    const context = { inputs, cores: 1, output, scratch, trajectory, engine: async () => cpu, ...told };
    const loop = { epochs, batchSize, optimiser, schedule, seed, augment: undefined };
    await linearProbeCell(context, 'best', loop);
    return { output, numbers };
  }

  it('makes a model of the very body that came in and the trained head, which teaches students of the new classes', async () => {
    const { output, numbers } = await probed();
    const teacher = await readModel((name) => join(output, name), 'last');
    expect(teacher.description).toEqual({
      ...description,
      ...{ classes: 5, classNames: data.train.classes, bestEpoch: undefined },
    });
    for (const [name, tensor] of Object.entries(probe.body)) {
      expect(tensor, name).toEqual(trained.weights[name]);
      expect(teacher.weights[name], name).toEqual(tensor);
    }
    const { last } = await train(toyTraining(probe.method, { model: probe.model, dataset: data.train }));
    expect(teacher.weights).toEqual({ ...probe.body, ...last });
    expect(Object.keys(last)).toHaveLength(2);
    expect(numbers['seconds-per-epoch']).toBeGreaterThan(0);
    expect(numbers['epoch-flops']).toBeGreaterThan(0);
    const student = createModel('resnet-8-w2', { inputShape: shape, classes: 5 });
    const learnt = await train(
      toyTraining(mixacm(teacher, mixAcmDefaults), { model: student, dataset: data.train, epochs: 2 }),
    );
    expect(learnt.history[1]?.loss).toBeLessThan(learnt.history[0]?.loss ?? 0);
  });

  it('tells of images that the model does not take', async () => {
    const other = synthetic({ train: 8, test: 8, shape: [4, 4, 1], classes: 5, seed: 8, noise: 25 });
    await expect(probed(other)).rejects.toMatchObject({ reason: 'shape-mismatch' });
  });
});
