import type { TableSpec } from '../pipeline/pipeline.ts';
import { named, wordFor } from '../report/group-cells.ts';

/** What an axis shows: the values of a table, or their labels. */
export function valueWords({
  stage,
  values,
  labels,
}: Pick<TableSpec, 'stage' | 'values' | 'labels'>): string {
  return values
    .map((value) => {
      const key = `${stage}.${value}`;
      return Object.hasOwn(labels, key)
        ? named(key, { labels }).words
        : wordFor(undefined, value, { labels });
    })
    .join(', ');
}
