import type { EngineName } from '../engine/identity.ts';
import type { SettingName } from './names.ts';

interface Values {
  /** The folder of the cache. All paths here are absolute. */
  readonly cache: string;
  /** The folder where data sets are looked for. */
  readonly data: string | undefined;
  /** The folder for the tables of all pipelines. */
  readonly results: string;
  readonly engine: EngineName;
  /** How many cells may run at the same time. */
  readonly jobs: number;
}

/** A value, and where it comes from. */
export interface Setting<T> {
  readonly value: T;
  readonly by: 'flag' | 'variable' | 'file' | 'default';
  /** The flag, the variable, or the place in the file: `--jobs`, `RETABLE_JOBS`, `retable.yaml:3:1`, `default`. */
  readonly source: string;
}

/** Where the files of a project are, and how it runs. Only the engine influences what cells compute. */
export type Settings = { readonly [Name in SettingName]: Setting<Values[Name]> };

/** The settings that one source gives. */
export type GivenSettings = { readonly [Name in SettingName]?: Setting<Values[Name]> | undefined };

/**
 * Chooses the value of each setting: the first that is given.
 * @param given the settings of flags, environment variables and the file, in this order
 */
export function resolveSettings(given: readonly GivenSettings[], defaults: Values): Settings {
  const first = <Name extends SettingName>(name: Name): Setting<Values[Name]> => {
    for (const settings of given) {
      const setting = settings[name];
      if (setting !== undefined) return setting;
    }
    return { value: defaults[name], by: 'default', source: 'default' };
  };
  return {
    cache: first('cache'),
    data: first('data'),
    results: first('results'),
    engine: first('engine'),
    jobs: first('jobs'),
  };
}

/** A setting as it is written: `--jobs 8`, `RETABLE_JOBS=8`, or `jobs: 8 (retable.yaml:3:1)`. */
export function asWritten(name: SettingName, { value, by, source }: Setting<string | number>): string {
  if (by === 'flag') return `${source} ${value}`;
  return by === 'variable' ? `${source}=${value}` : `${name}: ${value} (${source})`;
}
