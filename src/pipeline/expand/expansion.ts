import type { Scalar } from '../../json.ts';
import { checkInputs } from '../check/inputs.ts';
import type { KindChecker } from '../check/kind-checker.ts';
import type { Findings } from '../parse/findings.ts';
import type { StageShape } from '../parse/stage-shape.ts';
import type { Cell, CellId } from '../pipeline.ts';
import { cellLookup } from './cell-lookup.ts';
import { CellNamer } from './cell-names.ts';
import { checkDuplicates } from './duplicates.ts';
import type { ExpandedStage } from './expanded-stage.ts';
import type { Built } from './join.ts';
import { StageLimits } from './limits.ts';
import { expandMatrix } from './matrix.ts';
import { neededCell } from './needed-cell.ts';
import type { Order } from './order.ts';
import type { Params } from './params.ts';
import { joinStageNeeds, pairWithMatrix } from './stage-needs.ts';
import { checkStageReferences } from './stage-references.ts';
import { StageValues } from './stage-values.ts';
import { readConditions } from './where.ts';

/** Creates the cells of all stages, one stage after the other. */
export class Expansion {
  readonly stages = new Map<string, ExpandedStage>();
  readonly cells: Cell[] = [];
  readonly #byId = new Map<CellId, Cell>();
  readonly #axesOf = new Map<string, ReadonlySet<string>>();
  readonly #order: Order;
  readonly #params: Params;
  readonly #findings: Findings;

  constructor(order: Order, checkers: ReadonlyMap<string, KindChecker>, params: Params, findings: Findings) {
    this.#order = order;
    this.#params = params;
    this.#findings = findings;
    const kinds = new Map(order.stages.map(({ name, uses = '' }) => [name, checkers.get(uses)]));
    for (const shape of order.stages) {
      const checker = kinds.get(shape.name);
      const before = findings.errors;
      if (checker !== undefined && shape.sound)
        checkInputs(shape, checker, (stage) => kinds.get(stage), findings);
      this.#expand(shape, checker, before);
    }
  }

  readonly find = (id: CellId): Cell | undefined => this.#byId.get(id);

  #expand(shape: StageShape, checker: KindChecker | undefined, before: number): void {
    const matrix = expandMatrix(shape, this.#params, this.#findings);
    const limits = new StageLimits(shape, this.#params, this.#findings);
    const conditions = shape.needs.map((need) => readConditions(need, this.#params, this.#findings));
    const matrixAxes = new Set(Object.keys(shape.matrix?.axes ?? {}));
    for (const combination of matrix ?? []) for (const axis in combination) matrixAxes.add(axis);
    const unions = shape.needs.filter(({ stages }) => stages.length > 1).map(({ name }) => name);
    const unionAxes = new Map(unions.map((name) => [name, matrixAxes.has(name) ? `needs.${name}` : name]));
    const ownAxes = new Set([...unionAxes.values(), ...matrixAxes]);
    this.#axesOf.set(shape.name, ownAxes);

    const finish = (cells: readonly Built[] | undefined) =>
      this.stages.set(shape.name, { shape, checker, cells, ownAxes });
    if (checker === undefined) return void finish(undefined);
    const values = new StageValues(shape, checker, this.#params, this.#findings);
    const known = conditions.filter((one) => one !== undefined);
    checkStageReferences(
      { shape, values, limits, conditions: known.flat(), matrix, matrixAxes, stages: this.stages },
      this.#findings,
    );
    const ready = shape.sound && !this.#order.broken.has(shape.name) && known.length === conditions.length;
    if (matrix === undefined || !ready || this.#findings.errors > before) {
      values.checkConstants();
      return void finish(undefined);
    }
    const context = {
      order: this.#order,
      cellsOf: (stage: string) => this.stages.get(stage)?.cells,
      find: this.find,
      findings: this.#findings,
    };
    const joined = joinStageNeeds(shape, known.flat(), context);
    if (joined === undefined) {
      values.checkConstants();
      return void finish(undefined);
    }
    const namer = new CellNamer({ name: shape.name, ownAxes }, joined, this.#order.depth, this.#axesOf);
    const inherited = joined.map((one) => namer.inherited(one));
    const built: Built[] = [];
    for (const [at, combination] of pairWithMatrix(shape, joined, matrix, known.flat(), context)) {
      const one = joined[at];
      if (one === undefined) continue;
      const lookup = cellLookup(shape, combination, one, this.#findings);
      const needed = Object.entries(one.needs).map(
        ([need, { cell }]) => [need, neededCell(cell, this.find)] as const,
      );
      const given = values.at(combination, lookup, Object.fromEntries(needed));
      const { resources, timeout, retries } = limits.at(lookup([...shape.path, 'resources']));
      if (given === undefined) continue;
      const chosen: Record<string, Scalar> = {};
      for (const [need, axis] of unionAxes) chosen[axis] = one.needs[need]?.cell.stage ?? '';
      const { id, axes } = namer.name(chosen, inherited[at] ?? {}, combination);
      const needs = Object.fromEntries(
        shape.needs.map(({ name }) => [name, one.needs[name]?.cell.id ?? ('' as CellId)]),
      );
      const cell: Cell = {
        id,
        stage: shape.name,
        kind: checker.name,
        axes,
        ...given,
        needs,
        resources,
        timeout,
        retries,
      };
      built.push({
        cell,
        index: this.cells.length + built.length,
        own: { ...chosen, ...combination },
        lineage: one.lineage,
      });
    }
    values.use.report();
    if (!values.use.foundAxis) checkDuplicates(shape, built, this.#findings);
    if (this.#findings.errors > before) return void finish(undefined);
    for (const { cell } of built) {
      this.cells.push(cell);
      this.#byId.set(cell.id, cell);
    }
    finish(built);
  }
}
