import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';

function retable(...args: string[]): string {
  return execFileSync(process.execPath, ['dist/retable.js', ...args], { encoding: 'utf8' });
}

test('the published JSON Schema is that of the kinds: `retable schema > pipeline.schema.json` renews it', () => {
  expect(readFileSync('pipeline.schema.json', 'utf8')).toBe(retable('schema'));
});

test('the manual of the kinds is that of their schemas: `retable kinds --markdown` prints its second half', () => {
  const [, printed] = readFileSync('docs/kinds.md', 'utf8').split('## The kinds that come with retable\n\n');
  expect(printed).toBe(retable('kinds', '--markdown'));
});

test('the list of failures is that of the code: `retable failures --markdown` prints all but its introduction', () => {
  const [, ...sections] = readFileSync('docs/failures.md', 'utf8').split(/^(?=## )/m);
  expect(sections.join('')).toBe(retable('failures', '--markdown'));
});

test('a program can read all reasons of failures and their exit codes', () => {
  const { reasons } = JSON.parse(retable('failures', '--json'));
  expect(reasons).toContainEqual({
    reason: 'disk-full',
    group: 'machine',
    exitCode: 1,
    meaning: 'The disk is full.',
  });
  expect(reasons).toContainEqual(expect.objectContaining({ reason: 'bad-flag', exitCode: 2 }));
});

describe('the pipelines that come with retable', () => {
  const names = readdirSync('pipelines').map((file) => basename(file, '.yaml'));

  test.each(names)(
    '%s is valid in every profile, and has one that runs without data from elsewhere',
    (name) => {
      const { profiles } = parse(readFileSync(`pipelines/${name}.yaml`, 'utf8'), { merge: true });
      expect(Object.keys(profiles)).toContain('quick');
      for (const profile of Object.keys(profiles)) {
        expect(retable('validate', name, '--profile', profile)).toMatch(/^valid: /);
      }
    },
  );
});

test('the pipeline in the README is valid', async () => {
  const [yaml] = /(?<=```yaml\n)[\s\S]*?(?=```)/.exec(readFileSync('README.md', 'utf8')) ?? [''];
  const { Project } = await import('../support/project.ts');
  const project = new Project({ 'pipelines/alpha.yaml': yaml });
  expect((await project.retable('validate', 'alpha')).stdout).toBe('valid: 3 stages, 19 cells, 1 table\n');
});

test('the pipeline in the manual of sweeps is valid', async () => {
  const [yaml] = /(?<=```yaml\n)[\s\S]*?(?=```)/.exec(readFileSync('docs/sweeps.md', 'utf8')) ?? [''];
  const { Project } = await import('../support/project.ts');
  const project = new Project({ 'pipelines/rate.yaml': `pipeline: rate\n${yaml}` });
  const { stdout, stderr } = await project.retable('validate', 'rate');
  expect(stderr).toBe('');
  expect(stdout).toMatch(/^valid: /);
});

test('the pipeline in the manual of the kinds is valid', async () => {
  const [yaml] = /(?<=```yaml\n)[\s\S]*?(?=```)/.exec(readFileSync('docs/kinds.md', 'utf8')) ?? [''];
  const { Project } = await import('../support/project.ts');
  const project = new Project({ 'pipelines/attacks.yaml': yaml });
  expect((await project.retable('validate', 'attacks')).stdout).toBe('valid: 4 stages, 15 cells, 3 tables\n');
});

test('the pipeline in the manual of figures is valid', async () => {
  const [yaml] = /(?<=```yaml\n)[\s\S]*?(?=```)/.exec(readFileSync('docs/figures.md', 'utf8')) ?? [''];
  const { Project } = await import('../support/project.ts');
  const project = new Project({ 'pipelines/strength.yaml': yaml });
  const { stdout } = await project.retable('validate', 'strength');
  expect(stdout).toBe('valid: 4 stages, 33 cells, 0 tables, 5 figures\n');
});

test('the kind in the manual runs', async () => {
  const [source] = /(?<=```ts\n)[\s\S]*?(?=```)/.exec(readFileSync('docs/kinds.md', 'utf8')) ?? [''];
  const { Project } = await import('../support/project.ts');
  const project = new Project({
    'stages/classes.ts': source,
    'pipelines/classes.yaml':
      'pipeline: classes\nstages:\n  data: {uses: dataset, with: {name: digits}}\n  classes: {uses: classes, needs: {data: data}}\ntables:\n  main: {value: [classes.least, classes.most]}\n',
  });
  for (const folder of ['src', 'node_modules']) symlinkSync(resolve(folder), project.path(folder));
  const { stdout, code } = await project.retable('run', 'classes');
  expect(code).toBe(0);
  expect(stdout).toMatch(/least\s+most/);
});

test('what the build leaves is a program, which `npx retable` can start', () => {
  expect(execFileSync('dist/retable.js', ['--version'], { encoding: 'utf8' })).toMatch(/^\d+\.\d+\.\d+\n$/);
});
