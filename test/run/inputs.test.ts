import { rmSync } from 'node:fs';
import { expect, test } from 'vitest';
import { Project } from '../support/project.ts';

const ten = 'seq 10 > $RETABLE_OUTPUT/lines';
const count = `echo "{\\"lines\\": $(cat $RETABLE_INPUT_A/lines | wc -l)}" > $RETABLE_OUTPUT/values.json`;
const untilTold = 'touch began; until test -e go; do sleep 0.05; done';

function stage(name: string, needs: string, run: string): string {
  return `  ${name}:\n    uses: command\n    needs: {${needs}}\n    with:\n      run: |\n${run
    .split('\n')
    .map((line) => `        ${line}\n`)
    .join('')}`;
}

/** A pipeline that `cache gc` cannot find by itself: its file lies outside `pipelines/`. */
const unseen = (stages: string) => ({
  'grid.yaml': `pipeline: grid\nstages:\n${stage('a', '', ten)}${stages}`,
});

test('cache gc beside a run leaves what a running cell needs', async () => {
  const project = new Project(unseen(stage('b', 'a: a', `${untilTold}\n${count}`)));
  const { finished } = project.start(['run', 'grid.yaml', '--json']);
  await project.appears('began');
  expect((await project.retable('cache', 'gc', '--keep-runs', '0')).code).toBe(0);
  project.write('go', '');
  const { stdout, code } = await finished;
  expect(code).toBe(0);
  expect(stdout).toContain('"values":{"lines":10}');
});

test('cache gc beside a run leaves what a cell needs that has not begun yet', async () => {
  const project = new Project(
    unseen(stage('slow', 'a: a', untilTold) + stage('b', 'a: a, slow: slow', count)),
  );
  const { finished } = project.start(['run', 'grid.yaml', '--json', '--jobs', '1']);
  await project.appears('began');
  expect((await project.retable('cache', 'gc', '--keep-runs', '0')).code).toBe(0);
  project.write('go', '');
  const { stdout, code } = await finished;
  expect(code).toBe(0);
  expect(stdout).toContain('"values":{"lines":10}');
});

test('what a run that was killed needed is garbage again', async () => {
  const project = new Project(unseen(stage('b', 'a: a', `${untilTold}\n${count}`)));
  const { child, finished } = project.start(['run', 'grid.yaml']);
  await project.appears('began');
  child.kill('SIGKILL');
  await finished;
  project.write('go', '');
  expect((await project.retable('cache', 'gc', '--keep-runs', '0')).stdout).toContain('cell     a');
});

const spoilings: readonly [string, string][] = [
  ['appends to', 'echo more >> $RETABLE_INPUT_A/lines'],
  [
    'overwrites, with the size and time it had,',
    'touch -r $RETABLE_INPUT_A/lines stamp; seq 10 | tr 123 456 | dd of=$RETABLE_INPUT_A/lines conv=notrunc; touch -r stamp $RETABLE_INPUT_A/lines',
  ],
  ['removes', 'rm $(readlink -f $RETABLE_INPUT_A/lines)'],
];

test.each(spoilings)(
  'a program that %s an input fails and publishes nothing; the next run makes the input again',
  async (_, spoil) => {
    const once = `if ! test -e spoilt; then touch spoilt; chmod u+w $(readlink -f $RETABLE_INPUT_A/lines); ${spoil}; fi`;
    const project = new Project(
      unseen(stage('b', 'a: a', `${once}\necho '{"lines": 10}' > $RETABLE_OUTPUT/values.json`)),
    );
    const { list } = await project.events('grid.yaml');
    expect(list.filter(({ event }) => event === 'cell-failed')).toMatchObject([
      { cell: 'b', reason: 'input-changed', message: expect.stringContaining('lines') },
    ]);
    expect(await project.run('grid.yaml')).toMatchObject({ executed: 2, cached: 0, failed: 0 });
    expect((await project.retable('cache', 'verify')).code).toBe(0);
  },
);

test('a program that retries does not go on with an input that it changed', async () => {
  const spoil = 'chmod u+w $(readlink -f $RETABLE_INPUT_A/lines); echo more >> $RETABLE_INPUT_A/lines';
  const project = new Project(unseen(stage('b', 'a: a', `${spoil}\n${count}`)));
  project.write('grid.yaml', `${project.read('grid.yaml')}    retries: 2\n`);
  const { list } = await project.events('grid.yaml');
  expect(list.at(-1)).toMatchObject({ failed: 1 });
  expect(list.some(({ event, cell }) => event === 'cell-finished' && cell === 'b')).toBe(false);
});

test('an input that is gone before its cell begins is told, and made again by the next run', async () => {
  const project = new Project(
    unseen(stage('slow', 'a: a', untilTold) + stage('b', 'a: a, slow: slow', count)),
  );
  const { finished } = project.start(['run', 'grid.yaml', '--json']);
  await project.appears('began');
  rmSync(project.path('cache/files'), { recursive: true });
  project.write('go', '');
  await finished;
  expect(await project.run('grid.yaml')).toMatchObject({ executed: 3, cached: 0, failed: 0 });
});
