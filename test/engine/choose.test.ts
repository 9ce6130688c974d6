import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createEngine, listEngines } from '../../src/engine/choose.ts';
import { engineIdentity, installedEngine } from '../../src/engine/identity.ts';
import { inChild } from './child.ts';

// A folder in which nothing is installed, whatever this user has.
let engines: string;
beforeEach(() => {
  engines = mkdtempSync(path.join(tmpdir(), 'retable-engines-'));
  vi.stubEnv('RETABLE_ENGINES', engines);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(engines, { recursive: true });
});

describe('choosing an engine', () => {
  test('the list names all engines, and chooses the compiled one where onnxruntime loads', async () => {
    const list = await listEngines();
    // Whether there is a GPU is another machine's business.
    const processors = list.filter(({ name }) => !['onnx-cuda', 'onnx-webgpu'].includes(name));
    expect(list).toHaveLength(processors.length + 2);
    expect(processors.map(({ name, available, chosen }) => [name, available, chosen])).toEqual([
      ['onnx', true, true],
      ['tensorflow', false, false],
      ['cpu', true, false],
    ]);
    expect(processors[0]?.identity).toEqual(engineIdentity('onnx'));
    expect(processors[1]?.why).toBe(
      "The engine 'tensorflow' cannot be used: TensorFlow's library is not installed. " +
        'Install it with: retable engines install tensorflow (for an NVIDIA GPU: --gpu)',
    );
  });

  test('with a name that engine is made', async () => {
    const engine = await createEngine('cpu', { threads: 1 });
    expect(engine.identity).toEqual(engineIdentity('cpu'));
  });

  test('an unknown engine and one that is not installed are told apart', async () => {
    await expect(createEngine('cuda', { threads: 1 })).rejects.toMatchObject({
      reason: 'unknown-engine',
      hint: 'Engines: onnx, onnx-cuda, onnx-webgpu, tensorflow, cpu.',
    });
    expect(() => engineIdentity('tensorflow')).toThrow(
      expect.objectContaining({ reason: 'engine-unavailable' }),
    );
  });
});

describe('the identity of an engine', () => {
  test('names the versions of the packages that compute', () => {
    expect(engineIdentity()).toEqual({
      name: installedEngine(),
      device: 'cpu',
      processor: expect.any(String),
      packages: { 'onnxruntime-node': expect.stringMatching(/^1\./), '@tensorflow/tfjs': '4.22.0' },
    });
  });

  test('is found without loading TensorFlow.js or native code', async () => {
    const output = await inChild(`
      import { createRequire } from 'node:module';
      import { engineIdentity } from '/src/engine/identity.ts';
      engineIdentity();
      const heavy = Object.keys(createRequire(import.meta.url).cache).filter((file) => /tfjs|onnxruntime/.test(file));
      console.log(JSON.stringify(heavy));
    `);
    expect(output).toBe('[]');
  });
});
