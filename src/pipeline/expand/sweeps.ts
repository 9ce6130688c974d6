import { isScalar, type Scalar } from '../../json.ts';
import { suggest } from '../../suggest.ts';
import { points } from '../../sweep/points.ts';
import type { Point } from '../../sweep/space.ts';
import type { KindChecker } from '../check/kind-checker.ts';
import type { Findings } from '../parse/findings.ts';
import { compileTemplate, type Reference } from '../parse/references.ts';
import type { PipelineShape } from '../parse/shape.ts';
import type { Path } from '../parse/source.ts';
import type { StageShape } from '../parse/stage-shape.ts';
import { maxTrials, readSweep, type SweepShape } from '../parse/sweep-shape.ts';
import type { Located } from '../parse/table-shape.ts';
import type { Trial } from '../pipeline.ts';
import type { Combination } from './matrix.ts';
import type { Params } from './params.ts';

/** A sweep with its points. */
export interface SampledSweep {
  readonly shape: SweepShape;
  /** By trial. */
  readonly points: readonly Point[];
}

/** What one trial at one rung adds to the cells of its stage. Stages without a sweep have one addition, of nothing. */
export interface Addition {
  readonly trial: Trial | undefined;
  /** Axes in the name of the cell. */
  readonly axes: Combination;
  /** Values of the axes of the space, and of the parameter of the rungs. */
  readonly values: Combination;
}

/** The sweeps of a pipeline, by name. */
export class Sweeps {
  readonly all: ReadonlyMap<string, SampledSweep>;
  readonly #ofStage: ReadonlyMap<string, SampledSweep>;

  constructor(shape: PipelineShape, params: Params, findings: Findings) {
    const stages = new Map(shape.stages.map((stage) => [stage.name, stage]));
    const all = new Map<string, SampledSweep>();
    const ofStage = new Map<string, SampledSweep>();
    for (const [name, raw] of Object.entries(shape.sweeps)) {
      const path = ['sweeps', name];
      const value = params.fill(raw, path, ['params']);
      const sweep = value === undefined ? undefined : readSweep(name, value, path, findings);
      if (sweep === undefined) continue;
      const sampled = { shape: sweep, points: sample(sweep, findings) };
      all.set(name, sampled);
      if (!isUsable(sweep, stages, ofStage, findings)) continue;
      ofStage.set(sweep.stage.text, sampled);
    }
    this.all = all;
    this.#ofStage = ofStage;
  }

