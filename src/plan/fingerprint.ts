import { canonicalJson, type Digest, type Fingerprint, sha256 } from '../cache/digest.ts';
import type { ScratchKey } from '../cache/folders.ts';
import type { EngineIdentity } from '../engine/engine.ts';
import type { Json } from '../json.ts';
import type { Continues } from '../kind/kind.ts';

/** Everything that a cell's result depends on, and nothing else. */
export type FingerprintBasis = {
  readonly kind: string;
  readonly parameters: Readonly<Record<string, Json>>;
  /** Digests of the artifacts that the cell reads, by need. */
  readonly inputs: Readonly<Record<string, Digest>>;
  /** Digests of files outside the cache that the cell reads, by name. */
  readonly sources: Readonly<Record<string, Digest>>;
  readonly code: CodeKey;
  /** Null for kinds that do not use tensors. */
  readonly engine: EngineKey | null;
};

/** The code of a kind: its bundle, or the version given by its author. */
export type CodeKey =
  | { readonly version: string }
  | { readonly digest: Digest; readonly packages: Readonly<Record<string, string>> };

export type EngineKey = Pick<EngineIdentity, 'name' | 'device' | 'processor' | 'packages'> & {
  readonly code: Digest;
  /** Only for engines whose results depend on it. */
  readonly threads?: number;
};

/** A basis as stored with an attempt: with the files of its code, so that a change can be named. */
export type KeptBasis = FingerprintBasis & { readonly files: Readonly<Record<string, Digest>> };

/** The key of a cell: the SHA-256 of its basis as canonical JSON. The names of files are not part of it. */
export function keyOf({ kind, parameters, inputs, sources, code, engine }: FingerprintBasis): Fingerprint {
  // Canonical JSON of the basis, with sorted keys; parts that many cells share are encoded only once.
  const text =
    `{"code":${shared(code)},"engine":${engine === null ? 'null' : shared(engine)},` +
    `"inputs":${canonicalJson(inputs)},"kind":${canonicalJson(kind)},` +
    `"parameters":${canonicalJson(parameters)},"sources":${canonicalJson(sources)}}`;
  // A fingerprint is a digest; this is the only place that converts one to the other.
  return sha256(text) as string as Fingerprint;
}

/**
 * The key of a cell, and the common key of cells that differ only in where they stop: that of the one that does not stop
 * early. Where a cell went on from is in no key, because its result does not depend on it.
 */
export function keysOf(basis: FingerprintBasis, continues: Continues | undefined): ScratchKey {
  const fingerprint = keyOf(basis);
  // Most cells do not stop early.
  if (continues === undefined || !Object.hasOwn(basis.parameters, continues.stop))
    return { fingerprint, trajectory: fingerprint };
  const { [continues.stop]: _, ...parameters } = basis.parameters;
  return { fingerprint, trajectory: keyOf({ ...basis, parameters }) };
}

const texts = new WeakMap<object, string>();

function shared(value: CodeKey | EngineKey): string {
  const text = texts.get(value) ?? canonicalJson(value);
  texts.set(value, text);
  return text;
}
