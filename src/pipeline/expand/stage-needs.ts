import type { Findings } from '../parse/findings.ts';
import type { StageShape } from '../parse/stage-shape.ts';
import { type Built, type Candidate, type Joined, joinNeeds } from './join.ts';
import type { FindCell } from './keys.ts';
import { type Combination, maxCells } from './matrix.ts';
import type { Order } from './order.ts';
import { type Condition, filterCells, MatrixPairing } from './where.ts';

/** What is known about the previous stages. */
export interface JoinContext {
  readonly order: Order;
  /** Undefined if mistakes prevented the cells from being created. */
  readonly cellsOf: (stage: string) => readonly Built[] | undefined;
  readonly find: FindCell;
  readonly findings: Findings;
}

/** All consistent combinations of needed cells, in the order of these cells; undefined if there are none. */
export function joinStageNeeds(
  shape: StageShape,
  conditions: readonly Condition[],
  context: JoinContext,
): Joined[] | undefined {
  const { order, cellsOf, find, findings } = context;
  const depth = (name: string) =>
    Math.max(
      ...(shape.needs.find((need) => need.name === name)?.stages ?? []).map(
        ({ text }) => order.depth.get(text) ?? 0,
      ),
    );
  const needs: { name: string; candidates: Candidate[] }[] = [];
  for (const need of shape.needs) {
    const own = conditions.filter((one) => one.need === need.name);
    const stages = need.stages.map(({ text }) => cellsOf(text));
    const cells = stages.filter((one) => one !== undefined).flat();
    if (stages.includes(undefined)) return undefined;
    const kept = filterCells(cells, own, find, findings);
    if (kept.length === 0) return undefined;
    const candidates = kept.map((built) => ({ built, role: roleOf(shape, need.name, built.cell.stage) }));
    needs.push({ name: need.name, candidates });
  }
  needs.sort((a, b) => depth(b.name) - depth(a.name) || (a.name < b.name ? -1 : 1));
  const joined = joinNeeds(needs, maxCells);
  const place = { path: [...shape.path, 'needs'], at: 'key' as const };
  if (joined === 'too-many') {
    findings.error('too-many-cells', place, `stage '${shape.name}' would have more than ${maxCells} cells`);
    return undefined;
  }
  if (joined.length === 0) {
    findings.error(
      'inconsistent-needs',
      place,
      `the needs of stage '${shape.name}' have no cells that match each other`,
      {
        hint: 'a cell that is reached in two ways must be the same cell: see `where` and the needs of those stages',
      },
    );
    return undefined;
  }
  // Sort by the needs near the start of the pipeline first.
  const names = needs.map(({ name }) => name).reverse();
  const rank = (one: Joined) => names.map((name) => one.needs[name]?.index ?? 0);
  return joined
    .map((one) => ({ one, rank: rank(one) }))
    .sort(
      (a, b) =>
        a.rank.map((index, at) => index - (b.rank[at] ?? 0)).find((difference) => difference !== 0) ?? 0,
    )
    .map(({ one }) => one);
}

/**
 * Which combinations of needs (by index) are paired with which combination of the matrix: all with all, except for
 * conditions.
 */
export function pairWithMatrix(
  shape: StageShape,
  joined: readonly Joined[],
  matrix: readonly Combination[],
  conditions: readonly Condition[],
  { find, findings }: JoinContext,
): [number, Combination][] {
  const pairing = new MatrixPairing(joined, conditions, find);
  const groups: Combination[][] = joined.map(() => []);
  let count = 0;
  for (const combination of matrix) {
    const matching = pairing.matching(combination);
    count += matching.length;
    if (count > maxCells) {
      findings.error(
        'too-many-cells',
        { path: shape.path, at: 'key' },
        `stage '${shape.name}' would have more than ${maxCells} cells`,
      );
      return [];
    }
    if (matching.length === 0) {
      const words = Object.entries(combination)
        .map(([axis, value]) => `${axis}=${value}`)
        .join(',');
      findings.warning(
        'no-cells',
        { path: [...shape.path, 'needs'], at: 'key' },
        `stage '${shape.name}' has no cell for ${words}: no cells of its needs match it`,
      );
    }
    for (const at of matching) groups[at]?.push(combination);
  }
  if (count === 0) {
    findings.error(
      'inconsistent-needs',
      { path: [...shape.path, 'needs'], at: 'key' },
      `stage '${shape.name}' has no cells: no value of its matrix goes with what it needs`,
    );
  }
  return groups.flatMap((group, at) => group.map((combination): [number, Combination] => [at, combination]));
}

/** If several needs use the same stage, one with `where` has its own role and so can be a different cell. */
function roleOf(shape: StageShape, need: string, stage: string): string {
  const rivals = shape.needs.filter(({ stages }) => stages.some(({ text }) => text === stage));
  const picks = rivals.find(({ name }) => name === need)?.where ?? {};
  return rivals.length > 1 && Object.keys(picks).length > 0 ? `${shape.name}.${need}` : stage;
}
