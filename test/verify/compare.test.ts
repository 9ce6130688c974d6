import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Digest, type Fingerprint, sha256 } from '../../src/cache/digest.ts';
import { compareCells, type Found } from '../../src/verify/compare.ts';
import type { DoneCell } from '../../src/verify/record.ts';
import { holds } from '../../src/verify/verdict.ts';
import { cellOf, doneCell, foundCell, onnx } from './records.ts';

const cpu = { ...onnx, name: 'cpu', processor: 'x64', packages: { tfjs: '4.22.0' }, code: sha256('cpu') };

/** Verdicts of the cells, and what is told of the last one. */
function judge(recorded: readonly DoneCell[], found: readonly Found[], tolerance = 0.01) {
  const compared = compareCells(recorded, found, tolerance);
  const { changes = [], message } = compared.at(-1) ?? {};
  return {
    verdicts: compared.map(({ verdict }) => verdict),
    reasons: changes.map(({ reason }) => reason),
    messages: changes.map((change) => change.message),
    message,
    holds: holds(compared),
  };
}

test('another engine: near values are within the tolerance, and the engines are named in one line', () => {
  const before = doneCell('a', { engine: onnx });
  const after = doneCell('a', { engine: cpu }, { values: { accuracy: 0.51 } });
  expect(judge([before], [foundCell(after)])).toMatchObject({
    verdicts: ['within-tolerance'],
    messages: ['engine: onnx on cpu (x64-avx2) → cpu on cpu (x64)'],
    holds: true,
  });
  expect(judge([before], [foundCell(after)], 0.001)).toMatchObject({ verdicts: ['differs'], holds: false });
});

test('the tolerance is absolute up to 1 and relative beyond', () => {
  const verdict = (recorded: number, found: number) =>
    judge(
      [doneCell('a', { engine: onnx }, { values: { x: recorded } })],
      [foundCell(doneCell('a', { engine: cpu }, { values: { x: found } }))],
    ).verdicts[0];
  expect([verdict(0.5, 0.5099), verdict(0.5, 0.511)]).toEqual(['within-tolerance', 'differs']);
  expect([verdict(1000, 1009), verdict(1000, 1011)]).toEqual(['within-tolerance', 'differs']);
  expect([verdict(-1000, -1009), verdict(0, 0.009)]).toEqual(['within-tolerance', 'within-tolerance']);
});

test('without another engine or processor, no difference is within the tolerance', () => {
  const before = doneCell('a', { engine: onnx });
  const near = { values: { accuracy: 0.5001 } };
  for (const basis of [
    { engine: { ...onnx, code: sha256('edited') } },
    { engine: { ...onnx, packages: { 'onnxruntime-node': '1.31.0' } } },
    { engine: onnx, parameters: { epsilon: 0.2 } },
    { engine: cpu, parameters: { epsilon: 0.2 } },
  ]) {
    expect(judge([before], [foundCell(doneCell('a', basis, near))]).verdicts).toEqual(['differs']);
  }
});

test('a cell that uses no engine is within the tolerance if its input is, and differs if its input does', () => {
  const reader = (input: DoneCell, accuracy: number) =>
    doneCell('b', { inputs: { model: input.artifact } }, { values: { accuracy } });
  const before = doneCell('a', { engine: onnx });
  const verdicts = (after: DoneCell) =>
    judge([before, reader(before, 0.5)], [foundCell(after), foundCell(reader(after, 0.501), { model: 'a' })])
      .verdicts;
  expect(verdicts(doneCell('a', { engine: cpu }, { values: { accuracy: 0.501 } }))).toEqual([
    'within-tolerance',
    'within-tolerance',
  ]);
  expect(verdicts(doneCell('a', { engine: cpu }, { values: { accuracy: 0.9 } }))).toEqual([
    'differs',
    'differs',
  ]);
  expect(verdicts(doneCell('a', { engine: onnx, parameters: { epsilon: 0.2 } }))).toEqual([
    'differs',
    'differs',
  ]);
});

test('another engine and no values: told as not compared, and the cells that read it are compared', () => {
  const none = { values: {} };
  const [before, after] = [doneCell('a', { engine: onnx }, none), doneCell('a', { engine: cpu }, none)];
  const reader = ({ artifact }: DoneCell) => doneCell('b', { inputs: { x: artifact } });
  expect(
    judge([before, reader(before)], [foundCell(after), foundCell(reader(after), { x: 'a' })]),
  ).toMatchObject({
    verdicts: ['no-values', 'within-tolerance'],
    holds: true,
  });
  expect(judge([before], [foundCell(after)])).toMatchObject({ verdicts: ['no-values'], holds: false });
});

