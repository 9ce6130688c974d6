import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from '../cache/digest.ts';
import { type CodeGraph, codeGraph } from './code-graph.ts';
import { remembered } from './code-memo.ts';
import { type BundleFolder, bundleStore, executable } from './executable.ts';

/** A module that can be run, and the part of its code that belongs to fingerprints. */
export interface Code {
  /** The bundle that a cell process imports. */
  readonly module: string;
  readonly graph: CodeGraph;
}

export interface CodeOptions {
  readonly file: string;
  /** The module whose import graph is part of the key, if it is not `file`. */
  readonly counted?: string;
  /** The project or package that the file belongs to. */
  readonly root: string;
  /** A folder for bundles, used if `node_modules` of the root is missing or cannot be written. */
  readonly fallback: BundleFolder;
}

/**
 * Bundles a module to run and fingerprint it. Unchanged files are not bundled again.
 * @throws Failure `bad-kind`, `package-missing`
 */
export function loadCode({ file, counted = file, root, fallback }: CodeOptions): Promise<Code> {
  // Absolute paths, because the memo of a copied project refers to the files of the original.
  const name = sha256(`${file} ${counted}`).slice(0, 32);
  const store = bundleStore(root, fallback);
  const memo = join(store, `${name}.json`);
  return remembered<Code>(
    memo,
    ({ module }) => existsSync(module),
    async () => {
      const whole = executable(file, root, store);
      const [module, { graph, inputs }] = await Promise.all([whole, codeGraph(counted, root)]);
      const rest = counted === file ? [] : (await codeGraph(file, root)).inputs;
      return { value: { module, graph }, inputs: [...inputs, ...rest] };
    },
  );
}
