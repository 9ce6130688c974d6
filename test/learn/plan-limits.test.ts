import { describe, expect, it } from 'vitest';
import type { Kind } from '../../src/kind/kind.ts';
import { loadPipeline } from '../../src/pipeline/load.ts';
import { printDiagnostics } from '../../src/pipeline/parse/print-diagnostics.ts';

// What the kinds that come with retable say of a pipeline before anything runs.

const names = ['dataset', 'train', 'transfer', 'attack', 'import-weights', 'theory'];
const kinds = {
  names,
  load: async (name: string): Promise<Kind> => (await import(`../../stages/${name}.ts`)).default,
};

async function planned(stages: string) {
  const text = `pipeline: p\nstages:\n${stages}`;
  return loadPipeline({ file: 'p.yaml', text }, { kinds });
}

/** What is printed for the mistakes of a pipeline; empty where there are none. */
async function mistakes(stages: string): Promise<string> {
  const result = await planned(stages);
  return result.ok ? '' : printDiagnostics(result.diagnostics, { color: false });
}

const train = (settings: string, data = '{name: digits}') =>
  `  data: {uses: dataset, with: ${data}}\n  model: {uses: train, needs: {data: data}, with: {net: resnet-8-w8, epochs: 1, ${settings}}}\n`;
const attack = (settings: string, data = '{name: digits}') =>
  `${train('method: standard', data)}  test: {uses: attack, needs: {data: data, model: model}, with: {${settings}}}\n`;

describe('a number in another unit or beyond a limit is a mistake of the pipeline', () => {
  it.each([
    ['method: pgd-at, epsilon: 8', "'epsilon' must be at most 1", 'write 8/255, not 8'],
    ['method: pgd-at, step-size: 2', "'step-size' must be at most 1", 'write 8/255, not 8'],
    ['method: pgd-at, steps: 10000000', "'steps' must be at most 1000000", ''],
    ['method: free-at, epsilon: 8', "'epsilon' must be at most 1", 'write 8/255, not 8'],
    ['seed: 1e16', "'seed' must be at most 9007199254740991", 'larger numbers are not exact'],
  ])('training with %s', async (settings, message, hint) => {
    const printed = await mistakes(train(settings));
    expect(printed).toContain(message);
    expect(printed).toContain(hint);
  });

  it.each([
    ['attack: pgd, step-size: 2', "'step-size' must be at most 1"],
    ['attack: gaussian-noise, sigma: 4', "'sigma' must be at most 1"],
    ['attack: square, queries: 0', "'queries' must be at least 1"],
    ['attack: pgd-20, seed: 1e300', "'seed' must be at most 9007199254740991"],
  ])('an attack with %s', async (settings, message) => {
    expect(await mistakes(attack(settings))).toContain(message);
  });

  it('means and deviations of 0 to 255', async () => {
    const printed = await mistakes(
      '  model: {uses: import-weights, with: {file: a.safetensors, net: resnet-18, classes: 10, mean: [125.3, 123, 113.9], std: [63, 62.1, 66.7]}}\n',
    );
    expect(printed).toContain("'mean[0]' must be at most 1, not the number 125.3");
    expect(printed).toContain('divide statistics of 0 … 255 by 255');
    expect(printed).toContain("'std[2]' must be at most 1");
  });
});

describe('a validation part of all training images is a mistake of the pipeline', () => {
  const data = (settings: string) => mistakes(`  data: {uses: dataset, with: {${settings}}}\n`);

  it.each([
    ['digits', 1437],
    ['cifar10', 50_000],
  ])('of %s', async (name, size) => {
    expect(await data(`name: ${name}, validation: ${size}`)).toContain(
      `'validation' is ${size}, and there are ${size} training images: none is left to train on`,
    );
    expect(await data(`name: ${name}, validation: ${size - 1}`)).toBe('');
    expect(await data(`name: ${name}, validation: 0.1`)).toBe('');
  });

  it('and none where the size is not known yet', async () => {
    expect(await data('name: image-folder, validation: 100000')).toBe('');
  });
});

describe('more targets than there are other classes are a mistake of the pipeline', () => {
  it.each(['apgd-t', 'fab-t', 'deepfool', 'autoattack'])('for %s', async (name) => {
    const three = '{name: digits, classes: [1, 2, 3]}';
    const printed = await mistakes(attack(`attack: ${name}, targets: 3`, three));
    expect(printed).toContain("'targets' is 3, and there are 2 classes besides the true one");
    expect(printed).toContain('write targets: 2, or leave it out');
    expect(await mistakes(attack(`attack: ${name}, targets: 2`, three))).toBe('');
    expect(await mistakes(attack(`attack: ${name}`, three))).toBe('');
    expect(await mistakes(attack(`attack: ${name}, targets: 50`, '{name: image-folder}'))).toBe('');
  });

  it('and so is the DLR loss on two classes', async () => {
    const two = '{name: digits, classes: [1, 2]}';
    expect(await mistakes(attack('attack: apgd-dlr', two))).toContain('write apgd-ce, or cw');
    expect(await mistakes(attack('attack: pgd, loss: dlr', two))).toContain('write loss: margin');
    expect(await mistakes(attack('attack: autoattack', two))).toBe('');
  });
});

describe('the parameters of a cell', () => {
  async function parameters(stages: string, stage: string) {
    const result = await planned(stages);
    if (!result.ok) throw new Error(printDiagnostics(result.diagnostics, { color: false }));
    return result.pipeline.cells.find((cell) => cell.stage === stage)?.parameters;
  }

  it('have the published defaults of its method', async () => {
    expect(await parameters(train('method: trades'), 'model')).toMatchObject({
      ...{ method: 'trades', epsilon: 0.031, 'step-size': 0.007, steps: 10, beta: 6 },
    });
    expect(await parameters(train('method: mart'), 'model')).toMatchObject({ method: 'mart', beta: 5 });
    expect(await parameters(train('method: standard'), 'model')).not.toHaveProperty('epsilon');
  });

  it('have the step size that PGD takes, and the deviation of noise', async () => {
    expect(await parameters(attack('attack: pgd-50, epsilon: 0.1'), 'test')).toMatchObject({
      ...{ attack: 'pgd', steps: 50, 'step-size': (2.5 * 0.1) / 50 },
    });
    expect(await parameters(attack('attack: gaussian-noise, epsilon: 0.1'), 'test')).toMatchObject({
      sigma: 0.05,
    });
    expect(await parameters(attack('attack: none'), 'test')).not.toHaveProperty('epsilon');
  });

  it('do not change with a setting that the method does not have', async () => {
    expect(await mistakes(train('method: standard, beta: 99'))).toContain(
      "'beta' is a parameter of trades and mart; standard has no such parameter",
    );
    expect(await mistakes(attack('attack: fgsm, step-size: 0.1'))).toContain(
      "'step-size' is a parameter of pgd and cw; fgsm has no such parameter",
    );
  });
});
