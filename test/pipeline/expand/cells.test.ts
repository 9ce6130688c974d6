import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { TableSpec } from '../../../src/pipeline/pipeline.ts';
import { buildTable } from '../../../src/report/build-table.ts';
import { codes, ids, load, stages } from '../support.ts';

const base =
  '  data: {uses: dataset}\n  teacher: {uses: train, needs: {data: data}, with: {epochs: 1}, matrix: {seed: [1, 2]}}\n';
const one =
  '  data: {uses: dataset}\n  teacher: {uses: train, needs: {data: data}, with: {epochs: 1, method: pgd-at}}\n';
const student =
  '  student: {uses: transfer, needs: {data: data, teacher: teacher}, matrix: {method: [kd, mixacm]}}\n';

describe('the cells of a pipeline', () => {
  it('take over parameters by a merge key, and their own come first wherever the key stands', async () => {
    const pipeline = await load(`pipeline: p
stages:
  data: {uses: dataset}
  first: {uses: train, needs: {data: data}, with: &first {epochs: 1, method: pgd-at}}
  second: {uses: train, needs: {data: data}, with: &second {<<: *first, epochs: 2}}
  third: {uses: train, needs: {data: data}, with: {epochs: 3, <<: *second}}
`);
    const trained = pipeline.cells.slice(1).map(({ parameters }) => [parameters.epochs, parameters.method]);
    expect(trained).toEqual([1, 2, 3].map((epochs) => [epochs, 'pgd-at']));
  });

  it('are those of the example of the manual', async () => {
    const pipeline = await load(readFileSync(new URL('../example.yaml', import.meta.url), 'utf8'));
    const names = pipeline.cells.map(({ id }) => id);
    expect(names.slice(0, 4)).toEqual([
      'data',
      'teacher',
      'student[method=kd,seed=1]',
      'student[method=kd,seed=2]',
    ]);
    expect(names.slice(4, 8)).toEqual([
      'student[method=mixacm,seed=1]',
      'student[method=mixacm,seed=2]',
      'student[method=mixacm,seed=3]',
      'student[method=mixup,seed=9]',
    ]);
    expect(names).toHaveLength(8 + 3 * 7);
    expect(names).toContain('robustness[model=teacher,attack=pgd-20]');
    expect(names).toContain('robustness[model=student,method=kd,seed=1,attack=none]');
    expect(pipeline.profile).toBe('quick');
    expect(pipeline.params).toEqual({ epsilon: '8/255', seeds: [1, 2, 3], dataset: 'digits', epochs: 8 });
    expect(pipeline.tables).toEqual([
      {
        name: 'main',
        title: 'Robust accuracy on digits',
        stage: 'robustness',
        values: ['accuracy'],
        rows: ['model.method'],
        columns: ['robustness.attack'],
        over: ['student.seed'],
        where: [],
        correlate: [],
        format: 'percent',
        digits: 1,
        labels: { 'pgd-at': 'PGD-AT' },
        notes: [],
        published: [{ row: ['mixacm'], column: ['pgd-20'], value: 56.65, source: 'MixACM, table 1' }],
      },
    ]);
  });

  it('can be made from the first example of the manual', async () => {
    const manual = readFileSync(new URL('../../../docs/pipeline-language.md', import.meta.url), 'utf8');
    const example = /```yaml\n(.*?)```/s.exec(manual)?.[1] ?? '';
    expect((await load(example)).cells).toHaveLength(2 + 5 + 6 * 3);
  });

  it('carry parameters with fractions as numbers and defaults filled in, in the order of the schema', async () => {
    const text = stages(
      '  data: {uses: dataset}\n  t: {uses: train, needs: {data: data}, with: {optimizer: {rate: 1/4}, epsilon: 8/255, schedule: [1/2, 3], epochs: 4/2, net: 1/2}}\n',
    );
    const cell = (await load(text)).cells[1];
    expect(JSON.stringify(cell?.parameters)).toBe(
      JSON.stringify({
        net: '1/2',
        method: 'plain',
        epochs: 2,
        epsilon: 8 / 255,
        seed: 0,
        augment: true,
        schedule: [0.5, 3],
        optimizer: { rate: 0.25, name: 'sgd' },
      }),
    );
  });

  it('carry resources, timeout and retries, with one slot and nothing else by default', async () => {
    const text = `pipeline: p\nparams: {gpus: 1}\nstages:\n  a: {uses: dataset}\n  b: {uses: dataset, with: {name: b}, resources: {cpu: 2, memory: 2GB, gpu: "\${{ params.gpus }}"}, timeout: 2h, retries: 1}\n  c: {uses: dataset, matrix: {size: [3, 4]}, timeout: "\${{ matrix.size }}m"}\n`;
    const limits = (await load(text)).cells.map(({ resources, timeout, retries }) => ({
      ...resources,
      timeout,
      retries,
    }));
    expect(limits).toEqual([
      { cpu: 1, memory: 0, gpu: 0, timeout: undefined, retries: 0 },
      { cpu: 2, memory: 2e9, gpu: 1, timeout: 7200, retries: 1 },
      { cpu: 1, memory: 0, gpu: 0, timeout: 180, retries: 0 },
      { cpu: 1, memory: 0, gpu: 0, timeout: 240, retries: 0 },
    ]);
  });
});

