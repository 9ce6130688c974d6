import { type Failure, isFailure } from '../failure.ts';
import type { Kind } from '../kind/kind.ts';
import { suggest } from '../suggest.ts';
import { KindChecker } from './check/kind-checker.ts';
import { checkPipelineName, type PipelineText } from './check/pipeline-name.ts';
import { Expansion } from './expand/expansion.ts';
import { orderStages } from './expand/order.ts';
import { Params } from './expand/params.ts';
import { CHOICE_KIND, searchCells } from './expand/search-cells.ts';
import { Sweeps } from './expand/sweeps.ts';
import { readFigures } from './figures.ts';
import type { Diagnostic } from './parse/diagnostic.ts';
import type { Findings } from './parse/findings.ts';
import { parseYaml } from './parse/parse-yaml.ts';
import { type PipelineShape, readShape } from './parse/shape.ts';
import type { Pipeline } from './pipeline.ts';
import { readTables } from './tables.ts';

/** The kinds that stages may use. */
export interface KindRegistry {
  readonly names: readonly string[];
  /** @throws Failure if the kind's module is broken */
  load(name: string): Promise<Kind>;
}

export interface LoadOptions {
  readonly kinds: KindRegistry;
  readonly profile?: string | undefined;
  /** `key=value` of each `--set`. */
  readonly set?: readonly string[] | undefined;
  /** The other pipelines of the project; none of them may have the same name. */
  readonly others?: readonly PipelineText[] | undefined;
}

export type LoadResult =
  | { readonly ok: true; readonly pipeline: Pipeline; readonly warnings: Diagnostic[] }
  | { readonly ok: false; readonly diagnostics: Diagnostic[] };

/**
 * Loads a pipeline from YAML text. Returns the checked pipeline or all its mistakes; never throws because of the
 * text.
 */
export async function loadPipeline(input: PipelineText, options: LoadOptions): Promise<LoadResult> {
  const { findings, value } = parseYaml(input.file, input.text);
  const shape = value === undefined ? undefined : readShape(value.root, findings);
  if (shape === undefined) return { ok: false, diagnostics: findings.sorted() };

  checkPipelineName(shape.name, input.file, options.others ?? [], findings);
  const params = new Params(shape, options, findings);
  const checkers = await loadKinds(shape, options.kinds, findings);
  const sweeps = new Sweeps(shape, params, findings);
  const order = orderStages(shape.stages, findings, (stage) => sweeps.before(stage));
  const expansion = new Expansion(order, checkers, params, sweeps, findings);
  const searched = searchCells(expansion, sweeps, findings);
  const tables = readTables(shape, params, expansion, findings);
  const figures = readFigures(shape, params, expansion, findings);

  if (findings.errors > 0) return { ok: false, diagnostics: findings.sorted() };
  params.warnOfUnused();
  const pipeline: Pipeline = {
    name: shape.name,
    description: shape.description,
    file: input.file,
    profile: params.profile,
    set: params.changed,
    profiles: Object.keys(shape.profiles),
    params: params.all(),
    stages: [
      ...order.stages.map(({ name, uses = '' }) => ({ name, kind: uses })),
      ...searched.sweeps.map(({ choice }) => ({ name: choice, kind: CHOICE_KIND })),
    ],
    cells: searched.cells,
    sweeps: searched.sweeps,
    tables,
    figures,
  };
  return { ok: true, pipeline, warnings: findings.sorted() };
}

/** Loads the kinds that the file uses, each once. */
async function loadKinds(
  shape: PipelineShape,
  kinds: KindRegistry,
  findings: Findings,
): Promise<Map<string, KindChecker>> {
  const checkers = new Map<string, KindChecker>();
  const failed = new Map<string, Failure>();
  for (const { path, uses } of shape.stages) {
    if (uses === undefined) continue;
    const place = { path: [...path, 'uses'] };
    if (!kinds.names.includes(uses)) {
      findings.error('unknown-kind', place, `there is no kind '${uses}'`, {
        hint: suggest(uses, kinds.names, 'kinds'),
      });
      continue;
    }
    try {
      if (!checkers.has(uses) && !failed.has(uses))
        checkers.set(uses, new KindChecker(uses, await kinds.load(uses)));
    } catch (error) {
      if (!isFailure(error)) throw error;
      failed.set(uses, error);
    }
    const failure = failed.get(uses);
    if (failure !== undefined) findings.error('broken-kind', place, failure.message, { hint: failure.hint });
  }
  return checkers;
}
