import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { Project } from '../support/project.ts';

const value = (name: string) => `echo '{\\"${name}\\": 1}' > $RETABLE_OUTPUT/values.json`;
const pipelines = {
  'pipelines/p.yaml': `pipeline: p
stages:
  a: {uses: command, with: {run: "${value('x')}"}}
  b: {uses: command, with: {run: "${value('y')}"}}
tables:
  first: {value: a.z}
  second: {value: b.y}
`,
};

test('a cell that does not give a value costs the table that shows it, and no other', async () => {
  const project = new Project(pipelines);
  const { code, stdout, stderr } = await project.retable('run', 'p');
  expect(stderr).toContain('error: table first: a has no value "z".\n  Its values: x');
  expect(stdout).toContain('1.000 (1)');
  expect(code).toBe(2);
  expect(existsSync(project.path('results/p/first.csv'))).toBe(false);
  expect(existsSync(project.path('results/p/second.csv'))).toBe(true);

  const table = await project.retable('table', 'p');
  expect(table.stderr).toContain('error: table first: a has no value "z".');
  expect(table.stdout).toContain('1.000 (1)');
  expect(table.code).toBe(2);

  const first = await project.retable('table', 'first', 'p', '--format', 'csv');
  expect(first).toMatchObject({ code: 2, stdout: '' });
  expect(await project.json('table', 'p')).toMatchObject({ tables: [{ table: 'second' }] });
});
