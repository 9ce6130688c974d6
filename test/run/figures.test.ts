import { statSync } from 'node:fs';
import { expect, test } from 'vitest';
import { dataOf } from '../page/page-in-report.ts';
import { Project } from '../support/project.ts';
import { sweeping } from '../support/sweeping.ts';

/** Trainings that record epochs: the loss of epoch e is method / e + seed. Names and labels have odd characters. */
const trainings = {
  'pipelines/p.yaml': `pipeline: p
stages:
  train:
    uses: curve
    matrix:
      method: [1, 2]
      mark: ['<img src=x onerror=alert(1)>']
      seed: [1, 2, 3]
tables:
  main: {value: train.last, rows: [mark, method], over: seed}
figures:
  training:
    plot: history
    of: train
    values: [loss, accuracy]
    series: [mark, method]
    over: seed
    format: {accuracy: percent}
    labels: {train.method=2: '\\input{secret}, "2"'}
  last: {plot: bars, value: train.last, groups: [mark, method], over: seed, band: range}
`,
  'stages/curve.ts': `import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
export default {
  description: 'Records epochs.',
  parameters: { type: 'object', properties: {
    method: { type: 'integer' }, mark: { type: 'string' }, seed: { type: 'integer' },
  } },
  inputs: {},
  output: 'curve',
  async run({ parameters: { method, seed }, output, record, values, places }) {
    if (seed === 3 && existsSync(join(places.project, 'third-fails'))) throw new Error('no');
    writeFileSync(join(output, 'made'), 'yes');
    const epochs = method + 1;
    for (let epoch = 1; epoch <= epochs; epoch += 1)
      record(
        { epoch, loss: method / epoch + seed, accuracy: epoch === 2 ? null : 0.5, schedule: 'flat' },
        epoch === 1 ? undefined : { seconds: epoch * seed, rest: 1 },
      );
    values({ last: method / epochs + seed });
  },
};
`,
};

interface FigureJson {
  readonly notes: readonly string[];
  readonly panels: readonly {
    readonly title: string | null;
    readonly y: { readonly words: string; readonly format: string };
    readonly x: { readonly words: string; readonly scale: string; readonly ticks?: unknown };
    readonly series: readonly {
      readonly words: string;
      readonly points: readonly {
        readonly x: { readonly value: number | null };
        readonly y: { readonly value: number | null; readonly low: number | null; readonly n: number };
        readonly words?: string;
      }[];
    }[];
  }[];
}

const figure = (project: Project, ...args: string[]) => project.json<FigureJson>('figure', ...args);

test('a history shows the mean over seeds of what trainings recorded, also while some have not run', async () => {
  const project = new Project(trainings);
  project.write('third-fails', '');
  expect((await project.run('p')).failed).toBe(2);
  const { panels, notes } = await figure(project, 'training', 'p');
  expect(panels.map(({ y }) => [y.words, y.format])).toEqual([
    ['loss', 'number'],
    ['accuracy', 'percent'],
  ]);
  expect(panels[0]?.x).toMatchObject({ words: 'epoch', scale: 'linear' });
  const series = panels[0]?.series ?? [];
  expect(series.map(({ words }) => words)).toEqual([
    '<img src=x onerror=alert(1)> / method = 1',
    '<img src=x onerror=alert(1)> / \\input{secret}, "2"',
  ]);
  // The mean over the seeds 1 and 2 of 2 / epoch + seed; their deviation is that of 1 and 2.
  const points = series[1]?.points ?? [];
  expect(points.map(({ x, y }) => [x.value, y.value, y.n])).toEqual(
    [1, 2, 3].map((e) => [e, 2 / e + 1.5, 2]),
  );
  expect(points[0]?.y.low).toBeCloseTo(3.5 - Math.SQRT1_2, 12);
  expect(panels[1]?.series[0]?.points.map(({ y }) => y.value)).toEqual([0.5, null]);
  expect(notes).toEqual([
    'Bands: mean ± sample standard deviation over train.seed; n = 2.',
    'Cells without records here: 2 of 6. They have not run yet, failed, or record nothing.',
  ]);
});

