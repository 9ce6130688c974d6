import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { projectFiles } from '../../src/kind/project-files.ts';

function project(...files: string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'retable-files-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const file of files) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), file);
  }
  return folder;
}

const files = (folder: string, ...names: string[]) => projectFiles(names, folder).map(({ name }) => name);

it('a folder stands for all files below it, a glob for those that match, in sorted order and each once', () => {
  const folder = project('src/b.py', 'src/a.py', 'src/deep/c.py', 'src/deep/d.txt', 'e.py');
  expect(files(folder, 'src')).toEqual(['src/a.py', 'src/b.py', 'src/deep/c.py', 'src/deep/d.txt']);
  expect(files(folder, 'src/')).toEqual(files(folder, './src'));
  expect(files(folder, 'src/*.py')).toEqual(['src/a.py', 'src/b.py']);
  expect(files(folder, '**/*.py')).toEqual(['e.py', 'src/a.py', 'src/b.py', 'src/deep/c.py']);
  expect(files(folder, 'src/{a,b}.py', 'src/[a].py', './e.py', 'e.py')).toEqual([
    'e.py',
    'src/a.py',
    'src/b.py',
  ]);
});

it('a file whose name looks like a glob is that file', () => {
  expect(files(project('a[1].txt', 'a1.txt'), 'a[1].txt')).toEqual(['a[1].txt']);
});

it('what is hidden, what programs leave behind and what runs write is read only where it is named', () => {
  const folder = project(
    ...['src/.env', 'src/__pycache__/a.pyc', 'src/node_modules/x.js', 'src/a.py', '.git/config'],
    ...['cache/a.py', 'results/a.py', 'src/cache/b.py'],
  );
  expect(files(folder, 'src')).toEqual(['src/a.py', 'src/cache/b.py']);
  expect(files(folder, '.')).toEqual(['src/a.py', 'src/cache/b.py']);
  expect(files(folder, '**')).toEqual(['src/a.py', 'src/cache/b.py']);
  expect(files(folder, 'src/.env', '.git', 'cache/*.py', 'src/__pycache__')).toEqual([
    '.git/config',
    'cache/a.py',
    'src/.env',
    'src/__pycache__/a.pyc',
  ]);
});

it('a folder or a glob without files is a mistake, and a missing file is told when it is read', () => {
  const folder = project('src/.hidden', 'a.py');
  const reason = expect.objectContaining({ reason: 'no-files' });
  for (const name of ['src', '*.txt', 'gone/*.py', 'a.py/*', 'src/*'])
    expect(() => files(folder, name)).toThrow(reason);
  expect(files(folder, 'gone.py')).toEqual(['gone.py']);
});

it('links inside the project are followed, also in a circle; those that lead out are refused', () => {
  const outside = project('secret/a.txt');
  const folder = project('src/a.py', 'lib/b.py');
  symlinkSync('../lib', join(folder, 'src/lib'));
  symlinkSync('..', join(folder, 'src/up'));
  expect(files(folder, 'src')).toEqual(['src/a.py', 'src/lib/b.py', 'src/up/lib/b.py']);
  symlinkSync(join(outside, 'secret'), join(folder, 'lib/out'));
  symlinkSync(join(outside, 'secret/a.txt'), join(folder, 'a.txt'));
  const reason = expect.objectContaining({ reason: 'path-escape' });
  for (const name of ['src', 'lib', 'lib/*', 'lib/out', 'lib/out/*', 'lib/out/a.txt', 'a.txt', '*.txt'])
    expect(() => files(folder, name)).toThrow(reason);
});

it('ten thousand files are the most', () => {
  const folder = project('data/x');
  for (let k = 0; k < 10_000; k++) writeFileSync(join(folder, `data/${k}`), '');
  expect(() => files(folder, 'data')).toThrow(expect.objectContaining({ reason: 'too-many-files' }));
});
