import { setTimeout as delay } from 'node:timers/promises';
import PQueue from 'p-queue';
import type { Fingerprint } from '../cache/digest.ts';
import { asFailure, Failure } from '../failure.ts';
import type { Cell, CellId } from '../pipeline/pipeline.ts';
import { type CellKey, damageText, type PlannedCell } from '../plan/planner.ts';
import type { End, Searches } from '../plan/searches.ts';
import { type AdmissionOptions, AdmissionQueue } from './admission-queue.ts';
import { attemptCell } from './attempt-cell.ts';
import type { SkipReason } from './events.ts';
import type { Outcome } from './outcome.ts';
import { fitted, Slots } from './resources.ts';
import type { RunOptions } from './run-options.ts';
import { Share } from './share.ts';

/** How often to check whether another process has finished a cell, in milliseconds. */
const POLL_MS = 150;

/** Runs cells or takes their cached results, within the resources of the machine and alongside other processes. */
export class CellRunner {
  readonly #options: RunOptions;
  readonly #queue: PQueue<AdmissionQueue, AdmissionOptions>;
  readonly #slots: Slots;
  /** Cells with the same fingerprint are run only once. */
  readonly #running = new Map<Fingerprint, Promise<Outcome>>();
  readonly #searches: Searches;
  #failed = false;

