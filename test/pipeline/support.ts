import { type LoadOptions, type LoadResult, loadPipeline } from '../../src/pipeline/load.ts';
import { printDiagnostics } from '../../src/pipeline/parse/print-diagnostics.ts';
import type { Pipeline } from '../../src/pipeline/pipeline.ts';
import { registry } from './kinds.ts';

type Options = Omit<LoadOptions, 'kinds'>;

export function loadText(text: string, options: Options = {}): Promise<LoadResult> {
  return loadPipeline({ file: 'p.yaml', text }, { kinds: registry, ...options });
}

/** The pipeline of a text that must be right. */
export async function load(text: string, options: Options = {}): Promise<Pipeline> {
  const result = await loadText(text, options);
  if (!result.ok) throw new Error(printDiagnostics(result.diagnostics, { color: false }));
  return result.pipeline;
}

/** `stages:` of a file whose other parts do not matter. */
export function stages(text: string): string {
  return `pipeline: p\nstages:\n${text}`;
}

export async function ids(text: string, options: Options = {}): Promise<string[]> {
  return (await load(text, options)).cells.map(({ id }) => id);
}

/** Code and position of each diagnostic: `unknown-kind 3:9`. */
export async function codes(text: string, options: Options = {}): Promise<string[]> {
  const result = await loadText(text, options);
  const all = result.ok ? result.warnings : result.diagnostics;
  return all.map(
    ({ code, location }) =>
      `${code} ${location.file === 'p.yaml' ? '' : `${location.file} `}${location.line}:${location.column}`,
  );
}
