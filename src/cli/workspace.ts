import { existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, extname, join, relative, resolve } from 'node:path';
import { type Cache, openCache } from '../cache/cache.ts';
import { temporaryFolder } from '../cache/temporary-folder.ts';
import { isWritable } from '../cache/writable.ts';
import { asFailure, Failure } from '../failure.ts';
import type { Places } from '../kind/kind.ts';
import type { PipelineText } from '../pipeline/check/pipeline-name.ts';
import { loadPipeline } from '../pipeline/load.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import { type LoadedEngine, loadEngine } from '../plan/engine-key.ts';
import { Kinds, type LoadedKind } from '../plan/kinds.ts';
import { Planner } from '../plan/planner.ts';
import { matchCells } from '../plan/select.ts';
import { suggest } from '../suggest.ts';
import { findProject, home } from './home.ts';
import { InvalidPipeline } from './invalid-pipeline.ts';
import { lastRun } from './last-run.ts';

/** The flags of commands on a pipeline, as commander gives them. */
export interface PipelineFlags {
  readonly profile?: string;
  readonly set?: readonly string[];
  readonly engine?: string;
  readonly cache?: string;
  readonly dataDir?: string;
  readonly json?: boolean;
  readonly only?: readonly string[];
  readonly force?: readonly string[];
  readonly jobs?: string;
  readonly failFast?: boolean;
  readonly dryRun?: boolean;
  readonly results?: string;
  readonly verbose?: boolean;
  readonly format?: string;
  readonly cells?: boolean;
  readonly attempt?: string;
  readonly follow?: boolean;
  readonly inspect?: string | true;
  readonly path?: boolean;
  readonly markdown?: boolean;
  readonly repair?: boolean;
  readonly keepRuns?: string;
  readonly allProjects?: boolean;
}

/** What a command does with the cache. */
export type Access = 'read' | 'write';

/** A project and its cache folder. Nothing is opened or written yet. */
export class Workspace {
  readonly places: Places;
  readonly cacheFolder: string;
  /** How the cache knows this project: its folder as seen from the cache, so that both can be moved together. */
  readonly project: string;
  readonly kinds: Kinds;
  readonly #access: Access;
  #codeFolder: string | undefined;

