import type { Cache, Damage } from '../cache/cache.ts';
import type { Digest } from '../cache/digest.ts';
import type { ScratchKey } from '../cache/folders.ts';
import { Failure, isFailure } from '../failure.ts';
import { parseReason } from '../failure-reasons.ts';
import type { Places, Source } from '../kind/kind.ts';
import type { Cell, CellId, Pipeline } from '../pipeline/pipeline.ts';
import { keyWithThreads } from './engine-key.ts';
import { type EngineKey, type FingerprintBasis, type KeptBasis, keysOf } from './fingerprint.ts';
import type { LoadedKind } from './kinds.ts';
import { Parts } from './parts.ts';
import { changesOf, differences, type Reason } from './reasons.ts';
import { Searches } from './searches.ts';
import { SourceDigests } from './source-digests.ts';

/** What is known about a cell before it runs. */
export interface PlannedCell {
  readonly cell: Cell;
  /** `may-run` and `left-out`: a sweep has not decided yet that it runs, or has decided that it does not. */
  readonly state: 'cached' | 'run' | 'may-run' | 'left-out';
  readonly reasons: readonly Reason[];
  /** Undefined while the digest of an input is unknown, because the cell that makes it has to run first. */
  readonly key: CellKey | undefined;
  /** The cached artifact; for a cell that has to run, the one that it made last time with the same fingerprint. */
  readonly artifact: Digest | undefined;
  /** The values of that artifact. */
  readonly values?: Readonly<Record<string, number>>;
  /** Damage found in the recorded artifact. */
  readonly damage: readonly Damage[];
}

export interface CellKey extends ScratchKey {
  readonly basis: KeptBasis;
  /** The artifact of each need. The basis contains the digests of the parts that the cell reads. */
  readonly artifacts: Readonly<Record<string, Digest>>;
}

export interface PlannerOptions {
  readonly pipeline: Pipeline;
  readonly cache: Cache;
  readonly kinds: ReadonlyMap<string, LoadedKind>;
  /** Null if no kind of the pipeline uses tensors. */
  readonly engine: EngineKey | null;
  readonly places: Places;
  /** Cells to run even if their result is cached. */
  readonly forced?: (id: CellId) => boolean;
}

/** Decides whether a cell is cached or has to run, and why. Used by `plan`, `run` and `why`. */
export class Planner {
  readonly #options: PlannerOptions;
  readonly #sources: SourceDigests;
  readonly #parts: Parts;

  constructor(options: PlannerOptions) {
    this.#options = options;
    this.#sources = new SourceDigests(options.cache);
    this.#parts = new Parts(options.cache);
  }

