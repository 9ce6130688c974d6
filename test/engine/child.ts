import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';
import { execa } from 'execa';

const root = path.resolve(import.meta.dirname, '../..');

/**
 * Runs TypeScript in a process of its own and gives what it prints. Imports that start with `/src/` or `/test/` are
 * of this project; packages are left external, as in a build.
 */
export async function inChild(code: string, args: readonly string[] = []): Promise<string> {
  const folder = mkdtempSync(path.join(tmpdir(), 'retable-engine-'));
  try {
    return (await execa(process.execPath, [await bundleChild(folder, code), ...args])).stdout;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Writes such TypeScript to a folder, as a file that Node runs, and returns its path. */
export async function bundleChild(folder: string, code: string): Promise<string> {
  symlinkSync(path.join(root, 'node_modules'), path.join(folder, 'node_modules'));
  const file = path.join(folder, 'child.mjs');
  await build({
    stdin: {
      contents: code.replaceAll(/'\/(src|test)\//g, `'${root}/$1/`),
      resolveDir: folder,
      loader: 'ts',
    },
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    outfile: file,
    logLevel: 'error',
  });
  return file;
}
