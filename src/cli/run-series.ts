import type { RunSeries } from '../cache/run-files.ts';
import type { OpenPipeline } from './workspace.ts';

/** The runs to which a run of these cells belongs: those with the same pipeline, profile, `--set` and `--engine`. */
export function seriesOf({ pipeline, flags, workspace }: OpenPipeline): RunSeries {
  const { engine } = workspace.settings;
  const set = [...(flags.set ?? []), ...(engine.by === 'default' ? [] : [`--engine ${engine.value}`])];
  return { pipeline: pipeline.name, profile: pipeline.profile ?? '', settings: set.join(' ') };
}
