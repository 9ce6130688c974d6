import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type AttackCellSettings, attackCell } from '../../src/cells/attack.ts';
import { rowsAt } from '../../src/learn/attack/batch-rows.ts';
import { writeDataset } from '../../src/learn/data/artifact.ts';
import { synthetic } from '../../src/learn/data/synthetic.ts';
import { writeModel } from '../../src/learn/model/artifact.ts';
import { initialise } from '../../src/learn/model/init.ts';
import { createModel } from '../../src/learn/model/models.ts';
import { readTensors } from '../../src/learn/weights/host-tensors.ts';
import { cpu } from '../learn/calculate.ts';
import { temporaryFolder } from '../learn/data/folder.ts';

const folder = temporaryFolder();
const shape = [8, 8, 1] as const;
const split = synthetic({ train: 3, test: 6, shape, classes: 3, seed: 1, noise: 10 });
const description = { net: 'resnet-8-w2', inputShape: [8, 8, 1] as [number, number, number], classes: 3 };
const { net, ...sizes } = description;
const { parameters, state } = createModel(net, sizes);
const weights = (seed: number) => initialise([...parameters, ...state], seed);

const others = [...split.test.classes.slice(0, 2), 'other'];
const inputs = { data: artifact('data'), model: artifact('model'), surrogate: artifact('surrogate') };

function artifact(name: string) {
  return { digest: name, files: [], file: (file: string) => join(folder, name, file) };
}

await Promise.all(Object.keys(inputs).map((name) => mkdir(join(folder, name))));
await writeDataset(join(folder, 'data'), 'synthetic', split);
await writeModel(join(folder, 'model'), description, { last: weights(1) });
await mkdir(join(folder, 'stranger'));
await writeModel(join(folder, 'stranger'), { ...description, classNames: others }, { last: weights(1) });
await writeModel(
  join(folder, 'surrogate'),
  { ...description, bestEpoch: 1 },
  { last: weights(2), best: weights(3) },
);

let cells = 0;

/** The values and the examples of a cell. */
async function run(
  needs: Partial<typeof inputs> & Pick<typeof inputs, 'data' | 'model'>,
  changes: Partial<AttackCellSettings> = {},
) {
  cells += 1;
  const [output, scratch] = [join(folder, `output-${cells}`), join(folder, `scratch-${cells}`)];
  await Promise.all([output, scratch].map((one) => mkdir(one)));
  let values: Readonly<Record<string, number>> = {};
  const context = {
    inputs: needs,
    cores: 1,
    output,
    scratch,
    engine: async () => cpu,
    progress: () => {},
    warn: () => {},
    values: (given: typeof values) => {
      values = given;
    },
  };
  const settings: AttackCellSettings = {
    attack: { name: 'fgsm', epsilon: 0.1 },
    part: 'test',
    batchSize: 6,
    seed: 0,
    checkpoint: 'last',
    surrogateCheckpoint: 'last',
    keepImages: true,
    selfCheckExamples: 0,
    ...changes,
  };
  await attackCell(context, settings);
  const { tensors } = await readTensors(join(output, 'examples.safetensors'));
  const right = [...(tensors.cleanCorrect?.data.keys() ?? [])].filter(
    (row) => tensors.cleanCorrect?.data[row] === 1,
  );
  return { values, images: tensors.adversarial, right };
}

describe('a cell of an attack', () => {
  it('makes its images on the surrogate, if there is one, and tells how that fared', async () => {
    const { data, model, surrogate } = inputs;
    const [plain, transferred, there] = [
      await run({ data, model }),
      await run({ data, model, surrogate }),
      await run({ data, model: surrogate }),
    ];
    expect(plain.values).not.toHaveProperty('surrogate-accuracy');
    expect(transferred.images).toEqual(there.images);
    expect(transferred.images).not.toEqual(plain.images);
    expect(transferred.values).toMatchObject({
      'clean-accuracy': plain.values['clean-accuracy'],
      'surrogate-accuracy': there.values.accuracy,
    });
  });

  it("takes the surrogate's checkpoint by a setting of its own", async () => {
    const best = { surrogateCheckpoint: 'best' } as const;
    const transferred = await run(inputs, best);
    const there = await run({ data: inputs.data, model: inputs.surrogate }, { checkpoint: 'best' });
    // The plain attack leaves out the images that the surrogate misclassifies.
    const attackedThere = ({ images }: Awaited<ReturnType<typeof run>>) =>
      images && rowsAt(images, there.right);
    expect(there.right.length).toBeGreaterThan(0);
    expect(attackedThere(transferred)).toEqual(attackedThere(there));
    const last = await run(inputs);
    expect(attackedThere(transferred)).not.toEqual(attackedThere(last));
    await expect(run({ ...inputs, surrogate: inputs.model }, best)).rejects.toMatchObject({
      reason: 'no-best-checkpoint',
    });
  });

  it('attacks no validation images where the data set has none', async () => {
    const { data, model } = inputs;
    await expect(run({ data, model }, { part: 'validation' })).rejects.toMatchObject({
      reason: 'no-validation-part',
    });
  });

  it('attacks no model of other classes, and makes no images on one', async () => {
    const { data, model } = inputs;
    const stranger = artifact('stranger');
    const mismatch = { reason: 'class-mismatch', message: expect.stringContaining('"other"') };
    await expect(run({ data, model: stranger })).rejects.toMatchObject(mismatch);
    await expect(run({ data, model, surrogate: stranger })).rejects.toMatchObject(mismatch);
  });
});
