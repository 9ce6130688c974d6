import { writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { createEngine } from '../engine/choose.ts';
import { checkModelFile } from '../learn/model/check-export.ts';
import { modelToOnnx } from '../learn/model/export.ts';
import type { Exported, WrittenFile } from './exported.ts';
import { version } from './home.ts';

/** Writes a model as an ONNX file, runs it and compares it with the engine. @throws Failure `export-differs` */
export async function writeOnnx(file: string, exported: Exported): Promise<WrittenFile> {
  const { model, weights, origin: facts } = exported;
  // Writing and checking a file needs onnxruntime, even if another engine computed the cell.
  const settings = { threads: availableParallelism() };
  await (await createEngine('onnx', settings)).dispose();
  await writeFile(file, await modelToOnnx(model, weights, { version, facts }));
  const engine = await createEngine(exported.engine, settings);
  try {
    const error = await checkModelFile(file, engine, model, weights);
    const { name } = engine.identity;
    return {
      words: `run and compared with the engine ${name}: logits differ by ${error.toExponential(1)} at most`,
      fields: { error },
    };
  } finally {
    await engine.dispose();
  }
}
