import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  visit,
  type YAMLMap,
} from 'yaml';
import type { Findings } from './findings.ts';
import type { Source } from './source.ts';

/** Whether it is `<<: *anchor`: the mapping takes over keys of others that it does not have itself. */
export function isMergeKey(key: unknown): boolean {
  return isScalar(key) && key.type === 'PLAIN' && key.value === '<<';
}

/** The mappings of a merge key, those first that come before the others. What is not a mapping is left out. */
export function mergedMaps(document: Document, { value }: Pair): YAMLMap[] {
  const resolved = resolve(document, value);
  const parts = isSeq(resolved) ? resolved.items : [resolved];
  return parts.map((part) => resolve(document, part)).filter((part) => isMap(part));
}

/** Reports merge keys of what is not a mapping. @returns whether there are none such */
export function checkMergeKeys(document: Document, source: Source, findings: Findings): boolean {
  let sound = true;
  visit(document, {
    Pair(_, pair) {
      if (!isMergeKey(pair.key)) return;
      const value = resolve(document, pair.value);
      if (mergedMaps(document, pair).length === (isSeq(value) ? value.items.length : 1)) return;
      sound = false;
      const [start, end] = (pair.key as Node).range ?? [0, 1]; // a scalar
      findings.error('bad-merge', { location: source.at(start, end) }, "'<<' takes over mappings alone", {
        hint: 'write <<: *name, for a mapping that is marked &name before',
      });
    },
  });
  return sound;
}

function resolve(document: Document, node: unknown): unknown {
  return isAlias(node) ? node.resolve(document) : node;
}
