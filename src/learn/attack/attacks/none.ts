import { Type } from '@sinclair/typebox';
import { declareAttack } from '../declare.ts';

export const noneAttack = declareAttack({
  description: 'No attack: the accuracy on clean images.',
  parameters: Type.Object({}),
  search: 'control',
  build: async () => (await import('../none.ts')).none,
});
