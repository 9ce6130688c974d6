/** A part of one line of a file. Lines and columns count from 1. */
export interface Location {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** Characters to underline, at least 1. */
  readonly length: number;
  /** The whole line. */
  readonly text: string;
}

/** A second place that helps to understand a diagnostic. */
export interface Related {
  readonly message: string;
  readonly location: Location;
}

/** A mistake in a pipeline, or (as a warning) something that is probably one. */
export interface Diagnostic {
  readonly severity: 'error' | 'warning';
  /** A stable code for programs, such as `unknown-stage`. */
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  readonly location: Location;
  readonly related?: readonly Related[];
}
