/** One line of the benchmark: a work, on a net where it has one. */
export interface Case {
  readonly work: string;
  readonly net: string;
}

/**
 * The cases that words ask for: a word is (part of) the name of a net or of a work, and without a word for one of the
 * two there are all of it.
 * @throws Error if a word is part of no name
 */
export function chooseCases(cases: readonly Case[], words: readonly string[]): Case[] {
  const names = { work: cases.map(({ work }) => work), net: cases.map(({ net }) => net) };
  const odd = words.find((word) => ![...names.work, ...names.net].some((name) => name.includes(word)));
  if (odd !== undefined) {
    const all = [...new Set([...names.work, ...names.net])].filter((name) => name !== '');
    throw new Error(`nothing here is named ${odd}: ${all.join(', ')}`);
  }
  const asked = (which: 'work' | 'net') =>
    words.filter((word) => names[which].some((name) => name.includes(word)));
  const fits = (which: 'work' | 'net', name: string) =>
    asked(which).length === 0 || asked(which).some((word) => name.includes(word));
  return cases.filter(({ work, net }) => fits('work', work) && fits('net', net));
}
