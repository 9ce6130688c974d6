import { expect, test } from 'vitest';
import { Project } from '../support/project.ts';

const files = {
  'pipelines/w.yaml': `pipeline: w
stages:
  a: {uses: warned, matrix: {i: [1, 2]}, with: {i: "\${{ matrix.i }}"}}
tables:
  main: {value: a.x, rows: i}
`,
  'stages/warned.ts': `export default {
  description: 'Warns where i is 2.',
  parameters: { type: 'object', properties: { i: { type: 'integer' } }, required: ['i'] },
  inputs: {},
  output: 'x',
  async run({ parameters, values, warn }) {
    values({ x: parameters.i });
    if (parameters.i === 2) warn('too-great', 'It is 2.');
  },
};
`,
};

test('what a cell warns of is in its log and stands under the tables that show it, of a cached cell too', async () => {
  const project = new Project(files);
  const line = 'Warning, too-great: a[i=2]: It is 2.';
  expect((await project.retable('run', 'w')).stdout).toContain(line);
  expect((await project.retable('logs', 'a[i=2]', 'w')).stdout).toBe('warning: too-great: It is 2.\n');
  expect((await project.run('w')).cached).toBe(2);
  expect((await project.retable('table', 'main', 'w')).stdout).toContain(line);
  expect(project.read('results/w/main.md')).toContain(`- ${line.replace('[', '\\[')}`);
  const { warnings } = await project.json<{ warnings: object[] }>('table', 'main', 'w');
  expect(warnings).toEqual([{ name: 'too-great', cells: ['a[i=2]'], message: 'It is 2.' }]);
});

test('a program may write warnings.json, and one that cannot be read is a warning itself', async () => {
  const command = (text: string) =>
    `cd $RETABLE_OUTPUT; echo '{"x": 1}' > values.json; echo '${text}' > warnings.json`;
  const project = new Project({
    'pipelines/p.yaml': `pipeline: p
stages:
  good: {uses: command, with: {run: ${JSON.stringify(command('[{"name": "odd", "message": "So."}]'))}}}
  bad: {uses: command, with: {run: ${JSON.stringify(command('{}'))}}}
tables:
  good: {value: good.x}
  bad: {value: bad.x}
`,
  });
  await project.retable('run', 'p');
  expect((await project.json<{ warnings: object[] }>('table', 'good', 'p')).warnings).toMatchObject([
    { name: 'odd', cells: ['good'], message: 'So.' },
  ]);
  expect((await project.json<{ warnings: object[] }>('table', 'bad', 'p')).warnings).toMatchObject([
    { name: 'warnings-unreadable', cells: ['bad'] },
  ]);
});
