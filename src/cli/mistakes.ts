import pc from 'picocolors';
import { Failure } from '../failure.ts';
import type { FailureReason } from '../failure-reasons.ts';
import type { Diagnostic } from '../pipeline/parse/diagnostic.ts';

/** A file with mistakes, which are printed below the message. */
export class Mistakes extends Failure {
  readonly diagnostics: readonly Diagnostic[];

  constructor(reason: FailureReason, message: string, diagnostics: readonly Diagnostic[]) {
    super(reason, message);
    this.diagnostics = diagnostics;
  }
}

/** Prints mistakes or warnings. What measures the width of text takes 30 ms to load, so it is loaded only here. */
export async function printMistakes(diagnostics: readonly Diagnostic[]): Promise<void> {
  const { printDiagnostics } = await import('../pipeline/parse/print-diagnostics.ts');
  console.error(printDiagnostics(diagnostics, { color: pc.isColorSupported }));
}
