import { existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, extname, join, relative, resolve } from 'node:path';
import { type Cache, openCache } from '../cache/cache.ts';
import { explainDiskError } from '../cache/disk-failure.ts';
import { temporaryFolder } from '../cache/temporary-folder.ts';
import { isWritable } from '../cache/writable.ts';
import { Failure } from '../failure.ts';
import { home } from '../home.ts';
import type { Places } from '../kind/kind.ts';
import type { PipelineText } from '../pipeline/check/pipeline-name.ts';
import { loadPipeline } from '../pipeline/load.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import { type LoadedEngine, loadEngine } from '../plan/engine-key.ts';
import { Kinds, type LoadedKind } from '../plan/kinds.ts';
import { Planner } from '../plan/planner.ts';
import { matchCells } from '../plan/select.ts';
import { isFile } from '../settings/is-file.ts';
import { asWritten, type Settings } from '../settings/settings.ts';
import { suggest } from '../suggest.ts';
import { findProject } from './home.ts';
import { lastRun } from './last-run.ts';
import { Mistakes, printMistakes } from './mistakes.ts';
import { readSettings, type SettingFlags } from './settings.ts';
import { shownPath } from './shown-path.ts';

/** The flags of commands on a pipeline, as commander gives them. */
export interface PipelineFlags extends SettingFlags {
  readonly profile?: string;
  readonly set?: readonly string[];
  readonly json?: boolean;
  readonly only?: readonly string[];
  readonly force?: readonly string[];
  readonly failFast?: boolean;
  readonly dryRun?: boolean;
  readonly verbose?: boolean;
  readonly format?: string;
  readonly to?: string;
  readonly cells?: boolean;
  readonly attempt?: string;
  readonly follow?: boolean;
  readonly inspect?: string | true;
  readonly path?: boolean;
  readonly markdown?: boolean;
  readonly repair?: boolean;
  readonly keepRuns?: string;
  readonly allProjects?: boolean;
  readonly estimate?: boolean;
  readonly nodes?: string;
  readonly flops?: string;
  readonly classified?: string;
  readonly withstand?: string;
}

/** What a command does with the cache. */
export type Access = 'read' | 'write';

/** A project, its settings and its cache folder. Nothing is opened or written yet. */
export class Workspace {
  /** The folder of the project. */
  readonly root: string;
  readonly settings: Settings;
  readonly cacheFolder: string;
  /**
   * The name of this project in the cache: the path from the cache folder to the project, so that both can be moved
   * together.
   */
  readonly project: string;
  readonly kinds: Kinds;
  readonly #access: Access;
  #codeFolder: string | undefined;

