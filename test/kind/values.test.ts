import { expect, it } from 'vitest';
import { declaredValue } from '../../src/kind/values.ts';

const values = {
  accuracy: { part: 'test', description: 'Accuracy.' },
  'after-NAME': { part: 'validation', description: 'Accuracy after NAME.' },
  'block-B': { part: 'train', description: 'Of block B.' },
} as const;

it.each([
  ['accuracy', 'accuracy'],
  ['after-fab-t', 'after-NAME'],
  ['block-12', 'block-B'],
  ['after-', undefined],
  ['before-fab-t', undefined],
  ['accuracy-2', undefined],
  ['toString', undefined],
])('a value %s is declared as %s', (name, declared) => {
  expect(declaredValue(values, name)?.name).toBe(declared);
});
