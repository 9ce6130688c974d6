import type { HostTensor } from '../../engine/engine.ts';
import { classCounts, type Dataset, labelAt } from '../data/dataset.ts';

/** Statistics of the channels of one block for each class: row-major [classes, channels]. */
export interface ClassChannels {
  /** Mean over the images of a class. */
  readonly magnitude: Float64Array;
  /** Share of the images of a class on which a channel is active. */
  readonly frequency: Float64Array;
}

/**
 * A channel is active on an image if it exceeds this fraction of the most active channel of the block (Bai et al.
 * 2021).
 */
const ACTIVE = 0.01;

/**
 * Summarises channel activations by class, as in Bai et al. (2021).
 * @param activation [examples, channels], not negative
 */
export function classChannels(
  { shape: [examples = 0, channels = 0], data }: HostTensor,
  dataset: Pick<Dataset, 'labels' | 'classes'>,
): ClassChannels {
  const size = dataset.classes.length * channels;
  const [magnitude, frequency] = [new Float64Array(size), new Float64Array(size)];
  for (let example = 0; example < examples; example += 1) {
    const row = data.subarray(example * channels, (example + 1) * channels);
    const label = labelAt(dataset, example);
    const threshold = ACTIVE * Math.max(0, ...row);
    row.forEach((value, channel) => {
      const place = label * channels + channel;
      magnitude[place] = (magnitude[place] ?? 0) + value;
      if (value > threshold) frequency[place] = (frequency[place] ?? 0) + 1;
    });
  }
  const counts = classCounts(dataset);
  const perImage = (sum: number, place: number) =>
    sum / Math.max(1, counts[Math.floor(place / channels)] ?? 1);
  return { magnitude: magnitude.map(perImage), frequency: frequency.map(perImage) };
}

/**
 * ‖after - before‖ / ‖before‖ of the class's vector of magnitudes, in l2 (our definition). 0 if both are zero,
 * undefined if only `before` is.
 * @param row number of the class
 */
export function relativeChange(
  before: Float64Array,
  after: Float64Array,
  row: number,
  channels: number,
): number | undefined {
  const [a, b] = [rowOf(before, row, channels), rowOf(after, row, channels)];
  const difference = Math.hypot(...b.map((value, channel) => value - (a[channel] ?? 0)));
  const length = Math.hypot(...a);
  if (length === 0) return difference === 0 ? 0 : undefined;
  return difference / length;
}

/** Mean over channels of the absolute change of the frequency, in [0, 1] (our definition). */
export function frequencyChange(
  before: Float64Array,
  after: Float64Array,
  row: number,
  channels: number,
): number {
  const [a, b] = [rowOf(before, row, channels), rowOf(after, row, channels)];
  return b.reduce((sum, value, channel) => sum + Math.abs(value - (a[channel] ?? 0)), 0) / channels;
}

function rowOf(values: Float64Array, row: number, channels: number): Float64Array {
  return values.subarray(row * channels, (row + 1) * channels);
}
