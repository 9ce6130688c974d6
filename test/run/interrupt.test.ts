import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { counting } from '../support/counting.ts';
import { Project } from '../support/project.ts';

/** Waits until something holds. */
async function until(holds: () => boolean): Promise<void> {
  for (let tries = 0; !holds(); tries++) {
    if (tries > 400) throw new Error('it did not come to pass within 20 s');
    await delay(50);
  }
}

const slow = {
  ...counting,
  'pipelines/count.yaml': (counting['pipelines/count.yaml'] ?? '').replace(
    'with: {factor',
    'with: {delay: 100, factor',
  ),
};

test('Ctrl-C stops the children, exits with 130, and the next run resumes from the checkpoints', async () => {
  const project = new Project(slow);
  const { child, finished } = project.start(['run', 'count', '--jobs', '1']);
  await until(() => project.lines('steps.txt').length >= 4);
  child.kill('SIGINT');
  expect((await finished).code).toBe(130);
  const steps = project.lines('steps.txt').length;
  await delay(400);
  expect(project.lines('steps.txt')).toHaveLength(steps);
  expect(await project.run('count')).toMatchObject({ executed: 9, cached: 1, code: 0 });
  // Three cells of ten steps; the one step that was under way may be done twice.
  expect(project.lines('steps.txt').length).toBeLessThanOrEqual(31);
});

test('when the scheduler alone is killed, its cells stop too, and the next run takes over at once', async () => {
  const project = new Project(slow);
  const { child, finished } = project.start(['run', 'count', '--jobs', '1']);
  await until(() => project.lines('steps.txt').length >= 4);
  child.kill('SIGKILL');
  await finished;
  const { list, code } = await project.events('count');
  expect(code).toBe(0);
  expect(list.some(({ event, message }) => event === 'notice' && /cut off/.test(message ?? ''))).toBe(true);
  expect(project.lines('steps.txt').length).toBeLessThanOrEqual(31);
});

test.each([
  ['nohup of a shell that names it', 'bash', 'nohup $RETABLE run count --jobs 1 & echo $! > pid; wait $!'],
  [
    'a script under nohup',
    'sh',
    "nohup sh -c '$RETABLE run count --jobs 1 & echo $! > pid; wait $!' > log.txt 2>&1",
  ],
])('a run under nohup outlives its terminal: %s', async (_, shell, line) => {
  const project = new Project(slow);
  const { finished } = project.shell(line, shell);
  await until(() => project.lines('steps.txt').length >= 4);
  process.kill(Number(project.read('pid')), 'SIGHUP');
  expect((await finished).code).toBe(0);
  expect(await project.run('count')).toMatchObject({ executed: 0, cached: 10 });
});

test('without nohup a run ends in order with its terminal', async () => {
  const project = new Project(slow);
  const { child, finished } = project.start(['run', 'count', '--jobs', '1']);
  await until(() => project.lines('steps.txt').length >= 4);
  child.kill('SIGHUP');
  const { code, stdout } = await finished;
  expect(code).toBe(130);
  expect(stdout).toMatch(/executed/);
});

test('a Ctrl-C that arrives twice, from the terminal and from npm, is one: the run still ends in order', async () => {
  const project = new Project({
    'pipelines/c.yaml': `pipeline: c
stages:
  slow-to-end: {uses: command, with: {run: "trap 'sleep 1; exit 1' TERM; echo on > on.txt; sleep 30 & wait"}}
`,
  });
  const { child, finished } = project.start(['run', 'c']);
  let told = '';
  child.stderr?.on('data', (data) => (told += data));
  await until(() => project.lines('on.txt').length > 0);
  child.kill('SIGINT');
  await until(() => told.includes('interrupted'));
  child.kill('SIGINT');
  const { code, stdout } = await finished;
  expect(code).toBe(130);
  expect(stdout).toContain('0 executed, 0 cached, 1 skipped');
});
