import { markdownTable } from 'markdown-table';
import type { Engine, HostTensor, Tensors } from '../../src/engine/engine.ts';
import type { AgreementCase } from '../../test/learn/agreement/cases.ts';
import { ourPgd, type PgdSettings } from '../../test/learn/agreement/pgd.ts';
import { type Beginning, ourSteps } from '../../test/learn/agreement/steps.ts';
import type { Peer } from './agreement-peer.ts';
import type { Trained } from './agreement-trained.ts';

/** Greatest differences that count as agreement: of logits, of weights relative to the greatest of their tensor, of accuracy. */
const LIMITS = { logits: 1e-4, weights: 1e-3, points: 0.3 };

const settings = { epsilon: 8 / 255, stepSize: 2 / 255, steps: 20 };

/** Prints how logits and accuracies under PGD-20 compare. @returns whether they agree */
export async function attackedBeside(engine: Engine, peer: Peer, trained: Trained): Promise<boolean> {
  const { model, weights, test } = trained;
  const rows: string[][] = [];
  let agree = true;
  const add = (what: string, ours: ArrayLike<number>, theirs: ArrayLike<number>) => {
    const [a, b] = [share(ours), share(theirs)];
    const changed = Array.from(ours).filter((right, index) => right !== theirs[index]).length;
    rows.push([what, `${a.toFixed(1)} %`, `${b.toFixed(1)} %`, `${changed} of ${ours.length}`]);
    agree &&= ours.length === theirs.length && Math.abs(a - b) <= LIMITS.points;
  };
  for (const randomStart of [false, true]) {
    const chosen: PgdSettings = { ...settings, randomStart };
    const ours = await ourPgd(engine, model, weights, test, chosen);
    const theirs = await peer.pgd(model, weights, test, chosen);
    if (!randomStart) {
      const [error, most] = [gap(ours.logits, theirs.logits), greatest(theirs.logits)];
      console.log(
        `logits of ${model.name}: differ by ${error.toExponential(1)} at most (up to ${most.toFixed(1)})`,
      );
      agree &&= error <= LIMITS.logits;
    }
    add(`PGD-20${randomStart ? ', random start' : ''}`, ours.last, theirs.last);
    if (ours.every && theirs.every) add('PGD-20, right at every iterate', ours.every, theirs.every);
  }
  console.log(
    `\n${markdownTable([['accuracy', 'retable', 'PyTorch', 'examples that differ'], ...rows], { align: ['l', 'r', 'r', 'r'] })}`,
  );
  return agree;
}

/** Prints how the weights after a few steps of each loss compare. @returns whether they agree */
export async function stepsBeside(
  engine: Engine,
  peer: Peer,
  from: Beginning,
  cases: readonly AgreementCase[],
): Promise<boolean> {
  const rows: string[][] = [];
  let agree = true;
  for (const one of cases) {
    const ours = await ourSteps(engine, one, from);
    const theirs = await peer.steps(engine, one, from);
    const loss = Math.abs(ours.loss - theirs.loss) / Math.abs(theirs.loss);
    const toWeights = worst(ours.after, theirs.after, (name) => greatest(dataOf(theirs.after, name)));
    const toUpdate = worst(ours.after, theirs.after, (name) =>
      gap(dataOf(theirs.after, name), dataOf(ours.before, name)),
    );
    rows.push([one.name, theirs.loss.toFixed(4), shown(loss), ...toWeights.words, ...toUpdate.words]);
    console.error(rows.at(-1)?.join('  '));
    agree &&= one.unsteady !== undefined || toWeights.value <= LIMITS.weights;
  }
  const head = ['loss', 'mean', 'differs by', 'weights', 'of', 'relative to the update', 'of'];
  console.log(`\n${markdownTable([head, ...rows], { align: ['l', 'r', 'r', 'r', 'l', 'r', 'l'] })}`);
  return agree;
}

/** The tensor that differs most, by its greatest difference over its scale. */
function worst(ours: Tensors, theirs: Tensors, scaleOf: (name: string) => number) {
  const found = { value: 0, name: '' };
  if (Object.keys(ours).sort().join() !== Object.keys(theirs).sort().join()) {
    throw new Error(`Other tensors: ${Object.keys(ours)} and ${Object.keys(theirs)}`);
  }
  for (const name of Object.keys(theirs)) {
    const difference = gap(dataOf(ours, name), dataOf(theirs, name));
    const value = difference === 0 ? 0 : difference / scaleOf(name);
    if (!(value <= found.value)) Object.assign(found, { value, name });
  }
  return { value: found.value, words: [shown(found.value), found.name] };
}

function dataOf(tensors: Tensors, name: string): HostTensor['data'] {
  return tensors[name]?.data ?? new Float32Array();
}

function gap(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  return greatest(Array.from(a, (value, index) => value - (b[index] ?? Number.NaN)));
}

/** Infinity where there is NaN. */
function greatest(values: ArrayLike<number>): number {
  const most = Array.from(values).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return Number.isNaN(most) ? Number.POSITIVE_INFINITY : most;
}

const share = (right: ArrayLike<number>) =>
  (100 * Array.from(right).reduce((sum, value) => sum + value, 0)) / right.length;
const shown = (value: number) => value.toExponential(1);
