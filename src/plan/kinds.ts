import { existsSync, readdirSync } from 'node:fs';
import { basename, extname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Failure } from '../failure.ts';
import type { Kind } from '../kind/kind.ts';
import { loadCode } from './code.ts';
import type { CodeGraph } from './code-graph.ts';
import { type LoadedEstimate, loadEstimate } from './estimates.ts';
import type { BundleFolder } from './executable.ts';
import type { CodeKey } from './fingerprint.ts';

/** A kind, as the planner and the cell process need it. */
export interface LoadedKind {
  readonly name: string;
  readonly kind: Kind;
  /** Its file, relative to the folder that it belongs to. */
  readonly file: string;
  /** The module that a cell process imports. */
  readonly module: string;
  readonly code: CodeGraph;
  /** The part of its code that belongs to fingerprints. */
  readonly codeKey: CodeKey;
}

interface Home {
  readonly file: string;
  /** The project or the package that the file belongs to. */
  readonly root: string;
}

/** The kinds of a project: files in its `stages/`, then those of retable; a file of the project takes precedence. */
export class Kinds {
  readonly #homes: ReadonlyMap<string, Home>;
  readonly #loaded = new Map<string, Promise<LoadedKind>>();
  readonly #store: BundleFolder;

  /**
   * @param roots folders with a `stages/` folder; the first one takes precedence
   * @param store folder for bundles, if a root has none of its own
   */
  constructor(roots: readonly string[], store: BundleFolder) {
    this.#homes = new Map([...roots].reverse().flatMap(kindFiles));
    this.#store = store;
  }

  /** Names of all kinds, sorted. */
  get names(): readonly string[] {
    return [...this.#homes.keys()].sort();
  }

  /**
   * Bundles and imports a kind, once.
   * @throws Failure `unknown-kind`, `bad-kind`
   */
  loaded(name: string): Promise<LoadedKind> {
    const loading = this.#loaded.get(name) ?? this.#load(name);
    this.#loaded.set(name, loading);
    return loading;
  }

  /**
   * How the cost of a kind is measured; undefined if it has no estimate.
   * @throws Failure `bad-kind`
   */
  estimate(name: string): Promise<LoadedEstimate | undefined> {
    const home = this.#homes.get(name);
    return home ? loadEstimate(home.file, home.root, this.#store) : Promise.resolve(undefined);
  }

  async load(name: string): Promise<Kind> {
    return (await this.loaded(name)).kind;
  }

  async #load(name: string): Promise<LoadedKind> {
    const home = this.#homes.get(name);
    if (!home)
      throw new Failure('unknown-kind', `There is no kind ${name}.`, {
        hint: `Known: ${this.names.join(', ')}.`,
      });
    const { module, graph: code } = await loadCode({ ...home, fallback: this.#store });
    const kind = await importKind(module, home);
    const { digest, packages } = code;
    const codeKey = kind.version === undefined ? { digest, packages } : { version: kind.version };
    return { name, kind, file: relative(home.root, home.file), module, code, codeKey };
  }
}

async function importKind(module: string, { file, root }: Home): Promise<Kind> {
  const exported = await importModule(module, relative(root, file));
  const kind = exported.default;
  if (!kind?.parameters || !kind.inputs || !kind.output || !(kind.run || kind.program)) {
    throw new Failure('bad-kind', `${relative(root, file)} does not export a kind as its default export.`, {
      hint: 'End the file with `export default defineKind({description, parameters, inputs, output, run})`; docs/kinds.md shows one.',
    });
  }
  const { continues } = kind;
  const unknown = [continues?.stop, continues?.of].find(
    (name) => name !== undefined && !Object.hasOwn(kind.parameters?.properties ?? {}, name),
  );
  if (unknown !== undefined) {
    throw new Failure(
      'bad-kind',
      `\`continues\` of ${relative(root, file)} names ${unknown}, which is not one of its parameters.`,
      {
        hint: 'Name the parameter that says after how many units of work it stops, and the one that says how many there are.',
      },
    );
  }
  return kind as Kind;
}

/** @throws Failure `bad-kind`, with the position, if the file throws when it is loaded */
async function importModule(module: string, file: string): Promise<{ default?: Partial<Kind> }> {
  try {
    return await import(pathToFileURL(module).href);
  } catch (cause) {
    const text = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
    throw new Failure('bad-kind', `${file} can't be loaded: ${text}`, {
      hint: 'Correct the file. Heavy imports belong inside `run`.',
      cause,
    });
  }
}

function kindFiles(root: string): [string, Home][] {
  const folder = join(root, 'stages');
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((file) => /\.(ts|mts|js|mjs)$/.test(file) && !file.endsWith('.d.ts'))
    .map((file) => [basename(file, extname(file)), { file: join(folder, file), root }]);
}
