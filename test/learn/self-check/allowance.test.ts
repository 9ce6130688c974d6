import { describe, expect, it } from 'vitest';
import type { Engine, Tensors } from '../../../src/engine/engine.ts';
import { attack } from '../../../src/learn/attack/attack.ts';
import { createAttack } from '../../../src/learn/attack/attacks.ts';
import { gradientPass } from '../../../src/learn/attack/passes.ts';
import { usualShare } from '../../../src/learn/self-check/allowance.ts';
import type { CheckResult } from '../../../src/learn/self-check/self-check.ts';
import { onnx } from '../../engine/agree.ts';
import { attackSettings } from '../defaults.ts';
import { toyData, toyModel } from '../train/toy-training.ts';
import { checked, weights } from './checked.ts';

const { train: dataset } = toyData(400);
const batchSize = 128;
/** Errors are always checked: seven forward passes of at most 15 images. */
const ofErrors = 7 * 15;

/** The engine, and how many passes it has computed: 1 for each image of a forward pass, 2 with the gradient. */
function counting(threads?: number): { engine: Engine; passes: () => number } {
  let passes = 0;
  const compile: Engine['compile'] = (name, ...rest) => {
    const compiled = onnx.compile(name, ...rest);
    const run = (inputs: Tensors) => {
      passes += (inputs.images?.shape[0] ?? 0) * (name === 'attack/classify' ? 1 : gradientPass);
      return compiled.run(inputs);
    };
    return { ...compiled, run };
  };
  return { engine: { ...onnx, threads, compile }, passes: () => passes };
}

/** The passes of an attack and those of its checks, and what the checks found. */
async function passesOf(settings: Parameters<typeof checked>[0], share?: number, threads?: number) {
  const [own, both] = [counting(threads), counting(threads)];
  const full = attackSettings({ epsilon: 0.1, ...settings });
  const target = { model: toyModel, weights, dataset, batchSize, seed: 4 };
  await attack({ ...target, engine: own.engine, attack: await createAttack(full) });
  const results = await checked(settings, { engine: both.engine, dataset, batchSize, share });
  return { attack: own.passes(), checks: both.passes() - own.passes(), results };
}

function skipped(results: readonly CheckResult[]): string[] {
  return results.flatMap(({ name, message }) => (message.startsWith('the check may take') ? [name] : []));
}

describe('the self-checks', () => {
  describe.each([
    ['on an engine whose results depend on no threads', undefined],
    ['on an engine whose results depend on its two threads', 2],
  ])('%s', (_, threads) => {
    it.each([
      { name: 'fgsm' },
      { name: 'pgd-20' },
      { name: 'pgd-5', restarts: 3, loss: 'margin' as const },
      { name: 'cw', steps: 10 },
      { name: 'apgd-ce', steps: 10 },
      { name: 'apgd-t', steps: 5, targets: 2 },
      { name: 'fab-t', steps: 5, targets: 2 },
      { name: 'deepfool', targets: 2 },
      { name: 'square', queries: 30 },
      { name: 'autoattack', steps: 5, targets: 2, queries: 20 },
    ])('take at most a quarter of the passes of $name', async (settings) => {
      const { attack, checks } = await passesOf(settings, usualShare, threads);
      expect(checks).toBeGreaterThan(0);
      expect(checks).toBeLessThanOrEqual(Math.max(attack / 4, ofErrors));
    });
  });

  it('take more if the number of examples is given, and are then all made', async () => {
    const { attack, checks, results } = await passesOf({ name: 'pgd-5' });
    expect(checks).toBeGreaterThan(attack / 4);
    expect(skipped(results)).toEqual([]);
  });

  it('that would take too many passes are skipped, and say so, while cheaper ones are made', async () => {
    const { results } = await passesOf({ name: 'pgd-10' }, usualShare);
    const states = new Map(results.map(({ name, state }) => [name, state]));
    for (const name of ['batch-dependent', 'zero-gradients', 'weaker-than-fgsm']) {
      expect([name, states.get(name)]).toEqual([name, 'passed']);
    }
    expect(skipped(results)).toContain('more-restarts-help');
    expect(results.find(({ name }) => name === 'more-restarts-help')?.message).toMatch(
      /^the check may take \d+ passes, and the checks of this attack may take \d+ more; /,
    );
  });
});
