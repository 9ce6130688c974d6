import { existsSync } from 'node:fs';
import { join, sep } from 'node:path';
import prettyBytes from 'pretty-bytes';
import type { Collected } from '../cache/cache.ts';
import type { Fingerprint } from '../cache/digest.ts';
import { Failure } from '../failure.ts';
import { planCells } from '../plan/plan.ts';
import { LocalExecutor } from '../run/local-executor.ts';
import { recoverAttempts } from '../run/recover.ts';
import { lastRun } from './last-run.ts';
import { Mistakes } from './mistakes.ts';
import { EXIT } from './outcome.ts';
import { openPipeline, type PipelineFlags, Workspace } from './workspace.ts';

/**
 * `retable cache gc`: deletes what no pipeline of this project (in any profile), none of its last runs and no other
 * project uses.
 */
export default async function cacheGc(given: PipelineFlags): Promise<number> {
  const keepRuns = Number(given.keepRuns);
  if (!Number.isInteger(keepRuns) || keepRuns < 0)
    throw new Failure('bad-flag', `--keep-runs takes a whole number, not ${given.keepRuns}.`);
  const workspace = new Workspace(given, given.dryRun ? 'read' : 'write');
  // First of all, because the output of killed attempts may be what fills the disk.
  if (!given.dryRun) await recoverIn(workspace);
  const flags = { ...dataOfLastRun(workspace), ...given };
  const keep = new Set<Fingerprint>();
  for (const [name, file] of workspace.pipelines) {
    for (const profile of await profilesOf(workspace, file)) {
      for (const fingerprint of await referredTo(name, profile, flags)) keep.add(fingerprint);
    }
  }
  const cache = workspace.openCache();
  const { dryRun = false, allProjects = false } = flags;
  const collected = cache.collect({ keep, dryRun, keepRuns, allProjects });
  cache.close();
  if (flags.json) console.log(JSON.stringify(collected));
  else print(collected, dryRun);
  return EXIT.done;
}

/**
 * Cells that were made from data cannot be planned without the data folder, and would then be deleted. So if no setting
 * names the folder, this takes that of the last run.
 */
function dataOfLastRun(workspace: Workspace): PipelineFlags {
  const dataDir = lastRun(workspace)?.dataDir;
  return dataDir !== undefined && workspace.settings.data.by === 'default' && existsSync(dataDir)
    ? { dataDir }
    : {};
}

async function recoverIn(workspace: Workspace): Promise<void> {
  const cache = workspace.openCache();
  await recoverAttempts(cache, new LocalExecutor());
  cache.close();
}

/**
 * A pipeline with mistakes ends the command, because the cells that it uses are unknown. A pipeline that comes with
 * retable may not fit the kinds of the project: then it has never run here, and is skipped.
 */
async function profilesOf(workspace: Workspace, file: string): Promise<readonly (string | undefined)[]> {
  try {
    const { profiles, profile } = await workspace.load(file, {});
    // Without a default profile, a plain run uses the base values of the parameters.
    return profile === undefined ? [undefined, ...profiles] : profiles;
  } catch (error) {
    if (error instanceof Mistakes && !file.startsWith(join(workspace.root, sep))) return [];
    throw error;
  }
}

async function referredTo(
  name: string,
  profile: string | undefined,
  flags: PipelineFlags,
): Promise<Fingerprint[]> {
  const { pipeline, planner, cache } = await openPipeline(name, {
    ...flags,
    ...(profile === undefined ? {} : { profile }),
  });
  try {
    const planned = await planCells(planner, pipeline.cells);
    const reasons = planned.flatMap((one) => one.reasons);
    const blocked = reasons.find(({ reason }) => reason === 'blocked');
    // For example, the data may be missing now. The results of the last runs are kept anyway. A pipeline that has never
    // run has no results to keep.
    if (blocked && cache.hasRun(pipeline.name, pipeline.profile ?? ''))
      console.error(
        `note: ${name}${profile ? `, profile ${profile}` : ''} can't be planned here: ${blocked.message}`,
      );
    return planned.flatMap(({ key }) => (key ? [key.fingerprint] : []));
  } finally {
    cache.close();
  }
}

function print({ freed, bytes }: Collected, dryRun: boolean): void {
  for (const { what, name } of freed) console.log(`${what.padEnd(8)} ${name}`);
  console.log(`${dryRun ? 'would free' : 'freed'} ${prettyBytes(bytes)} in ${freed.length} entries`);
}
