import pc from 'picocolors';
import { planCells } from '../plan/plan.ts';
import type { PlannedCell } from '../plan/planner.ts';
import { selectCells } from '../plan/select.ts';
import { EXIT } from './outcome.ts';
import { type OpenPipeline, openPipeline, type PipelineFlags } from './workspace.ts';

/** `retable plan`: what would run, what is cached, and why. Nothing runs, and nothing is changed. */
export async function plan(name: string | undefined, flags: PipelineFlags): Promise<number> {
  const opened = await openPipeline(name, flags);
  if (flags.estimate) await (await import('./estimate.ts')).printEstimate(opened);
  else await printPlan(opened);
  opened.cache.close();
  return EXIT.done;
}

/** Makes the plan that `run` would make, and prints it. */
export async function printPlan({ pipeline, planner, cache, flags }: OpenPipeline): Promise<void> {
  const planned = await planCells(planner, selectCells(pipeline.cells, flags.only));
  if (flags.json) {
    const cells = planned.map(({ cell, key, state, reasons }) => ({
      id: cell.id,
      stage: cell.stage,
      kind: cell.kind,
      fingerprint: key?.fingerprint ?? null,
      state,
      reasons,
    }));
    console.log(JSON.stringify({ pipeline: pipeline.name, profile: pipeline.profile ?? null, cells }));
    return;
  }
  const width = Math.max(6, ...planned.map(({ state }) => WORDS[state].word.length));
  for (const cell of planned) console.log(planLine(cell, width));
  const count = (state: PlannedCell['state']) => planned.filter((one) => one.state === state).length;
  const parts = [`${count('run')} to run`, `${count('cached')} cached`];
  if (count('may-run') > 0) parts.push(`${count('may-run')} that sweeps decide about`);
  if (count('left-out') > 0) parts.push(`${count('left-out')} left out by sweeps`);
  console.log(`\n${planned.length} cells: ${parts.join(', ')}`);
  if (pipeline.sweeps.length === 0) return;
  const { sweepLines } = await import('./sweep-plan.ts');
  for (const line of sweepLines(pipeline, planned, cache)) console.log(line);
}

const WORDS = {
  run: { word: 'run', colour: pc.yellow },
  cached: { word: 'cached', colour: pc.green },
  'may-run': { word: 'may run', colour: pc.yellow },
  'left-out': { word: 'left out', colour: pc.dim },
} as const;

function planLine({ cell, state, reasons }: PlannedCell, width: number): string {
  const { word, colour } = WORDS[state];
  const [first, ...others] = reasons.map((reason) => reason.message);
  const more = others.length > 0 ? ` (and ${others.length} more: retable why '${cell.id}')` : '';
  return `${colour(word.padEnd(width))} ${cell.id}${state === 'cached' ? '' : pc.dim(`  ${first ?? ''}${more}`)}`;
}
