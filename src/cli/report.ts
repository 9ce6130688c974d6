import { writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { explainDiskError } from '../cache/disk-failure.ts';
import { makeFolder } from '../cache/folders.ts';
import { pageHtml } from '../page/html.ts';
import { replaceFile } from '../replace-file.ts';
import { type Figures, figuresOf } from './figures.ts';
import { EXIT, printFailure } from './outcome.ts';
import { pageOf } from './page.ts';
import { loadPageAssets } from './page-assets.ts';
import { digestOf, reportFile } from './report-file.ts';
import { type Results, resultsOf } from './results.ts';
import { shownPath } from './shown-path.ts';
import { type Tables, tablesOf } from './tables.ts';
import { type OpenPipeline, openPipeline, type PipelineFlags } from './workspace.ts';

export interface ReportFlags extends PipelineFlags {
  /** The file to write. */
  readonly to?: string;
}

/** `retable report`: writes all that is known of a pipeline to one HTML file, from cached results. */
export async function report(name: string | undefined, given: ReportFlags): Promise<number> {
  const opened = await openPipeline(name, given);
  const results = await resultsOf(opened);
  const tables = tablesOf(results);
  const file = given.to === undefined ? reportFile(opened) : resolve(given.to);
  const figures = await figuresOf(results);
  const bytes = await writeReport(opened, results, tables, figures, file);
  opened.cache.close();
  if (given.json) console.log(JSON.stringify({ file, bytes }));
  else console.log(`report written to ${shownPath(file)}`);
  return Math.max(EXIT.done, ...[...tables.failures, ...figures.failures].map(printFailure));
}

/** @returns the size of the file in bytes */
export async function writeReport(
  opened: OpenPipeline,
  results: Results,
  tables: Tables,
  figures: Figures,
  file: string,
): Promise<number> {
  const assets = await loadPageAssets();
  const shows = digestOf(opened, results);
  const text = pageHtml(pageOf(opened, results, tables, figures), assets, { isLive: false, shows });
  try {
    makeFolder(dirname(file));
    await replaceFile(file, (draft) => writeFile(draft, text));
  } catch (error) {
    throw explainDiskError(error, `write ${shownPath(file)}`, '--to FILE');
  }
  return Buffer.byteLength(text);
}
