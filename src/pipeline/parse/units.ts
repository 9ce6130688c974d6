const seconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

const bytes: Readonly<Record<string, number>> = {
  B: 1,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
};

/** In seconds. Node timers hold at most 2^31 ms (almost 25 days), and fire at once beyond that. */
const longest = 24 * 86_400;

/**
 * Parses `90s`, `15m`, `2h`, `1d` or a number of seconds, to seconds; undefined for anything else. More than zero, at
 * most 24 days.
 */
export function parseDuration(value: unknown): number | undefined {
  const amount = parseAmount(value, seconds);
  return amount !== undefined && amount > 0 && amount <= longest ? amount : undefined;
}

/** Parses `512MB`, `2GB`, `1GiB` or a number of bytes, to bytes, rounded up; undefined for anything else. */
export function parseMemory(value: unknown): number | undefined {
  const amount = parseAmount(value, bytes);
  return amount === undefined ? undefined : Math.ceil(amount);
}

function parseAmount(value: unknown, units: Readonly<Record<string, number>>): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) && value >= 0 ? value : undefined;
  if (typeof value !== 'string') return undefined;
  const match = /^(\d+(?:\.\d+)?) ?([A-Za-z]+)$/.exec(value);
  const [, digits, unit] = match ?? [];
  if (digits === undefined || unit === undefined || !Object.hasOwn(units, unit)) return undefined;
  const amount = Number(digits) * (units[unit] ?? Number.NaN);
  return Number.isFinite(amount) ? amount : undefined;
}
