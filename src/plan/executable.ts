import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import type { Plugin } from 'esbuild';
import { sha256 } from '../cache/digest.ts';
import { explainDiskError } from '../cache/disk-failure.ts';
import { isWritable } from '../cache/writable.ts';
import { brokenCode, loadBundler } from './code-graph.ts';

/**
 * Bundles a module of retable or of a project to plain JavaScript for Node, so that TypeScript kinds need no build
 * step.
 * @param file the module, TypeScript or JavaScript
 * @param root the project or package that it belongs to
 * @param store folder for bundles of the root
 * @returns the path of the entry module
 * @throws Failure `bad-kind`
 */
export async function executable(file: string, root: string, store: string): Promise<string> {
  const outputs = await bundle(file, root);
  const folder = join(store, keyOf(outputs));
  const entry = join(folder, `${basename(file, extname(file))}.js`);
  try {
    if (!existsSync(entry)) await publish(outputs, folder);
  } catch (error) {
    throw explainDiskError(error, `write the code to run to ${folder}`, '--cache DIR');
  }
  return entry;
}

/** Returns a folder for bundles; called only if it is needed. */
export type BundleFolder = () => string;

/**
 * The folder for bundles of a root: in `node_modules/.cache`, from where Node finds their packages; otherwise in the
 * fallback, which has links to the packages of the root.
 */
export function bundleStore(root: string, fallback: BundleFolder): string {
  const modules = join(root, 'node_modules');
  return isWritable(modules) ? join(modules, '.cache', 'retable') : linkedStore(root, fallback());
}

/**
 * Node looks for packages in each folder above a module. So this creates one folder for each folder above the root
 * that has packages.
 */
function linkedStore(root: string, fallback: string): string {
  let store = join(fallback, sha256(root).slice(0, 16));
  try {
    for (const modules of modulesAbove(root).reverse()) {
      store = join(store, 'above');
      mkdirSync(store, { recursive: true });
      link(modules, join(store, 'node_modules'));
    }
  } catch (error) {
    throw explainDiskError(error, `make the folder ${store}`, '--cache DIR');
  }
  return join(store, 'bundles');
}

function modulesAbove(root: string): string[] {
  const folder = basename(root) === 'node_modules' ? root : join(root, 'node_modules');
  const here = existsSync(folder) ? [folder] : [];
  return dirname(root) === root ? here : [...here, ...modulesAbove(dirname(root))];
}

function link(target: string, path: string): void {
  try {
    symlinkSync(target, path);
  } catch (error) {
    // Created by an earlier command, or by another one that runs now.
    if (!existsSync(path)) throw error;
  }
}

interface Output {
  readonly name: string;
  readonly contents: Uint8Array;
}

async function bundle(file: string, root: string): Promise<Output[]> {
  const { build } = await loadBundler();
  const result = await build({
    entryPoints: [file],
    absWorkingDir: root,
    outdir: join(root, 'node_modules', '.cache', 'retable', 'bundle'),
    bundle: true,
    splitting: true,
    plugins: [packagesExternal],
    platform: 'node',
    format: 'esm',
    target: 'node20.11',
    sourcemap: 'inline',
    sourcesContent: false,
    write: false,
    logLevel: 'silent',
  }).catch((error: unknown) => {
    throw brokenCode(file, root, error);
  });
  return result.outputFiles.map(({ path, contents }) => ({ name: basename(path), contents }));
}

/**
 * Packages are imported from where they are installed, except TypeBox, which loads ten times faster as part of one
 * file.
 */
const packagesExternal: Plugin = {
  name: 'packages-external',
  setup: ({ onResolve }) =>
    onResolve({ filter: /^[^./]/ }, ({ path, kind }) => {
      const isPart = kind === 'entry-point' || /^@sinclair\/typebox/.test(path);
      return isPart ? undefined : { path, external: true };
    }),
};

function keyOf(outputs: readonly Output[]): string {
  const hash = createHash('sha256');
  for (const { name, contents } of outputs) hash.update(name).update(contents);
  return hash.digest('hex').slice(0, 32);
}

async function publish(outputs: readonly Output[], folder: string): Promise<void> {
  const draft = `${folder}.${process.pid}`;
  await mkdir(draft, { recursive: true });
  // Flushed to disk, because a bundle that is incomplete after a power failure would be taken for complete.
  for (const { name, contents } of outputs) await writeFile(join(draft, name), contents, { flush: true });
  // If another process published the same bytes meanwhile, remove ours.
  await rename(draft, folder).catch(() => rm(draft, { recursive: true, force: true }));
}
