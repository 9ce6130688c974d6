import { describe, expect, it } from 'vitest';
import { parseDuration, parseMemory } from '../../../src/pipeline/parse/units.ts';

describe('a unit', () => {
  it.each([
    ['90s', 90],
    ['15m', 900],
    ['2h', 7200],
    ['1.5h', 5400],
    ['1d', 86400],
    ['24d', 2073600],
    ['25d', undefined],
    [45, 45],
    [0, undefined],
    ['0s', undefined],
    ['soon', undefined],
    ['5', undefined],
    ['2H', undefined],
    [-1, undefined],
    [null, undefined],
    ['1constructor', undefined],
  ])('of time: %s is %s seconds', (value, seconds) => {
    expect(parseDuration(value)).toBe(seconds);
  });

  it.each([
    ['512MB', 512e6],
    ['2GB', 2e9],
    ['1GiB', 2 ** 30],
    ['1.5 KiB', 1536],
    ['1.5B', 2],
    [4096, 4096],
    ['2G', undefined],
    [true, undefined],
  ])('of memory: %s is %s bytes', (value, bytes) => {
    expect(parseMemory(value)).toBe(bytes);
  });
});
