import type { Kind, NeededCell } from './kind.ts';
import { partFile } from './parts.ts';
import { filesRead } from './reads.ts';
import { declaredValue, partOf } from './values.ts';

/** That a value depends on test images, or may do so. */
export interface TestUse {
  /** Names of cells: from the cell of the value to the one that uses the test images. */
  readonly chain: readonly string[];
  /** False if the last cell of the chain may use them, because its kind does not declare what it reads or reports. */
  readonly certain: boolean;
}

type KindOf = (name: string) => Kind;

/**
 * How a value depends on the test images of a data set: because it is measured on them, or because a needed cell, near
 * or far, read them. Choosing by such a value would make the test results too good.
 *
 * @param kindOf returns the kind of a name
 * @returns undefined if it does not depend on them. A certain use is preferred to a possible one.
 */
export function testUse(cell: NeededCell, value: string, kindOf: KindOf): TestUse | undefined {
  const kind = kindOf(cell.kind);
  const declared = declaredValue(kind.values ?? {}, value)?.value;
  if (declared && partOf(declared, cell.parameters) === 'test') return { chain: [cell.id], certain: true };
  if (declared === undefined) return strongest([usedBy(cell, kindOf), { chain: [cell.id], certain: false }]);
  // The declaration says which of the images that the cell reads itself the value comes from.
  const needed = Object.values(cell.needs).map((one) => usedBy(one, kindOf));
  return longer(cell, strongest(needed));
}

/** How the artifact of a cell depends on test images. */
function usedBy(cell: NeededCell, kindOf: KindOf): TestUse | undefined {
  const kind = kindOf(cell.kind);
  const uses = Object.entries(cell.needs).map(([need, needed]) => {
    const before = longer(cell, usedBy(needed, kindOf));
    if (kindOf(needed.kind).output !== 'dataset') return before;
    const files = filesRead(kind, need, cell.parameters);
    if (files === undefined) return strongest([before, { chain: [cell.id], certain: false }]);
    return files.includes(partFile('test')) ? { chain: [cell.id], certain: true } : before;
  });
  // A program can read anything.
  if (kind.program !== undefined) uses.push({ chain: [cell.id], certain: false });
  return strongest(uses);
}

function strongest(uses: readonly (TestUse | undefined)[]): TestUse | undefined {
  const found = uses.filter((use) => use !== undefined);
  return found.find(({ certain }) => certain) ?? found[0];
}

function longer({ id }: NeededCell, use: TestUse | undefined): TestUse | undefined {
  return use && { ...use, chain: [id, ...use.chain] };
}
