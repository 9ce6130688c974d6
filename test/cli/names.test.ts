import { symlinkSync } from 'node:fs';
import { expect, test } from 'vitest';
import { Project } from '../support/project.ts';

const alpha = 'pipeline: alpha\nstages: {a: {uses: command, with: {run: "true"}}}\n';

test('two files with one pipeline name are a mistake for every command, with line and column', async () => {
  const project = new Project({ 'pipelines/a.yaml': alpha, 'pipelines/b.yaml': alpha });
  for (const command of ['validate', 'plan', 'run', 'table']) {
    const { code, stderr } = await project.retable(command, ...(command === 'table' ? ['x'] : []), 'b');
    expect(code).toBe(2);
    expect(stderr).toContain('pipelines/b.yaml:1:11');
    expect(stderr).toContain("pipelines/a.yaml has a pipeline 'alpha' too");
  }
});

test('a name that two files of pipelines/ have is not resolved in silence', async () => {
  const other = alpha.replace('alpha', 'beta');
  const project = new Project({ 'pipelines/alpha.yaml': alpha, 'pipelines/alpha.yml': other });
  const { code, stderr } = await project.retable('validate', 'alpha');
  expect(code).toBe(2);
  expect(stderr).toContain('pipelines/alpha.yaml and pipelines/alpha.yml');
});

test('a link to a pipeline is not another pipeline, and a link that leads nowhere is none', async () => {
  const project = new Project({ 'pipelines/alpha.yaml': alpha });
  symlinkSync('alpha.yaml', project.path('pipelines/beta.yaml'));
  symlinkSync('nowhere', project.path('pipelines/.#alpha.yaml'));
  expect((await project.retable('validate', 'alpha')).code).toBe(0);
});
