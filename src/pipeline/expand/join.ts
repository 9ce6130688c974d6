import type { Scalar } from '../../json.ts';
import type { Cell } from '../pipeline.ts';

/** A cell on its way into the pipeline, with what later stages join on. */
export interface Built {
  readonly cell: Cell;
  /** Its place among all cells. */
  readonly index: number;
  /** Its own axes: of its matrix and of its union needs. */
  readonly own: Readonly<Record<string, Scalar>>;
  /**
   * All cells that it comes from, by role: the name of a stage, or `STAGE.NEED` where STAGE picked, with `where`, a cell
   * of its own. One role is one cell: that makes the join natural.
   */
  readonly lineage: ReadonlyMap<string, Built>;
}

export interface Candidate {
  readonly role: string;
  readonly built: Built;
}

/** One cell for each need, consistent on lineage. */
export interface Joined {
  readonly needs: Readonly<Record<string, Built>>;
  readonly lineage: ReadonlyMap<string, Built>;
}

/**
 * The natural join of needs on lineage: where two needs reach a role, they reach the same cell.
 * @param needs candidates of each need; those of the most derived stages first are fastest: they fix the others
 * @returns 'too-many' where there would be more than `limit`
 */
export function joinNeeds(
  needs: readonly { readonly name: string; readonly candidates: readonly Candidate[] }[],
  limit: number,
): Joined[] | 'too-many' {
  let joined: Joined[] = [{ needs: {}, lineage: new Map() }];
  for (const { name, candidates } of needs) {
    const pivot = findPivot(joined, candidates);
    const groups = groupByRole(candidates, pivot);
    const next: Joined[] = [];
    for (const one of joined) {
      const group = groups.get(pivot === undefined ? undefined : one.lineage.get(pivot)) ?? [];
      for (const candidate of group) {
        const lineage = merge(one.lineage, candidate);
        if (lineage !== undefined) next.push({ needs: { ...one.needs, [name]: candidate.built }, lineage });
        if (next.length > limit) return 'too-many';
      }
    }
    joined = next;
  }
  return joined;
}

/** A role that both sides always have: of several, the one that tells most candidates apart. */
function findPivot(joined: readonly Joined[], candidates: readonly Candidate[]): string | undefined {
  const [first] = candidates;
  if (first === undefined) return undefined;
  let best: string | undefined;
  let most = 0;
  for (const role of [first.role, ...first.built.lineage.keys()]) {
    if (!joined.every((one) => one.lineage.has(role))) continue;
    const cells = new Set(candidates.map((one) => cellOf(one, role)));
    if (!cells.has(undefined) && cells.size > most) [best, most] = [role, cells.size];
  }
  return best;
}

function groupByRole(
  candidates: readonly Candidate[],
  role: string | undefined,
): Map<Built | undefined, Candidate[]> {
  const groups = new Map<Built | undefined, Candidate[]>();
  for (const one of candidates) {
    const cell = role === undefined ? undefined : cellOf(one, role);
    const group = groups.get(cell);
    if (group === undefined) groups.set(cell, [one]);
    else group.push(one);
  }
  return groups;
}

function cellOf({ role, built }: Candidate, wanted: string): Built | undefined {
  return role === wanted ? built : built.lineage.get(wanted);
}

/** Undefined where they disagree about a role. */
function merge(
  lineage: ReadonlyMap<string, Built>,
  { role, built }: Candidate,
): Map<string, Built> | undefined {
  const merged = new Map(lineage);
  for (const [key, cell] of [...built.lineage, [role, built] as const]) {
    const there = merged.get(key);
    if (there !== undefined && there !== cell) return undefined;
    merged.set(key, cell);
  }
  return merged;
}
