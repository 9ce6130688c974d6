import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bounds, choose, type Decision, decide, type Score, type Search } from '../../src/sweep/search.ts';

const search: fc.Arbitrary<Search> = fc.record({
  trials: fc.integer({ min: 1, max: 20 }),
  rungs: fc.integer({ min: 1, max: 4 }),
  rule: fc.constantFrom('halving', 'asha'),
  keep: fc.constantFrom(1, 1 / 2, 1 / 3, 1 / 4),
  direction: fc.constantFrom('maximise', 'minimise'),
});

/** What each trial would reach at each rung; equal scores and diverged trials are among them. */
const outcomes = fc.array(
  fc.array(
    fc.oneof({ weight: 5, arbitrary: fc.integer({ min: 0, max: 9 }) }, fc.constant('diverged' as const)),
    {
      minLength: 20,
      maxLength: 20,
    },
  ),
  { minLength: 4, maxLength: 4 },
);

/** Runs what the search asks for, in an order that `pick` decides. Returns the decisions after each step. */
function play(one: Search, scores: readonly (readonly Score[])[], pick: (waiting: number) => number) {
  const known = new Map<string, Score>();
  const scoreOf = (rung: number, trial: number) => known.get(`${rung} ${trial}`);
  const history: Decision[][][] = [];
  for (;;) {
    const decisions = decide(one, scoreOf);
    history.push(decisions);
    const waiting = decisions.flatMap((row, rung) =>
      row.flatMap((decision, trial) =>
        decision === 'runs' && !known.has(`${rung} ${trial}`) ? [{ rung, trial }] : [],
      ),
    );
    if (waiting.length === 0) return { history, known, choice: choose(one, scoreOf) };
    const next = waiting[pick(waiting.length)];
    if (next) known.set(`${next.rung} ${next.trial}`, scores[next.rung]?.[next.trial]);
  }
}

test('trials, scores and choice are the same for every order in which cells end', () => {
  fc.assert(
    fc.property(search, outcomes, fc.infiniteStream(fc.nat()), (one, scores, order) => {
      const first = play(one, scores, () => 0);
      const other = play(one, scores, (waiting) => (order.next().value ?? 0) % waiting);
      expect(other.history.at(-1)).toEqual(first.history.at(-1));
      expect([...other.known].sort()).toEqual([...first.known].sort());
      expect(other.choice).toEqual(first.choice);
    }),
  );
});

test('a decision is never taken back, and in the end none is open', () => {
  fc.assert(
    fc.property(search, outcomes, fc.infiniteStream(fc.nat()), (one, scores, order) => {
      const { history } = play(one, scores, (waiting) => (order.next().value ?? 0) % waiting);
      for (const [step, after] of history.entries()) {
        const before = history[step - 1]?.flat() ?? [];
        for (const [at, decision] of before.entries())
          if (decision !== 'open') expect(after.flat()[at]).toBe(decision);
      }
      expect(history.at(-1)?.flat()).not.toContain('open');
    }),
  );
});

test('the choice is the best of the highest rung where a trial has a score', () => {
  fc.assert(
    fc.property(search, outcomes, (one, scores) => {
      const { known, choice } = play(one, scores, () => 0);
      const finite = [...known].filter(([, score]) => typeof score === 'number');
      if (finite.length === 0) return void expect(choice).toBe('none');
      const highest = Math.max(...finite.map(([place]) => Number(place.split(' ')[0])));
      const top = finite
        .filter(([place]) => place.startsWith(`${highest} `))
        .map(([, score]) => Number(score));
      const best = one.direction === 'maximise' ? Math.max(...top) : Math.min(...top);
      expect(choice).toMatchObject({ rung: highest, score: best });
    }),
  );
});

test('as many trials run at each rung as the bounds say', () => {
  fc.assert(
    fc.property(search, outcomes, (one, scores) => {
      const finite = scores.map((row) => row.map((score) => (score === 'diverged' ? 0 : score)));
      const { history } = play(one, finite, () => 0);
      const counts = history.at(-1)?.map((row) => row.filter((decision) => decision === 'runs').length) ?? [];
      for (const [rung, { least, most }] of bounds(one).entries()) {
        expect(counts[rung]).toBeGreaterThanOrEqual(least);
        expect(counts[rung]).toBeLessThanOrEqual(most);
      }
    }),
  );
});

describe('a search with a trial whose score stays unknown, for example because its memory ran out', () => {
  const one: Search = { trials: 4, rungs: 2, rule: 'halving', keep: 1 / 2, direction: 'maximise' };
  const scoreOf = (rung: number, trial: number): Score => (rung === 0 && trial !== 2 ? trial : undefined);

  test('halving decides nothing', () => {
    expect(decide(one, scoreOf)[1]).toEqual(['open', 'open', 'open', 'open']);
    expect(choose(one, scoreOf)).toBe(undefined);
  });

  test('asha decides by the trials before it', () => {
    expect(decide({ ...one, rule: 'asha' }, scoreOf)[1]).toEqual(['open', 'runs', 'open', 'open']);
  });

  test('a trial that diverged does not go on, whatever the others reach', () => {
    const diverged = (rung: number, trial: number) => (trial === 0 ? 'diverged' : scoreOf(rung, trial));
    expect(decide(one, diverged)[1]).toEqual(['left-out', 'open', 'open', 'open']);
  });
});
