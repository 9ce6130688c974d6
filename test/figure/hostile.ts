import type { Figure } from '../../src/figure/figure.ts';
import { barPanel, estimate, exact, figure, picture } from './samples.ts';

/** Labels that would do something, or break a form, if they were not escaped. */
export const hostileWords = [
  '<img src=x onerror=alert(1)>',
  '</text></svg><script>alert(1)</script>',
  ']]>&amp;&#0;"\'',
  '\\input{/etc/passwd}',
  '$&#%_{}~^\\[]*"|<>',
  'a\nb\r\n\tc%d\\\\',
  '\u0000\u0001\u000b\u001b[31mred\u007f\u0085\ufffe\uffff',
  '\ud800 half of a pair \udc00',
  '\u202eturned\u200b\ufeff',
  '日本語 🎉 עברית',
  'ε ≤ 8/255 ± ½ × 10⁻³, “a” – ‘b’ … ∞',
  ' ',
];

/** A figure that has some words everywhere. */
export function hostile(words: string): Figure {
  const axis = { words, format: 'percent', scale: 'linear' } as const;
  return figure({
    name: words,
    title: words,
    pipeline: words,
    profile: words,
    set: { [words]: words },
    notes: [words],
    warnings: [{ name: words, cells: [words], message: words }],
    panels: [
      {
        plot: 'points',
        title: words,
        x: { ...axis, ticks: [{ value: 0, words }] },
        y: axis,
        series: [
          {
            words,
            joined: true,
            spread: 'band',
            points: [0, 1].map((x) => ({ x: exact(x), y: estimate(0.5, 0.1), words })),
          },
        ],
      },
      { ...barPanel, title: words, y: axis, groups: [words, words, words] },
      {
        plot: 'images',
        title: words,
        columns: [words],
        rows: [{ words, images: [picture(8, 1, words)] }],
      },
    ],
  });
}
