import { describe, expect, it } from 'vitest';
import { resolveKey } from '../../src/pipeline/expand/keys.ts';
import { parseFraction } from '../../src/pipeline/parse/fractions.ts';
import { buildTable } from '../../src/report/build-table.ts';
import { toCsv } from '../../src/report/csv.ts';
import { toText } from '../../src/report/text.ts';
import { ids, load, stages } from './support.ts';

const data = '  data: {uses: dataset}\n';
const model = (matrix: string) =>
  `  model: {uses: train, needs: {data: data}, with: {epochs: 1}, matrix: {${matrix}}}\n`;

describe('a fraction and the number that it stands for are one setting', () => {
  it('in the row of a table, which shows the fraction', async () => {
    for (const epsilons of [
      ['8/255', '8/255'],
      ['8/255', '0.03137254901960784'],
      ['0.03137254901960784', '8/255'],
    ]) {
      const pipeline = await load(
        `pipeline: p\nstages:\n${data}` +
          `  one: {uses: train, needs: {data: data}, with: {epochs: 1}, matrix: {epsilon: [${epsilons[0]}], seed: [1]}}\n` +
          `  two: {uses: train, needs: {data: data}, with: {epochs: 1, epsilon: ${epsilons[1]}}, matrix: {seed: [2]}}\n` +
          `  test: {uses: attack, needs: {data: data, model: [one, two]}}\n` +
          `tables:\n  main: {value: test.accuracy, rows: model.epsilon, over: [model.seed, model]}\n`,
      );
      const [spec] = pipeline.tables;
      const table = spec && buildTable(spec, pipeline, () => ({ accuracy: 0.5 }));
      expect(table?.rows.map(({ words }) => words)).toEqual([['8/255']]);
      expect(table?.entries[0]?.[0]).toMatchObject({ n: 2, of: 2 });
      expect(table && toText(table)).toContain('\n8/255 ');
      expect(table && toCsv(table)).toContain('\n8/255,accuracy,0.5,');
    }
  });

  it('as a parameter that a table shows as it is written', async () => {
    const pipeline = await load(
      `pipeline: p\nparams: {eps: 4/255}\nstages:\n${data}` +
        `  model: {uses: train, needs: {data: data}, with: {epochs: 4/2, epsilon: "\${{ params.eps }}"}}\n`,
    );
    const cell = pipeline.cells[1];
    expect(cell?.parameters.epsilon).toBe(4 / 255);
    expect(cell && resolveKey(pipeline, cell, 'model.epsilon')).toBe('4/255');
    expect(cell && resolveKey(pipeline, cell, 'model.epochs')).toBe('4/2');
  });

  it('in exclude and include', async () => {
    const axes = 'epsilon: [4/255, 8/255], seed: [1, 2]';
    const excluded = `${axes}, exclude: [{epsilon: 0.03137254901960784, seed: 1}]`;
    expect((await ids(stages(data + model(excluded)))).slice(1)).toEqual([
      'model[epsilon=4/255,seed=1]',
      'model[epsilon=4/255,seed=2]',
      'model[epsilon=8/255,seed=2]',
    ]);
    const included = 'epsilon: [0.25, 8/255], include: [{epsilon: 1/4, net: a}, {epsilon: 16/510, net: b}]';
    expect((await ids(stages(data + model(included)))).slice(1)).toEqual([
      'model[epsilon=0.25,net=a]',
      'model[epsilon=8/255,net=b]',
    ]);
  });

  it('in where, also where the value comes from the matrix', async () => {
    const test = (need: string) =>
      stages(
        `${data}${model('epsilon: [4/255, 0.25]')}  test: {uses: attack, needs: {data: data, ${need}}}\n`,
      );
    const fixed = await load(test('model: {stage: model, where: {epsilon: [1/4, 0.01568627450980392]}}'));
    expect(fixed.cells.filter(({ stage }) => stage === 'test')).toHaveLength(2);
    const paired = await ids(
      stages(
        `${data}${model('epsilon: [4/255, 0.25]')}  test: {uses: attack, needs: {data: data, model: {stage: model, where: {epsilon: "\${{ matrix.epsilon }}"}}}, matrix: {epsilon: [1/4, 0.01568627450980392]}}\n`,
      ),
    );
    expect(paired.slice(3).sort()).toEqual([
      'test[model.epsilon=0.25,epsilon=1/4]',
      'test[model.epsilon=4/255,epsilon=0.01568627450980392]',
    ]);
  });

  it('beside a published value', async () => {
    const pipeline = await load(
      `${stages(data + model('epsilon: [8/255]'))}tables:\n  main: {value: model.accuracy, rows: epsilon, references: [{row: 0.03137254901960784, value: 1, source: x}]}\n`,
    );
    const [spec] = pipeline.tables;
    expect(spec && buildTable(spec, pipeline, () => ({ accuracy: 1 })).unplaced).toEqual([]);
  });
});

it('text that is not a fraction of exact numbers is no number', () => {
  const wrong = ['9007199254740993/2', `1/${'9'.repeat(400)}`, '1/0', 'a/2', '1/2/3', '1 / 2', ''];
  expect(wrong.map(parseFraction)).toEqual(wrong.map(() => undefined));
});
