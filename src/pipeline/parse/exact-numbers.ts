import { type Document, isScalar, visit } from 'yaml';

/** A number in YAML text that cannot be represented as it is written. */
export interface InexactNumber {
  /** Start and end, in characters from the start of the text. */
  readonly start: number;
  readonly end: number;
  readonly code: 'bad-number' | 'not-json';
  readonly message: string;
  readonly hint?: string;
}

/** What each of them has: many digits, an exponent of three digits, a leading zero or base, or no digit at all. */
const mayHoldOne = /\d{16}|[\d.]e[-+]?\d{3}|(?<![\d.])0[\dxo]|\.inf|\.nan/i;

/**
 * Finds numbers that a double cannot represent or that can be read in two ways: whole numbers beyond 2^53, numbers
 * that are too large or too small, and leading zeros. Decimal fractions are rounded to the nearest double, as in
 * every language.
 */
export function findInexactNumbers(document: Document, text: string): InexactNumber[] {
  const found: InexactNumber[] = [];
  if (!mayHoldOne.test(text)) return found;
  visit(document, {
    Scalar(_, node) {
      if (!isScalar(node) || typeof node.value !== 'number' || !node.range) return;
      const problem = problemOf(node.source ?? '', node.value);
      if (problem !== undefined)
        found.push({ start: node.range[0], end: node.range[1], code: 'bad-number', ...problem });
    },
  });
  return found;
}

function problemOf(
  source: string,
  value: number,
): (Partial<InexactNumber> & Pick<InexactNumber, 'message'>) | undefined {
  const quote = `if it is text, put it in quotes: "${source}"`;
  const sign = source.startsWith('-') ? '-' : '';
  if (/^[-+]?0\d/.test(source)) {
    const plain = `${sign}${source.replace(/^[-+]?0+(?=\d)/, '')}`;
    return {
      message: `the number ${source} begins with 0, which some read as octal`,
      hint: `write ${plain}; ${quote}`,
    };
  }
  if (/^[-+]?\d+$|^0[xo]/.test(source)) {
    if (Number.isSafeInteger(value)) return undefined;
    const message = `the whole number ${source} cannot be kept exactly: the limit is 2^53 - 1 = ${Number.MAX_SAFE_INTEGER}`;
    return { message, hint: quote };
  }
  // `.inf`, `.nan`
  if (!/\d/.test(source)) return { code: 'not-json', message: `${value} is not a finite number` };
  if (!Number.isFinite(value))
    return { message: `the number ${source} is too large: the limit is about 1.8e308`, hint: quote };
  if (value === 0 && /[1-9]/.test(source.replace(/e.*/i, '')))
    return { message: `the number ${source} is too small: it would become 0`, hint: quote };
  return undefined;
}
