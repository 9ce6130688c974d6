/** Numbers from here on, or smaller than the other one, are written with a power of ten. */
const [large, small] = [1e6, 1e-3];

/** Words for the ticks of a linear axis, with the same digits after the point: `0.5`, `1.0`, `1.5`. */
export function tickWords(values: readonly number[]): string[] {
  const size = Math.max(0, ...values.map(Math.abs));
  if (size === 0) return values.map(() => '0');
  let step = size;
  for (const [i, value] of values.entries()) {
    const previous = values[i - 1];
    if (previous !== undefined) step = Math.min(step, Math.abs(value - previous));
  }
  const power = size >= large || size < small ? exponentOf(size) : 0;
  const digits = Math.min(100, Math.max(0, power - exponentOf(step)));
  return values.map((value) => {
    if (value === 0) return '0';
    const mantissa = power === 0 ? value : value / Number(`1e${power}`);
    return signed(mantissa.toFixed(digits)) + (power === 0 ? '' : `×${tenTo(power)}`);
  });
}

/** Words for the ticks of a logarithmic axis: `0.01`, `0.1`, `1`, or all with powers: `10⁻⁴`, `2×10⁻⁴`. */
export function logTickWords(values: readonly number[]): string[] {
  if (values.every((value) => value >= small && value < large))
    return values.map((value) => signed(String(Number(value.toPrecision(6)))));
  return values.map((value) => {
    const power = exponentOf(value);
    const mantissa = String(Number((value / Number(`1e${power}`)).toPrecision(3)));
    return mantissa === '1' ? tenTo(power) : `${mantissa}×${tenTo(power)}`;
  });
}

/** The exponent of the leading digit, after rounding to three: -2 for 0.05. */
function exponentOf(value: number): number {
  return Number(value.toExponential(2).split('e')[1]);
}

function tenTo(power: number): string {
  const digits = [...String(Math.abs(power))].map((digit) => '⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(digit)]);
  return `10${power < 0 ? '⁻' : ''}${digits.join('')}`;
}

function signed(number: string): string {
  return number.replace('-', '−');
}
