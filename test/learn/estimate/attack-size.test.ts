import { expect, test } from 'vitest';
import { type AttackName, type AttackSettings, attacks } from '../../../src/learn/attack/attacks.ts';
import { autoAttack } from '../../../src/learn/attack/autoattack.ts';
import { passesOf } from '../../../src/learn/attack/passes.ts';
import { membersOf, shortened } from '../../../src/learn/estimate/attack-size.ts';

const full = { epsilon: 0.1, steps: 100, restarts: 5, targets: 9, queries: 5000 };
const settings = (name: AttackName): AttackSettings => ({ name, ...full });

test('the members of AutoAttack are those that it runs', () => {
  const names = autoAttack(full).members.map(({ name }) => name);
  expect(membersOf(settings('autoattack')).map((member) => member.settings.name)).toEqual(
    names.filter((name) => name !== 'none'),
  );
});

test('a member takes the passes that the whole cascade counts for it', () => {
  const passes = membersOf(settings('autoattack')).map((member) => passesOf(member.settings, 10).robust);
  const whole = passesOf({ ...settings('autoattack'), restarts: undefined }, 10).robust;
  expect(passes.reduce((sum, one) => sum + one, 0)).toBe(whole);
});

const names = (Object.keys(attacks) as AttackName[]).filter((name) => name !== 'autoattack');
test.each(names)('%s is shortened to about the passes that are wanted', (name) => {
  const short = shortened(settings(name), 10, 200);
  expect(passesOf(short, 10).robust).toBeLessThanOrEqual(200);
  expect(shortened(short, 10, 200)).toEqual(short);
});

test('an attack that is short enough stays as it is', () => {
  expect(shortened(settings('fgsm'), 10, 200)).toEqual(settings('fgsm'));
});
