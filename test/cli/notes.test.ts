import { availableParallelism } from 'node:os';
import { expect, test } from 'vitest';
import { Project } from '../support/project.ts';

const pipelines = {
  'pipelines/p.yaml': `pipeline: p
params: {token: first-secret}
stages:
  a: {uses: command, with: {run: "echo '{\\"x\\": 1}' > $RETABLE_OUTPUT/values.json", env: {API_TOKEN: "\${{ params.token }}", FINE: "1"}}}
tables:
  main: {value: a.x}
`,
};

test('a variable of the environment that is misspelt is told, with the one that may be meant', async () => {
  const project = new Project(pipelines);
  const { finished } = project.start(['plan', 'p'], { RETABLE_JURNAL: 'wal', RETABLE_OUTPUT: '/tmp' });
  expect((await finished).stderr).toBe(
    "note: RETABLE_JURNAL means nothing to retable: did you mean 'RETABLE_JOURNAL'?\n",
  );
});

test('secrets do not show in plans, reasons, events and explanations', async () => {
  const project = new Project(pipelines);
  await project.run('p');
  const set = ['--set', 'token=second-secret'];
  const told = await Promise.all([
    project.retable('plan', 'p', ...set),
    project.retable('plan', 'p', ...set, '--json'),
    project.retable('why', 'a', 'p', ...set),
    project.retable('why', 'a', 'p', ...set, '--json'),
  ]);
  told.push(await project.retable('run', 'p', ...set, '--json'));
  told.push(await project.retable('why', 'a', 'p', ...set), await project.retable('why', 'a', 'p', '--json'));
  told.push(
    await project.retable('table', 'p', ...set),
    await project.retable('table', 'p', ...set, '--json'),
  );
  told.push(await project.shell('ls -R results; cat results/p/*/main.*').finished);
  for (const { stdout, stderr } of told) expect(stdout + stderr).not.toMatch(/(first|second)-secret/);
  expect(told[0]?.stdout).toContain(
    'parameters.env: {"API_TOKEN":"(hidden)","FINE":"1"} → {"API_TOKEN":"(hidden, changed)","FINE":"1"}',
  );
});

test('more jobs than there are cores are told, and the first line says how many cells run at a time', async () => {
  const cores = availableParallelism();
  const { stdout } = await new Project(pipelines).retable('run', 'p', '--jobs', String(cores + 4));
  expect(stdout).toContain(`1 cells, ${cores} at a time`);
  expect(stdout).toContain(`note: --jobs ${cores + 4} starts no more than ${cores} at a time`);
});
