import { expect, test } from 'vitest';
import { Project } from '../support/project.ts';

/** A data set of two files, and kinds that read one of them, or (as the last does) what they did not declare. */
const project = () =>
  new Project({
    'pipelines/parts.yaml': `pipeline: parts
params: {train: one, test: one}
stages:
  data: {uses: data, with: {train: "\${{ params.train }}", test: "\${{ params.test }}"}}
  model: {uses: model, needs: {data: data}}
  check: {uses: check, needs: {data: data, model: model}}
`,
    'stages/data.ts': `import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
const text = { type: 'string' };
export default {
  description: 'Two parts.',
  parameters: { type: 'object', properties: { train: text, test: text }, required: ['train', 'test'] },
  inputs: {},
  output: 'data',
  async run({ parameters, output }) {
    for (const part of ['train', 'test']) writeFileSync(join(output, part), parameters[part]);
  },
};
`,
    'stages/model.ts': kind(
      'model',
      "{ data: { type: 'data', description: 'x', reads: ['train', 'extra'] } }",
      'train',
    ),
    'stages/check.ts': kind(
      'results',
      "{ data: { type: 'data', description: 'x', reads: ['test'] }, model: { type: 'model', description: 'x' } }",
      'test',
    ),
  });

function kind(output: string, inputs: string, part: string): string {
  return `import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
export default {
  description: 'Copies a part.',
  parameters: { type: 'object', properties: {}, additionalProperties: false },
  inputs: ${inputs},
  output: '${output}',
  async run({ inputs, output }) {
    writeFileSync(join(output, 'copy'), readFileSync(inputs.data.file('${part}')));
  },
};
`;
}

test('a cell runs again for the part of an input that it reads, and for no other', async () => {
  const parts = project();
  expect(await parts.executed('parts')).toEqual(['check', 'data', 'model']);
  expect(await parts.executed('parts', '--set', 'test=two')).toEqual(['check', 'data']);
  expect(await parts.executed('parts', '--set', 'train=two')).toEqual(['check', 'data', 'model']);
  expect(await parts.executed('parts')).toEqual([]);
});

test('the plan says of a cell that it is cached unless the part that it reads changes', async () => {
  const parts = project();
  await parts.run('parts');
  const { stdout } = await parts.retable('plan', 'parts', '--set', 'test=two');
  expect(stdout).toMatch(/model .*its input data runs first; if that comes out as before, this is cached/);
});

test('why names the input whose part changed', async () => {
  const parts = project();
  await parts.run('parts');
  await parts.run('parts', '--set', 'test=two', '--only', 'data');
  const why = await parts.retable('why', 'check', 'parts', '--set', 'test=two');
  expect(why.stdout).toContain('inputs.data: ');
  expect((await parts.retable('why', 'model', 'parts', '--set', 'test=two')).stdout).toContain('is cached');
});

test('a kind sees no files of an input but those that it declares to read', async () => {
  const parts = project();
  parts.write(
    'stages/model.ts',
    kind('model', "{ data: { type: 'data', description: 'x', reads: ['train'] } }", 'test'),
  );
  const { list } = await parts.events('parts');
  expect(list.filter(({ event }) => event === 'cell-failed')).toMatchObject([
    { cell: 'model', reason: 'file-not-in-artifact' },
  ]);
});

test('a cell that reads a folder of an input sees all files in it, and runs again for one of them alone', async () => {
  const parts = project();
  const reads = (folder: string) => `{ data: { type: 'data', description: 'x', reads: ['${folder}/'] } }`;
  parts.write('stages/model.ts', kind('model', reads('train'), 'train/deep/one'));
  parts.write(
    'stages/check.ts',
    kind(
      'results',
      `${reads('test').slice(0, -2)}, model: { type: 'model', description: 'x' } }`,
      'test/one',
    ),
  );
  const data = parts.read('stages/data.ts');
  parts.write(
    'stages/data.ts',
    data.replace('{ writeFileSync }', '{ mkdirSync, writeFileSync }').replace(
      /for \(.*;/,
      `for (const file of ['train/deep/one', 'training', 'test/one']) {
      mkdirSync(join(output, file, '..'), { recursive: true });
      writeFileSync(join(output, file), parameters[file.startsWith('test') ? 'test' : 'train'] + file);
    }`,
    ),
  );
  expect(await parts.executed('parts')).toEqual(['check', 'data', 'model']);
  expect(await parts.executed('parts', '--set', 'test=two')).toEqual(['check', 'data']);
  parts.write('stages/model.ts', kind('model', reads('train'), 'training'));
  const { list } = await parts.events('parts');
  expect(list.filter(({ event }) => event === 'cell-failed')).toMatchObject([
    { cell: 'model', reason: 'file-not-in-artifact' },
  ]);
});

test('no model is trained again for other test images', async () => {
  const real = new Project({
    'pipelines/digits.yaml': `pipeline: digits
params: {train: 64, test: 16, seed: 0}
stages:
  data: {uses: dataset, with: {name: digits, train: "\${{ params.train }}", test: "\${{ params.test }}"}}
  model: {uses: train, needs: {data: data}, with: {method: standard, net: resnet-8-w4, epochs: 1, batch-size: 32}}
  check: {uses: attack, needs: {data: data, model: model}, with: {attack: none, self-check-examples: 0}}
`,
  });
  expect(await real.executed('digits', '--engine', 'cpu')).toEqual(['check', 'data', 'model']);
  expect(await real.executed('digits', '--engine', 'cpu', '--set', 'test=8')).toEqual(['check', 'data']);
});
