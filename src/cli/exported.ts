import type { Tensors } from '../engine/engine.ts';
import type { ModelDescription } from '../learn/model/artifact.ts';
import type { Model } from '../learn/model/model.ts';

/** A trained model, on its way into a file. */
export interface Exported {
  readonly model: Model;
  readonly weights: Tensors;
  readonly description: ModelDescription;
  /** Where it comes from, by stable names. */
  readonly origin: Readonly<Record<string, string>>;
  /** The engine that its cell was computed with. */
  readonly engine: string;
}

/** What is told of a file that was written: in words, and as fields of the JSON. */
export interface Told {
  readonly words: string;
  readonly fields: Readonly<Record<string, unknown>>;
}
