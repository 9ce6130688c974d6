import type { CellId, Sweep } from '../pipeline/pipeline.ts';
import type { Known } from '../report/values.ts';
import type { Score } from '../sweep/search.ts';

/** What figures are made from: all that is known of the cells of a pipeline. */
export interface FigureSources extends Known {
  /** The path of a file of a cell's artifact; undefined if the cell has no result yet, or no such file. */
  file(id: CellId, name: string): string | undefined;
  /** What was measured of each record in its `records.jsonl`, by its position; null or undefined if nothing was. */
  recordMeasurements(id: CellId): readonly (Readonly<Record<string, number>> | null)[];
  /** The score of each trial of a sweep at each rung that it has reached; others are undefined. By rung, then by trial. */
  scores(sweep: Sweep): readonly (readonly Score[])[];
}
