import { existsSync, readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { Compared } from '../../src/verify/verdict.ts';
import { counting, countingCells } from '../support/counting.ts';
import { Project } from '../support/project.ts';
import { sweeping } from '../support/sweeping.ts';
import { until } from '../support/until.ts';

const file = 'results/count/record.json';

interface Verified {
  readonly holds: boolean;
  readonly counts: Readonly<Record<string, number>>;
  readonly cells: readonly Compared[];
  readonly taken: readonly string[];
}

/** Verifies, and gives what it prints as JSON with the exit code. */
async function verify(project: Project, ...args: string[]): Promise<Verified & { code: number | null }> {
  const { code, stdout, stderr } = await project.retable('verify', ...args, '--json');
  if (stdout === '') throw new Error(stderr);
  return { ...(JSON.parse(stdout) as Verified), code };
}

async function recorded(files: Readonly<Record<string, string>> = counting): Promise<Project> {
  const project = new Project(files);
  await project.retable('run', 'count');
  return project;
}

function edit(project: Project, path: string, before: string | RegExp, after: string): void {
  const text = project.read(path);
  const edited = text.replace(before, after);
  expect(edited).not.toBe(text);
  project.write(path, edited);
}

const of = ({ cells }: Verified, verdict: string) =>
  cells.filter((cell) => cell.verdict === verdict).map(({ id }) => id);

test('a second clone gets every cell to the byte, runs each anew and leaves no cache behind', async () => {
  const project = await recorded();
  const clone = new Project({ ...counting, [file]: project.read(file) });
  const found = await verify(clone, 'count');
  expect(found).toMatchObject({ code: 0, holds: true });
  expect(of(found, 'same').sort()).toEqual(countingCells);
  expect(readdirSync(clone.path('cache/verify'))).toEqual([]);
  // In the project too, nothing is served from the cache that made the record.
  const { stdout, code } = await project.retable('verify', 'count');
  expect(stdout).toContain('10 executed, 0 cached');
  expect(stdout).toContain('10 cells: 10 the same to the byte: verified');
  expect(code).toBe(0);
  expect(project.lines('ran.txt')).toHaveLength(20);
});

test('a changed constant of a kind: the cells that differ, with the file and the values', async () => {
  const project = await recorded();
  edit(project, 'stages/check.ts', 'twice: 2', 'twice: 3');
  const { stdout, code } = await project.retable('verify', 'count');
  expect(code).toBe(1);
  expect(stdout).toContain('10 cells: 7 the same to the byte, 3 differ: NOT verified');
  expect(stdout).toMatch(
    /differs +check\[seed=1,how=twice\]\n +result: 222 → 333\n +files\.stages\/check\.ts: [0-9a-f]{12} → [0-9a-f]{12}/,
  );
});

test('a changed input: the first cell tells the cause, and those after it which input differs', async () => {
  const project = await recorded();
  edit(project, 'stages/numbers.ts', 'i + 1', 'i + 2');
  const found = await verify(project, 'count');
  expect(found.counts).toMatchObject({ differs: 10, same: 0 });
  const messages = new Map(found.cells.map(({ id, changes }) => [id, changes.map(({ message }) => message)]));
  expect(messages.get('data')).toEqual([expect.stringContaining('files.stages/numbers.ts')]);
  expect(messages.get('sum[seed=1]')).toEqual([
    expect.stringMatching(/^inputs\.data: .* \(data: differs\)$/),
  ]);
});

test('a change without effect is the same', async () => {
  const project = await recorded();
  edit(project, 'stages/check.ts', 'twice: 2', 'twice: 2 + 0');
  const found = await verify(project, 'count');
  expect(found).toMatchObject({ code: 0, counts: { same: 10 } });
  expect(found.cells.find(({ id }) => id === 'check[seed=1,how=once]')?.changes).toMatchObject([
    { field: 'files.stages/check.ts' },
  ]);
});

test('another parameter in the pipeline is named with both values', async () => {
  const project = await recorded();
  edit(project, 'pipelines/count.yaml', 'factor: 2', 'factor: 3');
  const found = await verify(project, 'count');
  expect(found.code).toBe(1);
  expect(found.cells.find(({ id }) => id === 'sum[seed=1]')?.changes[0]).toMatchObject({
    reason: 'parameter-changed',
    message: 'parameters.factor: 2 → 3',
  });
});

test('an edited value, digest or fingerprint in the record is found, each by its own words', async () => {
  const project = await recorded();
  const before = project.read(file);
  const changed = async (pattern: RegExp, after: string) => {
    project.write(file, before);
    edit(project, file, pattern, after);
    const found = await verify(project, 'count');
    expect(found).toMatchObject({ code: 1, holds: false, counts: { same: 9 } });
    const [bad] = found.cells.filter(({ verdict }) => verdict !== 'same');
    return bad;
  };
  const zeros = '0'.repeat(64);
  expect(await changed(/(check\[seed=1,how=twice\].*"result":)222/, '$1223')).toMatchObject({
    id: 'check[seed=1,how=twice]',
    verdict: 'edited',
    message: expect.stringContaining('it has other values'),
    values: [{ name: 'result', recorded: 223, found: 222 }],
  });
  expect(
    await changed(/("id":"check\[seed=1,how=once\]","fingerprint":")[0-9a-f]{64}/, `$1${zeros}`),
  ).toMatchObject({
    id: 'check[seed=1,how=once]',
    verdict: 'edited',
    message: expect.stringContaining('its fingerprint is not that of'),
  });
  // Other cells read this artifact under its true digest.
  expect(await changed(/("id":"sum\[seed=2\]",.*"artifact":")[0-9a-f]{64}/, `$1${zeros}`)).toMatchObject({
    id: 'sum[seed=2]',
    verdict: 'edited',
    message: expect.stringContaining('another artifact'),
  });
  expect(
    await changed(/("id":"check\[seed=3,how=once\]",.*"artifact":")[0-9a-f]{64}/, `$1${zeros}`),
  ).toMatchObject({
    id: 'check[seed=3,how=once]',
    verdict: 'not-reproducible',
    message: expect.stringContaining('its digest was edited'),
  });
});

const clock = {
  'pipelines/count.yaml': `pipeline: count
stages:
  clock: {uses: command, with: {run: 'date +%s%N > $RETABLE_OUTPUT/now', outputs: [now]}}
  steady: {uses: command, with: {run: 'echo 1 > $RETABLE_OUTPUT/one', outputs: [one]}}
  reader: {uses: command, needs: {clock: clock}, with: {run: 'cat $RETABLE_INPUT_CLOCK/now > $RETABLE_OUTPUT/copy'}}
`,
};

test('a cell that writes the time is not reproducible, and this is told in capitals', async () => {
  const project = await recorded(clock);
  const { stdout, code } = await project.retable('verify', 'count');
  expect(code).toBe(1);
  expect(stdout).toMatch(/NOT REPRODUCIBLE +clock\n +it has the same fingerprint and other bytes/);
  expect(stdout).toMatch(/differs +reader\n +inputs\.clock: .* \(clock: not-reproducible\)/);
  expect(stdout).toContain('3 cells: 1 the same to the byte, 1 differ, 1 not reproducible: NOT verified');
});

test('a changed data file and a changed environment variable are named', async () => {
  const project = new Project({
    'data.txt': 'one\n',
    'pipelines/count.yaml': `pipeline: count
stages:
  read: {uses: command, with: {run: 'cat data.txt > $RETABLE_OUTPUT/o; echo $FLAVOUR >> $RETABLE_OUTPUT/o', files: [data.txt], env-keys: [FLAVOUR]}}
`,
  });
  await project.start(['run', 'count'], { FLAVOUR: 'sweet' }).finished;
  project.write('data.txt', 'two\n');
  const { stdout, code } = await project.start(['verify', 'count'], { FLAVOUR: 'sour' }).finished;
  expect(code).toBe(1);
  expect(stdout).toContain('sources.data.txt: ');
  expect(stdout).toContain('sources.$FLAVOUR: ');
});

test('a verification that is killed goes on where it was', async () => {
  const project = await recorded();
  edit(project, 'pipelines/count.yaml', 'upto: 10', 'upto: 40');
  edit(project, 'stages/sum.ts', 'default: 5', 'default: 30');
  await project.retable('run', 'count');
  const before = project.lines('ran.txt').length;
  const { child, finished } = project.start(['verify', 'count', '--jobs', '1']);
  // When the second of three sums runs, the first is done.
  await until(
    () =>
      project
        .lines('ran.txt')
        .slice(before)
        .filter((line) => line.startsWith('sum')).length === 2,
  );
  child.kill('SIGKILL');
  await finished;
  expect(readdirSync(project.path('cache/verify'))).toHaveLength(1);
  const { stdout, code } = await project.retable('verify', 'count');
  expect(stdout).toContain('8 executed, 2 cached');
  expect(stdout).toContain('10 the same to the byte: verified');
  expect(code).toBe(0);
  expect(readdirSync(project.path('cache/verify'))).toEqual([]);
});

test('an interrupted verification says where it goes on', async () => {
  const project = await recorded();
  const before = project.lines('ran.txt').length;
  edit(project, 'stages/sum.ts', 'default: 5', 'default: 500');
  const { child, finished } = project.start(['verify', 'count']);
  await until(() => project.lines('ran.txt').slice(before).includes('sum 1'));
  child.kill('SIGINT');
  const { code, stderr } = await finished;
  expect(code).toBe(130);
  expect(stderr).toContain('the same command continues there');
});

test('two verifications at once share the work, and neither takes the folder from the other', async () => {
  const project = await recorded();
  const before = project.lines('ran.txt').length;
  const both = await Promise.all([project.retable('verify', 'count'), project.retable('verify', 'count')]);
  for (const { stdout, code } of both) {
    expect(stdout).toContain('10 cells: 10 the same to the byte: verified');
    expect(code).toBe(0);
  }
  // The first may end before the second begins.
  expect([10, 20]).toContain(project.lines('ran.txt').length - before);
  // What they leave, if anything, serves no later verification.
  expect((await project.retable('verify', 'count')).stdout).toContain('10 executed, 0 cached');
});

test('--keep keeps the folder, and the next verification runs all cells again all the same', async () => {
  const project = await recorded();
  await project.retable('verify', 'count', '--keep');
  const [folder = ''] = readdirSync(project.path('cache/verify'));
  expect(existsSync(project.path(`cache/verify/${folder}/cells`))).toBe(true);
  const { stdout } = await project.retable('verify', 'count');
  expect(stdout).toContain('10 executed, 0 cached');
  expect(readdirSync(project.path('cache/verify'))).toEqual([]);
});

test('a sample takes what its cells need from the cache, but only if it is what the record says', async () => {
  const project = await recorded();
  const before = project.lines('ran.txt').length;
  const found = await verify(project, 'count', '--only', 'check[seed=1,how=once]');
  expect(found).toMatchObject({ code: 0, taken: ['data', 'sum[seed=1]'] });
  expect(of(found, 'same')).toEqual(['check[seed=1,how=once]']);
  expect(project.lines('ran.txt').slice(before)).toEqual(['check']);
  // A clone has nothing to take: what is needed runs, and is compared too.
  const clone = new Project({ ...counting, [file]: project.read(file) });
  const there = await verify(clone, 'count', '--only', 'check[seed=1,how=once]');
  expect(there).toMatchObject({ code: 0, taken: [] });
  expect(of(there, 'same')).toEqual(['data', 'sum[seed=1]', 'check[seed=1,how=once]']);
});

test('the summary of a part says how many cells were not compared', async () => {
  const project = await recorded();
  const { stdout } = await project.retable('verify', 'count', '--only', 'check[seed=1,how=once]');
  expect(stdout).toMatch(/\n1 of 10 cells compared: 1 the same .*; 9 not compared: this part is verified\n/);
});

test('a damaged result in the cache is not taken', async () => {
  const project = await recorded();
  const cells = await project.json<{ cells: { cell: string; artifact: string }[] }>('cache', 'ls');
  const { artifact = '' } = cells.cells.find(({ cell }) => cell === 'sum[seed=1]') ?? {};
  const manifest = JSON.parse(project.read(`cache/artifacts/${artifact.slice(0, 2)}/${artifact}.json`));
  const { sha256 } = manifest.files[0];
  const { chmodSync } = await import('node:fs');
  const path = `cache/files/${sha256.slice(0, 2)}/${sha256}`;
  chmodSync(project.path(path), 0o644);
  project.write(path, project.read(path).replace('1', '7'));
  const found = await verify(project, 'count', '--only', 'check[seed=1,how=once]');
  expect(found).toMatchObject({ code: 0, taken: ['data'] });
  expect(of(found, 'same')).toEqual(['sum[seed=1]', 'check[seed=1,how=once]']);
});

test('a sample is drawn from every stage, is the same each time, and another one with another seed', async () => {
  const project = await recorded();
  const drawn = async (...args: string[]) =>
    (await verify(project, 'count', ...args)).cells.map(({ id }) => id);
  const first = await drawn('--sample', '20%');
  expect(first).toHaveLength(1 + 1 + 2);
  expect(first.map((id) => id.split('[')[0])).toEqual(['data', 'sum', 'check', 'check']);
  expect(await drawn('--sample', '20%')).toEqual(first);
  const others = [
    await drawn('--sample', '20%', '--seed', '1'),
    await drawn('--sample', '20%', '--seed', '2'),
  ];
  expect(others).not.toEqual([first, first]);
  expect(await drawn('--sample', '5')).toHaveLength(5);
});

test('cells that the pipeline lost or gained since the record are told', async () => {
  const project = await recorded();
  edit(project, 'pipelines/count.yaml', 'seeds: [1, 2, 3]', 'seeds: [2, 3, 4]');
  const found = await verify(project, 'count');
  expect(found).toMatchObject({ code: 1, counts: { same: 7, gone: 3, added: 3 } });
  expect(of(found, 'gone')).toContain('sum[seed=1]');
  expect(of(found, 'added')).toContain('sum[seed=4]');
});

test('a cell that fails here is told with its message, and its log is kept', async () => {
  const project = await recorded();
  edit(
    project,
    'stages/sum.ts',
    'const numbers =',
    "if (seed === 2) throw new Error('no luck');\n    const numbers =",
  );
  const { code, stdout } = await project.retable('verify', 'count');
  expect(code).toBe(1);
  expect(stdout).toMatch(/failed +sum\[seed=2\]\n.*no luck/);
  expect(stdout).toMatch(/failed +check\[seed=2,how=once\]\n +it needs sum\[seed=2\]/);
  expect(stdout).toContain('10 cells: 7 the same to the byte, 3 failed: NOT verified');
  const [folder = ''] = readdirSync(project.path('cache/verify'));
  expect(stdout).toContain(`kept in cache/verify/${folder}`);
});

test('cells without a recorded result are told and do not count against the others', async () => {
  const project = new Project(counting);
  await project.retable('run', 'count', '--only', 'sum');
  const found = await verify(project, 'count');
  expect(found).toMatchObject({ code: 0, counts: { same: 4, 'not-recorded': 6 } });
});

test('what is wrong with a record is told, with exit code 2', async () => {
  const project = await recorded();
  const text = project.read(file);
  const told = async (...args: string[]) => {
    const { code, stderr } = await project.retable('verify', 'count', ...args);
    expect(code).toBe(2);
    return stderr;
  };
  expect(await told('--record', 'other.json')).toContain('There is no record other.json');
  project.write(file, text.slice(0, text.length / 2));
  expect(await told()).toContain('its end is missing');
  project.write(file, text.replace('"retable-record": 1', '"retable-record": 2'));
  expect(await told()).toContain('has the format 2');
  project.write(file, '{"table": "main"}');
  expect(await told()).toContain('it is another file');
  project.write(file, '');
  expect(await told()).toContain('it is empty');
  project.write(file, text.replace('"pipeline": "count"', '"pipeline": "other"'));
  expect(await told()).toContain('is the record of other, not of count');
  project.write(file, text);
  expect(await told('--record', file, '--set', 'factor=3')).toContain('not of count, with {"factor":3}');
  expect(await told('--sample', '0')).toContain('--sample takes');
  expect(await told('--tolerance', 'much')).toContain('--tolerance takes');
});

test('a sweep is searched again, and what it left out is the same if it leaves that out again', async () => {
  const project = new Project(sweeping());
  await project.retable('run', 'sweep');
  const text = project.read('results/sweep/record.json');
  const left = text.match(/"state":"left-out"/g)?.length ?? 0;
  expect(left).toBeGreaterThan(0);
  expect(text).not.toContain('"missing"');
  const { code, stdout } = await project.retable('verify', 'sweep');
  expect(stdout).toMatch(/(\d+) cells: \1 the same to the byte: verified/);
  expect(code).toBe(0);
  // A cell with chosen parameters waits for the whole search. All of that is taken from the cache.
  const before = project.lines('ran.txt').length;
  const found = await verify(project, 'sweep', '--only', 'final[seed=11]');
  expect(found.code).toBe(0);
  expect(project.lines('ran.txt').slice(before)).toHaveLength(1);
  expect(of(found, 'same')).toContain('final[seed=11]');
});
