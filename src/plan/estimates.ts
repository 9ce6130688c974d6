import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Failure } from '../failure.ts';
import type { RunnableEstimate } from '../kind/estimate.ts';
import { type BundleFolder, bundleStore, executable } from './executable.ts';

/** How the cost of a kind is measured, and the module that a measuring process imports. */
export interface LoadedEstimate {
  readonly estimate: RunnableEstimate;
  readonly module: string;
}

/**
 * Loads the estimate of a kind: the file of the same name in the folder `estimates/` beside `stages/`.
 * @param file of the kind
 * @returns undefined if the kind has none
 * @throws Failure `bad-kind`
 */
export async function loadEstimate(
  file: string,
  root: string,
  fallback: BundleFolder,
): Promise<LoadedEstimate | undefined> {
  const own = join(dirname(dirname(file)), 'estimates', basename(file));
  if (!existsSync(own)) return undefined;
  const module = await executable(own, root, bundleStore(root, fallback));
  const { default: estimate } = (await import(pathToFileURL(module).href)) as {
    default?: Partial<RunnableEstimate>;
  };
  if (estimate?.like && estimate.run) return { estimate: estimate as RunnableEstimate, module };
  throw new Failure('bad-kind', `${own} does not export an estimate as its default export.`, {
    hint: 'End the file with `export default {like, measures, run}`; docs/kinds.md shows one.',
  });
}
