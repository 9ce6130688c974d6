import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { draw } from '../../src/figure/draw/draw.ts';
import type { Figure } from '../../src/figure/figure.ts';
import { toPgf } from '../../src/figure/pgf.ts';
import { hostile, hostileWords } from './hostile.ts';
import { figure, picture, samples } from './samples.ts';

const hasLatex = spawnSync('pdflatex', ['--version']).status === 0;
const hasText = spawnSync('pdftotext', ['-v']).status === 0;

/** Compiles a document with some figures. @returns the words on its pages, and the log */
function compiled(figures: readonly Figure[]): { words: string; log: string; status: number | null } {
  const folder = mkdtempSync(join(tmpdir(), 'retable-pgf-'));
  try {
    const inputs = figures.map((one, i) => {
      writeFileSync(join(folder, `${i}.pgf`), toPgf(draw(one)));
      return `\\noindent\\input{${i}.pgf}`;
    });
    const lines = [
      '\\documentclass{article}',
      '\\usepackage{tikz}',
      '\\begin{document}',
      inputs.join('\n\n'),
      '\\end{document}',
    ];
    writeFileSync(join(folder, 'a.tex'), lines.join('\n'));
    const { status } = spawnSync('pdflatex', ['-interaction=nonstopmode', '-halt-on-error', 'a.tex'], {
      cwd: folder,
    });
    const log = readFileSync(join(folder, 'a.log'), 'latin1');
    const words = hasText
      ? spawnSync('pdftotext', ['-layout', 'a.pdf', '-'], { cwd: folder, encoding: 'utf8' }).stdout
      : '';
    return { words, log, status };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

describe('PGF', () => {
  it.skipIf(!hasLatex)('is compiled by pdfLaTeX with the package tikz alone', () => {
    const { log, status, words } = compiled(Object.values(samples));
    expect(log).not.toMatch(/^!/m);
    expect(status).toBe(0);
    if (hasText) expect(words).toContain('knowledge distillation');
  });

  it.skipIf(!hasLatex)('shows labels as they were written, and runs none of them', () => {
    // pdfLaTeX has no Japanese and no Hebrew.
    const latin = hostileWords.filter((words) => !words.includes('日本'));
    const { log, status, words } = compiled(latin.map(hostile));
    expect(log).not.toMatch(/^!/m);
    expect(status).toBe(0);
    expect(log).not.toContain('/etc/passwd)');
    if (hasText) {
      expect(words).toContain('\\input{/etc/passwd}');
      // Its underscore is a line, not a character.
      expect(words).toMatch(/\$&#% ?_?\{\}/);
      expect(words).not.toContain('root:');
    }
  });

  it('has at most 40,000 pixels, and says what to do with more', () => {
    const images = (size: number) =>
      figure({
        panels: [
          {
            plot: 'images',
            title: undefined,
            columns: ['a'],
            rows: [{ words: '', images: [picture(size, 0, '')] }],
          },
        ],
      });
    expect(toPgf(draw(images(200)))).toContain('rectangle');
    expect(() => toPgf(draw(images(201)))).toThrow(
      expect.objectContaining({
        reason: 'too-many-pixels',
        message: 'The images have 40401 pixels together, too many for PGF.',
        hint: 'PGF draws each pixel as a rectangle, and at most 40000. Write this figure as PDF or PNG.',
      }),
    );
  });
});
