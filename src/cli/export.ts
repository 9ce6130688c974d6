import { existsSync, statSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import prettyBytes from 'pretty-bytes';
import { explainDiskError } from '../cache/disk-failure.ts';
import { Failure } from '../failure.ts';
import type { CellId } from '../pipeline/pipeline.ts';
import { findCell } from '../plan/find-cell.ts';
import { planCells } from '../plan/plan.ts';
import { replaceFile } from '../replace-file.ts';
import { suggest } from '../suggest.ts';
import { EXIT } from './outcome.ts';
import { shownPath } from './shown-path.ts';
import { type OpenPipeline, openPipeline, type PipelineFlags } from './workspace.ts';

export interface ExportFlags extends PipelineFlags {
  readonly to: string;
  readonly checkpoint: 'last' | 'best';
}

/**
 * `retable export CELL --to FILE`: writes the model that a cell trained, as ONNX or as weights, depending on the
 * ending of FILE.
 */
export async function exportCell(
  cellName: string,
  name: string | undefined,
  given: ExportFlags,
): Promise<number> {
  const to = resolve(given.to);
  checkPlace(to);
  const opened = await openPipeline(name, given);
  const { checkpoint } = given;
  const { cache } = opened;
  const { id } = findCell(opened.pipeline.cells, cellName, opened.pipeline.name);
  const { artifact, fingerprint } = await trained(opened, id);
  const { readModel } = await import('../learn/model/artifact.ts');
  const read = await readModel((file) => cache.path(artifact, file), checkpoint);
  cache.close();
  const origin = { cell: id, pipeline: opened.pipeline.name, checkpoint, fingerprint, artifact };
  const exported = { ...read, origin, engine: opened.engine?.identity.name ?? 'onnx' };
  try {
    const { words, fields } = await replaceFile(to, async (draft) =>
      to.endsWith('.safetensors')
        ? (await import('./export-weights.ts')).writeWeights(draft, exported)
        : (await import('./export-onnx.ts')).writeOnnx(draft, exported),
    );
    const { size } = await stat(to);
    const net = read.model.name;
    console.log(
      given.json
        ? JSON.stringify({ file: to, bytes: size, net, ...origin, ...fields })
        : `${shownPath(to)}: ${net} of ${id}, checkpoint ${checkpoint}, ${prettyBytes(size)}; ${words}`,
    );
    return EXIT.done;
  } catch (error) {
    throw explainDiskError(error, `write ${to}`, '--to FILE');
  }
}

function checkPlace(to: string): void {
  const folder = dirname(to);
  if (!existsSync(folder)) {
    throw new Failure('no-such-folder', `There is no folder ${folder}.`, {
      hint: 'Create it, or choose another file with --to.',
    });
  }
  if (existsSync(to) && statSync(to).isDirectory()) {
    throw new Failure('not-a-file', `${to} is a folder.`, {
      hint: 'Give --to the name of a file, such as model.onnx or model.safetensors.',
    });
  }
}

/** The artifact of a cell that has trained a model. */
async function trained({ pipeline, kinds, known }: OpenPipeline, id: CellId) {
  const planned = (await planCells(known, pipeline.cells)).find(({ cell }) => cell.id === id);
  if (!planned) throw new Error(`${id} was not planned`);
  const makesModel = (kind: string) => kinds.get(kind)?.kind.output === 'model';
  const models = pipeline.cells.filter(({ kind }) => makesModel(kind)).map((cell) => cell.id);
  const { cell, state, reasons, key, artifact } = planned;
  if (!makesModel(cell.kind)) {
    const output = kinds.get(cell.kind)?.kind.output;
    throw new Failure('no-model', `${id} is not a model: its kind, ${cell.kind}, makes ${output}.`, {
      hint: suggest(id, models, 'cells with a model'),
    });
  }
  if (state !== 'cached' || !key || !artifact) {
    const profile = pipeline.profile === undefined ? '' : ` --profile ${pipeline.profile}`;
    throw new Failure('not-run', `${id} has no result in the cache: ${reasons[0]?.message}.`, {
      hint: `Run it first: retable run ${pipeline.name}${profile} --only '${id}'`,
    });
  }
  return { artifact, fingerprint: key.fingerprint };
}
