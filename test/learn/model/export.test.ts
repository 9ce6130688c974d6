import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { checkModelFile } from '../../../src/learn/model/check-export.ts';
import { modelToOnnx } from '../../../src/learn/model/export.ts';
import { cpu } from '../calculate.ts';
import { families, usedWeights } from '../families.ts';

const folder = mkdtempSync(join(tmpdir(), 'retable-export-'));
afterAll(() => rmSync(folder, { recursive: true }));

it.each(Object.entries(families({ inputShape: [16, 12, 3], classes: 3 })))(
  '%s is written as an ONNX file that gives the logits of the reference, for batches of any size',
  async (_, model) => {
    const [file, weights] = [join(folder, 'model.onnx'), usedWeights(model)];
    writeFileSync(file, await modelToOnnx(model, weights, { version: '1.0.0', facts: {} }));
    expect(await checkModelFile(file, cpu, model, weights)).toBeLessThan(1e-5);
  },
);
