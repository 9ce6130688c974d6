// Reads numbers back from an SVG image, by its axes alone: from where ticks are, and what is written beside them.

export interface SvgPath {
  readonly places: readonly (readonly [number, number])[];
  readonly attributes: Readonly<Record<string, string>>;
}

export interface SvgText {
  readonly words: string;
  readonly x: number;
  readonly y: number;
  readonly attributes: Readonly<Record<string, string>>;
}

export function pathsOf(svg: string): SvgPath[] {
  return [...svg.matchAll(/<path ([^>]*)\/>/g)].map(([, text = '']) => {
    const attributes = attributesOf(text);
    const places = [...(attributes.d ?? '').matchAll(/[ML](-?[\d.]+) (-?[\d.]+)/g)];
    return { places: places.map(([, x, y]) => [Number(x), Number(y)] as const), attributes };
  });
}

export function textsOf(svg: string): SvgText[] {
  return [...svg.matchAll(/<text ([^>]*)>([^<]*)<\/text>/g)].map(([, text = '', words = '']) => {
    const attributes = attributesOf(text);
    const unescaped = words.replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)));
    return { words: unescaped, x: Number(attributes.x), y: Number(attributes.y), attributes };
  });
}

function attributesOf(text: string): Record<string, string> {
  return Object.fromEntries(
    [...text.matchAll(/([\w-]+)="([^"]*)"/g)].map(([, name, value]) => [name, value]),
  );
}

/** The number that the words of a tick say: `0.5`, `−3`, `2×10⁻⁴`. */
export function numberIn(words: string): number {
  const raised = '⁰¹²³⁴⁵⁶⁷⁸⁹';
  const plain = words
    .replace('−', '-')
    .replace(/^(.*?)×?10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)$/, (_, mantissa: string, power: string) => {
      const digits = [...power].map((sign) => (sign === '⁻' ? '-' : String(raised.indexOf(sign))));
      return `${mantissa === '' ? '1' : mantissa}e${digits.join('')}`;
    });
  return Number(plain);
}

/**
 * Which number is at a height of a figure with one panel.
 *
 * @returns undefined if the axis has fewer than two numbers
 */
export function verticalAxis(svg: string, scale: 'linear' | 'log'): Reader | undefined {
  const words = textsOf(svg).filter(
    ({ attributes }) => attributes['text-anchor'] === 'end' && !attributes.transform,
  );
  // Ticks are short level lines in black; there is one beside each number, from the top or the bottom.
  const heights = pathsOf(svg)
    .filter(({ places: [a, b], attributes }) => attributes.stroke === '#000000' && a && b && isTick(a, b))
    .map(({ places }) => places[0]?.[1] ?? 0);
  return readerOf(
    words.map(({ words, y }) => [nearest(heights, y), numberIn(words)]),
    scale,
  );
}

/** The same for places from left to right. */
export function horizontalAxis(svg: string, scale: 'linear' | 'log'): Reader | undefined {
  const tickSize = '6.5';
  const lows = textsOf(svg).filter(
    ({ words, attributes }) =>
      attributes['font-size'] === tickSize &&
      (attributes['text-anchor'] === 'middle' || attributes.transform) &&
      Number.isFinite(numberIn(words)),
  );
  const across = pathsOf(svg)
    .filter(
      ({ places: [a, b], attributes }) =>
        attributes.stroke === '#000000' && a && b && isTick([a[1], a[0]], [b[1], b[0]]),
    )
    .map(({ places }) => places[0]?.[0] ?? 0);
  return readerOf(
    lows.map(({ words, x }) => [nearest(across, x), numberIn(words)]),
    scale,
  );
}

/** Reads the number at a place, and how much it changes there over 0.02 points. */
export type Reader = (place: number) => { readonly value: number; readonly error: number };

function isTick(a: readonly [number, number], b: readonly [number, number]): boolean {
  return a[1] === b[1] && Math.abs(a[0] - b[0]) < 3;
}

function nearest(places: readonly number[], wanted: number): number {
  return places.reduce(
    (a, b) => (Math.abs(b - wanted) < Math.abs(a - wanted) ? b : a),
    Number.POSITIVE_INFINITY,
  );
}

function readerOf(
  marks: readonly (readonly [place: number, value: number])[],
  scale: 'linear' | 'log',
): Reader | undefined {
  const sorted = [...marks].sort(([a], [b]) => a - b);
  const [first, last] = [sorted[0], sorted.at(-1)];
  if (!first || !last || first[0] === last[0]) return undefined;
  const to = scale === 'log' ? Math.log10 : (value: number) => value;
  const from = scale === 'log' ? (value: number) => 10 ** value : (value: number) => value;
  const perPoint = (to(last[1]) - to(first[1])) / (last[0] - first[0]);
  const at = (place: number) => from(to(first[1]) + (place - first[0]) * perPoint);
  // Places are rounded to 0.01: that of the mark itself, and those of two ticks, whose errors grow with the distance.
  const rounding = 0.02 + 0.02 * (400 / Math.abs(last[0] - first[0]));
  return (place) => ({ value: at(place), error: Math.abs(at(place + rounding) - at(place - rounding)) });
}
