import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CellId } from '../../src/pipeline/pipeline.ts';
import { buildTable } from '../../src/report/build-table.ts';
import { summarise } from '../../src/report/statistics.ts';
import { cell, grid, id, pipelineOf, spec } from './grid.ts';

const none = () => undefined;

/** Each robustness cell's accuracy is a function of its axes. */
function valuesBy(accuracy: (axes: { method: string; attack: string; seed: number }) => number | undefined) {
  return (cellId: CellId) => {
    const [, method = '', seed = '', attack = ''] = /method=(.*),seed=(.*),attack=(.*)\]/.exec(cellId) ?? [];
    const value = accuracy({ method, attack, seed: Number(seed) });
    return value === undefined ? undefined : { accuracy: value };
  };
}

describe('mean and standard deviation', () => {
  it('are those of the textbook, computed in two passes', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 2, maxLength: 50 }),
        (xs) => {
          const { mean = Number.NaN, std = Number.NaN, n } = summarise(xs);
          const expected = xs.reduce((sum, x) => sum + x, 0) / xs.length;
          const squares = xs.reduce((sum, x) => sum + (x - expected) ** 2, 0);
          expect(n).toBe(xs.length);
          expect(Math.abs(mean - expected)).toBeLessThan(1e-9 * (1 + Math.max(...xs.map(Math.abs))));
          expect(Math.abs(std - Math.sqrt(squares / (n - 1)))).toBeLessThan(
            1e-9 * (1 + Math.max(...xs.map(Math.abs))),
          );
        },
      ),
    );
  });

  it('are 5 and √(32/7) for 2, 4, 4, 4, 5, 5, 7, 9', () => {
    const { mean, std } = summarise([2, 4, 4, 4, 5, 5, 7, 9]);
    expect(mean).toBeCloseTo(5, 12);
    expect(std).toBeCloseTo(Math.sqrt(32 / 7), 12);
  });

  it('do not lose digits where a large part is common', () => {
    expect(summarise([1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16]).std).toBeCloseTo(Math.sqrt(30), 6);
  });

  it('do not exist for nothing, and one number has no deviation', () => {
    expect(summarise([])).toEqual({ n: 0, mean: undefined, std: undefined });
    expect(summarise([0.5])).toEqual({ n: 1, mean: 0.5, std: undefined });
  });
});

