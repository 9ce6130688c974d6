import { createHash } from 'node:crypto';
import { accessSync, constants, existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { build, type Plugin } from 'esbuild';
import { brokenCode } from './code-graph.ts';

/**
 * Bundles a module of ours or of a project to plain JavaScript that Node can import, so that TypeScript kinds need no
 * build step and are never stale. The bundle lies within `node_modules/.cache`, from where its packages are found.
 * @param file the module, TypeScript or JavaScript
 * @param root the project or package that it belongs to
 * @param fallback a folder for bundles where the root has no `node_modules`
 * @returns the path of the entry module
 * @throws Failure `code-broken`
 */
export async function executable(file: string, root: string, fallback: string): Promise<string> {
  const outputs = await bundle(file, root);
  const folder = join(bundleStore(root, fallback), keyOf(outputs));
  const entry = join(folder, `${basename(file, extname(file))}.js`);
  if (!existsSync(entry)) await publish(outputs, folder);
  return entry;
}

/** Where bundles of a root are kept. */
export function bundleStore(root: string, fallback: string): string {
  const modules = join(root, 'node_modules');
  return isWritable(modules) ? join(modules, '.cache', 'retable') : fallback;
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

interface Output {
  readonly name: string;
  readonly contents: Uint8Array;
}

async function bundle(file: string, root: string): Promise<Output[]> {
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

/** Packages are imported from where they are installed, but for TypeBox: it loads ten times faster as part of one file. */
const packagesExternal: Plugin = {
  name: 'packages-external',
  setup: ({ onResolve }) =>
    onResolve({ filter: /^[^./]/ }, ({ path, kind, importer }) => {
      const isPart =
        kind === 'entry-point' || /^@sinclair\/typebox/.test(path) || importer.includes('/node_modules/');
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
  // Synced, since a bundle that a power cut had torn would be taken for whole.
  for (const { name, contents } of outputs) await writeFile(join(draft, name), contents, { flush: true });
  // Another process may have published the same bytes meanwhile: then ours go.
  await rename(draft, folder).catch(() => rm(draft, { recursive: true, force: true }));
}
