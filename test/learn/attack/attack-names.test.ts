import { expect, it } from 'vitest';
import { attackNames, attackPattern, readAttackName } from '../../../src/learn/attack/attack-names.ts';
import { pgdSteps } from '../../../src/learn/attack/attacks.ts';

it('a name is read if pipelines may write it, and else not', () => {
  const others = ['pgd-1', 'pgd-50', 'pgd-0', 'pgd-05', 'pgd-', 'pgd-5x', 'cw-5', 'PGD', 'toString', ''];
  for (const name of [...attackNames, ...others]) {
    expect([name, readAttackName(name) !== undefined]).toEqual([name, new RegExp(attackPattern).test(name)]);
  }
  expect(readAttackName('pgd-50')).toEqual({ name: 'pgd', steps: 50 });
});

it('the steps of PGD are those of its name, else of its settings, else the usual ones', () => {
  const epsilon = 0.1;
  expect(pgdSteps({ name: 'pgd-50', epsilon, steps: 7 })).toBe(50);
  expect(pgdSteps({ name: 'cw', epsilon, steps: 7 })).toBe(7);
  expect([pgdSteps({ name: 'pgd', epsilon }), pgdSteps({ name: 'cw', epsilon })]).toEqual([20, 30]);
});
