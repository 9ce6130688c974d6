import type { FigureSources } from '../../src/figure/sources.ts';

/** What is known of cells, with nothing where nothing is given. */
export function sourcesOf(given: Partial<FigureSources>): FigureSources {
  return {
    values: () => undefined,
    measured: () => ({}),
    warnings: () => [],
    file: () => undefined,
    recordMeasurements: () => [],
    scores: () => [],
    ...given,
  };
}
