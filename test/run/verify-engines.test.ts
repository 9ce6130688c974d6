import { expect, test } from 'vitest';
import type { Compared } from '../../src/verify/verdict.ts';
import { Project } from '../support/project.ts';

/** One epoch on handwritten digits, and two attacks. */
const digits = {
  'pipelines/digits.yaml': `pipeline: digits
stages:
  data: {uses: dataset, with: {name: digits, train: 128, test: 64}}
  model: {uses: train, needs: {data: data}, with: {method: standard, net: resnet-8-w4, epochs: 1, batch-size: 64}}
  test: {uses: attack, needs: {data: data, model: model}, matrix: {attack: [none, fgsm]}, with: {epsilon: 0.1}}
tables:
  main: {value: test.accuracy, columns: attack}
`,
};

test('a training and its attacks come out to the byte; on another engine, within a tolerance or with the reason', async () => {
  const project = new Project(digits);
  await project.retable('run', 'digits', '--engine', 'onnx');
  const same = await project.retable('verify', 'digits', '--engine', 'onnx');
  expect(same.stdout).toContain('4 cells: 4 the same to the byte: verified');
  const cells = async (tolerance: string) => {
    const args = ['verify', 'digits', '--engine', 'cpu', '--tolerance', tolerance, '--json'];
    const { stdout, code } = await project.retable(...args);
    return { code, cells: (JSON.parse(stdout) as { cells: Compared[] }).cells };
  };
  const wide = await cells('0.1');
  expect(wide.code).toBe(0);
  expect(wide.cells.map(({ id, verdict }) => `${id} ${verdict}`)).toEqual([
    'data same', // it does not compute with tensors
    'model within-tolerance',
    'test[attack=none] within-tolerance',
    'test[attack=fgsm] within-tolerance',
  ]);
  expect(wide.cells[1]?.changes.map(({ message }) => message)).toEqual([
    expect.stringMatching(/^engine: onnx on cpu \(.*\) → cpu on cpu \(.*\)$/),
  ]);
  const exact = await cells('0');
  expect(exact.code).toBe(1);
  expect(exact.cells[1]).toMatchObject({ verdict: 'differs', changes: [{ reason: 'engine-changed' }] });
});
