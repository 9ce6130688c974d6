import { readInstallation } from '../../src/engine/tensorflow/installation.ts';

/** Tests that compare the engine `tensorflow` with the reference: those that compare the compiled engine, run with it. */
export const agreement = [
  'test/engine/{engine,errors,flops,kernels,net,ops,step}.test.ts',
  'test/learn/{attack,model,train}/engines-agree.test.ts',
  'test/learn/attack/{attackers,nearest,square}.test.ts',
  'test/learn/loss/*.test.ts',
  'test/learn/{self-check,transfer}/*.test.ts',
  'test/learn/train/pytorch-steps.test.ts',
  'test/run/training.test.ts',
];

export const isInstalled = readInstallation() !== undefined;