  /**
   * @param access commands that only read create no folder and no file, and can read a cache that cannot be written
   * @throws Failure if a setting is wrong
   */
  constructor(flags: SettingFlags, access: Access = 'read') {
    this.#access = access;
    this.root = findProject(process.cwd());
    this.settings = readSettings(flags, this.root);
    this.cacheFolder = this.settings.cache.value;
    this.project = relative(this.cacheFolder, this.root).replaceAll('\\', '/');
    this.kinds = new Kinds(this.root === home ? [home] : [this.root, home], () => this.#code());
  }

  /** @throws Failure `no-such-folder`, `not-a-folder` */
  get places(): Places {
    return { project: this.root, home, dataDir: dataFolder(this.settings.data) };
  }

  openCache(): Cache {
    const notice = (text: string) => console.error(`note: ${text}`);
    return openCache(this.cacheFolder, {
      project: this.project,
      notice,
      readOnly: this.#access === 'read',
    });
  }

  /** The folder for bundled code if `node_modules` cannot be used. */
  #code(): string {
    if (this.#access === 'write') mkdirIfPossible(this.cacheFolder);
    this.#codeFolder ??= isWritable(this.cacheFolder) ? join(this.cacheFolder, 'code') : temporaryFolder();
    return this.#codeFolder;
  }

  /**
   * Files by name: those in `pipelines/` of the project, and those that come with retable unless the project has the name.
   * @throws Failure `ambiguous-pipeline` for two files of one name, such as `alpha.yaml` and `alpha.yml`
   */
  get pipelines(): ReadonlyMap<string, string> {
    const folders = [join(home, 'pipelines'), join(this.root, 'pipelines')];
    return new Map(folders.flatMap((folder) => [...this.#pipelinesIn(folder)]));
  }

  #pipelinesIn(folder: string): Map<string, string> {
    const found = new Map<string, string>();
    for (const file of yamlFiles(folder)) {
      const name = basename(file, extname(file));
      const before = found.get(name);
      if (before !== undefined) {
        const both = `${shownPath(before)} and ${shownPath(file)}`;
        throw new Failure('ambiguous-pipeline', `Two files define the pipeline ${name}: ${both}.`, {
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
      throw new Failure('unknown-pipeline', `There is no file ${name}.`, {
        hint: 'Paths are relative to the current folder.',
      });
    }
    const file = this.pipelines.get(name);
    if (file) return file;
    throw new Failure('unknown-pipeline', `There is no pipeline ${name} in pipelines/.`, {
      hint: suggest(name, this.pipelines.keys(), 'pipelines'),
    });
  }

  /** Reads a pipeline and checks it. @throws Mistakes */
  async load(file: string, { profile, set = [] }: Pick<PipelineFlags, 'profile' | 'set'>): Promise<Pipeline> {
    const input = { file: shownPath(file), text: readPipeline(file) };
    const options = { kinds: this.kinds, profile, set, others: this.#others(file) };
    const result = await loadPipeline(input, options);
    if (!result.ok) throw new Mistakes('invalid-pipeline', 'the pipeline has mistakes', result.diagnostics);
    if (result.warnings.length > 0) await printMistakes(result.warnings);
    return result.pipeline;
  }

  /** All other pipelines that can be named here, and those in the folder of the file. */
  #others(file: string): PipelineText[] {
    const all = new Set([...this.pipelines.values(), ...yamlFiles(dirname(file))]);
    const itself = realpathSync(file);
    return [...all]
      .filter((other) => realpathSync(other) !== itself)
      .map((other) => ({ file: shownPath(other), text: readPipeline(other) }));
  }

  async loadedKinds(pipeline: Pipeline): Promise<ReadonlyMap<string, LoadedKind>> {
    const names = [...new Set(pipeline.stages.map((stage) => stage.kind))];
    return new Map(
      await Promise.all(names.map(async (name) => [name, await this.kinds.loaded(name)] as const)),
    );
  }

  /** The engine of a pipeline, if one of its kinds computes tensors. */
  async engine(kinds: ReadonlyMap<string, LoadedKind>): Promise<LoadedEngine | null> {
    const needed = [...kinds.values()].some(({ kind }) => kind.usesEngine);
    return needed ? loadEngine(this.settings.engine.value, home, () => this.#code()) : null;
  }
}

/** @throws Failure `no-such-folder`, `not-a-folder` */
function dataFolder({ value: folder, ...from }: Settings['data']): string | undefined {
  if (folder === undefined) return undefined;
  if (isFile(folder)) {
    throw new Failure('not-a-folder', `${folder} is a file.`, {
      hint: `Give the folder that contains it: ${asWritten('data', { ...from, value: dirname(folder) })}.`,
    });
  }
  if (existsSync(folder)) return folder;
  throw new Failure('no-such-folder', `There is no folder ${folder}.`, {
    hint: `${asWritten('data', { ...from, value: folder })} must name the folder that contains the data sets.`,
  });
}

/** Paths of the YAML files of a folder, sorted; none if the folder does not exist. Broken links are left out. */
function yamlFiles(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const paths = readdirSync(folder).map((name) => join(folder, name));
  return paths
    .filter((path) => /\.ya?ml$/.test(path) && statSync(path, { throwIfNoEntry: false })?.isFile())
    .sort();
}

/** If this fails, opening the cache will report why. */
function mkdirIfPossible(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
  } catch {}
}

function readPipeline(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw explainDiskError(error, `read ${shownPath(file)}`);
  }
}

/** A pipeline, with everything that is needed to plan it. */
export interface OpenPipeline {
  readonly workspace: Workspace;
  readonly file: string;
  readonly pipeline: Pipeline;
  readonly kinds: ReadonlyMap<string, LoadedKind>;
  readonly engine: LoadedEngine | null;
  readonly cache: Cache;
  /** Plans cells that `--force` names to run again. */
  readonly planner: Planner;
  /** Ignores `--force`. */
  readonly known: Planner;
  /** The flags, including those of the last run if no pipeline was named. */
  readonly flags: PipelineFlags;
}

/** Opens the named pipeline. Without a name: that of the last run, with its flags, or the only one that there is. */
export async function openPipeline(
  name: string | undefined,
  given: PipelineFlags,
  access: Access = 'read',
): Promise<OpenPipeline> {
  const { workspace, file, flags } = resolvePipeline(name, given, access);
  // Read first, so that a wrong place is reported before a cache is created.
  const { places } = workspace;
  const pipeline = await workspace.load(file, flags);
  const kinds = await workspace.loadedKinds(pipeline);
  const engine = await workspace.engine(kinds);
  const cache = workspace.openCache();
  const forced = flags.force === undefined ? undefined : matchCells(pipeline.cells, flags.force);
  const options = { pipeline, cache, kinds, engine: engine?.key ?? null, places };
  const known = new Planner(options);
  const planner = forced ? new Planner({ ...options, forced: (id) => forced.has(id) }) : known;
  return { workspace, file, pipeline, kinds, engine, cache, planner, known, flags };
}

/** Of a command that takes the name of a part, such as a table, and of a pipeline: a single name may be either. */
export function partAndPipeline(
  part: string | undefined,
  pipeline: string | undefined,
  flags: SettingFlags,
): { readonly part: string | undefined; readonly pipeline: string | undefined } {
  const isPipeline =
    part !== undefined &&
    pipeline === undefined &&
    (/\.ya?ml$/.test(part) || new Workspace(flags).pipelines.has(part));
  return isPipeline ? { part: undefined, pipeline: part } : { part, pipeline };
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
  throw new Failure('no-pipeline', 'No pipeline was named, and none has run in this project before.', {
    hint: `Name one of the pipelines: ${names}.`,
  });
}
