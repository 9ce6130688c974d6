import type { HostTensor } from '../../engine/engine.ts';

/**
 * Sum over the rows of -Σ labels · log softmax(logits), in float64.
 * @param logits [n, classes]
 * @param labels [n, classes], rows of sum 1, hard or soft
 */
export function summedCrossEntropy(logits: HostTensor, labels: HostTensor): number {
  const [count = 0, classes = 0] = logits.shape;
  let sum = 0;
  for (let row = 0; row < count; row += 1) {
    const values = [...logits.data.subarray(row * classes, (row + 1) * classes)];
    const most = Math.max(...values);
    const normaliser = most + Math.log(values.reduce((total, value) => total + Math.exp(value - most), 0));
    values.forEach((value, column) => {
      sum += (labels.data[row * classes + column] ?? 0) * (normaliser - value);
    });
  }
  return sum;
}
