import type { Json } from '../../json.ts';
import { suggest } from '../../suggest.ts';
import type { Point } from '../../sweep/space.ts';
import type { Findings } from '../parse/findings.ts';
import { checkEmbedded, type Lookup } from '../parse/references.ts';
import type { Path } from '../parse/source.ts';
import type { StageShape } from '../parse/stage-shape.ts';
import type { Cell } from '../pipeline.ts';
import type { Joined } from './join.ts';
import type { Combination } from './matrix.ts';

/**
 * The values of `matrix.`, `needs.` and `sweeps.` references of one cell, for each place of its stage that holds
 * references.
 * @param point the trial that the sweep has chosen
 */
export function cellLookup(
  shape: StageShape,
  combination: Combination,
  joined: Joined,
  findings: Findings,
  point: Point = {},
): (path: Path) => Lookup {
  return (path) => (reference, embedded) => {
    const [first = '', field = ''] = reference.names;
    let value: Json | undefined;
    if (reference.root === 'sweeps') {
      value = Object.hasOwn(point, field) ? point[field] : undefined;
      return value !== undefined && embedded
        ? checkEmbedded(value, reference, findings, { path, within: reference.text })
        : value;
    }
    if (reference.root === 'matrix') {
      value = Object.hasOwn(combination, first) ? combination[first] : undefined;
    } else {
      const cell = joined.needs[first]?.cell;
      if (cell !== undefined) value = ownField(cell, field);
      if (value === undefined && field === 'stage') value = cell?.stage;
    }
    const place = { path, within: reference.text };
    if (value !== undefined) return embedded ? checkEmbedded(value, reference, findings, place) : value;
    if (reference.root === 'matrix') {
      findings.error('unknown-axis', place, `some cells of stage '${shape.name}' have no axis '${first}'`, {
        hint: 'an include leaves it out',
      });
    } else {
      const cell = joined.needs[first]?.cell;
      const known = [...Object.keys(cell?.parameters ?? {}), ...Object.keys(cell?.axes ?? {})];
      findings.error(
        'unknown-field',
        place,
        `stage '${cell?.stage}', needed as '${first}', has no parameter or axis '${field}'`,
        { hint: suggest(field, known, 'it has') },
      );
    }
    return undefined;
  };
}

/** A parameter or, if there is none, an axis. */
function ownField({ parameters, axes }: Cell, field: string): Json | undefined {
  if (Object.hasOwn(parameters, field)) return parameters[field];
  return Object.hasOwn(axes, field) ? axes[field] : undefined;
}
