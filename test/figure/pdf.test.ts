import { spawnSync } from 'node:child_process';
import PDFDocument from 'pdfkit';
import { describe, expect, it } from 'vitest';
import { fontFile, widthOf } from '../../src/figure/draw/font.ts';
import { drawn } from '../../src/figure/forms.ts';
import { hostile, hostileWords } from './hostile.ts';
import { images, line, samples } from './samples.ts';

const hasText = spawnSync('pdftotext', ['-v']).status === 0;
const hasImages = spawnSync('pdfimages', ['-v']).status === 0;

describe('PDF', () => {
  it.skipIf(!hasText)('opens, and its text can be searched', async () => {
    for (const figure of Object.values(samples)) {
      const { stdout, stderr, status } = spawnSync('pdftotext', ['-', '-'], {
        input: await drawn(figure, 'pdf'),
        encoding: 'utf8',
      });
      expect([stderr, status]).toEqual(['', 0]);
      if (figure === line) {
        for (const words of [
          'knowledge distillation',
          'robust accuracy (%)',
          '8/255',
          '± 1 sample standard deviation',
        ])
          expect(stdout).toContain(words);
      }
    }
  });

  it.skipIf(!hasText)('opens with the worst labels', async () => {
    for (const words of hostileWords) {
      const input = await drawn(hostile(words), 'pdf');
      const { stderr, status } = spawnSync('pdftotext', ['-', '-'], { input, encoding: 'utf8' });
      expect([stderr, status]).toEqual(['', 0]);
    }
  });

  it.skipIf(!hasImages)('has images with their own pixels', async () => {
    const { stdout } = spawnSync('pdfimages', ['-list', '-'], {
      input: await drawn(images, 'pdf'),
      encoding: 'utf8',
    });
    const rows = stdout.split('\n').filter((row) => row.includes(' image '));
    expect(rows).toHaveLength(11);
    for (const row of rows) expect(row).toMatch(/ 32 +32 +rgb +3 +8 /);
  });
});

describe('the font', () => {
  it('has the widths of its file', () => {
    const document = new PDFDocument({ font: fontFile });
    document.fontSize(7);
    for (const words of ['MixACM', 'ε ≤ 8/255 ± ½ × 10⁻³', 'AV fi ffl To', 'Škoda Ærø “a” – ‘b’ … ∞√²']) {
      expect(widthOf(words, 7)).toBeCloseTo(document.widthOfString(words), 6);
    }
  });

  it('has a box for a character that it does not have', () => {
    expect(widthOf('日', 10)).toBe(widthOf('🎉', 10));
    expect(widthOf('日', 10)).toBeGreaterThan(5);
  });
});