test('a history shows what was measured of epochs, and says that it was', async () => {
  const files = { ...trainings };
  files['pipelines/p.yaml'] +=
    '  cost: {plot: history, of: train, values: [seconds], series: [mark, method], over: seed}\n';
  const project = new Project(files);
  expect((await project.run('p')).failed).toBe(0);
  const { panels, notes } = await figure(project, 'cost', 'p');
  // The mean over the seeds 1, 2 and 3 of epoch × seed; nothing was measured of the first epoch.
  expect(panels[0]?.series[1]?.points.map(({ x, y }) => [x.value, y.value, y.n])).toEqual([
    [1, null, 0],
    [2, 4, 3],
    [3, 6, 3],
  ]);
  expect(notes).toContain('Measured, so that it depends on the machine: seconds.');
  expect((await figure(project, 'training', 'p')).notes.join()).not.toContain('Measured');
  const { cells } = dataOf(project.read('results/p/report.html'));
  const [cell] = cells.filter(({ axes }) => axes.method === 2 && axes.seed === 3);
  expect(cell?.curves).toMatchObject({ columns: { seconds: [null, 6, 9] }, measured: ['seconds'] });
});

test('a figure has the same bytes in another language and time zone, and a run writes it only if it changed', async () => {
  const project = new Project(trainings);
  expect((await project.run('p')).failed).toBe(0);
  const german = { LANG: 'de_DE.UTF-8', LC_ALL: 'de_DE.UTF-8', TZ: 'Asia/Kolkata' };
  for (const format of ['csv', 'vega-lite', 'json']) {
    const [here, there] = [
      await project.retable('figure', 'training', 'p', '--format', format),
      await project.start(['figure', 'training', 'p', '--format', format], german).finished,
    ];
    expect(here).toMatchObject({ code: 0, stderr: '' });
    expect(here.stdout.length).toBeGreaterThan(100);
    expect(there).toEqual(here);
  }
  const csv = await project.retable('figure', 'training', 'p', '--format', 'csv');
  expect(project.read('results/p/training.csv')).toBe(csv.stdout);
  const time = () => statSync(project.path('results/p/training.csv'), { bigint: true }).mtimeNs;
  const before = time();
  const { stdout } = await project.retable('run', 'p');
  expect(stdout).toContain('tables and figures written to results/p/');
  expect(time()).toBe(before);
  project.append('results/p/training.csv', 'changed');
  await project.retable('run', 'p');
  expect(project.read('results/p/training.csv')).toBe(csv.stdout);
});

test('the form of a figure is that of its file, and a folder takes all figures', async () => {
  const project = new Project(trainings);
  await project.run('p');
  expect(await project.retable('figure', 'last', 'p', '--to', 'paper/last.vl.json')).toMatchObject({
    code: 0,
    stdout: 'paper/last.vl.json\n',
  });
  expect(JSON.parse(project.read('paper/last.vl.json')).$schema).toContain('vega-lite/v5');
  const all = await project.retable('figure', 'p', '--format', 'csv', '--to', 'paper/');
  expect(all.stdout).toBe('paper/training.csv\npaper/last.csv\n');
  expect(project.read('paper/last.csv')).toBe(project.read('results/p/last.csv'));
  const list = await project.json<{ figures: { figure: string }[] }>('figure', 'p');
  expect(list.figures.map((one) => one.figure)).toEqual(['training', 'last']);
});

test('mistakes on the command line say what there is', async () => {
  const project = new Project(trainings);
  expect(await project.retable('figure', 'trainign', 'p')).toMatchObject({
    code: 2,
    stderr: "error: p has no figure trainign.\n  did you mean 'training'?\n",
  });
  const format = await project.retable('figure', 'last', 'p', '--format', 'gif');
  expect(format.stderr).toMatch(/There is no format gif\.\n {2}Formats: .*csv, vega-lite, json/);
  for (const to of [[], ['--to', 'all.csv']]) {
    const { code, stderr } = await project.retable('figure', 'p', '--format', 'csv', ...to);
    expect([code, stderr]).toEqual([2, expect.stringContaining('Figures: training, last.')]);
  }
});

