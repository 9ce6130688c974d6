/** `step-size` as `stepSize`. */
type CamelCase<Name> = Name extends `${infer Head}-${infer Tail}`
  ? `${Head}${Capitalize<CamelCase<Tail>>}`
  : Name;

/** Parameters with the names used in code. */
export type SettingsOf<P> = { readonly [Name in keyof P as CamelCase<Name>]: P[Name] };

/** Converts the parameters of a cell (`step-size`) to the names used in code (`stepSize`). */
export function settingsOf<P extends object>(parameters: P): SettingsOf<P> {
  const renamed = Object.entries(parameters).map(([name, value]) => [
    name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase()),
    value,
  ]);
  return Object.fromEntries(renamed) as SettingsOf<P>; // the names are those of the type
}
