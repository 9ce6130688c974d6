/** Says of which names the numbers are measurements: they depend on more than the method, and differ in another run. */
export function measuredNote(names: readonly string[]): string[] {
  return names.length > 0 ? [`Measured, so that it depends on the machine: ${names.join(', ')}.`] : [];
}
