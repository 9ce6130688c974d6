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
 * Rows of a full piece on one thread of a processor. The values between the layers of a larger one do not fit into its
 * cache, and smaller ones spend more time outside of the layers.
 */
export const rowsForCache = 16;
/** On several threads each layer is divided among them, and small parts are slow. This many rows for each thread. */
const rowsForThread = 2 * rowsForCache;
/** The smallest piece, as a share of a full one on one thread. */
const leastShare = 1 / 8;
/** A piece is filled with copies of its last row if at least this share of its rows is given. */
const fullEnough = 3 / 4;

/** The largest and the smallest piece. Those between them have half of the rows of the next larger one. */
export interface PieceSizes {
  readonly full: number;
  readonly least: number;
}

/**
 * The sizes of the pieces for batches of at most `rows` rows: on a GPU a full one has all rows. It depends on the number
 * of threads only if the results of the engine do, because the last bits of a result depend on the size of its piece.
 */
export function pieceSizes({ identity, threads = 1 }: Engine, rows: number): PieceSizes {
  if (identity.device !== 'cpu') return { full: rows, least: Math.ceil(leastShare * rows) };
  return {
    full: rowsOfBatch(rows, threads === 1 ? rowsForCache : threads * rowsForThread),
    least: Math.ceil(leastShare * rowsOfBatch(rows, rowsForCache)),
  };
}

/** The sizes of the pieces in which some rows are computed. Only the last piece may have more rows than are left. */
export function piecesOf(rows: number, { full, least }: PieceSizes): number[] {
  const pieces: number[] = [];
  let size = full;
  for (let left = rows; left > 0; left -= size) {
    while (size > least && left < fullEnough * size) size = Math.max(Math.ceil(size / 2), least);
    pieces.push(size);
  }
  return pieces;
}

/**
 * Compiles a function of a batch that runs on any number of rows, in pieces of few sizes, so that rows can be dropped
 * without compiling a graph for each number. The first run should be the one with the most rows, because it decides how
 * large a full piece is; see `pieceSizes`. The result of a row must not depend on the other rows.
 * @param fn all inputs and outputs have one row for each example, except inputs of rank 0 and `fixed` ones
 */
export function anyRows(
  engine: Engine,
  name: string,
  fn: TensorFunction,
  options?: CompileOptions,
): Pick<CompiledFunction, 'run' | 'dispose'> {
  const compiled = engine.compile(name, fn, options);
  let [largest, sizes] = [0, { full: 0, least: 0 }];
  return {
    dispose: () => compiled.dispose(),
    async run(inputs) {
      const rows = rowCount(inputs);
      if (rows > largest) [largest, sizes] = [rows, pieceSizes(engine, rows)];
      const pieces = piecesOf(rows, sizes);
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
