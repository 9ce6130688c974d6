/** Mean in float64, summed in the given order; NaN if there are no numbers. */
export function mean(numbers: ArrayLike<number>): number {
  let sum = 0;
  for (let index = 0; index < numbers.length; index += 1) sum += numbers[index] ?? 0;
  return sum / numbers.length;
}
