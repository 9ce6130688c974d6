import { isDeepStrictEqual } from 'node:util';
import type { Cell } from '../pipeline/pipeline.ts';
import { keyOf } from '../plan/fingerprint.ts';
import { changesOf, type Reason } from '../plan/reasons.ts';
import { differentValues, isNear, type ValueDifference } from './compare-values.ts';
import { isOtherDevice, told } from './device.ts';
import { type DoneCell, isWhole, type OpenState, type RecordedCell } from './record.ts';
import type { Compared } from './verdict.ts';

/** A cell as it came out now. */
export type Found =
  | { readonly state: OpenState | 'failed'; readonly cell: Cell; readonly message: string }
  | { readonly state: 'done'; readonly cell: Cell; readonly result: DoneCell };

/**
 * Compares cells with their record.
 * @param recorded the whole record
 * @param found the cells to compare, each after those that it needs
 * @param tolerance see `isNear`
 */
export function compareCells(
  recorded: readonly RecordedCell[],
  found: readonly Found[],
  tolerance: number,
): Compared[] {
  const records = new Map(recorded.map((cell) => [cell.id, cell]));
  const readAs = inputsByCell(recorded, found);
  const verdicts = new Map<string, Compared>();
  for (const one of found) {
    const { id, stage } = one.cell;
    const context = { tolerance, verdicts, readAs: readAs.get(id) ?? new Set() };
    const compared = compareCell(records.get(id), one, context);
    verdicts.set(id, { id, stage, ...compared });
  }
  return [...verdicts.values()];
}

interface Context {
  readonly tolerance: number;
  readonly verdicts: ReadonlyMap<string, Compared>;
  /** The digests under which the record says that other cells read it. */
  readonly readAs: ReadonlySet<string>;
}

type Judgement = Omit<Compared, 'id' | 'stage'>;

const nothing = { changes: [], values: [] };

function compareCell(recorded: RecordedCell | undefined, found: Found, context: Context): Judgement {
  if (recorded === undefined) return { verdict: 'added', message: 'the record has no such cell', ...nothing };
  if (recorded.state === 'missing')
    return { verdict: 'not-recorded', message: 'it had no result when the record was written', ...nothing };
  if (found.state === 'failed' || found.state === 'missing')
    return { verdict: 'failed', message: found.message, ...nothing };
  if (recorded.state === 'done' && found.state === 'done')
    return compareResults(recorded, found.result, found.cell, context);
  if (recorded.state === found.state) return { verdict: 'same', message: WORDS[found.state], ...nothing };
  const message = `${WORDS[found.state]}; recorded: ${WORDS[recorded.state]}`;
  return { verdict: 'differs', message, ...nothing };
}

const WORDS = {
  done: 'the sweep ran it',
  'left-out': 'the sweep left it out',
  diverged: 'the trial diverged',
} as const;

function compareResults(recorded: DoneCell, result: DoneCell, cell: Cell, context: Context): Judgement {
  const changes = [...changesOf(cell, recorded.basis, result.basis)];
  const values = differentValues(recorded.values, result.values);
  const edited = editOf(recorded, result, values, context.readAs);
  if (edited !== undefined) return { verdict: 'edited', message: edited, changes: [], values };
  if (recorded.artifact === result.artifact)
    return { verdict: 'same', changes: told(changes, recorded, result), values };
  if (recorded.fingerprint === result.fingerprint) {
    const how = values.length > 0 ? '' : '; its values are the same';
    const message = `it has the same fingerprint and other bytes${how}: it is not deterministic, it reads something that it does not declare, or its digest was edited in the record`;
    return { verdict: 'not-reproducible', message, changes, values };
  }
  const isRounding =
    changes.length > 0 && changes.every((change) => rounds(change, recorded, result, cell, context));
  const shown = told(changes, recorded, result).map((change) => withCause(change, cell, context));
  if (!isRounding) {
    if (changes.length > 0) return { verdict: 'differs', changes: shown, values };
    const message = 'a parameter or variable that the record hides as a secret has another value';
    return { verdict: 'differs', message, changes, values };
  }
  if (Object.keys(result.values).length === 0 && values.length === 0) {
    const message =
      'other bytes, as another engine or processor rounds differently, and it has no values to compare';
    return { verdict: 'no-values', message, changes: shown, values };
  }
  const isWithin = values.every((value) => isNear(value, context.tolerance));
  return { verdict: isWithin ? 'within-tolerance' : 'differs', changes: shown, values };
}

/** What shows that a recorded cell was edited, if anything does. */
function editOf(
  recorded: DoneCell,
  result: DoneCell,
  values: readonly ValueDifference[],
  readAs: ReadonlySet<string>,
): string | undefined {
  if (isWhole(recorded.basis) && keyOf(recorded.basis) !== recorded.fingerprint)
    return 'the record was edited: its fingerprint is not that of the parameters, inputs and code beside it';
  if (recorded.artifact === result.artifact) {
    if (values.length > 0)
      return 'the record was edited: the artifact came out as recorded, and it has other values';
    if (isDeepStrictEqual(recorded.warnings, result.warnings)) return undefined;
    return `the record was edited: the artifact came out as recorded, and its warnings are ${result.warnings.join(', ') || 'none'}`;
  }
  if (readAs.has(result.artifact))
    return 'the record was edited: it names another artifact for this cell than for the cells that read it';
  return undefined;
}

/** Whether a change does no more than round differently: another engine or processor, or an input that it changed. */
function rounds(
  { reason, field = '' }: Reason,
  recorded: DoneCell,
  result: DoneCell,
  cell: Cell,
  context: Context,
): boolean {
  if (reason === 'engine-changed') return isOtherDevice(recorded.basis.engine, result.basis.engine);
  if (reason !== 'input-changed') return false;
  const verdict = context.verdicts.get(neededBy(cell, field) ?? '')?.verdict;
  return verdict === 'within-tolerance' || verdict === 'no-values';
}

/** A changed input, with the cell that it comes from. */
function withCause(change: Reason, cell: Cell, { verdicts }: Context): Reason {
  const { reason, field = '', message } = change;
  const needed = reason === 'input-changed' ? neededBy(cell, field) : undefined;
  const verdict = verdicts.get(needed ?? '')?.verdict;
  return verdict === undefined ? change : { ...change, message: `${message} (${needed}: ${verdict})` };
}

function neededBy({ needs }: Cell, field: string): string | undefined {
  const need = field.slice('inputs.'.length);
  return Object.hasOwn(needs, need) ? needs[need] : undefined;
}

/** For each cell, the digests under which the record says that other cells read it. */
function inputsByCell(
  recorded: readonly RecordedCell[],
  found: readonly Found[],
): ReadonlyMap<string, ReadonlySet<string>> {
  const records = new Map(recorded.map((cell) => [cell.id, cell]));
  const digests = new Map<string, Set<string>>();
  for (const { cell } of found) {
    const reader = records.get(cell.id);
    if (reader?.state !== 'done') continue;
    for (const [need, id] of Object.entries(cell.needs)) {
      const digest = reader.basis.inputs[need];
      if (digest !== undefined) digests.set(id, (digests.get(id) ?? new Set()).add(digest));
    }
  }
  return digests;
}
