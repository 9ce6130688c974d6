import { existsSync, statSync } from 'node:fs';
import { rename, rm, stat, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { dirname, resolve } from 'node:path';
import prettyBytes from 'pretty-bytes';
import { explainDiskError } from '../cache/disk-failure.ts';
import { createEngine } from '../engine/choose.ts';
import { Failure } from '../failure.ts';
import { suggest } from '../pipeline/suggest.ts';
import { planCells } from '../plan/plan.ts';
import { version } from './home.ts';
import { EXIT } from './outcome.ts';
import { type OpenPipeline, openPipeline, type PipelineFlags } from './workspace.ts';

export interface ExportFlags extends PipelineFlags {
  readonly to: string;
  readonly checkpoint: 'last' | 'best';
}

/** `retable export CELL --to FILE`: the model that a cell trained, as an ONNX file that was run before it is given out. */
export async function exportCell(id: string, name: string | undefined, given: ExportFlags): Promise<number> {
  const to = resolve(given.to);
  checkPlace(to);
  const opened = await openPipeline(name, given);
  const { checkpoint } = given;
  const { cache, workspace } = opened;
  const { artifact, fingerprint } = await trained(opened, id);
  // Writing and checking a file takes onnxruntime, whichever engine the cell was computed with.
  const settings = { threads: availableParallelism() };
  await (await createEngine('onnx', settings)).dispose();
  const { readModel } = await import('../learn/model/artifact.ts');
  const { modelToOnnx } = await import('../learn/model/export.ts');
  const { checkModelFile } = await import('../learn/model/check-export.ts');
  const { model, weights } = await readModel((file) => cache.path(artifact, file), checkpoint);
  cache.close();
  const facts = { cell: id, pipeline: opened.pipeline.name, checkpoint, fingerprint, artifact };
  const bytes = await modelToOnnx(model, weights, { version, facts });
  const engine = await createEngine(opened.engine?.identity.name ?? 'onnx', settings);
  const draft = `${to}.${process.pid}`;
  try {
    await writeFile(draft, bytes);
    const error = await checkModelFile(draft, engine, model, weights);
    await rename(draft, to);
    const { size } = await stat(to);
    console.log(
      given.json
        ? JSON.stringify({ file: to, bytes: size, net: model.name, ...facts, error })
        : `${workspace.shown(to)}: ${model.name} of ${id}, checkpoint ${checkpoint}, ${prettyBytes(size)}; run and compared with the engine ${engine.identity.name}: logits differ by ${error.toExponential(1)} at most`,
    );
    return EXIT.done;
  } catch (error) {
    throw explainDiskError(error, `write ${to}`);
  } finally {
    await rm(draft, { force: true });
    await engine.dispose();
  }
}

function checkPlace(to: string): void {
  const folder = dirname(to);
  if (!existsSync(folder)) {
    throw new Failure('no-such-folder', `There is no folder ${folder}.`, {
      hint: 'Make it, or name another file with --to.',
    });
  }
  if (existsSync(to) && statSync(to).isDirectory()) {
    throw new Failure('not-a-file', `${to} is a folder.`, { hint: '--to names a file, such as model.onnx.' });
  }
}

/** The artifact of a cell that has trained a model. */
async function trained({ pipeline, kinds, known }: OpenPipeline, id: string) {
  const planned = (await planCells(known, pipeline.cells)).find(({ cell }) => cell.id === id);
  const makesModel = (kind: string) => kinds.get(kind)?.kind.output === 'model';
  const models = pipeline.cells.filter(({ kind }) => makesModel(kind)).map((cell) => cell.id);
  if (!planned) {
    throw new Failure('no-such-cell', `${pipeline.name} has no cell ${id}.`, {
      hint: suggest(id, models, 'cells with a model'),
    });
  }
  const { cell, state, reasons, key, artifact } = planned;
  if (!makesModel(cell.kind)) {
    const output = kinds.get(cell.kind)?.kind.output;
    throw new Failure('no-model', `${id} is of kind ${cell.kind}, which makes ${output} and no model.`, {
      hint: suggest(id, models, 'cells with a model'),
    });
  }
  if (state !== 'cached' || !key || !artifact) {
    const profile = pipeline.profile === undefined ? '' : ` --profile ${pipeline.profile}`;
    throw new Failure('not-run', `${id} has no result as things are now: ${reasons[0]?.message}.`, {
      hint: `Run it first: retable run ${pipeline.name}${profile} --only '${id}'`,
    });
  }
  return { artifact, fingerprint: key.fingerprint };
}
