import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { Project } from '../support/project.ts';

const manual = readFileSync('docs/kinds.md', 'utf8').split('### Reporting from a program')[1] ?? '';
const block = (language: string) =>
  new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``).exec(manual)?.[1] ?? '';

interface Records {
  readonly cell: string;
  readonly state: string;
  readonly attempt: number | null;
  readonly records: readonly Readonly<Record<string, number>>[];
  readonly measurements: readonly (Readonly<Record<string, number>> | null)[];
}

test('the program of the manual reports progress, a warning, values, and records with their seconds', async () => {
  const project = new Project({
    'pipelines/fit.yaml': block('yaml'),
    'fit.py': block('python'),
  });
  const { list } = await project.events('fit');
  const count = (name: string) => list.filter(({ event }) => event === name).length;
  expect(count('cell-progress')).toBe(20);
  expect(count('cell-record')).toBe(20);
  expect(list).toContainEqual(expect.objectContaining({ event: 'cell-warning', name: 'few-points' }));
  const found = await project.json<Records>('records', 'line', 'fit');
  expect(found).toMatchObject({ cell: 'line', state: 'done', attempt: null });
  // The first loss is that of y = 0: the mean of 1, 9 and 25.
  expect(found.records[0]).toEqual({ epoch: 1, loss: 35 / 3 });
  expect(found.records.map(({ epoch }) => epoch)).toEqual(Array.from({ length: 20 }, (_, at) => at + 1));
  expect(found.measurements).toEqual(found.records.map(() => ({ seconds: expect.any(Number) })));
  const { values } = list.find(({ event }) => event === 'cell-finished') as unknown as {
    values: Record<string, number>;
  };
  expect(values).toEqual({ loss: found.records[19]?.loss, slope: expect.closeTo(2, 0) });
  const csv = (await project.retable('records', 'line', 'fit', '--format', 'csv')).stdout
    .trimEnd()
    .split('\n');
  expect(csv[0]).toBe('epoch,loss,seconds');
  expect(csv[1]).toBe(`1,${35 / 3},${found.measurements[0]?.seconds}`);
  expect(csv).toHaveLength(21);
  expect(project.read('results/fit/fitting.svg')).toContain('loss');
});

const waiting = `import json, os, time
def report(**event):
    with open(os.environ["RETABLE_EVENTS"], "a") as file:
        file.write(json.dumps(event) + "\\n")
report(event="record", record={"step": 1, "loss": 0.5, "note": "first"})
with open(os.environ["RETABLE_EVENTS"], "a") as file: file.write('{"event": "rec')
open("ready", "w").close()
while not os.path.exists("go"): time.sleep(0.02)
with open(os.environ["RETABLE_EVENTS"], "a") as file: file.write('ord", "record": {"step": 2, "rate": 0.25}}\\n')
if os.path.exists("fail"): exit(3)
`;

test('records of a cell are shown while it runs, afterwards, and after a failure', async () => {
  const project = new Project({
    'pipelines/p.yaml': 'pipeline: p\nstages: {a: {uses: command, with: {run: [python3, wait.py]}}}\n',
    'wait.py': waiting,
  });
  const none = await project.retable('records', 'a', 'p');
  expect(none.stderr).toContain('a has no records.');
  expect(none.code).toBe(2);
  const { finished } = project.start(['run', 'p']);
  await project.appears('ready');
  const running = await project.retable('records', 'a', 'p');
  expect(running.stdout.split('\n')).toEqual([
    'a, attempt 1: running',
    '',
    'step    loss   note',
    '───────────────────',
    '   1  0.5000  first',
    '',
  ]);
  project.write('go', '');
  await finished;
  const done = await project.json<Records>('records', 'a', 'p');
  expect(done).toEqual({
    cell: 'a',
    state: 'done',
    attempt: null,
    records: [
      { step: 1, loss: 0.5, note: 'first' },
      { step: 2, rate: 0.25 },
    ],
    measurements: [],
  });
  // A failed attempt with other code does not hide the result; asked for by its number, it is shown.
  project.write('fail', '');
  await project.run('p', '--force', 'a');
  expect(await project.json<Records>('records', 'a', 'p')).toEqual(done);
  const failed = await project.json<Records>('records', 'a', 'p', '--attempt', '2');
  expect(failed).toMatchObject({ state: 'failed', attempt: 2, records: done.records });
});
