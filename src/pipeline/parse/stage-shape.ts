import type { Json } from '../../json.ts';
import type { Findings } from './findings.ts';
import { isMapping, type JsonMap, Readers } from './readers.ts';
import { checkSimilarNames } from './similar-names.ts';
import type { Path } from './source.ts';

/** A stage with the right structure. */
export interface StageShape {
  readonly name: string;
  readonly path: Path;
  readonly uses: string | undefined;
  readonly needs: readonly NeedShape[];
  readonly with: JsonMap;
  readonly matrix: MatrixShape | undefined;
  readonly resources: JsonMap;
  readonly timeout: Json | undefined;
  readonly retries: Json | undefined;
  /** False if the structure has mistakes, which are already reported. */
  readonly sound: boolean;
}

export interface NeedShape {
  readonly name: string;
  readonly path: Path;
  readonly stages: readonly { readonly text: string; readonly path: Path }[];
  readonly where: JsonMap;
}

export interface MatrixShape {
  readonly axes: JsonMap;
  readonly include: Json | undefined;
  readonly exclude: Json | undefined;
}

const stageKeys = ['uses', 'description', 'needs', 'with', 'matrix', 'resources', 'timeout', 'retries'];

export function readStage(name: string, value: Json, findings: Findings): StageShape {
  const read = new Readers(findings);
  const before = findings.errors;
  const path: Path = ['stages', name];
  const body = read.mapping(value, path, `stage '${name}'`, stageKeys);
  if (isMapping(value) && !Object.hasOwn(body, 'uses')) {
    findings.error('missing-key', { path, at: 'key' }, `stage '${name}' does not say which kind it uses`, {
      hint: 'add uses: KIND',
    });
  }
  read.text(body.description, [...path, 'description'], `'description' of stage '${name}'`);
  const needs = read.named(body.needs, [...path, 'needs'], `'needs' of stage '${name}'`, 'a need');
  // Programs find their inputs in the variable RETABLE_INPUT_NAME.
  checkSimilarNames({ needs: Object.keys(needs) }, path, findings);
  return {
    name,
    path,
    uses: read.text(body.uses, [...path, 'uses'], `'uses' of stage '${name}'`),
    needs: Object.entries(needs).map(([need, wanted]) =>
      readNeed(read, findings, need, wanted, [...path, 'needs', need]),
    ),
    with: read.mapping(body.with, [...path, 'with'], `'with' of stage '${name}'`),
    matrix: body.matrix === undefined ? undefined : readMatrix(read, name, body.matrix, [...path, 'matrix']),
    resources: read.mapping(body.resources, [...path, 'resources'], `'resources' of stage '${name}'`, [
      'cpu',
      'memory',
      'gpu',
    ]),
    timeout: body.timeout,
    retries: body.retries,
    sound: findings.errors === before,
  };
}

function readNeed(read: Readers, findings: Findings, name: string, value: Json, path: Path): NeedShape {
  const what = `need '${name}'`;
  let stages: NeedShape['stages'];
  let where: JsonMap = {};
  if (isMapping(value)) {
    const body = read.mapping(value, path, what, ['stage', 'where']);
    stages = read.texts(body.stage, [...path, 'stage'], `'stage' of ${what}`);
    where = read.mapping(body.where, [...path, 'where'], `'where' of ${what}`);
    if (!Object.hasOwn(body, 'stage')) {
      findings.error('missing-key', { path, at: 'key' }, `${what} names no stage`, {
        hint: 'add stage: NAME',
      });
    }
  } else if (typeof value === 'string' || Array.isArray(value)) {
    stages = read.texts(value, path, what);
  } else {
    read.wrongType(path, what, 'the name of a stage, a list of names, or {stage, where}', value);
    stages = [];
  }
  if (Array.isArray(value) && value.length === 0) read.wrongType(path, what, 'a list of stages', value);
  const seen = new Set<string>();
  for (const stage of stages) {
    if (seen.has(stage.text)) {
      findings.error('duplicate-stage', { path: stage.path }, `${what} names stage '${stage.text}' twice`);
    }
    seen.add(stage.text);
  }
  return { name, path, stages, where };
}

function readMatrix(read: Readers, stage: string, value: Json, path: Path): MatrixShape | undefined {
  const axes = { ...read.named(value, path, `'matrix' of stage '${stage}'`, 'an axis') };
  if (!isMapping(value)) return undefined;
  const { include, exclude } = axes;
  delete axes.include;
  delete axes.exclude;
  return { axes, include, exclude };
}
