import type { Json } from '../../json.ts';
import type { Direction } from '../../sweep/rules.ts';
import type { Search } from '../../sweep/search.ts';
import type { Axis } from '../../sweep/space.ts';
import type { Findings } from './findings.ts';
import { parseFraction } from './fractions.ts';
import { isMapping, type JsonMap, Readers } from './readers.ts';
import type { Path } from './source.ts';
import { readAxis } from './sweep-axis.ts';
import type { Located } from './table-shape.ts';

/** A sweep with the right structure; its stages and axes are not yet checked. */
export interface SweepShape {
  readonly name: string;
  readonly path: Path;
  readonly stage: Located;
  readonly axes: readonly Axis[];
  readonly sampler: 'halton' | 'random' | 'grid';
  readonly seed: number;
  /** Undefined for all points of a grid. */
  readonly trials: number | undefined;
  readonly rungs: RungsShape | undefined;
  readonly direction: Direction;
  readonly objective: ObjectiveShape;
}

/** The value that decides. Its text is `STAGE.NAME`. */
export interface ObjectiveShape extends Located {
  readonly stage: string;
  readonly value: string;
  /** The author says which images the value comes from, because its kind does not. */
  readonly isTestFree: boolean;
}

export interface RungsShape {
  /** The parameter, such as `epochs`. */
  readonly name: string;
  /** Its value at each rung, in ascending order. */
  readonly stops: readonly number[];
  readonly rule: Search['rule'];
  readonly keep: number;
}

const keys = ['stage', 'space', 'sampler', 'seed', 'trials', 'rungs', 'maximise', 'minimise', 'description'];
/** A sweep with more trials than this is a mistake. */
export const maxTrials = 10_000;

/** Reads a sweep in which references to params are already replaced; undefined after a mistake. */
export function readSweep(name: string, value: Json, path: Path, findings: Findings): SweepShape | undefined {
  const read = new Readers(findings);
  const before = findings.errors;
  const what = `sweep '${name}'`;
  const body = read.mapping(value, path, what, keys);
  if (!isMapping(value)) return undefined;
  for (const key of ['stage', 'space'].filter((one) => !Object.hasOwn(body, one))) {
    findings.error('missing-key', { path, at: 'key' }, `${what} has no '${key}'`, {
      hint: key === 'stage' ? 'add stage: NAME, whose cells are the trials' : 'add space: {AXIS: VALUES}',
    });
  }
  read.text(body.description, [...path, 'description'], `'description' of ${what}`);
  const stage = read.text(body.stage, [...path, 'stage'], `'stage' of ${what}`);
  const objective = readObjective(read, body, path, what, findings);
  const axes = readSpace(read, body.space, [...path, 'space'], findings);
  const sampler = read.oneOf(body.sampler, ['halton', 'random', 'grid'], [...path, 'sampler']) ?? 'halton';
  const isGrid = sampler === 'grid';
  const trials = read.whole(body.trials, { least: 1, most: maxTrials }, [...path, 'trials']);
  if (body.trials === undefined && !isGrid) {
    findings.error('missing-key', { path, at: 'key' }, `${what} does not say how many trials it has`, {
      hint: 'add trials: NUMBER, or sampler: grid for all combinations',
    });
  }
  if (isGrid) refuseRanges(axes, path, findings);
  const seed = read.whole(body.seed, { least: 0, most: Number.MAX_SAFE_INTEGER }, [...path, 'seed']);
  const rungs = body.rungs === undefined ? undefined : readRungs(read, body.rungs, path, findings);
  if (findings.errors > before || stage === undefined || objective === undefined) return undefined;
  return {
    name,
    path,
    stage: { text: stage, path: [...path, 'stage'] },
    axes,
    sampler,
    seed: seed ?? 0,
    trials,
    rungs,
    ...objective,
  };
}

