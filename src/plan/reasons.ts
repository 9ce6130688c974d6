import { isDeepStrictEqual } from 'node:util';
import { canonicalJson, type Digest } from '../cache/digest.ts';
import type { Json } from '../json.ts';
import type { Cell, Chosen } from '../pipeline/pipeline.ts';
import { withoutSecrets } from '../pipeline/secrets.ts';
import type { KeptBasis } from './fingerprint.ts';

/**
 * Why a cell runs, or why it does not. `field`, `before` and `after` are set if a single field of the basis
 * explains it.
 */
export interface Reason {
  readonly reason:
    | 'cached'
    | 'first-run'
    | 'parameter-changed'
    | 'input-changed'
    | 'source-changed'
    | 'code-changed'
    | 'package-changed'
    | 'engine-changed'
    | 'kind-changed'
    | 'input-will-run'
    | 'unfinished'
    | 'collected'
    | 'damaged'
    | 'forced'
    | 'diverged'
    | 'search'
    | 'blocked';
  readonly message: string;
  readonly field?: string;
  readonly before?: Json;
  readonly after?: Json;
}

/** Compares two bases field by field. Empty if they have the same fingerprint. */
export function differences(before: KeptBasis, after: KeptBasis): Reason[] {
  return [
    ...(before.kind === after.kind ? [] : [changed('kind-changed', 'kind', before.kind, after.kind)]),
    ...changedFields('parameter-changed', 'parameters', before.parameters, after.parameters).map(hideSecrets),
    ...changedFields('input-changed', 'inputs', before.inputs, after.inputs),
    ...changedFields('source-changed', 'sources', before.sources, after.sources),
    ...codeDifferences(before, after),
    ...changedFields('engine-changed', 'engine', flat(before.engine), flat(after.engine)),
  ];
}

/** The same for a cell, which a sweep may have given other parameters. */
export function changesOf({ chosen }: Cell, before: KeptBasis, after: KeptBasis): Reason[] {
  return [...replacedTrial(chosen, before.parameters, after.parameters), ...differences(before, after)];
}

function codeDifferences(before: KeptBasis, after: KeptBasis): Reason[] {
  const was = before.code;
  const is = after.code;
  if ('version' in was || 'version' in is) return changedFields('code-changed', 'code', flat(was), flat(is));
  const packages = changedFields('package-changed', 'packages', was.packages, is.packages);
  if (was.digest === is.digest) return packages;
  const files = changedFields('code-changed', 'files', before.files, after.files);
  return files.length > 0
    ? [...files, ...packages]
    : [changed('code-changed', 'code', was.digest, is.digest), ...packages];
}

type Fields = Readonly<Record<string, Json | Digest>>;

function changedFields(reason: Reason['reason'], group: string, before: Fields, after: Fields): Reason[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return names
    .filter((name) => !isSame(before[name], after[name]))
    .map((name) => changed(reason, `${group}.${name}`, before[name], after[name]));
}

/** Hides secrets, because reasons are printed and logged. */
function hideSecrets(reason: Reason): Reason {
  const { field = '', before, after } = reason;
  const name = field.slice('parameters.'.length);
  const shownBefore = before === undefined ? undefined : withoutSecrets(before, name);
  const shownAfter = after === undefined ? undefined : withoutSecrets(after, name, before);
  return changed(reason.reason, field, shownBefore, shownAfter);
}

/** Compares without regard to the order of keys, because one side was stored in canonical form. */
function isSame(before: Json | undefined, after: Json | undefined): boolean {
  if (before === undefined || after === undefined) return before === after;
  return canonicalJson(before) === canonicalJson(after);
}

function changed(
  reason: Reason['reason'],
  field: string,
  before: Json | undefined,
  after: Json | undefined,
): Reason {
  const message = `${field}: ${shown(before)} → ${shown(after)}`;
  return {
    reason,
    message,
    field,
    ...(before === undefined ? {} : { before }),
    ...(after === undefined ? {} : { after }),
  };
}

function shown(value: Json | undefined): string {
  if (value === undefined) return '(none)';
  if (typeof value === 'string' && /^[0-9a-f]{64}$/.test(value)) return value.slice(0, 12);
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function flat(value: object | null, prefix = ''): Fields {
  const fields: Record<string, Json> = {};
  for (const [name, field] of Object.entries(value ?? {}) as [string, Json][]) {
    if (field !== null && typeof field === 'object') Object.assign(fields, flat(field, `${prefix}${name}.`));
    else fields[`${prefix}${name}`] = field;
  }
  return fields;
}

type Parameters = Cell['parameters'];

/** That a sweep has chosen another trial for a cell than before. Trials with equal parameters count as one. */
function replacedTrial(chosen: Chosen | undefined, before: Parameters, after: Parameters): Reason[] {
  if (chosen === undefined) return [];
  const trialWith = (wanted: Parameters) =>
    chosen.byTrial.findIndex(({ parameters }) => isDeepStrictEqual(parameters, wanted));
  const [was, is] = [trialWith(before), trialWith(after)];
  if (was < 0 || is < 0 || was === is) return [];
  return [{ reason: 'search', message: `trial ${is} of the sweep ${chosen.sweep} replaced trial ${was}` }];
}
