import { describe, expect, it } from 'vitest';
import type { Json } from '../../src/json.ts';
import type { CellId } from '../../src/pipeline/pipeline.ts';
import { buildTable } from '../../src/report/build-table.ts';
import { toCsv } from '../../src/report/csv.ts';
import { escapeLatex } from '../../src/report/escape-latex.ts';
import { toJson } from '../../src/report/json.ts';
import { toLatex } from '../../src/report/latex.ts';
import { toMarkdown } from '../../src/report/markdown.ts';
import { difference, number } from '../../src/report/numbers.ts';
import { toText } from '../../src/report/text.ts';
import { ours } from '../../src/report/words.ts';
import { cell, grid, pipelineOf, spec } from './grid.ts';

const known: Record<string, number> = {
  'robustness[method=kd,seed=1,attack=none]': 0.875,
  'robustness[method=kd,seed=2,attack=none]': 0.625,
  'robustness[method=kd,seed=1,attack=pgd-20]': 0.25,
  'robustness[method=mix_acm,seed=1,attack=none]': 0.75,
  'robustness[method=mix_acm,seed=2,attack=none]': 0.75,
};
const values = (id: CellId) => {
  const accuracy = known[id];
  return accuracy === undefined ? undefined : { accuracy };
};
const wanted = spec({
  title: 'Robust accuracy, 100% honest',
  labels: { mix_acm: 'Mix_ACM & co', 'model.method': 'Method' },
  notes: ['ε = 8/255'],
  published: [
    { row: ['kd'], column: ['none'], value: 74.6, source: 'Table 3, p. 7' },
    { row: ['mix_acm'], column: ['pgd-20'], value: 55, source: 'Table "4"' },
    { row: ['rsl'], column: ['none'], value: 80, source: 'Table 3, p. 7' },
  ],
});
const table = buildTable(wanted, grid(['kd', 'mix_acm'], ['none', 'pgd-20'], [1, 2]), values);

describe('Markdown', () => {
  it('is an aligned table with what it shows above, and notes and sources below', () => {
    expect(toMarkdown(table)).toMatchInlineSnapshot(`
      "**Robust accuracy, 100% honest**

      accuracy (%): mean ± sample standard deviation (n) over student.seed; pipeline transfer, profile quick

      | Method       |                             none |        pgd-20 |
      | :----------- | -------------------------------: | ------------: |
      | kd           | 75.0 ± 17.7 (2); 74.6 \\[1], +0.4 | 25.0 (1 of 2) |
      | Mix_ACM & co |                   75.0 ± 0.0 (2) |  —; 55.0 \\[2] |

      - ε = 8/255
      - After the semicolon: the published value \\[its source], and ours minus it.
      - A dash, or "n of m": cells without values, because they have not run yet or failed.
      - Published, without a place here: rsl / none: 80 \\[1].

      \\[1] Table 3, p. 7  
      \\[2] Table "4"
      "
    `);
  });

  it('escapes what would change the table', () => {
    const odd = pipelineOf([cell('robustness', { method: 'a|b*\\', attack: 'x\ny', seed: 1 })]);
    const wantedOdd = spec({ rows: ['robustness.method'], over: [] });
    const line = toMarkdown(buildTable(wantedOdd, odd, () => undefined)).split('\n');
    expect(line).toContain('| method   | x y |');
    expect(line).toContain('| a\\|b\\*\\\\ |   — |');
  });
});

describe('text', () => {
  it('is aligned for a terminal', () => {
    expect(toText(table)).toMatchInlineSnapshot(`
      "Robust accuracy, 100% honest
      accuracy (%): mean ± sample standard deviation (n) over student.seed; pipeline transfer, profile quick

      Method                                   none         pgd-20
      ────────────────────────────────────────────────────────────
      kd            75.0 ± 17.7 (2); 74.6 [1], +0.4  25.0 (1 of 2)
      Mix_ACM & co                   75.0 ± 0.0 (2)    —; 55.0 [2]

      ε = 8/255
      After the semicolon: the published value [its source], and ours minus it.
      A dash, or "n of m": cells without values, because they have not run yet or failed.
      Published, without a place here: rsl / none: 80 [1].
      [1] Table 3, p. 7
      [2] Table "4"
      "
    `);
  });
});