  /** @param access commands that only read make no folder and no file, and read a cache that can't be written */
  constructor(flags: PipelineFlags, access: Access = 'read') {
    this.#access = access;
    const project = findProject(process.cwd());
    const dataDir = flags.dataDir === undefined ? undefined : resolve(flags.dataDir);
    if (dataDir !== undefined && !statSync(dataDir, { throwIfNoEntry: false })?.isDirectory()) {
      const [what, hint] = existsSync(dataDir)
        ? [`${dataDir} is a file.`, `Give its folder: --data-dir ${dirname(dataDir)}.`]
        : [`There is no folder ${dataDir}.`, '--data-dir names the folder that holds the data sets.'];
      throw new Failure('no-data-dir', what, { hint });
    }
    this.places = { project, home, dataDir };
    this.cacheFolder = flags.cache === undefined ? join(project, 'cache') : resolve(flags.cache);
    this.project = relative(this.cacheFolder, project).replaceAll('\\', '/');
    this.kinds = new Kinds(project === home ? [home] : [project, home], () => this.#code());
  }

  /** The folder that holds those of all pipelines' tables. */
  resultsRoot({ results }: PipelineFlags): string {
    return results === undefined ? join(this.places.project, 'results') : resolve(results);
  }

  openCache(): Cache {
    const notice = (text: string) => console.error(`note: ${text}`);
    return openCache(this.cacheFolder, {
      project: this.project,
      notice,
      readOnly: this.#access === 'read',
    });
  }

  /** Where bundles of code lie if not in `node_modules`. */
  #code(): string {
    if (this.#access === 'write') mkdirIfPossible(this.cacheFolder);
    this.#codeFolder ??= isWritable(this.cacheFolder) ? join(this.cacheFolder, 'code') : temporaryFolder();
    return this.#codeFolder;
  }

  /**
   * Files by name: those in the project's `pipelines/`, and those that come with retable and have other names.
   * @throws Failure `ambiguous-pipeline` for two files of one name, such as `alpha.yaml` and `alpha.yml`
   */
  get pipelines(): ReadonlyMap<string, string> {
    const folders = [join(home, 'pipelines'), join(this.places.project, 'pipelines')];
    return new Map(folders.flatMap((folder) => [...this.#pipelinesIn(folder)]));
  }

  #pipelinesIn(folder: string): Map<string, string> {
    const found = new Map<string, string>();
    for (const file of yamlFiles(folder)) {
      const name = basename(file, extname(file));
      const before = found.get(name);
      if (before !== undefined) {
        const both = `${this.shown(before)} and ${this.shown(file)}`;
        throw new Failure('ambiguous-pipeline', `Two files are the pipeline ${name}: ${both}.`, {
          hint: 'Rename one of them.',
        });
      }
      found.set(name, file);
    }
    return found;
  }

  /** @throws Failure `unknown-pipeline`, `no-pipeline` */
  pipelineFile(name: string): string {
    if (/\.ya?ml$/.test(name)) {
      if (existsSync(name)) return resolve(name);
      throw new Failure('unknown-pipeline', `There is no file ${name}.`);
    }
    const file = this.pipelines.get(name);
    if (file) return file;
    throw new Failure('unknown-pipeline', `There is no pipeline ${name} in pipelines/.`, {
      hint: suggest(name, this.pipelines.keys(), 'pipelines'),
    });
  }

  /** A path as it is best shown: relative where it lies below the current folder. */
  shown(path: string): string {
    const short = relative(process.cwd(), path);
    return short.startsWith('..') ? path : short;
  }

  /** Reads a pipeline and checks it. @throws InvalidPipeline */
  async load(file: string, { profile, set = [] }: Pick<PipelineFlags, 'profile' | 'set'>): Promise<Pipeline> {
    const input = { file: this.shown(file), text: readPipeline(file) };
    const options = { kinds: this.kinds, profile, set, others: this.#others(file) };
    const result = await loadPipeline(input, options);
    if (!result.ok) throw new InvalidPipeline(result.diagnostics);
    if (result.warnings.length > 0) InvalidPipeline.warn(result.warnings);
    return result.pipeline;
  }

  /** The other pipelines that can be named here, and those in the folder of the file. */
  #others(file: string): PipelineText[] {
    const all = new Set([...this.pipelines.values(), ...yamlFiles(dirname(file))]);
    const itself = realpathSync(file);
    return [...all]
      .filter((other) => realpathSync(other) !== itself)
      .map((other) => ({ file: this.shown(other), text: readPipeline(other) }));
  }

  async loadedKinds(pipeline: Pipeline): Promise<ReadonlyMap<string, LoadedKind>> {
    const names = [...new Set(pipeline.stages.map((stage) => stage.kind))];
    return new Map(
      await Promise.all(names.map(async (name) => [name, await this.kinds.loaded(name)] as const)),
    );
  }

  /** The engine of a pipeline, if one of its kinds computes tensors. */
  async engine(
    kinds: ReadonlyMap<string, LoadedKind>,
    name: string | undefined,
  ): Promise<LoadedEngine | null> {
    const needed = [...kinds.values()].some(({ kind }) => kind.usesEngine);
    return needed ? loadEngine(name, home, () => this.#code()) : null;
  }
}

/** Paths of the YAML files of a folder, sorted; none where there is no such folder. Links that lead nowhere are left out. */
function yamlFiles(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const paths = readdirSync(folder).map((name) => join(folder, name));
  return paths
    .filter((path) => /\.ya?ml$/.test(path) && statSync(path, { throwIfNoEntry: false })?.isFile())
    .sort();
}

/** What is wrong with the place is told when the cache is opened. */
function mkdirIfPossible(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
  } catch {}
}

function readPipeline(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new Failure(
      'unreadable-pipeline',
      `${file} can't be read: ${asFailure(error).message.split('\n')[0]}`,
    );
  }
}

/** A pipeline with all that is needed to plan it. */
export interface OpenPipeline {
  readonly workspace: Workspace;
  readonly file: string;
  readonly pipeline: Pipeline;
  readonly kinds: ReadonlyMap<string, LoadedKind>;
  readonly engine: LoadedEngine | null;
  readonly cache: Cache;
  /** Plans as `--force` wants it. */
  readonly planner: Planner;
  /** Plans by what is known alone. */
  readonly known: Planner;
  /** The flags, with those of the last run where no pipeline was named. */
  readonly flags: PipelineFlags;
}

/** Opens the named pipeline; without a name that of the last run, with its flags, or the only one there is. */
export async function openPipeline(
  name: string | undefined,
  given: PipelineFlags,
  access: Access = 'read',
): Promise<OpenPipeline> {
  const { workspace, file, flags } = resolvePipeline(name, given, access);
  const pipeline = await workspace.load(file, flags);
  const kinds = await workspace.loadedKinds(pipeline);
  const engine = await workspace.engine(kinds, flags.engine);
  const cache = workspace.openCache();
  const forced = flags.force === undefined ? undefined : matchCells(pipeline.cells, flags.force);
  const options = { pipeline, cache, kinds, engine: engine?.key ?? null, places: workspace.places };
  const known = new Planner(options);
  const planner = forced ? new Planner({ ...options, forced: (id) => forced.has(id) }) : known;
  return { workspace, file, pipeline, kinds, engine, cache, planner, known, flags };
}

/** @throws Failure `unknown-pipeline`, `no-pipeline` */
export function resolvePipeline(name: string | undefined, given: PipelineFlags, access: Access = 'read') {
  const workspace = new Workspace(given, access);
  if (name !== undefined) return { workspace, file: workspace.pipelineFile(name), flags: given };
  const last = lastRun(workspace);
  if (last && existsSync(last.file)) {
    const { file, ...before } = last;
    const flags = { ...before, ...given, set: given.set?.length ? given.set : before.set };
    return { workspace: new Workspace(flags, access), file, flags };
  }
  const [only, ...others] = workspace.pipelines.values();
  if (only !== undefined && others.length === 0) return { workspace, file: only, flags: given };
  const names = [...workspace.pipelines.keys()].join(', ') || 'none';
  throw new Failure('no-pipeline', 'No pipeline was named, and none was run here before.', {
    hint: `Pipelines: ${names}.`,
  });
}
