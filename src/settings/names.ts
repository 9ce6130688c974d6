/** The settings by their keys in `retable.yaml`, each with its flag and its environment variable. */
export const SETTING_NAMES = {
  cache: { flag: '--cache', variable: 'RETABLE_CACHE' },
  data: { flag: '--data-dir', variable: 'RETABLE_DATA_DIR' },
  results: { flag: '--results', variable: 'RETABLE_RESULTS' },
  engine: { flag: '--engine', variable: 'RETABLE_ENGINE' },
  jobs: { flag: '--jobs', variable: 'RETABLE_JOBS' },
} as const;

export type SettingName = keyof typeof SETTING_NAMES;
