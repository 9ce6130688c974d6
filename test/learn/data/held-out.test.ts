import { expect, it } from 'vitest';
import type { NeededCell } from '../../../src/kind/kind.ts';
import { heldOutProblems } from '../../../src/learn/data/held-out.ts';

const standard = {
  name: 'digits',
  folder: '.',
  classes: [],
  'test-share': 0.2,
  validation: 100,
  seed: 0,
  train: 0,
};

function dataset(id: string, parameters: NeededCell['parameters'] = {}): NeededCell {
  return { id, kind: 'dataset', parameters: { ...standard, ...parameters }, needs: {} };
}

function trained(id: string, needs: NeededCell['needs'], kind = 'train'): NeededCell {
  return { id, kind, parameters: {}, needs };
}

const data = dataset('data');
const few = dataset('few', { train: 10 });
const otherSeed = dataset('other-seed', { seed: 1 });
const otherClasses = dataset('other-classes', { classes: [0, 1] });
const otherSet = dataset('other-set', { name: 'mnist', validation: 0 });
const made = { ...dataset('made'), kind: 'relabelled' };

it.each<[string, NeededCell, NeededCell, string | undefined]>([
  ['trained on the data set', data, trained('model', { data }), undefined],
  ['trained on fewer images of the same split', data, trained('model', { data: few }), undefined],
  ['trained on other images', data, trained('model', { data: otherSet }), undefined],
  [
    'with a teacher of the same split',
    data,
    trained('s', { data, teacher: trained('t', { data: few }) }),
    undefined,
  ],
  [
    'with a teacher of other images',
    data,
    trained('s', { data, teacher: trained('t', { data: otherSet }) }),
    undefined,
  ],
  [
    'imported, as teacher',
    data,
    trained('s', { data, teacher: trained('t', {}, 'import-weights') }),
    undefined,
  ],
  ['trained on a data set of another kind', made, trained('model', { data: made }), undefined],
  ['trained on another split', data, trained('model', { data: otherSeed }), 'model uses other-seed'],
  ['trained on other classes', data, trained('model', { data: otherClasses }), 'model uses other-classes'],
  [
    'with a teacher of another split',
    data,
    trained('s', { data, teacher: trained('t', { data: otherSeed }) }),
    't uses other-seed',
  ],
  ['imported', data, trained('model', {}, 'import-weights'), 'model may have seen'],
  [
    'trained on what a data set of another kind may be made of',
    made,
    trained('model', { data }),
    'model may have seen',
  ],
])('a model that is %s', (_, data, model, message) => {
  const problems = heldOutProblems({ part: 'validation' }, { data, model }, ['model']);
  expect(problems).toEqual(
    message === undefined ? [] : [expect.objectContaining({ message: expect.stringContaining(message) })],
  );
  expect(heldOutProblems({ part: 'test' }, { data, model }, ['model'])).toEqual([]);
});

it('a data set without validation images is told as such', () => {
  const none = dataset('none', { validation: 0 });
  const [problem] = heldOutProblems(
    { part: 'validation' },
    { data: none, model: trained('m', { data: none }) },
    ['model'],
  );
  expect(problem).toMatchObject({ parameter: 'part', message: 'none has no validation images' });
});
