import { readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { Metafile } from 'esbuild';
import { type Digest, sha256 } from '../cache/digest.ts';
import { Failure } from '../failure.ts';
import { installedVersions } from './packages.ts';

/** Loads the bundler when it is first needed: most commands find all code unchanged. */
export const loadBundler = () => import('esbuild');

/** The code of a module, as far as it can change a result. */
export interface CodeGraph {
  /** Digest of the tree-shaken bundle: blind to comments, formatting, unused exports, paths, and files that are not imported. */
  readonly digest: Digest;
  /** Packages that it imports, and their dependencies, with installed versions. */
  readonly packages: Readonly<Record<string, string>>;
  /**
   * A digest of each file of the bundle, without comments and formatting. Used to name what changed; not part of the
   * key.
   */
  readonly files: Readonly<Record<string, Digest>>;
}

/** A code graph, and all files that it was read from. */
export interface ReadCodeGraph {
  readonly graph: CodeGraph;
  readonly inputs: readonly string[];
}

/**
 * Computes the digest of a module's import graph.
 * @param file the module
 * @param root paths are relative to this folder, so that a moved folder has the same digest
 * @throws Failure `bad-kind` with esbuild's message, file and line
 */
export async function codeGraph(file: string, root: string): Promise<ReadCodeGraph> {
  const { build } = await loadBundler();
  const result = await build({
    entryPoints: [file],
    absWorkingDir: root,
    outdir: 'bundle',
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'esnext',
    minifyWhitespace: true,
    // Without this, esbuild would name dynamically imported modules by their paths. The names of functions are kept.
    minifyIdentifiers: true,
    keepNames: true,
    treeShaking: true,
    legalComments: 'none',
    write: false,
    metafile: true,
    logLevel: 'silent',
  }).catch((error: unknown) => {
    throw brokenCode(file, root, error);
  });
  const text = result.outputFiles[0]?.text ?? '';
  const { versions, manifests } = await installedVersions(externalImports(result.metafile), root);
  const sources = Object.keys(result.metafile.inputs).map((path) => join(root, path));
  return {
    graph: { digest: sha256(text), packages: versions, files: await fileDigests(result.metafile, root) },
    inputs: [...sources, ...manifests],
  };
}

/** The module that kinds import if retable is a package. It computes nothing. */
const CONTRACT = 'retable/kind';

function externalImports(metafile: Metafile): string[] {
  const outputs = Object.values(metafile.outputs);
  const imports = outputs.flatMap((output) => output.imports.filter((i) => i.external).map((i) => i.path));
  return imports.filter((path) => path !== CONTRACT);
}

async function fileDigests(metafile: Metafile, root: string): Promise<Record<string, Digest>> {
  const contributing = Object.values(metafile.outputs).flatMap((output) =>
    Object.entries(output.inputs)
      .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
      .map(([path]) => path),
  );
  const entries = await Promise.all(
    contributing.sort().map(async (path) => [path, await strippedDigest(path, root)] as const),
  );
  return Object.fromEntries(entries);
}

async function strippedDigest(path: string, root: string): Promise<Digest> {
  const source = await readFile(join(root, path), 'utf8');
  const { transform } = await loadBundler();
  const { code } = await transform(source, {
    loader: path.endsWith('.json') ? 'json' : 'ts',
    minifyWhitespace: true,
    legalComments: 'none',
    target: 'esnext',
  });
  return sha256(code);
}

/** The failure for a syntax error or a missing import in a kind, with file and line. */
export function brokenCode(file: string, root: string, error: unknown): Failure {
  const errors = (error as { errors?: { text: string; location: { file: string; line: number } | null }[] })
    .errors;
  const first = errors?.[0];
  const where = first?.location ? `${first.location.file}:${first.location.line}: ` : '';
  return new Failure(
    'bad-kind',
    `${relative(root, file)} can't be bundled: ${where}${first?.text ?? String(error)}`,
    {
      hint: 'Correct the import or the syntax error, then run the command again.',
      cause: error,
    },
  );
}
