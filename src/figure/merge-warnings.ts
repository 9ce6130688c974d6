import type { TableWarning } from '../report/table.ts';

/** Warnings of several tables, each of a name once. */
export function mergeWarnings(warnings: readonly TableWarning[]): TableWarning[] {
  const merged = new Map<string, TableWarning>();
  for (const one of warnings) {
    const before = merged.get(one.name);
    merged.set(one.name, {
      ...(before ?? one),
      cells: [...new Set([...(before?.cells ?? []), ...one.cells])],
    });
  }
  return [...merged.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}
