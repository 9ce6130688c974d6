/** In float64, in the order of the numbers; NaN of none. */
export function mean(numbers: ArrayLike<number>): number {
  let sum = 0;
  for (let index = 0; index < numbers.length; index += 1) sum += numbers[index] ?? 0;
  return sum / numbers.length;
}
