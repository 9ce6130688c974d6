import { defineEstimate, type KindParameters } from '../src/kind/estimate.ts';
import { settingsOf } from '../src/kind/settings.ts';
import { expectedData } from '../src/learn/data/expected.ts';
import { expectedModel } from '../src/learn/estimate/expected-model.ts';
import type kind from '../stages/attack.ts';

export default defineEstimate<KindParameters<typeof kind>>({
  usesEngine: true,
  like: ({ parameters: { seed: _, ...parameters }, needs, assumed }, places) => ({
    parameters: { ...parameters },
    data: { ...expectedData(needs.data, places) },
    model: { ...expectedModel(needs.surrogate ?? needs.model, places) },
    assumed: { ...assumed },
  }),
  async measure(asked, context) {
    const { attackCost } = await import('../src/cells/attack-cost.ts');
    const { attack, ...settings } = settingsOf(asked.parameters);
    return attackCost(asked, context, { ...settings, attack: { epsilon: 0, ...settings, name: attack } });
  },
});
