import { expect, test } from 'vitest';
import { counting } from '../support/counting.ts';
import { family, living } from '../support/processes.ts';
import { Project } from '../support/project.ts';
import { until } from '../support/until.ts';

/** The counting pipeline, whose sums wait for the file `go` after four numbers: a signal surely finds the run under way. */
const held = {
  ...counting,
  'src/total.ts': (counting['src/total.ts'] ?? '').replace(
    'sum += numbers[done];',
    `while (done === 4 && !existsSync(join(steps, '../go'))) await new Promise((resolve) => setTimeout(resolve, 20));
    sum += numbers[done];`,
  ),
};

/** Starts a run, and waits until its first sum is held. */
async function startHeld(start: (project: Project) => ReturnType<Project['start']>) {
  const project = new Project(held);
  const run = start(project);
  await until(() => project.lines('steps.txt').length === 4);
  return { project, ...run };
}

const countOneByOne = (project: Project) => project.start(['run', 'count', '--jobs', '1']);

test('Ctrl-C stops the children, exits with 130, and the next run resumes from the snapshots', async () => {
  const { project, child, finished } = await startHeld(countOneByOne);
  const children = family(child.pid ?? 0);
  child.kill('SIGINT');
  expect((await finished).code).toBe(130);
  expect(living(children)).toEqual([]);
  project.write('go', '');
  expect(await project.run('count')).toMatchObject({ executed: 9, cached: 1, code: 0 });
  // Three cells of ten steps; the one step that was under way may be done twice.
  expect(project.lines('steps.txt').length).toBeLessThanOrEqual(31);
});

test('when the scheduler alone is killed, its cells stop too, and the next run takes over at once', async () => {
  const { project, child, finished } = await startHeld(countOneByOne);
  const children = family(child.pid ?? 0);
  child.kill('SIGKILL');
  await finished;
  await until(() => living(children).length === 0);
  project.write('go', '');
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
  const { project, finished } = await startHeld((project) => project.shell(line, shell));
  process.kill(Number(project.read('pid')), 'SIGHUP');
  project.write('go', '');
  expect((await finished).code).toBe(0);
  expect(await project.run('count')).toMatchObject({ executed: 0, cached: 10 });
});

test('without nohup a run ends in order with its terminal', async () => {
  const { child, finished } = await startHeld(countOneByOne);
  child.kill('SIGHUP');
  const { code, stdout } = await finished;
  expect(code).toBe(130);
  expect(stdout).toMatch(/executed/);
});

test('a Ctrl-C that arrives twice, from the terminal and from npm, is one: the run still ends in order', async () => {
  const project = new Project({
    'pipelines/c.yaml': `pipeline: c
stages:
  slow-to-end: {uses: command, with: {run: "trap 'until test -e go; do sleep 0.05; done; exit 1' TERM; echo on > on.txt; sleep 600 & wait"}}
`,
  });
  const { child, finished } = project.start(['run', 'c']);
  await project.appears('on.txt');
  child.stderr?.once('data', () => {
    child.kill('SIGINT');
    project.write('go', '');
  });
  child.kill('SIGINT');
  const { code, stdout } = await finished;
  expect(code).toBe(130);
  expect(stdout).toContain('0 executed, 0 cached, 1 skipped');
});