describe('a need', () => {
  it('gives one cell for each needed cell and each combination of the matrix', async () => {
    expect((await ids(stages(base + student))).slice(3)).toEqual([
      'student[seed=1,method=kd]',
      'student[seed=1,method=mixacm]',
      'student[seed=2,method=kd]',
      'student[seed=2,method=mixacm]',
    ]);
  });

  it('joins on lineage: a cell reached in two ways is the same cell', async () => {
    const text = stages(
      `${base}${student}  both: {uses: command, needs: {a: teacher, b: student}, with: {run: [x]}}\n`,
    );
    const cells = (await load(text)).cells.filter(({ stage }) => stage === 'both');
    expect(cells.map(({ needs }) => [needs.a, needs.b])).toEqual([
      ['teacher[seed=1]', 'student[seed=1,method=kd]'],
      ['teacher[seed=1]', 'student[seed=1,method=mixacm]'],
      ['teacher[seed=2]', 'student[seed=2,method=kd]'],
      ['teacher[seed=2]', 'student[seed=2,method=mixacm]'],
    ]);
    expect(cells[0]?.id).toBe('both[seed=1,method=kd]');
  });

  it('joins two branches of one root on the root', async () => {
    const text = stages(
      [
        '  root: {uses: dataset, matrix: {size: [1, 2, 3]}}',
        '  l: {uses: command, needs: {x: root}, with: {run: [l]}}',
        '  r: {uses: command, needs: {x: root}, with: {run: [r]}}',
        '  top: {uses: command, needs: {l: l, r: r}, with: {run: [top]}}',
      ].join('\n'),
    );
    expect((await ids(text)).filter((id) => id.startsWith('top'))).toEqual([
      'top[size=1]',
      'top[size=2]',
      'top[size=3]',
    ]);
  });

  it('joins on every root that two branches share', async () => {
    const text = stages(
      [
        '  a: {uses: dataset, matrix: {size: [1, 2]}}',
        '  b: {uses: dataset, with: {size: 9}, matrix: {name: [x, y, z]}}',
        '  l: {uses: command, needs: {a: a, b: b}, with: {run: [l]}}',
        '  r: {uses: command, needs: {a: a, b: b}, with: {run: [r]}}',
        '  top: {uses: command, needs: {l: l, r: r}, with: {run: [top]}}',
      ].join('\n'),
    );
    const cells = (await load(text)).cells.filter(({ stage }) => stage === 'top');
    expect(cells.map(({ needs }) => needs.l?.slice(1))).toEqual(cells.map(({ needs }) => needs.r?.slice(1)));
    expect(cells).toHaveLength(6);
  });

  it('of several stages gives cells for each of them, told apart by an axis', async () => {
    const text = stages(
      `${one}${student}  r: {uses: attack, needs: {data: data, model: [teacher, student]}}\n`,
    );
    expect((await ids(text)).slice(4)).toEqual([
      'r[model=teacher]',
      'r[model=student,method=kd]',
      'r[model=student,method=mixacm]',
    ]);
  });

  it('takes only the cells that match where', async () => {
    const text = stages(
      `${base}${student}  r: {uses: attack, needs: {data: data, model: {stage: student, where: {method: [kd, mixacm], teacher.seed: 2, net: resnet-8}}}}\n`,
    );
    expect((await ids(text)).slice(7)).toEqual(['r[seed=2,method=kd]', 'r[seed=2,method=mixacm]']);
  });

  it('matches the own matrix where a condition refers to it', async () => {
    const text = stages(
      `${base}  s: {uses: transfer, needs: {data: data, teacher: {stage: teacher, where: {seed: "\${{ matrix.seed }}"}}}, matrix: {seed: [1, 2]}}\n`,
    );
    expect((await ids(text)).slice(3)).toEqual(['s[teacher.seed=1,seed=1]', 's[teacher.seed=2,seed=2]']);
  });

  it('with where picks a cell of its own beside another need of the same stage', async () => {
    const text = stages(
      `${one}${student}  c: {uses: command, with: {run: [diff]}, needs: {old: {stage: student, where: {method: kd}}, new: {stage: student, where: {method: mixacm}}}}\n  d: {uses: command, with: {run: [d]}, needs: {c: c}}\n`,
    );
    expect((await ids(text)).slice(4)).toEqual([
      'c[new.method=mixacm,old.method=kd]',
      'd[c.new.method=mixacm,c.old.method=kd]',
    ]);
  });

  it('that is optional may be left out, and is a need like others where it is given', async () => {
    const text = stages(
      `${one}${student}  r: {uses: attack, needs: {data: data, model: student}}\n  t: {uses: attack, needs: {data: data, model: student, surrogate: teacher}}\n`,
    );
    const needs = (await load(text)).cells.slice(4).map((cell) => Object.keys(cell.needs));
    expect(needs).toEqual([
      ...Array(2).fill(['data', 'model']),
      ...Array(2).fill(['data', 'model', 'surrogate']),
    ]);
  });

  it('beside another need of the same stages gives all pairs, for a table of the one against the other', async () => {
    const text = stages(
      `${one}${student}  t: {uses: attack, needs: {data: data, model: [teacher, student], surrogate: {stage: [teacher, student], where: {method: [pgd-at, kd, mixacm]}}}}\ntables:\n  main: {value: t.accuracy, rows: model.method, columns: surrogate.method}\n`,
    );
    const pipeline = await load(text);
    const table = buildTable(pipeline.tables[0] as TableSpec, pipeline, () => undefined);
    const methods = [['pgd-at'], ['kd'], ['mixacm']];
    expect([table.rows, table.columns].map((lines) => lines.map(({ values }) => values))).toEqual([
      methods,
      methods,
    ]);
    expect(table.entries.flat().map(({ of }) => of)).toEqual(Array(9).fill(1));
    expect(pipeline.cells.map(({ id }) => id)).toContain(
      't[model=student,surrogate=student,student.method=kd,surrogate.method=mixacm]',
    );
  });

  it('lends its parameters and axes to references', async () => {
    const text = stages(
      `${base}  s: {uses: transfer, needs: {data: data, teacher: teacher}, with: {net: "\${{ needs.teacher.net }}-\${{ needs.teacher.seed }}", seed: "\${{ needs.teacher.epochs }}"}}\n`,
    );
    const cells = (await load(text)).cells.slice(3);
    expect(cells.map(({ parameters }) => [parameters.net, parameters.seed])).toEqual([
      ['resnet-8-1', 1],
      ['resnet-8-2', 1],
    ]);
  });
});

