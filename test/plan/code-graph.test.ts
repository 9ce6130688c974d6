import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { isFailure } from '../../src/failure.ts';
import { codeGraph } from '../../src/plan/code-graph.ts';

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'retable-code-'));
  write(
    'stages/kind.ts',
    "import { attack } from '../src/attack.ts';\nexport default { run: () => attack(3) };\n",
  );
  write(
    'src/attack.ts',
    "import { step } from './step.ts';\nexport const attack = (x: number) => step * x;\n",
  );
  write('src/step.ts', 'export const step = 0.25;\nexport const unused = 1;\n');
  write('src/other.ts', 'export const other = 1;\n');
  return () => rmSync(root, { recursive: true });
});

function write(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

const graph = async (at = root) => (await codeGraph(join(at, 'stages/kind.ts'), at)).graph;

test.each([
  [
    'a comment',
    'src/step.ts',
    '// how far\nexport const step = 0.25; /* of the way */\nexport const unused = 1;\n',
  ],
  ['formatting', 'src/step.ts', 'export const step =\n    0.25\n\nexport const unused = 1;\n'],
  ['a type', 'src/step.ts', 'export const step: number = 0.25;\nexport const unused = 1;\n'],
  ['an unused export', 'src/step.ts', 'export const step = 0.25;\nexport const unused = 2;\n'],
  ['a file that is not imported', 'src/other.ts', 'export const other = 2;\n'],
])('%s changes no digest of the code', async (_, path, text) => {
  const before = await graph();
  write(path, text);
  expect((await graph()).digest).toBe(before.digest);
});

test('a constant two imports away changes the digest, and the file is named', async () => {
  const before = await graph();
  write('src/step.ts', 'export const step = 0.5;\nexport const unused = 1;\n');
  const after = await graph();
  expect(after.digest).not.toBe(before.digest);
  const changed = Object.keys(after.files).filter((file) => after.files[file] !== before.files[file]);
  expect(changed).toEqual(['src/step.ts']);
});

test('the same code in another folder has the same digest', async () => {
  const elsewhere = mkdtempSync(join(tmpdir(), 'retable-moved-'));
  onTestFinished(() => rmSync(elsewhere, { recursive: true }));
  cpSync(root, elsewhere, { recursive: true });
  expect(await graph(elsewhere)).toEqual(await graph());
});

test('a file that was moved changes no digest, also where it is loaded as the program runs', async () => {
  write(
    'stages/kind.ts',
    "export default { run: async () => (await import('../src/attack.ts')).attack(3) };\n",
  );
  const before = await graph();
  write(
    'stages/kind.ts',
    "export default { run: async () => (await import('../src/deep/er.ts')).attack(3) };\n",
  );
  write(
    'src/deep/er.ts',
    "import { step } from '../step.ts';\nexport const attack = (x: number) => step * x;\n",
  );
  expect((await graph()).digest).toBe(before.digest);
});

test('the name of a function counts, since code can read it', async () => {
  write('src/attack.ts', 'const pgd = () => 1;\nexport const attack = (x: number) => x + pgd.name;\n');
  const before = await graph();
  write('src/attack.ts', 'const fgsm = () => 1;\nexport const attack = (x: number) => x + fgsm.name;\n');
  expect((await graph()).digest).not.toBe(before.digest);
});

test('packages count with their installed versions, down to what they depend on', async () => {
  write('node_modules/far/package.json', '{"version": "2.0.0", "dependencies": {"farther": "*"}}');
  write('node_modules/far/index.js', 'module.exports = 1;');
  write('node_modules/farther/package.json', '{"version": "3.1.4"}');
  write('src/step.ts', "import far from 'far';\nexport const step = far;\n");
  expect((await graph()).packages).toEqual({ far: '2.0.0', farther: '3.1.4' });
});

test('a package that is not installed is named', async () => {
  write('src/step.ts', "import far from 'far-away';\nexport const step = far;\n");
  await expect(graph()).rejects.toMatchObject({
    reason: 'package-missing',
    message: expect.stringContaining('far-away'),
  });
});

test('a syntax error is told with file and line', async () => {
  write('src/step.ts', 'export const step = ;\n');
  const error: unknown = await graph().catch((thrown: unknown) => thrown);
  expect(isFailure(error) && error.message).toMatch(
    /stages\/kind\.ts can't be bundled: src\/step\.ts:1: Unexpected/,
  );
});

test('the package that a kind declares itself with is no package of its code', async () => {
  write(
    'stages/kind.ts',
    "import { defineKind } from 'retable/kind';\nexport default defineKind({ run: () => 1 });\n",
  );
  expect((await graph()).packages).toEqual({});
});
