import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { difference, meanAndDeviation, number } from '../../src/report/numbers.ts';

const plain = { format: 'number', digits: 3 } as const;
const percent = { format: 'percent', digits: 1 } as const;

describe('a number of a table', () => {
  it.each([
    [0.8731, '0.873'],
    [0, '0.000'],
    [-0, '0.000'],
    [0.0005, '0.001'],
    [0.00042, '0.00042'],
    [-0.00042, '-0.00042'],
    [1e-7, '1.0e-7'],
    [-3.14159e-12, '-3.1e-12'],
    [5e-324, '4.9e-324'],
    [0.1 + 0.2, '0.300'],
    [123456.7891, '123456.789'],
  ])('%s is printed as %s', (value, text) => {
    expect(number(value, plain)).toBe(text);
  });

  it('is never printed as zero when it is not, and reads back to what it is', () => {
    fc.assert(
      fc.property(
        fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 }),
        fc.nat(6),
        (value, digits) => {
          const read = Number(number(value, { format: 'number', digits }));
          expect(read === 0).toBe(value === 0);
          expect(Math.abs(read - value)).toBeLessThanOrEqual(
            Math.max(0.51 * 10 ** -digits, 0.051 * Math.abs(value)),
          );
        },
      ),
    );
  });

  it('counts in percent what percent show', () => {
    expect([0.00042, 0.000004].map((value) => number(value, percent))).toEqual(['0.042', '0.00040']);
  });
});

describe('a mean and its deviation', () => {
  it.each([
    [0.9128, 0.0117, '0.913 ± 0.012'],
    [0.9128, 0, '0.913 ± 0.000'],
    [0, 0, '0.000 ± 0.000'],
    [0.9123467, 0.000123, '0.91235 ± 0.00012'],
    [0.912345, 1.23e-12, '0.912 ± 1.2e-12'],
    [0.00042, 0.00011, '0.00042 ± 0.00011'],
    [0.00042, 0.3, '0.00042 ± 0.300'],
    [1.5e-7, 2e-8, '1.5e-7 ± 0.2e-7'],
    [-9.99e-8, 2e-8, '-1.0e-7 ± 0.2e-7'],
    [2e-8, 1.5e-7, '0.2e-7 ± 1.5e-7'],
    [1.5e-7, 1e-15, '1.5e-7 ± 1.0e-15'],
    [1.5e-7, 0, '1.5e-7 ± 0.0e-7'],
    [0, 1e-7, '0.0e-7 ± 1.0e-7'],
    [0.1 + 0.2, 4e-17, '0.300 ± 4.0e-17'],
    [12345.6789, 0.0001, '12345.67890 ± 0.00010'],
  ])('%s ± %s is printed as %s', (mean, std, text) => {
    expect(meanAndDeviation(mean, std, plain)).toBe(text);
  });

  it('neither is printed as zero when it is not', () => {
    const small = fc.double({ noNaN: true, noDefaultInfinity: true, min: 0, max: 1e3 });
    fc.assert(
      fc.property(
        small,
        small,
        fc.integer({ min: -20, max: 3 }),
        fc.integer({ min: -20, max: 3 }),
        (a, b, p, q) => {
          const [mean, std] = [a * 10 ** p, b * 10 ** q];
          const [left = '', right = ''] = meanAndDeviation(mean, std, plain).split(' ± ');
          expect([Number(left) === 0, Number(right) === 0]).toEqual([mean === 0, std === 0]);
        },
      ),
    );
  });
});

it('a difference from a published value has the digits of the table, or those that the two numbers need', () => {
  expect(difference(0.5667, 0.5665, percent)).toBe('0.0');
  expect(difference(0.5719, 0.5665, percent)).toBe('+0.5');
  expect(difference(1e-7, 3e-7, plain)).toBe('-2.0e-7');
  expect(difference(3e-7, 3e-7, plain)).toBe('0.000');
  expect(difference(3e-7, 0, plain)).toBe('+3.0e-7');
});
