import { type Document, isSeq, type Node, visit } from 'yaml';
import type { Findings } from './findings.ts';
import { isMergeKey, mergedMaps, resolved } from './merge-keys.ts';
import type { Source } from './source.ts';

/**
 * Reports merge keys with values that are not mappings.
 * @returns true if there are none
 */
export function checkMergeKeys(document: Document, source: Source, findings: Findings): boolean {
  let sound = true;
  visit(document, {
    Pair(_, pair) {
      if (!isMergeKey(pair.key)) return;
      const value = resolved(document, pair.value);
      if (mergedMaps(document, pair).length === (isSeq(value) ? value.items.length : 1)) return;
      sound = false;
      const [start, end] = (pair.key as Node).range ?? [0, 1]; // a scalar
      findings.error('bad-merge', { location: source.at(start, end) }, "'<<' can only merge mappings", {
        hint: 'write <<: *name, for a mapping that is marked &name before',
      });
    },
  });
  return sound;
}
