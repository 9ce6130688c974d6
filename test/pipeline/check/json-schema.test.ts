import { Type } from '@sinclair/typebox';
import { describe, expect, it } from 'vitest';
import { applyFractions, type JsonSchema } from '../../../src/pipeline/check/json-schema.ts';

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
