import fc from 'fast-check';
import { expect, test } from 'vitest';
import { resultsFolder } from '../../src/cli/results-folder.ts';
import type { Json } from '../../src/json.ts';
import { pipelineOf } from '../report/grid.ts';
import { counting } from '../support/counting.ts';
import { Project } from '../support/project.ts';

const folder = (set: Record<string, Json>, profile?: string) =>
  resultsFolder({ ...pipelineOf([]), name: 'p', profile, set });

test('tables are in a folder that names the profile and what is set', () => {
  expect(folder({}, 'quick')).toBe('p/quick');
  expect(folder({})).toBe('p');
  expect(folder({ epochs: 10 })).toBe('p/+epochs=10');
  expect(folder({ epochs: 10, lr: 1e-7, method: 'mixacm', 'net.wide': true }, 'quick')).toBe(
    'p/quick+epochs=10+lr=1e-7+method=mixacm+net.wide=true',
  );
});

test('values that are odd, long or in upper case are told by a digest', () => {
  for (const value of [
    'a/b',
    '../..',
    'KD',
    '10',
    'true',
    '',
    'a b',
    'a.',
    null,
    [1],
    { a: 1 },
    'é',
    'x'.repeat(300),
  ]) {
    expect(folder({ x: value })).toMatch(/^p\/\+(x=)?@[0-9a-f]{12}$/);
  }
  expect(folder({ Epochs: 10 })).toMatch(/^p\/\+epochs=@[0-9a-f]{12}$/);
});

test('other values are in other folders, also where upper and lower case are one', () => {
  const value = fc.oneof(
    fc.string(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.boolean(),
    fc.constantFrom('1', 'a', 'A', 'true'),
  );
  const set = fc.dictionary(fc.constantFrom('n', 'N', 'lr'), value, { maxKeys: 3 });
  fc.assert(
    fc.property(set, set, (a, b) => {
      const sorted = (one: typeof a) =>
        JSON.stringify(Object.entries(one).sort(([k], [l]) => (k < l ? -1 : 1)));
      const inOrder = (one: typeof a) => Object.fromEntries(JSON.parse(sorted(one)) as [string, Json][]);
      const [left, right] = [folder(inOrder(a), 'q'), folder(inOrder(b), 'q')];
      expect(left.toLowerCase() === right.toLowerCase()).toBe(sorted(a) === sorted(b));
      expect(left).toMatch(/^p\/q(\+[a-z0-9._+=@-]*[a-z0-9])?$/);
    }),
  );
});

test('a run with other parameters leaves the tables of the profile as they are', async () => {
  const project = new Project(counting);
  await project.run('count');
  const before = project.read('results/count/main.md');
  await project.run('count', '--set', 'factor=3');
  expect(project.read('results/count/main.md')).toBe(before);
  expect(project.read('results/count/+factor=3/main.md')).toContain('no profile with factor=3');
  const { stdout } = await project.retable('table', 'main', 'count', '--set', 'factor=3', '--format', 'md');
  expect(`${stdout.trimEnd()}\n`).toBe(project.read('results/count/+factor=3/main.md'));
  expect(await project.json('table', 'main', 'count', '--set', 'factor=3')).toMatchObject({
    set: { factor: 3 },
  });
});
