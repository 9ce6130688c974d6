/** Adds `prefix` to each name: groups of tensors pass through an engine in one flat record. */
export function withPrefix<T>(prefix: string, given: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(given).map(([name, value]) => [`${prefix}/${name}`, value]));
}

/** The records of the group `prefix`, without the prefix. */
export function group<T>(prefix: string, given: Readonly<Record<string, T>>): Record<string, T> {
  const start = `${prefix}/`;
  const inside = Object.entries(given).filter(([name]) => name.startsWith(start));
  return Object.fromEntries(inside.map(([name, value]) => [name.slice(start.length), value]));
}
