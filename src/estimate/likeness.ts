import { canonicalJson, sha256 } from '../cache/digest.ts';
import type { Cell, CellId } from '../pipeline/pipeline.ts';

/**
 * For each cell, a text that is equal for cells which do the same work: the same kind, parameters and threads, and needs
 * which do the same work; only seeds differ.
 * @param cells each after those that it needs
 */
export function likenesses(cells: readonly Cell[]): ReadonlyMap<CellId, string> {
  const found = new Map<CellId, string>();
  for (const { id, kind, parameters, needs, resources } of cells) {
    const rest = Object.entries(parameters).filter(([name]) => !isSeed(name));
    const needed = Object.entries(needs).map(([need, of]) => [need, found.get(of) ?? of] as const);
    const work = {
      kind,
      cpu: resources.cpu,
      parameters: Object.fromEntries(rest),
      needs: Object.fromEntries(needed),
    };
    found.set(id, sha256(canonicalJson(work)));
  }
  return found;
}

function isSeed(name: string): boolean {
  return name === 'seed' || name.endsWith('-seed');
}
