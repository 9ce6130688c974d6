import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { Project } from '../support/project.ts';

const parsed = (file: string) => JSON.parse(readFileSync(file, 'utf8'));

test('npm reads the settings of the project without a warning', () => {
  const { stderr, status } = spawnSync('npm', ['pkg', 'get', 'name'], { encoding: 'utf8' });
  // Settings of the user's own may have some.
  expect(stderr).not.toContain('project config');
  expect(status).toBe(0);
});

test('no version of npm runs the install script of onnxruntime-node, which downloads CUDA libraries', () => {
  // npm 10 runs the scripts of packages that the lock file says have some; npm 11 asks allowScripts too. An update of the
  // package by npm brings the entry back: remove it again.
  const locked = parsed('package-lock.json').packages['node_modules/onnxruntime-node'];
  expect(locked).toBeDefined();
  expect(locked.hasInstallScript).toBeUndefined();
  expect(parsed('package.json').allowScripts['onnxruntime-node']).toBe(false);
});

test('the packed package brings onnxruntime-node without its install script', () => {
  expect(parsed('package.json').bundleDependencies).toEqual(['onnxruntime-node']);
  const file = 'node_modules/onnxruntime-node/package.json';
  const manifest = {
    name: 'onnxruntime-node',
    version: '1.30.0',
    scripts: { postinstall: 'node ./script/install', test: 'mocha' },
    main: 'dist/index.js',
  };
  const project = new Project({ [file]: JSON.stringify(manifest) });
  const prepack = resolve(parsed('package.json').scripts.prepack.replace(/^node /, ''));
  expect(spawnSync(process.execPath, [prepack], { cwd: project.folder }).status).toBe(0);
  expect(JSON.parse(project.read(file))).toEqual({ ...manifest, scripts: { test: 'mocha' } });
});
