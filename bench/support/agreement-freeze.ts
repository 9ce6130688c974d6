import type { Engine } from '../../src/engine/engine.ts';
import { cases } from '../../test/learn/agreement/cases.ts';
import {
  attackedTiny,
  changesOf,
  type Frozen,
  type FrozenSteps,
  tiny,
} from '../../test/learn/agreement/tiny.ts';
import type { Peer } from './agreement-peer.ts';

/** What PyTorch makes of the tiny net, as numbers for tests. */
export async function freeze(engine: Engine, peer: Peer): Promise<Frozen> {
  const steps: Record<string, FrozenSteps> = {};
  for (const one of cases) {
    const { loss, before, after } = await peer.steps(engine, one, tiny);
    steps[one.name] = { loss: short(loss), changes: shortened(changesOf(before, after)) };
  }
  const { logits, last, every } = await peer.pgd(tiny.model, tiny.teacher, tiny.dataset, attackedTiny);
  return {
    madeBy: `npm run bench:pytorch -- --freeze, with PyTorch ${peer.version} in double precision`,
    steps,
    logits: Array.from(logits, short),
    pgd: { last: last.join(''), every: (every ?? []).join('') },
  };
}

const short = (value: number) => Number(value.toPrecision(7));

function shortened(numbers: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(numbers).map(([name, value]) => [name, short(value)]));
}
