import pc from 'picocolors';
import type { Pipeline } from '../pipeline/pipeline.ts';
import type { ValueDifference } from '../verify/compare-values.ts';
import type { ResultsRecord } from '../verify/record.ts';
import { type Compared, VERDICTS, type Verdict } from '../verify/verdict.ts';
import { shownPath } from './shown-path.ts';
import type { VerifyChoices } from './verify-flags.ts';

/** The outcome of a verification. */
export interface Verified {
  readonly pipeline: Pipeline;
  readonly file: string;
  readonly record: ResultsRecord;
  readonly choices: VerifyChoices;
  readonly compared: readonly Compared[];
  /** Cells whose recorded results were taken from the cache, because others need them. */
  readonly taken: readonly string[];
  readonly holds: boolean;
}

interface Form {
  readonly json: boolean;
  /** The folder of the verification, if it is kept. */
  readonly kept: string | undefined;
}

export function printVerified(verified: Verified, { json, kept }: Form): void {
  if (json) {
    console.log(JSON.stringify(jsonOf(verified)));
    return;
  }
  console.log();
  // What is not the same comes last, beside the summary.
  const [same, others] = [true, false].map((isSame) =>
    verified.compared.filter(({ verdict }) => (verdict === 'same') === isSame),
  );
  for (const cell of [...(same ?? []), ...(others ?? [])])
    for (const line of linesOf(cell)) console.log(line);
  console.log(`\n${headline(verified)}`);
  console.log(summaryOf(verified));
  if (kept) console.log(pc.dim(`the cells of this verification are kept in ${shownPath(kept)}`));
}

function jsonOf({ pipeline, record, choices, compared, taken, holds }: Verified) {
  const { sample = null, seed, tolerance } = choices;
  return {
    pipeline: pipeline.name,
    profile: pipeline.profile ?? null,
    retable: record.retable,
    commit: record.commit ?? null,
    tolerance,
    sample: sample && { ...sample, seed },
    holds,
    counts: Object.fromEntries(VERDICTS.map((verdict) => [verdict, count(compared, verdict)])),
    taken,
    cells: compared.map(({ values, ...cell }) => ({
      ...cell,
      values: values.map(({ name, recorded = null, found = null }) => ({ name, recorded, found })),
    })),
  };
}

const WORDS: Readonly<Record<Verdict, { word: string; plural?: string; colour: (text: string) => string }>> =
  {
    same: { word: 'same', plural: 'the same to the byte', colour: pc.green },
    'within-tolerance': { word: 'within tolerance', colour: pc.green },
    differs: { word: 'differs', plural: 'differ', colour: pc.red },
    'not-reproducible': { word: 'NOT REPRODUCIBLE', plural: 'not reproducible', colour: pc.red },
    edited: { word: 'EDITED', plural: 'edited in the record', colour: pc.red },
    failed: { word: 'failed', colour: pc.red },
    gone: { word: 'gone', plural: 'gone from the pipeline', colour: pc.yellow },
    added: { word: 'added', plural: 'added since the record', colour: pc.yellow },
    'not-recorded': { word: 'not recorded', plural: 'without a recorded result', colour: pc.dim },
    'no-values': { word: 'no values', plural: 'without values to compare', colour: pc.dim },
  };

const width = Math.max(...Object.values(WORDS).map(({ word }) => word.length));

function linesOf({ id, verdict, message, changes, values }: Compared): string[] {
  const { word, colour } = WORDS[verdict];
  const details = [
    ...(message === undefined ? [] : [message]),
    ...values.map(valueText),
    ...changes.map((change) => change.message + (verdict === 'same' ? ' (without effect)' : '')),
  ];
  // Of cells that are the same, the reasons of many would hide what matters: `--json` has them.
  const shown = verdict === 'same' ? [] : details;
  return [`${colour(word.padEnd(width))}  ${id}`, ...shown.map((line) => `${' '.repeat(width)}    ${line}`)];
}

/** In full, because values are compared in full. */
function valueText({ name, recorded, found }: ValueDifference): string {
  return `${name}: ${recorded ?? '(none)'} → ${found ?? '(none)'}`;
}

function headline({ file, record, pipeline, choices }: Verified): string {
  const { retable, commit } = record;
  const at = commit
    ? ` at commit ${commit.id.slice(0, 12)}${commit.dirty ? ' with uncommitted changes' : ''}`
    : '';
  const { sample, seed, tolerance } = choices;
  const size = sample && ('percent' in sample ? `${sample.percent}%` : `${sample.cells} cells`);
  const drawn = sample ? `; sample of ${size}, seed ${seed}` : '';
  const profile = pipeline.profile === undefined ? '' : `, profile ${pipeline.profile}`;
  return `${pipeline.name}${profile}, against ${shownPath(file)} (retable ${retable}${at}); tolerance ${tolerance}${drawn}`;
}

/** A part of the pipeline is never called verified without the number of cells that were not compared. */
function summaryOf({ pipeline, compared, taken, holds }: Verified): string {
  const parts = VERDICTS.filter((verdict) => verdict === 'same' || count(compared, verdict) > 0).map(
    (verdict) => `${count(compared, verdict)} ${WORDS[verdict].plural ?? WORDS[verdict].word}`,
  );
  const ids = new Set<string>(compared.map(({ id }) => id));
  const others = pipeline.cells.filter(({ id }) => !ids.has(id)).length;
  const total = compared.length + others;
  const noun = total === 1 ? 'cell' : 'cells';
  const cells = others > 0 ? `${compared.length} of ${total} ${noun} compared` : `${total} ${noun}`;
  const rest = others > 0 ? `; ${others} not compared` : '';
  const inputs =
    taken.length > 0
      ? `; ${taken.length} ${taken.length === 1 ? 'input was' : 'inputs were'} taken from the cache, as recorded`
      : '';
  const answer = holds ? pc.green('verified') : pc.red('NOT verified');
  const part = others > 0 ? 'this part is ' : '';
  return `${cells}: ${parts.join(', ')}${inputs}${rest}: ${part}${answer}`;
}

function count(compared: readonly Compared[], verdict: Verdict): number {
  return compared.filter((cell) => cell.verdict === verdict).length;
}
