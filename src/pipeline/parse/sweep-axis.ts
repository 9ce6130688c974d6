import { isScalar, type Json, type Scalar } from '../../json.ts';
import { suggest } from '../../suggest.ts';
import type { Axis, Range } from '../../sweep/space.ts';
import type { Findings } from './findings.ts';
import { parseFraction } from './fractions.ts';
import { describeValue, isMapping, type JsonMap } from './readers.ts';
import type { Path } from './source.ts';

const types = ['choice', 'uniform', 'log', 'int'] as const;

/** Where an axis is written, and the axes before it. */
interface AxisPlace {
  readonly path: Path;
  readonly earlier: readonly Axis[];
}

/**
 * Reads an axis of a space: a list of values, `{log: [LOW, HIGH]}`, `{uniform: …}`, `{int: …}` (with `log: true` on a
 * logarithmic scale) or `{choice: […]}`, each with an optional `when`. Undefined after a mistake.
 */
export function readAxis(name: string, value: Json, place: AxisPlace, findings: Findings): Axis | undefined {
  const { path } = place;
  const bad = (message: string, hint?: string) => {
    findings.error('bad-space', { path }, `axis '${name}' ${message}`, { hint });
    return undefined;
  };
  if (Array.isArray(value)) {
    const values = scalars(value);
    return values === undefined ? bad('must be a list of values') : { name, range: choice(values) };
  }
  const hint =
    'write a list of values, or one of {log: [LOW, HIGH]}, {uniform: [LOW, HIGH]}, {int: [LOW, HIGH]}';
  if (!isMapping(value)) return bad(`must be a list or a range, not ${describeValue(value)}`, hint);
  const unknown = Object.keys(value).find((key) => ![...types, 'when', 'log'].some((one) => one === key));
  if (unknown !== undefined)
    return bad(`has no key '${unknown}'`, suggest(unknown, [...types, 'when'], 'its keys'));
  const range = readRange(value);
  if (typeof range === 'string') return bad(range, hint);
  if (value.when === undefined) return { name, range };
  const when = readWhen(value.when, place.earlier);
  return typeof when === 'string'
    ? bad(when, 'write when: {AXIS: VALUE}, with an axis above it')
    : { name, range, when };
}

/** @returns what is wrong if it is no range */
function readRange(value: JsonMap): Range | string {
  const isLogarithmicInt = value.int !== undefined && value.log === true;
  const given = types.filter((type) => value[type] !== undefined && !(type === 'log' && isLogarithmicInt));
  const [type, second] = given;
  if (type === undefined || second !== undefined) return 'must have one range';
  if (type === 'choice') {
    const values = scalars(value.choice);
    return values === undefined ? 'must have a list of values' : choice(values);
  }
  const ends = Array.isArray(value[type]) ? value[type].map(numberOf) : [];
  const [low, high] = ends;
  if (ends.length !== 2 || low === undefined || high === undefined)
    return `must have two numbers: ${type}: [LOW, HIGH]`;
  if (low > high) return `must begin with its lower end: ${type}: [${high}, ${low}]`;
  if ((type === 'log' || isLogarithmicInt) && low <= 0) return 'must be above 0 on a logarithmic scale';
  if (type === 'int') {
    if (![low, high].every(Number.isSafeInteger)) return 'must have whole numbers as ends';
    return { type, low, high, ...(isLogarithmicInt && { log: true }) };
  }
  return { type, low, high };
}

function readWhen(value: Json, earlier: readonly Axis[]): NonNullable<Axis['when']> | string {
  const [pair, ...others] = isMapping(value) ? Object.entries(value) : [];
  if (pair === undefined || others.length > 0) return "must have one axis in 'when'";
  const [axis, given] = pair;
  const values = Array.isArray(given) ? scalars(given) : isScalar(given) ? [given] : undefined;
  if (values === undefined) return "must have a value or a list of values in 'when'";
  if (!earlier.some(({ name }) => name === axis)) return `depends on '${axis}', which is no axis above it`;
  return { axis, values };
}

function choice(values: readonly Scalar[]): Range {
  return { type: 'choice', values };
}

/** Undefined if it is not a list of at least one scalar. */
function scalars(value: Json | undefined): Scalar[] | undefined {
  if (!Array.isArray(value) || value.length === 0) return undefined;
  const found = value.filter(isScalar);
  return found.length === value.length ? found : undefined;
}

/** A number, also as a fraction: 8/255. */
function numberOf(value: Json): number | undefined {
  if (typeof value === 'string') return parseFraction(value);
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}
