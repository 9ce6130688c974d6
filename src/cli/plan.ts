import pc from 'picocolors';
import { planCells } from '../plan/plan.ts';
import type { PlannedCell } from '../plan/planner.ts';
import { selectCells } from '../plan/select.ts';
import { EXIT } from './outcome.ts';
import { type OpenPipeline, openPipeline, type PipelineFlags } from './workspace.ts';

/** `retable plan`: what would run, what is cached, and why. Nothing runs, and nothing is changed. */
export async function plan(name: string | undefined, flags: PipelineFlags): Promise<number> {
  const opened = await openPipeline(name, flags);
  await printPlan(opened);
  opened.cache.close();
  return EXIT.done;
}

/** Makes the plan that `run` would make, and prints it. */
export async function printPlan({ pipeline, planner, flags }: OpenPipeline): Promise<void> {
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
  for (const cell of planned) console.log(planLine(cell));
  const runs = planned.filter(({ state }) => state === 'run').length;
  console.log(`\n${planned.length} cells: ${runs} to run, ${planned.length - runs} cached`);
}

function planLine({ cell, state, reasons }: PlannedCell): string {
  const mark = state === 'run' ? pc.yellow('run   ') : pc.green('cached');
  const [first, ...others] = reasons.map((reason) => reason.message);
  const more = others.length > 0 ? ` (and ${others.length} more: retable why '${cell.id}')` : '';
  return `${mark} ${cell.id}${state === 'run' ? pc.dim(`  ${first ?? ''}${more}`) : ''}`;
}