test('a file whose ending does not fit the form of a figure is refused', async () => {
  const project = new Project(trainings);
  const unknown = await project.retable('figure', 'last', 'p', '--to', 'x.gif');
  expect(unknown.stderr).toMatch(/No format of figures has files that end in \.gif\.\n {2}Endings: \.svg, /);
  const other = await project.retable('figure', 'last', 'p', '--format', 'csv', '--to', 'x.svg');
  expect(other.stderr).toContain('x.svg does not end as a file of the format csv does.');
  expect([unknown.code, other.code]).toEqual([2, 2]);
});

test('a figure that cannot be made costs no other', async () => {
  const project = new Project({
    ...trainings,
    'pipelines/p.yaml': trainings['pipelines/p.yaml']
      .replace('values: [loss, accuracy]', 'values: [los, accuracy]')
      .replace(', accuracy: percent', ''),
  });
  const { code, stderr } = await project.retable('run', 'p');
  expect(code).toBe(2);
  expect(stderr).toContain('figure training: train[method=1');
  expect(stderr).toContain(
    'has no record of "los".\n  It records: epoch, loss, accuracy, schedule, rest, seconds.',
  );
  expect(project.read('results/p/last.csv')).toContain(',last,2.5,1.5,3.5,3\n');
});

test('a sweep is drawn with the scores that `retable sweep` lists', async () => {
  const files = sweeping();
  const yaml = `${files['pipelines/sweep.yaml']}figures:\n  search: {plot: sweep, sweep: tune}\n`;
  const project = new Project({ ...files, 'pipelines/sweep.yaml': yaml });
  const empty = await figure(project, 'search', 'sweep');
  expect(
    empty.panels.flatMap(({ series }) =>
      series.flatMap(({ points }) => points.filter(({ y }) => y.value !== null)),
    ),
  ).toEqual([]);
  await project.run('sweep');
  const { panels, notes } = await figure(project, 'search', 'sweep');
  const listed = await project.json<{
    choice: number;
    trials: { trial: number; point: { lr: number; net: string }; scores: number[] }[];
  }>('sweep', 'sweep', 'tune');
  const [rungs, best, lr, net] = panels;
  const plotted = (rungs?.series[0]?.points ?? []).filter(({ y }) => y.value !== null);
  const stops = [1, 3, 9];
  expect(plotted.map(({ x, y }) => [x.value, y.value])).toEqual(
    listed.trials.flatMap(({ scores }) => scores.map((score, rung) => [stops[rung], score])),
  );
  expect(rungs?.series[1]?.words).toBe('chosen');
  expect(rungs?.series[1]?.points.map(({ y }) => y.value)).toEqual(listed.trials[listed.choice]?.scores);
  expect(best?.series.map(({ words }) => words)).toEqual(['epochs = 1', 'epochs = 3', 'epochs = 9']);
  let highest = Number.NEGATIVE_INFINITY;
  expect(best?.series[0]?.points.map(({ y }) => y.value)).toEqual(
    listed.trials.map(({ scores: [score = 0] }) => (highest = Math.max(highest, score))),
  );
  expect(lr?.x).toMatchObject({ words: 'lr', scale: 'log' });
  expect(lr?.series[0]?.points.map(({ x, y }) => [x.value, y.value])).toEqual(
    listed.trials.map(({ point, scores }) => [point.lr, scores[0]]),
  );
  const last = lr?.series[2]?.points ?? [];
  expect(last.flatMap(({ words, x }) => (words ? [[words, x.value]] : []))).toEqual([
    [`trial ${listed.choice}`, listed.trials[listed.choice]?.point.lr],
  ]);
  expect(net?.x.ticks).toEqual([
    { value: 1, words: 'a' },
    { value: 2, words: 'b' },
  ]);
  expect(notes).toEqual([
    'Each score is the mean of 2 cells (n = 2); the highest is the best.',
    `Chosen: trial ${listed.choice} of 9.`,
  ]);
});
