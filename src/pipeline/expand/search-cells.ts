import { testUse } from '../../kind/test-use.ts';
import { declaredValue } from '../../kind/values.ts';
import { suggest } from '../../suggest.ts';
import type { Findings } from '../parse/findings.ts';
import type { Cell, CellId, Sweep } from '../pipeline.ts';
import type { Expansion } from './expansion.ts';
import type { Built } from './join.ts';
import { neededCell } from './needed-cell.ts';
import { isContinued, type SampledSweep, type Sweeps } from './sweeps.ts';

/** The kind of the cells that store the choices of sweeps. */
export const CHOICE_KIND = 'choose';

/**
 * Adds to the cells of the stages what searches need: a cell for the choice of each sweep, and what the trials and the
 * users of the choices wait for.
 * @returns the cells, each after those that it needs or waits for
 */
export function searchCells(
  expansion: Expansion,
  sweeps: Sweeps,
  findings: Findings,
): { cells: readonly Cell[]; sweeps: readonly Sweep[] } {
  const found = sweeps.usable.flatMap((sampled) => sweepOf(sampled, expansion, findings) ?? []);
  if (sweeps.all.size === 0) return { cells: expansion.cells, sweeps: [] };
  const waits = new Map(found.map((sweep) => [sweep.name, waitsOf(sweep)]));
  const cells = expansion.cells.map((cell) => {
    const { trial, chosen } = cell;
    const rungBefore = trial && waits.get(trial.sweep)?.rungs[trial.rung - 1];
    const choice = chosen && waits.get(chosen.sweep)?.choice;
    const after = rungBefore && choice ? [...rungBefore, ...choice] : (rungBefore ?? choice);
    return after === undefined ? cell : { ...cell, after };
  });
  return { cells: sorted([...cells, ...found.map(choiceCell)]), sweeps: found };
}

/** What trials at each rung and users of the choice wait for; many cells share these lists. */
function waitsOf({ scored, choice }: Sweep): { rungs: readonly CellId[][]; choice: readonly CellId[] } {
  return { rungs: scored.map((trials) => trials.flat()), choice: [choice] };
}

function sweepOf(
  { shape, points }: SampledSweep,
  expansion: Expansion,
  findings: Findings,
): Sweep | undefined {
  const { stages } = expansion;
  const { name, stage, axes, rungs, direction, objective } = shape;
  const trials = stages.get(stage.text);
  const scoring = stages.get(objective.stage)?.cells;
  if (trials?.cells === undefined || scoring === undefined) return undefined;
  const stops = rungs?.stops ?? [undefined];
  const scored = stops.map(() => points.map((): CellId[] => []));
  for (const built of scoring) {
    const own = built.cell.stage === stage.text ? built : built.lineage.get(stage.text);
    const trial = own?.cell.trial;
    if (trial) scored[trial.rung]?.[trial.trial]?.push(built.cell.id);
  }
  if (scored.some((rung) => rung.some((cells) => cells.length === 0))) {
    const place = { path: objective.path, within: objective.text };
    findings.error('unknown-stage', place, `not every trial has a cell of stage '${objective.stage}'`, {
      hint: `the value must be one of stage '${stage.text}', or of a stage that needs it`,
    });
    return undefined;
  }
  const continues = isContinued(shape, trials.checker, trials.shape);
  if (continues) refuseShortRungs(shape, trials.cells, findings);
  warnOfSharedSeeds(shape, stages, findings);
  refuseTestValue(shape, scored.flat(2), expansion, findings);
  return {
    name,
    stage: stage.text,
    axes,
    points,
    rungs: rungs && { name: rungs.name, stops: rungs.stops, continued: continues },
    search: {
      trials: points.length,
      rungs: stops.length,
      rule: rungs?.rule ?? 'halving',
      keep: rungs?.keep ?? 1,
      direction,
    },
    objective: { stage: objective.stage, value: objective.value },
    scored,
    choice: `sweeps.${name}` as CellId,
  };
}