  /** The searches of the pipeline, before any cell has ended. */
  searches(): Searches {
    return new Searches(this.#options.pipeline);
  }

  /** @param artifactOf returns the digest of a needed cell's artifact, or undefined while it is unknown */
  async plan(cell: Cell, artifactOf: (id: CellId) => Digest | undefined): Promise<PlannedCell> {
    const inputs = this.#inputs(cell, artifactOf);
    if (inputs.unknown.length > 0) {
      const reasons = await this.#whyWaits(cell, inputs);
      return { cell, state: 'run', reasons, key: undefined, artifact: undefined, damage: [] };
    }
    const key = await this.key(cell, inputs.known);
    return this.#decide(cell, key);
  }

  /** The fingerprint of a cell, given the artifact of each need. */
  async key(cell: Cell, artifacts: Readonly<Record<string, Digest>>): Promise<CellKey> {
    const basis = await this.#basisOf(cell, this.#inputKeys(cell, artifacts));
    return { ...keysOf(basis, this.#kind(cell).kind.continues), basis, artifacts };
  }

  /** The inputs in the key of a cell: digests of the parts that it reads. */
  #inputKeys(cell: Cell, artifacts: Readonly<Record<string, Digest>>): Record<string, Digest> {
    const reader = { kind: this.#kind(cell).kind, parameters: cell.parameters };
    return Object.fromEntries(
      Object.entries(artifacts).map(([need, artifact]) => [need, this.#parts.digest(reader, need, artifact)]),
    );
  }

  #kind(cell: Cell): LoadedKind {
    const loaded = this.#options.kinds.get(cell.kind);
    if (!loaded) throw new Error(`kind ${cell.kind} was not loaded`);
    return loaded;
  }

  async #basisOf(cell: Cell, inputs: Readonly<Record<string, Digest>>): Promise<KeptBasis> {
    const { engine, places } = this.#options;
    const loaded = this.#kind(cell);
    const basis: FingerprintBasis = {
      kind: cell.kind,
      parameters: cell.parameters,
      inputs,
      sources: await this.#sources.of(sourcesOf(loaded, cell, places)),
      code: loaded.codeKey,
      engine: loaded.kind.usesEngine && engine ? keyWithThreads(engine, cell.resources.cpu) : null,
    };
    return { ...basis, files: loaded.code.files };
  }

  /** The reasons that are known while inputs are unknown: what else has changed, and what the cell waits for. */
  async #whyWaits(cell: Cell, { known, unknown }: Inputs): Promise<Reason[]> {
    const last = this.#lastBasis(cell);
    if (!last) return [{ reason: 'first-run', message: 'it has not run before' }];
    // Unknown inputs are assumed to be the same as last time.
    const inputs = { ...last.inputs, ...this.#inputKeys(cell, known) };
    const expected = Object.entries(inputs).filter(([need]) => need in cell.needs);
    const basis = await this.#basisOf(cell, Object.fromEntries(expected));
    const changes = differences(last, basis);
    const isSame = changes.length === 0 && expected.length === Object.keys(cell.needs).length;
    return [...changes, ...unknown.map((id) => waitsFor(id, isSame))];
  }

  #lastBasis(cell: Cell): KeptBasis | undefined {
    // Written by the planner, as a kept basis.
    return this.#options.cache.lastBasis(cell.id, this.#options.pipeline.name)?.basis as unknown as
      | KeptBasis
      | undefined;
  }

  #inputs(cell: Cell, artifactOf: (id: CellId) => Digest | undefined): Inputs {
    const known: Record<string, Digest> = {};
    const unknown: CellId[] = [];
    for (const [need, id] of Object.entries(cell.needs)) {
      const digest = artifactOf(id);
      if (digest) known[need] = digest;
      else unknown.push(id);
    }
    return { known, unknown };
  }

  #decide(cell: Cell, key: CellKey): PlannedCell {
    const { cache, forced } = this.#options;
    const stored = cache.lookup(key.fingerprint);
    const damage = stored ? cache.check(stored.artifact) : [];
    const planned = {
      cell,
      key,
      artifact: stored?.artifact,
      ...(stored && { values: stored.values }),
      damage,
    };
    if (damage.length > 0) return { ...planned, state: 'run', reasons: damage.map(isDamaged) };
    if (forced?.(cell.id))
      return { ...planned, state: 'run', reasons: [{ reason: 'forced', message: 'forced by --force' }] };
    if (stored)
      return {
        ...planned,
        state: 'cached',
        reasons: [{ reason: 'cached', message: 'nothing it depends on has changed' }],
      };
    if (cell.trial && this.#hasDiverged(cell, key)) {
      const message = 'it diverged before, so it is the worst trial; --force runs it again';
      return { ...planned, state: 'left-out', reasons: [{ reason: 'diverged', message }] };
    }
    return { ...planned, state: 'run', reasons: this.#whyNotKnown(cell, key) };
  }

  /** A trial that diverges with a fingerprint does so again: same key, same bytes. */
  #hasDiverged({ id }: Cell, { fingerprint }: CellKey): boolean {
    const attempts = this.#options.cache.attemptsOf(id, this.#options.pipeline.name);
    const last = attempts.find((attempt) => attempt.fingerprint === fingerprint);
    return last?.state === 'failed' && last.reason === 'diverged';
  }

  #whyNotKnown(cell: Cell, key: CellKey): Reason[] {
    const last = this.#options.cache.lastBasis(cell.id, this.#options.pipeline.name);
    if (!last) return [{ reason: 'first-run', message: 'it has not run before' }];
    if (last.fingerprint !== key.fingerprint)
      // Written by the planner, as a kept basis.
      return changesOf(cell, last.basis as unknown as KeptBasis, key.basis);
    if (last.attempt === undefined || last.state === 'done')
      return [{ reason: 'collected', message: 'its result is no longer in the cache' }];
    const ended =
      last.state === 'running'
        ? `its attempt ${last.attempt} is running, or was cut off`
        : `its last attempt (${last.attempt}) ended as ${last.state}`;
    return [{ reason: 'unfinished', message: ended }];
  }
}

interface Inputs {
  readonly known: Readonly<Record<string, Digest>>;
  readonly unknown: readonly CellId[];
}

function waitsFor(id: CellId, isAll: boolean): Reason {
  const unless = isAll ? '; if that comes out as before, this is cached' : '';
  return { reason: 'input-will-run', message: `its input ${id} runs first${unless}`, field: id };
}

function isDamaged(damage: Damage): Reason {
  return { reason: 'damaged', message: damageText(damage) };
}

/** `sum.json is missing`. */
export function damageText({ file, message }: Damage): string {
  return `${file} ${message}`;
}

/** @throws Failure those of the kind; `bad-kind` for other errors */
function sourcesOf({ kind, file }: LoadedKind, { parameters }: Cell, places: Places): readonly Source[] {
  try {
    return kind.sources?.(parameters, places) ?? [];
  } catch (cause) {
    if (isFailure(cause)) {
      const { reason, message, hint } = cause; // thrown by code of users: the reason may be any text
      throw new Failure(parseReason(reason), message, { ...(hint && { hint }), cause });
    }
    throw new Failure('bad-kind', `\`sources\` of ${file} threw ${String(cause)}.`, {
      hint: 'Correct `sources` in the file of the kind.',
      cause,
    });
  }
}
