import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { Project } from '../support/project.ts';

beforeAll(() => {
  expect(spawnSync(process.execPath, ['declarations.mjs'], { encoding: 'utf8' })).toMatchObject({
    status: 0,
    stdout: '',
  });
});

const kind = (result: string) => `import { Type } from '@sinclair/typebox';
import { defineKind } from 'retable/kind';

export default defineKind({
  description: 'Half of it.',
  parameters: Type.Object({ whole: Type.Number() }),
  inputs: {},
  output: 'results',
  async run({ parameters, values, engine }) {
    const { identity } = await engine();
    values({ result: ${result}, name: identity.name.length });
  },
});
`;

/** A project that has retable as a package, with a kind of its own. */
function withKind(source: string, options: object): Project {
  const project = new Project({
    'package.json': JSON.stringify({ name: 'mine', type: 'module' }),
    'tsconfig.json': JSON.stringify({
      compilerOptions: { target: 'es2022', strict: true, noEmit: true, types: [], ...options },
    }),
    'stages/half.ts': source,
  });
  project.link('node_modules/retable', '.');
  project.link('node_modules/@sinclair/typebox', 'node_modules/@sinclair/typebox');
  return project;
}

/** What the TypeScript compiler prints about a project. */
function tsc(project: Project, ...args: string[]): string {
  const compiler = resolve('node_modules/typescript/bin/tsc');
  return spawnSync(process.execPath, [compiler, '-p', project.folder, ...args], { encoding: 'utf8' }).stdout;
}

// Settings that this repository does not have. Without `skipLibCheck` the declarations of TensorFlow.js do not pass.
const strictest = {
  noUnusedLocals: true,
  noUnusedParameters: true,
  exactOptionalPropertyTypes: true,
  noPropertyAccessFromIndexSignature: true,
  skipLibCheck: true,
};

test.each([
  { module: 'esnext', moduleResolution: 'bundler' },
  { module: 'node16', moduleResolution: 'node16' },
])('a kind type-checks in a project that has retable as a package, under %o', (resolution) => {
  const options = { ...strictest, ...resolution };
  expect(tsc(withKind(kind('parameters.whole / 2'), options))).toBe('');
  const wrong = tsc(withKind(kind('parameters.hole / 2'), options));
  expect(wrong).toContain("error TS2551: Property 'hole' does not exist");
  expect(wrong.match(/error/g)).toHaveLength(1);
});

test('a kind of such a project can fail with a reason of its own, which cannot be confused with one of retable', async () => {
  const failing = (reason: string) =>
    kind('1')
      .replace('import { defineKind }', 'import { defineKind, Failure }')
      .replace(
        'const { identity }',
        `throw new Failure('${reason}', 'There is no GPU.', { hint: 'Add one.' });\n    const { identity }`,
      );
  const options = {
    ...strictest,
    allowUnreachableCode: true,
    noUnusedParameters: false,
    module: 'node16',
    moduleResolution: 'node16',
  };
  expect(tsc(withKind(failing('disk-ful'), options))).toContain('"disk-ful"');
  const project = withKind(failing('own:no-gpu'), options);
  expect(tsc(project)).toBe('');
  project.write('pipelines/p.yaml', 'pipeline: p\nstages: {a: {uses: half, with: {whole: 1}}}\n');
  const { list } = await project.events('p');
  expect(list.filter(({ event }) => event === 'cell-failed')).toMatchObject([
    { reason: 'own:no-gpu', message: 'There is no GPU.', hint: 'Add one.' },
  ]);
});

test('the compiler of such a project sees declarations, and none of the sources of retable', () => {
  const options = { ...strictest, module: 'node16', moduleResolution: 'node16' };
  const files = tsc(withKind(kind('1'), options), '--listFilesOnly')
    .trim()
    .split('\n');
  expect(files.filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts'))).toEqual([
    expect.stringMatching(/stages\/half\.ts$/),
  ]);
});
