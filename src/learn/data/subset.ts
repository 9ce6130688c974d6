import { Failure } from '../../failure.ts';
import { stream } from '../random/stream.ts';
import { classCounts, type Dataset, select } from './dataset.ts';

/** How much of a data set to keep. */
export type SubsetSize =
  /** Total number of records. */
  | { readonly count: number }
  /** Fraction of all records, above 0 and at most 1; the count is rounded half up. */
  | { readonly fraction: number }
  /** Number of records of each class. */
  | { readonly perClass: number };

/** What a choice of records depends on. */
export type Labelled = Pick<Dataset, 'labels' | 'classes'>;

/**
 * Ascending indices of a stratified part of the records. Each class gets its share of the count, rounded by the quota
 * method of Balinski and Young (1975); ties go to the lower label. Which records of a class are chosen depends only
 * on the seed and the class. So with one seed, a larger part contains every smaller one, if both are given by count
 * or fraction, or both by records per class.
 *
 * @param purpose of the choice; choices for different purposes are independent
 * @throws Failure `bad-subset` for a size that is not a positive whole number or larger than the data set
 */
export function chosenPart(
  records: Labelled,
  size: SubsetSize,
  seed: number,
  purpose: 'subset' | 'validation' = 'subset',
): Int32Array {
  return choose(records, quotas(records, size), seed, purpose);
}

/**
 * The records chosen by `chosenPart`, in the original order.
 * @throws Failure `bad-subset`
 */
export function subset(dataset: Dataset, size: SubsetSize, seed: number): Dataset {
  return select(dataset, chosenPart(dataset, size, seed));
}

/** Number of records to take from each class. */
function quotas(dataset: Labelled, size: SubsetSize): number[] {
  const sizes = Array.from(classCounts(dataset));
  if ('perClass' in size) {
    const wanted = checked(size.perClass, Number.POSITIVE_INFINITY);
    return sizes.map((available, label) => {
      if (wanted <= available) return wanted;
      throw badSubset(`The class "${dataset.classes[label]}" has only ${available} examples, not ${wanted}.`);
    });
  }
  const total = dataset.labels.length;
  if ('fraction' in size && !(size.fraction > 0 && size.fraction <= 1)) {
    throw badSubset(`A fraction must be above 0 and at most 1, not ${size.fraction}.`);
  }
  const count = checked('count' in size ? size.count : Math.floor(size.fraction * total + 0.5), total);
  return apportion(sizes, count);
}

/**
 * Assigns one record after the other. Among the classes that have less than their share of the records so far, the
 * next one is that with the smallest ratio of records to size after adding one. Rounding all shares at once could
 * take a record away from a class when the count grows.
 */
function apportion(sizes: readonly number[], count: number): number[] {
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const seats = sizes.map(() => 0);
  for (let seated = 1; seated <= count; seated += 1) {
    let [next, claim] = [-1, Number.POSITIVE_INFINITY];
    for (const [label, size] of sizes.entries()) {
      const has = seats[label] ?? 0;
      if (size * seated <= has * total || (has + 1) / size >= claim) continue;
      [next, claim] = [label, (has + 1) / size];
    }
    seats[next] = (seats[next] ?? 0) + 1;
  }
  return seats;
}

function checked(count: number, most: number): number {
  if (!Number.isSafeInteger(count) || count < 1) {
    throw badSubset(`A part of a data set must have a whole number of examples, at least 1, not ${count}.`);
  }
  if (count > most) throw badSubset(`The data set has only ${most} examples, not ${count}.`);
  return count;
}

function badSubset(message: string): Failure {
  return new Failure('bad-subset', message, { hint: 'Change the size of the subset in the pipeline.' });
}

/** Indices of the chosen records, ascending. */
function choose(dataset: Labelled, quota: readonly number[], seed: number, name: string): Int32Array {
  const members = dataset.classes.map((): number[] => []);
  for (const [index, label] of dataset.labels.entries()) members[label]?.push(index);
  const chosen = members.flatMap((indices, label) => {
    const order = stream(seed, name, label).permutation(indices.length).subarray(0, quota[label]);
    return Array.from(order, (place) => indices[place] as number); // a permutation of its indices
  });
  return Int32Array.from(chosen).sort();
}
