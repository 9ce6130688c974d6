import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HostTensor } from '../../../src/engine/engine.ts';
import { modelToOnnx } from '../../../src/learn/model/export.ts';
import { createModel } from '../../../src/learn/model/models.ts';
import { permute } from '../../../src/learn/weights/permute.ts';
import { greatestDifference } from '../calculate.ts';
import { families, usedWeights } from '../families.ts';
import { dataOf, forward, wave } from '../waves.ts';

const readers = 'import cv2, onnx.reference';
const python = ['python3', '/usr/bin/python3'].find((name) => spawnSync(name, ['-c', readers]).status === 0);
if (!python) console.warn('Not tested: no python3 has the modules cv2 and onnx; .ci/run installs them.');

const rgb = { mean: [0.4, 0.5, 0.3], std: [0.2, 0.3, 0.4] };
const gray = { mean: [0.3], std: [0.4] };
const models = {
  ...families({ inputShape: [16, 12, 3], classes: 3, normalise: rgb }),
  'a ResNet of gray images': createModel('resnet-8-w2', {
    inputShape: [8, 8, 1],
    classes: 3,
    normalise: gray,
  }),
};

describe.skipIf(!python)('an exported model gives the logits of the reference', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'retable-readers-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each(Object.entries(models))('in OpenCV and in the onnx package: %s', async (_, model) => {
    const [file, weights] = [join(folder, 'model.onnx'), usedWeights(model)];
    writeFileSync(file, await modelToOnnx(model, weights, { version: '1.0.0', facts: {} }));
    for (const batch of [1, 4]) {
      const images = wave([batch, ...model.inputShape], 5, 0.5, 0.5);
      const expected = dataOf(await forward(model, 'eval', weights, images), 'logits');
      const largest = Math.max(...Array.from(expected, Math.abs));
      const { onnx = [], opencv = [] } = read(file, permute(images, [0, 3, 1, 2]));
      expect(greatestDifference(onnx, expected) / largest, `onnx, batch of ${batch}`).toBeLessThan(1e-5);
      expect(greatestDifference(opencv, expected) / largest, `OpenCV, batch of ${batch}`).toBeLessThan(1e-5);
    }
  });
});

/** The logits that each reader gives, row-major. @param images [batch, channels, height, width] */
function read(file: string, { shape, data }: HostTensor): Partial<Record<'onnx' | 'opencv', number[]>> {
  const script = join(import.meta.dirname, 'onnx_readers.py');
  const input = JSON.stringify({ file, shape, images: Array.from(data) });
  return JSON.parse(execFileSync(String(python), [script], { input, encoding: 'utf8' }));
}
