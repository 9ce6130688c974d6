import { expect, it } from 'vitest';
import { start } from '../../../src/learn/train/current.ts';
import { standard } from '../../../src/learn/train/standard.ts';
import { cpu } from '../calculate.ts';
import { toyModel } from './toy-training.ts';

it('gives a method with a scope of its own other starting weights of the same seed', () => {
  const alone = standard()({ engine: cpu, model: toyModel });
  const teacher = start(toyModel, alone, undefined, 7, 4).tensors;
  expect(start(toyModel, alone, undefined, 7, 4).tensors).toEqual(teacher);
  const student = start(toyModel, { ...alone, initScope: 'other' }, undefined, 7, 4).tensors;
  for (const { name, init } of toyModel.parameters) {
    if (init.kind === 'uniform') expect(student[`model/${name}`]).not.toEqual(teacher[`model/${name}`]);
  }
});
