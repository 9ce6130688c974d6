import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { markdownTable } from 'markdown-table';
import { summarise } from '../src/report/statistics.ts';
import { SAMPLERS, searchWithOptuna } from './support/sweep-optuna.ts';
import { readSpace, type Searched, search, type Trained, train } from './support/sweep-trials.ts';

// Sweeps over the weights of MixACM on digits: halving and asha beside training all trials to the end, and beside Optuna's
// samplers with as many FLOPs. `npm run bench:sweep`; `--seeds 3` makes it shorter. Optuna must be installed for the
// `python3` in PATH (pip install optuna); otherwise it is left out. The trials are cells of bench/support/sweep.yaml, and
// `--cache DIR` keeps them: an interrupted bench goes on. FLOPs and values do not depend on the machine's load.

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '5' },
    jobs: { type: 'string', default: String(availableParallelism()) },
    cache: { type: 'string', default: join(tmpdir(), 'retable-bench-sweep') },
  },
});
const seeds = Array.from({ length: Number(values.seeds) }, (_, seed) => seed);
const place = { cache: values.cache, results: join(values.cache, 'results'), jobs: Number(values.jobs) };
const { space, epochs } = readSpace();

const first = await search(place, 0, 'halving');
const asha = await search(place, 0, 'asha');
const whole = await train(place, first.points, epochs);
printRules();

const flops = sum(first.trainings, 'flops');
const trials = Math.floor(flops / (whole[0]?.flops ?? Number.NaN));
const halving: number[] = [];
const halton: number[] = [];
for (const seed of seeds) {
  const { value, points } = seed === 0 ? first : await search(place, seed, 'halving');
  halving.push(value);
  halton.push(bestOf(await train(place, points.slice(0, trials), epochs)).value);
  console.error(`retable: seed ${seed}`);
}
const optuna = await searchWithOptuna(place, { space, epochs }, seeds, trials);
if (!optuna) console.error('(no Python with Optuna is installed here: left out)');
printSamplers();

/** Halving, asha and no rungs, with the same points. */
function printRules(): void {
  const best = bestOf(whole);
  const all: Searched = {
    points: first.points,
    chosen: whole.indexOf(best),
    value: best.value,
    trainings: whole,
  };
  const rows = Object.entries({ 'no rungs': all, asha, halving: first }).map(([name, one]) => [
    name,
    (sum(one.trainings, 'flops') / 1e9).toFixed(1),
    `${((100 * sum(one.trainings, 'flops')) / sum(whole, 'flops')).toFixed(0)} %`,
    String(one.trainings.length),
    sum(one.trainings, 'seconds').toFixed(0),
    String(one.chosen),
    percent(one.value),
    String(1 + whole.filter(({ value }) => value > (whole[one.chosen]?.value ?? Number.NaN)).length),
  ]);
  const head = [
    '',
    'GFLOPs',
    'of all',
    'trainings',
    'seconds of epochs',
    'chosen trial',
    'value (%)',
    'its rank',
  ];
  print(head, rows);
}

/** Each way to search with the FLOPs of halving, seed by seed. */
function printSamplers(): void {
  const ours = { 'retable, halving': halving, [`retable, ${trials} trials without rungs`]: halton };
  const theirs = SAMPLERS.map((sampler): [string, number[]] => {
    const studies = optuna?.studies.filter((study) => study.sampler === sampler) ?? [];
    return [`Optuna ${optuna?.version}, ${sampler}`, studies.map((study) => bestOf(study.trials).value)];
  });
  const rows = [...Object.entries(ours), ...(optuna ? theirs : [])].map(([name, found]) => {
    const { mean = Number.NaN, std } = summarise(found);
    const deviation = std === undefined ? '' : ` ± ${percent(std)}`;
    return [name, `${percent(mean)}${deviation}`, ...found.map(percent)];
  });
  print(['', 'mean ± std', ...seeds.map((seed) => `seed ${seed}`)], rows);
}

function print(head: string[], rows: string[][]): void {
  console.log(
    `${markdownTable([head, ...rows], { align: head.map((_, column) => (column ? 'r' : 'l')) })}\n`,
  );
}

/** The first of the best. */
function bestOf(trainings: readonly Trained[]): Trained {
  return trainings.reduce((best, one) => (one.value > best.value ? one : best));
}

function sum(trainings: readonly Trained[], what: 'flops' | 'seconds'): number {
  return trainings.reduce((total, one) => total + one[what], 0);
}

function percent(share: number): string {
  return (100 * share).toFixed(1);
}
