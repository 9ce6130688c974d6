import { Mistakes } from './mistakes.ts';
import { EXIT } from './outcome.ts';
import { type PipelineFlags, resolvePipeline } from './workspace.ts';

/** `retable validate`: prints all mistakes of a pipeline. It does not use the cache. */
export async function validate(name: string | undefined, given: PipelineFlags): Promise<number> {
  const { workspace, file, flags } = resolvePipeline(name, given);
  try {
    const { stages, cells, tables, figures, profile } = await workspace.load(file, flags);
    const summary = {
      stages: stages.length,
      cells: cells.length,
      tables: tables.length,
      figures: figures.length,
    };
    if (flags.json) console.log(JSON.stringify({ valid: true, profile, ...summary, diagnostics: [] }));
    else
      console.log(
        `valid: ${counted(stages, 'stage')}, ${counted(cells, 'cell')}, ${counted(tables, 'table')}${figures.length > 0 ? `, ${counted(figures, 'figure')}` : ''}${profile ? ` (profile ${profile})` : ''}`,
      );
    return EXIT.done;
  } catch (error) {
    if (!flags.json || !(error instanceof Mistakes)) throw error;
    console.log(JSON.stringify({ valid: false, diagnostics: error.diagnostics }));
    return EXIT.wrongInput;
  }
}

function counted({ length }: readonly unknown[], what: string): string {
  return `${length} ${what}${length === 1 ? '' : 's'}`;
}