describe('LaTeX', () => {
  it('is a float with booktabs rules', () => {
    expect(toLatex(table)).toMatchInlineSnapshot(`
      "% \\usepackage{booktabs}
      \\begin{table}[t]
        \\centering
        \\caption{Robust accuracy, 100\\% honest}
        \\label{tab:main}
        \\begin{tabular}{lrr}
          \\toprule
          Method & none & pgd-20 \\\\
          \\midrule
          kd & 75.0 $\\pm$ 17.7 (2); 74.6 {[}1{]}, +0.4 & 25.0 (1 of 2) \\\\
          Mix\\_ACM \\& co & 75.0 $\\pm$ 0.0 (2) & ---; 55.0 {[}2{]} \\\\
          \\bottomrule
        \\end{tabular}

        {\\footnotesize accuracy (\\%): mean $\\pm$ sample standard deviation (n) over student.seed; pipeline transfer, profile quick\\par}

        {\\footnotesize $\\epsilon$ = 8/255\\par}

        {\\footnotesize After the semicolon: the published value {[}its source{]}, and ours minus it.\\par}

        {\\footnotesize A dash, or ''n of m'': cells without values, because they have not run yet or failed.\\par}

        {\\footnotesize Published, without a place here: rsl / none: 80 {[}1{]}.\\par}

        {\\footnotesize {[}1{]} Table 3, p. 7\\par}

        {\\footnotesize {[}2{]} Table ''4''\\par}
      \\end{table}
      "
    `);
  });

  it('escapes each special character', () => {
    expect(escapeLatex('50% of $x_1$ & {y} #2 ~ ^ \\ <a|b> "q"')).toBe(
      "50\\% of \\$x\\_1\\$ \\& \\{y\\} \\#2 \\textasciitilde{} \\textasciicircum{} \\textbackslash{} \\textless{}a\\textbar{}b\\textgreater{} ''q''",
    );
    expect(escapeLatex('± × ε — ℓ∞')).toBe('$\\pm$ $\\times$ $\\epsilon$ --- $\\ell$$\\infty$');
    expect(escapeLatex('10⁻³ x₁ ηΑΩ √')).toBe('10$^-$$^3$ x$_1$ $\\eta$$\\mathrm{A}$$\\Omega$ $\\surd$');
    expect(escapeLatex('line\nbreak')).toBe('line break');
    expect(escapeLatex('a\u0000b\u001bc')).toBe('abc');
  });

  it('keeps a bracket or star at the start of a row from the line break before it', () => {
    expect(escapeLatex('[1] *')).toBe('{[}1{]} {*}');
  });
});

describe('CSV', () => {
  it('is tidy: exact numbers, one entry a line, quoted where needed', () => {
    expect(toCsv(table)).toMatchInlineSnapshot(`
      "model.method,robustness.attack,value,mean,std,n,of,reference,difference,source
      kd,none,accuracy,0.75,0.1767766952966369,2,2,0.746,0.0040000000000000036,"Table 3, p. 7"
      kd,pgd-20,accuracy,0.25,,1,2,,,
      mix_acm,none,accuracy,0.75,0,2,2,,,
      mix_acm,pgd-20,accuracy,,,0,2,0.55,,"Table ""4"""
      "
    `);
  });

  it('has the name of the value in a column of its own', () => {
    const two = buildTable(
      spec({ values: ['accuracy', 'loss'], over: [], rows: ['model.method'] }),
      grid(['kd'], ['none'], [1]),
      () => ({ accuracy: 0.5, loss: 2 }),
    );
    expect(toCsv(two)).toBe(
      'model.method,robustness.attack,value,mean,std,n,of,reference,difference,source\n' +
        'kd,none,accuracy,0.5,,1,1,,,\n' +
        'kd,none,loss,2,,1,1,,,\n',
    );
  });
});

