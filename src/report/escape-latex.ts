/**
 * Characters that pdfLaTeX does not accept. Brackets and stars are protected from a preceding `\\`, which would take
 * them as arguments.
 */
const commands: Readonly<Record<string, string>> = {
  '\\': '\\textbackslash{}',
  '~': '\\textasciitilde{}',
  '^': '\\textasciicircum{}',
  '<': '\\textless{}',
  '>': '\\textgreater{}',
  '|': '\\textbar{}',
  '"': "''",
  '[': '{[}',
  ']': '{]}',
  '*': '{*}',
  '±': '$\\pm$',
  '×': '$\\times$',
  '∞': '$\\infty$',
  ℓ: '$\\ell$',
  α: '$\\alpha$',
  β: '$\\beta$',
  γ: '$\\gamma$',
  δ: '$\\delta$',
  ε: '$\\epsilon$',
  λ: '$\\lambda$',
  μ: '$\\mu$',
  σ: '$\\sigma$',
  τ: '$\\tau$',
  '₂': '$_2$',
  '→': '$\\to$',
  '≤': '$\\le$',
  '≥': '$\\ge$',
  '−': '$-$',
  '—': '---',
  '–': '--',
  '…': '\\dots{}',
};

/** Escapes text for LaTeX, character by character. */
export function escapeLatex(text: string): string {
  return [...text.replace(/\s+/g, ' ')]
    .map((character) => (/[&%$#_{}]/.test(character) ? `\\${character}` : (commands[character] ?? character)))
    .join('');
}
