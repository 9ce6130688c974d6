import { expect, test } from 'vitest';
import { canonicalJson, sha256 } from '../../src/cache/digest.ts';
import type { Json } from '../../src/json.ts';
import { type KeptBasis, keyOf } from '../../src/plan/fingerprint.ts';
import { differences } from '../../src/plan/reasons.ts';

const basis: KeptBasis = {
  kind: 'attack',
  parameters: { epsilon: 8 / 255, steps: 20 },
  inputs: { model: sha256('model'), data: sha256('data') },
  sources: {},
  code: { digest: sha256('code'), packages: { '@tensorflow/tfjs': '4.22.0' } },
  engine: {
    name: 'onnx',
    device: 'cpu',
    processor: 'x64-avx2',
    packages: { 'onnxruntime-node': '1.30.0' },
    code: sha256('engine'),
  },
  files: { 'src/learn/attack/pgd.ts': sha256('pgd'), 'stages/attack.ts': sha256('attack') },
};

const changes: [string, KeptBasis, string, string][] = [
  [
    'a parameter',
    { ...basis, parameters: { epsilon: 8 / 255, steps: 40 } },
    'parameter-changed',
    'parameters.steps: 20 → 40',
  ],
  [
    'an input',
    { ...basis, inputs: { ...basis.inputs, model: sha256('x') } },
    'input-changed',
    'inputs.model: ',
  ],
  [
    'a source',
    { ...basis, sources: { 'train.bin': sha256('x') } },
    'source-changed',
    'sources.train.bin: (none) → ',
  ],
  [
    'a file of the code',
    {
      ...basis,
      code: { digest: sha256('x'), packages: { '@tensorflow/tfjs': '4.22.0' } },
      files: { ...basis.files, 'src/learn/attack/pgd.ts': sha256('x') },
    },
    'code-changed',
    'files.src/learn/attack/pgd.ts: ',
  ],
  [
    'a package',
    { ...basis, code: { digest: sha256('code'), packages: { '@tensorflow/tfjs': '4.23.0' } } },
    'package-changed',
    'packages.@tensorflow/tfjs: 4.22.0 → 4.23.0',
  ],
  ['a pinned version', { ...basis, code: { version: '2' } }, 'code-changed', 'code.version: (none) → 2'],
  [
    'the kind of processor',
    { ...basis, engine: basis.engine && { ...basis.engine, processor: 'x64-avx512' } },
    'engine-changed',
    'engine.processor: x64-avx2 → x64-avx512',
  ],
  ['the engine', { ...basis, engine: null }, 'engine-changed', 'engine.name: onnx → (none)'],
];

test('a fingerprint is the SHA-256 of the canonical JSON of all that counts', () => {
  const { files: _, ...counted } = basis;
  expect(keyOf(basis)).toBe(sha256(canonicalJson(counted as unknown as Json)));
  expect(keyOf({ ...basis, engine: null })).toBe(
    sha256(canonicalJson({ ...counted, engine: null } as unknown as Json)),
  );
});

test.each(changes)('%s that changes gives another fingerprint and is named', (_, after, reason, message) => {
  expect(keyOf(after)).not.toBe(keyOf(basis));
  const found = differences(basis, after);
  expect(found.some((one) => one.reason === reason && one.message.startsWith(message))).toBe(true);
});

test('names of files are not part of the fingerprint', () => {
  const renamed: KeptBasis = { ...basis, files: {} };
  expect(keyOf(renamed)).toBe(keyOf(basis));
});

test('the order of fields is not part of the fingerprint', () => {
  const { engine, code, ...others } = basis;
  const parameters = { steps: 20, epsilon: 8 / 255 };
  expect(keyOf({ engine, code, ...others, parameters })).toBe(keyOf(basis));
});

test('the same basis has no differences', () => {
  expect(differences(basis, structuredClone(basis))).toEqual([]);
});

test('mappings that differ in the order of their keys alone are no change', () => {
  const before = { ...basis, parameters: { env: { A: 1, B: { c: 2, d: 3 } } } };
  const after = { ...basis, parameters: { env: { B: { d: 3, c: 2 }, A: 1 } } };
  expect(differences(before, after)).toEqual([]);
  expect(differences(before, { ...after, parameters: { env: { A: 1, B: { c: 2, d: 4 } } } })).toHaveLength(1);
});
