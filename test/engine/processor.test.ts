import { expect, test } from 'vitest';
import { engineIdentity } from '../../src/engine/identity.ts';
import { vectorInstructions, vectorProcessor } from '../../src/engine/processor.ts';

test.each([
  ['x64', ['sse4_2', 'avx', 'avx2', 'fma', 'avx512f', 'avx512bw'], 'avx512'],
  ['x64', ['sse4_2', 'avx', 'avx2', 'fma'], 'avx2'],
  ['x64', ['sse4_2', 'avx', 'avx2'], 'avx'],
  ['x64', ['SSE4.2', 'AVX1.0'], 'avx'],
  ['x64', ['sse2'], 'sse2'],
  ['arm64', ['fp', 'asimd', 'sve'], 'sve'],
  ['arm64', ['FEAT_SME', 'FEAT_BF16'], 'sme'],
  ['arm64', ['fp', 'asimd'], 'neon'],
])('%s with %j chooses the kernels of %s', (arch, features, kernels) => {
  expect(vectorInstructions(arch, features)).toBe(kernels);
});

test('where the system names no features, the model of the processor stands for them', () => {
  expect(vectorInstructions(process.arch, [])).not.toBe('');
});

test('the kind of processor is part of what an engine is known by', () => {
  expect(engineIdentity('onnx').processor).toBe(vectorProcessor());
  expect(vectorProcessor()).toMatch(new RegExp(`^${process.arch}-.`));
  expect(engineIdentity('cpu').processor).toBe(process.arch);
});
