import pc from 'picocolors';
import { cellState } from '../page/cell-state.ts';
import { planCells } from '../plan/plan.ts';
import { EXIT } from './outcome.ts';
import { openPipeline, type PipelineFlags } from './workspace.ts';

/** `retable status`: how many cells of a pipeline are done, which run now, and which failed last. */
export async function status(name: string | undefined, given: PipelineFlags): Promise<number> {
  const { pipeline, planner, cache, flags } = await openPipeline(name, given);
  const planned = await planCells(planner, pipeline.cells);
  const cells = planned.map(({ cell, state }) => {
    const attempts = cache.attemptsOf(cell.id, pipeline.name);
    const last = attempts.find((attempt) => attempt.profile === (pipeline.profile ?? ''));
    return {
      id: cell.id,
      stage: cell.stage,
      state: cellState(state, last?.state),
      ...(last?.message ? { message: last.message } : {}),
    };
  });
  cache.close();
  if (flags.json) {
    console.log(JSON.stringify({ pipeline: pipeline.name, profile: pipeline.profile ?? null, cells }));
    return EXIT.done;
  }
  for (const { name: stage } of pipeline.stages)
    console.log(
      stageLine(
        stage,
        cells.filter((cell) => cell.stage === stage),
      ),
    );
  for (const { id, state, message } of cells) {
    if (state === 'failed' || state === 'timeout')
      console.log(`${pc.red(state)} ${id}: ${message ?? ''} (retable logs '${id}')`);
  }
  return EXIT.done;
}

function stageLine(stage: string, cells: readonly { state: string }[]): string {
  const counts = new Map<string, number>();
  for (const { state } of cells) counts.set(state, (counts.get(state) ?? 0) + 1);
  return `${stage}: ${[...counts].map(([state, count]) => `${count} ${state.replace('-', ' ')}`).join(', ')}`;
}
