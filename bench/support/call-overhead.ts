import type { Tensor } from '@tensorflow/tfjs';
import type { Engine } from '../../src/engine/engine.ts';
import { type Comparison, figuresBeside, inTurns, median } from './compare.ts';
import type { PyTorch } from './pytorch.ts';

const REPEATS = 5;
const CALLS = 2000;

/**
 * What one call costs that computes next to nothing: x + 1 of four elements, the median of many calls in each turn. Ours
 * is a whole `run`, from arrays to arrays; PyTorch's is `x + 1` on a tensor that it has.
 */
export async function callOverhead(engine: Engine, pytorch: PyTorch): Promise<Comparison> {
  const compiled = engine.compile('bench/call', ({ x }) => ({ y: (x as Tensor).add(1) }));
  const x = { shape: [4], data: Float32Array.of(1, 2, 3, 4) };
  const ours = async () => {
    const seconds: number[] = [];
    for (let call = 0; call < CALLS; call++) {
      const began = performance.now();
      await compiled.run({ x });
      seconds.push((performance.now() - began) / 1000);
    }
    return median(seconds);
  };
  const theirs = async () => (await pytorch.run({ work: 'call-overhead', steps: CALLS })).seconds;
  const [a = [], b = []] = await inTurns([ours, theirs], REPEATS);
  await compiled.dispose();
  return figuresBeside('call-overhead, x + 1', a, 'PyTorch', b);
}