describe('JSON', () => {
  it('keeps its contract: table, rows, columns, cells', () => {
    expect(JSON.parse(toJson(table))).toEqual({
      table: 'main',
      title: 'Robust accuracy, 100% honest',
      pipeline: 'transfer',
      profile: 'quick',
      set: {},
      values: ['accuracy'],
      over: ['student.seed'],
      format: 'percent',
      rows: [{ 'model.method': 'kd' }, { 'model.method': 'mix_acm' }],
      columns: [{ 'robustness.attack': 'none' }, { 'robustness.attack': 'pgd-20' }],
      cells: [
        [
          {
            mean: 0.75,
            std: expect.closeTo(Math.sqrt(0.03125), 12),
            n: 2,
            of: 2,
            reference: { value: 0.746, difference: expect.closeTo(0.004, 12), source: 'Table 3, p. 7' },
          },
          { mean: 0.25, std: null, n: 1, of: 2 },
        ],
        [
          { mean: 0.75, std: 0, n: 2, of: 2 },
          {
            mean: null,
            std: null,
            n: 0,
            of: 2,
            reference: { value: 0.55, difference: null, source: 'Table "4"' },
          },
        ],
      ],
      notes: ['ε = 8/255'],
      warnings: [],
    });
  });

  it('names the value of a column where there are several', () => {
    const two = buildTable(
      spec({ values: ['accuracy', 'loss'], over: [] }),
      grid(['kd'], ['none'], [1]),
      () => undefined,
    );
    expect(JSON.parse(toJson(two)).columns).toEqual([
      { 'robustness.attack': 'none', value: 'accuracy' },
      { 'robustness.attack': 'none', value: 'loss' },
    ]);
  });
});

it('a table with other parameters says so in its headline, and in JSON', () => {
  const changed = (set: Record<string, Json>, profile?: string) =>
    buildTable(wanted, { ...grid(['kd'], ['none'], [1]), profile, set }, values);
  const other = { epochs: 10, name: 'a b', 'net.widths': [1, 2] };
  for (const form of [toText, toMarkdown, toLatex]) {
    expect(form(changed(other, 'quick')).replaceAll(/[\\{}]/g, '')).toMatch(
      /pipeline transfer, profile quick with epochs=10, name=("|'')a b("|''), net.widths=\[1,2\](par)?$/m,
    );
  }
  expect(JSON.parse(toJson(changed(other, 'quick'))).set).toEqual(other);
  expect(toText(changed({ epochs: 10 }))).toContain('pipeline transfer, no profile with epochs=10\n');
  expect(toText(changed({ seeds: Array.from({ length: 99 }, (_, k) => k) }))).toMatch(/with seeds=.{59}…\n/);
});

