import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseFraction } from '../../../src/pipeline/parse/fractions.ts';

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
