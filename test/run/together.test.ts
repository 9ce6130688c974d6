import { expect, test } from 'vitest';
import { counting } from '../support/counting.ts';
import { Project } from '../support/project.ts';

test('four runs at once on an empty cache execute each cell once and print the same table', async () => {
  const project = new Project(counting);
  const runs = await Promise.all([1, 2, 3, 4].map(() => project.retable('run', 'count')));
  expect(runs.map(({ code }) => code)).toEqual([0, 0, 0, 0]);
  expect(project.lines('ran.txt')).toHaveLength(10);
  // After the tables, one of them says that it has recorded the results.
  const tables = runs.map(({ stdout }) => /\nmain[\s\S]*?(?=\ntables written)/.exec(stdout)?.[0]);
  expect(new Set(tables).size).toBe(1);
  expect(tables[0]).toContain('224');
});
