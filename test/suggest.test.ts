import { describe, expect, it } from 'vitest';
import { suggest } from '../src/suggest.ts';

describe('a suggestion', () => {
  it('is the name that a slip away stands for', () => {
    expect(suggest('mixcam', ['kd', 'mixacm'], 'methods')).toBe("did you mean 'mixacm'?");
  });

  it('is the whole choice where nothing is near', () => {
    expect(suggest('zebra', ['kd', 'mixacm'], 'methods')).toBe('methods: kd, mixacm');
    expect(suggest('zebra', [], 'methods')).toBe('there are no methods');
  });

  it('lists twenty of a great many, and counts the rest', () => {
    const cells = Array.from({ length: 1000 }, (_, index) => `cell[index=${index}]`);
    const text = suggest('zebra', cells, 'cells');
    expect(text).toContain('cell[index=19] and 980 more');
    expect(text).not.toContain('cell[index=20]');
  });
});