describe('a table', () => {
  const pipeline = grid(['kd', 'mixacm'], ['none', 'fgsm'], [1, 2, 3]);

  it('has rows and columns in the order in which the cells have them first', () => {
    const table = buildTable(spec(), pipeline, none);
    expect(table.rows.map(({ values }) => values)).toEqual([['kd'], ['mixacm']]);
    expect(table.columns.map(({ values }) => values)).toEqual([['none'], ['fgsm']]);
  });

  it('puts each number in its place, whatever the grid', () => {
    const names = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 1 });
    fc.assert(
      fc.property(names, names, fc.uniqueArray(fc.nat(9), { minLength: 1 }), (methods, attacks, seeds) => {
        const code = (text: string) => text.charCodeAt(0);
        const table = buildTable(
          spec(),
          grid(methods, attacks, seeds),
          valuesBy(({ method, attack, seed }) => code(method) * 1000 + code(attack) + seed),
        );
        const shift = seeds.reduce((sum, seed) => sum + seed, 0) / seeds.length;
        for (const [i, method] of methods.entries()) {
          for (const [j, attack] of attacks.entries()) {
            const entry = table.entries[i]?.[j];
            expect(entry).toMatchObject({ n: seeds.length, of: seeds.length });
            expect(entry?.mean).toBeCloseTo(code(method) * 1000 + code(attack) + shift, 6);
          }
        }
      }),
    );
  });

  it('tells which of its cells are missing', () => {
    const table = buildTable(
      spec(),
      pipeline,
      valuesBy(({ method, seed }) => (method === 'kd' ? undefined : seed === 2 ? undefined : seed / 10)),
    );
    expect(table.entries[0]?.[0]).toMatchObject({ mean: undefined, std: undefined, n: 0, of: 3 });
    expect(table.entries[1]?.[0]).toMatchObject({ n: 2, of: 3 });
    expect(table.entries[1]?.[0]?.mean).toBeCloseTo(0.2, 12);
    expect(table.entries[1]?.[0]?.std).toBeCloseTo(Math.sqrt(0.02), 12);
  });

  it('names the cells of each number, and the number of each', () => {
    const table = buildTable(
      spec(),
      pipeline,
      valuesBy(({ seed }) => (seed === 2 ? undefined : seed / 10)),
    );
    const cellOf = (seed: number) => id('robustness', { method: 'mixacm', seed, attack: 'fgsm' });
    expect(table.entries[1]?.[1]?.members).toEqual([
      { cell: cellOf(1), number: 0.1 },
      { cell: cellOf(2), number: undefined },
      { cell: cellOf(3), number: 0.3 },
    ]);
  });

  it('has an empty place where the grid has no cell', () => {
    const cells = pipeline.cells.filter((one) => !(one.axes.method === 'kd' && one.axes.attack === 'fgsm'));
    const table = buildTable(spec(), pipelineOf(cells), none);
    expect(table.entries[0]?.[1]).toMatchObject({ n: 0, of: 0 });
    expect(table.entries[1]?.[1]).toMatchObject({ n: 0, of: 3 });
  });

  it('refuses to average over an axis that it was not told to', () => {
    expect(() => buildTable(spec({ over: [] }), pipeline, none)).toThrow(
      expect.objectContaining({
        reason: 'ambiguous-table',
        message:
          'Table "main" has several cells in one place that differ in "seed": robustness[method=kd,seed=1,attack=none] and robustness[method=kd,seed=2,attack=none].',
        hint: expect.stringContaining(
          'Add "robustness.seed" to the rows or columns of the table, or to `over`',
        ),
      }),
    );
    expect(() => buildTable(spec({ columns: [] }), pipeline, none)).toThrow(
      expect.objectContaining({ details: expect.objectContaining({ key: 'attack' }) }),
    );
  });

  it('refuses to average over an axis that changes along with one it was told to average over', () => {
    const pairs = [1, 2, 3].map((seed) => cell('robustness', { seed, lr: seed / 10 }));
    const wanted = spec({ rows: [], columns: [], over: ['robustness.seed'] });
    expect(() => buildTable(wanted, pipelineOf(pairs), none)).toThrow(
      expect.objectContaining({ details: expect.objectContaining({ key: 'lr' }) }),
    );
  });

  it('takes an inherited axis that always has the value of one it averages over as the same', () => {
    const cells = [1, 2].map((seed) => cell('robustness', { seed, 'teacher.seed': seed }));
    const wanted = spec({ rows: [], columns: [], over: ['robustness.seed'] });
    expect(buildTable(wanted, pipelineOf(cells), none).entries[0]?.[0]?.of).toBe(2);
  });

  it('has a column for each of several values, with the value last', () => {
    const table = buildTable(spec({ values: ['accuracy', 'loss'] }), pipeline, () => ({
      accuracy: 0.5,
      loss: 2,
    }));
    expect(table.columns.map(({ values }) => values)).toEqual([
      ['none', 'accuracy'],
      ['none', 'loss'],
      ['fgsm', 'accuracy'],
      ['fgsm', 'loss'],
    ]);
    expect(table.entries[0]?.map(({ mean }) => mean)).toEqual([0.5, 2, 0.5, 2]);
  });

  it('tells how values go together over all its cells, and keeps silent where too few are known', () => {
    const wanted = spec({ values: ['accuracy', 'loss', 'time'], correlate: ['loss'] });
    const plane = grid(['kd', 'mixacm'], ['none'], [1, 2]);
    const all = valuesBy(({ method, seed }) => seed + (method === 'kd' ? 0 : 2)); // 1, 2, 3, 4
    const values = (cellId: CellId) => {
      const x = all(cellId)?.accuracy ?? 0;
      return { accuracy: -2 * x, loss: x, time: [1, 3, 2, 4][x - 1] ?? 0 };
    };
    expect(buildTable(wanted, plane, values).notes.at(-1)).toBe(
      // By hand: the products of the deviations of 1, 2, 3, 4 and 1, 3, 2, 4 sum to 4, each one's squares to 5.
      'Pearson correlation with loss over cells (n): accuracy -1.00 (4), time 0.80 (4).',
    );
    expect(buildTable(wanted, plane, none).notes).toEqual([]);
    const constant = buildTable(wanted, plane, (cellId) => ({ ...values(cellId), loss: 1 }));
    expect(constant.notes).toEqual([]);
  });

  describe('with values of a need, and measurements', () => {
    const wanted = spec({
      values: ['accuracy', 'model.passes', 'model.seconds'],
      columns: ['robustness.attack'],
    });
    const values = (cellId: CellId): Readonly<Record<string, number>> =>
      cellId.startsWith('student') ? { passes: 7 } : { accuracy: 0.5 };
    const measured = (cellId: CellId) =>
      cellId.startsWith('student[method=kd') ? { seconds: 2 } : { seconds: undefined };
    const table = buildTable(wanted, grid(['kd', 'mixacm'], ['none'], [1, 2]), values, { measured });

    it('shows what the needed cell gave and what was measured of it, and nothing where that is not known', () => {
      const means = table.entries.map((row) => row.map(({ mean, n, of }) => [mean, n, of]));
      expect(means).toEqual([
        [
          [0.5, 2, 2],
          [7, 2, 2],
          [2, 2, 2],
        ],
        [
          [0.5, 2, 2],
          [7, 2, 2],
          [undefined, 0, 2],
        ],
      ]);
    });

    it('says which numbers were measured', () => {
      expect(table.notes).toEqual(['Measured, so that it depends on the machine: model.seconds.']);
    });

    it('names the needed cell where it has neither', () => {
      const lacking = spec({ values: ['model.passes', 'model.colour'] });
      expect(() => buildTable(lacking, pipeline, values, { measured })).toThrow(
        expect.objectContaining({
          reason: 'unknown-value',
          message: 'student[method=kd,seed=1] has no value "colour".',
        }),
      );
    });
  });

  it('names the cell and its values where it lacks the one that is shown', () => {
    expect(() => buildTable(spec(), pipeline, () => ({ loss: 1 }))).toThrow(
      expect.objectContaining({
        reason: 'unknown-value',
        message: 'robustness[method=kd,seed=1,attack=none] has no value "accuracy".',
        hint: expect.stringContaining('Its values: loss'),
      }),
    );
  });

  it('tells the number 1 from the text "1"', () => {
    const cells = [cell('robustness', { k: 1 }), cell('robustness', { k: '1' })];
    const table = buildTable(
      spec({ rows: ['robustness.k'], columns: [], over: [] }),
      pipelineOf(cells),
      none,
    );
    expect(table.rows).toHaveLength(2);
  });

  it('shows a dash for cells that do not have a key', () => {
    const cells = [cell('robustness', { attack: 'none' }), cell('robustness', { attack: 'pgd', steps: 20 })];
    const wanted = spec({ rows: ['robustness.attack', 'robustness.steps'], columns: [], over: [] });
    const table = buildTable(wanted, pipelineOf(cells), none);
    expect(table.rows.map(({ words }) => words)).toEqual([
      ['none', '—'],
      ['pgd', '20'],
    ]);
  });

  it('prints labels for values, for values of one key, and for keys', () => {
    const labels = {
      mixacm: 'MixACM',
      none: 'nothing',
      'robustness.attack=none': 'Clean',
      'model.method': 'Method',
    };
    const table = buildTable(spec({ labels }), pipeline, none);
    expect(table.rows.map(({ words }) => words)).toEqual([['kd'], ['MixACM']]);
    expect(table.columns.map(({ words }) => words)).toEqual([['Clean'], ['fgsm']]);
    expect([table.rowKeys, table.columnKeys]).toEqual([
      [{ key: 'model.method', words: 'Method' }],
      [{ key: 'robustness.attack', words: 'attack' }],
    ]);
  });

  it('sets published values beside ours, in the units of the table, with numbered sources', () => {
    const published = [
      { row: ['mixacm'], column: ['none'], value: 86.5, source: 'Table 3' },
      { row: ['kd'], column: ['fgsm'], value: 30, source: 'Table 4' },
      { row: ['rsl'], column: ['fgsm'], value: 44, source: 'Table 3' },
    ];
    const values = valuesBy(({ method }) => (method === 'mixacm' ? 0.875 : undefined));
    const table = buildTable(spec({ published }), pipeline, values);
    expect(table.sources).toEqual(['Table 3', 'Table 4']);
    expect(table.entries[1]?.[0]?.published).toMatchObject({ value: 0.865, source: 'Table 3', mark: 1 });
    expect(table.entries[1]?.[0]?.published?.difference).toBeCloseTo(0.01, 12);
    expect(table.entries[0]?.[1]?.published).toEqual({
      value: 0.3,
      difference: undefined,
      source: 'Table 4',
      mark: 2,
    });
    expect(table.entries[0]?.[0]?.published).toBeUndefined();
    expect(table.unplaced).toEqual(['rsl / fgsm: 44 [1]']);
  });

  it('refuses two published values in one place', () => {
    const one = { row: ['kd'], column: ['none'], value: 1, source: 'a' };
    expect(() => buildTable(spec({ published: [one, { ...one, value: 2 }] }), pipeline, none)).toThrow(
      expect.objectContaining({
        reason: 'duplicate-reference',
        message: expect.stringContaining('kd / none'),
      }),
    );
  });

  it('has one entry where it has neither rows nor columns', () => {
    const one = pipelineOf([cell('robustness', {})]);
    const table = buildTable(spec({ rows: [], columns: [], over: [] }), one, (cellId) =>
      cellId === id('robustness', {}) ? { accuracy: 1 } : undefined,
    );
    expect(table.entries).toEqual([
      [expect.objectContaining({ mean: 1, std: undefined, n: 1, of: 1, published: undefined })],
    ]);
  });
});

describe('the checkpoint', () => {
  it('that was attacked is stated under the table, with both where both were', () => {
    const cells = ['last', 'best', 'last'].map((checkpoint, index) => ({
      ...cell('robustness', { method: 'kd', attack: `a${index}`, seed: 1 }),
      parameters: { checkpoint },
    }));
    const table = {
      ...spec({ rows: ['robustness.method'], columns: ['robustness.attack'], over: [] }),
      notes: ['Ours.'],
    };
    expect(buildTable(table, pipelineOf(cells), none).notes).toEqual(['Ours.', 'Checkpoint: last, best.']);
  });
});
