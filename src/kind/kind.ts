import type { Static, TObject } from '@sinclair/typebox';
import type { Engine } from '../engine/engine.ts';
import type { Derived, ParametersOf, Variants } from './variants.ts';

/**
 * What a stage does. One file of `stages/` exports one kind as its default export; the file's name is the kind's name.
 * Heavy code is imported inside `run`, so that planning does not load it.
 */
export interface Kind<P extends TObject = TObject, V extends Variants | undefined = Variants | undefined> {
  /** One sentence for `retable kinds`. */
  readonly description: string;
  /** Pins the code part of the fingerprint by hand: while it stays the same, changes of code re-run nothing. */
  readonly version?: string;
  /** Schema of the parameters, with a description and, where there is one, a default for each. */
  readonly parameters: P;
  /** Further parameters, which depend on the value of one: those of each method. */
  readonly variants?: V;
  /** Defaults that depend on other parameters, by name of the parameter. */
  readonly derived?: Readonly<Record<string, Derived<Static<P>>>>;
  /**
   * What is wrong with parameters in view of the cells that they are used with, where that is known before anything runs.
   * @param needs the needed cells by need
   */
  problems?(parameters: ParametersOf<P, V>, needs: Readonly<Record<string, NeededCell>>): Problem[];
  /** Artifacts that it needs, by name; `'any'` takes needs of all names and types. */
  readonly inputs: Readonly<Record<string, InputDeclaration>> | 'any';
  /** The type of the artifact that it makes, such as `dataset` or `model`. */
  readonly output: string;
  /** Names of what it may `measure`, so that a table tells a measurement that is not known from a name that is wrong. */
  readonly measures?: readonly string[];
  /** True where it computes with tensors: then the engine is part of the fingerprint. */
  readonly usesEngine?: boolean;
  /** Files outside the cache, and environment variables, that it reads; their contents are part of the fingerprint. */
  sources?(parameters: ParametersOf<P, V>, places: Places): Source[];
  /** The work of one cell, in a process of its own. */
  run?(context: CellContext<ParametersOf<P, V>>): Promise<void>;
  /** For kinds that run a program instead of a function: the program to start. */
  program?(parameters: ParametersOf<P, V>): Program;
}

export interface InputDeclaration {
  /** The artifact type that is accepted. */
  readonly type: string;
  readonly description: string;
  /**
   * Names of the files that it reads, where it does not read the whole artifact: then its result depends on these alone,
   * and it sees no others. A file that the artifact does not have is left out.
   */
  readonly reads?: readonly string[];
  /** A stage may do without it: then `CellContext.inputs` has none of this name. */
  readonly optional?: true;
}

/** A cell that another one needs, as the plan knows it. */
export interface NeededCell {
  readonly kind: string;
  readonly parameters: Readonly<Record<string, unknown>>;
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
 * What a kind reads from outside the cache: a file, or an environment variable, of whose value only a digest is kept.
 */
export type Source = FileSource | { readonly name: string; readonly variable: string };

/** A file at a path, or (known by its checksum before it is here) at a URL. */
export type FileSource =
  | { readonly name: string; readonly path: string }
  | { readonly name: string; readonly url: string; readonly sha256: string };

/** A program that makes an artifact: started in the project's folder, without a shell of its own choosing. */
export interface Program {
  readonly argv: readonly [string, ...string[]];
  readonly env?: Readonly<Record<string, string>>;
  /** Files, relative to the output folder, that it must have written. */
  readonly outputs: readonly string[];
}

/** An artifact that a cell reads. */
export interface InputArtifact {
  readonly digest: string;
  /** Where a file of the artifact lies. Read only. @throws Failure `no-such-file` */
  file(name: string): string;
  readonly files: readonly string[];
}

/** Progress of a running cell, for the live display. All but `phase` may be left out. */
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

/** What a cell may use while it runs. */
export interface CellContext<P> {
  readonly parameters: P;
  readonly inputs: Readonly<Record<string, InputArtifact>>;
  readonly places: Places;
  /** A private, empty folder; what is in it when `run` returns becomes the artifact. */
  readonly output: string;
  /** A folder that belongs to the fingerprint and outlives a killed attempt: for snapshots. */
  readonly scratch: string;
  /** The chosen engine, started at the first call. */
  engine(): Promise<Engine>;
  /** Numbers for tables. They stand in `values.json` of the artifact. */
  values(values: Readonly<Record<string, number>>): void;
  /**
   * Numbers for tables that another run would not give again, such as seconds. They are kept with the attempt and are no
   * part of the artifact; their names are among the kind's `measures`.
   */
  measure(measurements: Readonly<Record<string, number>>): void;
  /**
   * Tells of something that those who read the cell's numbers should know. It stands in `warnings.json` of the artifact
   * and under each table that shows the cell.
   * @param name in kebab case; tables gather the cells that have one of this name
   * @param message one or two sentences, with the figures
   */
  warn(name: string, message: string): void;
  /**
   * Tells a point of a curve, such as an epoch with its loss. Records stand in `records.jsonl` of the artifact, in the order
   * told. After a resume those from before have to be told again. What a run measures of itself is no part of a record.
   */
  record(record: Readonly<Record<string, string | number | boolean | null>>): void;
  progress(progress: Progress): void;
}

/** Gives a kind its types: parameters are inferred from the schema. */
export function defineKind<P extends TObject, const V extends Variants | undefined = undefined>(
  kind: Kind<P, V>,
): Kind<P, V> {
  return kind;
}