/** The last rung must be the whole training, so that the chosen trial is the cell that a later stage trains. */
function refuseShortRungs(
  { rungs, path }: SampledSweep['shape'],
  trials: readonly Built[],
  findings: Findings,
): void {
  const last = rungs?.stops.at(-1);
  if (rungs === undefined) return;
  const whole = trials.find(({ cell }) => cell.parameters[rungs.name] !== last)?.cell.parameters[rungs.name];
  if (whole === undefined) return;
  const place = { path: [...path, 'rungs', rungs.name, rungs.stops.length - 1] };
  findings.error(
    'bad-rungs',
    place,
    `the last rung is ${last}, but the trials have ${rungs.name}: ${whole}`,
    {
      hint: `the last rung must be the whole trial: ${whole}`,
    },
  );
}

/** Who chooses by test images reports results that are too good. */
function refuseTestValue(
  { objective }: SampledSweep['shape'],
  scored: readonly CellId[],
  { stages, find }: Expansion,
  findings: Findings,
): void {
  const kinds = new Map([...stages.values()].map(({ checker }) => [checker?.name, checker?.kind]));
  const kindOf = (name: string) => {
    const kind = kinds.get(name);
    if (kind === undefined) throw new Error(`kind ${name} was not loaded`);
    return kind;
  };
  const place = { path: objective.path };
  const { values } = stages.get(objective.stage)?.checker?.kind ?? {};
  if (values !== undefined && declaredValue(values, objective.value) === undefined) {
    findings.error(
      'unknown-value',
      place,
      `stage '${objective.stage}' reports no value '${objective.value}'`,
      {
        hint: suggest(objective.value, Object.keys(values), 'it reports'),
      },
    );
    return;
  }
  for (const id of scored) {
    const cell = find(id);
    const use = cell && testUse(neededCell(cell, find), objective.value, kindOf);
    if (use === undefined) continue;
    const chain = use.chain.join(' needs ');
    if (use.certain) {
      findings.error('selects-on-test', place, `'${objective.text}' depends on test images: ${chain}`, {
        hint: 'choose by a value of validation images, such as last-validation-accuracy, or attack with part: validation',
      });
    } else if (!objective.isTestFree) {
      const kind = find(use.chain.at(-1) as CellId)?.kind;
      findings.error('selects-on-test', place, `'${objective.text}' may depend on test images: ${chain}`, {
        hint: `kind '${kind}' does not say which images its values come from; say it yourself: {value: ${objective.text}, part: validation}`,
      });
    }
    return;
  }
}

/** The chosen trial was lucky with its seeds, so a fair report uses others. */
function warnOfSharedSeeds(
  { name, stage }: SampledSweep['shape'],
  stages: Expansion['stages'],
  findings: Findings,
): void {
  const seeds = new Set((stages.get(stage.text)?.cells ?? []).map(({ cell }) => cell.parameters.seed));
  seeds.delete(undefined);
  for (const { shape, cells = [] } of stages.values()) {
    const shared = cells.find(({ cell }) => cell.chosen?.sweep === name && seeds.has(cell.parameters.seed));
    if (shared === undefined) continue;
    const message = `stage '${shape.name}' has seed ${shared.cell.parameters.seed}, with which sweep '${name}' chose: its results are too good`;
    findings.warning('seed-of-search', { path: shape.path, at: 'key' }, message, {
      hint: 'give the stage seeds of its own',
    });
  }
}

function choiceCell({ name, choice, scored }: Sweep): Cell {
  return {
    id: choice,
    stage: choice,
    kind: CHOICE_KIND,
    axes: {},
    parameters: {},
    written: {},
    needs: {},
    resources: { cpu: 1, memory: 0, gpu: 0 },
    timeout: undefined,
    retries: 0,
    selects: name,
    after: scored.flat(2),
  };
}

/** Each cell after those that it needs or waits for, otherwise in their order. */
function sorted(cells: readonly Cell[]): Cell[] {
  const byId = new Map(cells.map((cell) => [cell.id, cell]));
  const placed = new Set<CellId>();
  const placedLists = new Set<readonly CellId[]>();
  const order: Cell[] = [];
  const placeAll = (ids: readonly CellId[]) => {
    if (placedLists.has(ids)) return;
    placedLists.add(ids);
    for (const id of ids) {
      const cell = byId.get(id);
      if (cell !== undefined) place(cell);
    }
  };
  const place = (cell: Cell): void => {
    if (placed.has(cell.id)) return;
    placed.add(cell.id);
    placeAll(Object.values(cell.needs));
    placeAll(cell.after ?? []);
    order.push(cell);
  };
  for (const cell of cells) place(cell);
  return order;
}
