import type { Tensors } from '../engine/engine.ts';
import type { ModelDescription } from '../learn/model/artifact.ts';
import type { Model } from '../learn/model/model.ts';

/** A trained model that is to be written to a file. */
export interface Exported {
  readonly model: Model;
  readonly weights: Tensors;
  readonly description: ModelDescription;
  /** Its origin: cell, pipeline, checkpoint, fingerprint and artifact. */
  readonly origin: Readonly<Record<string, string>>;
  /** The engine that computed its cell. */
  readonly engine: string;
}

/** What is printed about a file that was written: as text, and as fields of the JSON. */
export interface WrittenFile {
  readonly words: string;
  readonly fields: Readonly<Record<string, unknown>>;
}
