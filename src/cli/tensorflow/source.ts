/** A file of a package registry that the installation needs. */
export interface Source {
  /** As its registry names it. */
  readonly package: string;
  readonly version: string;
  readonly file: string;
  readonly sha256: string;
  readonly bytes: number;
}
