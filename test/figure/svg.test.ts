import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { draw } from '../../src/figure/draw/draw.ts';
import type { Figure } from '../../src/figure/figure.ts';
import { toSvg } from '../../src/figure/svg.ts';
import { hostile, hostileWords } from './hostile.ts';
import { textsOf } from './read-svg.ts';
import { samples } from './samples.ts';

const svgOf = (figure: Figure) => toSvg(draw(figure));

describe('SVG', () => {
  it('is well-formed XML, also with the worst labels', async () => {
    for (const figure of [...Object.values(samples), ...hostileWords.map(hostile)]) {
      // The reader of sharp refuses what is not XML.
      expect((await sharp(Buffer.from(svgOf(figure))).metadata()).format).toBe('svg');
    }
    await expect(sharp(Buffer.from(svgOf(hostile('a')).replace('</desc>', ''))).metadata()).rejects.toThrow();
  });

  it('does nothing: no script, no handler, and no address but those of its own images', () => {
    for (const figure of [...Object.values(samples), ...hostileWords.map(hostile)]) {
      const svg = svgOf(figure);
      const names = [...svg.matchAll(/<\/?([^\s>/]*)/g)].map(([, name]) => name);
      const allowed = new Set(['svg', 'title', 'desc', 'rect', 'path', 'circle', 'text', 'image']);
      expect(names.filter((name = '') => !allowed.has(name))).toEqual([]);
      const attributes = [...svg.matchAll(/<[^>]*>/g)].flatMap(([tag]) =>
        [...tag.matchAll(/([\w:-]+)="([^"]*)"/g)].map(([, name = '', value = '']) => [name, value] as const),
      );
      expect(attributes.filter(([name]) => /^on/i.test(name))).toEqual([]);
      const addresses = attributes.filter(
        ([name, value]) => /href|src/.test(name) || /url\(|:\/\//.test(value),
      );
      for (const [name, value] of addresses) {
        if (name === 'xmlns') expect(value).toBe('http://www.w3.org/2000/svg');
        else expect(value).toMatch(/^data:image\/png;base64,[A-Za-z0-9+/=]+$/);
      }
    }
  });

  it('shows labels as they were written', () => {
    const words = '<img src=x onerror=alert(1)>';
    expect(textsOf(svgOf(hostile(words))).some((text) => text.words === words)).toBe(true);
  });

  it('has a title and a description for those who do not see it', () => {
    const svg = svgOf(samples.line ?? hostile('a'));
    expect(svg).toMatch(/^<svg [^>]*role="img"/);
    expect(svg).toContain('<title>Robust accuracy of students of one teacher</title>');
    expect(svg).toMatch(/<desc>robust accuracy \(%\) against ε .*MixACM.*n = 3.*profile quick\.<\/desc>/);
  });
});
