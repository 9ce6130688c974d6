import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type ImportSettings, importCell } from '../../src/cells/import-weights.ts';
import { readModel, writeModel } from '../../src/learn/model/artifact.ts';
import { createModel } from '../../src/learn/model/models.ts';
import { toPytorch } from '../../src/learn/model/pytorch.ts';
import type { SafeTensor } from '../../src/learn/weights/format.ts';
import { writeTensors } from '../../src/learn/weights/host-tensors.ts';
import { readSafetensors, writeSafetensors } from '../../src/learn/weights/safetensors.ts';
import { usedWeights } from '../learn/families.ts';

describe('an imported model', () => {
  const description = { net: 'resnet-8-w2', inputShape: [8, 8, 1] as [number, number, number], classes: 3 };
  const model = createModel(description.net, description);
  const [project, output, trained] = [0, 1, 2].map(() => mkdtempSync(join(tmpdir(), 'retable-import-'))) as [
    string,
    string,
    string,
  ];
  afterAll(() => {
    for (const folder of [project, output, trained]) rmSync(folder, { recursive: true });
  });
  const given: ImportSettings = {
    ...description,
    file: 'w.safetensors',
    mean: [],
    std: [],
    prefix: '',
    ignore: [],
  };
  const imported = async (more: Partial<ImportSettings> = {}) => {
    const told: Record<string, number> = {};
    const places = { project, home: project, dataDir: undefined };
    const values = (numbers: object) => void Object.assign(told, numbers);
    await importCell({ places, output, values }, { ...given, ...more });
    return told;
  };

  it('is the artifact of a trained one, to the byte, and gives the same file again', async () => {
    const weights = usedWeights(model);
    await writeModel(trained, description, { last: weights });
    await writeTensors(join(project, given.file), toPytorch(model, weights));
    expect(await imported()).toEqual({ parameters: 1_321 });
    for (const name of ['model.json', 'last.safetensors']) {
      expect(readFileSync(join(output, name))).toEqual(readFileSync(join(trained, name)));
    }
    const read = await readModel((name) => join(output, name), 'last');
    await writeTensors(join(output, 'again'), toPytorch(read.model, read.weights));
    expect(readFileSync(join(output, 'again'))).toEqual(readFileSync(join(project, given.file)));
  });

  it('normalises as it is told, with as many values as there are channels', async () => {
    await imported({ mean: [0.5], std: [0.25] });
    const { description: written } = await readModel((name) => join(output, name), 'last');
    expect(written).toEqual({ ...description, normalise: { mean: [0.5], std: [0.25] } });
    await expect(imported({ mean: [0.5, 0.5], std: [1, 1] })).rejects.toMatchObject({
      reason: 'bad-normalisation',
    });
    await expect(imported({ mean: [0.5] })).rejects.toMatchObject({ reason: 'bad-normalisation' });
  });

  it('of another form is refused with the name of its file', async () => {
    const { tensors } = await readSafetensors(join(project, given.file));
    const { 'conv1.weight': _, ...others } = tensors;
    await writeSafetensors(join(project, 'short.safetensors'), others as Record<string, SafeTensor>);
    await expect(imported({ file: 'short.safetensors' })).rejects.toMatchObject({
      reason: 'weights-do-not-fit',
      message: expect.stringContaining('short.safetensors'),
    });
  });
});
