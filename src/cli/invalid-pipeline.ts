import pc from 'picocolors';
import { Failure } from '../failure.ts';
import type { Diagnostic } from '../pipeline/parse/diagnostic.ts';
import { printDiagnostics } from '../pipeline/parse/print-diagnostics.ts';

/** A pipeline with mistakes. */
export class InvalidPipeline extends Failure {
  readonly diagnostics: readonly Diagnostic[];

  constructor(diagnostics: readonly Diagnostic[]) {
    super(
      'invalid-pipeline',
      `the pipeline has mistakes\n\n${printDiagnostics(diagnostics, { color: pc.isColorSupported })}`,
    );
    this.diagnostics = diagnostics;
  }

  /** Prints warnings: what is probably a mistake but not an error. */
  static warn(warnings: readonly Diagnostic[]): void {
    console.error(printDiagnostics(warnings, { color: pc.isColorSupported }));
  }
}
