import { appendFileSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runState } from '../../src/cache/run-files.ts';
import { fill, mountSmallDisk } from '../support/disks.ts';
import { Project } from '../support/project.ts';
import { until } from '../support/until.ts';

/** Paths of the files of runs, oldest first. */
function runFiles(project: Project): string[] {
  const runs = project.path('cache/runs');
  return readdirSync(runs, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.jsonl'))
    .map((name) => join(runs, name))
    .sort();
}

interface Line {
  readonly seq: number;
  readonly at: number;
  readonly event: string;
}

const linesOf = (project: Project, path: string): Line[] =>
  project.lines(path.slice(project.folder.length + 1)).map((line) => JSON.parse(line));

const echo = (words: string) => ({ uses: 'command', with: { run: words } });
const pipelineOf = (stages: object) => JSON.stringify({ pipeline: 'p', stages });

test('the file of a run has its events, with numbers and times, between who wrote them and how it ended', async () => {
  const record = `echo '{"event": "record", "record": {"step": 1}}' >> $RETABLE_EVENTS`;
  const project = new Project({ 'pipelines/p.yaml': pipelineOf({ a: echo(record), b: echo('exit 3') }) });
  const { list } = await project.events('p');
  const [path = ''] = runFiles(project);
  const [first, ...rest] = linesOf(project, path);
  expect(first).toMatchObject({
    seq: 0,
    event: 'run-opened',
    owner: { pid: expect.any(Number) },
    pipeline: 'p',
  });
  const last = rest.pop();
  expect(last).toMatchObject({ event: 'run-closed', state: 'finished' });
  expect(rest.map(({ seq, at, ...event }) => event)).toEqual(list);
  expect(rest.map(({ seq }) => seq)).toEqual(list.map((_, at) => at + 1));
  expect(rest.every(({ at }) => at > 1.7e12)).toBe(true);
});

test('of the progress of a cell, the file has only some, and of its records all', async () => {
  const program = `import json, os
with open(os.environ["RETABLE_EVENTS"], "a") as file:
    for step in range(3000):
        file.write(json.dumps({"event": "progress", "done": step}) + "\\n")
        if step % 100 == 0: file.write(json.dumps({"event": "record", "record": {"step": step}}) + "\\n")
open("reported", "w").close()
`;
  const wait = 'python3 report.py; while ! test -e go; do sleep 0.05; done';
  const project = new Project({ 'pipelines/p.yaml': pipelineOf({ a: echo(wait) }), 'report.py': program });
  const { finished } = project.start(['run', 'p', '--json']);
  await project.appears('reported');
  const progress = () =>
    linesOf(project, runFiles(project)[0] ?? '').filter(({ event }) => event === 'cell-progress');
  // The last one is written although nothing follows it.
  await until(() => JSON.stringify(progress().at(-1))?.includes('2999') ?? false);
  project.write('go', '');
  const { stdout } = await finished;
  expect(stdout.split('\n').filter((line) => line.includes('cell-progress'))).toHaveLength(3000);
  expect(progress().length).toBeLessThan(100);
  const events = linesOf(project, runFiles(project)[0] ?? '');
  expect(events.filter(({ event }) => event === 'cell-record')).toHaveLength(30);
});

test('a run that was killed shows as interrupted, and one that goes on as running', async () => {
  const project = new Project({
    'pipelines/p.yaml': pipelineOf({ a: echo('echo $$ > pid; exec sleep 60') }),
  });
  const { child, finished } = project.start(['run', 'p']);
  await until(() => project.lines('pid').length > 0);
  const [path = ''] = runFiles(project);
  expect(runState(path)?.state).toBe('running');
  child.kill('SIGKILL');
  await finished;
  process.kill(Number(project.read('pid')));
  expect(runState(path)?.state).toBe('interrupted');
  // An end that was cut off is none.
  appendFileSync(path, '{"seq":9,"event":"run-clo');
  expect(runState(path)?.state).toBe('interrupted');
});

test('Ctrl-C ends the file of a run as interrupted', async () => {
  const project = new Project({ 'pipelines/p.yaml': pipelineOf({ a: echo('touch ready; exec sleep 60') }) });
  const { child, finished } = project.start(['run', 'p']);
  await project.appears('ready');
  child.kill('SIGINT');
  await finished;
  expect(linesOf(project, runFiles(project)[0] ?? '').at(-1)).toMatchObject({
    event: 'run-closed',
    state: 'interrupted',
  });
});

test('a run whose file of events cannot be made says so once, and goes on', async () => {
  const project = new Project({ 'pipelines/p.yaml': pipelineOf({ a: echo('true') }), 'cache/runs': '' });
  const { list, code } = await project.events('p');
  const notices = list.filter(({ event }) => event === 'notice');
  expect(notices).toMatchObject([{ message: expect.stringContaining('cannot be watched from outside') }]);
  expect(code).toBe(0);
});

test('a run whose file of events no longer fits on the disk says so once, and goes on', async (context) => {
  const disk = mountSmallDisk('64k');
  if (disk === undefined) return context.skip();
  // More than is left of the last page of the file.
  const warning = JSON.stringify({ event: 'warning', name: 'long', message: 'x'.repeat(9000) });
  const project = new Project({
    'pipelines/p.yaml': pipelineOf({
      a: echo('touch ready; while ! test -e go; do sleep 0.05; done'),
      b: { ...echo(`echo '${warning}' >> $RETABLE_EVENTS`), needs: { a: 'a' } },
    }),
    'cache/here': '',
  });
  symlinkSync(disk, project.path('cache/runs'));
  const { finished } = project.start(['run', 'p', '--json']);
  await project.appears('ready');
  fill(join(disk, 'full'));
  project.write('go', '');
  const { code, stdout } = await finished;
  expect(stdout.split('\n').filter((line) => line.includes('cannot be watched'))).toHaveLength(1);
  expect(stdout).toContain('"executed":2');
  expect(code).toBe(0);
});

test('ten runs of a pipeline with the same profile and settings are kept, and fewer by cache gc', async () => {
  const project = new Project({
    'pipelines/p.yaml': 'pipeline: p\nparams: {x: 1}\nstages: {a: {uses: command, with: {run: "true"}}}\n',
  });
  for (let k = 0; k < 12; k += 1) await project.run('p');
  await project.run('p', '--set', 'x=2');
  const before = runFiles(project);
  expect(before).toHaveLength(11);
  // Of another project, and of a run that goes on.
  project.write('cache/runs/other/series/1.jsonl', '');
  const [, , running = ''] = before.toSorted();
  const [opened = ''] = project.lines(running.slice(project.folder.length + 1));
  const owner = { ...JSON.parse(opened).owner, pid: process.pid, started: startOf() };
  writeFileSync(running, `${JSON.stringify({ ...JSON.parse(opened), owner })}\n`);
  await project.retable('cache', 'gc', '--keep-runs', '1');
  const after = runFiles(project);
  expect(after).toContain(running);
  expect(after).toContain(project.path('cache/runs/other/series/1.jsonl'));
  expect(after).toHaveLength(4);
});

function startOf(): string {
  const stat = readFileSync(`/proc/${process.pid}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}
