import type { Json } from '../../json.ts';
import type { Findings } from './findings.ts';
import { isMapping, type JsonMap, Readers } from './readers.ts';
import { checkSimilarNames } from './similar-names.ts';
import { readStage, type StageShape } from './stage-shape.ts';

/** A pipeline file with the right structure; names, references and parameters are not yet checked. */
export interface PipelineShape {
  /** Empty if it is missing or wrong. */
  readonly name: string;
  readonly description: string | undefined;
  readonly defaultProfile: string | undefined;
  readonly params: JsonMap;
  readonly profiles: Readonly<Record<string, JsonMap>>;
  readonly stages: readonly StageShape[];
  readonly sweeps: Readonly<Record<string, Json>>;
  readonly tables: Readonly<Record<string, Json>>;
  readonly figures: Readonly<Record<string, Json>>;
}

const topLevel = [
  'pipeline',
  'description',
  'default-profile',
  'params',
  'profiles',
  'stages',
  'sweeps',
  'tables',
  'figures',
];

/** Undefined if there is nothing to continue with. */
export function readShape(root: unknown, findings: Findings): PipelineShape | undefined {
  const read = new Readers(findings);
  if (!isMapping(root)) {
    const given = root === null || root === undefined ? 'the file is empty' : 'the file is not a mapping';
    findings.error('wrong-type', { path: [] }, `${given}: a pipeline is a mapping`, {
      hint: `its keys: ${topLevel.join(', ')}`,
    });
    return undefined;
  }
  const top = read.mapping(root, [], 'a pipeline', topLevel);
  for (const key of ['pipeline', 'stages'].filter((key) => !Object.hasOwn(top, key))) {
    findings.error('missing-key', { path: [] }, `the pipeline has no '${key}'`);
  }
  const name = read.text(top.pipeline, ['pipeline'], "'pipeline'");
  const goodName = name !== undefined && /^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name);
  if (name !== undefined && !goodName) {
    findings.error('bad-name', { path: ['pipeline'] }, `'${name}' cannot be the name of a pipeline`, {
      hint: 'a name begins with a letter or digit; letters, digits, ., - and _ follow',
    });
  }
  const profiles = read.named(top.profiles, ['profiles'], "'profiles'", 'a profile');
  const tables = read.named(top.tables, ['tables'], "'tables'", 'a table');
  const figures = read.named(top.figures, ['figures'], "'figures'", 'a figure');
  // They become names of files in `results/`, those of tables and figures in one folder; a table is also a LaTeX label.
  checkSimilarNames({ profiles: Object.keys(profiles) }, [], findings);
  checkSimilarNames({ tables: Object.keys(tables), figures: Object.keys(figures) }, [], findings);
  for (const table of Object.keys(tables).filter((table) => table.toLowerCase() === 'record')) {
    findings.error(
      'bad-name',
      { path: ['tables', table], at: 'key' },
      `a table cannot be called '${table}'`,
      {
        hint: 'the results of a run are recorded in a file record.json beside the tables; use another name',
      },
    );
  }
  const stages = read.named(top.stages, ['stages'], "'stages'", 'a stage');
  if (isMapping(top.stages) && Object.keys(top.stages).length === 0) {
    findings.error('missing-key', { path: ['stages'], at: 'key' }, 'the pipeline has no stages');
  }
  return {
    name: goodName ? name : '',
    description: read.text(top.description, ['description'], "'description'"),
    defaultProfile: read.text(top['default-profile'], ['default-profile'], "'default-profile'"),
    params: read.named(top.params, ['params'], "'params'", 'a parameter'),
    profiles: Object.fromEntries(
      Object.entries(profiles).map(([profile, values]) => [
        profile,
        read.mapping(values, ['profiles', profile], `profile '${profile}'`),
      ]),
    ),
    stages: Object.entries(stages).map(([stage, body]) => readStage(stage, body, findings)),
    sweeps: read.named(top.sweeps, ['sweeps'], "'sweeps'", 'a sweep'),
    tables,
    figures,
  };
}
