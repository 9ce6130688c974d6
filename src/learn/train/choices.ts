/** Settings that a pipeline may leave to the method. */
export type Choices<T> = { readonly [K in keyof T]?: T[K] | undefined };

/** A method's own settings, but with those that were chosen. What the method does not know is left out. */
export function withChoices<T extends object>(defaults: T, choices: Choices<NoInfer<T>>): T {
  const made = Object.entries(choices).filter(([name, value]) => name in defaults && value !== undefined);
  return { ...defaults, ...Object.fromEntries(made) };
}
