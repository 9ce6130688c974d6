import { expect, it } from 'vitest';
import type { AttackResult } from '../../../src/learn/attack/attack-result.ts';
import type { Check } from '../../../src/learn/self-check/check.ts';
import {
  cascadeIncomplete,
  cascadeRising,
  onlyZeroGradients,
  robustAboveClean,
  weightsChanged,
} from '../../../src/learn/self-check/figures.ts';
import { implausibleGap } from '../../../src/learn/self-check/gap.ts';
import type { Subject } from '../../../src/learn/self-check/subject.ts';
import { cpu } from '../calculate.ts';
import { attackSettings } from '../defaults.ts';
import { toyModel } from '../train/toy-training.ts';

const names = ['none', 'apgd-ce', 'apgd-t', 'fab-t', 'square'];

/** Four examples, of which three are right and one withstands AutoAttack. */
function subject(changes: Partial<AttackResult> = {}, more: Partial<Subject> = {}): Subject {
  const int32 = (values: number[]) => ({ shape: [values.length], data: Int32Array.from(values) });
  return {
    target: { engine: cpu, model: toyModel, weights: {} },
    settings: { name: 'autoattack', epsilon: 0.1 },
    digests: { before: { weights: 'a' }, after: { weights: 'a' } },
    sample: undefined,
    ...more,
    result: {
      cleanAccuracy: 0.75,
      robustAccuracy: 0.25,
      zeroGradients: 0,
      zeroGradientsOfRobust: 0,
      examples: { cleanCorrect: int32([1, 1, 1, 0]), robustCorrect: int32([0, 1, 0, 0]) },
      after: names.map((name, k) => ({ name, robustAccuracy: [0.75, 0.5, 0.25, 0.25, 0.25][k] ?? 0 })),
      ...changes,
    },
  };
}

const passes = async (check: Check, given: Subject) => {
  const found = await check.run(given);
  return 'skipped' in found ? found.skipped : found.passed;
};

const checks = [weightsChanged, robustAboveClean, cascadeRising, cascadeIncomplete, implausibleGap];

it('figures that hold together pass', async () => {
  for (const check of checks)
    expect([check.name, await passes(check, subject())]).toEqual([check.name, true]);
});

it('weights that are not what they were fail', async () => {
  const changed = subject({}, { digests: { before: { weights: 'a' }, after: { weights: 'b' } } });
  expect(await passes(weightsChanged, changed)).toBe(false);
});

it('an example that is robust and yet wrong fails', async () => {
  const examples = subject().result.examples;
  const robustCorrect = { shape: [4], data: Int32Array.of(0, 1, 0, 1) };
  expect(await passes(robustAboveClean, subject({ examples: { ...examples, robustCorrect } }))).toBe(false);
});

it('a cascade whose accuracy rises fails, as does one that lacks an attack and has examples left', async () => {
  const rising = [0.75, 0.25, 0.5, 0.25, 0.25];
  const after = names.map((name, k) => ({ name, robustAccuracy: rising[k] ?? 0 }));
  expect(await passes(cascadeRising, subject({ after }))).toBe(false);
  const short = subject().result.after?.slice(0, 4) ?? [];
  expect(await passes(cascadeIncomplete, subject({ after: short }))).toBe(false);
  expect(await passes(cascadeIncomplete, subject({ after: short, robustAccuracy: 0 }))).toBe(true);
});

it('a cascade on a surrogate may end when nothing of the surrogate is left, and not before', async () => {
  const after = subject().result.after?.slice(0, 2) ?? [];
  expect(await passes(cascadeIncomplete, subject({ after, surrogateAccuracy: 0 }))).toBe(true);
  const left = subject({ after, surrogateAccuracy: 0.25, robustAccuracy: 0 });
  expect(await passes(cascadeIncomplete, left)).toBe(false);
});

it('what an attack did to a surrogate says nothing of the gradients of the model', async () => {
  const given = subject({ surrogateAccuracy: 0.25, zeroGradientsOfRobust: 1, robustAccuracy: 0.75 });
  expect(await passes(onlyZeroGradients, given)).toBe('the gradients are those of the surrogate');
  expect(await passes(implausibleGap, given)).toBe('it is a transfer attack');
});

it('robust examples that were never moved fail where they are the most, and more than a few of all', async () => {
  const single = { settings: attackSettings({ name: 'fgsm', epsilon: 0.1 }) };
  for (const [zeroGradientsOfRobust, robustAccuracy, passed] of [
    [0.5, 0.25, true],
    [0.51, 0.25, false],
    [1, 0.001, true], // one example of a thousand
    [1, 0.05, true],
    [1, 0.06, false],
    [0, 0, true],
  ] as const) {
    const given = { ...subject({ zeroGradientsOfRobust, robustAccuracy }, single) };
    const { after: _, ...result } = given.result;
    expect(await passes(onlyZeroGradients, { ...given, result })).toBe(passed);
  }
});

it('the gap of a published model that hid its gradients is implausible: 15.5 % after APGD, 0.26 % after all', async () => {
  const robustCorrect = { shape: [10_000], data: new Int32Array(10_000) };
  const after = [{ name: 'apgd-ce', robustAccuracy: 0.155 }];
  const examples = { robustCorrect };
  expect(await passes(implausibleGap, subject({ after, robustAccuracy: 0.0026, examples }))).toBe(false);
  expect(await passes(implausibleGap, subject({ after, robustAccuracy: 0.12, examples }))).toBe(true);
});
