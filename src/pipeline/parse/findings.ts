import type { Diagnostic, Location } from './diagnostic.ts';
import type { Place, Source } from './source.ts';

/** Optional details of a finding. */
export interface Extras {
  readonly hint?: string | undefined;
  readonly related?: readonly { readonly message: string; readonly place: Place }[];
}

/** Collects diagnostics. The same mistake at the same position, as found for each of many cells, is kept once. */
export class Findings {
  readonly #source: Source;
  readonly #found = new Map<string, Diagnostic>();
  #errors = 0;

  constructor(source: Source) {
    this.#source = source;
  }

  /** The number of errors. If it grew while a stage was read, that stage is broken. */
  get errors(): number {
    return this.#errors;
  }

  error(code: string, place: Place, message: string, extras: Extras = {}): void {
    this.#add('error', code, place, message, extras);
  }

  warning(code: string, place: Place, message: string, extras: Extras = {}): void {
    this.#add('warning', code, place, message, extras);
  }

  /** In the order of the file; findings outside the file, such as in `--set`, come last. */
  sorted(): Diagnostic[] {
    const foreign = (location: Location) => Number(location.file !== this.#source.file);
    return [...this.#found.values()].sort(
      ({ location: a }, { location: b }) =>
        foreign(a) - foreign(b) || a.line - b.line || a.column - b.column || 0,
    );
  }

  #add(severity: Diagnostic['severity'], code: string, place: Place, message: string, extras: Extras): void {
    const location = this.#source.locate(place);
    const key = `${location.file}:${location.line}:${location.column}:${code}:${message}`;
    if (this.#found.has(key)) return;
    if (severity === 'error') this.#errors += 1;
    this.#found.set(key, {
      severity,
      code,
      message,
      ...(extras.hint !== undefined && { hint: extras.hint }),
      location,
      ...(extras.related !== undefined &&
        extras.related.length > 0 && {
          related: extras.related.map((one) => ({
            message: one.message,
            location: this.#source.locate(one.place),
          })),
        }),
    });
  }
}
