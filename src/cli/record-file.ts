import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { explainDiskError } from '../cache/disk-failure.ts';
import { makeFolder } from '../cache/folders.ts';
import { readIfThere } from '../cache/read-if-there.ts';
import { replaceFile } from '../replace-file.ts';
import { hasOutcomes, isDirty, isSameButOrigin, recordText, withCommit } from '../verify/record-text.ts';
import { commitOf } from './commit.ts';
import { version } from './home.ts';
import type { Results } from './results.ts';
import { resultsFolder } from './results-folder.ts';
import type { ServedCells } from './served.ts';
import type { OpenPipeline } from './workspace.ts';

/** Where `run` writes the record of a pipeline. */
export function recordFile({ workspace, pipeline }: Pick<OpenPipeline, 'workspace' | 'pipeline'>): string {
  return join(workspace.settings.results.value, resultsFolder(pipeline), 'record.json');
}

/**
 * Writes `record.json` after a run, unless the file has the same results already: its commit stays the one at which they
 * were recorded first. Only if not all was committed then, and now it is, this commit takes its place.
 * @param served the outcomes of the run; if the record has them, nothing is planned or read
 * @returns the path of the file if it was written
 */
export async function writeRecord(
  opened: OpenPipeline,
  served: ServedCells,
  results: () => Promise<Results>,
): Promise<string | undefined> {
  const file = recordFile(opened);
  const before = readRecordFile(file);
  const outcomes = served.of(opened.pipeline.cells);
  const isKnown = before !== undefined && outcomes !== undefined && hasOutcomes(before, outcomes);
  if (isKnown && !isDirty(before)) return undefined;
  const text = await textAfter(opened, isKnown, before, results);
  if (text === before) return undefined;
  try {
    makeFolder(dirname(file));
    await replaceFile(file, (draft) => writeFile(draft, text));
  } catch (error) {
    throw explainDiskError(error, `write ${file}`, '--results DIR');
  }
  return file;
}

async function textAfter(
  opened: OpenPipeline,
  isKnown: boolean,
  before: string | undefined,
  results: () => Promise<Results>,
): Promise<string> {
  const { workspace, pipeline } = opened;
  const { cache, results: made } = workspace.settings;
  const asking = commitOf(workspace.root, [cache.value, made.value]);
  if (!(isKnown && before !== undefined)) {
    // Loaded here, because a run that changes nothing does not need it.
    const { makeRecord } = await import('../verify/make-record.ts');
    const { plans, known } = await results();
    const origin = { retable: version, commit: await asking };
    const after = recordText(makeRecord(pipeline, plans, known.warnings, origin));
    if (before === undefined || !isSameButOrigin(before, after)) return after;
  }
  const commit = await asking;
  return isDirty(before) && commit && !commit.dirty ? withCommit(before, commit) : before;
}

/** The text of a record; undefined if there is no file. */
export function readRecordFile(file: string): string | undefined {
  try {
    return readIfThere(file);
  } catch (error) {
    throw explainDiskError(error, `read ${file}`);
  }
}
