import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type ScheduledCell, schedule } from '../../src/estimate/schedule.ts';

const GB = 1e9;
const machine = (cpu: number) => ({ cpu, memory: 8 * GB, gpus: [] });
const cell = (id: string, seconds: number, more: Partial<ScheduledCell> = {}): ScheduledCell => ({
  id,
  seconds,
  needs: [],
  resources: { cpu: 1, memory: 0, gpu: 0 },
  memory: 0,
  ...more,
});

/** Cells of one core each, in an order in which each comes after those that it needs. */
const graph: fc.Arbitrary<ScheduledCell[]> = fc
  .array(fc.record({ seconds: fc.integer({ min: 0, max: 50 }), needs: fc.array(fc.nat(20)) }), {
    maxLength: 20,
  })
  .map((cells) =>
    cells.map(({ seconds, needs }, index) =>
      cell(String(index), seconds, { needs: needs.filter((need) => need < index).map(String) }),
    ),
  );

const total = (cells: readonly ScheduledCell[]) => cells.reduce((sum, { seconds }) => sum + seconds, 0);

test('students wait for their teacher, and run at the same time as far as there are cores', () => {
  const needs = ['teacher'];
  const cells = [
    cell('teacher', 10),
    cell('a', 4, { needs }),
    cell('b', 4, { needs }),
    cell('c', 4, { needs }),
  ];
  expect(schedule(cells, { machine: machine(2), jobs: 2, count: 1 })).toMatchObject({
    seconds: 18,
    chain: 14,
  });
  expect(schedule(cells, { machine: machine(2), jobs: 1, count: 1 }).seconds).toBe(22);
  expect(schedule(cells, { machine: machine(1), jobs: 1, count: 3 }).seconds).toBe(14);
});

test('one cell at a time takes the sum of all', () => {
  fc.assert(
    fc.property(graph, (cells) => {
      expect(schedule(cells, { machine: machine(4), jobs: 1, count: 1 }).seconds).toBe(total(cells));
    }),
  );
});

test('a schedule takes at least its longest chain and its share of the work, and at most both together (Graham 1969)', () => {
  fc.assert(
    fc.property(
      graph,
      fc.integer({ min: 1, max: 4 }),
      fc.integer({ min: 1, max: 4 }),
      (cells, jobs, count) => {
        const { seconds, chain } = schedule(cells, { machine: machine(jobs), jobs, count });
        const share = total(cells) / (jobs * count);
        expect(seconds).toBeGreaterThanOrEqual(Math.max(chain, share) - 1e-9);
        expect(seconds).toBeLessThanOrEqual(chain + share + 1e-9);
      },
    ),
  );
});

test('as many nodes as cells take the longest chain', () => {
  fc.assert(
    fc.property(graph, (cells) => {
      const { seconds, chain } = schedule(cells, { machine: machine(1), jobs: 1, count: cells.length + 1 });
      expect(seconds).toBe(chain);
    }),
  );
});

test('cells that ask for all cores or more memory than there is run one after another', () => {
  const resources = [
    { cpu: 2, memory: 0, gpu: 0 },
    { cpu: 99, memory: 0, gpu: 0 },
    { cpu: 1, memory: 5 * GB, gpu: 0 },
    { cpu: 1, memory: 99 * GB, gpu: 0 },
  ];
  const cells = resources.map((resources, index) => cell(String(index), 3, { resources }));
  expect(schedule(cells, { machine: machine(2), jobs: 2, count: 1 }).seconds).toBe(12);
});

test('a cell that fits starts before one that has to wait', () => {
  const both = { cpu: 2, memory: 0, gpu: 0 };
  const cells = [cell('a', 5), cell('wide', 5, { resources: both }), cell('b', 5)];
  expect(schedule(cells, { machine: machine(2), jobs: 2, count: 1 }).seconds).toBe(10);
});

test('memory is that of the cells that run at the same time on a node', () => {
  const cells = [cell('a', 5, { memory: 3 }), cell('b', 5, { memory: 4 }), cell('c', 5, { memory: 5 })];
  expect(schedule(cells, { machine: machine(2), jobs: 2, count: 1 }).memory).toBe(7);
  expect(schedule(cells, { machine: machine(2), jobs: 1, count: 1 }).memory).toBe(5);
});

test('needs that are cached hold up nothing', () => {
  const cells = [cell('a', 5, { needs: ['cached'] })];
  expect(schedule(cells, { machine: machine(1), jobs: 1, count: 1 }).seconds).toBe(5);
});

test('nothing to run takes no time', () => {
  expect(schedule([], { machine: machine(1), jobs: 1, count: 1 })).toEqual({
    seconds: 0,
    chain: 0,
    memory: 0,
  });
});
