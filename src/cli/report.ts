import { closeSync, existsSync, openSync, readFileSync, readSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { canonicalJson, sha256 } from '../cache/digest.ts';
import { explainDiskError } from '../cache/disk-failure.ts';
import { makeFolder } from '../cache/folders.ts';
import { pageHtml } from '../page/html.ts';
import type { PageFigure } from '../page/page-data.ts';
import { replaceFile } from '../replace-file.ts';
import { version } from './home.ts';
import { EXIT, printFailure } from './outcome.ts';
import { pageOf } from './page.ts';
import { loadPageAssets, pageFiles } from './page-assets.ts';
import { type Results, resultsOf } from './results.ts';
import { resultsFolder } from './results-folder.ts';
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
  const bytes = await writeReport(opened, results, tables, [], file);
  opened.cache.close();
  if (given.json) console.log(JSON.stringify({ file, bytes }));
  else console.log(`report written to ${shownPath(file)}`);
  return Math.max(EXIT.done, ...tables.failures.map(printFailure));
}

/** Where `run` writes the report: beside the tables. */
export function reportFile({ pipeline, workspace }: OpenPipeline): string {
  return join(workspace.settings.results.value, resultsFolder(pipeline), 'report.html');
}

/** @returns the size of the file in bytes */
export async function writeReport(
  opened: OpenPipeline,
  results: Results,
  tables: Tables,
  figures: readonly PageFigure[],
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

/** Whether a report shows these results already. Reads only its first bytes. */
export function isCurrent(opened: OpenPipeline, results: Results, file: string): boolean {
  if (!existsSync(file)) return false;
  const head = Buffer.alloc(256);
  const descriptor = openSync(file, 'r');
  try {
    readSync(descriptor, head);
  } finally {
    closeSync(descriptor);
  }
  return head.includes(`"${digestOf(opened, results)}"`);
}

/** A digest of all that decides what a report shows, but for attempts, which only a run adds. */
function digestOf({ file, pipeline }: OpenPipeline, { plans }: Results): string {
  const { profile = '', set } = pipeline;
  const cells = plans.map(({ cell, state, key }) => [cell.id, state, key?.fingerprint ?? '']);
  const { script, style } = pageFiles();
  return sha256(canonicalJson([version, script, style, readFileSync(file, 'utf8'), profile, set, cells]));
}
