import { createReadStream, existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Attempt } from '../cache/cache.ts';
import { Failure } from '../failure.ts';
import { findCell } from '../plan/find-cell.ts';
import { EXIT } from './outcome.ts';
import { type PipelineFlags, resolvePipeline, type Workspace } from './workspace.ts';

/** How often a followed log is read, in milliseconds. */
const POLL_MS = 200;

/** `retable logs CELL`: what an attempt printed; with `--follow`, also what it prints until the cell has ended. */
export async function logs(
  name: string,
  pipelineName: string | undefined,
  given: PipelineFlags,
): Promise<number> {
  const { workspace, file, flags } = resolvePipeline(pipelineName, given);
  const pipeline = await workspace.load(file, flags);
  // A cell that is no longer in the pipeline may still have logs.
  const attempts = attemptsOf(workspace, name, pipeline.name);
  const cell = attempts.length > 0 ? name : findCell(pipeline.cells, name, pipeline.name).id;
  const look = () => attemptsOf(workspace, cell, pipeline.name);
  const attempt = chosen(cell, attempts.length > 0 ? attempts : look(), flags.attempt);
  if (flags.path) console.log(logOf(attempt));
  else if (flags.follow) await follow(attempt, look);
  else await print(attempt, 0);
  return EXIT.done;
}

/** An attempt, and whether a process still works on its cell. After a failure, the cell may be tried again. */
type Watched = Attempt & { readonly isHeld: boolean };

/** Newest first. The cache is opened only for this, so that following a log does not keep it open. */
function attemptsOf(workspace: Workspace, cell: string, pipeline: string): Watched[] {
  const cache = workspace.openCache();
  try {
    const attempts = cache.attemptsOf(cell, pipeline);
    return attempts.map((attempt) => ({ ...attempt, isHeld: cache.isLeased(attempt.fingerprint) }));
  } finally {
    cache.close();
  }
}

/** @throws Failure `no-log` */
function chosen(cell: string, attempts: readonly Watched[], number: string | undefined): Watched {
  const attempt = number === undefined ? attempts[0] : attempts.find(({ id }) => id === Number(number));
  if (attempt && (existsSync(logOf(attempt)) || attempt.state === 'running')) return attempt;
  const which = number === undefined ? '' : `, attempt ${number}`;
  throw new Failure('no-log', `There is no log of ${cell}${which}.`, {
    hint:
      attempts.length > 0
        ? `Attempts: ${attempts.map(({ id }) => id).join(', ')}.`
        : 'It has not run in this cache, or `retable cache gc` has removed its attempts.',
  });
}

/** Prints the logs of the attempts at a cell, one after the other, until no process works on the cell any more. */
async function follow(first: Watched, look: () => readonly Watched[]): Promise<void> {
  let followed = first;
  let position = 0;
  while (!process.stdout.destroyed) {
    // Asked before the log is read: if the attempt has ended now, its log is complete.
    const attempts = look();
    position = await print(followed, position);
    const now = attempts.find(({ id }) => id === followed.id);
    const next = attempts.findLast(({ id }) => id > followed.id);
    if (now?.state !== 'running' && next) {
      console.error(
        `attempt ${followed.id} ended as ${now?.state ?? 'interrupted'}; attempt ${next.id} follows`,
      );
      followed = next;
      position = 0;
    } else if (now?.state === 'running' || now?.isHeld) {
      await delay(POLL_MS);
    } else {
      return;
    }
  }
}

/** Prints a log from a position to its end. @returns the position of the end */
async function print(attempt: Attempt, from: number): Promise<number> {
  const log = logOf(attempt);
  if (!existsSync(log)) return from;
  let position = from;
  for await (const chunk of createReadStream(log, { start: from })) {
    await new Promise<void>((resolve) => process.stdout.write(chunk, () => resolve()));
    position += chunk.length;
    if (process.stdout.destroyed) break;
  }
  return position;
}

function logOf({ folder }: Attempt): string {
  return join(folder, 'log.txt');
}
