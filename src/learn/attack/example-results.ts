import type { HostTensor, Tensors } from '../../engine/engine.ts';
import type { Dataset } from '../data/dataset.ts';
import type { AttackResult } from './attack-result.ts';
import { emptyRows } from './batch-rows.ts';

/** Collects the results of batches and keeps the worst result of each example. */
export class ExampleResults {
  readonly #total: number;
  readonly #gathered: Record<string, HostTensor> = {};
  /** Has results. */
  readonly #seen: boolean[];
  /** Attacked at least once. */
  readonly #attacked: boolean[];
  /** For each example whose image is kept, its row in the images. */
  readonly #imageRows: ReadonlyMap<number, number>;

  /** @param keepsImage whether the adversarial image of an example is kept */
  constructor({ labels }: Pick<Dataset, 'labels'>, keepsImage: (example: number) => boolean) {
    this.#total = labels.length;
    this.#seen = Array.from(labels, () => false);
    this.#attacked = [...this.#seen];
    const kept = [...labels.keys()].filter(keepsImage);
    this.#imageRows = new Map(kept.map((example, row) => [example, row]));
  }

  /**
   * The results without an attack. The first attack on an example replaces them.
   * @param indices the example of each row
   */
  start(indices: Int32Array, batch: Tensors): void {
    this.add(indices, batch);
    for (const example of indices) this.#attacked[example] = false;
  }

  /** @param indices the example of each row; one that withstood earlier attacks, if there were any */
  add(indices: Int32Array, batch: Tensors): void {
    const { correct, loss } = seenByAttack(batch);
    const { adversarial, ...values } = batch;
    let image = 0;
    for (const [row, example] of indices.entries()) {
      const isFirst = !this.#attacked[example];
      const isWorse =
        isFirst ||
        read(batch, correct, row) < read(this.#gathered, correct, example) ||
        read(batch, loss, row) > read(this.#gathered, loss, example);
      this.#seen[example] = true;
      this.#attacked[example] = true;
      for (const [name, tensor] of Object.entries(values)) {
        if (name === 'gradientNorms' && !isFirst) {
          const least = Math.min(read(batch, name, row), read(this.#gathered, name, example));
          this.#write(name, { shape: [1], data: Float32Array.of(least) }, 0, example);
        } else if (isFirst || (isWorse && !name.startsWith('clean') && name in this.#gathered)) {
          this.#write(name, tensor, row, example);
        }
      }
      const place = this.#imageRows.get(example);
      if (place !== undefined && adversarial) {
        if (isWorse) this.#write('adversarial', adversarial, image, place);
        image += 1;
      }
    }
  }

  /** The examples that are right without an attack; in a transfer attack, also those that are right for the surrogate. */
  rightClean(): Int32Array {
    const isRight = (example: number) =>
      ['cleanCorrect', 'surrogateCorrect'].some((name) => read(this.#gathered, name, example) === 1);
    return Int32Array.from({ length: this.#total }, (_, example) => example).filter(isRight);
  }

  /** The examples that withstood all attacks so far; before the first attack, all examples. */
  robust(): Int32Array {
    const { correct } = seenByAttack(this.#gathered);
    const isRobust = (example: number) =>
      !this.#seen[example] || read(this.#gathered, correct, example) === 1;
    return Int32Array.from({ length: this.#total }, (_, example) => example).filter(isRobust);
  }

  /** Robust accuracy among the examples that have results. */
  robustAccuracy(): number {
    return this.#share('robustCorrect', 1, this.#withResults());
  }

  summary(): AttackResult {
    const { gradientNorms: _, ...examples } = this.#gathered;
    const attacked = this.#withResults();
    return {
      cleanAccuracy: this.#share('cleanCorrect', 1, attacked),
      robustAccuracy: this.robustAccuracy(),
      ...(examples.surrogateCorrect && {
        surrogateAccuracy: this.#share('surrogateCorrect', 1, attacked),
      }),
      zeroGradients: this.#share('gradientNorms', 0, attacked),
      zeroGradientsOfRobust: this.#share('gradientNorms', 0, this.robust()),
      examples,
    };
  }

  #withResults(): Int32Array {
    return Int32Array.from(this.#seen.keys()).filter((example) => this.#seen[example]);
  }

  #write(name: string, tensor: HostTensor, row: number, place: number): void {
    const { shape, data } = tensor;
    const size = data.length / (shape[0] ?? 0);
    const rows = name === 'adversarial' ? this.#imageRows.size : this.#total;
    this.#gathered[name] ??= emptyRows(tensor, rows);
    this.#gathered[name].data.set(data.subarray(row * size, (row + 1) * size), place * size);
  }

  /** Share of these examples with the given value; 0 if there are none. */
  #share(name: string, value: number, examples: Int32Array): number {
    if (examples.length === 0) return 0;
    return (
      examples.filter((example) => read(this.#gathered, name, example) === value).length / examples.length
    );
  }
}

/** The tensors that decide how an example fared: in a transfer attack, those of the surrogate. */
function seenByAttack(tensors: Tensors) {
  return tensors.surrogateCorrect
    ? { correct: 'surrogateCorrect', loss: 'surrogateLoss' }
    : { correct: 'robustCorrect', loss: 'loss' };
}

function read(tensors: Tensors, name: string, row: number): number {
  return tensors[name]?.data[row] ?? Number.NaN;
}