  /** Those whose stages exist, and are swept once. */
  get usable(): readonly SampledSweep[] {
    return [...this.#ofStage.values()];
  }

  of(stage: string): SampledSweep | undefined {
    return this.#ofStage.get(stage);
  }

  /**
   * The stages that must be expanded before a stage, because it uses the choice of their sweep.
   * @returns with the place of the reference
   */
  before(stage: StageShape): Located[] {
    return usesOf(stage).flatMap(({ sweep, path }) => {
      const shape = this.all.get(sweep)?.shape;
      const stages = shape === undefined ? [] : [shape.stage.text, shape.objective.stage];
      return [...new Set(stages)].map((text) => ({ text, path }));
    });
  }

  /** The sweep whose choice a stage uses, if it names sweeps and axes that there are. */
  usedBy(stage: StageShape, findings: Findings): SampledSweep | undefined {
    let found: SampledSweep | undefined;
    for (const { sweep: name, axis, path, text } of usesOf(stage)) {
      const place = { path, within: text };
      const sweep = this.all.get(name);
      if (sweep === undefined) {
        findings.error('unknown-sweep', place, `there is no sweep '${name}'`, {
          hint: suggest(name, this.all.keys(), 'sweeps'),
        });
        continue;
      }
      const axes = sweep.shape.axes.map((one) => one.name);
      if (axis !== undefined && !axes.includes(axis)) {
        findings.error('unknown-axis', place, `sweep '${name}' has no axis '${axis}'`, {
          hint: suggest(axis, axes, 'axes'),
        });
      }
      if (found !== undefined && found !== sweep) {
        const message = `stage '${stage.name}' uses the choice of two sweeps: '${found.shape.name}' and '${name}'`;
        findings.error('several-sweeps', place, message, { hint: 'a stage can use the choice of one sweep' });
      }
      found = sweep;
    }
    return found;
  }
}

/** A use of the choice of a sweep: an axis in `with`, or the best trial as a need. */
interface Use {
  readonly sweep: string;
  readonly axis?: string;
  readonly path: Path;
  readonly text: string;
}

function usesOf({ path, needs, with: given }: StageShape): Use[] {
  const values = Object.entries(given).flatMap(([parameter, raw]) =>
    sweepReferences(compileTemplate(raw)).map(({ text, names: [sweep = '', axis = ''] }): Use => {
      return { sweep, axis, text, path: [...path, 'with', parameter] };
    }),
  );
  const trials = needs.flatMap(({ stages }) =>
    stages.flatMap((stage): Use[] => {
      const sweep = sweepOf(stage.text);
      return sweep === undefined ? [] : [{ sweep, ...stage }];
    }),
  );
  return [...values, ...trials];
}

/** The sweep whose best trial is needed: that of `sweeps.NAME`. */
export function sweepOf(stage: string): string | undefined {
  return stage.startsWith('sweeps.') ? stage.slice('sweeps.'.length) : undefined;
}

/** The names of the axes that a sweep sets in its stage, with their places in the file. */
export function spacePaths(
  sweep: SampledSweep | undefined,
  checker: KindChecker,
  stage: StageShape,
): ReadonlyMap<string, Path> {
  if (sweep === undefined) return new Map();
  const { axes, path, rungs } = sweep.shape;
  const paths = axes.map(({ name }): [string, Path] => [name, [...path, 'space', name]]);
  if (rungs !== undefined)
    paths.push([rungParameter(rungs.name, checker, stage), [...path, 'rungs', rungs.name]]);
  return new Map(paths);
}

/** All trials at all rungs: first all trials at the lowest rung. */
export function additions(
  sweep: SampledSweep | undefined,
  checker: KindChecker,
  stage: StageShape,
): Addition[] {
  if (sweep === undefined) return [{ trial: undefined, axes: {}, values: {} }];
  const { name, rungs } = sweep.shape;
  const stops = rungs?.stops ?? [undefined];
  return stops.flatMap((stop, rung) =>
    sweep.points.map((point, trial): Addition => {
      const own: Combination = stop === undefined ? {} : { rung: stop };
      const parameter =
        rungs === undefined || stop === undefined
          ? {}
          : { [rungParameter(rungs.name, checker, stage)]: stop };
      return {
        trial: { sweep: name, trial, rung },
        axes: { trial, ...own },
        values: { ...scalars(point), ...parameter },
      };
    }),
  );
}

/**
 * The parameter that a rung sets. A kind that can go on from where an earlier cell stopped is told where to stop; for
 * others it is the parameter itself. A kind whose number of units is optional goes on only if the stage gives it.
 */
function rungParameter(name: string, { kind }: KindChecker, stage: StageShape): string {
  const { continues, parameters } = kind;
  const isGiven =
    Object.hasOwn(stage.with, name) ||
    parameters.required?.includes(name) ||
    parameters.properties[name]?.default !== undefined;
  return continues?.of === name && isGiven ? continues.stop : name;
}

/** Whether trials go on from where they stopped at the rung before. */
export function isContinued(
  { rungs }: SweepShape,
  checker: KindChecker | undefined,
  stage: StageShape,
): boolean {
  return (
    rungs !== undefined && checker !== undefined && rungParameter(rungs.name, checker, stage) !== rungs.name
  );
}

function scalars(point: Point): Record<string, Scalar> {
  return Object.fromEntries(
    Object.entries(point).filter((entry): entry is [string, Scalar] => isScalar(entry[1])),
  );
}

/** The points of a sweep; those of a grid are all its combinations unless `trials` says less. */
function sample({ axes, sampler, seed, trials, name, path }: SweepShape, findings: Findings): Point[] {
  const found = points({ axes, sampler, seed, trials: trials ?? maxTrials + 1 });
  if (found.length <= maxTrials) return found;
  const message = `sweep '${name}' has more than ${maxTrials} combinations`;
  findings.error('too-many-cells', { path, at: 'key' }, message, { hint: 'give it trials, or smaller axes' });
  return [];
}

function isUsable(
  { name, stage, axes, rungs, path, objective }: SweepShape,
  stages: ReadonlyMap<string, StageShape>,
  taken: ReadonlyMap<string, SampledSweep>,
  findings: Findings,
): boolean {
  const before = findings.errors;
  const unknown = (text: string, at: Path) =>
    findings.error('unknown-stage', { path: at, within: text }, `there is no stage '${text}'`, {
      hint: suggest(text, stages.keys(), 'stages'),
    });
  const swept = stages.get(stage.text);
  if (swept === undefined) unknown(stage.text, stage.path);
  if (!stages.has(objective.stage)) unknown(objective.stage, objective.path);
  const other = taken.get(stage.text)?.shape.name;
  if (other !== undefined) {
    const message = `stage '${stage.text}' has two sweeps: '${other}' and '${name}'`;
    findings.error('several-sweeps', { path: stage.path }, message, { hint: 'write one stage for each' });
  }
  const own = Object.keys(swept?.matrix?.axes ?? {});
  for (const axis of [...axes.map((one) => one.name), ...(rungs ? [rungs.name] : [])]) {
    if (!own.includes(axis)) continue;
    const message = `axis '${axis}' is in the matrix of stage '${stage.text}' too`;
    findings.error('duplicate-key', { path: [...path, 'space', axis], at: 'key' }, message);
  }
  for (const axis of own.filter((one) => one === 'trial' || one === 'rung')) {
    const place = { path: ['stages', stage.text, 'matrix', axis], at: 'key' as const };
    findings.error('bad-name', place, `axis '${axis}' has the name of an axis that the sweep adds`);
  }
  return findings.errors === before;
}

function sweepReferences(template: ReturnType<typeof compileTemplate>): Reference[] {
  if (template.constant) return [];
  return template.references.filter((one): one is Reference => one.root === 'sweeps');
}
