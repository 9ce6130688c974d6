import { Type } from '@sinclair/typebox';
import type { ScoredTrial } from '../src/cells/choose.ts';
import { defineKind } from '../src/kind/kind.ts';
import type { Search } from '../src/sweep/search.ts';
import type { Axis } from '../src/sweep/space.ts';

export default defineKind({
  description:
    'The choice of a sweep: its best trial, with the scores of all. Each entry of `sweeps` makes one cell of this kind; stages do not use it.',
  parameters: Type.Object({
    value: Type.String({ description: 'The value that decides, as STAGE.NAME.' }),
    direction: Type.Unsafe<Search['direction']>({ type: 'string', description: '`maximise` or `minimise`.' }),
    rule: Type.Unsafe<Search['rule']>({
      type: 'string',
      description: 'Which trials go on to the next rung.',
    }),
    keep: Type.Number({ description: 'The share of the trials of a rung that goes on.' }),
    space: Type.Unsafe<readonly Axis[]>({
      type: 'array',
      items: { type: 'object' },
      description: 'The axes of the space.',
    }),
    rungs: Type.Array(Type.Integer(), { description: 'Where the rungs stop; empty if there is only one.' }),
    trials: Type.Unsafe<readonly ScoredTrial[]>({
      type: 'array',
      items: { type: 'object' },
      description: 'The values of each trial, and its scores.',
    }),
  }),
  inputs: {},
  output: 'choice',
  values: {
    trial: { description: 'The trial that was chosen, counted from 0.', part: 'none' },
    score: { description: 'What it reached.', part: 'validation' },
    trials: { description: 'The number of trials.', part: 'none' },
    diverged: { description: 'How many of them diverged.', part: 'none' },
  },
  async run(context) {
    const { chooseCell } = await import('../src/cells/choose.ts');
    await chooseCell(context);
  },
});