describe('warnings of cells', () => {
  const seeds = [1, 2, 3, 4, 5];
  const warned = (id: CellId) => [
    ...(id.includes('method=b') ? [{ name: 'zero-gradients', message: `In ${id.at(-1)}: 3 | 4.` }] : []),
    ...(id.includes('seed=5') ? [{ name: 'black-box-stronger', message: '12 of 64.' }] : []),
  ];
  const pipeline = grid(['a', 'b'], ['fgsm'], seeds);
  const shown = buildTable(spec(), pipeline, () => ({ accuracy: 0.5 }), { warnings: warned });
  const cellOf = (method: string, seed: number) => `robustness[method=${method},seed=${seed},attack=fgsm]`;

  it('stand under the table by name, with at most three cells and what the first said', () => {
    const text = toText(shown);
    expect(text).toContain(
      `Warning, black-box-stronger: ${cellOf('a', 5)}, ${cellOf('b', 5)}; the first: 12 of 64.\n`,
    );
    const three = [1, 2, 3].map((seed) => cellOf('b', seed)).join(', ');
    expect(text).toContain(`Warning, zero-gradients: ${three} and 2 more; the first: In ]: 3 | 4.\n`);
    expect(text.indexOf('black-box')).toBeLessThan(text.indexOf('zero-gradients'));
  });

  it('are told in Markdown and LaTeX, and whole in JSON', () => {
    expect(toMarkdown(shown)).toMatch(/^- Warning, zero-gradients: .* the first: In \]: 3 \\\| 4\.$/m);
    expect(toLatex(shown)).toMatch(/footnotesize Warning, zero-gradients: .*3 \\textbar\{\} 4/);
    expect(JSON.parse(toJson(shown)).warnings).toEqual([
      { name: 'black-box-stronger', cells: [cellOf('a', 5), cellOf('b', 5)], message: '12 of 64.' },
      { name: 'zero-gradients', cells: seeds.map((seed) => cellOf('b', seed)), message: 'In ]: 3 | 4.' },
    ]);
  });

  it('are those of the cells of the table alone', () => {
    const other = buildTable(
      spec({ stage: 'student', columns: [], over: ['student.seed'], rows: ['student.method'] }),
      pipeline,
      () => undefined,
      { warnings: (id) => (id.startsWith('robustness') ? [{ name: 'x', message: 'y' }] : []) },
    );
    expect(other.warnings).toEqual([]);
  });

  it('are those of needed cells whose values it shows, too, each once', () => {
    const through = spec({ values: ['model.epochs'] });
    const ofModels = (id: CellId) => (id === 'student[method=a,seed=1]' ? [{ name: 'x', message: 'y' }] : []);
    expect(buildTable(through, pipeline, () => undefined, { warnings: ofModels }).warnings).toEqual([
      { name: 'x', message: 'y', cells: ['student[method=a,seed=1]'] },
    ]);
  });
});

describe('an entry', () => {
  const percent = { ...table, format: 'percent' as const, digits: 1 };
  const entry = {
    published: undefined,
    members: [],
    mean: 0.8731,
    std: 0.006,
    range: undefined,
    n: 3,
    of: 3,
  };
  it.each([
    [entry, '87.3 ± 0.6 (3)'],
    [{ ...entry, n: 2 }, '87.3 ± 0.6 (2 of 3)'],
    [{ ...entry, std: undefined, n: 1, of: 1 }, '87.3 (1)'],
    [{ ...entry, std: undefined, n: 1 }, '87.3 (1 of 3)'],
    [{ ...entry, mean: undefined, std: undefined, n: 0 }, '—'],
    [{ ...entry, std: 0 }, '87.3 ± 0.0 (3)'],
  ])('is printed with its deviation and count, %#', (given, text) => {
    expect(ours(given, percent)).toBe(text);
  });

  it('has the digits and units of the table, and no negative zero', () => {
    expect(number(0.8731, { ...table, format: 'number', digits: 3 })).toBe('0.873');
    expect(number(-0, percent)).toBe('0.0');
    const from = (ours: number) => difference(ours, 0.5, percent);
    expect([from(0.512), from(0.488), from(0.5001), from(0.4999)]).toEqual(['+1.2', '-1.2', '0.0', '0.0']);
  });
});

it('columns stay in line where words have characters that take two columns of a terminal, or none', () => {
  const named = (kd: string) =>
    buildTable({ ...wanted, labels: { kd } }, grid(['kd'], ['none'], [1]), values);
  for (const form of [toText, toMarkdown]) {
    const narrow = form(named('abcdefgh'));
    expect(form(named('混合蒸留'))).toBe(narrow.replace('abcdefgh', '混合蒸留'));
    expect(form(named('abcdefge\u0301'))).toBe(narrow.replace('abcdefgh', 'abcdefge\u0301'));
  }
});
