import type { Static, TObject } from '@sinclair/typebox';
import type { Engine } from '../engine/engine.ts';
import type { ValueDeclarations } from './values.ts';
import type { Derived, ParametersOf, Variants } from './variants.ts';

// Projects that have retable as a package import it from here, for failures of their own kinds.
export { Failure } from '../failure.ts';

/**
 * What a stage does. Each file in `stages/` has one kind as its default export; the name of the file is the name of
 * the kind. Import heavy code inside `run`, so that planning does not load it.
 */
export interface Kind<P extends TObject = TObject, V extends Variants | undefined = Variants | undefined> {
  /** One sentence for `retable kinds`. */
  readonly description: string;
  /** Replaces the code in the fingerprint. As long as it stays the same, changes of the code do not run cells again. */
  readonly version?: string;
  /** Schema of the parameters, with a description and, if there is one, a default for each. */
  readonly parameters: P;
  /** Further parameters that depend on the value of one, such as those of each method. */
  readonly variants?: V;
  /** Defaults that are computed from other parameters, by name of the parameter. */
  readonly derived?: Readonly<Record<string, Derived<Static<P>>>>;
  /**
   * Mistakes in the parameters that can be seen only together with the needed cells, before anything runs.
   * @param needs the needed cells, by need
   */
  problems?(parameters: ParametersOf<P, V>, needs: Readonly<Record<string, NeededCell>>): Problem[];
  /** The artifacts that it needs, by name; `'any'` accepts needs with any name and type. */
  readonly inputs: Readonly<Record<string, InputDeclaration>> | 'any';
  /** The type of the artifact that it makes, such as `dataset` or `model`. */
  readonly output: string;
  /** The values that it reports. Undefined if they are not known, such as those of any program. */
  readonly values?: ValueDeclarations;
  /** Names that it may pass to `measure`, so that a table can distinguish an unknown measurement from a wrong name. */
  readonly measures?: readonly string[];
  /** For kinds that can stop early, and go on from there in another cell. */
  readonly continues?: Continues;
  /** True if it computes with tensors. The engine is then part of the fingerprint. */
  readonly usesEngine?: boolean;
  /** Files outside the cache, and environment variables, that it reads; their contents are part of the fingerprint. */
  sources?(parameters: ParametersOf<P, V>, places: Places): Source[];
  /** Does the work of one cell, in a process of its own. */
  run?(context: CellContext<ParametersOf<P, V>>): Promise<void>;
  /** For kinds that run a program instead of a function: the program to start. */
  program?(parameters: ParametersOf<P, V>): Program;
}

export interface InputDeclaration {
  /** The artifact type that is accepted. */
  readonly type: string;
  readonly description: string;
  /**
   * Names of the files that it reads, if it does not read the whole artifact; `train/` names all files of a folder. Its
   * result then depends only on these, and it sees no others. Files that the artifact does not have are skipped. With
   * `by`, they depend on the value of this parameter.
   */
  readonly reads?:
    | readonly string[]
    | { readonly by: string; readonly of: Readonly<Record<string, readonly string[]>> };
  /** The input may be left out; `CellContext.inputs` then does not contain it. */
  readonly optional?: true;
}

/**
 * How a kind stops early. A cell does the first units of its work as if it did all of them, so that a cell that differs
 * only in where it stops can go on from its snapshots, with the same result as from the start.
 */
export interface Continues {
  /**
   * The optional parameter that says after how many units to stop, such as `stop-after`. A cell that stops after all
   * units has the same fingerprint as one without this parameter.
   */
  readonly stop: string;
  /** The parameter that says how many units there are, such as `epochs`. */
  readonly of: string;
}

/** A needed cell, as it is known when the run is planned. */
export interface NeededCell {
  /** Its name in the pipeline: `student[seed=1]`. */
  readonly id: string;
  readonly kind: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  /** The cells that it needs itself, by need. */
  readonly needs: Readonly<Record<string, NeededCell>>;
}

/** A mistake in the value of a parameter. */
export interface Problem {
  readonly parameter: string;
  readonly message: string;
  readonly hint: string;
}

