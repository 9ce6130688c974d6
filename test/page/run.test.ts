import { existsSync, readFileSync, statSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { Project } from '../support/project.ts';
import { dataOf } from './page-in-report.ts';
import { SECRET, smallProject } from './small-project.ts';

// What `retable report` and `retable run` write, as a file.

describe('a run', () => {
  test('leaves a report beside the tables, with all that led to the numbers', async () => {
    const project = smallProject();
    const { stdout } = await project.retable('run', 'small');
    expect(stdout).toContain('report: results/small/report.html\n');
    const { cells, tables, stages, codes, warnings, ...data } = dataOf(
      project.read('results/small/report.html'),
    );
    expect(data).toMatchObject({ pipeline: 'small', description: 'Programs that stand for trainings.' });
    expect(cells).toHaveLength(28);
    const table = JSON.parse(project.read('results/small/main.json'));
    for (const [row, { entries }] of tables[0]?.rows.entries() ?? []) {
      for (const [column, { mean, std, members }] of entries.entries()) {
        const json = table.cells[row][column];
        expect({ mean, std }).toEqual({ mean: json.mean, std: json.std });
        expect(members).toHaveLength(json.of);
        const numbers = members.flatMap(([, number]) => number ?? []);
        expect(numbers).toHaveLength(json.n);
        for (const [place, number] of members) {
          const { accuracy } = cells[place]?.values ?? {};
          expect(accuracy ?? null).toBe(number);
        }
      }
    }
    // The file of the artifact itself, by the index of the cache.
    const listed = await project.json<{ cells: { cell: string; artifact: string; fingerprint: string }[] }>(
      'cache',
      'ls',
    );
    for (const { cell, artifact, fingerprint } of listed.cells)
      expect(cells.find(({ id }) => id === cell)).toMatchObject({ artifact, fingerprint, state: 'done' });
    const test = cells.find(({ id }) => id.includes('attack=none'));
    const model = cells[test?.needs.model ?? -1];
    expect(stages[model?.stage ?? -1]?.name).toBe('model');
    expect(model?.curves?.columns).toEqual({ epoch: [1, 2, 3, 4], loss: [0.5, 0.33333, 0.25, 0.2] });
    expect(model?.sources).toHaveProperty(['model.mjs']);
    expect(model?.attempt?.log).toBe('model.mjs with (hidden)');
    expect(Object.keys(codes[model?.code ?? -1]?.files ?? {})).toContain('stages/command.ts');
    expect(warnings).toEqual([{ name: 'few-images', message: 'Only 3 <i>images</i>.', cells: [1] }]);
  });

  test('hands on neither secrets nor folders of the machine', async () => {
    const project = smallProject();
    await project.retable('run', 'small');
    const html = project.read('results/small/report.html');
    expect(html).not.toContain(SECRET);
    expect(html).not.toContain(project.folder);
    const failed = dataOf(html).cells.find(({ state }) => state === 'failed');
    expect(failed?.message).toBe('It exited with 1.');
    expect(failed?.attempt?.log).toContain('Error: no memory in (project)');
  });

  test('hands on no folders of the machine with the warnings of figures', async () => {
    const project = new Project({
      'pipelines/p.yaml': `pipeline: p
stages:
  a:
    uses: command
    matrix: {n: [1, 2]}
    with: {run: [node, a.mjs, "\${{ matrix.n }}"], files: [a.mjs]}
figures: {f: {plot: line, value: a.x, x: n}}
`,
      'a.mjs': `import { writeFileSync } from 'node:fs';
const write = (name, value) => writeFileSync(process.env.RETABLE_OUTPUT + '/' + name, JSON.stringify(value));
write('values.json', { x: 1 });
write('warnings.json', [{ name: 'few-images', message: 'Few images in ' + process.cwd() + '/data.' }]);
`,
    });
    const { code, stderr } = await project.retable('run', 'p');
    expect(stderr).toBe('');
    expect(code).toBe(0);
    const html = project.read('results/p/report.html');
    expect(dataOf(html).figures[0]?.notes.join()).toContain('Few images in data.');
    expect(html).not.toContain(project.folder);
  });

  test('in which no cell runs leaves the report as it is, if it is up to date', async () => {
    const project = new Project({
      'pipelines/p.yaml':
        "pipeline: p\nstages:\n  a: {uses: command, with: {run: 'true'}}\ntables: {main: {value: a.x}}\n",
    });
    const report = project.path('results/p/report.html');
    const inode = () => statSync(report).ino;
    await project.retable('run', 'p');
    const first = inode();
    const before = project.read('results/p/report.html');
    const { stdout } = await project.retable('run', 'p');
    expect(stdout).toContain('report: results/p/report.html\n');
    expect(inode()).toBe(first);
    project.write(
      'pipelines/p.yaml',
      project.read('pipelines/p.yaml').replace('pipeline: p', 'pipeline: p\ndescription: New.'),
    );
    await project.retable('run', 'p');
    expect(dataOf(project.read('results/p/report.html')).description).toBe('New.');
    project.write('results/p/report.html', 'spoiled');
    await project.retable('run', 'p');
    expect(project.read('results/p/report.html')).toContain('"description":"New."');
    expect(before).not.toContain('New.');
  });

  test('of a pipeline without tables has a report, too', async () => {
    const project = new Project({
      'pipelines/p.yaml': "pipeline: p\nstages:\n  a: {uses: command, with: {run: 'true'}}\n",
    });
    await project.retable('run', 'p');
    expect(dataOf(project.read('results/p/report.html')).cells).toMatchObject([{ id: 'a', state: 'done' }]);
  });

  test('that finds other results in the cache shows them in its report, also without tables', async () => {
    const text = (command: string) =>
      `pipeline: p\nstages:\n  a: {uses: command, with: {run: '${command}'}}\n`;
    const project = new Project({ 'pipelines/p.yaml': text('true') });
    const fingerprintAfter = async (command: string) => {
      project.write('pipelines/p.yaml', text(command));
      await project.retable('run', 'p');
      return dataOf(project.read('results/p/report.html')).cells[0]?.fingerprint;
    };
    const first = await fingerprintAfter('true');
    expect(await fingerprintAfter('echo')).not.toBe(first);
    // Cached.
    expect(await fingerprintAfter('true')).toBe(first);
  });
});

describe('retable report', () => {
  test('writes the same bytes for the same results, in any locale and time zone', async () => {
    const project = smallProject();
    await project.retable('run', 'small');
    const { stdout, code } = await project.retable('report', 'small', '--to', 'one.html');
    expect(stdout).toBe('report written to one.html\n');
    expect(code).toBe(0);
    const env = { TZ: 'Pacific/Auckland', LC_ALL: 'de_DE.UTF-8', LANG: 'de_DE.UTF-8' };
    await project.start(['report', 'small', '--to', 'deep/two.html'], env).finished;
    expect(project.read('deep/two.html')).toBe(project.read('one.html'));
    expect(project.read('one.html')).toBe(project.read('results/small/report.html'));
    const json = await project.json('report', 'small', '--to', 'one.html');
    const file = project.path('one.html');
    expect(json).toEqual({ file, bytes: readFileSync(file).length });
  });

  test('shows what has not run, and creates no cache', async () => {
    const project = smallProject();
    const { code } = await project.retable('report', 'small');
    expect(code).toBe(0);
    const { cells, tables } = dataOf(project.read('results/small/report.html'));
    expect(cells[0]).toMatchObject({ id: 'data', state: 'waiting', message: 'it has not run before' });
    expect(tables[0]?.rows[0]?.entries[0]).toMatchObject({ text: '—', mean: null });
    expect(existsSync(project.path('cache'))).toBe(false);
  });

  test('names a table that could not be made', async () => {
    const project = new Project({
      'pipelines/p.yaml':
        'pipeline: p\nstages:\n  a: {uses: command, with: {run: "echo \'{\\"x\\": 1}\' > $RETABLE_OUTPUT/values.json"}}\ntables: {main: {value: a.y}}\n',
    });
    expect((await project.retable('run', 'p')).code).toBe(2);
    const { problems } = dataOf(project.read('results/p/report.html'));
    expect(problems).toEqual(['table main: a has no value "y".']);
  });
});
