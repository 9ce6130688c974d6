import { Failure } from '../../failure.ts';
import { stream } from '../random/stream.ts';
import { type Dataset, select } from './dataset.ts';

/** How much of a data set to keep. */
export type SubsetSize =
  /** Records in all. */
  | { readonly count: number }
  /** Of all records, above 0 and at most 1; the count is rounded half up. */
  | { readonly fraction: number }
  /** Records of each class. */
  | { readonly perClass: number };

/**
 * A part of the data set with the class frequencies of the whole, in the original order. Each class gets its share of
 * the count rounded down; what is left goes, one each, to the classes with the largest remainders, at equal remainders
 * to the lower label. Which records of a class are taken depends on the seed and the class alone.
 *
 * @throws Failure `bad-subset` for a size that is no positive whole number or more than there is
 */
export function subset(dataset: Dataset, size: SubsetSize, seed: number): Dataset {
  return select(dataset, choose(dataset, quotas(dataset, size), seed, 'subset'));
}

/**
 * Splits off `count` records with the class frequencies of the whole, such as a validation set; both parts keep the
 * original order. Rounded as `subset` is.
 *
 * @throws Failure `bad-subset`
 */
export function splitOff(dataset: Dataset, count: number, seed: number): { rest: Dataset; off: Dataset } {
  const chosen = choose(dataset, quotas(dataset, { count }), seed, 'split-off');
  const taken = new Set(chosen);
  const others = Array.from(dataset.labels.keys()).filter((index) => !taken.has(index));
  return { rest: select(dataset, others), off: select(dataset, chosen) };
}

/** How many records of each class to take. */
function quotas(dataset: Dataset, size: SubsetSize): number[] {
  const sizes = dataset.classes.map(() => 0);
  for (const label of dataset.labels) sizes[label] = (sizes[label] ?? 0) + 1;
  if ('perClass' in size) {
    const wanted = checked(size.perClass, Number.POSITIVE_INFINITY);
    return sizes.map((available, label) => {
      if (wanted <= available) return wanted;
      throw badSubset(
        `Class "${dataset.classes[label]}" has ${available} records; ${wanted} were asked for.`,
      );
    });
  }
  const total = dataset.labels.length;
  if ('fraction' in size && !(size.fraction > 0 && size.fraction <= 1)) {
    throw badSubset(`A fraction must be above 0 and at most 1, not ${size.fraction}.`);
  }
  const count = checked('count' in size ? size.count : Math.floor(size.fraction * total + 0.5), total);
  // Whole numbers throughout, so that remainders are exact.
  const result = sizes.map((available) => Math.floor((count * available) / total));
  const remainders = sizes.map((available, label) => ({ label, rest: (count * available) % total }));
  remainders.sort((a, b) => b.rest - a.rest || a.label - b.label);
  const left = count - result.reduce((sum, quota) => sum + quota, 0);
  for (const { label } of remainders.slice(0, left)) result[label] = (result[label] ?? 0) + 1;
  return result;
}

function checked(count: number, most: number): number {
  if (!Number.isSafeInteger(count) || count < 1) {
    throw badSubset(`A part of a data set must be a whole number of at least 1 record, not ${count}.`);
  }
  if (count > most) throw badSubset(`The data set has ${most} records; ${count} were asked for.`);
  return count;
}

function badSubset(message: string): Failure {
  return new Failure('bad-subset', message, { hint: 'Change the size of the subset in the pipeline.' });
}

/** Indices of the chosen records, ascending. */
function choose(dataset: Dataset, quota: readonly number[], seed: number, name: string): Int32Array {
  const members = dataset.classes.map((): number[] => []);
  for (const [index, label] of dataset.labels.entries()) members[label]?.push(index);
  const chosen = members.flatMap((indices, label) => {
    const order = stream(seed, name, label).permutation(indices.length).subarray(0, quota[label]);
    return Array.from(order, (place) => indices[place] as number); // a permutation of its places
  });
  return Int32Array.from(chosen).sort();
}