/** Where a kind may look for files. */
export interface Places {
  /** The folder that holds `pipelines/` and `stages/`. */
  readonly project: string;
  /** Retable's own folder, with the data that come with it. */
  readonly home: string;
  /** `--data-dir`, if it was given. */
  readonly dataDir: string | undefined;
}

/**
 * A file or environment variable outside the cache that a kind reads. Only a digest of a variable's value is stored.
 */
export type Source = FileSource | { readonly name: string; readonly variable: string };

/** A file at a path, or at a URL with a known checksum. */
export type FileSource =
  | { readonly name: string; readonly path: string }
  | { readonly name: string; readonly url: string; readonly sha256: string };

/** A program that makes an artifact. It is started in the project folder, without a shell. */
export interface Program {
  readonly argv: readonly [string, ...string[]];
  readonly env?: Readonly<Record<string, string>>;
  /** Files that it must write, relative to the output folder. */
  readonly outputs: readonly string[];
}

/** An artifact that a cell reads. */
export interface InputArtifact {
  readonly digest: string;
  /**
   * Path of a file of the artifact. Read only.
   * @throws Failure `file-not-in-artifact`
   */
  file(name: string): string;
  readonly files: readonly string[];
}

/** Progress of a running cell, for the live display. Only `phase` is required. */
export interface Progress {
  readonly phase: string;
  readonly done?: number;
  readonly total?: number;
  /** What `done` counts: `epoch`, `batch`, `byte`. */
  readonly unit?: string;
  readonly loss?: number;
  /** In [0, 1]. */
  readonly accuracy?: number;
}

/** An entry of `warnings.json`. */
export interface CellWarning {
  readonly name: string;
  readonly message: string;
}

/** What a cell can use while it runs. */
export interface CellContext<P> {
  readonly parameters: P;
  readonly inputs: Readonly<Record<string, InputArtifact>>;
  readonly places: Places;
  /** A private, empty folder. Its contents when `run` returns become the artifact. */
  readonly output: string;
  /** A folder that belongs to the fingerprint and outlives a killed attempt: for snapshots. */
  readonly scratch: string;
  /**
   * The folder of the scratch folders of all cells that differ only in where they stop, with that of this cell. Its name
   * is their common key. Read only, except for `scratch`; files in it may be damaged, or be deleted at any time.
   */
  readonly trajectory: string;
  /** Number of cores that the cell may use. Results must not depend on it. */
  readonly cores: number;
  /** The chosen engine; it is started at the first call. */
  engine(): Promise<Engine>;
  /** Reports numbers for tables. They are stored in `values.json` of the artifact. */
  values(values: Readonly<Record<string, number>>): void;
  /**
   * Reports numbers for tables that differ from run to run, such as seconds. They are stored with the attempt, not in
   * the artifact. Their names must be in the kind's `measures`.
   */
  measure(measurements: Readonly<Record<string, number>>): void;
  /**
   * Warns readers of the cell's numbers. The warning is stored in `warnings.json` of the artifact and printed under
   * each table that shows the cell.
   * @param name in kebab case; tables group cells by it
   * @param message one or two sentences, with numbers
   */
  warn(name: string, message: string): void;
  /**
   * Reports a point of a curve, such as an epoch with its loss. Records are stored in `records.jsonl` of the
   * artifact, in the order of the calls. After a resume, the earlier ones must be reported again.
   * @param measurements what differs from run to run, such as the seconds of the epoch. It is stored with the attempt,
   *   and must not be in the record itself. Leave it out for points that an earlier attempt computed.
   */
  record(
    record: Readonly<Record<string, string | number | boolean | null>>,
    measurements?: Readonly<Record<string, number>>,
  ): void;
  progress(progress: Progress): void;
}

/** Gives a kind its types: parameters are inferred from the schema. */
export function defineKind<P extends TObject, const V extends Variants | undefined = undefined>(
  kind: Kind<P, V>,
): Kind<P, V> {
  return kind;
}
