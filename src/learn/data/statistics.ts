import type { Dataset } from './dataset.ts';

/** Mean and standard deviation of each channel over all pixels of all images, for pixels in [0, 1]. */
export interface ChannelStatistics {
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

export function channelStatistics({ images, shape: [, , channels] }: Dataset): ChannelStatistics {
  const sums = new Array<number>(channels).fill(0);
  const squares = new Array<number>(channels).fill(0);
  for (let i = 0; i < images.length; i += 1) {
    const value = (images[i] ?? 0) / 255;
    const channel = i % channels;
    sums[channel] = (sums[channel] ?? 0) + value;
    squares[channel] = (squares[channel] ?? 0) + value * value;
  }
  const count = images.length / channels;
  const mean = sums.map((sum) => sum / count);
  // For a constant channel, rounding can make the difference negative.
  const std = squares.map((square, channel) =>
    Math.sqrt(Math.max(square / count - (mean[channel] ?? 0) ** 2, 0)),
  );
  return { mean, std };
}
