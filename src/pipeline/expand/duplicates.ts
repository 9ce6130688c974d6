import type { Findings } from '../parse/findings.ts';
import type { StageShape } from '../parse/stage-shape.ts';
import type { CellId } from '../pipeline.ts';
import type { Built } from './join.ts';

/** Reports cells with the same name, and cells that would do the same work. */
export function checkDuplicates(shape: StageShape, built: readonly Built[], findings: Findings): void {
  const names = new Set<CellId>();
  const contents = new Map<string, CellId>();
  const place = {
    path: [...shape.path, shape.matrix === undefined ? 'needs' : 'matrix'],
    at: 'key' as const,
  };
  for (const { cell } of built) {
    if (names.has(cell.id)) {
      findings.error('duplicate-cell', place, `two cells would both be called ${cell.id}`);
      return;
    }
    names.add(cell.id);
    const content = JSON.stringify([cell.parameters, cell.needs]);
    const twin = contents.get(content);
    if (twin !== undefined) {
      findings.error(
        'duplicate-cell',
        place,
        `${twin} and ${cell.id} are the same: the same kind, parameters and needs`,
        {
          hint: 'let a parameter depend on each axis, or remove one of the two',
        },
      );
      return;
    }
    contents.set(content, cell.id);
  }
}
