import type { HostTensor, Tensors } from '../../engine/engine.ts';
import type { Dataset } from '../data/dataset.ts';
import type { AttackResult } from './attack.ts';

/** Gathers what batches found into one tensor of each kind. */
export class ExampleResults {
  readonly #total: number;
  readonly #gathered: Record<string, HostTensor> = {};

  constructor({ labels }: Dataset) {
    this.#total = labels.length;
  }

  /** @param first the number of the batch's first example */
  add(first: number, batch: Tensors): void {
    for (const [name, { shape, data }] of Object.entries(batch)) {
      const [count = 0, ...rest] = shape;
      const size = data.length / count;
      this.#gathered[name] ??= {
        shape: [this.#total, ...rest],
        data:
          data instanceof Float32Array
            ? new Float32Array(this.#total * size)
            : new Int32Array(this.#total * size),
      };
      this.#gathered[name].data.set(data, first * size);
    }
  }

  /** Of the first `count` examples. */
  robustAccuracy(count: number): number {
    return this.#share('robustCorrect', (value) => value === 1, count);
  }

  summary(): AttackResult {
    const { gradientNorms: _, ...examples } = this.#gathered;
    return {
      cleanAccuracy: this.#share('cleanCorrect', (value) => value === 1),
      robustAccuracy: this.robustAccuracy(this.#total),
      zeroGradients: this.#share('gradientNorms', (value) => value === 0),
      examples,
    };
  }

  #share(name: string, is: (value: number) => boolean, count = this.#total): number {
    return [...(this.#gathered[name]?.data.subarray(0, count) ?? [])].filter(is).length / count;
  }
}
