import type { Cell, CellId } from '../pipeline/pipeline.ts';
import { matchCells } from '../plan/select.ts';
import { compareCells, type Found } from '../verify/compare.ts';
import type { RecordedCell, ResultsRecord } from '../verify/record.ts';
import { drawCells } from '../verify/sample.ts';
import type { Compared } from '../verify/verdict.ts';
import type { VerifyChoices } from './verify-flags.ts';
import type { OpenPipeline } from './workspace.ts';

/** What a verification compares. */
export interface Scope {
  /** The cells to compare. */
  readonly drawn: ReadonlySet<CellId>;
  /** Whether they are not all that could be compared. */
  readonly isPart: boolean;
  /** Cells that only the pipeline or only the record has, or that had no result. */
  readonly others: readonly Compared[];
}

/** @throws Failure `unknown-cell` if `--only` matches nothing */
export function scopeOf(
  { pipeline, flags }: OpenPipeline,
  record: ResultsRecord,
  choices: VerifyChoices,
): Scope {
  const named = flags.only === undefined ? undefined : matchCells(pipeline.cells, flags.only);
  const wanted = pipeline.cells.filter(({ id }) => named?.has(id) ?? true);
  const records = new Map(record.cells.map((cell) => [cell.id, cell]));
  const hasResult = (cell: Cell) => (records.get(cell.id)?.state ?? 'missing') !== 'missing';
  const without = wanted.filter((cell) => !hasResult(cell));
  const ids = new Set<string>(pipeline.cells.map(({ id }) => id));
  const gone = named ? [] : record.cells.filter(({ id }) => !ids.has(id));
  const others = [
    ...compareCells(record.cells, without.map(unknown), choices.tolerance),
    ...gone.map(goneCell),
  ];
  const candidates = wanted.filter(hasResult);
  if (choices.sample === undefined)
    return { drawn: new Set(candidates.map(({ id }) => id)), isPart: named !== undefined, others };
  // A trial that was left out would be drawn for nothing.
  const done = candidates.filter(({ id }) => records.get(id)?.state === 'done');
  const drawn = drawCells(done, choices.sample, choices.seed);
  return { drawn: new Set(done.flatMap(({ id }) => (drawn.has(id) ? [id] : []))), isPart: true, others };
}

function unknown(cell: Cell): Found {
  return { state: 'missing', cell, message: '' };
}

function goneCell({ id, stage }: RecordedCell): Compared {
  return {
    id,
    stage,
    verdict: 'gone',
    message: 'the pipeline has no such cell any more',
    changes: [],
    values: [],
  };
}
