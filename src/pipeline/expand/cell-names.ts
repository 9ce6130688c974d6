import type { Scalar } from '../../json.ts';
import type { CellId } from '../pipeline.ts';
import type { Built, Joined } from './join.ts';

/** The name of a cell, and the axes in it. */
export interface Named {
  readonly id: CellId;
  readonly axes: Record<string, Scalar>;
}

export interface NamedStage {
  readonly name: string;
  /** Names of its own axes, of all its cells. */
  readonly ownAxes: ReadonlySet<string>;
}

/**
 * Names the cells of one stage. Inherited axes come first, those of stages near the start of the pipeline before
 * others. If the name of an inherited axis occurs twice, its stage is added, in all cells of the stage.
 */
export class CellNamer {
  readonly #stage: string;
  readonly #depth: ReadonlyMap<string, number>;
  readonly #axesOf: ReadonlyMap<string, ReadonlySet<string>>;
  readonly #qualified: ReadonlySet<string>;

  /**
   * @param depth depth of each stage in the graph
   * @param axesOf own axes of each stage, of all its cells
   */
  constructor(
    stage: NamedStage,
    joined: readonly Joined[],
    depth: ReadonlyMap<string, number>,
    axesOf: ReadonlyMap<string, ReadonlySet<string>>,
  ) {
    this.#stage = stage.name;
    this.#depth = depth;
    this.#axesOf = axesOf;
    this.#qualified = this.#findClashes(stage.ownAxes, joined);
  }

  /** The axes that all cells with these needs inherit, by name. */
  inherited(joined: Joined): Record<string, Scalar> {
    const axes: Record<string, Scalar> = {};
    for (const [role, built] of this.#ordered(joined.lineage)) {
      for (const [axis, value] of Object.entries(built.own)) {
        const key = `${role}.${axis}`;
        axes[this.#qualified.has(key) ? this.#label(key) : axis] = value;
      }
    }
    return axes;
  }

  /** @param unions for each need with several stages, the chosen stage; these come first */
  name(
    unions: Readonly<Record<string, Scalar>>,
    inherited: Readonly<Record<string, Scalar>>,
    own: Readonly<Record<string, Scalar>>,
  ): Named {
    const axes = { ...unions, ...inherited, ...own };
    let list = '';
    for (const axis in axes) list += `${list === '' ? '' : ','}${axis}=${formatValue(axes[axis] ?? '')}`;
    // This is the only place that makes the name of a cell.
    return { id: (list === '' ? this.#stage : `${this.#stage}[${list}]`) as CellId, axes };
  }

  #ordered(lineage: ReadonlyMap<string, Built>): [string, Built][] {
    const depth = (built: Built) => this.#depth.get(built.cell.stage) ?? 0;
    return [...lineage].sort(
      ([roleA, a], [roleB, b]) =>
        depth(a) - depth(b) || compare(a.cell.stage, b.cell.stage) || compare(roleA, roleB),
    );
  }

  /** A need of the stage itself is named without the stage. */
  #label(key: string): string {
    return key.startsWith(`${this.#stage}.`) ? key.slice(this.#stage.length + 1) : key;
  }

  #findClashes(ownAxes: ReadonlySet<string>, joined: readonly Joined[]): Set<string> {
    const clashes = new Set<string>();
    const seen = new Set<string>();
    for (const { lineage } of joined) {
      // A role with `where` can belong to several stages with different axes.
      const shape = [...lineage].map(([role, { cell }]) => `${role}=${cell.stage}`).join('|');
      if (seen.has(shape)) continue;
      seen.add(shape);
      const users = new Map<string, string[]>();
      for (const [role, built] of lineage) {
        for (const axis of this.#axesOf.get(built.cell.stage) ?? []) {
          users.set(axis, [...(users.get(axis) ?? []), `${role}.${axis}`]);
        }
      }
      for (const [axis, keys] of users) {
        if (keys.length > 1 || ownAxes.has(axis)) for (const key of keys) clashes.add(key);
      }
    }
    return clashes;
  }
}

/** A value in a name; quoted if it could be mistaken for syntax. */
export function formatValue(value: Scalar): string {
  const text = String(value);
  return /^[A-Za-z0-9._/+-]+$/.test(text) ? text : JSON.stringify(text);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
