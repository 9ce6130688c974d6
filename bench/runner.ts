import { execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type Comparison, compare, isInstalled, printComparisons, timed } from './support/compare.ts';

// The runner's overhead: a pipeline of many `command` cells, first run and no-op run, beside the floor of spawning the
// same programs, beside Snakemake and DVC where they are installed, and with `-- --before DIR` beside another checkout of
// retable that is built.

const retable = join(dirname(fileURLToPath(import.meta.url)), '..', 'retable.js');
const work = mkdtempSync(join(tmpdir(), 'retable-bench-'));
const JOBS = 2;
const { values: flags } = parseArgs({ options: { before: { type: 'string' } } });

function pipelineOf(cells: number): string {
  const numbers = Array.from({ length: cells }, (_, index) => index).join(', ');
  return `pipeline: many\nstages:\n  a:\n    uses: command\n    matrix: {i: [${numbers}]}\n    with: {run: [sh, -c, 'echo $1 > $RETABLE_OUTPUT/o', sh, "\${{ matrix.i }}"], outputs: [o]}\n`;
}

function snakefileOf(cells: number): string {
  return `rule all:\n    input: expand("out/{i}", i=range(${cells}))\nrule a:\n    output: "out/{i}"\n    shell: "echo {wildcards.i} > {output}"\n`;
}

function dvcOf(cells: number): string {
  const numbers = Array.from({ length: cells }, (_, index) => index).join(', ');
  return `stages:\n  a:\n    foreach: [${numbers}]\n    do:\n      cmd: mkdir -p out && echo \${item} > out/\${item}\n      outs: ["out/\${item}"]\n`;
}

function projectOf(cells: number): string {
  const folder = join(work, `p${cells}`);
  mkdirSync(join(folder, 'pipelines'), { recursive: true });
  writeFileSync(join(folder, 'pipelines', 'many.yaml'), pipelineOf(cells));
  writeFileSync(join(folder, 'Snakefile'), snakefileOf(cells));
  writeFileSync(join(folder, 'dvc.yaml'), dvcOf(cells));
  return folder;
}

function runRetable(folder: string, program = retable): void {
  execFileSync(process.execPath, [program, 'run', 'many', '--jobs', String(JOBS)], {
    cwd: folder,
    stdio: 'ignore',
  });
}

function runSnakemake(folder: string): void {
  execFileSync('snakemake', ['--quiet', 'all', '--cores', String(JOBS)], { cwd: folder, stdio: 'ignore' });
}

function runDvc(folder: string): void {
  execFileSync('dvc', ['repro', '--quiet'], { cwd: folder, stdio: 'ignore' });
}

/** The same programs, as many at a time, by Node alone. */
async function spawnAll(folder: string, cells: number): Promise<void> {
  const out = join(folder, 'spawned');
  mkdirSync(out, { recursive: true });
  let next = 0;
  const worker = async () => {
    while (next < cells) {
      const i = next++;
      await new Promise((resolve) => {
        const options = { stdio: 'ignore', env: { ...process.env, OUT: join(out, String(i)) } } as const;
        spawn('sh', ['-c', 'echo $1 > $OUT', 'sh', String(i)], options).on('close', resolve);
      });
    }
  };
  await Promise.all(Array.from({ length: JOBS }, worker));
}

const small = projectOf(1000);
const large = projectOf(10_000);
const clean = (folder: string, name: string) => rmSync(join(folder, name), { recursive: true, force: true });
const cleanAll = (folder: string, names: readonly string[]) => {
  for (const name of names) clean(folder, name);
};
const comparisons: Comparison[] = [];
/** Also tells it at once: the whole takes a quarter of an hour. */
function note(comparison: Comparison): void {
  const { work, peerName, ours, peer, ratio } = comparison;
  const [here, there] = [ours, peer].map((value) => value.toPrecision(3));
  console.error(`${work}: ${here} s; ${peerName} ${there} s; ratio ${ratio.median.toFixed(3)}`);
  comparisons.push(comparison);
}

const firstRun = () =>
  timed(
    () => runRetable(small),
    () => clean(small, 'cache'),
  );
note(
  await compare(
    'first run, 1,000 cells',
    firstRun,
    'spawning the same programs',
    () => timed(() => spawnAll(small, 1000)),
    { perItem: 1000 },
  ),
);
if (isInstalled('snakemake')) {
  const peer = () =>
    timed(
      () => runSnakemake(small),
      () => cleanAll(small, ['out', '.snakemake']),
    );
  note(await compare('first run, 1,000 cells', firstRun, 'Snakemake', peer, { perItem: 1000, repeats: 3 }));
}
if (flags.before !== undefined) {
  const before = join(flags.before, 'dist', 'retable.js');
  const other = join(work, 'before');
  cpSync(small, other, { recursive: true });
  const peer = () =>
    timed(
      () => runRetable(other, before),
      () => clean(other, 'cache'),
    );
  note(
    await compare('first run, 1,000 cells', firstRun, 'retable before', peer, { perItem: 1000, repeats: 3 }),
  );
  runRetable(small);
  runRetable(other, before);
  note(
    await compare(
      'no-op, 1,000 cells',
      () => timed(() => runRetable(small)),
      'retable before',
      () => timed(() => runRetable(other, before)),
      { repeats: 7 },
    ),
  );
}
if (isInstalled('dvc')) {
  const folder = projectOf(300);
  execFileSync('dvc', ['init', '--no-scm', '--quiet'], { cwd: folder });
  const ours = () =>
    timed(
      () => runRetable(folder),
      () => clean(folder, 'cache'),
    );
  const peer = () =>
    timed(
      () => runDvc(folder),
      () => cleanAll(folder, ['out', 'dvc.lock', '.dvc/cache', '.dvc/tmp']),
    );
  note(await compare('first run, 300 cells', ours, 'DVC', peer, { perItem: 300, repeats: 1 }));
  const noop = () => timed(() => runRetable(folder));
  note(await compare('no-op, 300 cells', noop, 'DVC', () => timed(() => runDvc(folder)), { repeats: 3 }));
}
const node = () => timed(() => execFileSync(process.execPath, ['-e', '0']));
runRetable(small);
const noop = () => timed(() => runRetable(small));
note(await compare('no-op, 1,000 cells', noop, 'node -e 0', node, { repeats: 7 }));
if (isInstalled('snakemake')) {
  runSnakemake(small);
  note(
    await compare('no-op, 1,000 cells', noop, 'Snakemake', () => timed(() => runSnakemake(small)), {
      repeats: 5,
    }),
  );
}
runRetable(large);
note(
  await compare('no-op, 10,000 cells', () => timed(() => runRetable(large)), 'node -e 0', node, {
    repeats: 5,
  }),
);
rmSync(work, { recursive: true, force: true });
printComparisons(comparisons);
