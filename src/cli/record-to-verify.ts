import { canonicalJson } from '../cache/digest.ts';
import { Failure } from '../failure.ts';
import { publicSet } from '../verify/make-record.ts';
import { parseRecord } from '../verify/parse-record.ts';
import type { ResultsRecord } from '../verify/record.ts';
import { readRecordFile, recordFile } from './record-file.ts';
import { shownPath } from './shown-path.ts';
import type { OpenPipeline } from './workspace.ts';

/**
 * Reads the record of a pipeline.
 * @param given path of a file, if it is not the one that `run` writes
 * @throws Failure `no-record`, `bad-record`, `other-record`
 */
export function readRecord(
  opened: OpenPipeline,
  given: string | undefined,
): { file: string; record: ResultsRecord } {
  const file = given ?? recordFile(opened);
  const record = parseRecord(read(file, opened), shownPath(file));
  requireSamePipeline(record, opened, file);
  return { file, record };
}

function read(file: string, { pipeline }: OpenPipeline): string {
  const text = readRecordFile(file);
  if (text !== undefined) return text;
  throw new Failure('no-record', `There is no record ${shownPath(file)}.`, {
    hint: `\`retable run ${pipeline.name}\` writes it, and it must be committed (docs/verify.md says how). --record FILE names another one.`,
  });
}

function requireSamePipeline(record: ResultsRecord, { pipeline }: OpenPipeline, file: string): void {
  const of = textOf(record);
  const wanted = textOf({ ...pipeline, pipeline: pipeline.name, set: publicSet(pipeline.set) });
  if (of === wanted) return;
  throw new Failure('other-record', `${shownPath(file)} is the record of ${of}, not of ${wanted}.`, {
    hint: 'Name the same pipeline, --profile and --set as in the run that wrote it.',
  });
}

/** `mixacm, profile quick, with {"epochs":10}`. */
function textOf({ pipeline, profile, set }: Pick<ResultsRecord, 'pipeline' | 'profile' | 'set'>): string {
  const parts = Object.keys(set).length === 0 ? '' : `, with ${canonicalJson(set)}`;
  return `${pipeline}${profile === undefined ? '' : `, profile ${profile}`}${parts}`;
}
