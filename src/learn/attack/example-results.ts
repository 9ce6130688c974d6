import type { HostTensor, Tensors } from '../../engine/engine.ts';
import type { Dataset } from '../data/dataset.ts';
import type { AttackResult } from './attack.ts';

/** Gathers what batches found into one tensor of each kind, and keeps the worst of each example. */
export class ExampleResults {
  readonly #total: number;
  readonly #gathered: Record<string, HostTensor> = {};
  /** Attacked at least once. */
  readonly #seen: boolean[];

  constructor({ labels }: Dataset) {
    this.#total = labels.length;
    this.#seen = Array.from(labels, () => false);
  }

  /** @param indices the example of each row; one that withstood earlier attacks, if there were any */
  add(indices: Int32Array, batch: Tensors): void {
    const { correct, loss } = seenByAttack(batch);
    for (const [row, example] of indices.entries()) {
      const isFirst = !this.#seen[example];
      const isWorse =
        isFirst ||
        read(batch, correct, row) < read(this.#gathered, correct, example) ||
        read(batch, loss, row) > read(this.#gathered, loss, example);
      this.#seen[example] = true;
      for (const [name, tensor] of Object.entries(batch)) {
        if (name === 'gradientNorms' && !isFirst) {
          const least = Math.min(read(batch, name, row), read(this.#gathered, name, example));
          this.#write(name, { shape: [1], data: Float32Array.of(least) }, 0, example);
        } else if (isFirst || (isWorse && !name.startsWith('clean') && name in this.#gathered)) {
          this.#write(name, tensor, row, example);
        }
      }
    }
  }

  /** The examples that withstood all attacks so far; all of them before the first. */
  robust(): Int32Array {
    const { correct } = seenByAttack(this.#gathered);
    const isRobust = (example: number) =>
      !this.#seen[example] || read(this.#gathered, correct, example) === 1;
    return Int32Array.from({ length: this.#total }, (_, example) => example).filter(isRobust);
  }

  /** Of the examples that were attacked so far. */
  robustAccuracy(): number {
    const count = this.#seen.filter(Boolean).length;
    return this.#share('robustCorrect', (value) => value === 1, count);
  }

  summary(): AttackResult {
    const { gradientNorms: _, ...examples } = this.#gathered;
    return {
      cleanAccuracy: this.#share('cleanCorrect', (value) => value === 1),
      robustAccuracy: this.robustAccuracy(),
      ...(examples.surrogateCorrect && {
        surrogateAccuracy: this.#share('surrogateCorrect', (value) => value === 1),
      }),
      zeroGradients: this.#share('gradientNorms', (value) => value === 0),
      examples,
    };
  }

  #write(name: string, { shape, data }: HostTensor, row: number, example: number): void {
    const [count = 0, ...rest] = shape;
    const size = data.length / count;
    this.#gathered[name] ??= {
      shape: [this.#total, ...rest],
      data:
        data instanceof Float32Array
          ? new Float32Array(this.#total * size)
          : new Int32Array(this.#total * size),
    };
    this.#gathered[name].data.set(data.subarray(row * size, (row + 1) * size), example * size);
  }

  #share(name: string, is: (value: number) => boolean, count = this.#total): number {
    const values = this.#gathered[name]?.data ?? [];
    return Array.from(values).filter((value, example) => this.#seen[example] && is(value)).length / count;
  }
}

/** What decides how an example fared: a transfer attack knows of its surrogate alone. */
function seenByAttack(tensors: Tensors) {
  return tensors.surrogateCorrect
    ? { correct: 'surrogateCorrect', loss: 'surrogateLoss' }
    : { correct: 'robustCorrect', loss: 'loss' };
}

function read(tensors: Tensors, name: string, row: number): number {
  return tensors[name]?.data[row] ?? Number.NaN;
}