  constructor(options: RunOptions) {
    this.#options = options;
    this.#searches = options.planner.searches();
    this.#slots = new Slots(options.machine);
    this.#queue = new PQueue({ concurrency: options.jobs, queueClass: AdmissionQueue });
    // When a task ends, p-queue starts one other task. But the resources of a large cell may be enough for several.
    // Setting the concurrency makes p-queue start all that fit.
    this.#queue.on('next', () => {
      this.#queue.concurrency = options.jobs;
    });
  }

  /** Whether a search has not decided yet if a cell runs, or with which parameters. */
  isOpen(cell: Cell): boolean {
    try {
      return this.#searches.settle(cell).state === 'open';
    } catch {
      // `bring` reports it.
      return false;
    }
  }

  /** @param settled the outcomes of the cells that it needs */
  async bring(cell: Cell, settled: ReadonlyMap<CellId, Outcome>): Promise<Outcome> {
    try {
      const outcome = await this.#settled(cell, settled);
      const end = this.#endOf(cell.id, outcome);
      if (end) this.#searches.ended(cell.id, end);
      return outcome;
    } catch (error) {
      this.#failed = true;
      const { reason, message, hint } = asFailure(error);
      this.#options.emit({
        event: 'cell-failed',
        cell: cell.id,
        attempt: 0,
        willRetry: false,
        reason,
        message,
        ...(hint ? { hint } : {}),
      });
      return { state: 'failed' };
    }
  }

  async #settled(named: Cell, outcomes: ReadonlyMap<CellId, Outcome>): Promise<Outcome> {
    const { planner, signal } = this.#options;
    const settled = this.#searches.settle(named);
    if (settled.state === 'left-out') return this.#leaveOut(named.id, settled.end, settled.message);
    const because = signal.aborted ? 'interrupted' : 'needs-failed';
    if (settled.state === 'open')
      return this.#skip(named.id, because, whyOpen(named, settled.message, outcomes));
    const { cell } = settled;
    const lacking = Object.values(cell.needs).filter((id) => !outcomes.get(id)?.artifact);
    if (lacking.length > 0) return this.#skip(cell.id, because, `it needs ${lacking.join(', ')}`);
    const plan = () => planner.plan(cell, (id) => outcomes.get(id)?.artifact);
    const planned = await plan();
    const key = planned.key;
    if (!key) throw new Error(`${cell.id} has inputs but no fingerprint`);
    this.#setAside(planned);
    if (planned.state === 'cached') return this.#cached(planned, key);
    if (planned.state === 'left-out') return this.#diverged(planned, key);
    return this.#bringOnce(planned, key, plan);
  }

  #endOf(id: CellId, { state, fingerprint, artifact }: Outcome): End | undefined {
    if (state === 'left-out' || state === 'diverged') return { state };
    if (!artifact || !this.#searches.readsValuesOf(id)) return undefined;
    return { state: 'done', values: this.#options.cache.lookup(fingerprint)?.values ?? {} };
  }

  #setAside({ cell, damage, artifact }: PlannedCell): void {
    const { cache, emit } = this.#options;
    if (damage.length === 0 || !artifact) return;
    for (const one of damage) emit({ event: 'artifact-damaged', cell: cell.id, message: damageText(one) });
    cache.setAside(artifact, damage);
  }

  #cached({ cell, artifact }: PlannedCell, { fingerprint }: CellKey): Outcome {
    if (!artifact) throw new Error(`${cell.id} is cached without an artifact`);
    this.#options.emit({ event: 'cell-cached', cell: cell.id, fingerprint, artifact });
    return { state: 'cached', fingerprint, artifact };
  }

  async #bringOnce(planned: PlannedCell, key: CellKey, plan: () => Promise<PlannedCell>): Promise<Outcome> {
    const { fingerprint } = key;
    const twin = this.#running.get(fingerprint);
    if (twin !== undefined) {
      const outcome = await twin;
      if (outcome.state === 'diverged') return this.#diverged(planned, key);
      if (!outcome.artifact)
        return this.#skip(planned.cell.id, 'needs-failed', 'another cell with the same fingerprint failed');
      return this.#cached({ ...planned, artifact: outcome.artifact }, key);
    }
    const running = this.#execute(planned, key, plan);
    this.#running.set(fingerprint, running);
    return running;
  }

  /** Waits for resources and for the lease. Another process may run the cell in the meantime. */
  async #execute(planned: PlannedCell, key: CellKey, plan: () => Promise<PlannedCell>): Promise<Outcome> {
    const { cell } = planned;
    const share = new Share(this.#queue, this.#slots, fitted(cell, this.#options.machine));
    for (let waits = 0; ; waits++) {
      await share.take();
      const outcome = await this.#underLease(planned, key, plan, share).finally(() => share.give());
      if (outcome !== 'held') return outcome;
      if (waits === 0)
        this.#options.emit({ event: 'cell-waiting', cell: cell.id, message: 'another process runs it' });
      await delay(POLL_MS);
    }
  }

  async #underLease(
    planned: PlannedCell,
    key: CellKey,
    plan: () => Promise<PlannedCell>,
    share: Share,
  ): Promise<Outcome | 'held'> {
    const { cache, signal, failFast } = this.#options;
    const { fingerprint } = key;
    if (signal.aborted) return this.#skip(planned.cell.id, 'interrupted', 'interrupted before it began');
    if (failFast && this.#failed) return this.#skip(planned.cell.id, 'fail-fast', 'another cell failed');
    if (!cache.acquire(fingerprint).ok) return 'held';
    try {
      // Much time may have passed since it was planned: another process may have published it, or a file that it reads
      // may have changed.
      const again = await plan();
      if (again.key && again.key.fingerprint !== fingerprint) {
        throw new Failure(
          'source-changed',
          'A file that the cell reads from outside the cache changed since it was planned.',
          {
            hint: 'Run again: the cell then uses the file as it is now.',
          },
        );
      }
      if (again.state === 'cached') return this.#cached(again, key);
      if (again.state === 'left-out') return this.#diverged(again, key);
      const { reasons } = planned;
      const mayRetry = () => !signal.aborted && !(failFast && this.#failed);
      const task = { cell: planned.cell, key, reasons, share, mayRetry };
      const outcome = await attemptCell(this.#options, task);
      this.#failed ||= outcome.state === 'failed';
      return outcome;
    } finally {
      cache.release(fingerprint);
    }
  }

  #diverged({ cell, reasons }: PlannedCell, { fingerprint }: CellKey): Outcome {
    return { ...this.#leaveOut(cell.id, 'diverged', reasons[0]?.message ?? 'it diverged'), fingerprint };
  }

  #leaveOut(cell: CellId, state: 'left-out' | 'diverged', message: string) {
    this.#options.emit({ event: 'cell-skipped', cell, because: state, message });
    return { state };
  }

  #skip(cell: CellId, because: SkipReason, message: string): Outcome {
    this.#options.emit({ event: 'cell-skipped', cell, because, message });
    return { state: 'skipped' };
  }
}

/** Why a search has not decided although it can learn no more in this run. */
function whyOpen({ after = [] }: Cell, message: string, outcomes: ReadonlyMap<CellId, Outcome>): string {
  const missing = after.find((id) => ['failed', 'skipped'].includes(outcomes.get(id)?.state ?? 'skipped'));
  return missing === undefined ? message : `${message}: it waits for ${missing}`;
}
