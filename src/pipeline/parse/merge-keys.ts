import { type Document, isAlias, isMap, isScalar, isSeq, type Pair, type YAMLMap } from 'yaml';

/** Whether it is a merge key (`<<: *anchor`), by which a mapping takes keys of others that it does not have itself. */
export function isMergeKey(key: unknown): boolean {
  return isScalar(key) && key.type === 'PLAIN' && key.value === '<<';
}

/** The mappings of a merge key, highest precedence first. Other values are skipped. */
export function mergedMaps(document: Document, { value }: Pair): YAMLMap[] {
  const merged = resolved(document, value);
  const parts = isSeq(merged) ? merged.items : [merged];
  return parts.map((part) => resolved(document, part)).filter((part) => isMap(part));
}

/** What an alias stands for, or the node itself. */
export function resolved(document: Document, node: unknown): unknown {
  return isAlias(node) ? node.resolve(document) : node;
}
