import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { Project } from '../support/project.ts';

const program = `import json, os, time
def report(**event):
    with open(os.environ["RETABLE_EVENTS"], "a") as file:
        file.write(json.dumps(event) + "\\n")
for epoch in (1, 2):
    report(event="progress", phase="train", done=epoch, total=2, unit="epoch", loss=1 / epoch)
    report(event="record", record={"epoch": epoch, "loss": 1 / epoch}, **({"measurements": {"seconds": 2.5}} if epoch == 2 else {}))
report(event="warning", name="few-images", message="Only 12 images were there.")
report(event="measurements", measurements={"seconds-per-epoch": 1.5})
report(event="values", values={"accuracy": 0.75})
open("done", "w").close()
while not os.path.exists("go"): time.sleep(0.02)
`;

const pipeline = `pipeline: p
stages:
  a: {uses: command, with: {run: [python3, report.py], files: [report.py]}}
tables:
  main: {value: a.accuracy, rows: stage}
`;

/** The artifact files of that name. */
function artifactFile(project: Project, name: string): string {
  const [manifest] = readdirSync(project.path('cache/artifacts'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.json'))
    .map((path) => JSON.parse(project.read(join('cache/artifacts', path))))
    .filter(({ files }) => files.some(({ path }: { path: string }) => path === name));
  const { sha256 } = manifest.files.find(({ path }: { path: string }) => path === name);
  return project.read(`cache/files/${sha256.slice(0, 2)}/${sha256}`);
}

test('a program in Python tells progress, records, warnings, measurements and values while it runs', async () => {
  const project = new Project({ 'pipelines/p.yaml': pipeline, 'report.py': program });
  const { child, finished } = project.start(['run', 'p', '--json']);
  let heard = '';
  child.stdout?.on('data', (data) => (heard += data));
  // The program waits until all that it has told was heard: the run shows it live.
  while (!heard.includes('"cell-warning"')) await delay(20);
  project.write('go', '');
  const { code, stdout } = await finished;
  expect(code).toBe(0);
  const events = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const of = (name: string) => events.filter(({ event }) => event === name);
  expect(of('cell-progress')).toMatchObject([
    { progress: { phase: 'train', done: 1, total: 2, unit: 'epoch', loss: 1 } },
    { progress: { done: 2, loss: 0.5 } },
  ]);
  expect(of('cell-record')).toEqual([
    { event: 'cell-record', cell: 'a', record: { epoch: 1, loss: 1 } },
    { event: 'cell-record', cell: 'a', record: { epoch: 2, loss: 0.5 }, measurements: { seconds: 2.5 } },
  ]);
  expect(of('cell-warning')).toMatchObject([{ cell: 'a', name: 'few-images' }]);
  expect(of('cell-finished')).toMatchObject([{ values: { accuracy: 0.75 } }]);
  expect(artifactFile(project, 'records.jsonl')).toBe('{"epoch":1,"loss":1}\n{"epoch":2,"loss":0.5}\n');
});

test('measurements of a record are stored with the attempt, by its position, and never in the artifact', async () => {
  const project = new Project({ 'pipelines/p.yaml': pipeline, 'report.py': program, go: '' });
  await project.run('p');
  const end = JSON.parse(project.read('cache/attempts/1/end.json'));
  expect(JSON.parse(end.measured).records).toEqual([null, { seconds: 2.5 }]);
  expect(artifactFile(project, 'records.jsonl')).not.toContain('seconds');
});

test('an index that is made anew has lost nothing of what a program told', async () => {
  const project = new Project({ 'pipelines/p.yaml': pipeline, 'report.py': program, go: '' });
  await project.run('p');
  const before = (await project.retable('table', 'p')).stdout;
  expect(before).toContain('few-images');
  const attempts = (await project.json<{ attempts: unknown[] }>('why', 'a', 'p')).attempts;
  for (const suffix of ['', '-wal', '-shm'])
    rmSync(project.path(`cache/index.sqlite${suffix}`), { force: true });
  expect(await project.run('p')).toMatchObject({ executed: 0, cached: 1 });
  expect((await project.retable('table', 'p')).stdout).toBe(before);
  expect((await project.json<{ attempts: unknown[] }>('why', 'a', 'p')).attempts).toEqual(attempts);
});

test.each([
  ['no JSON', "echo 'accuracy 0.75'", 'Line 1 of $RETABLE_EVENTS is not JSON.'],
  ['NaN', `echo '{"event": "values", "values": {"x": NaN}}'`, 'Line 1 of $RETABLE_EVENTS has NaN'],
  ['another event', `echo '{"event": "vaules", "values": {}}'`, 'has no event of progress, values'],
  ['an event that is not whole', `echo '{"event": "warning", "name": "x"}'`, 'is no warning: /message'],
  ['a value that is text', `echo '{"event": "values", "values": {"x": "1"}}'`, 'is no values: /values/x'],
])('%s in the file of events fails the cell and is told', async (_, print, message) => {
  const project = new Project({
    'pipelines/p.yaml': JSON.stringify({
      pipeline: 'p',
      stages: { a: { uses: 'command', with: { run: `${print} >> $RETABLE_EVENTS` } } },
    }),
  });
  const { list } = await project.events('p');
  expect(list.filter(({ event }) => event === 'cell-failed')).toMatchObject([
    { reason: 'bad-event', message: expect.stringContaining(message) },
  ]);
});

test('a program can report a failure with a reason of its own', async () => {
  const run = `echo '{"event": "failure", "reason": "no-gpu", "message": "There is no GPU.", "hint": "Take another node."}' >> $RETABLE_EVENTS; exit 3`;
  const project = new Project({
    'pipelines/p.yaml': JSON.stringify({ pipeline: 'p', stages: { a: { uses: 'command', with: { run } } } }),
  });
  const { list } = await project.events('p');
  expect(list.filter(({ event }) => event === 'cell-failed')).toMatchObject([
    { reason: 'own:no-gpu', message: 'There is no GPU.', hint: 'Take another node.' },
  ]);
});

test('a program whose scheduler was killed is ended before its cell is tried again', async () => {
  const run = 'echo $$ >> pids; test $(wc -l < pids) = 2 || exec sleep 300';
  const project = new Project({
    'pipelines/p.yaml': JSON.stringify({ pipeline: 'p', stages: { a: { uses: 'command', with: { run } } } }),
  });
  const { child, finished } = project.start(['run', 'p']);
  while (project.lines('pids').length === 0) await delay(20);
  const [attempt = ''] = readdirSync(project.path('cache/attempts'));
  while (!existsSync(project.path(`cache/attempts/${attempt}/handle.json`))) await delay(20);
  child.kill('SIGKILL');
  await finished;
  const orphan = Number(project.lines('pids')[0]);
  expect(() => process.kill(orphan, 0)).not.toThrow();
  expect(await project.run('p')).toMatchObject({ executed: 1, failed: 0 });
  expect(isRunning(orphan)).toBe(false);
});

/** Whether there is such a process; one that has ended and was not waited for is none. */
function isRunning(pid: number): boolean {
  try {
    return !/^State:\s*Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

test('run --inspect stops at a breakpoint in a kind once a debugger is attached', async () => {
  const project = new Project({
    'pipelines/p.yaml': 'pipeline: p\nstages: {a: {uses: stopping}}\n',
    'stages/stopping.ts': `export default {
  description: 'Stops.',
  parameters: { type: 'object', properties: {}, additionalProperties: false },
  inputs: {},
  output: 'x',
  async run({ values }) {
    const answer: number = 42;
    debugger;
    values({ answer });
  },
};
`,
  });
  const { child, finished } = project.start(['run', 'p', '--only', 'a', '--inspect', '0']);
  let printed = '';
  child.stderr?.on('data', (data) => (printed += data));
  while (!/ws:\/\/127\.0\.0\.1:\d+/.test(printed)) await delay(20);
  const [, port = ''] = /ws:\/\/127\.0\.0\.1:(\d+)/.exec(printed) ?? [];
  const client = spawn(process.execPath, ['inspect', `127.0.0.1:${port}`], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let screen = '';
  client.stdout.on('data', (data) => (screen += data));
  while (!/break in .*stopping/.test(screen)) await delay(20);
  client.stdin.write('exec answer\n');
  while (!/\b42\b/.test(screen.slice(screen.indexOf('break in')).replace(/= 42;/g, ''))) await delay(20);
  client.stdin.write('cont\n.exit\n');
  const { code, stdout } = await finished;
  client.kill();
  expect(code).toBe(0);
  expect(stdout).toContain('answer 42');
});
