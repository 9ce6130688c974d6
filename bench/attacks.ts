import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { markdownTable } from 'markdown-table';
import { createEngine } from '../src/engine/choose.ts';
import { attack } from '../src/learn/attack/attack.ts';
import { createAttack } from '../src/learn/attack/attacks.ts';
import { targetedFab } from '../src/learn/attack/fab.ts';
import { select } from '../src/learn/data/dataset.ts';
import { attackSettings } from '../test/learn/defaults.ts';
import { trainedOnCifar } from './support/agreement-trained.ts';
import { type AttackTurn, startAttacksPeer } from './support/attacks-peer.ts';
import { type Case, chooseCases } from './support/choose-cases.ts';
import { type Comparison, figuresBeside, inTurns, median, printComparisons } from './support/compare.ts';
import { LAYOUTS } from './support/pytorch.ts';

// Attacks beside those of torchattacks, in turns: the same net in `eval` mode, weights, images and numbers of steps;
// seconds and robust accuracies, example by example. Our seconds include compiling, because a cell pays for it. Those of
// all cores are given too, because other programs on the machine disturb them less.
// `npm run bench:attacks -- --data-dir DIR`; words choose attacks. torchattacks must be installed for the `python3` in
// PATH (pip install torchattacks==3.5.1); its seconds are those of the better of PyTorch's two memory layouts.

const NAMES = ['pgd', 'apgd-ce', 'apgd-t', 'fab-t', 'square', 'autoattack'] as const;
const CASES: Case[] = NAMES.map((work) => ({ work, net: '' }));
/** PGD has its usual 20 steps; the others have those of `--steps`. */
const PGD_STEPS = 20;
const [epsilon, stepSize] = [8 / 255, 2 / 255];

const { values, positionals } = parseArgs({
  options: {
    'data-dir': { type: 'string' },
    engine: { type: 'string', default: 'onnx' },
    images: { type: 'string', default: '128' },
    batch: { type: 'string', default: '128' },
    steps: { type: 'string', default: '100' },
    queries: { type: 'string', default: '5000' },
    repeats: { type: 'string', default: '1' },
    threads: { type: 'string', default: String(availableParallelism()) },
    json: { type: 'string' },
  },
  allowPositionals: true,
});
const [images, batch, steps, queries, repeats, threads] = [
  values.images,
  values.batch,
  values.steps,
  values.queries,
  values.repeats,
  values.threads,
].map(Number) as [number, number, number, number, number, number];

const engine = await createEngine(values.engine, { threads });
const trained = await trainedOnCifar(engine, values['data-dir']);
const { model, weights, test } = trained;
const dataset = select(
  test,
  Array.from({ length: Math.min(images, test.labels.length) }, (_, index) => index),
);
const peer = await startAttacksPeer(trained, dataset, threads);
console.error(
  peer
    ? `PyTorch ${peer.version}, ${threads} threads`
    : '(no Python with torchattacks is installed here: left out)',
);
const comparisons: Comparison[] = [];
const accuracies: string[][] = [];
for (const { work } of chooseCases(CASES, positionals)) {
  const own = { epsilon, steps: work === 'pgd' ? PGD_STEPS : steps, queries };
  const ours: AttackTurn[] = [];
  const theirs = (peer ? LAYOUTS : []).map((layout) => ({ layout, turns: [] as AttackTurn[] }));
  const noted = (turns: AttackTurn[], run: () => Promise<AttackTurn>) => async () => {
    const turn = await run();
    turns.push(turn);
    return turn.seconds;
  };
  const peerTurns = theirs.map(({ layout, turns }) =>
    noted(turns, async () => {
      if (!peer) throw new Error('There is no peer');
      return peer.run({ ...own, attack: work, stepSize, batch }, layout);
    }),
  );
  await inTurns([noted(ours, () => ourTurn(work, own)), ...peerTurns], repeats, { uncounted: 0 });
  const counted = (turns: readonly AttackTurn[], what: 'seconds' | 'processor') =>
    turns.slice(-repeats).map((turn) => turn[what]);
  const best = theirs.sort(
    (a, b) => median(counted(a.turns, 'seconds')) - median(counted(b.turns, 'seconds')),
  )[0];
  for (const what of ['seconds', 'processor'] as const) {
    const name = what === 'seconds' ? work : `${work}, all cores`;
    const peerName = best ? `torchattacks, ${best.layout}` : 'nothing';
    comparisons.push(
      figuresBeside(name, counted(ours, what), peerName, best ? counted(best.turns, what) : []),
    );
  }
  const [robust = [], other = []] = [ours.at(-1)?.robust, best?.turns.at(-1)?.robust];
  const differ = robust.filter((right, example) => right !== other[example]).length;
  accuracies.push([work, percent(robust), percent(other), peer ? String(differ) : '']);
  console.error(
    comparisons
      .slice(-2)
      .map(({ work, ours, peer }) => `${work}: ${ours.toFixed(1)} s beside ${peer.toFixed(1)} s`)
      .join('; '),
  );
}
peer?.stop();
await engine.dispose();
printComparisons(comparisons);
const head = ['robust accuracy', 'retable', 'torchattacks', 'examples that differ'];
console.log(`\n${markdownTable([head, ...accuracies], { align: ['l', 'r', 'r', 'r'] })}`);

async function ourTurn(name: string, own: Own): Promise<AttackTurn> {
  const built = await ourAttack(name, own);
  const used = process.cpuUsage();
  const began = performance.now();
  const options = { engine, model, weights, dataset, batchSize: batch, seed: 0 };
  const { examples } = await attack({ ...options, attack: built });
  const { user, system } = process.cpuUsage(used);
  return {
    seconds: (performance.now() - began) / 1000,
    processor: (user + system) / 1e6,
    robust: [...(examples.robustCorrect?.data ?? [])],
  };
}

interface Own {
  readonly epsilon: number;
  readonly steps: number;
  readonly queries: number;
}

/** FAB is that of AutoAttack, which leaves an example once it is broken, as torchattacks' FAB does. */
async function ourAttack(name: string, { epsilon, steps, queries }: Own) {
  if (name === 'fab-t') return targetedFab({ epsilon, steps, onlyWithin: true });
  const sizes = name === 'pgd' ? { stepSize } : {};
  return createAttack(attackSettings({ name, epsilon, steps, queries, ...sizes }));
}

function percent(flags: readonly number[]): string {
  if (flags.length === 0) return '';
  return `${((100 * flags.filter((flag) => flag === 1).length) / flags.length).toFixed(1)} %`;
}
