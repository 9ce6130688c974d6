import { suggest } from '../../suggest.ts';
import type { Findings } from '../parse/findings.ts';
import type { StageShape } from '../parse/stage-shape.ts';
import type { Located } from '../parse/table-shape.ts';
import { sweepOf } from './sweeps.ts';

/** Stages that can be expanded in order, and those that cannot. */
export interface Order {
  /**
   * Each stage after those that it needs, otherwise in the order of the file. Stages in a circle, or that depend on
   * one, come last.
   */
  readonly stages: readonly StageShape[];
  /** Names of stages that need something that does not exist, or themselves. */
  readonly broken: ReadonlySet<string>;
  /** The longest path from a stage to one that needs nothing. */
  readonly depth: ReadonlyMap<string, number>;
}

/**
 * Orders the stages; reports needs of unknown stages and circles.
 * @param before further stages that must come before a stage
 */
export function orderStages(
  stages: readonly StageShape[],
  findings: Findings,
  before: (stage: StageShape) => readonly Located[],
): Order {
  const known = new Map(stages.map((stage) => [stage.name, stage]));
  const broken = new Set<string>();
  const targets = new Map<string, string[]>();
  for (const stage of stages) {
    // A need of the best trial of a sweep is among what `before` returns.
    const wanted = stage.needs
      .flatMap((need) => need.stages)
      .filter(({ text }) => sweepOf(text) === undefined);
    for (const { text, path } of wanted.filter(({ text }) => !known.has(text))) {
      broken.add(stage.name);
      findings.error('unknown-stage', { path }, `there is no stage '${text}'`, {
        hint: suggest(
          text,
          [...known.keys()].filter((name) => name !== stage.name),
          'stages',
        ),
      });
    }
    const all = [...wanted, ...before(stage)].map(({ text }) => text);
    targets.set(stage.name, [...new Set(all.filter((name) => known.has(name)))]);
  }
  const ordered: StageShape[] = [];
  const depth = new Map<string, number>();
  let rest = [...stages];
  for (let progress = true; progress; ) {
    progress = false;
    for (const stage of rest) {
      const below = targets.get(stage.name) ?? [];
      if (!below.every((name) => depth.has(name))) continue;
      depth.set(stage.name, 1 + Math.max(-1, ...below.map((name) => depth.get(name) ?? 0)));
      ordered.push(stage);
      progress = true;
    }
    rest = rest.filter(({ name }) => !depth.has(name));
  }
  for (const { name } of rest) broken.add(name);
  reportCycles(rest, targets, before, findings);
  return { stages: [...ordered, ...rest], broken, depth };
}

/** Reports one finding for each circle among the stages that could not be ordered. */
function reportCycles(
  rest: readonly StageShape[],
  targets: ReadonlyMap<string, readonly string[]>,
  before: (stage: StageShape) => readonly Located[],
  findings: Findings,
): void {
  const remaining = new Map(rest.map((stage) => [stage.name, stage]));
  const done = new Set<string>();
  for (const start of rest) {
    // Every remaining stage leads to a circle: follow any need until a stage repeats.
    const trail: string[] = [];
    let name: string | undefined = start.name;
    while (name !== undefined && !done.has(name) && !trail.includes(name)) {
      trail.push(name);
      name = targets.get(name)?.find((target) => remaining.has(target));
    }
    if (name !== undefined && trail.includes(name)) {
      const cycle = [...trail.slice(trail.indexOf(name)), name];
      const stage = remaining.get(name);
      const places = stage && [...stage.needs.flatMap((need) => need.stages), ...before(stage)];
      const next = places?.find(({ text }) => text === cycle[1]);
      findings.error(
        'cycle',
        { path: next?.path ?? [] },
        `stages need each other in a circle: ${cycle.join(' needs ')}`,
      );
    }
    for (const one of trail) done.add(one);
  }
}