describe('a matrix', () => {
  it('keeps fractions as written in names, and passes them as numbers', async () => {
    const text = stages(
      '  data: {uses: dataset}\n  t: {uses: train, needs: {data: data}, with: {epochs: 1}, matrix: {epsilon: [0, 8/255]}}\n',
    );
    const cell = (await load(text)).cells[2];
    expect([cell?.id, cell?.axes, cell?.parameters.epsilon]).toEqual([
      't[epsilon=8/255]',
      { epsilon: '8/255' },
      8 / 255,
    ]);
  });

  it('excludes what matches, and includes as GitHub Actions does', async () => {
    const text = stages(
      `  d: {uses: dataset, with: {file: "\${{ matrix.f }}"}, matrix: {name: [a, b], size: [1, 2], f: [x], exclude: [{name: a, size: 2}], include: [{name: b, f: x}, {name: c, f: y}]}}\n`,
    );
    expect(await ids(text)).toEqual([
      'd[name=a,size=1,f=x]',
      'd[name=b,size=1,f=x]',
      'd[name=b,size=2,f=x]',
      'd[name=c,f=y]',
    ]);
  });

  it('takes extra keys from an include whose axes match', async () => {
    const text = stages('  d: {uses: dataset, matrix: {name: [a, b], include: [{name: b, size: 7}]}}\n');
    expect(await ids(text)).toEqual(['d[name=a]', 'd[name=b,size=7]']);
  });

  it('quotes values that could be mistaken for the syntax of names', async () => {
    const text = stages('  d: {uses: dataset, matrix: {name: ["a,b=c", "", "]", ok-1.5/x+y, true-ish]}}\n');
    expect(await ids(text)).toEqual([
      'd[name="a,b=c"]',
      'd[name=""]',
      'd[name="]"]',
      'd[name=ok-1.5/x+y]',
      'd[name=true-ish]',
    ]);
  });

  it('may come whole from params, which --set can change', async () => {
    const text = `pipeline: p\nparams: {sizes: [1]}\nstages:\n  d: {uses: dataset, matrix: {size: "\${{ params.sizes }}"}}\n`;
    expect(await ids(text, { set: ['sizes=[4, 5]'] })).toEqual(['d[size=4]', 'd[size=5]']);
  });
});

