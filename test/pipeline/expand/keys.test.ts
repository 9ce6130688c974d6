import { describe, expect, it } from 'vitest';
import { resolveKey } from '../../../src/pipeline/expand/keys.ts';
import { load, stages } from '../support.ts';

const text = stages(
  [
    '  data: {uses: dataset, with: {name: digits}}',
    '  teacher: {uses: train, needs: {data: data}, with: {epochs: 3}, matrix: {seed: [5]}}',
    '  student: {uses: transfer, needs: {data: data, teacher: teacher}, matrix: {seed: [7], method: [kd]}}',
    '  robustness: {uses: attack, needs: {data: data, model: student}, matrix: {attack: [fgsm], epsilon: [8/255]}}',
  ].join('\n'),
);

describe('the key of a table', () => {
  it.each([
    ['robustness.attack', 'fgsm'],
    ['robustness.epsilon', '8/255'],
    ['robustness.seed', 0],
    ['robustness.method', 'kd'],
    ['robustness.stage', 'robustness'],
    ['model.method', 'kd'],
    ['model.stage', 'student'],
    ['model.seed', 7],
    ['student.seed', 7],
    ['teacher.seed', 5],
    ['teacher.epochs', 3],
    ['data.name', 'digits'],
    ['teacher.schedule', undefined],
    ['robustness.nothing', undefined],
    ['nothing.seed', undefined],
    ['constructor.name', undefined],
    ['robustness.constructor', undefined],
  ])('%s is %s', async (key, value) => {
    const pipeline = await load(text);
    const cell = pipeline.cells.find(({ stage }) => stage === 'robustness');
    expect(cell && resolveKey(pipeline, cell, key)).toBe(value);
  });

  it('prefers an own parameter to an inherited axis of the same name', async () => {
    const pipeline = await load(
      stages(
        '  data: {uses: dataset}\n  t: {uses: train, needs: {data: data}, with: {epochs: 1}, matrix: {seed: [5]}}\n  a: {uses: attack, needs: {data: data, model: t}}\n',
      ),
    );
    const cell = pipeline.cells[2];
    expect(cell?.id).toBe('a[seed=5]');
    expect(cell && resolveKey(pipeline, cell, 'a.seed')).toBe(0);
    expect(cell && resolveKey(pipeline, cell, 'model.seed')).toBe(5);
  });
});
