import { expect, test } from 'vitest';
import { likenesses } from '../../src/estimate/likeness.ts';
import type { Cell, CellId } from '../../src/pipeline/pipeline.ts';

function cell(id: string, parameters: Cell['parameters'], needs: Record<string, string> = {}, cpu = 1): Cell {
  const resources = { cpu, memory: 0, gpu: 0 };
  const rest = { axes: {}, written: {}, timeout: undefined, retries: 0 };
  return {
    id: id as CellId,
    stage: 's',
    kind: 'k',
    parameters,
    needs: needs as Cell['needs'],
    resources,
    ...rest,
  };
}

function isAlike(a: Cell, b: Cell, needed: readonly Cell[] = []): boolean {
  const found = likenesses([...needed, a, b]);
  return found.get(a.id) === found.get(b.id);
}

test('cells of which only seeds differ are alike', () => {
  expect(
    isAlike(cell('a', { seed: 1, 'data-seed': 1, lr: 1 }), cell('b', { seed: 2, 'data-seed': 5, lr: 1 })),
  ).toBe(true);
});

test.each([
  ['another parameter', cell('a', { lr: 1 }), cell('b', { lr: 2 })],
  ['other threads', cell('a', {}), cell('b', {}, {}, 2)],
  ['other needs', cell('a', {}), cell('b', {}, { data: 'x' })],
])('cells with %s are not', (_, a, b) => {
  expect(isAlike(a, b)).toBe(false);
});

test('cells are alike if what they need is', () => {
  const needed = [
    cell('x', { seed: 1, net: 'n' }),
    cell('y', { seed: 2, net: 'n' }),
    cell('z', { net: 'm' }),
  ];
  expect(isAlike(cell('a', {}, { model: 'x' }), cell('b', {}, { model: 'y' }), needed)).toBe(true);
  expect(isAlike(cell('a', {}, { model: 'x' }), cell('b', {}, { model: 'z' }), needed)).toBe(false);
});
