import fc from 'fast-check';
import { expect, test } from 'vitest';
import { byStage, type CellEstimate, sumsOf, timeOf } from '../../src/estimate/summary.ts';
import type { CellId } from '../../src/pipeline/pipeline.ts';

const id = (name: string) => name as CellId;

function estimate(name: string, cost: Partial<CellEstimate['cost']> | undefined): CellEstimate {
  const resources = { cpu: 1, memory: 0, gpu: 0 };
  const cell = {
    id: id(name),
    stage: name.slice(0, 1),
    kind: 'k',
    axes: {},
    parameters: {},
    written: {},
    needs: {},
  };
  const whole = { steps: 1, start: 1, pace: 1, used: 1, memory: 1, flops: 1, disk: 1 };
  return {
    cell: { ...cell, resources, timeout: undefined, retries: 0 },
    by: cost ? 'measured' : 'unknown',
    cost: cost && { ...whole, ...cost },
  };
}

const nodes = { machine: { cpu: 2, memory: 1, gpus: [] }, jobs: 1, count: 1 };
const all = (cells: readonly CellEstimate[]) => {
  const ids = new Set(cells.map(({ cell }) => cell.id));
  return { least: ids, most: ids };
};

test('what is not known is counted, and in no sum', () => {
  const cells = [
    estimate('a1', { steps: 5 }),
    estimate('a2', undefined),
    estimate('b1', { steps: 7, flops: undefined }),
  ];
  expect(sumsOf(cells, all(cells))).toMatchObject({
    ...{ cells: { least: 3, most: 3 }, unknown: 1, uncounted: 2 },
    processor: { least: 14, most: 14 },
    flops: { least: 1, most: 1 },
  });
});

test('the sums of the stages add up to the total', () => {
  const cost = fc.option(fc.record({ steps: fc.integer({ min: 0, max: 99 }), flops: fc.nat(99) }), {
    nil: undefined,
  });
  const cells = fc
    .array(fc.tuple(fc.constantFrom('a', 'b', 'c'), cost), { minLength: 1, maxLength: 12 })
    .map((list) => list.map(([stage, one], index) => estimate(`${stage}${index}`, one)));
  fc.assert(
    fc.property(cells, (list) => {
      const total = sumsOf(list, all(list));
      const stages = byStage(list, all(list));
      const sum = (of: (one: (typeof stages)[number]) => number) => stages.reduce((n, one) => n + of(one), 0);
      expect(sum((one) => one.processor.most)).toBe(total.processor.most);
      expect(sum((one) => one.flops.most)).toBe(total.flops.most);
      expect(sum((one) => one.unknown)).toBe(total.unknown);
    }),
  );
});

test('only the cells that run at least are in the lower sums', () => {
  const cells = [estimate('a1', {}), estimate('a2', {})];
  const running = { least: new Set([id('a1')]), most: new Set([id('a1'), id('a2')]) };
  expect(sumsOf(cells, running)).toMatchObject({
    cells: { least: 1, most: 2 },
    processor: { least: 2, most: 4 },
  });
  expect(timeOf(cells, running, { nodes }).seconds).toEqual({ least: 2, most: 4 });
});

test('a busy machine takes longer by its pace, and one that does nothing else takes the processor seconds', () => {
  const cells = [estimate('a1', { start: 1, steps: 9, pace: 3 })];
  expect(timeOf(cells, all(cells), { nodes }).seconds.most).toBe(30);
  expect(timeOf(cells, all(cells), { nodes, alone: true }).seconds.most).toBe(10);
});

test('at another speed, steps take their FLOPs, and starts as long as here', () => {
  const cells = [estimate('a1', { start: 2, steps: 900, flops: 6e12 })];
  expect(timeOf(cells, all(cells), { nodes, speed: 2e12 }).seconds.most).toBe(5);
});

test('where FLOPs are not known, another speed changes nothing', () => {
  const cells = [estimate('a1', { start: 2, steps: 900, flops: undefined })];
  expect(timeOf(cells, all(cells), { nodes, speed: 2e12 }).seconds.most).toBe(902);
});
