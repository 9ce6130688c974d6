import type {
  CompiledFunction,
  CompileOptions,
  Engine,
  HostTensor,
  TensorFunction,
  Tensors,
} from '../../engine/engine.ts';
import { emptyRows, rowsOfBatch } from './batch-rows.ts';

/**
 * Rows of a full piece on a processor. The values between the layers of a larger one do not fit into its cache, and
 * smaller ones spend more time outside of the layers.
 */
export const rowsForCache = 16;
/** Sizes of pieces, as shares of a full piece. Each size is a graph to compile, so there are few. */
const shares = [1, 1 / 2, 1 / 4, 1 / 8];
/** A piece is filled with copies of its last row if at least this share of its rows is given. */
const fullEnough = 3 / 4;

/** The sizes of the pieces in which some rows are computed. Only the last piece may have more rows than are left. */
export function piecesOf(rows: number, full: number): number[] {
  const sizes = [...new Set(shares.map((share) => Math.ceil(share * full)))];
  const least = sizes.at(-1) ?? full;
  const pieces: number[] = [];
  for (let left = rows; left > 0; left -= pieces.at(-1) ?? left) {
    const fits = sizes.find((size) => left >= fullEnough * size) ?? least;
    pieces.push(fits);
  }
  return pieces;
}

/**
 * Compiles a function of a batch that runs on any number of rows, in pieces of few sizes, so that rows can be dropped
 * without compiling a graph for each number. The first run should be the one with the most rows, because it decides how
 * large a full piece is: on a GPU all of its rows, on a processor about `rowsForCache`. The result of a row must not depend
 * on the other rows.
 * @param fn all inputs and outputs have one row for each example, except inputs of rank 0 and `fixed` ones
 */
export function anyRows(
  engine: Engine,
  name: string,
  fn: TensorFunction,
  options?: CompileOptions,
): Pick<CompiledFunction, 'run' | 'dispose'> {
  const compiled = engine.compile(name, fn, options);
  const onProcessor = engine.identity.device === 'cpu';
  let [largest, full] = [0, 0];
  return {
    dispose: () => compiled.dispose(),
    async run(inputs) {
      const rows = rowCount(inputs);
      if (rows > largest) [largest, full] = [rows, onProcessor ? rowsOfBatch(rows, rowsForCache) : rows];
      const pieces = piecesOf(rows, full);
      if (pieces.length === 1 && pieces[0] === rows) return compiled.run(inputs);
      const whole: Record<string, HostTensor> = {};
      let first = 0;
      for (const size of pieces) {
        const count = Math.min(size, rows - first);
        const outputs = await compiled.run(mapTensors(inputs, (tensor) => piece(tensor, first, count, size)));
        for (const [name, output] of Object.entries(outputs)) {
          whole[name] ??= emptyRows(output, rows);
          const { data } = whole[name];
          const rowSize = data.length / rows;
          data.set(output.data.subarray(0, count * rowSize), first * rowSize);
        }
        first += count;
      }
      return whole;
    },
  };
}

function rowCount(inputs: Tensors): number {
  const rows = Object.values(inputs).find(({ shape }) => shape.length > 0)?.shape[0];
  if (rows === undefined || rows === 0) throw new Error('No input has rows');
  return rows;
}

/** Rows of a tensor, followed by copies of the last one up to `size`. A tensor of rank 0 has no rows. */
function piece({ shape, data }: HostTensor, first: number, count: number, size: number): HostTensor {
  const [rows, ...rest] = shape;
  if (rows === undefined) return { shape, data };
  const rowSize = data.length / rows;
  const given = data.subarray(first * rowSize, (first + count) * rowSize);
  if (count === size) return { shape: [size, ...rest], data: given };
  const filled = emptyRows({ shape, data }, size);
  filled.data.set(given);
  for (let row = count; row < size; row += 1) {
    filled.data.copyWithin(row * rowSize, (count - 1) * rowSize, count * rowSize);
  }
  return filled;
}

function mapTensors(tensors: Tensors, change: (tensor: HostTensor) => HostTensor): Tensors {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, change(tensor)]));
}
