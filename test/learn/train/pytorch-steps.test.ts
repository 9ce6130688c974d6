import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { onnx } from '../../engine/agree.ts';
import { cases } from '../agreement/cases.ts';
import { ourPgd } from '../agreement/pgd.ts';
import { ourSteps } from '../agreement/steps.ts';
import { attackedTiny, changesOf, type Frozen, tiny } from '../agreement/tiny.ts';
import { greatestDifference } from '../calculate.ts';
import { dataOf } from '../waves.ts';

// PyTorch's numbers of a tiny net, frozen: `npm run bench:pytorch -- --freeze` makes them again, where PyTorch is, and
// `npm run bench:pytorch -- --data-dir DIR` compares a net for CIFAR-10 with PyTorch itself.
// Written by that command alone.
const frozen = JSON.parse(readFileSync(new URL('pytorch-frozen.json', import.meta.url), 'utf8')) as Frozen;

describe.each(cases)('five training steps of $name', (one) => {
  it('lead where they lead in PyTorch', async () => {
    const expected = frozen.steps[one.name];
    if (!expected) throw new Error('PyTorch was not asked');
    const { loss, before, after } = await ourSteps(onnx, one, tiny);
    const changes = changesOf(before, after);
    expect(Object.keys(changes).sort()).toEqual(Object.keys(expected.changes).sort());
    // Where float32 itself cannot tell which way the attack goes, the loss alone is compared.
    const unsteady = one.unsteady === 'everywhere';
    expect(Math.abs(loss / expected.loss - 1)).toBeLessThan(unsteady ? 1e-2 : 1e-4);
    if (unsteady) return;
    for (const [name, change] of Object.entries(expected.changes)) {
      const error = Math.abs((changes[name] ?? Number.NaN) - change);
      const [from, to] = [dataOf(before, name), dataOf(after, name)];
      expect(error / greatestDifference(to, new Float32Array(to.length)), name).toBeLessThan(1e-3);
      expect(error / greatestDifference(to, from), name).toBeLessThan(1e-2);
    }
  });
});

describe('the tiny net', () => {
  it("has PyTorch's logits, and withstands PGD-20 on the examples on which it does there", async () => {
    const { model, teacher, dataset } = tiny;
    const { logits, last, every } = await ourPgd(onnx, model, teacher, dataset, attackedTiny);
    expect(greatestDifference(logits, frozen.logits)).toBeLessThan(1e-4);
    expect({ last: last.join(''), every: every?.join('') }).toEqual(frozen.pgd);
  });
});
