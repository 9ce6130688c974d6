import { expect, it } from 'vitest';
import { loadPipeline } from '../../../src/pipeline/load.ts';
import { registry } from '../kinds.ts';

const text = (name: string) => `# alpha\npipeline: ${name}\nstages: {data: {uses: dataset}}\n`;

async function found(name: string, others: { file: string; text: string }[]) {
  const result = await loadPipeline({ file: 'a.yaml', text: text(name) }, { kinds: registry, others });
  return (result.ok ? result.warnings : result.diagnostics).map(({ code, message, related }) => [
    code,
    message,
    ...(related ?? []).map(({ location: { file, line, column } }) => `${file}:${line}:${column}`),
  ]);
}

it('another pipeline of the same name is a mistake that names both files, in upper or lower case', async () => {
  expect(await found('a', [{ file: 'pipelines/b.yaml', text: `{pipeline: "A", stages: 3}` }])).toEqual([
    ['duplicate-pipeline', "pipelines/b.yaml has a pipeline 'A' too", 'pipelines/b.yaml:1:12'],
  ]);
});

it.each([
  'pipeline: A',
  '"pipeline" : \'a\'',
  'pipeline:\n  a',
  'pipeline: &name a',
  '{stages: 1, pipeline: !!str a}',
])('also where it is written as %j', async (text) => {
  expect(await found('a', [{ file: 'b.yaml', text }])).toHaveLength(1);
});

it('another pipeline of another name, or a file that is broken, is none', async () => {
  const others = [
    { file: 'b.yaml', text: text('b') },
    { file: 'b.yaml', text: text('a-b') },
    { file: 'b.yaml', text: 'description: |\n  pipeline: a\npipeline: b\n' },
    { file: 'c.yaml', text: 'pipeline: a: b\n' },
    { file: 'd.yaml', text: '- a\n' },
    { file: 'e.yaml', text: '' },
  ];
  expect(await found('a', others)).toEqual([]);
});

it('a name that is not that of its file is a warning', async () => {
  expect(await found('alpha', [])).toEqual([
    ['other-file-name', "the pipeline 'alpha' is in a file called 'a'"],
  ]);
});
