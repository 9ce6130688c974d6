import { expect, test } from 'vitest';
import { Project } from '../support/project.ts';
import { until } from '../support/until.ts';

const pipelines = {
  'pipelines/p.yaml': `pipeline: p
stages:
  a: {uses: command, matrix: {seed: [1, 2], name: ["a b", c]}, with: {run: "echo \${{ matrix.seed }} \${{ matrix.name }}"}}
  b: {uses: command, needs: {a: a}, with: {run: "true"}}
`,
};

test.each(['a[seed=1,name=c]', 'a[name=c,seed=1]', ' a[ name = c, seed=1 ] ', '"a[name=\'c\',seed=1]"'])(
  'why finds a cell by its axes in any order, and whatever spaces and quotes there are: %s',
  async (name) => {
    const { cell } = await new Project(pipelines).json<{ cell: string }>('why', name, 'p');
    expect(cell).toBe('a[seed=1,name=c]');
  },
);

test('logs and run --only find it too, also where a value has a space', async () => {
  const project = new Project(pipelines);
  expect(await project.executed('p', '--only', 'a[name="a b",seed=2]')).toEqual(['a[seed=2,name="a b"]']);
  expect((await project.retable('logs', "a[name='a b',seed=2]", 'p')).stdout).toBe('2 a b\n');
});

test.each([
  ['a[name=c]', 'cells: a[seed=1,name=c], a[seed=2,name=c]'],
  ['a[seed=1,nam=c]', "did you mean 'a[seed=1,name=c]'?"],
  ['a[seed=1,name=d]', "did you mean 'a[seed=1,name=c]'?"],
])('a cell that is not there (%s) is told with those that may be meant', async (name, hint) => {
  const { code, stderr } = await new Project(pipelines).retable('why', name, 'p');
  expect(stderr).toContain(hint);
  expect(code).toBe(2);
});

test('several --only, and several --force, all count', async () => {
  const project = new Project(pipelines);
  const both = ['--only', 'a[seed=1,name=c]', '--only', 'a[seed=2,name=c]'];
  expect(await project.executed('p', ...both)).toEqual(['a[seed=1,name=c]', 'a[seed=2,name=c]']);
  const forced = ['--force', 'a[seed=1,name=c]', '--force', 'a[seed=2,name=c]'];
  expect(await project.executed('p', ...both, ...forced)).toEqual(['a[seed=1,name=c]', 'a[seed=2,name=c]']);
});

test('quotes around a pattern, which a shell may leave there, do no harm', async () => {
  const project = new Project(pipelines);
  const { cells } = await project.json<{ cells: object[] }>('plan', 'p', '--only', '"a[*name=c*]"');
  expect(cells).toHaveLength(2);
});

test('logs --follow prints what a cell writes until it ends, also when it is tried again', async () => {
  const project = new Project({
    'pipelines/r.yaml': `pipeline: r
stages:
  flaky:
    uses: command
    retries: 1
    with:
      run: |
        echo begin
        echo begun >> begun.txt
        while ! [ -e "go$(wc -l < begun.txt)" ]; do sleep 0.05; done
        echo end
        test $(wc -l < begun.txt) = 2
`,
  });
  const running = project.start(['run', 'r']);
  await until(() => project.lines('begun.txt').length === 1);
  const { child, finished } = project.start(['logs', 'flaky', 'r', '--follow']);
  let told = '';
  child.stdout?.on('data', (data) => (told += data));
  await until(() => told === 'begin\n');
  project.write('go1', '');
  await until(() => told === 'begin\nend\nbegin\n');
  project.write('go2', '');
  expect(await finished).toMatchObject({
    code: 0,
    stdout: 'begin\nend\nbegin\nend\n',
    stderr: 'attempt 1 ended as failed; attempt 2 follows\n',
  });
  expect((await running.finished).code).toBe(0);
});
