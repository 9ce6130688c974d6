import { closeSync, existsSync, openSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { canonicalJson, sha256 } from '../cache/digest.ts';
import { version } from './home.ts';
import { pageFiles } from './page-assets.ts';
import type { Results } from './results.ts';
import { resultsFolder } from './results-folder.ts';
import type { OpenPipeline } from './workspace.ts';

/** Where `run` writes the report: beside the tables. */
export function reportFile({ pipeline, workspace }: OpenPipeline): string {
  return join(workspace.settings.results.value, resultsFolder(pipeline), 'report.html');
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
export function digestOf({ file, pipeline }: OpenPipeline, { plans }: Results): string {
  const { profile = '', set } = pipeline;
  const cells = plans.map(({ cell, state, key }) => [cell.id, state, key?.fingerprint ?? '']);
  const { script, style } = pageFiles();
  return sha256(canonicalJson([version, script, style, readFileSync(file, 'utf8'), profile, set, cells]));
}
