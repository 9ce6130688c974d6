import type { HostTensor } from '../../engine/engine.ts';
import { someOf } from '../attack/batch-rows.ts';
import { randomPoint } from '../attack/random-point.ts';
import { skip, within } from './check.ts';
import { probing } from './probing.ts';

const draws = 10;
/** Mean relative change of the margin. */
const most = 0.5;

/** Indicator of Pintor et al.: the loss is so rough that its gradient is not a useful direction. */
export const unstablePredictions = probing('unstable-predictions', async (sample, { settings }) => {
  const { probe } = sample;
  const radius = settings.epsilon / 2;
  probe.allowance.require((1 + draws) * probe.right.length);
  const clean = await probe.lookAtRight();
  if (!clean) return skip('no example of the sample is classified correctly');
  const { margin } = clean;
  const batch = someOf(probe.batch, probe.right);
  let sum = 0;
  for (let counter = 0; counter < draws; counter += 1) {
    const images: HostTensor = randomPoint(batch, { name: 'unstable', counter }, (stream, size) =>
      stream.uniform(size, -radius, radius),
    );
    const moved = await probe.lookAtRight(images);
    for (const [row, value] of margin.entries()) {
      const change = Math.abs((moved?.margin[row] ?? Number.NaN) - value) / (Math.abs(value) || 1);
      sum += Math.min(1, change);
    }
  }
  const mean = sum / (draws * margin.length);
  return within(
    mean,
    most,
    `Random changes within epsilon / 2 change the margin of an example by ${(100 * mean).toFixed(1)} % on average.`,
    'The loss is so rough that gradients say little: check with square and with many restarts.',
  );
});