function readObjective(
  read: Readers,
  body: JsonMap,
  path: Path,
  what: string,
  findings: Findings,
): Pick<SweepShape, 'direction' | 'objective'> | undefined {
  const directions = (['maximise', 'minimise'] as const).filter((one) => Object.hasOwn(body, one));
  const [direction, second] = directions;
  if (direction === undefined || second !== undefined) {
    const message = second ? `${what} has two values to decide by` : `${what} has no value to decide by`;
    findings.error('missing-key', { path, at: 'key' }, message, {
      hint: 'give one of maximise: STAGE.NAME and minimise: STAGE.NAME',
    });
    return undefined;
  }
  const place = [...path, direction];
  const given = body[direction] ?? null;
  const isMap = isMapping(given);
  const { value, part } = isMap
    ? read.mapping(given, place, `'${direction}' of ${what}`, ['value', 'part'])
    : { value: given };
  const text = read.text(value, isMap ? [...place, 'value'] : place, `'${direction}' of ${what}`);
  const stated = read.oneOf(part, ['validation', 'train', 'none'], [...place, 'part']);
  if (text === undefined) return undefined;
  const [, ofStage, ofValue] = /^([^.]+)\.([^.]+)$/.exec(text) ?? [];
  if (ofStage === undefined || ofValue === undefined) {
    findings.error('bad-value', { path: place }, `'${text}' does not say which stage has the value`, {
      hint: 'write STAGE.NAME',
    });
    return undefined;
  }
  return {
    direction,
    objective: {
      text,
      path: isMap ? [...place, 'value'] : place,
      stage: ofStage,
      value: ofValue,
      isTestFree: stated !== undefined,
    },
  };
}

function readSpace(read: Readers, value: Json | undefined, path: Path, findings: Findings): Axis[] {
  const axes: Axis[] = [];
  const named = read.named(value, path, "'space'", 'an axis');
  for (const [name, one] of Object.entries(named)) {
    const axis = readAxis(name, one, { path: [...path, name], earlier: axes }, findings);
    if (axis !== undefined) axes.push(axis);
  }
  if (isMapping(value) && Object.keys(value).length === 0)
    findings.error('missing-key', { path, at: 'key' }, 'the space has no axes');
  return axes;
}

function refuseRanges(axes: readonly Axis[], path: Path, findings: Findings): void {
  for (const { name, range } of axes) {
    if (range.type !== 'uniform' && range.type !== 'log') continue;
    findings.error('bad-space', { path: [...path, 'space', name] }, `a grid needs the values of '${name}'`, {
      hint: 'write a list of values or {int: [LOW, HIGH]}, or use the sampler halton',
    });
  }
}

function readRungs(read: Readers, value: Json, sweep: Path, findings: Findings): RungsShape | undefined {
  const path = [...sweep, 'rungs'];
  const body = read.mapping(value, path, "'rungs'");
  const { keep: share, rule, ...rest } = body;
  const [parameter, ...others] = Object.entries(rest);
  if (parameter === undefined || others.length > 0) {
    if (isMapping(value))
      findings.error('bad-rungs', { path, at: 'key' }, 'rungs are the values of one parameter', {
        hint: 'write, for example, rungs: {epochs: [3, 9, 27], keep: 1/3}',
      });
    return undefined;
  }
  const [name, list] = parameter;
  const stops = Array.isArray(list) ? list.filter((one): one is number => Number.isSafeInteger(one)) : [];
  const isAscending = stops.every((one, at) => one >= 1 && (at === 0 || one > (stops[at - 1] ?? 0)));
  if (!Array.isArray(list) || stops.length !== list.length || stops.length < 2 || !isAscending) {
    const message = `the rungs '${name}' must be two or more whole numbers in ascending order`;
    findings.error('bad-rungs', { path: [...path, name] }, message);
    return undefined;
  }
  const keep = typeof share === 'string' ? parseFraction(share) : (share ?? 1 / 3);
  if (typeof keep !== 'number' || keep <= 0 || keep > 1) {
    findings.error('bad-rungs', { path: [...path, 'keep'] }, "'keep' must be a number above 0, at most 1", {
      hint: 'for example 1/3: a third of the trials of a rung go on',
    });
    return undefined;
  }
  return { name, stops, keep, rule: read.oneOf(rule, ['halving', 'asha'], [...path, 'rule']) ?? 'halving' };
}
