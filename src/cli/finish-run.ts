import { existsSync } from 'node:fs';
import pc from 'picocolors';
import type { Failure } from '../failure.ts';
import type { Figures } from './figures.ts';
import { writeRecord } from './record-file.ts';
import { isCurrent, reportFile } from './report-file.ts';
import type { Results } from './results.ts';
import type { ServedCells } from './served.ts';
import { shownPath } from './shown-path.ts';
import type { OpenPipeline } from './workspace.ts';

/**
 * Prints the tables, and writes what a run leaves in `results/`: tables, figures, the record and the report. What would be
 * the same again is not written. The code for each is loaded only when it is needed.
 * @param hasRun whether a cell was executed
 * @returns the failures of tables and figures that could not be made
 */
export async function finishRun(
  opened: OpenPipeline,
  served: ServedCells,
  hasRun: boolean,
): Promise<readonly Failure[]> {
  const { flags, pipeline } = opened;
  let found: Promise<Results> | undefined;
  const results = () => {
    found ??= import('./results.ts').then(({ resultsOf }) => resultsOf(opened));
    return found;
  };
  const say = (text: string) => {
    if (!flags.json) console.log(pc.dim(text));
  };
  const tables = await finishTables(opened, results);
  const figures = await finishFigures(opened, results);
  const folder = tables.folder ?? figures.folder;
  const things = [...(tables.folder ? ['tables'] : []), ...(figures.folder ? ['figures'] : [])];
  if (folder !== undefined) say(`${things.join(' and ')} written to ${shownPath(folder)}/`);
  const record = await writeRecord(opened, served, results);
  if (record !== undefined) say(`results recorded in ${shownPath(record)}`);
  const report = reportFile(opened);
  const showsMore = pipeline.tables.length + pipeline.figures.length > 0;
  // With other results in the cache, the record is another one, although no cell ran.
  const isOther = hasRun || record !== undefined || !existsSync(report);
  const isStale = isOther || (showsMore && !isCurrent(opened, await results(), report));
  if (isStale) {
    const { writeReport } = await import('./report.ts');
    await writeReport(opened, await results(), tables, figures, report);
  }
  if (isStale || showsMore) say(`report: ${shownPath(report)}`);
  return [...tables.failures, ...figures.failures];
}

async function finishTables(opened: OpenPipeline, results: () => Promise<Results>) {
  if (opened.pipeline.tables.length === 0) return { tables: [], failures: [], folder: undefined };
  const { showTables, tablesOf, writeTables } = await import('./tables.ts');
  const made = tablesOf(await results());
  if (!opened.flags.json) showTables(made.tables);
  return { ...made, folder: await writeTables(opened, made.tables) };
}

async function finishFigures(
  opened: OpenPipeline,
  results: () => Promise<Results>,
): Promise<Figures & { readonly folder: string | undefined }> {
  if (opened.pipeline.figures.length === 0) return { figures: [], failures: [], folder: undefined };
  const { figuresOf, writeFigures } = await import('./figures.ts');
  const made = await figuresOf(await results());
  return { ...made, folder: await writeFigures(opened, made.figures) };
}
