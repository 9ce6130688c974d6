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
  '−': '$-$',
  '‐': '-',
  '‑': '-',
  '—': '---',
  '–': '--',
  '…': '\\dots{}',
};

/** Signs that are a command of the same kind in mathematics. */
const mathematics: Readonly<Record<string, string>> = {
  '±': 'pm',
  '×': 'times',
  '·': 'cdot',
  '√': 'surd',
  '∞': 'infty',
  ℓ: 'ell',
  '∂': 'partial',
  '∇': 'nabla',
  '∈': 'in',
  '∑': 'sum',
  '∏': 'prod',
  '∫': 'int',
  '→': 'to',
  '←': 'leftarrow',
  '↑': 'uparrow',
  '↓': 'downarrow',
  '≈': 'approx',
  '≠': 'ne',
  '≡': 'equiv',
  '≤': 'le',
  '≥': 'ge',
  '≪': 'll',
  '≫': 'gg',
  '∥': 'parallel',
  '∆': 'Delta',
  µ: 'mu',
  α: 'alpha',
  β: 'beta',
  γ: 'gamma',
  δ: 'delta',
  ε: 'epsilon',
  ζ: 'zeta',
  η: 'eta',
  θ: 'theta',
  ι: 'iota',
  κ: 'kappa',
  λ: 'lambda',
  μ: 'mu',
  ν: 'nu',
  ξ: 'xi',
  π: 'pi',
  ρ: 'rho',
  ς: 'varsigma',
  σ: 'sigma',
  τ: 'tau',
  υ: 'upsilon',
  φ: 'varphi',
  χ: 'chi',
  ψ: 'psi',
  ω: 'omega',
  ϑ: 'vartheta',
  ϕ: 'phi',
  ϵ: 'epsilon',
  Γ: 'Gamma',
  Δ: 'Delta',
  Θ: 'Theta',
  Λ: 'Lambda',
  Ξ: 'Xi',
  Π: 'Pi',
  Σ: 'Sigma',
  Υ: 'Upsilon',
  Φ: 'Phi',
  Ψ: 'Psi',
  Ω: 'Omega',
};

/** Greek capitals that look like Latin ones, for which mathematics has no commands. */
const [greek, latin] = ['ΑΒΕΖΗΙΚΜΝΟΡΤΧο', 'ABEZHIKMNOPTXo'];
const [raised, lowered, plain] = ['⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿ', '₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₙ', '0123456789+-=()n'];

/** Escapes text for LaTeX, character by character. Control characters, which LaTeX refuses, are left out. */
export function escapeLatex(text: string): string {
  return [...text.replace(/\s+/g, ' ').replace(/\p{Cc}/gu, '')].map(escaped).join('');
}

function escaped(character: string): string {
  if (/[&%$#_{}]/.test(character)) return `\\${character}`;
  const command = mathematics[character];
  if (command !== undefined) return `$\\${command}$`;
  const capital = latin[greek.indexOf(character)];
  if (capital !== undefined) return `$\\mathrm{${capital}}$`;
  if (raised.includes(character)) return `$^${plain[raised.indexOf(character)]}$`;
  if (lowered.includes(character)) return `$_${plain[lowered.indexOf(character)]}$`;
  return commands[character] ?? character;
}
