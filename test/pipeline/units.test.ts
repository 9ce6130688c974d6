import { Type } from '@sinclair/typebox';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyFractions, type JsonSchema } from '../../src/pipeline/check/json-schema.ts';
import { staysInside } from '../../src/pipeline/check/project-path.ts';
import { parseFraction } from '../../src/pipeline/parse/fractions.ts';
import { parseDuration, parseMemory } from '../../src/pipeline/parse/units.ts';

describe('a fraction', () => {
  it('is the quotient of its two numbers', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1 }), (above, below) => {
        expect(parseFraction(`${above}/${below}`)).toBe(above / below);
      }),
    );
  });

  it('has decimals on both sides if wanted', () => {
    expect(parseFraction('0.5/2.5')).toBe(0.2);
    expect(parseFraction('-1/4')).toBe(-0.25);
  });

  it.each(['1/0', '1/0.0', '1', '/2', '1/', '1 / 2', '1/2/3', '1e3/2', '1/-2', 'a/b', '', '0x1/2'])(
    'is not %s',
    (text) => {
      expect(parseFraction(text)).toBeUndefined();
    },
  );

  it('never is anything but a finite number', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[0-9./+-]{0,12}$/)), (text) => {
        const value = parseFraction(text);
        expect(value === undefined || Number.isFinite(value)).toBe(true);
      }),
    );
  });
});

describe('a fraction in a parameter', () => {
  const number = Type.Number();

  it('is a number where a number is wanted, at any depth', () => {
    const schema = Type.Object({
      list: Type.Array(number),
      pair: Type.Tuple([number, Type.String()]),
      map: Type.Record(Type.String(), number),
    });
    const value = { list: ['1/2', 3], pair: ['1/2', '1/2'], map: { a: '1/4' } };
    const applied = { list: [0.5, 3], pair: [0.5, '1/2'], map: { a: 0.25 } };
    expect(applyFractions(value, schema as JsonSchema)).toEqual(applied);
  });

  it('is a number beside words that are written out, but text where any text will do', () => {
    expect(applyFractions('1/2', Type.Union([number, Type.Literal('auto')]) as JsonSchema)).toBe(0.5);
    expect(applyFractions('1/2', Type.Union([number, Type.String()]) as JsonSchema)).toBe('1/2');
  });
});

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

describe('a path of the project', () => {
  it.each(['a', 'a/b', './a', 'a/../b', 'a/..', '..a/b', 'a..b'])('may be %s', (path) => {
    expect(staysInside(path)).toBe(true);
  });

  it.each(['', '/a', '\\a', 'C:\\a', 'c:a', '..', '../a', 'a/../../b', 'a\\..\\..\\b', './../a', 'a\0b'])(
    'may not be %s',
    (path) => {
      expect(staysInside(path)).toBe(false);
    },
  );
});
