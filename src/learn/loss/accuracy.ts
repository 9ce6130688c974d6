import type { HostTensor } from '../../engine/engine.ts';

/**
 * The class with the largest value in each row; the first one of equal values.
 * @param rows [n, classes]
 */
export function predictions({ shape, data }: HostTensor): Int32Array {
  const [count = 0, classes = 0] = shape;
  return Int32Array.from({ length: count }, (_, row) => {
    const at = (column: number) => data[row * classes + column] as number; // in range: data is [count, classes]
    let best = 0;
    for (let column = 1; column < classes; column += 1) if (at(column) > at(best)) best = column;
    return best;
  });
}

/**
 * Number of rows in which logits and labels (one-hot or soft), both [n, classes], have their largest value in the
 * same class.
 */
export function countCorrect(logits: HostTensor, labels: HostTensor): number {
  const expected = predictions(labels);
  return predictions(logits).filter((predicted, row) => predicted === expected[row]).length;
}
