import { describe, expect, it } from 'vitest';
import { codes, ids, load, stages } from '../support.ts';

const stage = (text: string) =>
  stages(`  data: {uses: dataset}\n  a: {uses: defend, needs: {data: data}, ${text}}\n`);

async function parameters(text: string) {
  const { cells } = await load(stage(text));
  return cells.filter((cell) => cell.stage === 'a').map((cell) => cell.parameters);
}

describe('the parameters of a cell', () => {
  it('are those of all and those of its own method, with its own defaults', async () => {
    expect(await parameters('matrix: {method: [plain, mixup, trades, mart]}')).toEqual([
      { method: 'plain', epochs: 1, seed: 0 },
      { method: 'mixup', epochs: 1, seed: 0, alpha: 1 },
      { method: 'trades', epochs: 1, seed: 0, epsilon: 0.5, beta: 6 },
      { method: 'mart', epochs: 1, seed: 0, epsilon: 0.5, beta: 5 },
    ]);
  });

  it('are the same for a method that is the default and one that is named', async () => {
    expect(await parameters('with: {epochs: 2}')).toEqual(
      await parameters('with: {epochs: 2, method: plain}'),
    );
  });

  it('leave out a setting that the method does not have and another method of the stage has', async () => {
    const [plain, trades] = await parameters('matrix: {method: [plain, trades]}, with: {beta: 2}');
    expect(plain).toEqual({ method: 'plain', epochs: 1, seed: 0 });
    expect(trades).toMatchObject({ beta: 2 });
  });

  it('have defaults that are computed from the others', async () => {
    const [given] = await parameters('with: {method: pgd, epsilon: 1/5, steps: 4}');
    expect(given).toMatchObject({ epsilon: 0.2, steps: 4, 'step-size': 0.1 });
    const [own] = await parameters('with: {method: pgd, step-size: 0.3}');
    expect(own).toMatchObject({ 'step-size': 0.3 });
  });

  it('are the same for pgd-50 and for pgd with 50 steps, and the name of the cell is as it was written', async () => {
    const short = await parameters('with: {method: pgd-50}');
    expect(short).toEqual(await parameters('with: {method: pgd, steps: 50}'));
    expect(short).toMatchObject([{ method: 'pgd', steps: 50, 'step-size': 0.02 }]);
    expect(await ids(stage('matrix: {method: [pgd-50]}'))).toContain('a[method=pgd-50]');
  });
});

describe('two cells of one stage', () => {
  it('that come out with the same parameters are a mistake', async () => {
    expect(await codes(stage('matrix: {method: [pgd-10, pgd]}'))).toEqual(['duplicate-cell 4:42']);
    expect(
      await codes(stage(`matrix: {method: [plain, trades], x: [1, 2]}, with: {beta: "\${{ matrix.x }}"}`)),
    ).toEqual(['duplicate-cell 4:42']);
  });
});

it('a cell without an axis that its method does not have is made by exclude and include', async () => {
  const matrix =
    'matrix: {method: [plain, trades], beta: [1, 2], exclude: [{method: plain}], include: [{method: plain}]}';
  expect(await ids(stage(matrix))).toEqual([
    'data',
    'a[method=trades,beta=1]',
    'a[method=trades,beta=2]',
    'a[method=plain]',
  ]);
});
