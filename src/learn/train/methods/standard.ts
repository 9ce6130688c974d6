import { Type } from '@sinclair/typebox';
import { declareMethod } from '../declare.ts';

export const standardMethod = declareMethod({
  description: 'Cross entropy on clean images.',
  parameters: Type.Object({}),
  build: async () => (await import('../standard.ts')).standard(),
});
