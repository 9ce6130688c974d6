import { Failure, isFailure } from '../failure.ts';
import type { FigureSpec, Pipeline } from '../pipeline/pipeline.ts';
import { headOf } from '../report/head.ts';
import { barsParts } from './bars.ts';
import type { Figure } from './figure.ts';
import { historyParts } from './history.ts';
import { lineParts } from './line.ts';
import type { FigureParts } from './parts.ts';
import { scatterParts } from './scatter.ts';
import type { FigureSources } from './sources.ts';
import { sweepParts } from './sweep.ts';

/**
 * Fills a figure with what is known of its cells. Its numbers are those of tables with the same keys. Cells without a
 * result are gaps.
 *
 * @throws Failure `ambiguous-table` if cells at one point differ in more than the keys of `over`; `unknown-value` if cells
 * have values or records, but not the one to show; `no-images`
 */
export async function buildFigure(
  spec: FigureSpec,
  pipeline: Pipeline,
  sources: FigureSources,
): Promise<Figure> {
  const { panels, notes, warnings } = await partsOf(spec, pipeline, sources).catch((error: unknown) => {
    throw ofFigure(error, spec);
  });
  return { ...headOf(spec, pipeline), panels, notes, warnings };
}

async function partsOf(spec: FigureSpec, pipeline: Pipeline, sources: FigureSources): Promise<FigureParts> {
  switch (spec.plot) {
    case 'line':
      return lineParts(spec, pipeline, sources);
    case 'bars':
      return barsParts(spec, pipeline, sources);
    case 'scatter':
      return scatterParts(spec, pipeline, sources);
    case 'history':
      return historyParts(spec, pipeline, sources);
    case 'images':
      // Loads what reads data sets, which other figures do not need.
      return (await import('./images.ts')).imagesParts(spec, pipeline, sources);
    case 'sweep':
      return sweepParts(spec, pipeline, sources);
  }
}

/** Says of a figure what `ambiguity.ts` says of a table. */
function ofFigure(error: unknown, { name, plot }: FigureSpec): unknown {
  if (!isFailure(error) || error.reason !== 'ambiguous-table' || error.details === undefined) return error;
  const { key, stage, cells } = error.details;
  const [first, second] = Array.isArray(cells) ? cells : [];
  const place = plot === 'images' ? 'row' : 'point';
  const roles = plot === 'images' ? '`rows` or `panels`' : '`series` or `panels`';
  const mean = plot === 'images' ? 'to show the first' : 'to take the mean';
  return new Failure(
    'ambiguous-table',
    `Figure "${name}" has several cells at one ${place} that differ in "${key}": ${first} and ${second}.`,
    {
      hint: `Add "${stage}.${key}" to ${roles} of the figure, or to \`over\` ${mean}, or choose one by \`where\`.`,
      details: { figure: name, key, cells },
    },
  );
}
