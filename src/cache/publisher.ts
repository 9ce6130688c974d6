import PQueue from 'p-queue';
import { Failure } from '../failure.ts';
import type { Digest } from './digest.ts';
import { explainDiskError } from './disk-failure.ts';
import { syncFolders } from './durable.ts';
import { removeFolder } from './folders.ts';
import { enter, type Placed, type Prepared, type Publication, place, prepare } from './publication.ts';
import { type Store, write } from './store.ts';

interface Job {
  readonly publication: Publication;
  readonly prepared: Prepared;
  /** How often it was started. */
  readonly round: number;
  done(artifact: Digest): void;
  failed(error: unknown): void;
}

const rounds = 3;
const batchSize = 256;

/**
 * Publishes cells. They are prepared in parallel. Those that are ready while others are added to the index wait, and then
 * share one sync of folders and one transaction (a group commit).
 */
export class Publisher {
  readonly #store: Store;
  readonly #preparing = new PQueue({ concurrency: 8 });
  readonly #ready: Job[] = [];
  #busy = false;

  constructor(store: Store) {
    this.#store = store;
  }

  publish(publication: Publication, round = 1): Promise<Digest> {
    return new Promise<Digest>((done, failed) => {
      this.#preparing
        .add(() => prepare(this.#store, publication))
        .then((prepared) => {
          this.#ready.push({ publication, prepared, round, done, failed });
          if (!this.#busy) return this.#drain();
        })
        .catch(failed);
    }).catch((error: unknown) => {
      throw explainDiskError(error, `publish ${publication.cell}`, '--cache DIR');
    });
  }

  async #drain(): Promise<void> {
    this.#busy = true;
    try {
      while (this.#ready.length > 0) await this.#commit(this.#ready.splice(0, batchSize));
    } finally {
      this.#busy = false;
    }
  }

  async #commit(jobs: readonly Job[]): Promise<void> {
    const jobsPlaced = each(jobs, (job) => ({ job, placed: place(this.#store, job.prepared) }));
    try {
      await syncFolders(new Set(jobsPlaced.flatMap(({ placed }) => placed.folders)));
      this.#store.step('folders-synced');
      const entered = write(this.#store, () => {
        const results = jobsPlaced.map((one) => ({ ...one, result: this.#enter(one.placed) }));
        this.#store.step('index-written');
        return results;
      });
      this.#store.step('index-committed');
      for (const { job, placed, result } of entered) this.#settle(job, placed, result);
    } catch (error) {
      for (const { job, placed } of jobsPlaced) this.#fail(job, placed, error);
    }
  }

  #enter(placed: Placed): 'entered' | 'again' | { error: unknown } {
    try {
      return enter(this.#store, placed) ? 'entered' : 'again';
    } catch (error) {
      // An output that is still written to affects only its own cell. An error of the index affects all.
      if (error instanceof Failure) return { error };
      throw error;
    }
  }

  #settle(job: Job, placed: Placed, result: 'entered' | 'again' | { error: unknown }): void {
    if (result === 'entered') {
      void this.#removeFolder(job.publication.folder).then(() => job.done(placed.artifact));
    } else if (result === 'again' && job.round < rounds) {
      placed.undo();
      this.publish(job.publication, job.round + 1).then(job.done, job.failed);
    } else {
      const lost = new Failure(
        'content-lost',
        `Files of the output of ${job.publication.cell} disappeared while it was published.`,
        {
          hint: 'Check whether another program deletes files in the cache folder, then run again.',
        },
      );
      this.#fail(job, placed, result === 'again' ? lost : result.error);
    }
  }

  #fail(job: Job, placed: Placed, error: unknown): void {
    try {
      placed.undo();
    } catch (undoing) {
      this.#store.notice(
        `the output of ${job.publication.cell} could not be moved back: ${messageOf(undoing)}`,
      );
    }
    job.failed(error);
  }

  async #removeFolder(folder: string): Promise<void> {
    try {
      await removeFolder(folder);
    } catch (error) {
      this.#store.notice(`could not remove ${folder}: ${messageOf(error)}`);
    }
  }
}

/** Does something for each job. A job for which it fails is rejected, and left out. */
function each<Result>(jobs: readonly Job[], act: (job: Job) => Result): Result[] {
  return jobs.flatMap((job) => {
    try {
      return [act(job)];
    } catch (error) {
      job.failed(error);
      return [];
    }
  });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
