import type { Scalar } from '../../json.ts';
import type { Point } from '../../sweep/space.ts';
import { checkInputs } from '../check/inputs.ts';
import type { KindChecker } from '../check/kind-checker.ts';
import type { Findings } from '../parse/findings.ts';
import type { StageShape } from '../parse/stage-shape.ts';
import type { Cell, CellId } from '../pipeline.ts';
import { cellLookup } from './cell-lookup.ts';
import { CellNamer } from './cell-names.ts';
import { byTrial } from './chosen.ts';
import { checkDuplicates } from './duplicates.ts';
import type { ExpandedStage } from './expanded-stage.ts';
import { type Finalists, finalistsOf, needsWith } from './finalists.ts';
import type { Built } from './join.ts';
import { StageLimits } from './limits.ts';
import { type AxisPath, axisPath, expandMatrix } from './matrix.ts';
import { neededCell } from './needed-cell.ts';
import type { Order } from './order.ts';
import type { Params } from './params.ts';
import { joinStageNeeds, pairWithMatrix } from './stage-needs.ts';
import { checkStageReferences } from './stage-references.ts';
import { StageValues } from './stage-values.ts';
import { additions, type SampledSweep, type Sweeps, spacePaths, sweepOf } from './sweeps.ts';
import { readConditions } from './where.ts';

/** Creates the cells of all stages, one stage after the other. */
export class Expansion {
  readonly stages = new Map<string, ExpandedStage>();
  readonly cells: Cell[] = [];
  readonly #byId = new Map<CellId, Cell>();
  readonly #axesOf = new Map<string, ReadonlySet<string>>();
  readonly #order: Order;
  readonly #params: Params;
  readonly #sweeps: Sweeps;
  readonly #finalistsOf = new Map<string, Finalists>();
  readonly #findings: Findings;

  constructor(
    order: Order,
    checkers: ReadonlyMap<string, KindChecker>,
    params: Params,
    sweeps: Sweeps,
    findings: Findings,
  ) {
    this.#order = order;
    this.#params = params;
    this.#sweeps = sweeps;
    this.#findings = findings;
    const kinds = new Map(order.stages.map(({ name, uses = '' }) => [name, checkers.get(uses)]));
    for (const shape of order.stages) {
      const checker = kinds.get(shape.name);
      const before = findings.errors;
      if (checker !== undefined && shape.sound)
        checkInputs(shape, checker, (stage) => kinds.get(this.#stageNamed(stage)), findings);
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
    const sweep = this.#sweeps.of(shape.name);
    const space = spacePaths(sweep, checker, shape);
    for (const axis of space.keys()) matrixAxes.add(axis);
    for (const axis of sweep === undefined ? [] : ['trial', 'rung']) ownAxes.add(axis);
    const pathOf: AxisPath = (axis, combination) => space.get(axis) ?? axisPath(shape, axis, combination);
    const values = new StageValues(shape, checker, this.#params, pathOf, this.#findings);
    const known = conditions.filter((one) => one !== undefined);
    checkStageReferences(
      { shape, values, limits, conditions: known.flat(), matrix, matrixAxes, stages: this.stages, space },
      this.#findings,
    );
    const choice = this.#sweeps.usedBy(shape, this.#findings);
    const ready = shape.sound && !this.#order.broken.has(shape.name) && known.length === conditions.length;
    if (matrix === undefined || !ready || this.#findings.errors > before) {
      values.checkConstants(space.keys());
      return void finish(undefined);
    }
    const context = {
      order: this.#order,
      cellsOf: (stage: string) => this.#cellsOf(stage),
      find: this.find,
      findings: this.#findings,
    };
    const joined = joinStageNeeds(shape, known.flat(), context);
    if (joined === undefined) {
      values.checkConstants(space.keys());
      return void finish(undefined);
    }
    const namer = new CellNamer({ name: shape.name, ownAxes }, joined, this.#order.depth, this.#axesOf);
    const inherited = joined.map((one) => namer.inherited(one));
    const built: Built[] = [];
    const added = additions(sweep, checker, shape);
    for (const [at, combination] of pairWithMatrix(shape, joined, matrix, known.flat(), context)) {
      const one = joined[at];
      if (one === undefined) continue;
      const needed = Object.fromEntries(
        Object.entries(one.needs).map(([need, { cell }]) => [need, neededCell(cell, this.find)]),
      );
      const needs = Object.fromEntries(
        shape.needs.map(({ name }) => [name, one.needs[name]?.cell.id ?? ('' as CellId)]),
      );
      const chosen: Record<string, Scalar> = {};
      for (const [need, axis] of unionAxes) chosen[axis] = one.needs[need]?.cell.stage ?? '';
      for (const { trial, axes: more, values: set } of added) {
        const all = { ...combination, ...set };
        const lookup = (point?: Point) => cellLookup(shape, all, one, this.#findings, point);
        const given = choice
          ? byTrial(
              choice,
              values.chosenAxes,
              (point) => values.at(all, lookup(point), needed, point),
              (number) => needsWith(number, one.needs, this.#finalists(choice)),
            )
          : values.at(all, lookup(), needed);
        const { resources, timeout, retries } = limits.at(lookup()([...shape.path, 'resources']));
        if (given === undefined) continue;
        const { id, axes } = namer.name(chosen, inherited[at] ?? {}, { ...combination, ...more });
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
          ...(trial && { trial }),
        };
        built.push({
          cell,
          index: this.cells.length + built.length,
          own: { ...chosen, ...more, ...combination },
          lineage: one.lineage,
        });
      }
    }
    values.use.report();
    if (!values.use.foundAxis && sweep === undefined) checkDuplicates(shape, built, this.#findings);
    if (this.#findings.errors > before) return void finish(undefined);
    for (const { cell } of built) {
      this.cells.push(cell);
      this.#byId.set(cell.id, cell);
    }
    finish(built);
  }

  /** The stage that a need names; for the best trial of a sweep, the stage of its trials. */
  #stageNamed(text: string): string {
    const sweep = this.#sweeps.all.get(sweepOf(text) ?? '');
    return sweep?.shape.stage.text ?? text;
  }

  #cellsOf(text: string): readonly Built[] | undefined {
    const sweep = this.#sweeps.all.get(sweepOf(text) ?? '');
    return sweep === undefined ? this.stages.get(text)?.cells : this.#finalists(sweep)?.cells;
  }

  #finalists({ shape }: SampledSweep): Finalists | undefined {
    const { name, stage } = shape;
    const trials = this.stages.get(stage.text)?.cells;
    const found = this.#finalistsOf.get(name) ?? (trials && finalistsOf(trials));
    if (found !== undefined) this.#finalistsOf.set(name, found);
    return found;
  }
}