test('an input of another artifact is told with the verdict of the cell that made it', () => {
  const before = doneCell('a');
  const after = { ...before, artifact: sha256('other') };
  const reader = ({ artifact }: DoneCell) => doneCell('b', { inputs: { x: artifact } });
  expect(
    judge([before, reader(before)], [foundCell(after), foundCell(reader(after), { x: 'a' })]),
  ).toMatchObject({
    verdicts: ['not-reproducible', 'differs'],
    messages: [expect.stringMatching(/^inputs\.x: .* \(a: not-reproducible\)$/)],
  });
});

test('a hidden secret that changed is the reason if nothing else is', () => {
  const hidden = { parameters: { token: '(hidden)' } };
  const before = doneCell('a', hidden, { fingerprint: sha256('1') as string as Fingerprint });
  const after = doneCell('a', hidden, {
    fingerprint: sha256('2') as string as Fingerprint,
    artifact: sha256('other'),
  });
  expect(judge([before], [foundCell(after)])).toMatchObject({
    verdicts: ['differs'],
    message: expect.stringContaining('hides as a secret'),
  });
});

test('what a sweep did is compared too', () => {
  const done = doneCell('a');
  const cell = cellOf(done);
  const open = (state: 'left-out' | 'diverged' | 'missing') => ({ id: 'a', stage: 'a', state });
  const left: Found = { state: 'left-out', cell, message: '' };
  const verdict = (recorded: Parameters<typeof compareCells>[0][number], found: Found) =>
    compareCells([recorded], [found], 0)[0]?.verdict;
  expect(verdict(open('left-out'), left)).toBe('same');
  expect(verdict(open('diverged'), left)).toBe('differs');
  expect(verdict(done, left)).toBe('differs');
  expect(verdict(open('left-out'), foundCell(done))).toBe('differs');
  expect(verdict(open('missing'), foundCell(done))).toBe('not-recorded');
  expect(verdict(done, { state: 'failed', cell, message: 'no luck' })).toBe('failed');
});

test('nothing that could be compared is not verified', () => {
  expect(holds([])).toBe(false);
  expect(holds(compareCells([], [foundCell(doneCell('a'))], 0))).toBe(false);
});

/** A chain of cells: each reads the one before it. */
const chains = fc
  .array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 8 })
  .map((values) => {
    const cells: DoneCell[] = [];
    for (const [at, accuracy] of values.entries()) {
      const before = cells[at - 1];
      const inputs = before && { in: before.artifact };
      cells.push(
        doneCell(`c[at=${at}]`, { ...(inputs && { inputs }), parameters: { at } }, { values: { accuracy } }),
      );
    }
    return cells;
  });
const asFound = (cells: readonly DoneCell[]) =>
  cells.map((cell, at) => foundCell(cell, at > 0 ? { in: `c[at=${at - 1}]` } : {}));

test('results are the same as their own record, whatever the tolerance', () => {
  fc.assert(
    fc.property(chains, fc.double({ min: 0, max: 1, noNaN: true }), (cells, tolerance) => {
      expect(new Set(judge(cells, asFound(cells), tolerance).verdicts)).toEqual(new Set(['same']));
    }),
  );
});

const other = sha256('other');
const edits: Readonly<Record<string, (cell: DoneCell) => DoneCell>> = {
  value: (cell) => ({ ...cell, values: { accuracy: (cell.values.accuracy ?? 0) + 1 } }),
  'name of a value': (cell) => ({ ...cell, values: { precision: cell.values.accuracy ?? 0 } }),
  warning: (cell) => ({ ...cell, warnings: ['invented'] }),
  fingerprint: (cell) => ({ ...cell, fingerprint: other as string as Fingerprint }),
  parameter: (cell) => ({ ...cell, basis: { ...cell.basis, parameters: { at: -1 } } }),
  package: (cell) => ({ ...cell, basis: { ...cell.basis, code: { digest: other as Digest, packages: {} } } }),
  artifact: (cell) => ({ ...cell, artifact: other }),
};

test('one edit of a record is found at its cell and at no other, whatever the tolerance', () => {
  fc.assert(
    fc.property(
      chains,
      fc.nat(),
      fc.constantFrom(...Object.keys(edits)),
      fc.double({ min: 0, max: 1000, noNaN: true }),
      (cells, place, what, tolerance) => {
        const at = place % cells.length;
        const recorded = cells.map((cell, k) => (k === at ? (edits[what]?.(cell) ?? cell) : cell));
        const { verdicts, holds } = judge(recorded, asFound(cells), tolerance);
        // Nothing else in a record tells what the last artifact was.
        const expected = what === 'artifact' && at === cells.length - 1 ? 'not-reproducible' : 'edited';
        expect(verdicts).toEqual(cells.map((_, k) => (k === at ? expected : 'same')));
        expect(holds).toBe(false);
      },
    ),
  );
});
