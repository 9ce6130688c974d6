import type { Cache } from '../cache/cache.ts';
import type { Json } from '../json.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import type { PlannedCell } from '../plan/planner.ts';
import type { Table, TableWarning } from '../report/table.ts';
import type { Known } from '../report/values.ts';
import { gatherWarnings } from '../report/warnings.ts';
import { attemptOf, curvesOfAttempt, pageAttempt } from './attempt.ts';
import { cellState } from './cell-state.ts';
import { thinned } from './curves.ts';
import { type FolderWord, Hidden } from './hidden.ts';
import { endOfLog, shortened } from './logs.ts';
import type { PageCell, PageCode, PageData, PageEngine, PageFigure, PageStage } from './page-data.ts';
import { Pool } from './pool.ts';
import { shownValues } from './shown-values.ts';
import { stageGraph } from './stage-graph.ts';
import { pageTable, pageWarnings } from './tables.ts';

/** What a page is made of. */
export interface PageSource {
  /** Of retable. */
  readonly version: string;
  readonly pipeline: Pipeline;
  /** All its cells, also those that a sweep left out. */
  readonly plans: readonly PlannedCell[];
  readonly known: Known;
  readonly cache: Cache;
  readonly tables: readonly Table[];
  readonly figures: readonly PageFigure[];
  /** Why a table or a figure is missing. */
  readonly problems: readonly string[];
  /** Folders of this machine, which the page must not show. */
  readonly folders: readonly FolderWord[];
}

/** Collects all that a page shows. The same results give the same page. */
export function buildPage(source: PageSource): PageData {
  const { version, pipeline, plans, known, figures, problems } = source;
  const hidden = new Hidden(source.folders, [pipeline.params, ...plans.map(({ cell }) => cell.parameters)]);
  const position = new Map<string, number>(plans.map(({ cell }, index) => [cell.id, index]));
  const positionOf = (id: string) => position.get(id) ?? -1;
  const stages = pageStages(source, hidden);
  const codes = new Pool<object, PageCode>();
  const engines = new Pool<object, PageEngine>();
  const cells = pageCells(source, { hidden, positionOf, stages, codes, engines });
  const warned = gatherWarnings(
    plans.map(({ cell }) => cell.id),
    known.warnings,
  );
  const said = (warnings: readonly TableWarning[]) =>
    warnings.map((one) => ({ ...one, message: hidden.text(one.message) }));
  return {
    version,
    pipeline: pipeline.name,
    description: pipeline.description,
    profile: pipeline.profile,
    set: hidden.record(pipeline.set),
    params: hidden.record(pipeline.params),
    stages,
    graph: stageGraph({ ...pipeline, cells: plans.map(({ cell }) => cell) }),
    cells,
    tables: source.tables.map((table) => pageTable({ ...table, warnings: said(table.warnings) }, positionOf)),
    figures: figures.map((figure) => ({ ...figure, notes: figure.notes.map((note) => hidden.text(note)) })),
    warnings: pageWarnings(said(warned), positionOf),
    codes: codes.list,
    engines: engines.list,
    problems: problems.map((problem) => hidden.text(problem)),
  };
}

function parametersOf({ cell }: PlannedCell): Readonly<Record<string, Json>> {
  return { ...cell.parameters, ...cell.written };
}

/** The stages, with the parameters that all their cells share. */
function pageStages({ pipeline, plans }: PageSource, hidden: Hidden): PageStage[] {
  const shown = shownValues(pipeline);
  return pipeline.stages.map(({ name, kind }) => {
    const [first, ...others] = plans.filter(({ cell }) => cell.stage === name).map(parametersOf);
    const shared = Object.entries(first ?? {}).filter(([parameter, value]) => {
      const text = JSON.stringify(value);
      return others.every((one) => JSON.stringify(one[parameter]) === text);
    });
    return {
      name,
      kind,
      parameters: hidden.record(Object.fromEntries(shared)),
      shown: [...(shown.get(name) ?? [])],
    };
  });
}

interface Shared {
  readonly hidden: Hidden;
  readonly positionOf: (id: string) => number;
  readonly stages: readonly PageStage[];
  readonly codes: Pool<object, PageCode>;
  readonly engines: Pool<object, PageEngine>;
}

function pageCells(source: PageSource, shared: Shared): PageCell[] {
  const { plans, cache, pipeline } = source;
  const attempts = plans.map((plan) => attemptOf(plan, pipeline, cache));
  const logs = shortened(attempts.map((attempt) => attempt && endOfLog(attempt.folder)));
  const curves = thinned(plans.map((plan, index) => curvesOfAttempt(plan, attempts[index], cache)));
  return plans.map((plan, index) => {
    const attempt = attempts[index];
    const log = logs[index];
    const state = cellState(plan.state, attempt?.state);
    return {
      ...cellItself(plan, source, shared),
      state,
      ...messageOf(plan, state, attempt?.message, shared.hidden),
      ...(attempt && { attempt: pageAttempt(attempt, log && shared.hidden.text(log)) }),
      ...(curves[index] && { curves: curves[index] }),
    };
  });
}

/** What a cell is and has, whatever its attempts. */
function cellItself(plan: PlannedCell, { known }: PageSource, shared: Shared): Omit<PageCell, 'state'> {
  const { hidden, positionOf, codes, engines } = shared;
  const { cell, key } = plan;
  const stage = shared.stages.findIndex(({ name }) => name === cell.stage);
  const common = shared.stages[stage]?.parameters ?? {};
  const own = Object.entries(parametersOf(plan)).filter(
    ([name, value]) =>
      !Object.hasOwn(common, name) && !(Object.hasOwn(cell.axes, name) && cell.axes[name] === value),
  );
  const warnings = known.warnings(cell.id);
  const { code, engine, files, sources } = key?.basis ?? {};
  return {
    id: cell.id,
    stage,
    axes: cell.axes,
    parameters: hidden.record(Object.fromEntries(own)),
    needs: Object.fromEntries(Object.entries(cell.needs).map(([need, id]) => [need, positionOf(id)])),
    ...(key && { fingerprint: key.fingerprint }),
    ...(plan.state === 'cached' && plan.artifact && { artifact: plan.artifact }),
    ...(plan.state === 'cached' && plan.values && { values: plan.values }),
    ...(sources && Object.keys(sources).length > 0 && { sources: hidden.record(sources) as typeof sources }),
    ...(warnings.length > 0 && {
      warnings: warnings.map(({ name, message }) => ({ name, message: hidden.text(message) })),
    }),
    ...(code && files && { code: codes.place(code, () => ({ packages: {}, ...code, files })) }),
    ...(engine && { engine: engines.place(engine, () => engine) }),
  };
}

/** Why a cell has no result. */
function messageOf(
  { reasons }: PlannedCell,
  state: PageCell['state'],
  ended: string | undefined,
  hidden: Hidden,
): { message?: string } {
  if (state === 'done' || state === 'running') return {};
  const isEnded = state === 'failed' || state === 'timeout';
  const message = (isEnded && ended) || reasons.map((reason) => reason.message).join('; ');
  return message === '' ? {} : { message: hidden.text(message) };
}
