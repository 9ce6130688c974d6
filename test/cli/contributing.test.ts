import { spawnSync } from 'node:child_process';
import { cpSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { Project } from '../support/project.ts';

/** The blocks of the recipes: each begins with a comment that names its file. */
const blocks = [
  ...readFileSync('CONTRIBUTING.md', 'utf8').matchAll(/^```(ts|diff)\n\/\/ (\S+)\n([\s\S]*?)^```/gm),
].map(([, form = '', file = '', text = '']) => ({ form, file, text }));

/** A file with the added lines of a diff: those at its top first of all, the others each after the line above it. */
function added(source: string, diff: string): string {
  let result = source;
  let above = '';
  for (const line of diff.trimEnd().split('\n')) {
    if (line.startsWith('+')) {
      expect(result).toContain(above);
      result = result.replace(above, () => `${above}${line.slice(1)}\n`);
    } else above = `${line.slice(1)}\n`;
  }
  return result;
}

/** This repository's sources and kinds, changed as the recipes say. */
function recipesFollowed(): Project {
  const project = new Project({
    'pipelines/mine.yaml': `pipeline: mine
stages:
  data: {uses: dataset, with: {name: synthetic}}
  model: {uses: train, needs: {data: data}, with: {method: gaussian, net: resnet-8-w1, epochs: 1, batch-size: 64}}
  test: {uses: attack, needs: {data: data, model: model}, with: {attack: corner-noise, epsilon: 0.1}}
tables:
  main: {value: test.accuracy, rows: [model.method, model.sigma]}
`,
  });
  for (const path of ['src', 'stages', 'package.json', 'tsconfig.json'])
    cpSync(path, project.path(path), { recursive: true });
  project.link('node_modules', 'node_modules');
  for (const { form, file, text } of blocks)
    project.write(file, form === 'diff' ? added(project.read(file), text) : text);
  return project;
}

test('a method and an attack that are added as CONTRIBUTING.md says type-check, train a model and attack it', async () => {
  expect(blocks).toHaveLength(4);
  const project = recipesFollowed();
  const tsc = resolve('node_modules/typescript/bin/tsc');
  expect(spawnSync(process.execPath, [tsc, '-p', project.folder], { encoding: 'utf8' }).stdout).toBe('');
  expect(await project.run('mine')).toMatchObject({ executed: 3, failed: 0 });
  const table = await project.retable('table', 'main', 'mine', '--format', 'csv');
  expect(table.stdout).toMatch(/gaussian,0\.25/);
});
