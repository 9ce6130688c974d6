import type { Scalar } from '../../json.ts';
import type { Cell } from '../pipeline.ts';

/** A cell under construction, with the data that later stages join on. */
export interface Built {
  readonly cell: Cell;
  /** Its position among all cells. */
  readonly index: number;
  /** Its own axes: those of its matrix, and of its needs with several stages. */
  readonly own: Readonly<Record<string, Scalar>>;
  /**
   * All cells that it comes from, by role. A role is the name of a stage, or `STAGE.NEED` if STAGE selected a cell
   * with `where`. There is one cell for each role, which makes this a natural join.
   */
  readonly lineage: ReadonlyMap<string, Built>;
}

export interface Candidate {
  readonly role: string;
  readonly built: Built;
}

/** One cell for each need, such that they agree on common roles. */
export interface Joined {
  readonly needs: Readonly<Record<string, Built>>;
  readonly lineage: ReadonlyMap<string, Built>;
}

/**
 * The natural join of needs on their roles: if two needs have a role in common, it must be the same cell.
 * @param needs candidates for each need; fastest if needs that depend on others come first
 * @returns 'too-many' if there would be more than `limit`
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

/** A role that both sides always have; if there are several, the one with most distinct cells. */
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

/** Undefined if they have different cells for a role. */
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