describe('params', () => {
  const text = `pipeline: p\ndefault-profile: quick\nparams: {net: {width: 1, depth: 2}, label: "w\${{ params.net.width }}"}\nprofiles: {quick: {}, wide: {net: {width: 8, depth: 2}}}\nstages:\n  d: {uses: dataset, with: {name: "\${{ params.label }}", size: "\${{ params.net.width }}"}}\n`;

  it('refer to each other, and follow the profile', async () => {
    expect((await load(text)).cells[0]?.parameters).toEqual({ name: 'w1', size: 1 });
    expect((await load(text, { profile: 'wide' })).cells[0]?.parameters).toEqual({ name: 'w8', size: 8 });
  });

  it('are changed by --set, inside of a mapping too, after the profile', async () => {
    const pipeline = await load(text, { profile: 'wide', set: ['net.width=9', 'label=x'] });
    expect(pipeline.params).toEqual({ net: { width: 9, depth: 2 }, label: 'x' });
  });
});

describe('a mistake', () => {
  it('is not reported again by its consequences', async () => {
    const text = stages(
      `  data: {uses: dataset, with: {size: 0}}\n  t: {uses: train, needs: {data: data}, with: {epochs: 1, net: "\${{ needs.data.nam }}"}}\n  s: {uses: transfer, needs: {data: data, teacher: t}, with: {seed: "\${{ needs.t.x }}"}}\n`,
    );
    // `needs.t` is a mistake of its own: there is no such need.
    expect(await codes(text)).toEqual(['bad-parameter 3:38', 'unknown-need 5:70']);
  });

  it('that every cell makes is reported once', async () => {
    const text = stages('  d: {uses: dataset, with: {name: 5}, matrix: {size: [1, 2, 3]}}\n');
    expect(await codes(text)).toEqual(['bad-parameter 3:35']);
  });

  it('is found before any memory is spent on too many cells', async () => {
    const many = Array.from({ length: 400 }, (_, index) => index + 1).join(', ');
    const text = stages(
      `  d: {uses: dataset, matrix: {size: [${many}]}}\n  t: {uses: command, needs: {d: d}, with: {run: ["\${{ matrix.a }}"]}, matrix: {a: [${many}]}}\n`,
    );
    expect(await codes(text)).toEqual(['too-many-cells 4:3']);
  });
});
